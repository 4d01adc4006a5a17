"""Looks every ten minutes, branch by branch, raises what nobody answered, and writes to whom it concerns."""

import logging
from collections.abc import Sequence

from procrastinate.contrib.django import app

from perisai.alerts import keep, look, passing, setting, tell
from perisai.alerts.rules import watched
from perisai.events.clock import Clock, SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.offices import calendar

log = logging.getLogger(__name__)

# Of branches that were closed only those where something is still open; by alert_open_once.
_BRANCHES = """
SELECT p.branch_id, o.name, o.timezone, o.is_open FROM events_position p JOIN offices_office o ON o.id = p.branch_id
WHERE o.is_open OR EXISTS (SELECT FROM alerts_alert x WHERE x.branch_id = p.branch_id AND x.closed_at IS NULL) ORDER BY 1
"""


@app.periodic(cron="4-59/10 * * * *")
@app.task(name="alerts.look", queueing_lock="alerts.look", pass_context=False)
def look_everywhere(timestamp: int) -> int:
    """How many alerts were raised. After standings, which some of them read."""
    del timestamp
    return look_all(SystemClock())


def look_all(clock: Clock) -> int:
    """One Work a branch, so that one that fails stops no other."""
    with Work(scope=Scope.nation(), clock=clock) as work:
        branches = branches_to_look_at(work)
        banks = silent_banks(work)
    raised = 0
    for branch_id, name, timezone, is_open in branches:
        try:
            if is_open:
                raised += look_at(branch_id, name, timezone, clock, banks.get(branch_id, ()))
            else:
                close_all(branch_id, clock)
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log.error("alerts of branch %s cannot be looked for: %s", branch_id, type(error).__name__)
    return raised


def branches_to_look_at(work: Work) -> list[tuple[int, str, str, bool]]:
    """(branch, name, time zone, whether it is open), by branch."""
    return [(row[0], row[1], row[2], row[3]) for row in work.rows(_BRANCHES)]


def look_at(branch_id: int, name: str, timezone: str, clock: Clock, banks: Sequence[look.Found] = ()) -> int:
    """Raises, renews and closes the branch's alerts, passes up what waits, and writes about both; how many are new. What the branch
    switched off is closed."""
    with Work(scope=Scope.branch(branch_id), clock=clock) as work:
        sets = setting.of_branch(work, branch_id)
        own = calendar.of_office(work, branch_id)
        place = look.Place(branch_id, branch_day(work.now, timezone), own)
        found = [one for one in banks if sets["bank_silent"].is_on]
        for kind, looks in look.BY_BRANCH.items():
            if sets[kind].is_on:
                found += looks(work, place, sets[kind].figures)
        raised = keep.keep(work, branch_id=branch_id, kinds=list(watched()), found=found)
        passing.pass_up(work, branch_id=branch_id, own=own)
        tell.tell(work, branch_id=branch_id, branch=name, sets=sets, own=own)
    return len(raised)


def close_all(branch_id: int, clock: Clock) -> None:
    """Of a branch that was closed: nothing waits for anybody there, or above, any more."""
    with Work(scope=Scope.branch(branch_id), clock=clock) as work:
        keep.keep(work, branch_id=branch_id, kinds=list(watched()), found=[])
        tell.drop(work, branch_id=branch_id)


def silent_banks(work: Work) -> dict[int, list[look.Found]]:
    """By branch; of one that counts otherwise by its own figures. One statement, and one for each other set of figures."""
    found = dict(look.bank_silent(work, watched()["bank_silent"].figures))
    own = setting.otherwise(work, "bank_silent")
    for figures in {tuple(sorted(one.items())): one for one in own.values()}.values():
        theirs = look.bank_silent(work, figures)
        found |= {branch_id: theirs.get(branch_id, []) for branch_id, one in own.items() if one == figures}
    return found


@app.periodic(cron="51 3 * * *")
@app.task(name="alerts.forget", queueing_lock="alerts.forget", pass_context=False)
def forget_old(timestamp: int) -> int:
    """Every night: what has been over for longer than any screen looks back; how many."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        return keep.forget(work)
