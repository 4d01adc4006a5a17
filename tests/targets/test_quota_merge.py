"""Two officers at a quota's settings, and at the labour force: both are taken, what both changed is asked about."""

import base64
import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from perisai.accounts.models import Role
from perisai.targets.quotas import merge as quota_merge
from perisai.targets.quotas import setting as quota_setting
from perisai.targets.quotas.merge import Both, settle
from tests.targets.conftest import Country
from tests.targets.test_plan_pages import YEAR, client, send, sheet, text
from tests.targets.test_plan_race import both
from tests.targets.test_weights import forces, regions

COMING = f"{YEAR + 1}-03"
MARCH = date(YEAR + 1, 3, 1)


def filled(body: str, **changes: str) -> dict[str, str]:
    """The form of the target as the page shows it, with what an officer writes into it."""
    hidden = dict(re.findall(r'<input type="hidden" name="(was:[^"]+)" value="([^"]*)">', body))
    return (
        hidden
        | {"period": COMING, "target": "500", "cap_percent": "100", "mode": "queue", "reason": "assigned"}
        | changes
    )


def stands(country: Country) -> tuple[Any, ...]:
    with country.work() as work:
        row = work.row(
            "SELECT target, cap_percent, mode FROM targets_quota WHERE branch_id = %s AND period = %s",
            [country.branch, MARCH],
        )
    assert row is not None
    return row


@pytest.fixture
def two(country: Country) -> tuple[Any, Any, str, str]:
    """The region's and the head's officer before the same page: 500 people, 100 per cent, queue."""
    region, head = client(Role.REGION, country.region), client(Role.HEAD_OFFICE, country.head)
    address = f"/console/targets/quota/{country.branch}/"
    body = text(region.get(f"{address}?period={COMING}"))
    assert region.post(address + "change/", filled(body)).status_code == 302
    return region, head, address, text(region.get(f"{address}?period={COMING}"))


def test_settings_that_only_one_changed_are_both_taken(country: Country, two: Any) -> None:
    region, head, address, body = two
    assert region.post(address + "change/", filled(body, target="600")).status_code == 302
    assert head.post(address + "change/", filled(body, mode="block")).status_code == 302
    assert stands(country) == (600, 100, "block")


@pytest.mark.parametrize(("choice", "comes"), [("mine", 700), ("theirs", 600)])
def test_a_setting_that_both_changed_is_asked_about(country: Country, two: Any, choice: str, comes: int) -> None:
    region, head, address, body = two
    assert region.post(address + "change/", filled(body, target="600")).status_code == 302
    asked = text(head.post(address + "change/", filled(body, target="700", mode="block")), 409)
    assert "E5031" in asked
    assert stands(country) == (600, 100, "queue")
    assert 'name="target" inputmode="numeric" required value="700"' in asked, "what was typed stays"
    again = filled(asked, target="700", mode="block", **{"choice:target": choice})
    assert head.post(address + "change/", again).status_code == 302
    assert stands(country) == (comes, 100, "block")


def test_a_choice_is_of_what_was_shown(country: Country, two: Any) -> None:
    region, head, address, body = two
    region.post(address + "change/", filled(body, target="600"))
    asked = text(head.post(address + "change/", filled(body, target="700")), 409)
    region.post(address + "change/", filled(asked, target="650", **{"choice:target": "mine"}))
    assert stands(country)[0] == 650
    again = text(head.post(address + "change/", filled(asked, target="700", **{"choice:target": "mine"})), 409)
    assert "<b>650</b>" in again


def test_rules_of_a_month_are_merged_and_asked_about(country: Country) -> None:
    region, head = client(Role.REGION, country.region), client(Role.HEAD_OFFICE, country.head)
    address = f"/console/targets/quota/{country.branch}/"
    sent = {
        "period": COMING, "from_month": COMING, "every": "month", "cap_percent": "100", "mode": "queue", "why": "Rapat",
        "was:rules": "0",
    }  # fmt: skip
    assert region.post(address + "rules/", sent | {"cap_percent": "110"}).status_code == 302
    assert head.post(address + "rules/", sent | {"mode": "block"}).status_code == 302
    with country.work() as work:
        (found,) = quota_setting.settings(work, branch_id=country.branch)
    assert found == (MARCH, "month", False, 110, "block")
    asked = text(head.post(address + "rules/", sent | {"cap_percent": "90", "why": "Lain"}), 409)
    assert "E5031" in asked
    assert 'maxlength="500" required value="Lain"' in asked
    assert 'name="cap_percent" inputmode="numeric" required value="90"' in asked
    shown = dict(re.findall(r'name="(was:choice:[^"]+)" value="([^"]*)"', asked))
    assert shown == {"was:choice:cap_percent": "110"}
    answer = {"cap_percent": "90", "choice:cap_percent": "mine"} | shown
    assert head.post(address + "rules/", sent | answer).status_code == 302
    with country.work() as work:
        (found,) = quota_setting.settings(work, branch_id=country.branch)
    assert found == (MARCH, "month", False, 90, "block")


