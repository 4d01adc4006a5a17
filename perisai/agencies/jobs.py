"""What this room does by the clock, branch by branch, on each branch's own day."""

import logging

from procrastinate.contrib.django import app

from perisai.agencies import ending, expiry, size
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day

_BRANCHES = (
    "SELECT p.branch_id, o.timezone FROM events_position p JOIN offices_office o ON o.id = p.branch_id ORDER BY 1"
)

log = logging.getLogger(__name__)


@app.periodic(cron="37 * * * *")
@app.task(name="agencies.look_after", queue="agencies", queueing_lock="agencies.look_after", pass_context=False)
def look_after_everywhere(timestamp: int) -> None:
    """Hourly, so that no branch waits for another's midnight; each finding is made once, by the branch's own day. A branch that
    fails waits for the next hour and stops no other."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        branches = work.rows(_BRANCHES)
    for branch_id, timezone in branches:
        try:
            look_after(branch_id, timezone)
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log.error("agency offices of branch %s cannot be looked after: %s", branch_id, type(error).__name__)


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
