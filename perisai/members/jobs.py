"""What the members' room does by the clock."""

from procrastinate.contrib.django import app

from perisai.events.clock import Clock
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.members.core import jobs as core_jobs  # noqa: F401 - registers its jobs
from perisai.members.enrolments.expire import MOST, expire_unpaid
from perisai.members.photos import due as photo_due
from perisai.members.reviews.admit import MOST as ADMITTED_AT_ONCE
from perisai.members.reviews.admit import admit_waiting
from perisai.offices.everywhere import in_each, in_every_branch
from perisai.targets.quotas import quota


@app.periodic(cron="11 * * * *")
@app.task(queue="members", queueing_lock="expire", pass_context=False)
def expire_unpaid_everywhere(timestamp: int) -> None:
    """Hourly, branch by branch, in Works of bounded size. A branch that fails waits for the next hour and stops no other."""
    del timestamp
    in_every_branch(_expire_branch)


@app.periodic(cron="* * * * *")
@app.task(queue="members", queueing_lock="admit", pass_context=False)
def admit_everywhere(timestamp: int) -> None:
    """Every minute, where somebody waits for a slot of the quota and there is room: a slot returned, a lease ended, the cap was
    raised. A branch that fails waits for the next minute and stops no other."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        branches = quota.branches_with_room(work)
    in_each(branches, admit)


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
    in_every_branch(_note_branch)


def _note_branch(branch_id: int, timezone: str) -> None:
    with Work(scope=Scope.branch(branch_id)) as work:
        photo_due.await_lost(work, branch_id=branch_id, today=branch_day(work.now, timezone))
    noted = photo_due.MOST
    while noted == photo_due.MOST:
        with Work(scope=Scope.branch(branch_id)) as work:
            noted = photo_due.note_overdue(work, branch_id=branch_id, today=branch_day(work.now, timezone))


def _expire_branch(branch_id: int, timezone: str) -> None:
    del timezone
    ended = MOST
    while ended == MOST:
        with Work(scope=Scope.branch(branch_id)) as work:
            ended = expire_unpaid(work, branch_id=branch_id)
