"""What the members' room does by the clock."""

import logging

from procrastinate.contrib.django import app

from perisai.events.clock import Clock
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.members import (
    core_jobs,  # noqa: F401 - registers its jobs
    photo_due,
)
from perisai.members.admit import MOST as ADMITTED_AT_ONCE
from perisai.members.admit import admit_waiting
from perisai.members.expire import MOST, expire_unpaid
from perisai.targets import quota

_BRANCHES = (
    "SELECT p.branch_id, o.timezone FROM events_position p JOIN offices_office o ON o.id = p.branch_id ORDER BY 1"
)

log = logging.getLogger(__name__)


@app.periodic(cron="11 * * * *")
@app.task(queue="members", queueing_lock="expire", pass_context=False)
def expire_unpaid_everywhere(timestamp: int) -> None:
    """Hourly, branch by branch, in Works of bounded size. A branch that fails waits for the next hour and stops no other."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        branches = [row[0] for row in work.rows("SELECT branch_id FROM events_position ORDER BY branch_id")]
    for branch_id in branches:
        try:
            _expire_branch(branch_id)
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log.error("unpaid enrolments of branch %s cannot be ended: %s", branch_id, type(error).__name__)


@app.periodic(cron="* * * * *")
@app.task(queue="members", queueing_lock="admit", pass_context=False)
def admit_everywhere(timestamp: int) -> None:
    """Every minute, where somebody waits for a slot of the quota and there is room: a slot returned, a lease ended, the cap was
    raised. A branch that fails waits for the next minute and stops no other."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        branches = quota.branches_with_room(work)
    for branch_id, timezone in branches:
        try:
            admit(branch_id, timezone)
        except Exception as error:  # noqa: BLE001 - as above
            log.error("who waits for a slot in branch %s cannot be let in: %s", branch_id, type(error).__name__)


def admit(branch_id: int, timezone: str, clock: Clock | None = None) -> int:
    """Lets in until there is no room or nobody waits, each segment and batch in a Work of its own; returns how many."""
    total = 0
    for segment in ("BPU", "PU"):
        admitted = ADMITTED_AT_ONCE
        while admitted == ADMITTED_AT_ONCE:
            with Work(scope=Scope.branch(branch_id), clock=clock) as work:
                admitted = admit_waiting(work, branch_id=branch_id, timezone=timezone, segment=segment)
            total += admitted
    return total


@app.periodic(cron="23 * * * *")
@app.task(queue="members", queueing_lock="photo_due", pass_context=False)
def note_overdue_photos_everywhere(timestamp: int) -> None:
    """Hourly: pictures of ID cards that got lost on the way or whose day has passed, by the branch's own day, each noted once."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        branches = work.rows(_BRANCHES)
    for branch_id, timezone in branches:
        try:
            _note_branch(branch_id, timezone)
        except Exception as error:  # noqa: BLE001 - as above
            log.error("overdue pictures of branch %s cannot be noted: %s", branch_id, type(error).__name__)


def _note_branch(branch_id: int, timezone: str) -> None:
    with Work(scope=Scope.branch(branch_id)) as work:
        photo_due.await_lost(work, branch_id=branch_id, today=branch_day(work.now, timezone))
    noted = photo_due.MOST
    while noted == photo_due.MOST:
        with Work(scope=Scope.branch(branch_id)) as work:
            noted = photo_due.note_overdue(work, branch_id=branch_id, today=branch_day(work.now, timezone))


def _expire_branch(branch_id: int) -> None:
    ended = MOST
    while ended == MOST:
        with Work(scope=Scope.branch(branch_id)) as work:
            ended = expire_unpaid(work, branch_id=branch_id)
