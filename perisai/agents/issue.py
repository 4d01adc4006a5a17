"""The one door to a licence, and its ways on: renewed, revoked, taken over at go-live.

Rows are locked in one order, here and where an exam is annulled (``exams.result``): the candidate's, the agent's, the attempt's.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, LiteralString
from uuid import UUID

from perisai.agents import agent, conditions, numbering
from perisai.agents.conditions import Condition
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events import world
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work, branch_day

CONDITIONS_MOST = 500
REASON_MOST = 500

_INSERT: LiteralString = """
INSERT INTO agents_licence (branch_id, id, agent_id, number, valid_from, valid_to, state, state_since, conditions, attempt_id,
  renews_id, issued_at, issued_by)
VALUES (%s, %s, %s, %s, %s, %s, 'valid', %s, %s, %s, %s, %s, %s)
"""
# Carried by licence_agent.
_LAST: LiteralString = """
SELECT id, number, valid_from, valid_to, state, attempt_id FROM agents_licence
WHERE branch_id = %s AND agent_id = %s ORDER BY (state = 'valid') DESC, valid_to DESC LIMIT 1
"""
_TAKE_OVER: LiteralString = """
WITH told AS (
  SELECT * FROM unnest(%(ids)s::uuid[], %(agents)s::uuid[], %(numbers)s::text[], %(since)s::date[], %(until)s::date[])
    AS n (id, agent_id, number, since, until)
), registered AS (
  INSERT INTO agents_licence_number (number, branch_id, licence_id) SELECT number, %(branch)s, id FROM told ORDER BY number
  ON CONFLICT DO NOTHING RETURNING licence_id
)
INSERT INTO agents_licence (branch_id, id, agent_id, number, valid_from, valid_to, state, state_since, issued_at, issued_by)
SELECT %(branch)s, t.id, t.agent_id, t.number, t.since, t.until, 'valid', %(now)s, %(now)s, %(actor)s
FROM told t JOIN registered r ON r.licence_id = t.id
"""


@dataclass(frozen=True)
class Last:
    """The licence that counts: a valid one before a revoked one, the latest of these."""

    id: UUID
    number: str
    valid_from: date
    valid_to: date
    state: str
    attempt_id: UUID | None


@dataclass(frozen=True)
class TakenOver:
    """A licence that another system gave."""

    agent_id: UUID
    number: str
    valid_from: date
    valid_to: date


def checklist(work: Work, branch_id: int, agent_id: UUID, on: date, *, hold: bool = False) -> list[Condition]:
    """What the next licence of this agent needs: the first, or the one after the last, unless that was revoked. Raises E1004."""
    last = find_last(work, branch_id, agent_id)
    if last is None or last.state != "valid":
        return conditions.for_first(work, branch_id, agent_id, on, hold=hold)
    return conditions.for_renewal(work, branch_id, agent_id, on, valid_from=last.valid_from, valid_to=last.valid_to)


def lacking(work: Work, branch_id: int, agent_id: UUID, on: date) -> list[Condition]:
    """What stands between this agent and a licence; empty where nothing does. Raises E1004."""
    return [one for one in checklist(work, branch_id, agent_id, on) if not one.met]


def issue(work: Work, *, branch_id: int, agent_id: UUID, bound_to: str = "") -> UUID:
    """The first licence, from today; the candidate becomes licensed and the trainee active. Returns the licence's id. Holds the
    candidate's row, the agent's and the exam that counts, in this order: an annulment at the same time comes before it, and it is
    refused, or after it.

    Raises ``Refused``: E1004; E9408 with what is missing; E9409 where there is a valid licence (two officers at once: the second
    waits, then reads this); E9413 for conditions that are too long.
    """
    _hold_candidate(work, branch_id, agent_id)
    on = _lock(work, branch_id, agent_id)
    last = find_last(work, branch_id, agent_id)
    if last is not None and last.state == "valid":
        raise Refused("E9409", number=last.number)
    _check(conditions.for_first(work, branch_id, agent_id, on, hold=True))
    attempt_id = _attempt(work, branch_id, agent_id, on)
    made = _make(work, branch_id, agent_id, on, bound_to=bound_to, attempt_id=attempt_id)
    work.execute(
        "UPDATE agents_agent SET state = 'active' WHERE branch_id = %s AND id = %s AND state = 'trainee'",
        [branch_id, agent_id],
    )
    _move_candidate(work, branch_id, agent_id)
    return made


def renew(work: Work, *, branch_id: int, agent_id: UUID, bound_to: str = "") -> UUID:
    """The licence after the last one, from the day after its end, or from today where that is over. Raises E1004, E9408 also
    where it is too early, E9411 where there is none to renew."""
    on = _lock(work, branch_id, agent_id)
    last = find_last(work, branch_id, agent_id)
    if last is None or last.state != "valid":
        raise Refused("E9411")
    if is_doubtful(work, branch_id, last.attempt_id, hold=True):
        raise Refused("E9412", number=last.number)
    _check(conditions.for_renewal(work, branch_id, agent_id, on, valid_from=last.valid_from, valid_to=last.valid_to))
    since = max(on, last.valid_to + timedelta(days=1))
    return _make(work, branch_id, agent_id, since, bound_to=bound_to, attempt_id=last.attempt_id, renews_id=last.id)


def revoke(work: Work, *, branch_id: int, agent_id: UUID, reason: str) -> int:
    """Takes every licence that could still be used away from now on, and says why; work captured before stays good. Returns how
    many. Raises E1004, E9413 without a reason; E9411 where there is none."""
    if not 3 <= len(reason.strip()) <= REASON_MOST:
        raise Refused("E9413")
    on = _lock(work, branch_id, agent_id)
    rows = work.rows(
        "UPDATE agents_licence SET state = 'revoked', state_since = %s, reason = %s"
        " WHERE branch_id = %s AND agent_id = %s AND state = 'valid' AND valid_to >= %s RETURNING id",
        [work.now, reason.strip(), branch_id, agent_id, on],
    )
    if not rows:
        raise Refused("E9411")
    for (licence_id,) in rows:
        _report(work, "licence_revoked", branch_id, agent_id, {"licence": str(licence_id)})
    return len(rows)


def take_over(work: Work, *, branch_id: int, licences: Sequence[TakenOver]) -> None:
    """Go-live: licences that agents hold already, as they are; the agents become active. Raises E9414 where a number is taken in
    the country."""
    ids = [uuid7() for _ in licences]
    params: dict[str, Any] = {
        "branch": branch_id,
        "ids": ids,
        "agents": [one.agent_id for one in licences],
        "numbers": [one.number for one in licences],
        "since": [one.valid_from for one in licences],
        "until": [one.valid_to for one in licences],
        "now": work.now,
        "actor": work.actor.user_id,
    }
    if work.execute(_TAKE_OVER, params) < len(licences):
        raise Refused("E9414")
    work.execute(
        "UPDATE agents_agent SET state = 'active' WHERE branch_id = %s AND id = ANY (%s) AND state = 'trainee'",
        [branch_id, params["agents"]],
    )
    for one, licence_id in zip(licences, ids, strict=True):
        _report(work, "licence_taken_over", branch_id, one.agent_id, {"licence": str(licence_id)})


def find_last(work: Work, branch_id: int, agent_id: UUID) -> Last | None:
    row = work.row(_LAST, [branch_id, agent_id])
    return Last(*row) if row else None


def is_doubtful(work: Work, branch_id: int, attempt_id: UUID | None, *, hold: bool = False) -> bool:
    """The examination that a licence was issued on has been annulled: its revocation is proposed. ``hold`` keeps it from being
    annulled until the Work ends."""
    from perisai.exams import result

    return attempt_id is not None and attempt_id in result.annulled(work, branch_id, [attempt_id], hold=hold)


def check_digit(digits: str) -> int:
    """Luhn: finds every wrong digit and nearly every pair that was swapped."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return -total % 10


