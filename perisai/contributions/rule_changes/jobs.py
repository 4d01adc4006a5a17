"""Jobs of the rules: trying a change on present members, keeping this machine's folder as the database says, and issuing bills anew
that are out when a set is published."""

import logging
from uuid import UUID

from procrastinate.contrib.django import app

from perisai.contributions.repricing import reprice
from perisai.contributions.rule_changes import publish as rule_publish
from perisai.contributions.rule_changes import trial as rule_trial
from perisai.contributions.runs.month_run import Place
from perisai.events.scope import Scope
from perisai.events.work import Work

log = logging.getLogger(__name__)

_PLACES = "SELECT id, timezone FROM offices_office WHERE id = ANY (%s) ORDER BY id"


@app.task(name="contributions.try_change", queue="members", pass_context=False)
def try_change(trial_id: str) -> None:
    try:
        rule_trial.run(UUID(trial_id))
    except Exception:
        rule_trial.fail(UUID(trial_id))
        raise


@app.periodic(cron="* * * * *")
@app.task(
    name="contributions.follow_rules", queue="members", queueing_lock="contributions.follow_rules", pass_context=False
)
def follow_rules(timestamp: int) -> None:
    """For a worker on a machine of its own."""
    rule_publish.refresh()


@app.task(name="contributions.reprice_branch", queue="contributions", pass_context=False)
def reprice_branch(branch_id: int) -> None:
    """Twice at once or again does no harm: each step is taken once."""
    for place in _places([branch_id]):
        _reprice(place)


@app.periodic(cron="*/2 * * * *")
@app.task(name="contributions.go_on_repricing", queue="contributions", queueing_lock="reprice", pass_context=False)
def go_on_repricing(timestamp: int) -> None:
    """Takes up what a worker left that was killed or failed, and looks once more at what was issued before others had heard."""
    del timestamp
    with Work(scope=Scope.nation()) as work:
        branches = reprice.stuck(work)
    for place in _places(branches):
        with Work(scope=Scope.branch(place.branch_id)) as work:
            reprice.sweep_again(work, branch_id=place.branch_id)
        _reprice(place)


def _reprice(place: Place) -> None:
    """A branch that fails waits for the next time and stops no other."""
    try:
        reprice.carry_out_branch(place)
    except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
        log.error("bills of branch %s are not issued anew: %s", place.branch_id, type(error).__name__)


def _places(branches: list[int]) -> list[Place]:
    with Work(scope=Scope.of(branches)) as work:
        return [Place(*row) for row in work.rows(_PLACES, [branches])]
