"""What the room does by the clock: reminders of the day, by each branch's own morning."""

import logging
from typing import Final
from zoneinfo import ZoneInfo

from procrastinate.contrib.django import app

from perisai.events.clock import Clock, SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.reminders.compose import MOST, queue_planned
from perisai.reminders.plan import plan

log = logging.getLogger(__name__)

FROM_HOUR: Final = 4
"""By the branch's clock: what was paid by yesterday has arrived."""
_BRANCHES = "SELECT p.branch_id, o.name, o.timezone FROM events_position p JOIN offices_office o ON o.id = p.branch_id ORDER BY 1"


@app.periodic(cron="17 * * * *")
@app.task(queue="reminders", queueing_lock="reminders.plan", pass_context=False)
def remind_everywhere(timestamp: int) -> None:
    """Hourly, branch by branch: each once a day, and again where an hour was missed; what is written down already stays."""
    del timestamp
    remind_all(SystemClock())


def remind_all(clock: Clock) -> None:
    with Work(scope=Scope.nation(), clock=clock) as work:
        branches = work.rows(_BRANCHES)
    for branch_id, name, timezone in branches:
        if clock.now().astimezone(ZoneInfo(timezone)).hour < FROM_HOUR:
            continue
        try:
            remind_branch(branch_id, name, timezone, clock)
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log.error("reminders of branch %s cannot be made: %s", branch_id, type(error).__name__)


def remind_branch(branch_id: int, name: str, timezone: str, clock: Clock) -> int:
    """Plans what is due and queues it, in Works of bounded size; answers how many were queued or dropped."""
    with Work(scope=Scope.branch(branch_id), clock=clock) as work:
        plan(work, branch_id=branch_id, today=branch_day(work.now, timezone))
    total, done = 0, MOST
    while done == MOST:
        with Work(scope=Scope.branch(branch_id), clock=clock) as work:
            done = queue_planned(work, branch_id=branch_id, branch=name, timezone=timezone)
            total += done
    return total
