"""Judges what a request left waiting: a crash between receiving and judging, a busy database, a gap that stayed open."""

from procrastinate.contrib.django import app

from perisai.events.clock import Clock, SystemClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.sync.judge import HELD_FOR, judge
from perisai.sync.signed import get_phone

# Carried by op_waiting_since: only ops that are not decided.
_WAITING = """
SELECT DISTINCT device_id FROM sync_op
WHERE (state = 'received' AND received_at < %(now)s - interval '20 seconds')
   OR (state = 'held' AND received_at < %(now)s - %(held_for)s)
LIMIT 500
"""


@app.periodic(cron="* * * * *")
@app.task(queue="sync", queueing_lock="sweep", pass_context=False)
def sweep_waiting(timestamp: int) -> None:
    """Every minute."""
    del timestamp
    sweep(SystemClock())


def sweep(clock: Clock) -> int:
    """Judges the waiting ops of every phone that has some; each phone in a Work of its own. Returns how many phones."""
    with Work(scope=Scope.nation(), clock=clock) as work:
        devices = work.rows(_WAITING, {"now": work.now, "held_for": HELD_FOR})
    for (device_id,) in devices:
        phone = get_phone(device_id)
        scope, actor = Scope.branch(phone.branch_id), Actor(phone.user_id, phone.id)

        def work_of(scope: Scope = scope, actor: Actor = actor) -> Work:
            return Work(scope=scope, actor=actor, clock=clock)

        judge(phone, work_of=work_of, fresh=[])
    return len(devices)
