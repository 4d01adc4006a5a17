"""What the members' room does by the clock."""

from procrastinate.contrib.django import app

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members import core_jobs  # noqa: F401 - registers its jobs
from perisai.members.expire import MOST, expire_unpaid


@app.periodic(cron="11 * * * *")
@app.task(queue="members", queueing_lock="expire", pass_context=False)
def expire_unpaid_everywhere(timestamp: int) -> None:
    """Hourly, branch by branch, in Works of bounded size."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        branches = [row[0] for row in work.rows("SELECT branch_id FROM events_position ORDER BY branch_id")]
    for branch_id in branches:
        ended = MOST
        while ended == MOST:
            with Work(scope=Scope.branch(branch_id)) as work:
                ended = expire_unpaid(work, branch_id=branch_id)
