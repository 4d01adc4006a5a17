"""Jobs of the rules: trying a change on present members, and keeping this machine's folder as the database says."""

import logging
from uuid import UUID

from procrastinate.contrib.django import app

from perisai.contributions import rule_publish, rule_trial

log = logging.getLogger(__name__)


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
