"""The month's bills: for everybody once, at the right price, with one event and balanced books a chunk."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from perisai.contributions.runs import month_run, run
from perisai.contributions.tariffs import pricing, tariff
from perisai.events.clock import FixedClock
from perisai.events.recount import recount
from perisai.payments.books import ledger
from tests.contributions.covered import Members, bills, make_members, shared_months

pytestmark = pytest.mark.usefixtures("database")
NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
NOW = datetime(2026, 11, 18, 3, tzinfo=UTC)


def _run(members: Members, month: date, *, most: int = run.CHUNK) -> None:
    place = month_run.Place(members.branch.id, members.branch.timezone)
    with members.work(NOW) as work:
        run_id = month_run.start(work, branch_id=members.branch.id, month=month)
    month_run.carry_out(place, run_id, clock=FixedClock(NOW), most=most)


def _price(income: int, programmes: set[str], month: date) -> int:
    return tariff.total(tariff.price(income, frozenset(programmes), False, [month]))


def test_run_bills_every_member_once_at_the_price_of_the_month(database: Path) -> None:
    members = make_members(25, incomes=[1_000_000, 1_500_000, 4_200_000], paid=date(2026, 11, 1))
    _run(members, DECEMBER, most=10)
    _run(members, JANUARY, most=10)
    december = [row for row in bills(members) if row[1] == DECEMBER]
    assert [row[0] for row in december] == members.ids
    assert {row[4] for row in december} == {
        _price(i, {"JKK", "JKM"}, DECEMBER) for i in (1_000_000, 1_500_000, 4_200_000)
    }
    january = {row[4] for row in bills(members) if row[1] == JANUARY}
    assert january == {_price(i, {"JKK", "JKM"}, JANUARY) for i in (1_000_000, 1_500_000, 4_200_000)}
    assert january.isdisjoint({row[4] for row in december})  # relief of the others ends with December


def test_run_again_bills_only_who_came_since(database: Path) -> None:
    members = make_members(7, paid=date(2026, 10, 1))
    with members.work() as work:
        work.execute("UPDATE members_enrolment SET state = 'accepted' WHERE id = ANY (%s)", [members.ids[2:4]])
    _run(members, NOVEMBER)
    assert len(bills(members)) == 5
    with members.work() as work:
        work.execute("UPDATE members_enrolment SET state = 'active' WHERE id = ANY (%s)", [members.ids[2:4]])
    _run(members, NOVEMBER)
    assert len(bills(members)) == 7
    with members.work() as work:
        (row,) = work.rows(
            "SELECT bills, looked_at, skipped::text, state FROM contributions_run WHERE branch_id = %s",
            [members.branch.id],
        )
    assert row == (7, 7, '{"billed": 5}', "done")


def test_run_leaves_one_event_and_one_entry_a_programme_for_each_chunk(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And prices by the very rules whose version stands on the bills, though others are published meanwhile."""
    monkeypatch.delattr(pricing, "load")
    members = make_members(23, programmes=["JKK", "JKM", "JHT"])
    _run(members, NOVEMBER, most=10)
    with members.work() as work:
        events = work.rows(
            "SELECT quantity, amount FROM events_event WHERE branch_id = %s AND kind = 'bills_issued' ORDER BY number",
            [members.branch.id],
        )
        entries = work.rows(
            "SELECT credit, count(*), sum(amount)::bigint FROM payments_ledger_entry WHERE branch_id = %s GROUP BY 1 ORDER BY 1",
            [members.branch.id],
        )
        assert ledger.prove(work, members.branch.id) == []
        assert recount(work, branch_id=members.branch.id).proved
    assert [quantity for quantity, _ in events] == [10, 10, 3]
    assert [(account, count) for account, count, _ in entries] == [
        ("income:jht", 3),
        ("income:jkk", 3),
        ("income:jkm", 3),
    ]
    assert sum(amount for _, amount in events) == sum(row[4] for row in bills(members)) == sum(e[2] for e in entries)


@pytest.mark.parametrize(
    ("paid", "reason"),
    [(date(2026, 11, 1), "paid"), (date(2026, 7, 1), "over")],
)
def test_run_skips_who_paid_elsewhere_or_is_out_and_says_so(database: Path, paid: date, reason: str) -> None:
    members = make_members(3, paid=paid)
    _run(members, NOVEMBER)
    assert bills(members) == []
    with members.work() as work:
        (row,) = work.rows("SELECT skipped::text FROM contributions_run WHERE branch_id = %s", [members.branch.id])
    assert row[0] == f'{{"{reason}": 3}}'


