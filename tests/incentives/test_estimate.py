"""The estimate of a month from real payments: who counts for whom, in which class, and in which month."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, LiteralString
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perisai.contributions.tariffs.tariff import Asked, months_from, price_many, total
from perisai.events.clock import FixedClock
from perisai.incentives.estimate import Estimate, estimate
from perisai.members import portfolio
from perisai.payments.crediting import outside_payment
from perisai.payments.crediting.outside_payment import Outside
from tests.agencies.offices import make_agency_office, refused
from tests.members.enrolling import enrol_all
from tests.world import Branch, FieldAgent, make_agent, make_branch, system_work, worker

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime.now(UTC)
MONTH = (NOW + timedelta(hours=7)).date().replace(day=1)
_numbers = count(1)


@pytest.fixture
def world() -> tuple[Branch, int, FieldAgent, FieldAgent]:
    branch = make_branch()
    office = make_agency_office(branch)
    first, second = make_agent(branch), make_agent(branch)
    act(branch, "UPDATE agents_agent SET agency_office_id = %s WHERE branch_id = %s", [office, branch.id])
    return branch, office, first, second


def act(branch: Branch, sql: LiteralString, values: list[object]) -> None:
    with system_work(branch) as work:
        work.execute(sql, values)


def dues(month: date, programmes: int = 2, months: int = 1) -> int:
    asked = Asked(1_500_000, frozenset(["JKK", "JKM", "JHT"][:programmes]), False, tuple(months_from(month, months)))
    return total(price_many([asked])[0])


def enrol(agent: FieldAgent, number: int, programmes: int = 2, **changes: Any) -> list[UUID]:
    wanted = ["JKK", "JKM", "JHT"][:programmes]
    return enrol_all(agent, [worker(programmes=wanted, **changes) for _ in range(number)])


def pay(
    branch: Branch,
    members: list[UUID],
    *,
    programmes: int = 2,
    month: date = MONTH,
    months: int = 1,
    at: datetime = NOW,
    told: datetime | None = None,
) -> int:
    """What was paid together; ``told`` is when we hear of it, where that is later."""
    amount = dues(month, programmes, months)
    for member in members:
        with system_work(branch, FixedClock(told or at)) as work:
            paid = Outside(month, months, amount, at, f"{next(_numbers)}")
            assert outside_payment.book(work, branch_id=branch.id, enrolment_id=member, paid=paid)
    return amount * len(members)


def of(branch: Branch, office: int, month: date = MONTH) -> Estimate:
    with system_work(branch) as work:
        return estimate(work, branch_id=branch.id, office_id=office, month=month)


def test_estimate_counts_first_payments_and_dues_of_each_agent(
    world: tuple[Branch, int, FieldAgent, FieldAgent],
) -> None:
    branch, office, first, second = world
    members = enrol(first, 25)
    enrol(first, 3)  # never pay
    received = pay(branch, members[:24])
    below = of(branch, office)
    assert [(one.id, one.incentive.new, one.incentive.acquisition) for one in below.agents if one.id == first.id] == [
        (first.id, 24, 0)
    ]
    received += pay(branch, members[24:])
    others = pay(branch, enrol(second, 1, 3), programmes=3)
    found = of(branch, office)
    by_agent = {one.id: one for one in found.agents}
    assert by_agent[first.id].classes == [received, 0]
    assert by_agent[first.id].incentive.total == 250_000 + received * 15 // 100
    assert by_agent[second.id].incentive.total == others * 15 // 100, "below the threshold: dues only"
    assert found.office == sum(one.incentive.total for one in found.agents) // 10
    assert found.paid_by == portfolio.next_month(MONTH).replace(day=5)
    assert of(branch, office, portfolio.next_month(MONTH)).agents_total == 0, (
        "the second month has no new ones and no dues"
    )


def test_month_is_the_branchs_and_that_of_confirmation(world: tuple[Branch, int, FieldAgent, FieldAgent]) -> None:
    branch, office, first, _ = world
    last_second = datetime.combine(MONTH, datetime.min.time(), UTC) - timedelta(hours=7, seconds=1)
    before = (MONTH - timedelta(days=1)).replace(day=1)
    early, late = enrol(first, 2)
    pay(branch, [early], month=before, at=last_second)
    pay(branch, [late], at=last_second + timedelta(seconds=1))
    assert [sum(one.incentive.new for one in of(branch, office, month).agents) for month in (before, MONTH)] == [1, 1]


def test_payment_that_is_told_in_the_next_month_belongs_to_its_own(
    world: tuple[Branch, int, FieldAgent, FieldAgent],
) -> None:
    branch, office, first, _ = world
    begins = datetime.combine(MONTH, datetime.min.time(), UTC) - timedelta(hours=7)
    before = (MONTH - timedelta(days=1)).replace(day=1)
    amount = pay(
        branch, enrol(first, 1), month=before, at=begins - timedelta(minutes=5), told=begins + timedelta(minutes=5)
    )
    found = [next(one for one in of(branch, office, month).agents if one.id == first.id) for month in (before, MONTH)]
    assert [(one.incentive.new, one.classes) for one in found] == [(1, [amount, 0]), (0, [0, 0])]


def test_who_was_taken_over_is_not_new_with_the_first_payment_here(
    world: tuple[Branch, int, FieldAgent, FieldAgent],
) -> None:
    branch, office, first, _ = world
    members = enrol(first, 1)
    began = "UPDATE members_enrolment SET activated_at = %s WHERE branch_id = %s AND id = %s"
    act(branch, began, [NOW - timedelta(days=400), branch.id, members[0]])
    pay(branch, members)
    assert [one.incentive.new for one in of(branch, office).agents if one.id == first.id] == [0]


def test_dues_are_classed_by_the_months_since_acquisition(world: tuple[Branch, int, FieldAgent, FieldAgent]) -> None:
    branch, office, first, _ = world
    young, middle, old = members = enrol(first, 3)
    amount = pay(branch, members) // 3
    for member, back in ((young, 23), (middle, 24), (old, 60)):
        whole = MONTH.year * 12 + MONTH.month - 1 - back
        begun = date(whole // 12, whole % 12 + 1, 1)
        act(
            branch,
            "UPDATE members_enrolment SET first_month = %s, activated_at = %s WHERE branch_id = %s AND id = %s",
            [begun, begun, branch.id, member],
        )
    found = next(one for one in of(branch, office).agents if one.id == first.id)
    assert (found.classes, found.past, found.incentive.new) == ([amount, amount], amount, 0)
    assert found.incentive.contribution == amount * 15 // 100 + amount * 5 // 100


def test_who_acquired_keeps_the_count_and_who_has_the_care_gets_the_dues(
    world: tuple[Branch, int, FieldAgent, FieldAgent],
) -> None:
    branch, office, first, second = world
    members = enrol(first, 2)
    pay(branch, members, months=2)
    with system_work(branch) as work:
        portfolio.move(
            work,
            branch_id=branch.id,
            this_month=MONTH,
            from_agent_id=first.id,
            to_agent_id=second.id,
            from_month=portfolio.next_month(MONTH),
        )
    by_agent = {one.id: one for one in of(branch, office).agents}
    now, then = dues(MONTH), dues(portfolio.next_month(MONTH))
    assert (by_agent[first.id].incentive.new, by_agent[first.id].classes) == (2, [2 * now, 0])
    assert (by_agent[second.id].incentive.new, by_agent[second.id].classes) == (0, [2 * then, 0])
    with system_work(branch) as work:
        portfolio.move(
            work,
            branch_id=branch.id,
            this_month=MONTH,
            from_agent_id=first.id,
            to_agent_id=None,
            from_month=MONTH,
        )
    by_agent = {one.id: one for one in of(branch, office).agents}
    assert (by_agent[first.id].incentive.new, by_agent[first.id].classes) == (2, [0, 0]), "the branch cares for them"


def test_a_nik_that_was_a_member_before_is_not_new(world: tuple[Branch, int, FieldAgent, FieldAgent]) -> None:
    branch, office, first, _ = world
    before, again = enrol(first, 2)
    pay(branch, [before], at=NOW - timedelta(days=70), month=(MONTH - timedelta(days=50)).replace(day=1))
    pay(branch, [again])
    act(
        branch,
        "UPDATE members_person p SET nik_hash = q.nik_hash FROM members_enrolment e, members_enrolment f, members_person q"
        " WHERE p.branch_id = %s AND e.branch_id = p.branch_id AND e.id = %s AND p.id = e.person_id"
        " AND f.branch_id = p.branch_id AND f.id = %s AND q.branch_id = p.branch_id AND q.id = f.person_id",
        [branch.id, again, before],
    )
    found = next(one for one in of(branch, office).agents if one.id == first.id)
    assert found.incentive.new == 0
    assert found.classes[0] > 0, "their dues count"


def test_agents_of_the_month_are_those_who_last_stood_at_the_office(
    world: tuple[Branch, int, FieldAgent, FieldAgent],
) -> None:
    branch, office, first, second = world
    other = make_agency_office(branch)
    for agent, place, during in (
        (first.id, office, f"[{MONTH - timedelta(days=90)},{MONTH})"),
        (first.id, other, f"[{MONTH},)"),
        (second.id, other, f"[{MONTH - timedelta(days=90)},{MONTH + timedelta(days=1)})"),
        (second.id, office, f"[{MONTH + timedelta(days=1)},)"),
    ):
        act(
            branch,
            "INSERT INTO agents_placement (branch_id, id, agent_id, agency_office_id, districts, during, reason, placed_at)"
            " VALUES (%s, gen_random_uuid(), %s, %s, '{}', %s::daterange, '', now())",
            [branch.id, agent, place, during],
        )
    before = (MONTH - timedelta(days=1)).replace(day=1)
    assert [one.id for one in of(branch, office).agents] == [second.id]
    assert [one.id for one in of(branch, office, before).agents] == [first.id]
    assert [one.id for one in of(branch, other).agents] == [first.id]


def test_estimate_asks_as_many_statements_for_many_agents_as_for_one(
    world: tuple[Branch, int, FieldAgent, FieldAgent],
) -> None:
    branch, office, first, second = world
    with CaptureQueriesContext(connection) as few:
        of(branch, office)
    pay(branch, [*enrol(first, 2), *enrol(second, 2)])
    with CaptureQueriesContext(connection) as many:
        of(branch, office)
    assert len(many) == len(few)


def test_estimate_of_no_branch_and_of_nobody(world: tuple[Branch, int, FieldAgent, FieldAgent]) -> None:
    branch, office, *_ = world
    empty = make_agency_office(branch)
    assert (of(branch, empty).agents, of(branch, empty).office, of(branch, empty).past) == ([], 0, 0)
    assert refused(lambda: of(branch, office, date(2018, 5, 1))) == ""
    with system_work(branch) as work:
        assert refused(lambda: estimate(work, branch_id=office, office_id=office, month=MONTH)) == "E1004"