def test_two_at_once_both_count(country: Country) -> None:
    was = {"was:target:all": "", "was:cap_percent": "100", "was:mode": "queue"}

    def change(second: bool) -> None:
        mine = {"target": "500", "cap_percent": "120" if second else "100", "mode": "queue" if second else "block"}
        with country.work(second=second) as work:
            values = quota_merge.merge_target(
                work, branch_id=country.branch, month=MARCH, segment="all", mine=mine, sent=was
            )
            quota_setting.set_quota(
                work, branch_id=country.branch, period=MARCH, target=int(values["target"]),
                cap_percent=int(values["cap_percent"]), mode=values["mode"], reason="assigned",
            )  # fmt: skip

    assert both(change) == ["", ""]
    assert stands(country) == (500, 120, "block")


def test_who_waited_for_another_is_the_last_though_they_began_first(country: Country) -> None:
    """By the moment at which each began, the second was told that theirs is saved, and the first one's stood."""
    begun = datetime.now(UTC)
    for later, percent in ((2, 90), (1, 120)):  # the first to end began a second after the other
        with country.work(at=begun + timedelta(seconds=later)) as work:
            quota_merge.lock(work, country.branch)
            quota_setting.set_setting(
                work, branch_id=country.branch, from_month=MARCH, every="month", by_segment=False, cap_percent=percent,
                mode="queue", reason="uji",
            )  # fmt: skip
            quota_setting.set_quota(work, branch_id=country.branch, period=MARCH, target=10 * percent)
    with country.work() as work:
        assert quota_setting.settings(work, branch_id=country.branch)[-1].cap_percent == 120
        told = "SELECT persons FROM targets_quota_told WHERE branch_id = %s AND month = %s ORDER BY told_on DESC, told_at DESC"
        assert work.row(told, [country.branch, MARCH]) == (1200,)


def test_what_counts_of_two() -> None:
    was, now, mine = {"a": "1", "b": "1", "c": "1"}, {"a": "2", "b": "1", "c": "2"}, {"a": "1", "b": "3", "c": "4"}
    values, asked = settle(was, now, mine, {})
    assert (values, asked) == ({"a": "2", "b": "3", "c": "4"}, [Both("c", "1", "2", "4")])
    assert settle({}, now, mine, {}) == (mine, []), "a form that says nothing of before is taken as it is"


def test_rows_of_the_labour_force_are_merged(country: Country) -> None:
    regions(country)
    first, second = client(Role.REGION, country.region), client(Role.REGION, country.region)
    year, known = 2033, forces(country)
    page = f"/console/targets/labour/{country.region}/"
    book = sheet(first, f"{page}template.xlsx?year={year}")
    put(book, {code: force[:3] for code, force in known.items()})
    assert send(first, page, book, year=str(year)).status_code == 302
    theirs, mine = (sheet(first, f"{page}template.xlsx?year={year}") for _ in range(2))
    a, b, *_ = sorted(known)
    put(theirs, {a: (9_000, 100, 100)})
    assert send(first, page, theirs, year=str(year)).status_code == 302
    put(mine, {b: (8_000, 100, 100)})
    assert send(second, page, mine, year=str(year)).status_code == 302
    assert told(country, year)[a] == 9_000, "what only the other changed stays"
    assert told(country, year)[b] == 8_000
    put(mine, {a: (7_000, 100, 100)})
    body = text(send(second, page, mine, year=str(year)), 409)
    assert "E5032" in body
    marked = re.search(r'base64,([A-Za-z0-9+/=]+)"', body)
    assert marked
    back = load_workbook(io.BytesIO(base64.b64decode(marked[1])))
    assert any(
        "9000 / 100 / 100" in cell.comment.text for row in back["Angkatan kerja"] for cell in row if cell.comment
    )
    assert send(second, page, back, year=str(year)).status_code == 302
    assert told(country, year)[a] == 7_000


def put(book: Any, figures: dict[str, Any]) -> None:
    rows = book["Angkatan kerja"]
    for row in range(2, rows.max_row + 1):
        for column, value in zip("EFG", figures.get(str(rows[f"B{row}"].value), ()), strict=False):
            rows[f"{column}{row}"] = value


def told(country: Country, year: int) -> dict[str, int]:
    from perisai.offices import labour_force

    with country.work(at=datetime.now(UTC)) as work:
        found = labour_force.of(work, districts=list(forces(country)), year=year, exactly=True)
    return {code: force.labour_force for code, force in found.items()}
