"""Sends what is due, branch by branch, four times an hour: each report once, and again where an hour was missed."""

import logging

from procrastinate.contrib.django import app

from perisai.events.clock import Clock, SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.reports import schedule

log = logging.getLogger(__name__)

_BRANCHES = """
SELECT DISTINCT s.branch_id, o.timezone FROM reports_schedule s JOIN offices_office o ON o.id = s.branch_id
WHERE s.ended_at IS NULL ORDER BY 1
"""


@app.periodic(cron="*/15 * * * *")
@app.task(name="reports.send", queueing_lock="reports.send", pass_context=False)
def send_everywhere(timestamp: int) -> int:
    del timestamp
    return send_all(SystemClock())


def send_all(clock: Clock) -> int:
    """How many e-mails were queued."""
    with Work(scope=Scope.nation(), clock=clock) as work:
        branches = work.rows(_BRANCHES)
    sent = 0
    for branch_id, timezone in branches:
        try:
            with Work(scope=Scope.branch(branch_id), clock=clock) as work:
                sent += schedule.send_due(work, branch_id=branch_id, timezone=timezone)
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log.error("reports of branch %s cannot be sent: %s", branch_id, type(error).__name__)
    return sent
