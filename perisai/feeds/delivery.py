"""Hands events over: in the order of a branch's numbers, at least once.

A cursor is a branch's position. Whoever sends holds a claim of a minute and no transaction; who was killed meanwhile is followed by
another, who sends the same message again. A branch's next message goes out only when this one was taken, so nothing overtakes and
nothing is lost. Failures wait longer each time; after days the subscription pauses and says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.clock import Clock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.feeds import address, message, paused, reading, subscription
from perisai.feeds.address import Answer, Target
from perisai.feeds.area import scope_of
from perisai.feeds.models import State, Subscription
from perisai.offices.tree import Office

BATCH: Final = 100
CLAIM: Final = timedelta(seconds=60)
"""Much longer than a call may take."""
WAITS: Final = (5, 10, 20, 40, 80, 160, 300, 600, 1800, 3600, 7200, 14400, 21600)
"""Seconds after the first, second ... failure; the last one from then on."""
GIVE_UP: Final = timedelta(days=3)
MOST_WAIT: Final = 3600
"""Seconds that a receiver may ask us to stay away."""
_GONE: Final = 410
_LONG: Final = timedelta(minutes=1)
"""A receiver that took nothing for so long and takes something now was away: what waits for its hour is tried at once."""

Post = Callable[..., Answer]

# Branches whose cursor was made with the subscription; one that opened since begins with its first event.
_JOIN: LiteralString = """
INSERT INTO feeds_cursor (branch_id, subscription_id, number, tries, next_at, problem)
SELECT p.branch_id, s.id, 0, 0, %(now)s, '' FROM feeds_subscription s JOIN offices_office o ON o.path @> ARRAY[s.office_id]
JOIN events_position p ON p.branch_id = o.id
WHERE s.state = 'on' AND NOT EXISTS (SELECT FROM feeds_cursor c WHERE c.branch_id = p.branch_id AND c.subscription_id = s.id)
ON CONFLICT DO NOTHING
"""
# A few subscriptions, each with a row for each of its branches: cursor_subscription, and positions by primary key.
_DUE: LiteralString = """
SELECT s.id FROM feeds_subscription s
WHERE s.state = 'on' AND s.next_at <= %(now)s AND EXISTS (
  SELECT FROM feeds_cursor c JOIN events_position p ON p.branch_id = c.branch_id
  WHERE c.subscription_id = s.id AND c.number < p.number AND c.next_at <= %(now)s
    AND (c.claimed_until IS NULL OR c.claimed_until <= %(now)s))
"""
_CHOOSE: LiteralString = """
SELECT c.branch_id, c.number, c.pending_to, p.number AS position
FROM feeds_cursor c JOIN events_position p ON p.branch_id = c.branch_id
JOIN offices_office o ON o.id = c.branch_id AND o.path @> ARRAY[%(office)s::int]
WHERE c.subscription_id = %(subscription)s AND c.number < p.number AND c.next_at <= %(now)s
  AND (c.claimed_until IS NULL OR c.claimed_until <= %(now)s)
ORDER BY c.next_at, c.branch_id LIMIT 1 FOR UPDATE OF c SKIP LOCKED
"""
_CLAIM: LiteralString = """
UPDATE feeds_cursor SET pending_to = %(last)s, claim = %(claim)s, claimed_until = %(until)s
WHERE branch_id = %(branch)s AND subscription_id = %(subscription)s
"""
_SKIP: LiteralString = """
UPDATE feeds_cursor SET number = %s, pending_to = NULL, next_at = %s WHERE branch_id = %s AND subscription_id = %s
"""
_TAKEN: LiteralString = """
UPDATE feeds_cursor SET number = %(last)s, pending_to = NULL, claim = NULL, claimed_until = NULL, tries = 0, failing_since = NULL,
  problem = '', next_at = %(now)s, delivered_at = %(now)s
