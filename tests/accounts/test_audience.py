"""Every address of the platform, with every role: declared, open to those it is declared for, shut to all others."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, PathConverter, SlugConverter, StringConverter, UUIDConverter

from perisai.accounts.audience import THIRD_PARTY, Role, declared_for
from tests.accounts.people import logged_in, make_user, stranger

SAMPLES: dict[type, str] = {
    UUIDConverter: str(UUID(int=7)),
    IntConverter: "7",
    PathConverter: "nothing",
    SlugConverter: "nothing",
    StringConverter: "nothing",
}


def every_view() -> list[tuple[str, URLPattern]]:
    """Every route with the view that answers it: the first that stands there."""
    found: dict[str, URLPattern] = {}
    for route, pattern in _walk(get_resolver().url_patterns, ""):
        found.setdefault(route, pattern)
    return list(found.items())


def _walk(patterns: list[Any], before: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern


def ours() -> list[tuple[str, URLPattern]]:
    return [(r, p) for r, p in every_view() if not r.startswith(tuple(THIRD_PARTY))]


def address(pattern: URLPattern, route: str) -> str:
    """The route with a sample in every place; for a converter of our own, its first word or a text of zeros that fits."""
    filled = route
    for name, converter in pattern.pattern.converters.items():
        known = (text for kind, text in SAMPLES.items() if isinstance(converter, kind))
        filled = re.sub(rf"<(\w+:)?{name}>", next(known, None) or _fitting(converter.regex), filled)
    return "/" + filled


def _fitting(regex: str) -> str:
    tried = (regex.split("|", maxsplit=1)[0], *("0" * length for length in range(1, 100)))
    return next(text for text in tried if re.fullmatch(regex, text))


def test_every_view_is_declared() -> None:
    undeclared = [route for route, pattern in every_view() if declared_for(pattern.callback, route) is None]
    assert undeclared == []


def test_pages_of_people_name_their_roles() -> None:
    for route, pattern in ours():
        declared = declared_for(pattern.callback, route)
        assert declared is not None, route
        assert declared.kind != "people" or declared.roles, route


def test_table_of_third_parties_lists_nothing_that_is_gone() -> None:
    routes = [route for route, _ in every_view()]
    for prefix in THIRD_PARTY:
        assert any(route.startswith(prefix) for route in routes), prefix


def test_console_pages_ask_strangers_to_log_in(database: object) -> None:
    client = stranger()
    for route, pattern in ours():
        declared = declared_for(pattern.callback, route)
        if declared is not None and declared.kind == "people":
            response = client.get(address(pattern, route))
            assert response.status_code == 302, route
            assert response["Location"].startswith("/accounts/login/?next="), route


@pytest.mark.parametrize("role", list(Role))
def test_page_opens_only_to_its_roles(database: object, role: Role) -> None:
    """Those who may come in get anything but a refusal of entry and a defect; all others get E2006."""
    client = logged_in(make_user(role))
    client.raise_request_exception = False
    for route, pattern in ours():
        declared = declared_for(pattern.callback, route)
        if declared is None or declared.kind != "people":
            continue
        response = client.get(address(pattern, route))
        body = b"".join(response.streaming_content) if response.streaming else response.content
        if role in declared.roles:
            assert response.status_code < 500, f"{route}: {response.status_code}"
            assert response.status_code != 302 or "/accounts/" not in response["Location"], route
        else:
            assert response.status_code == 403, f"{role} gets {response.status_code} at {route}"
            assert b"E2006" in body, route


def test_admin_opens_only_to_superusers(database: object) -> None:
    assert logged_in(make_user(Role.SYSTEM, superuser=True)).get("/admin/").status_code == 200
    assert logged_in(make_user(Role.SYSTEM)).get("/admin/login/").status_code == 403
    assert logged_in(make_user(Role.BRANCH_HEAD)).get("/admin/").status_code == 403
    assert stranger().get("/admin/login/")["Location"].startswith("/accounts/login/")
