"""A bill run from its beginning to its end: each chunk writes where it stands, so that whoever takes it up goes on there."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson

from perisai.contributions.cover.rule import add_months
from perisai.contributions.runs import run
from perisai.events.clock import Clock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work, branch_day

DAYS_AHEAD: Final = 14
"""The bills of a month go out so long before it begins: who pays by then is protected without a gap."""

# Carried by run_once. A run that is going on is left alone: whoever starts it goes on with it.
_START: LiteralString = """
INSERT INTO contributions_run AS r (branch_id, segment, month, state, started_at, started_by, moved_at, members, looked_at, bills,
  amount, chunks, skipped)
SELECT %(branch)s, %(segment)s, %(month)s, 'running', %(now)s, %(user)s, %(now)s, (
    SELECT count(*) FROM members_enrolment e
    WHERE e.branch_id = %(branch)s AND e.segment = %(segment)s AND e.state = ANY (%(states)s)), 0, 0, 0, 0, '{}'
ON CONFLICT (branch_id, segment, month) DO UPDATE SET state = 'running', started_at = excluded.started_at,
  started_by = excluded.started_by, moved_at = excluded.moved_at, ended_at = NULL, cursor = NULL, members = excluded.members,
  looked_at = 0, skipped = '{}'
WHERE r.state = 'done'
RETURNING id
"""
_FIND: LiteralString = "SELECT id FROM contributions_run WHERE branch_id = %s AND segment = %s AND month = %s"
_LOCK: LiteralString = """
SELECT segment, month, cursor, skipped FROM contributions_run WHERE branch_id = %s AND id = %s AND state = 'running' FOR UPDATE
"""
_MOVE: LiteralString = """
UPDATE contributions_run SET cursor = coalesce(%(cursor)s, cursor), looked_at = looked_at + %(looked_at)s,
  bills = bills + %(bills)s, amount = amount + %(amount)s, chunks = chunks + %(chunks)s, skipped = %(skipped)s, moved_at = %(now)s,
  state = CASE WHEN %(is_last)s THEN 'done' ELSE 'running' END, ended_at = CASE WHEN %(is_last)s THEN %(now)s::timestamptz END
WHERE branch_id = %(branch)s AND id = %(run)s
"""
_DONE: LiteralString = """
SELECT month FROM contributions_run
WHERE branch_id = %s AND segment = 'BPU' AND month = ANY (%s) AND state = 'done' AND (started_at AT TIME ZONE %s)::date >= %s
"""
STATES: Final = {"BPU": ["active"], "PU": ["accepted", "active"]}


@dataclass(frozen=True)
class Place:
    """A branch and its time zone."""

    branch_id: int
    timezone: str


def start(work: Work, *, branch_id: int, month: date, segment: run.Segment = "BPU") -> UUID:
    """The run of a month, begun anew where it was done (for those who came since), as it is where it goes on."""
    asked = {"branch": branch_id, "segment": segment, "month": month, "now": work.now, "user": work.actor.user_id}
    row = work.row(_START, asked | {"states": STATES[segment]}) or work.row(_FIND, [branch_id, segment, month])
    assert row is not None
    found: UUID = row[0]
    return found


def step(work: Work, *, place: Place, run_id: UUID, most: int = run.CHUNK) -> bool:
    """One chunk; False where the run is done. Its row is the first lock, so that two who carry it out take turns."""
    row = work.row(_LOCK, [place.branch_id, run_id])
    if row is None:
        return False
    segment, month, cursor, skipped = row
    issued = run.issue_month(
        work,
        branch_id=place.branch_id,
        timezone=place.timezone,
        month=month,
        segment=segment,
        after=cursor,
        run_id=run_id,
        most=most,
    )
    is_last = issued.looked_at < most
    work.execute(
        _MOVE,
        {
            "branch": place.branch_id,
            "run": run_id,
            "cursor": issued.cursor,
            "looked_at": issued.looked_at,
            "bills": issued.bills,
            "amount": issued.amount,
            "chunks": 1 if issued.bills else 0,
            "skipped": orjson.dumps(_added(skipped, issued.skipped)).decode(),
            "now": work.now,
            "is_last": is_last,
        },
    )
    return not is_last


def carry_out(place: Place, run_id: UUID, *, clock: Clock | None = None, most: int = run.CHUNK) -> None:
    """All chunks, each in a Work of its own."""
    goes_on = True
    while goes_on:
        with Work(scope=Scope.branch(place.branch_id), clock=clock) as work:
            goes_on = step(work, place=place, run_id=run_id, most=most)


def issue(place: Place, month: date, *, segment: run.Segment = "BPU", clock: Clock | None = None) -> UUID:
    """Starts the run of a month, or goes on with it, and carries it out."""
    with Work(scope=Scope.branch(place.branch_id), actor=Actor(None), clock=clock) as work:
        run_id = start(work, branch_id=place.branch_id, month=month, segment=segment)
    carry_out(place, run_id, clock=clock)
    return run_id


def months_due(work: Work, *, branch_id: int, timezone: str) -> list[date]:
    """The months whose bills should be out on the branch's day and whose run was not done yet on that day: this one, and the
    next from ``DAYS_AHEAD`` days before it."""
    today = branch_day(work.now, timezone)
    this = today.replace(day=1)
    following = add_months(this, 1)
    due = [this, following] if (following - today).days <= DAYS_AHEAD else [this]
    done = {row[0] for row in work.rows(_DONE, [branch_id, due, timezone, today])}
    return [month for month in due if month not in done]


def _added(told: Any, more: dict[str, int]) -> dict[str, int]:
    known = orjson.loads(told) if isinstance(told, str | bytes) else dict(told)
    return {reason: known.get(reason, 0) + more.get(reason, 0) for reason in sorted({*known, *more})}
