"""Bills that are out when a set of rules is published: looked at branch by branch and, where it prices their months otherwise,
issued anew by counter-entry. Every step is one transaction that writes where it stands: whoever takes it up goes on there."""

from datetime import date, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.contributions.repricing import bills as reprice_bills
from perisai.contributions.repricing.bills import Anew, Asked
from perisai.contributions.rule_changes import publish as rule_publish
from perisai.contributions.rules import in_force as rules
from perisai.contributions.runs.month_run import Place
from perisai.events.clock import Clock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.orders import anew as order_anew
from perisai.payments.orders import order

WINDOW: Final = 2_000
"""Bills a step: an event for each, and the branch's position is held while they are written."""
SOME: Final = 100
LATE: Final = timedelta(minutes=5)
"""By then every process has heard of a set (``rule_changes.publish``), and what others issued before is looked at once more."""
STUCK: Final = timedelta(minutes=3)

_BEGIN: LiteralString = """
INSERT INTO contributions_reprice (branch_id, set_number, since, published_at, state, sweeps, looked_at, issued, before, after,
  unpriced, orders, error, moved_at)
SELECT p.branch_id, %(number)s, %(since)s, %(now)s, 'bills', 0, 0, 0, 0, 0, 0, 0, '', %(now)s
FROM events_position p JOIN offices_office o ON o.id = p.branch_id ORDER BY p.branch_id
ON CONFLICT (branch_id, set_number) DO NOTHING RETURNING branch_id
"""
# Another one who carries it out at this moment goes on alone.
_LOCK: LiteralString = """
SELECT set_number, since, published_at, cursor, sweeps FROM contributions_reprice
WHERE branch_id = %s AND id = %s AND state = 'bills' FOR UPDATE SKIP LOCKED
"""
_COUNTED: LiteralString = """
UPDATE contributions_reprice SET bills = coalesce(bills, 0) + %s WHERE branch_id = %s AND id = %s
"""
_MOVE: LiteralString = """
UPDATE contributions_reprice SET cursor = coalesce(%(cursor)s, cursor), looked_at = looked_at + %(looked_at)s,
  issued = issued + %(issued)s, before = before + %(before)s, after = after + %(after)s, unpriced = unpriced + %(unpriced)s,
  moved_at = %(now)s, error = '', state = CASE WHEN %(is_last)s THEN 'orders' ELSE 'bills' END
WHERE branch_id = %(branch)s AND id = %(id)s
"""
_STATE: LiteralString = "SELECT state FROM contributions_reprice WHERE branch_id = %s AND id = %s"
_ENDED: LiteralString = """
UPDATE contributions_reprice SET orders = orders + %s, moved_at = %s WHERE branch_id = %s AND id = %s
"""
_DONE: LiteralString = """
UPDATE contributions_reprice SET state = 'done', sweeps = sweeps + 1, error = '', moved_at = %(now)s,
  ended_at = coalesce(ended_at, %(now)s)
WHERE branch_id = %(branch)s AND id = %(id)s AND state = 'orders'
"""
_FAILED: LiteralString = """
UPDATE contributions_reprice SET error = %s, moved_at = %s WHERE branch_id = %s AND id = %s AND state <> 'done'
"""
_GOING: LiteralString = """
SELECT id FROM contributions_reprice WHERE branch_id = %s AND state <> 'done' ORDER BY set_number
"""
# Work that nobody moves, and branches whose second sweep is due: a row a branch and set.
_STUCK: LiteralString = """
SELECT DISTINCT branch_id FROM contributions_reprice
WHERE state <> 'done' AND moved_at < %(stuck)s OR state = 'done' AND sweeps = 1 AND published_at < %(late)s ORDER BY 1
"""
_AGAIN: LiteralString = """
UPDATE contributions_reprice SET state = 'bills', cursor = NULL, moved_at = %s
WHERE branch_id = %s AND state = 'done' AND sweeps = 1 AND published_at < %s
"""


class NotHeard(RuntimeError):
    """This machine does not have the set yet."""


def begin(work: Work, *, set_number: int, since: date) -> None:
    """Lets the workers look at the open bills of every branch. In the transaction that publishes."""
    from perisai.contributions.rule_changes.jobs import reprice_branch

    branches = [row[0] for row in work.rows(_BEGIN, {"number": set_number, "since": since, "now": work.now})]
    if branches:
        reprice_branch.batch_defer(*({"branch_id": branch_id} for branch_id in branches))


