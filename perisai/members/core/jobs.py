"""Registers new members at the core where the port does that by itself."""

from procrastinate.contrib.django import app

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members.core import port as core

BATCH = 500

# Carried by enrolment_core_waiting.
_BRANCHES = (
    "SELECT DISTINCT branch_id FROM members_enrolment WHERE core_state = 'none' AND state = 'active' ORDER BY branch_id"
)


@app.periodic(cron="* * * * * */10")
@app.task(
    name="members.register_at_core", queue="members", queueing_lock="members.register_at_core", pass_context=False
)
def register_at_core(timestamp: int) -> None:
    """Every ten seconds; a port of files has nothing to do here."""
    del timestamp
    register_everywhere(core.get_port())


def register_everywhere(port: core.CorePort) -> int:
    """Branch by branch, in Works of bounded size. Answers how many were registered."""
    if isinstance(port, core.FileCore):
        return 0
    with Work(scope=Scope.nation()) as work:
        branches = [row[0] for row in work.rows(_BRANCHES)]
    done = 0
    for branch_id in branches:
        batch = BATCH
        while batch == BATCH:
            with Work(scope=Scope.branch(branch_id)) as work:
                batch = port.register_waiting(work, branch_id=branch_id, most=BATCH)
            done += batch
    return done
