"""Odd words in the address and the forms of staff pages: an answer that is no 500, whoever is logged in."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from perisai.accounts.models import Role
from tests.accounts.people import logged_in, make_user, office_for

NAMES = (
    "q", "page", "after", "before", "bank", "branch", "state", "period", "programme", "segment", "core", "agent", "office",
    "region", "from", "to", "sort", "reason", "note", "number", "target", "cap_percent", "mode", "act", "verdict", "language",
    "next", "name", "code", "file", "username", "role", "enrolment", "kind", "decision", "full_name", "email", "days",
    "level", "key", "metric", "day_from", "day_to", "sub_branch", "regency",
)  # fmt: skip
ODD = (
    "\x00",
    "é" * 3000,
    "-1",
    "9" * 30,
    "' OR 1=1 --",
    "2026-13-99",
    "%",
    "\\",
    "\r\nX: y",
    "NaN",
    "٣",
    "²",
    "9" * 5000,
    "0001-01-01",
    "a/b?c#d",
    "<script>",
)
PATH_VALUES = {
    "uuid": "01900000-0000-7000-8000-000000000000", "int": "7110", "slug": "no-such", "sha256": "0" * 64, "export": "csv",
}  # fmt: skip
FEW = ("\x00", "9" * 30, "0001-01-01")
"""For addresses of one record, and for forms."""
LED = {"level": "b", "metric": "captured"}
"""As a number of the live page leads to its records."""
STRING_VALUES = ("branch", "7110", "\x00", "9" * 30, "é", "..")
PREFIXES = ("console/", "p/", "ujian/")


def _addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every address of the pages, its parts filled in; text parts with odd words."""
    for pattern in patterns:
        route = before + str(getattr(pattern.pattern, "_route", pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, route)
        elif route.startswith(PREFIXES):
            for word in STRING_VALUES if "<str:" in route else ("",):
                yield "/" + _filled(route, word)


def _filled(route: str, word: str) -> str:
    head, _, rest = route.partition("<")
    if not rest:
        return head
    inside, _, after = rest.partition(">")
    kind = inside.partition(":")[0]
    return head + PATH_VALUES.get(kind, quote(word, safe="")) + _filled(after, word)


@pytest.fixture(scope="module")
def staff(database: Path) -> Client:
    client = logged_in(make_user(Role.BRANCH_HEAD, office_for(Role.BRANCH_HEAD)))
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("address", sorted(set(_addresses(get_resolver().url_patterns))))
def test_page_with_odd_words_is_no_500(staff: Client, address: str) -> None:
    """Every word that an address or a form may hold is the same odd one."""
    failed = []
    for odd in ODD if "7110" not in address and "0190" not in address else FEW:
        asked = (
            [("get", {})] + ([("get", LED)] if "/members/" in address else []) + ([("post", {})] if odd in FEW else [])
        )
        for method, led in asked:
            response = getattr(staff, method)(address, dict.fromkeys(NAMES, odd) | led)
            response.close()
            if response.status_code >= 500:
                failed.append((method, odd[:10], response.status_code))
    assert not failed
