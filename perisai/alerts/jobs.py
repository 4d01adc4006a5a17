"""Looks every ten minutes, branch by branch, and writes to whom it concerns."""

import logging
from collections.abc import Sequence

from procrastinate.contrib.django import app

from perisai.alerts import keep, look, setting, tell
from perisai.alerts.rules import watched
from perisai.events.clock import Clock, SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.offices import calendar

log = logging.getLogger(__name__)

_BRANCHES = "SELECT p.branch_id, o.name, o.timezone FROM events_position p JOIN offices_office o ON o.id = p.branch_id ORDER BY 1"


@app.periodic(cron="4-59/10 * * * *")
@app.task(name="alerts.look", queueing_lock="alerts.look", pass_context=False)
def look_everywhere(timestamp: int) -> int:
    """How many alerts were raised. After standings, which some of them read."""
    del timestamp
    return look_all(SystemClock())


def look_all(clock: Clock) -> int:
    """One Work a branch, so that one that fails stops no other."""
    with Work(scope=Scope.nation(), clock=clock) as work:
        branches = work.rows(_BRANCHES)
        banks = look.bank_silent(work, watched()["bank_silent"].figures)
    raised = 0
    for branch_id, name, timezone in branches:
        try:
            raised += look_at(branch_id, name, timezone, clock, banks.get(branch_id, ()))
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log.error("alerts of branch %s cannot be looked for: %s", branch_id, type(error).__name__)
    return raised


def look_at(branch_id: int, name: str, timezone: str, clock: Clock, banks: Sequence[look.Found] = ()) -> int:
    """Raises, renews and closes the branch's alerts; how many are new. What the branch switched off is closed."""
    with Work(scope=Scope.branch(branch_id), clock=clock) as work:
        sets = setting.of_branch(work, branch_id)
        place = look.Place(branch_id, branch_day(work.now, timezone), calendar.of_office(work, branch_id))
        found = [one for one in banks if sets["bank_silent"].is_on]
        for kind, looks in look.BY_BRANCH.items():
            if sets[kind].is_on:
                found += looks(work, place, sets[kind].figures)
        raised = keep.keep(work, branch_id=branch_id, kinds=list(watched()), found=found)
        tell.tell(work, branch_id=branch_id, branch=name, raised=raised, sets=sets)
    return len(raised)
