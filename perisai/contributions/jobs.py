"""What the room does by the clock: bills of the months that are due, memberships that end, terms that take effect."""

import logging
from collections.abc import Callable
from typing import LiteralString

from procrastinate.contrib.django import app

from perisai.contributions.bills import terms
from perisai.contributions.cover import lapse
from perisai.contributions.rule_changes import jobs as rule_jobs
from perisai.contributions.runs import month_run
from perisai.contributions.runs.month_run import Place
from perisai.events.scope import Scope
from perisai.events.work import Work

_BRANCHES = (
    "SELECT p.branch_id, o.timezone FROM events_position p JOIN offices_office o ON o.id = p.branch_id ORDER BY 1"
)
_GOING: LiteralString = (
    "SELECT id FROM contributions_run WHERE branch_id = %s AND state = 'running' ORDER BY started_at"
)

log = logging.getLogger(__name__)

OF_RULES = (rule_jobs.try_change, rule_jobs.follow_rules, rule_jobs.reprice_branch, rule_jobs.go_on_repricing)
"""Jobs that stand with the rules; workers look for jobs in this file alone."""


@app.periodic(cron="37 * * * *")
@app.task(queue="contributions", queueing_lock="night", pass_context=False)
def night_everywhere(timestamp: int) -> None:
    """Hourly, branch by branch, so that each has it in the first hour of its own day: first memberships end, then terms take
    effect, then bills go out. What was done is done, so that the other hours find nothing but who came since."""
    del timestamp
    for place in _places():
        _guarded(place, lapse_branch)
        _guarded(place, take_effect)
        _guarded(place, issue_due)


@app.task(queue="contributions", pass_context=False)
def carry_on(branch_id: int) -> None:
    """Carries out the branch's runs that somebody started, to their ends."""
    for place in _places():
        if place.branch_id == branch_id:
            with Work(scope=Scope.branch(branch_id)) as work:
                going = [row[0] for row in work.rows(_GOING, [branch_id])]
            for run_id in going:
                month_run.carry_out(place, run_id)


def lapse_branch(place: Place) -> None:
    """Ends every membership that is over, in Works of bounded size."""
    ended = lapse.MOST
    while ended == lapse.MOST:
        with Work(scope=Scope.branch(place.branch_id)) as work:
            ended = lapse.lapse_due(work, branch_id=place.branch_id, timezone=place.timezone)


def take_effect(place: Place) -> None:
    with Work(scope=Scope.branch(place.branch_id)) as work:
        terms.take_effect(work, branch_id=place.branch_id, timezone=place.timezone)


def issue_due(place: Place) -> None:
    with Work(scope=Scope.branch(place.branch_id)) as work:
        months = month_run.months_due(work, branch_id=place.branch_id, timezone=place.timezone)
    for month in months:
        month_run.issue(place, month)


def _places() -> list[Place]:
    with Work(scope=Scope.nation()) as work:
        rows = work.rows(_BRANCHES)
    return [Place(branch_id, timezone) for branch_id, timezone in rows]


def _guarded(place: Place, act: Callable[[Place], None]) -> None:
    """A branch that fails waits for the next hour and stops no other."""
    try:
        act(place)
    except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
        log.error("%s of branch %s did not end: %s", act.__name__, place.branch_id, type(error).__name__)
