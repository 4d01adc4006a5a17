"""Sends what is due, office by office, four times an hour: each report once, and again where an hour was missed."""

import logging

from procrastinate.contrib.django import app

from perisai.events.clock import Clock, SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices.scopes import Watch
from perisai.offices.tree import branches_under
from perisai.reports import desk, schedule
from perisai.reports.desk import Desk

log = logging.getLogger(__name__)

_BRANCHES = """
SELECT DISTINCT s.branch_id, o.timezone FROM reports_schedule s JOIN offices_office o ON o.id = s.branch_id
WHERE s.ended_at IS NULL ORDER BY 1
"""
_UPPER = "SELECT DISTINCT level, key FROM reports_upper_schedule WHERE ended_at IS NULL ORDER BY 1, 2"


@app.periodic(cron="*/15 * * * *")
@app.task(name="reports.send", queueing_lock="reports.send", pass_context=False)
def send_everywhere(timestamp: int) -> int:
    del timestamp
    return send_all(SystemClock())


def send_all(clock: Clock) -> int:
    """How many e-mails were queued. One Work an office, so that one that fails stops no other."""
    with Work(scope=Scope.nation(), clock=clock) as work:
        desks = [Desk(office_id, timezone) for office_id, timezone in work.rows(_BRANCHES)]
        upper = {desk.find(work, Watch(level, key)) for level, key in work.rows(_UPPER)}
    desks += sorted((one for one in upper if one is not None), key=lambda one: one.office_id)
    sent = 0
    for one in desks:
        try:
            with Work(scope=_scope(one), clock=clock) as work:
                sent += schedule.send_due(work, desk=one)
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log.error("reports of office %s cannot be sent: %s", one.office_id, type(error).__name__)
    return sent


def _scope(one: Desk) -> Scope:
    """What is read is of the branches; what is written to people of a region or head office is of that office."""
    if not one.is_upper:
        return Scope.branch(one.office_id)
    return Scope.of((*branches_under(one.office_id), one.office_id))
