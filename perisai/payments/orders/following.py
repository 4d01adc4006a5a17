"""What comes instead of a code for many bills that can no more be paid (``broken``): one of them was issued anew by a change of a
member's income or programmes, of a wage, of who pays, or was paid by itself. Each in one Work: whoever takes it up later finds it
done or whole."""

import logging
from typing import LiteralString
from uuid import UUID

from perisai.events.clock import Clock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.orders import anew, order

log = logging.getLogger(__name__)

# Carried by order_broken.
_WAITING: LiteralString = """
SELECT id, payer_kind, payer_id FROM payments_order
WHERE branch_id = %s AND state = 'open' AND broken_at IS NOT NULL ORDER BY broken_at, id
"""
_BRANCHES: LiteralString = """
SELECT DISTINCT r.branch_id, o.timezone FROM payments_order r JOIN offices_office o ON o.id = r.branch_id
WHERE r.state = 'open' AND r.broken_at IS NOT NULL ORDER BY 1
"""
_TIMEZONE: LiteralString = "SELECT timezone FROM offices_office WHERE id = %s"


def branches() -> list[tuple[int, str]]:
    """Where something waits, with their time zones."""
    with Work(scope=Scope.nation()) as work:
        return [(branch_id, timezone) for branch_id, timezone in work.rows(_BRANCHES)]


def timezone_of(branch_id: int) -> str:
    with Work(scope=Scope.branch(branch_id)) as work:
        row = work.row(_TIMEZONE, [branch_id])
    assert row is not None
    return str(row[0])


def follow_branch(branch_id: int, timezone: str, *, clock: Clock | None = None) -> None:
    """All that wait; twice at once does no harm. One that cannot be followed waits for the next time and stops no other."""
    with Work(scope=Scope.branch(branch_id), clock=clock) as work:
        waiting = work.rows(_WAITING, [branch_id])
    for order_id, kind, payer_id in waiting:
        try:
            if kind == "employer" and payer_id is not None:
                _renew_employer(branch_id, timezone, payer_id)
            with Work(scope=Scope.branch(branch_id), clock=clock) as work:
                _follow(work, branch_id, timezone, order_id, kind)
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log.error("an order of branch %s is not followed: %s", branch_id, type(error).__name__)


def _renew_employer(branch_id: int, timezone: str, employer_id: UUID) -> None:
    """Their room makes the month's bill for all again, and ends its code with it."""
    from perisai.employers.jobs import renew_one

    renew_one(branch_id, timezone, employer_id)


def _follow(work: Work, branch_id: int, timezone: str, order_id: UUID, kind: str) -> None:
    """Who pays, enrolments and bills are locked before the order, as a payment locks them."""
    from perisai.payers import collective

    if kind in ("sponsor", "group"):
        collective.make_anew(work, branch_id=branch_id, order_id=order_id)
    elif kind in anew.UNNAMED:
        anew.make_instead(work, branch_id=branch_id, timezone=timezone, order_id=order_id)
    order.end_broken(work, branch_id=branch_id, order_id=order_id)