WHERE branch_id = %(branch)s AND subscription_id = %(subscription)s AND claim = %(claim)s
"""
_FAILED: LiteralString = """
UPDATE feeds_cursor SET claim = NULL, claimed_until = NULL, tries = tries + 1, failing_since = coalesce(failing_since, %(now)s),
  problem = %(problem)s,
  next_at = %(now)s + make_interval(secs => (%(waits)s::int[])[least(tries + 1, cardinality(%(waits)s::int[]))])
WHERE branch_id = %(branch)s AND subscription_id = %(subscription)s AND claim = %(claim)s
RETURNING failing_since
"""
_RECOVERED: LiteralString = """
UPDATE feeds_cursor SET next_at = %s WHERE subscription_id = %s AND tries > 0 AND next_at > %s
"""
_LOG: LiteralString = """
INSERT INTO feeds_delivery (branch_id, id, subscription_id, message, first, last, events, at, took_ms, status, problem)
VALUES (%(branch)s, %(id)s, %(subscription)s, %(message)s, %(first)s, %(last)s, %(events)s, %(now)s, %(took_ms)s, %(status)s,
  %(problem)s)
"""
_FORGET: LiteralString = "DELETE FROM feeds_delivery WHERE at < %s"
KEPT: Final = timedelta(days=30)


@dataclass(frozen=True)
class Claimed:
    """A message that is ours to send."""

    subscription: Subscription
    claim: UUID
    branch_id: int
    first: int
    last: int
    """The cursor's next place."""
    events: int
    message: message.Message
    headers: Mapping[str, str]


def find_due(clock: Clock) -> list[UUID]:
    """Subscriptions that have something to send now. Two statements, whatever their number."""
    with Work(scope=Scope.nation(), clock=clock) as work:
        work.execute(_JOIN, {"now": work.now})
        return [row[0] for row in work.rows(_DUE, {"now": work.now})]


def deliver(subscription_id: UUID, *, clock: Clock, until: datetime, post: Post = address.post) -> int:
    """Sends what is due, message by message, until there is no more, one fails, or it is late. Answers how many were taken."""
    taken = 0
    while clock.now() < until:
        claimed = _claim(subscription_id, clock)
        if claimed is None:
            break
        answer = _send(claimed.subscription, claimed.message, claimed.headers, post)
        # Of the branch, and of the subscription's office, to whose people is written where it pauses.
        with Work(scope=Scope.of((claimed.branch_id, claimed.subscription.office_id)), clock=clock) as work:
            _note(work, claimed, answer)
        if not answer.is_taken:
            break
        taken += 1
    return taken


def deliver_test(subscription_id: UUID, *, clock: Clock, post: Post = address.post) -> Answer | None:
    """The event of the button "test"; how it went stands on the subscription. It neither mends nor harms its state."""
    asked = Subscription.objects.exclude(state=State.ENDED).filter(pk=subscription_id)
    found = asked.filter(test_asked_at__isnull=False, test_at__isnull=True).first()
    if found is None:
        return None
    now = clock.now()
    sample = message.sample(found.id, now)
    answer = _send(found, sample, message.headers(sample, sealed=subscription.secrets_of(found, now), now=now), post)
    with Work(scope=Scope.nation(), clock=clock) as work:
        Subscription.objects.filter(pk=found.pk).update(
            test_at=work.now, test_status=answer.status, test_problem=answer.problem[:80]
        )
    return answer


def forget_old(work: Work) -> int:
    return work.execute(_FORGET, [work.now - KEPT])