def carry_out_branch(place: Place, *, clock: Clock | None = None) -> None:
    """All that is not done of a branch, in the order of the sets. What stops one is written down, and tried again later."""
    with Work(scope=Scope.branch(place.branch_id), clock=clock) as work:
        going = [row[0] for row in work.rows(_GOING, [place.branch_id])]
    for reprice_id in going:
        try:
            carry_out(place, reprice_id, clock=clock)
        except Exception as error:
            with Work(scope=Scope.branch(place.branch_id), clock=clock) as work:
                work.execute(_FAILED, [type(error).__name__, work.now, place.branch_id, reprice_id])
            raise


def carry_out(place: Place, reprice_id: UUID, *, clock: Clock | None = None, most: int = WINDOW) -> None:
    """All steps, each in a Work of its own; then the codes for many bills."""
    goes_on = True
    while goes_on:
        with Work(scope=Scope.branch(place.branch_id), clock=clock) as work:
            goes_on = step(work, place=place, reprice_id=reprice_id, most=most)
    _follow(place, reprice_id, clock)


def step(work: Work, *, place: Place, reprice_id: UUID, most: int = WINDOW) -> bool:
    """One window of bills; False where none is left or somebody else is at it. Raises ``NotHeard``."""
    row = work.row(_LOCK, [place.branch_id, reprice_id])
    if row is None:
        return False
    number, since, published_at, cursor, sweeps = row
    asked = Asked(place.branch_id, since, _rules(number), published_at - LATE if sweeps else None)
    if cursor is None:
        work.execute(_COUNTED, [reprice_bills.count(work, asked), place.branch_id, reprice_id])
    done = reprice_bills.issue_anew(work, asked, after=cursor or UUID(int=0), most=most, run_id=reprice_id)
    _move(work, place.branch_id, reprice_id, done)
    return done.cursor is not None


def stuck(work: Work) -> list[int]:
    """Branches where something is to be taken up, of all that the Work may touch."""
    return [row[0] for row in work.rows(_STUCK, {"stuck": work.now - STUCK, "late": work.now - LATE})]


def sweep_again(work: Work, *, branch_id: int) -> None:
    """The second sweep, where it is due."""
    work.execute(_AGAIN, [work.now, branch_id, work.now - LATE])


def _rules(number: int) -> rules.Rules:
    rule_publish.refresh()
    if rules.published_number() < number:
        raise NotHeard(number)
    return rules.load_now()


def _move(work: Work, branch_id: int, reprice_id: UUID, done: Anew) -> None:
    told: dict[str, Any] = vars(done) | {"branch": branch_id, "id": reprice_id, "now": work.now}
    work.execute(_MOVE, told | {"is_last": done.cursor is None})


def _follow(place: Place, reprice_id: UUID, clock: Clock | None) -> None:
    """Codes for many bills that hold one of the old ones can no more be paid: they end, and their payers get others. In Works after
    those of the bills, for a payment locks enrolments before orders."""
    from perisai.employers.jobs import bill_again
    from perisai.payers import collective

    branch_id = place.branch_id
    scope = Scope.branch(branch_id)
    with Work(scope=scope, clock=clock) as work:
        row = work.row(_STATE, [branch_id, reprice_id])
    if row is None or row[0] != "orders":
        return
    _follow_unnamed(place, reprice_id, clock)
    ended = SOME
    while ended == SOME:
        with Work(scope=scope, clock=clock) as work:
            ended = order.end_replaced(work, branch_id=branch_id, run_id=reprice_id, most=SOME)
            work.execute(_ENDED, [ended, work.now, branch_id, reprice_id])
    with Work(scope=scope, clock=clock) as work:
        waiting = collective.without_code(work, branch_id=branch_id, run_id=reprice_id)
    for order_id in waiting:
        with Work(scope=scope, clock=clock) as work:
            collective.make_anew(work, branch_id=branch_id, order_id=order_id)
    bill_again(branch_id, place.timezone)
    with Work(scope=scope, clock=clock) as work:
        work.execute(_DONE, {"branch": branch_id, "id": reprice_id, "now": work.now})


def _follow_unnamed(place: Place, reprice_id: UUID, clock: Clock | None) -> None:
    """Codes of members and of payers whom nobody named: each is followed by another one, in a Work of its own."""
    branch_id, scope = place.branch_id, Scope.branch(place.branch_id)
    with Work(scope=scope, clock=clock) as work:
        waiting = order_anew.to_follow(work, branch_id=branch_id, run_id=reprice_id)
    for order_id in waiting:
        with Work(scope=scope, clock=clock) as work:
            made = order_anew.make_instead(work, branch_id=branch_id, timezone=place.timezone, order_id=order_id)
            if made is not None:
                work.execute(_ENDED, [1, work.now, branch_id, reprice_id])
