"""Moving the care of members: whose list they are on, from which month, without a hole or an overlap."""

from datetime import date
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perisai.errors import Refused
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members import portfolio
from tests.members.enrolling import enrol_all, kinds_of, state_of
from tests.world import Branch, FieldAgent, jakarta_today, make_agent, make_branch, system_work, worker

pytestmark = pytest.mark.usefixtures("database")

NOW = jakarta_today().replace(day=1)


def month(step: int) -> date:
    whole = NOW.year * 12 + NOW.month - 1 + step
    return date(whole // 12, whole % 12 + 1, 1)


def shift(
    branch: Branch,
    from_agent: UUID | None,
    to_agent: UUID | None,
    first: int,
    last: int | None = None,
    chosen: list[UUID] | None = None,
    now: int = 0,
) -> portfolio.Moved:
    with system_work(branch) as work:
        return portfolio.move(
            work,
            branch_id=branch.id,
            this_month=month(now),
            from_agent_id=from_agent,
            to_agent_id=to_agent,
            from_month=month(first),
            until_month=None if last is None else month(last),
            enrolment_ids=chosen,
        )


def line(branch: Branch, enrolment: UUID) -> list[tuple[date, date | None, UUID | None]]:
    with system_work(branch) as work:
        return [
            (row[0], row[1], row[2])
            for row in work.rows(
                "SELECT lower(months), upper(months), agent_id FROM members_care WHERE branch_id = %s AND enrolment_id = %s"
                " ORDER BY months",
                [branch.id, enrolment],
            )
        ]


@pytest.fixture
def pair() -> tuple[Branch, FieldAgent, FieldAgent, list[UUID]]:
    branch = make_branch()
    first, second = make_agent(branch), make_agent(branch)
    return branch, first, second, enrol_all(first, [worker() for _ in range(3)])


def test_move_for_good_changes_holder_and_keeps_acquirer(
    pair: tuple[Branch, FieldAgent, FieldAgent, list[UUID]],
) -> None:
    branch, first, second, members = pair
    moved = shift(branch, first.id, second.id, 0)
    assert moved.enrolments == sorted(members)
    for member in members:
        after = state_of(branch, member)
        assert (after["agent_id"], after["acquired_by"]) == (second.id, first.id)
        assert line(branch, member) == [(month(0), None, second.id)]
        assert kinds_of(branch, member)[-2:] == ["care_left", "care_taken"]
    assert shift(branch, first.id, second.id, 0).enrolments == []


def test_move_for_a_time_comes_back_by_itself(pair: tuple[Branch, FieldAgent, FieldAgent, list[UUID]]) -> None:
    branch, first, second, members = pair
    shift(branch, first.id, second.id, 0, 1, chosen=members[:1])
    assert state_of(branch, members[0])["agent_id"] == second.id
    assert state_of(branch, members[1])["agent_id"] == first.id
    assert line(branch, members[0]) == [(month(0), month(2), second.id), (month(2), None, first.id)]
    for step, holder in ((1, second.id), (2, first.id)):
        with system_work(branch) as work:
            portfolio.turn(work, branch_id=branch.id, this_month=month(step))
        assert state_of(branch, members[0])["agent_id"] == holder


def test_move_in_a_later_month_waits_for_it(pair: tuple[Branch, FieldAgent, FieldAgent, list[UUID]]) -> None:
    branch, first, second, members = pair
    shift(branch, first.id, second.id, 1)
    assert state_of(branch, members[0])["agent_id"] == first.id
    with system_work(branch) as work:
        assert portfolio.turn(work, branch_id=branch.id, this_month=month(0)) == 0
    with system_work(branch) as work:
        assert portfolio.turn(work, branch_id=branch.id, this_month=month(1)) == 3
    assert state_of(branch, members[0])["agent_id"] == second.id
    with system_work(branch) as work:
        found = [
            portfolio.holders(work, branch_id=branch.id, enrolment_ids=members[:1], month=month(step))
            for step in (0, 1)
        ]
        assert found == [{members[0]: first.id}, {members[0]: second.id}]


def test_move_of_an_ended_agent_takes_what_comes_back_later(
    pair: tuple[Branch, FieldAgent, FieldAgent, list[UUID]],
) -> None:
    branch, first, second, members = pair
    shift(branch, first.id, second.id, 0, 1)
    assert shift(branch, first.id, None, 0).enrolments == sorted(members)
    assert line(branch, members[0]) == [(month(0), month(2), second.id), (month(2), None, None)]
    with system_work(branch) as work:
        portfolio.turn(work, branch_id=branch.id, this_month=month(2))
    assert state_of(branch, members[0])["agent_id"] is None
    assert shift(branch, None, second.id, 2, now=2).enrolments == sorted(members)


def test_move_of_months_turned_round_is_refused(pair: tuple[Branch, FieldAgent, FieldAgent, list[UUID]]) -> None:
    branch, first, second, _ = pair
    with pytest.raises(Refused, match="E9503"):
        shift(branch, first.id, second.id, 1, 0)


def test_table_refuses_two_agents_in_one_month(pair: tuple[Branch, FieldAgent, FieldAgent, list[UUID]]) -> None:
    """The other half of the pair: without the verb, the constraint stands."""
    from django.db import IntegrityError

    branch, first, second, members = pair
    shift(branch, first.id, second.id, 0)
    with pytest.raises(IntegrityError, match="care_once_a_month"), system_work(branch) as work:
        work.execute(
            "INSERT INTO members_care (branch_id, enrolment_id, agent_id, months, at) VALUES (%s, %s, %s, %s, now())",
            [branch.id, members[0], first.id, f"[{month(3)},{month(4)})"],
        )


MOVE = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(-1, 8), st.none() | st.integers(0, 4), st.booleans())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(MOVE, min_size=1, max_size=6), now=st.integers(0, 8))
def test_move_at_random_leaves_no_hole_and_no_overlap(
    shared: tuple[Branch, list[UUID | None]], moves: list[tuple[int, int, int, int | None, bool]], now: int
) -> None:
    """Against a model that is a list of holders by month."""
    branch, agents = shared
    holder = agents[0]
    assert holder is not None
    member = enrol_all(FieldAgent(branch, holder, uuid4()), [worker()])[0]
    model = dict.fromkeys(range(-1, 20), agents[0])
    for source, target, first, length, alone in moves:
        last = None if length is None else first + length
        shift(branch, agents[source], agents[target], first, last, chosen=[member] if alone else None, now=now)
        for step in model:
            if first <= step <= (99 if last is None else last) and model[step] == agents[source]:
                model[step] = agents[target]
    ranges = line(branch, member)
    for before, after in pairwise(ranges):
        assert before[1] == after[0], "a hole or an overlap"
    if ranges:
        assert ranges[-1][1] is None
        assert ranges[0][0] <= NOW
        found = {
            step: next(
                agent for begins, ends, agent in ranges if begins <= month(step) and (not ends or month(step) < ends)
            )
            for step in range(20)
        }
        assert found == {step: model[step] for step in range(20)}
        with system_work(branch) as work:
            portfolio.turn(work, branch_id=branch.id, this_month=month(now))
        assert state_of(branch, member)["agent_id"] == model[now]


