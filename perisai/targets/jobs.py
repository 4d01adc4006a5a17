"""What the quota does by the clock: slots of leases that have ended go back to the pool."""

import logging

from procrastinate.contrib.django import app

from perisai.events.clock import Clock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.targets.quotas import lease

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queue="members", queueing_lock="quota_leases", pass_context=False)
def return_leases_everywhere(timestamp: int) -> None:
    """Every minute: leases whose time has passed, of phones that were replaced or revoked, of periods that are over."""
    del timestamp
    return_leases()


def return_leases(clock: Clock | None = None) -> int:
    """Branch by branch, each in a Work of its own; returns how many slots. A branch that fails stops no other."""
    with Work(scope=Scope.nation(), clock=clock) as work:
        branches = lease.branches_due(work)
    returned = 0
    for branch_id in branches:
        try:
            with Work(scope=Scope.branch(branch_id), clock=clock) as work:
                returned += lease.return_ended(work, branch_id=branch_id)
        except Exception as error:  # noqa: BLE001 - told by its kind alone; it waits for the next minute
            log.error("slots lent in branch %s cannot be returned: %s", branch_id, type(error).__name__)
    return returned
