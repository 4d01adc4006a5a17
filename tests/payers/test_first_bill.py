"""The first bill of somebody who is funded before they ever paid is the sponsor's, priced as the sponsor pays it."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from perisai.contributions.tariffs.tariff import months_from
from perisai.events.work import branch_day
from perisai.payers import collective, rebill, sponsor
from perisai.payments.books import ledger
from perisai.payments.crediting import judgement
from perisai.portal.due import find_due
from perisai.portal.link import Link
from tests.payers.people import work_at
from tests.payments.place import Billed, make_bank, make_billed
from tests.world import Branch, make_branch

pytestmark = pytest.mark.usefixtures("database")
NOVEMBER, DECEMBER, JANUARY = months_from(date(2026, 11, 1), 3)
TODAY, NEXT_MONTH = datetime(2026, 11, 20, 3, tzinfo=UTC), datetime(2026, 12, 2, 3, tzinfo=UTC)
FULL, RELIEVED, JHT = 22_800, 11_400, 32_000


def worker(branch: Branch, **facts: Any) -> Billed:
    has = {"income": 1_500_000, "base_income": 1_600_000, "transport": False, "programmes": ["JKK", "JKM", "JHT"]}
    return make_billed(branch, **({"at": TODAY} | has | facts))


def budget(branch: Branch, who: Billed, first: date = NOVEMBER, last: date = JANUARY, at: datetime = TODAY) -> UUID:
    given = {"kind": "local_budget", "name": "Kota Uji", "programmes": ["JKK", "JKM"]}
    with work_at(branch, at) as work:
        by = sponsor.make(work, branch_id=branch.id, given=given | {"first_month": first, "last_month": last})
        wanted = [sponsor.ToFund(who.enrolment_id, first, last)]
        done = sponsor.fund(work, branch_id=branch.id, sponsor_id=by, wanted=wanted)
    assert done.funded == {who.enrolment_id}, done.refused
    return by


def bills(who: Billed) -> list[tuple[Any, ...]]:
    sql = """SELECT state, first_month, months, amount, sponsor_id FROM contributions_bill
        WHERE branch_id = %s AND enrolment_id = %s AND state = 'open' ORDER BY first_month"""
    with work_at(who.branch) as work:
        assert ledger.prove(work, who.branch.id) == []
        return [row[1:] for row in work.rows(sql, [who.branch.id, who.enrolment_id])]


def test_first_bill_follows_who_pays_and_the_member_gets_it_back() -> None:
    branch = make_branch(target=None)
    who = worker(branch, months=2)
    assert bills(who) == [(NOVEMBER, 2, 2 * (RELIEVED + JHT), None)]
    by = budget(branch, who)
    assert bills(who) == [(NOVEMBER, 1, FULL, by)], "no relief, and without what the contract does not pay"
    with work_at(branch, NEXT_MONTH) as work:
        (open_bill,) = work.rows(
            "SELECT id FROM contributions_bill WHERE branch_id = %s AND enrolment_id = %s AND state = 'open'",
            [branch.id, who.enrolment_id],
        )
        (met,), _ = judgement.lock_met(work, branch_id=branch.id, bill_ids=[open_bill[0]], at=NEXT_MONTH)
    assert (met.due.repriced.first_month, met.due.repriced.amount) == (DECEMBER, FULL)
    with work_at(branch, TODAY) as work:
        sponsor.end(work, branch_id=branch.id, sponsor_id=by, last_month=date(2026, 10, 1))
    assert bills(who) == [(NOVEMBER, 2, 2 * (RELIEVED + JHT), None)]


def test_first_bill_stays_the_members_until_the_month_that_is_funded() -> None:
    branch = make_branch(target=None)
    who = worker(branch, months=3)
    by = budget(branch, who, DECEMBER)
    assert bills(who) == [(NOVEMBER, 1, RELIEVED + JHT, None)]
    with work_at(branch, NEXT_MONTH) as work:
        (open_bill,) = work.rows(
            "SELECT id FROM contributions_bill WHERE branch_id = %s AND enrolment_id = %s AND state = 'open'",
            [branch.id, who.enrolment_id],
        )
        (met,), _ = judgement.lock_met(work, branch_id=branch.id, bill_ids=[open_bill[0]], at=NEXT_MONTH)
        assert met.due.repriced.first_month == NOVEMBER, "December is not the member's to pay"
        assert rebill.follow_firsts(work, branch_id=branch.id) == 1
        assert rebill.follow_firsts(work, branch_id=branch.id) == 0
    assert bills(who) == [(DECEMBER, 1, FULL, by)]


def test_paid_by_the_sponsors_code_membership_begins() -> None:
    branch, bank = make_branch(target=None), make_bank(scheme="asymmetric")
    now = datetime.now(UTC)
    month = branch_day(now, branch.timezone).replace(day=1)
    who = worker(branch, at=now)
    by = budget(branch, who, month, months_from(month, 3)[-1], at=now)
    assert bank.inquire(who.code).json()["responseCode"] != "2002400", "nothing is the member's to pay"
    due = find_due(Link(who.enrolment_id, branch.id, now), at=now)
    assert due is not None
    assert due.state == "sponsored", "the member's page says so, and not that the enrolment is closed"
    with work_at(branch) as work:
        made = collective.for_sponsor(work, branch_id=branch.id, sponsor_id=by, month=month)
    assert bank.pay(made.code, made.amount).json()["responseCode"] == "2002500"
    with work_at(branch) as work:
        row = work.row(
            "SELECT e.state, e.paid_through, b.sponsor_id FROM members_enrolment e JOIN contributions_bill b"
            " ON b.branch_id = e.branch_id AND b.enrolment_id = e.id AND b.state = 'paid'"
            " WHERE e.branch_id = %s AND e.id = %s",
            [branch.id, who.enrolment_id],
        )
    assert row == ("active", month, by)
