"""What the members' room does by the clock."""

import logging

from procrastinate.contrib.django import app

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members import core_jobs  # noqa: F401 - registers its jobs
from perisai.members.expire import MOST, expire_unpaid

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


def _expire_branch(branch_id: int) -> None:
    ended = MOST
    while ended == MOST:
        with Work(scope=Scope.branch(branch_id)) as work:
            ended = expire_unpaid(work, branch_id=branch_id)
