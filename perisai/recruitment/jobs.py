"""What this room does by the clock."""

import logging

from procrastinate.contrib.django import app

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.recruitment import erasure

_BRANCHES = (
    "SELECT p.branch_id, o.timezone FROM events_position p JOIN offices_office o ON o.id = p.branch_id ORDER BY 1"
)

log = logging.getLogger(__name__)


@app.periodic(cron="53 * * * *")
@app.task(name="recruitment.erase", queue="recruitment", queueing_lock="recruitment.erase", pass_context=False)
def erase_everywhere(timestamp: int) -> None:
    """Hourly, by the branch's own day, in Works of bounded size. A branch that fails waits for the next hour and stops no other."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        branches = work.rows(_BRANCHES)
    for branch_id, timezone in branches:
        try:
            erase_branch(branch_id, timezone)
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log.error("closed applications of branch %s cannot be erased: %s", branch_id, type(error).__name__)


def erase_branch(branch_id: int, timezone: str) -> None:
    erased = erasure.MOST
    while erased == erasure.MOST:
        with Work(scope=Scope.branch(branch_id)) as work:
            erased = erasure.erase_due(work, branch_id=branch_id, timezone=timezone)