def _claim(subscription_id: UUID, clock: Clock) -> Claimed | None:
    """The next message of the branch that has waited longest. Ranges in which nothing is wanted are passed over."""
    found = Subscription.objects.filter(pk=subscription_id, state=State.ON).first()
    if found is None:
        return None
    kind = Office.objects.values_list("kind", flat=True).get(pk=found.office_id)
    while True:
        with Work(scope=scope_of(found.office_id, kind), clock=clock) as work:
            if work.now < found.next_at:
                return None
            asked = {"subscription": found.id, "office": found.office_id, "now": work.now}
            row = work.row(_CHOOSE, asked)
            if row is None:
                return None
            branch_id, number, pending_to, position = row
            # Again, now that nobody can set this cursor back: a message named as of the round before is dropped by who knows it.
            found = Subscription.objects.filter(pk=subscription_id, state=State.ON).first()
            if found is None:
                return None
            # What was promised in a first try is what is sent in the second, whatever happened since.
            upto = position if pending_to is None else pending_to
            page = reading.page(work, branch_id=branch_id, after=number, position=upto, limit=BATCH, kinds=found.kinds)
            if page.events:
                return _claimed(work, found, branch_id, page)
            work.execute(_SKIP, [page.reached, work.now, branch_id, found.id])


def _claimed(work: Work, found: Subscription, branch_id: int, page: reading.Page) -> Claimed:
    told = message.batch(page.events, subscription_id=found.id, rounds=found.round)
    claimed = Claimed(
        subscription=found,
        claim=uuid7(),
        branch_id=branch_id,
        first=page.events[0]["number"],
        last=page.reached,
        events=len(page.events),
        message=told,
        headers=message.headers(told, sealed=subscription.secrets_of(found, work.now), now=work.now),
    )
    work.execute(_CLAIM, _keys(claimed) | {"last": claimed.last, "until": work.now + CLAIM})
    return claimed


def _send(found: Subscription, told: message.Message, headers: Mapping[str, str], post: Post) -> Answer:
    """The address is judged again: the setting it was allowed by may be gone."""
    try:
        target: Target = address.parse(found.address)
    except Refused:
        return Answer(None, "address not allowed")
    return post(target, content=told.content, headers=headers)


def _note(work: Work, claimed: Claimed, answer: Answer) -> None:
    """Where the cursor was set back meanwhile, or another took over, it stays as it is; the try is logged all the same."""
    keys = _keys(claimed) | {"now": work.now}
    told: dict[str, Any] = {
        "id": uuid7(),
        "message": claimed.message.id,
        "first": claimed.first,
        "events": claimed.events,
    }
    told |= {"last": claimed.last, "took_ms": answer.took_ms, "status": answer.status, "problem": answer.problem[:80]}
    work.execute(_LOG, keys | told)
    try:
        locked = subscription.lock(claimed.subscription)
    except Refused:  # ended while the message was on its way
        return
    if answer.is_taken:
        work.execute(_TAKEN, keys | {"last": claimed.last})
        if locked.failing_since is not None:
            if work.now - locked.failing_since >= _LONG:
                work.execute(_RECOVERED, [work.now, locked.id, work.now])
            locked.tries, locked.failing_since, locked.next_at = 0, None, work.now
            locked.save(update_fields=["tries", "failing_since", "next_at"])
        return
    row = work.row(_FAILED, keys | {"problem": answer.problem[:80], "waits": list(WAITS)})
    if row is not None and locked.state == State.ON:
        _wait(work, locked, answer, row[0])


def _wait(work: Work, locked: Subscription, answer: Answer, cursor_failing_since: datetime) -> None:
    """One branch's message that nobody takes stops the others for a moment only; a receiver that takes nothing, ever longer."""
    wait = max(WAITS[min(locked.tries, len(WAITS) - 1)], min(answer.retry_after or 0, MOST_WAIT))
    locked.tries += 1
    locked.failing_since = locked.failing_since or work.now
    locked.next_at = work.now + timedelta(seconds=wait)
    since = min(locked.failing_since, cursor_failing_since)
    if answer.status == _GONE or work.now - since >= GIVE_UP:
        locked.state, locked.paused_at = State.PAUSED, work.now
        subscription.save(work, locked, "paused")
        paused.write(work, subscription=locked, is_gone=answer.status == _GONE, problem=answer.problem)
        return
    locked.save(update_fields=["tries", "failing_since", "next_at"])


def _keys(claimed: Claimed) -> dict[str, Any]:
    return {"branch": claimed.branch_id, "subscription": claimed.subscription.id, "claim": claimed.claim}