def add_months(day: date, months: int) -> date:
    """The same day of the month, or its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _hold_candidate(work: Work, branch_id: int, agent_id: UUID) -> None:
    from perisai.recruitment import pipeline

    pipeline.hold(work, branch_id=branch_id, candidate_id=agent_id)


def _lock(work: Work, branch_id: int, agent_id: UUID) -> date:
    """Holds the agent's row; the branch's day."""
    agent.lock(work, branch_id=branch_id, agent_id=agent_id)
    row = work.row("SELECT timezone FROM offices_office WHERE id = %s", [branch_id])
    if row is None:
        raise Refused("E1004")
    return branch_day(work.now, row[0])


def _check(found: list[Condition]) -> None:
    missing = [one.said() for one in found if not one.met]
    if missing:
        raise Refused(
            "E9408", what_id="; ".join(one[0] for one in missing), what_en="; ".join(one[1] for one in missing)
        )


def _attempt(work: Work, branch_id: int, agent_id: UUID, on: date) -> UUID | None:
    from perisai.exams import result

    found = result.passed(work, branch_id, agent_id, on)
    return found.attempt_id if found else None


def _make(
    work: Work,
    branch_id: int,
    agent_id: UUID,
    since: date,
    *,
    bound_to: str,
    attempt_id: UUID | None,
    renews_id: UUID | None = None,
) -> UUID:
    if len(bound_to) > CONDITIONS_MOST or "\x00" in bound_to:
        raise Refused("E9413")
    serial = numbering.take(work, branch_id, "licence", 1)[0]
    number = world.mark(f"L-{branch_id}-{serial:06d}-{check_digit(f'{branch_id}{serial:06d}')}")
    licence_id, until = uuid7(), add_months(since, figure("licence_months", since)) - timedelta(days=1)
    taken = work.execute(
        "INSERT INTO agents_licence_number (number, branch_id, licence_id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        [number, branch_id, licence_id],
    )
    if not taken:
        raise Refused("E9414")
    work.execute(
        _INSERT,
        [
            *(branch_id, licence_id, agent_id, number, since, until, work.now, bound_to.strip()),
            *(attempt_id, renews_id, work.now, work.actor.user_id),
        ],
    )
    kind = "licence_renewed" if renews_id else "licence_issued"
    _report(work, kind, branch_id, agent_id, {"licence": str(licence_id), "valid_to": until.isoformat()})
    return licence_id


def _move_candidate(work: Work, branch_id: int, agent_id: UUID) -> None:
    """The candidate of the same id reaches the last stage; an agent who never was one has none."""
    from perisai.recruitment import candidate, pipeline

    try:
        facts = candidate.get_facts(work, branch_id, agent_id)
    except Refused:
        return
    if facts.state == "examined":
        pipeline.move(work, branch_id=branch_id, candidate_id=agent_id, to="licensed", expected="examined")


def _report(work: Work, kind: str, branch_id: int, agent_id: UUID, detail: dict[str, Any]) -> None:
    work.report(Happened(kind=kind, branch_id=branch_id, subject_id=agent_id, agent_id=agent_id, detail=detail))