@pytest.fixture(scope="module")
def shared(database: object) -> tuple[Branch, list[UUID | None]]:
    del database
    branch = make_branch()
    agents: list[UUID | None] = [make_agent(branch).id for _ in range(3)]
    return branch, [*agents, None]


def test_move_of_a_thousand_is_a_fixed_number_of_statements() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    branch = make_branch()
    first, second = make_agent(branch), make_agent(branch)
    enrolled = enrol_all(first, [worker()])
    with Work(scope=Scope.branch(branch.id)) as work:
        columns = ", ".join(
            row[0]
            for row in work.rows(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'members_enrolment'"
                " AND column_name NOT IN ('id', 'state', 'person_id', 'payment_code')"
            )
        )
        work.execute(
            "INSERT INTO members_person SELECT (p).* FROM (SELECT jsonb_populate_record(p, jsonb_build_object("
            "'id', uuidv7())) AS p FROM members_person p, generate_series(2, 1000) WHERE p.branch_id = %s) s",
            [branch.id],
        )
        work.execute(
            f"INSERT INTO members_enrolment ({columns}, id, state, person_id)"
            f" SELECT {', '.join('e.' + name.strip() for name in columns.split(','))}, uuidv7(), 'active', p.id"
            " FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id <> e.person_id"
            " WHERE e.branch_id = %s AND e.id = %s",
            [branch.id, enrolled[0]],
        )
    with CaptureQueriesContext(connection) as seen:
        moved = shift(branch, first.id, second.id, 0)
    assert len(moved.enrolments) == 1_000
    assert len(seen) <= 10, [one["sql"][:80] for one in seen]
    with system_work(branch) as work:
        assert portfolio.preview(work, branch_id=branch.id, from_agent_id=second.id, from_month=NOW).members == 1_000
