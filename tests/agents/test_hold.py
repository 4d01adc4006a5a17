"""A hold stops work captured in it, whenever that arrives, and leaves all other work alone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perisai.agents import hold
from perisai.agents.agent import admit
from perisai.agents.licence import Gate, Held, HeldLicence, Standing, get_standing
from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.web.simulate.phone import Phone
from tests.world import Branch, FieldAgent, make_agent, make_branch, system_work, worker

DAY = datetime(2026, 11, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ZONE = "Asia/Jakarta"


def begin(
    agent: FieldAgent,
    at: datetime,
    kind: str = "suspended",
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    with system_work(agent.branch, FixedClock(at)) as work:
        hold.begin(work, branch_id=agent.branch.id, agent_id=agent.id, kind=kind, since=since, until=until)


def end(agent: FieldAgent, at: datetime, kind: str = "suspended") -> None:
    with system_work(agent.branch, FixedClock(at)) as work:
        hold.end(work, branch_id=agent.branch.id, agent_id=agent.id, kind=kind)


def standing_of(agent: FieldAgent) -> Standing:
    with system_work(agent.branch) as work:
        return get_standing(work, branch_id=agent.branch.id, agent_id=agent.id)


@pytest.mark.parametrize(("kind", "code"), [("suspended", "E9401"), ("remedial", "E9402")])
def test_push_captured_in_a_hold_is_refused_with_its_reason(
    phone_of: Callable[[FieldAgent], Phone], kind: str, code: str
) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    begin(agent, datetime.now(UTC), kind)
    phone.sync_time()
    phone.op("enrol", worker())
    end(agent, datetime.now(UTC) + MINUTE, kind)
    answers = phone.push()
    assert [(a["status"], a["code"]) for a in answers] == [("rejected", code)], "also when it arrives after the hold"


def test_push_of_a_trainee_says_that_a_licence_is_missing(phone_of: Callable[[FieldAgent], Phone]) -> None:
    branch = make_branch()
    trainee = FieldAgent(branch, uuid7(), uuid7())
    admitted(branch, trainee)
    phone = phone_of(trainee)
    phone.op("enrol", worker())
    assert [(a["status"], a["code"]) for a in phone.push()] == [("rejected", "E9403")]


def test_gate_by_interval() -> None:
    """Before: open. Across an edge: a person looks. Within: closed."""
    agent = make_agent(make_branch(), valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1))
    begin(agent, DAY)
    end(agent, DAY + 60 * MINUTE)
    standing = standing_of(agent)

    def gate(start: int, stop: int) -> Gate:
        return standing.gate(DAY + start * MINUTE, DAY + stop * MINUTE, DAY + start * MINUTE, ZONE)[0]

    assert gate(-9, -1) is Gate.OPEN
    assert gate(-9, 0) is Gate.CHANGED
    assert gate(0, 59) is Gate.CLOSED
    assert gate(59, 60) is Gate.CHANGED
    assert gate(60, 99) is Gate.OPEN
    assert gate(-9, 99) is Gate.CHANGED, "a short hold within a long interval"


moments = st.integers(0, 60).map(lambda n: DAY + n * MINUTE)
spans = st.tuples(moments, moments).map(sorted)


@given(st.lists(spans, max_size=4), st.booleans(), spans, st.integers(0, 60), moments)
def test_gate_agrees_with_looking_at_every_minute(
    holds: list[list[datetime]], is_open_ended: bool, asked: list[datetime], part: int, revoked_at: datetime
) -> None:
    """The gate looks at few instants; here all are looked at."""
    held = [Held("suspended", a, b) for a, b in holds if a < b]
    if held and is_open_ended:
        held.append(Held("remedial", held[0].since, None))
    licence = HeldLicence(uuid7(), "L", date(2026, 11, 20), date(2026, 11, 20), "revoked", revoked_at)
    standing = Standing(uuid7(), "P", "Agen", None, None, (licence,), tuple(held))
    earliest, latest = asked
    minutes = [earliest + n * MINUTE for n in range(int((latest - earliest) / MINUTE) + 1)]
    free = [bool(standing.licence_at(at, ZONE)) and not standing.hold_at(at) for at in minutes]
    expected = Gate.OPEN if all(free) else Gate.CHANGED if any(free) else Gate.CLOSED
    assert standing.gate(earliest, latest, minutes[part % len(minutes)], ZONE)[0] is expected


def test_begin_where_a_hold_of_the_kind_lasts_is_refused() -> None:
    agent = make_agent(make_branch())
    begin(agent, DAY)
    with pytest.raises(Refused, match="E9405"):
        begin(agent, DAY + MINUTE)
    begin(agent, DAY + MINUTE, "remedial")
    assert {h.kind for h in standing_of(agent).holds} == {"suspended", "remedial"}


def test_begin_in_the_past_is_refused() -> None:
    agent = make_agent(make_branch())
    with pytest.raises(Refused, match="E9406"):
        begin(agent, DAY, since=DAY - MINUTE)
    with pytest.raises(Refused, match="E9406"):
        begin(agent, DAY, since=DAY + MINUTE, until=DAY + MINUTE)


def test_end_of_a_hold_to_come_leaves_nothing_and_a_second_end_is_refused() -> None:
    agent = make_agent(make_branch())
    begin(agent, DAY, since=DAY + 60 * MINUTE)
    assert state_of(agent) == "active"
    end(agent, DAY + MINUTE)
    assert standing_of(agent).holds == ()
    with pytest.raises(Refused, match="E9407"):
        end(agent, DAY + MINUTE)


def test_state_for_lists_follows_the_suspension() -> None:
    agent = make_agent(make_branch())
    begin(agent, DAY, "remedial")
    assert state_of(agent) == "active"
    begin(agent, DAY)
    assert state_of(agent) == "suspended"
    end(agent, DAY + MINUTE)
    assert state_of(agent) == "active"


def test_admit_at_once_gives_different_codes_after_those_there(database: Path) -> None:
    branch = make_branch()
    with system_work(branch) as work:
        work.execute(
            "INSERT INTO agents_agent (branch_id, code, full_name, phone, state, since)"
            " VALUES (%s, %s, 'Lama', '', 'active', '2020-01-01')",
            [branch.id, f"P-{branch.id}-0041"],
        )
    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(lambda _: admitted(branch, FieldAgent(branch, uuid7(), uuid7())), range(12)))
    assert sorted(codes) == [f"P-{branch.id}-{n:04d}" for n in range(42, 54)]


def test_admit_twice_is_refused(database: Path) -> None:
    branch = make_branch()
    trainee = FieldAgent(branch, uuid7(), uuid7())
    admitted(branch, trainee)
    with pytest.raises(Refused, match="E9404"):
        admitted(branch, trainee)


def admitted(branch: Branch, trainee: FieldAgent) -> str:
    from django.db import connection

    try:
        with system_work(branch) as work:
            return admit(
                work,
                branch_id=branch.id,
                agent_id=trainee.id,
                full_name="Calon Agen",
                phone="",
                agency_office_id=None,
                sub_branch_id=None,
                since=date(2026, 11, 22),
            )
    finally:
        connection.close()


def state_of(agent: FieldAgent) -> str:
    with system_work(agent.branch) as work:
        row = work.row("SELECT state FROM agents_agent WHERE branch_id = %s AND id = %s", [agent.branch.id, agent.id])
    assert row is not None
    return str(row[0])
