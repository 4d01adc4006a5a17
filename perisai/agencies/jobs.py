"""What this room does by the clock, branch by branch, on each branch's own day."""

from procrastinate.contrib.django import app

from perisai.agencies import ending, expiry, size
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.offices.everywhere import in_every_branch


@app.periodic(cron="37 * * * *")
@app.task(name="agencies.look_after", queue="agencies", queueing_lock="agencies.look_after", pass_context=False)
def look_after_everywhere(timestamp: int) -> None:
    """Hourly, so that no branch waits for another's midnight; each finding is made once, by the branch's own day. A branch that
    fails waits for the next hour and stops no other."""
    del timestamp
    in_every_branch(look_after)


def look_after(branch_id: int, timezone: str) -> None:
    """Daily: expiries are warned of, offices past their last day closed, those left without an agreement proposed. Monthly: the
    agents of the month before are counted, and offices short of them proposed."""
    with Work(scope=Scope.branch(branch_id)) as work:
        today = branch_day(work.now, timezone)
        expiry.warn(work, branch_id=branch_id, today=today)
        expiry.propose_left(work, branch_id=branch_id, today=today)
        size.count_last_month(work, branch_id=branch_id, today=today)
    with Work(scope=Scope.branch(branch_id)) as work:
        ending.close_due(work, branch_id=branch_id, today=branch_day(work.now, timezone))
