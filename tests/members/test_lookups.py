"""Looking a NIK up is counted, whichever way it is asked."""

from unittest import mock

import pytest

from perisai.accounts.models import Role
from perisai.members import console, search
from tests.accounts.people import logged_in, make_user

NIK = "1571084107909001"


@pytest.mark.parametrize("asked", [NIK, "1571 0841 0790 9001", "1571-0841-0790-9001", f" {NIK} "])
@pytest.mark.parametrize("page", ["/console/members/", "/console/members/export.csv"])
def test_nik_lookups_are_limited(database: object, page: str, asked: str) -> None:
    client = logged_in(make_user(Role.BRANCH))
    with mock.patch.object(console, "LOOKUPS_AN_HOUR", 2):
        answers = [client.get(page, {"q": asked}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


@pytest.mark.parametrize("page", ["/console/members/", "/console/members/export.csv"])
def test_auditor_finds_nobody_by_nik(database: object, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def found(*_: object, filters: search.Filters, **__: object) -> tuple[list[dict[str, object]], None]:
        asked.append(filters.q)
        return [], None

    monkeypatch.setattr(search, "find", found)
    logged_in(make_user(Role.AUDITOR)).get(page, {"q": NIK})
    assert asked == []
