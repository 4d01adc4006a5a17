"""What the worker does for exams: ends attempts whose time is over, though nobody comes back; gathers the country's answers."""

import logging
from collections.abc import Callable
from functools import partial
from typing import LiteralString

from procrastinate.contrib.django import app

from perisai.events.clock import Clock, SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.exams import marking, statistics

# Carried by exam_attempt_due; a handful of rows.
_BRANCHES: LiteralString = """
SELECT DISTINCT branch_id FROM exams_attempt WHERE ended_at IS NULL AND due_at < %s ORDER BY branch_id
"""

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queue="exams", queueing_lock="exams.end_overdue", pass_context=False)
def end_overdue(timestamp: int) -> None:
    """Every minute; one Work a branch, repeated while there is more than one Work takes."""
    del timestamp
    end_all_overdue(SystemClock())


@app.periodic(cron="40 18 * * *")
@app.task(queue="exams", queueing_lock="exams.gather_figures", pass_context=False)
def gather_figures(timestamp: int) -> None:
    """Every night (UTC; between half past one and four in the country)."""
    del timestamp
    gather_all_figures(SystemClock())


def gather_all_figures(clock: Clock) -> int:
    """How many questions have figures; a Work an owner."""
    with Work(scope=Scope.nation(), clock=clock) as work:
        owners = statistics.owners(work)
    return sum(_try("figures", owner, partial(_gather, owner, only, clock)) for owner, only in owners)


def _gather(owner_id: int, only: int | None, clock: Clock) -> int:
    scope = Scope.nation() if only is None else Scope.branch(only)
    with Work(scope=scope, clock=clock) as work:
        return statistics.gather(work, owner_id=owner_id, only=only)


def end_all_overdue(clock: Clock) -> int:
    """How many attempts were ended."""
    with Work(scope=Scope.nation(), clock=clock) as work:
        branches = [row[0] for row in work.rows(_BRANCHES, [work.now - marking.GRACE])]
    return sum(_try("attempts", branch_id, partial(_end_branch, branch_id, clock)) for branch_id in branches)


def _try(what: str, office_id: int, act: Callable[[], int]) -> int:
    """An office that fails waits for the next time and stops no other."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
        log.error("exams of office %s: %s failed: %s", office_id, what, type(error).__name__)
        return 0


def _end_branch(branch_id: int, clock: Clock) -> int:
    ended = 0
    while True:
        with Work(scope=Scope.branch(branch_id), clock=clock) as work:
            now_ended = marking.end_overdue(work, branch_id=branch_id)
        ended += now_ended
        if not now_ended:
            return ended
