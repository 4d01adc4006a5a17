"""Judges what a request left waiting: a crash between receiving and judging, a busy database, a gap that stayed open."""

import logging
from uuid import UUID

from procrastinate.contrib.django import app

from perisai.events.clock import Clock, SystemClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.sync.judge import HELD_FOR, judge
from perisai.sync.signed import get_phone

log = logging.getLogger(__name__)

# Carried by op_waiting_since: only ops that are not decided. Of what is held: too long, or what it waited for has been
# judged (a crash between two passes), or its phone may only drain.
_WAITING = """
SELECT DISTINCT o.device_id FROM sync_op o
LEFT JOIN sync_chain c ON c.branch_id = o.branch_id AND c.device_id = o.device_id
LEFT JOIN accounts_device d ON d.id = o.device_id
WHERE (o.state = 'received' AND o.received_at < %(now)s - interval '20 seconds')
   OR (o.state = 'held' AND (o.received_at < %(now)s - %(held_for)s OR o.seq <= c.seq + 1 OR d.state <> 'active'))
LIMIT 500
"""


@app.periodic(cron="* * * * *")
@app.task(queue="sync", queueing_lock="sweep", pass_context=False)
def sweep_waiting(timestamp: int) -> None:
    """Every minute."""
    del timestamp
    sweep(SystemClock())


def sweep(clock: Clock) -> int:
    """Judges the waiting ops of every phone that has some; each phone in a Work of its own. Returns how many phones.

    A phone that fails stops no other. Its error is told by its kind alone: the words of a database may quote a person.
    """
    with Work(scope=Scope.nation(), clock=clock) as work:
        devices = work.rows(_WAITING, {"now": work.now, "held_for": HELD_FOR})
    judged = 0
    for (device_id,) in devices:
        try:
            _judge_phone(device_id, clock)
            judged += 1
        except Exception as error:  # noqa: BLE001 - it waits for the next minute
            log.error("ops of phone %s cannot be judged: %s", device_id, type(error).__name__)
    return judged


def _judge_phone(device_id: UUID, clock: Clock) -> None:
    phone = get_phone(device_id)
    scope, actor = Scope.branch(phone.branch_id), Actor(phone.user_id, phone.id)
    judge(phone, work_of=lambda: Work(scope=scope, actor=actor, clock=clock), fresh=[])
