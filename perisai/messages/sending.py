"""Hands a queued message over: at a decent hour, within the budget, by the first way that takes it, once.

No transaction is open while a gateway is asked. Whoever sends holds a claim of some minutes, so that two jobs at once send once;
a crash in between sends a text twice, under one id, never not at all.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from perisai.events.clock import Clock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.vault import unseal
from perisai.events.work import Work, branch_day
from perisai.messages import budget, channel, hours, preference
from perisai.messages.channel import Receiver, Way
from perisai.messages.gateway import Gateway, NotSent
from perisai.messages.rules import message_rules
from perisai.messages.watch import WATCHES
from perisai.offices import calendar

CLAIM: Final = timedelta(minutes=2)
"""Longer than all gateways of a branch may take together."""

# By primary key.
_CLAIM: LiteralString = """
UPDATE messages_message SET not_before = %(until)s
WHERE branch_id = %(branch)s AND id = %(id)s AND state = 'queued' AND (not_before IS NULL OR not_before <= %(now)s)
RETURNING purpose, urgency, phone_sealed, email_sealed, body_sealed, good_until
"""
_HOLD: LiteralString = (
    "UPDATE messages_message SET not_before = %s WHERE branch_id = %s AND id = %s AND state = 'queued'"
)
_NOTE: LiteralString = """
UPDATE messages_message SET tries = tries + 1, problem = %s, not_before = NULL
WHERE branch_id = %s AND id = %s AND state = 'queued'
"""
_END: LiteralString = """
UPDATE messages_message SET state = %s, tries = tries + %s, ended_at = %s, problem = %s, reference = %s, channel = %s, cost = %s,
  body_sealed = NULL, email_sealed = NULL
WHERE branch_id = %s AND id = %s AND state = 'queued'
RETURNING purpose
"""
_TRY: LiteralString = """
INSERT INTO messages_try (branch_id, id, message_id, channel, at, is_taken, cost, problem, reference)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


class TryAgain(RuntimeError):
    """It may go out later; the text says why not now. ``at``: not before then."""

    def __init__(self, problem: str, at: datetime | None = None) -> None:
        super().__init__(problem)
        self.at = at


@dataclass(frozen=True)
class _Ready:
    to: Receiver
    body: str
    urgency: int
    ways: list[Way]
    budget: int
    month: date


class _Over(Exception):
    """It ends here: state and why."""

    def __init__(self, state: str, problem: str) -> None:
        super().__init__(problem)
        self.state, self.problem = state, problem


def send(*, branch_id: int, message_id: UUID, gateway: Gateway | None, clock: Clock, is_last_try: bool) -> bool:
    """Hands a queued text over; False where it is given up, not wanted any more, held or in another's hands. ``gateway`` is the
    operator's. Raises ``TryAgain``; with ``at``, the hour does not allow it before."""
    scope = Scope.branch(branch_id)
    until: datetime | None = None
    with Work(scope=scope, clock=clock) as work:
        try:
            ready = _prepare(work, branch_id, message_id, gateway)
        except _Over as over:
            _end(work, branch_id, message_id, over.state, over.problem, tries=0)
            return False
        if isinstance(ready, datetime):
            work.execute(_HOLD, [ready, branch_id, message_id])
            until = ready
    if until is not None:
        raise TryAgain("quiet hours", until)
    if ready is None or isinstance(ready, datetime):
        return False
    return _walk(branch_id, message_id, ready, clock, is_last_try=is_last_try)