def test_run_bills_a_period_of_months_when_the_last_one_ends(database: Path) -> None:
    members = make_members(2, months=3, paid=date(2026, 10, 1))
    for month in (NOVEMBER, DECEMBER, JANUARY):
        _run(members, month)
    assert [(row[1], row[2]) for row in bills(members)] == [(NOVEMBER, 3)] * 2
    with members.work() as work:
        work.execute("UPDATE contributions_bill SET state = 'paid' WHERE branch_id = %s", [members.branch.id])
        work.execute(
            "UPDATE members_enrolment SET paid_through = %s WHERE branch_id = %s", [JANUARY, members.branch.id]
        )
    _run(members, date(2027, 2, 1))
    assert [(row[1], row[2]) for row in bills(members)][:2] == [(NOVEMBER, 3), (date(2027, 2, 1), 3)]
    assert shared_months(members) == 0


def test_bill_of_a_run_can_be_paid_until_membership_would_end(database: Path) -> None:
    members = make_members(1)
    _run(members, NOVEMBER)
    ((pay_by,),) = bills(members, "pay_by")
    assert pay_by == datetime(2027, 1, 31, 16, 59, 59, tzinfo=UTC)


def _fund(
    members: Members, first: date, last: date | None, *, is_state: bool, programmes: list[str] | None = None
) -> None:
    """A sponsor pays these months of the first member."""
    with members.work() as work:
        (sponsor,) = work.rows(
            "INSERT INTO payers_sponsor (branch_id, kind, name, reference, contact_name, is_state, first_month, last_month,"
            " made_at) VALUES (%s, %s, 'Desa Uji', '', '', %s, %s, %s, now()) RETURNING id",
            [members.branch.id, "local_budget" if is_state else "company_csr", is_state, first, last or first],
        )
        work.execute(
            "INSERT INTO payers_funding (branch_id, sponsor_id, enrolment_id, first_month, last_month, programmes, is_state,"
            " made_at) VALUES (%s, %s, %s, %s, %s, %s, %s, now())",
            [members.branch.id, sponsor[0], members.ids[0], first, last, programmes, is_state],
        )


@pytest.mark.parametrize("is_state", [True, False])
def test_month_that_a_sponsor_pays_is_marked_and_has_relief_only_where_no_budget_pays(
    database: Path, is_state: bool
) -> None:
    members = make_members(1, months=3, programmes=["JKK", "JKM", "JHT"])
    _fund(members, NOVEMBER, NOVEMBER, is_state=is_state, programmes=["JKK", "JKM"])
    _run(members, NOVEMBER)
    _run(members, DECEMBER)
    funded, own = bills(members, "first_month", "months", "amount", "sponsor_id IS NOT NULL")
    (price,) = tariff.price(1_500_000, frozenset({"JKK", "JKM"}), False, [NOVEMBER], is_state)
    assert funded == (NOVEMBER, 1, price.total, True)
    assert (price.relief == 0) is is_state
    assert own[:2] == (DECEMBER, 3)
    assert own[3] is False


def test_period_of_months_ends_before_a_sponsor_begins(database: Path) -> None:
    members = make_members(1, months=6)
    _fund(members, date(2027, 1, 1), None, is_state=True)
    _run(members, NOVEMBER)
    _run(members, JANUARY)
    assert [row[1:3] for row in bills(members)] == [(NOVEMBER, 2), (JANUARY, 1)]
    assert shared_months(members) == 0


def test_wage_earners_are_billed_by_the_wage_of_the_month(database: Path) -> None:
    members = make_members(2, programmes=["JKK", "JKM", "JHT"])
    with members.work() as work:
        work.execute(
            "UPDATE members_enrolment SET segment = 'PU', risk = 'low' WHERE branch_id = %s", [members.branch.id]
        )
        for month, wage in ((date(2026, 9, 1), 2_500_000), (DECEMBER, 3_100_000)):
            work.execute(
                "INSERT INTO employers_wage (branch_id, enrolment_id, from_month, wage, kind, detail, recorded_at, source)"
                " VALUES (%s, %s, %s, %s, 'monthly', '{}', now(), 'console')",
                [members.branch.id, members.ids[0], month, wage],
            )
    for month in (NOVEMBER, DECEMBER):
        with members.work(NOW) as work:
            issued = run.issue_month(
                work, branch_id=members.branch.id, timezone="Asia/Jakarta", month=month, segment="PU",
                enrolment_ids=members.ids[:1],
            )  # fmt: skip
        assert issued.bills == 1
    asked = [
        pricing.Asked("PU", wage, frozenset({"JKK", "JKM", "JHT"}), False, "low", (month,))
        for wage, month in ((2_500_000, NOVEMBER), (3_100_000, DECEMBER))
    ]
    assert [row[4] for row in bills(members)] == [pricing.total(one) for one in pricing.price_many(asked)]
    with members.work() as work:
        assert ledger.prove(work, members.branch.id) == []
