"""What the worker does for figures: standings every five minutes and in the last hour of a branch's day, cohorts beside them."""

import logging

from procrastinate.contrib.django import app

from perisai.events.clock import Clock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.figures import cohort, take

log = logging.getLogger(__name__)


@app.periodic(cron="*/5 * * * *")
@app.task(name="figures.take", queueing_lock="figures.take", pass_context=False)
def take_moved(timestamp: int) -> int:
    """Branches that moved since they were last taken, or whose day has begun; how many."""
    del timestamp
    return take_due()


@app.periodic(cron="59 * * * *")
@app.task(name="figures.end_of_day", queueing_lock="figures.end_of_day", pass_context=False)
def take_ending(timestamp: int) -> int:
    """Every branch whose day is about to end, so that its last row is of the day's end; how many."""
    del timestamp
    return take_due(ending=True)


def take_due(*, ending: bool = False, clock: Clock | None = None) -> int:
    """One Work a branch, so that one that fails stops no other."""
    with Work(scope=Scope.nation(), clock=clock) as work:
        due = take.due(work, ending=ending)
    done = 0
    for branch_id, timezone in due:
        try:
            with Work(scope=Scope.branch(branch_id), clock=clock) as work:
                take.take(work, branch_id=branch_id, timezone=timezone)
                cohort.tell(work, branch_id=branch_id, timezone=timezone)
            done += 1
        except Exception:
            log.exception("the figures of branch %s were not taken", branch_id)
    return done
