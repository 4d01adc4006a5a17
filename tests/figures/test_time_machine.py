"""Whatever comes in, in whatever order: counters equal events, and figures as of a day stay what they were on that day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.recount import recount
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.figures import reading
from perisai.figures.outcome import Values
from perisai.figures.period import FAR_OFF, NEVER_BEFORE, Period, stretches
from perisai.offices.scopes import AGENT, BRANCH, Watch
from tests.world import Branch, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
BEGIN = datetime(2026, 9, 28, 14, 30, tzinfo=UTC)
KINDS = ("enrolment_accepted", "enrolment_expired", "payment_confirmed", "payment_reversed", "enrolment_in_review")
PERIODS = (
    Period(date(2026, 9, 1), date(2026, 9, 30)),
    Period(date(2026, 9, 25), date(2026, 10, 12)),
    Period(date(2026, 9, 1), date(2026, 10, 31)),
)


class Arrival(NamedTuple):
    """Comes in so many hours after the one before, captured so many days earlier."""

    hours: int
    days_late: int
    kind: str
    quantity: int
    region: str | None
    segment: str


ARRIVALS = st.lists(
    st.builds(
        Arrival,
        hours=st.integers(0, 90),
        days_late=st.sampled_from([0, 0, 0, 1, 2, 9, 33]),
        kind=st.sampled_from(KINDS),
        quantity=st.integers(1, 3),
        region=st.sampled_from([None, "15.71.08.1001", "15.71.09.1002", "15.02"]),
        segment=st.sampled_from(["BPU", "PU"]),
    ),
    min_size=4,
    max_size=12,
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(ARRIVALS)
def test_figures_as_of_a_day_never_change(arrivals: list[Arrival]) -> None:
    branch = make_branch(target=None)
    agent = make_agent(branch)
    scopes = (Watch(BRANCH, str(branch.id)), Watch(AGENT, str(agent.id)))
    at, known = BEGIN, dict[tuple[date, Watch, Period], Values]()
    for arrival in arrivals:
        before, at = at, at + timedelta(hours=arrival.hours)
        for day in _days_over(before, at):
            for scope, period in zip(cycle(scopes), PERIODS, strict=False):
                known[day, scope, period] = _read(branch, scope, period, day, at)
        _arrive(branch, agent.id, arrival, at)
    later = at + timedelta(days=40)
    for (day, scope, period), values in known.items():
        assert _read(branch, scope, period, day, later) == values
        with Work(scope=Scope.branch(branch.id), clock=FixedClock(later)) as work:
            late = reading.late(work, scope, period, day)
            whole = reading.of(work, scope, period, date(2027, 1, 1)).values
        for name in ("accepted", "captured", "contributions", "payments"):
            assert (values[name] or 0) + late.since.get(name, 0) == whole[name]
    with system_work(branch) as work:
        proof = recount(work, branch_id=branch.id)
    assert proof.proved, proof.differences[:5]


def test_recount_finds_a_month_or_an_hour_that_is_wrong() -> None:
    branch = make_branch(target=None)
    for level, changed in (("B", "value + 1"), ("h", "value + 1")):
        _arrive(branch, uuid7(), Arrival(0, 0, KINDS[0], 2, "15.71.08.1001", "BPU"), BEGIN)
        with system_work(branch) as work:
            sql = f"UPDATE events_counter SET value = {changed} WHERE branch_id = %s AND level = %s AND metric = 'captured'"
            work.execute(sql, [branch.id, level])  # type: ignore[arg-type]
            wrong = {row[0] for row in recount(work, branch_id=branch.id).differences}
            assert level in wrong


DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@given(DAYS, st.integers(0, 500), DAYS, DAYS, DAYS, st.integers(0, 40))
def test_stretches_hold_every_day_once(
    first: date, days: int, since: date, until: date, captured: date, after: int
) -> None:
    """Of any day captured and received, the stretches hold it exactly once where it is asked for, otherwise never."""
    period, today = Period(first, first + timedelta(days=days)), date(2027, 3, 1)
    received = captured + timedelta(days=after)
    held = sum(_holds(part, captured, received) for part in stretches(period, since=since, until=until, today=today))
    assert held == (period.first <= captured <= period.last and since <= received <= until)


def test_a_whole_month_up_to_now_is_one_stretch_by_month() -> None:
    found = list(stretches(Period.month(date(2026, 11, 5)), until=date(2026, 11, 23), today=date(2026, 11, 23)))
    assert [(part.by_month, part.first, part.last) for part in found] == [(True, date(2026, 11, 1), date(2026, 11, 1))]
    assert (found[0].since, found[0].until) == (NEVER_BEFORE, FAR_OFF.replace(day=1))


def _holds(part: Any, captured: date, received: date) -> bool:
    if part.by_month:
        captured, received = captured.replace(day=1), received.replace(day=1)
    return part.first <= captured <= part.last and part.since <= received <= part.until


def _days_over(before: datetime, at: datetime) -> Iterator[date]:
    """Days of Jakarta that ended between two instants, the last one at most."""
    zone = ZoneInfo("Asia/Jakarta")
    days = [before.astimezone(zone).date() + timedelta(days=n) for n in range(8)]
    ended = [one for one, _ in pairwise(days) if one < at.astimezone(zone).date()]
    yield from ended[-1:]


def _read(branch: Branch, scope: Watch, period: Period, as_of: date, now: datetime) -> Values:
    with Work(scope=Scope.branch(branch.id), clock=FixedClock(now)) as work:
        return reading.of(work, scope, period, as_of).values


def _arrive(branch: Branch, agent_id: Any, arrival: Arrival, at: datetime) -> None:
    captured = at - timedelta(days=arrival.days_late)
    with Work(scope=Scope.branch(branch.id), clock=FixedClock(at)) as work:
        work.report(
            Happened(
                kind=arrival.kind,
                branch_id=branch.id,
                agent_id=agent_id,
                region_code=arrival.region,
                segment=arrival.segment,
                quantity=arrival.quantity,
                amount=1000 * arrival.quantity,
                captured_from=captured - timedelta(hours=1),
                captured_to=captured,
                day=captured.astimezone(ZoneInfo("Asia/Jakarta")).date(),
            )
        )
