"""Months ahead and other terms from a month on: paid months stay, nothing is billed twice, the books balance."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from perisai.contributions.bills import advance, terms
from perisai.contributions.runs import run
from perisai.contributions.tariffs import tariff
from perisai.errors import Refused
from perisai.payments.books import ledger
from tests.contributions.covered import Members, bills, make_members, shared_months

pytestmark = pytest.mark.usefixtures("database")
OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
BOTH = frozenset({"JKK", "JKM"})


def _run(members: Members, month: date) -> None:
    with members.work(NOVEMBER) as work:
        run.issue_month(work, branch_id=members.branch.id, timezone=members.branch.timezone, month=month)


def _advance(members: Members, months: int) -> advance.Plan:
    with members.work(NOVEMBER) as work:
        return advance.issue(
            work,
            branch_id=members.branch.id,
            timezone=members.branch.timezone,
            enrolment_id=members.ids[0],
            months=months,
        )


def _change(
    members: Members, from_month: date, told_on: date | None = None, why: str = "", **facts: Any
) -> terms.Changed:
    said = {"enrolment": members.ids[0], "from_month": from_month, "income": 4_200_000, "jobs": ["trade.market"]}
    wanted = terms.Wanted.model_validate(said | {"programmes": ["JKK", "JKM", "JHT"]} | facts)
    with members.work(NOVEMBER) as work:
        key: dict[str, Any] = {"branch_id": members.branch.id, "timezone": members.branch.timezone}
        return terms.change(work, **key, wanted=wanted, told_on=told_on, why=why)


def _proved(members: Members) -> bool:
    with members.work() as work:
        return ledger.prove(work, members.branch.id) == []


def test_months_ahead_are_priced_month_by_month_with_the_relief_of_each(database: Path) -> None:
    members = make_members(1)
    plan = _advance(members, 6)
    prices = tariff.price(1_500_000, BOTH, False, tariff.months_from(NOVEMBER, 6))
    assert [one.total for one in plan.months] == [price.total for price in prices]
    assert len({one.total for one in plan.months}) == 2  # the relief of other sectors ends with December
    assert [(row[1], row[2], row[4]) for row in bills(members)] == [(NOVEMBER, 6, plan.amount)]
    assert _proved(members)


def test_months_that_are_billed_already_count_and_are_not_billed_again(database: Path) -> None:
    members = make_members(1)
    _run(members, NOVEMBER)
    plan = _advance(members, 3)
    again = _advance(members, 3)
    assert (len(plan.fresh), len(again.fresh)) == (2, 0)
    assert plan.amount == again.amount == sum(row[4] for row in bills(members))
    assert shared_months(members) == 0
    assert _proved(members)


@pytest.mark.parametrize(("months", "code"), [(0, "E4101"), (13, "E4101"), (12, None)])
def test_number_of_months_is_limited_by_the_rule(database: Path, months: int, code: str | None) -> None:
    members = make_members(1)
    if code is None:
        assert len(_advance(members, months).months) == months
        return
    with pytest.raises(Refused) as refused:
        _advance(members, months)
    assert refused.value.code == code


def test_run_after_an_advance_bills_none_of_its_months(database: Path) -> None:
    members = make_members(1)
    _advance(members, 3)
    for month in (NOVEMBER, DECEMBER, date(2027, 1, 1), date(2027, 2, 1)):
        _run(members, month)
    assert [(row[1], row[2]) for row in bills(members)] == [(NOVEMBER, 3)]  # by February 2027 membership would be over


def test_change_from_a_month_on_leaves_earlier_bills_and_issues_later_ones_anew(database: Path) -> None:
    members = make_members(1)
    _run(members, NOVEMBER)
    _run(members, DECEMBER)
    changed = _change(members, DECEMBER)
    assert changed.bills == 1
    rows = bills(members, "first_month", "state", "amount", "origin")
    old, new = (
        tariff.total(tariff.price(i, p, False, [DECEMBER])) for i, p in ((1_500_000, BOTH), (4_200_000, BOTH | {"JHT"}))
    )
    assert [row[:3] for row in rows[1:]] == [(DECEMBER, "cancelled", old), (DECEMBER, "open", new)]
    assert rows[0][1:2] == ("open",)
    assert rows[2][3] == "terms"
    assert _proved(members)


def test_change_in_the_middle_of_a_period_prices_each_month_by_its_own_terms(database: Path) -> None:
    members = make_members(1)
    _advance(members, 3)
    _change(members, DECEMBER)
    open_ = [row for row in bills(members) if row[3] == "open"]
    first = tariff.price(1_500_000, BOTH, False, [NOVEMBER])
    rest = tariff.price(4_200_000, BOTH | {"JHT"}, False, [DECEMBER, date(2027, 1, 1)])
    assert [(row[1], row[2], row[4]) for row in open_] == [(NOVEMBER, 3, tariff.total(first) + tariff.total(rest))]
    assert _proved(members)


def test_planned_change_stands_on_the_enrolment_when_its_month_begins_and_bills_follow(database: Path) -> None:
    members = make_members(1)
    _change(members, DECEMBER)
    facts = []
    for day in (date(2026, 11, 30), DECEMBER):
        with members.work(day) as work:
            terms.take_effect(work, branch_id=members.branch.id, timezone=members.branch.timezone)
            facts.append(
                work.rows("SELECT income FROM members_enrolment WHERE branch_id = %s", [members.branch.id])[0][0]
            )
    assert facts == [1_500_000, 4_200_000]
    _run(members, NOVEMBER)
    _run(members, DECEMBER)
    wanted = [
        tariff.total(tariff.price(1_500_000, BOTH, False, [NOVEMBER])),
        tariff.total(tariff.price(4_200_000, BOTH | {"JHT"}, False, [DECEMBER])),
    ]
    assert [row[4] for row in bills(members)] == wanted


@pytest.mark.parametrize(
    ("from_month", "facts", "code"),
    [
        (OCTOBER, {}, "E4106"),
        (date(2028, 1, 1), {}, "E4109"),
        (NOVEMBER, {}, "E4115"),
        (NOVEMBER, {"told_on": NOVEMBER}, "E4115"),
        (NOVEMBER, {"why": "curious"}, "E4114"),
        (DECEMBER, {"income": 900_000}, "E4104"),
        (DECEMBER, {"programmes": ["JKK"]}, "E4104"),
        (DECEMBER, {"employs_others": True, "programmes": ["JKK", "JKM"]}, "E4104"),
        (DECEMBER, {"programmes": ["JKK", "JKM", "JP"]}, "E4114"),
        (DECEMBER, {"jobs": ["none.such"]}, "E4114"),
        (DECEMBER, {"income": 1_500_000, "programmes": ["JKK", "JKM"]}, "E4107"),
    ],
)
def test_change_against_the_rules_is_refused(
    database: Path, from_month: date, facts: dict[str, Any], code: str
) -> None:
    members = make_members(1)
    with pytest.raises(Refused) as refused:
        _change(members, from_month, **facts)
    assert refused.value.code == code


def test_month_that_has_begun_changes_by_a_reason_or_because_it_was_told_before(database: Path) -> None:
    late, told = make_members(1), make_members(1)
    for members, how in ((late, {"why": "entered_wrong"}), (told, {"told_on": date(2026, 10, 31)})):
        _run(members, NOVEMBER)
        assert _change(members, NOVEMBER, **how).bills == 1  # type: ignore[arg-type]
        assert _proved(members)
        with members.work() as work:
            rows = work.rows(
                "SELECT detail ->> 'why' FROM events_event WHERE branch_id = %s AND kind = 'terms_changed'",
                [members.branch.id],
            )
        assert rows == [(how.get("why", ""),)]
