"""What the agents' room does by the clock."""

from zoneinfo import ZoneInfo

from procrastinate.contrib.django import app

from perisai.agents import expiry, placement
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.offices.everywhere import in_every_branch


@app.periodic(cron="2 * * * *")
@app.task(queue="agents", queueing_lock="placements", pass_context=False)
def turn_placements_everywhere(timestamp: int) -> None:
    """Hourly, so that every branch's midnight is met: placements whose first day has come go onto the agents' rows. A branch that
    fails waits for the next hour and stops no other."""
    del timestamp
    in_every_branch(turn_placements)


def turn_placements(branch_id: int, timezone: str) -> None:
    with Work(scope=Scope.branch(branch_id)) as work:
        placement.turn(work, branch_id=branch_id, today=branch_day(work.now, timezone))


@app.periodic(cron="17 * * * *")
@app.task(name="agents.warn_of_expiry", queue="agents", queueing_lock="agents.warn_of_expiry", pass_context=False)
def warn_everywhere(timestamp: int) -> None:
    """Hourly, by each branch's own day and within its waking hours, for nobody wants a text at night; each warning goes out once.
    A branch that fails waits for the next hour and stops no other."""
    del timestamp
    in_every_branch(warn_branch)


def warn_branch(branch_id: int, timezone: str) -> int:
    """Between 7 and 20 o'clock of the branch; how many agents were warned."""
    with Work(scope=Scope.branch(branch_id)) as work:
        local = work.now.astimezone(ZoneInfo(timezone))
        return expiry.warn(work, branch_id=branch_id, today=local.date()) if 7 <= local.hour < 20 else 0
