"""What the agents' room does by the clock."""

import logging
from zoneinfo import ZoneInfo

from procrastinate.contrib.django import app

from perisai.agents import expiry, placement
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day

_BRANCHES = (
    "SELECT p.branch_id, o.timezone FROM events_position p JOIN offices_office o ON o.id = p.branch_id ORDER BY 1"
)

log = logging.getLogger(__name__)


@app.periodic(cron="2 * * * *")
@app.task(queue="agents", queueing_lock="placements", pass_context=False)
def turn_placements_everywhere(timestamp: int) -> None:
    """Hourly, so that every branch's midnight is met: placements whose first day has come go onto the agents' rows. A branch that
    fails waits for the next hour and stops no other."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        branches = work.rows(_BRANCHES)
    for branch_id, timezone in branches:
        try:
            with Work(scope=Scope.branch(branch_id)) as work:
                placement.turn(work, branch_id=branch_id, today=branch_day(work.now, timezone))
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log.error("placements of branch %s cannot be turned: %s", branch_id, type(error).__name__)


@app.periodic(cron="17 * * * *")
@app.task(name="agents.warn_of_expiry", queue="agents", queueing_lock="agents.warn_of_expiry", pass_context=False)
def warn_everywhere(timestamp: int) -> None:
    """Hourly, by each branch's own day and within its waking hours, for nobody wants a text at night; each warning goes out once.
    A branch that fails waits for the next hour and stops no other."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        branches = work.rows(_BRANCHES)
    for branch_id, timezone in branches:
        try:
            warn_branch(branch_id, timezone)
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log.error("licences of branch %s cannot be warned of: %s", branch_id, type(error).__name__)


def warn_branch(branch_id: int, timezone: str) -> int:
    """Between 7 and 20 o'clock of the branch; how many agents were warned."""
    with Work(scope=Scope.branch(branch_id)) as work:
        local = work.now.astimezone(ZoneInfo(timezone))
        return expiry.warn(work, branch_id=branch_id, today=local.date()) if 7 <= local.hour < 20 else 0