def _prepare(work: Work, branch_id: int, message_id: UUID, gateway: Gateway | None) -> "_Ready | datetime | None":
    """What is to be sent and how; an instant where it is held until then; None where there is nothing to send."""
    claim = {"branch": branch_id, "id": message_id, "now": work.now, "until": work.now + CLAIM}
    row = work.row(_CLAIM, claim)
    if row is None:
        return None
    purpose, urgency, phone, email, body, good_until = row
    if work.now > good_until:
        raise _Over("failed", "too late")
    to = Receiver(unseal(phone).decode(), unseal(email).decode() if email else "")
    own, policy = calendar.of_office(work, branch_id), channel.policy(work, branch_id=branch_id)
    rule, prefers = message_rules().purpose(purpose), ""
    if urgency > 0:
        is_stopped, prefers, _language = preference.find_preference(work, branch_id=branch_id, phone=to.phone)
        if is_stopped and not rule.must_arrive:
            raise _Over("dropped", "opted_out")
        allowed = hours.next_allowed(work.now, policy.hours, own)
        if allowed > good_until and not rule.must_arrive:
            raise _Over("failed", "too late")
        if work.now < allowed <= good_until:
            return allowed
    watch = WATCHES.get(purpose)
    reason = watch.still_wanted(work, branch_id=branch_id, message_id=message_id) if watch else ""
    if reason:
        raise _Over("dropped", reason)
    ways = [way for way in channel.ways(work, branch_id=branch_id, operator=gateway) if to.has(way.kind)]
    if not ways:
        raise _Over("failed", "no gateway")
    ways.sort(key=lambda way: way.kind != (rule.first or prefers))
    month = branch_day(work.now, own.timezone).replace(day=1)
    return _Ready(to, unseal(body).decode(), urgency, ways, policy.budget, month)


def _walk(branch_id: int, message_id: UUID, ready: _Ready, clock: Clock, *, is_last_try: bool) -> bool:
    """Tries the ways in order."""
    problems: list[NotSent] = []
    for way in ready.ways:
        cost = way.cost_of(ready.body)
        with Work(scope=Scope.branch(branch_id), clock=clock) as work:
            has = budget.reserve(
                work, branch_id=branch_id, month=ready.month, cost=cost, urgency=ready.urgency, budget=ready.budget
            )
        if not has:
            continue
        try:
            reference = way.send(message_id=message_id, to=ready.to, body=ready.body)
        except NotSent as failed:
            problems.append(failed)
            _note_failure(branch_id, message_id, ready.month, way, cost, failed, clock)
            continue
        with Work(scope=Scope.branch(branch_id), clock=clock) as work:
            work.execute(_TRY, [branch_id, uuid7(), message_id, way.kind, work.now, True, cost, "", reference])
            _end(work, branch_id, message_id, "sent", "", tries=1, reference=reference, way=way.kind, cost=cost)
        return True
    return _none_took(branch_id, message_id, problems, clock, is_last_try=is_last_try)


def _note_failure(
    branch_id: int, message_id: UUID, month: date, way: Way, cost: int, failed: NotSent, clock: Clock
) -> None:
    with Work(scope=Scope.branch(branch_id), clock=clock) as work:
        budget.release(work, branch_id=branch_id, month=month, cost=cost)
        work.execute(_TRY, [branch_id, uuid7(), message_id, way.kind, work.now, False, 0, failed.problem, ""])


def _none_took(branch_id: int, message_id: UUID, problems: list[NotSent], clock: Clock, *, is_last_try: bool) -> bool:
    with Work(scope=Scope.branch(branch_id), clock=clock) as work:
        if not problems:
            _end(work, branch_id, message_id, "dropped", "budget", tries=0)
            return False
        problem = problems[-1].problem
        if is_last_try or all(one.is_final for one in problems):
            _end(work, branch_id, message_id, "failed", problem, tries=1)
            return False
        work.execute(_NOTE, [problem, branch_id, message_id])
    raise TryAgain(problem)


def _end(
    work: Work,
    branch_id: int,
    message_id: UUID,
    state: str,
    problem: str,
    *,
    tries: int,
    reference: str = "",
    way: str = "",
    cost: int = 0,
) -> None:
    row = work.row(_END, [state, tries, work.now, problem, reference, way, cost, branch_id, message_id])
    watch = WATCHES.get(row[0]) if row else None
    if watch is not None:
        watch.ended(work, branch_id=branch_id, message_id=message_id, state=state, problem=problem)
