"""What supervision does by the clock, branch by branch; a branch that fails waits for the next time and stops no other."""

from typing import Final
from uuid import UUID

from django.conf import settings
from procrastinate.contrib.django import app

from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.members import portfolio
from perisai.offices.everywhere import in_every_branch
from perisai.supervision import ending, idle, measure
from perisai.written import month

CHUNK: Final = 1_000

_HANDOVER = """
SELECT h.to_agent_id, h.from_month, h.until_month, a.code, o.name FROM supervision_handover h
JOIN offices_office o ON o.id = h.branch_id
LEFT JOIN agents_agent a ON a.branch_id = h.branch_id AND a.id = h.to_agent_id
WHERE h.branch_id = %s AND h.id = %s AND h.undone_at IS NULL
"""


@app.periodic(cron="37 2 5-11 * *")
@app.task(queue="supervision", queueing_lock="supervision.propose", pass_context=False)
def propose_everywhere(timestamp: int) -> None:
    """Monthly, once phones have had days to send last month's work; looking again finds nobody twice, so that a machine that was
    off on the fifth looks on the sixth."""
    del timestamp
    in_every_branch(propose_branch)


@app.periodic(cron="29 * * * *")
@app.task(queue="supervision", queueing_lock="supervision.follow", pass_context=False)
def follow_everywhere(timestamp: int) -> None:
    """Hourly: what has come true since. Proposals of agents who acquired somebody, suspensions served, endings whose day has
    come, members whose month has begun."""
    del timestamp
    in_every_branch(follow_branch)


@app.periodic(cron="*/5 * * * *")
@app.task(queue="supervision", queueing_lock="supervision.release", pass_context=False)
def release_trained_everywhere(timestamp: int) -> None:
    """Whoever has completed the remedial course enrols again within minutes, not within the hour."""
    del timestamp
    in_every_branch(release_branch)


@app.task(queue="supervision", pass_context=False)
def tell_members(branch_id: int, handover_id: str) -> None:
    """Texts to the members of one hand-over, in Works of bounded size."""
    told = CHUNK
    while told == CHUNK:
        with Work(scope=Scope.branch(branch_id)) as work:
            told = tell_some(work, branch_id=branch_id, handover_id=UUID(handover_id))


def release_branch(branch_id: int, timezone: str) -> None:
    del timezone
    with Work(scope=Scope.branch(branch_id)) as work:
        measure.release_trained(work, branch_id=branch_id)


def propose_branch(branch_id: int, timezone: str) -> None:
    with Work(scope=Scope.branch(branch_id)) as work:
        idle.withdraw_acquired(work, branch_id=branch_id)
        idle.propose(work, branch_id=branch_id, timezone=timezone, today=branch_day(work.now, timezone))


def follow_branch(branch_id: int, timezone: str) -> None:
    scope = Scope.branch(branch_id)
    with Work(scope=scope) as work:
        idle.withdraw_acquired(work, branch_id=branch_id)
    with Work(scope=scope) as work:
        measure.release_served(work, branch_id=branch_id, today=branch_day(work.now, timezone))
    with Work(scope=scope) as work:
        ending.carry_out_due(work, branch_id=branch_id, today=branch_day(work.now, timezone))
        ending.gather_left_behind(work, branch_id=branch_id)
    turned = portfolio.TURN
    while turned == portfolio.TURN:
        with Work(scope=scope) as work:
            month = branch_day(work.now, timezone).replace(day=1)
            turned = portfolio.turn(work, branch_id=branch_id, this_month=month)


def tell_some(work: Work, *, branch_id: int, handover_id: UUID) -> int:
    """Queues up to ``CHUNK`` texts; answers how many members were told. Nobody is told of what was handed back meanwhile."""
    row = work.row(_HANDOVER, [branch_id, handover_id])
    if row is None:
        return 0
    to_agent_id, from_month, until_month, code, branch = row
    body = f"PERISAI: mulai {month(from_month)}"
    body += f" sampai {month(until_month)}" if until_month else ""
    if code:
        body += f" iuran BPJS Ketenagakerjaan Anda dilayani agen {code}. Cek agen: {settings.ORIGIN}/agen/{code}"
    else:
        body += f" iuran BPJS Ketenagakerjaan Anda dilayani langsung oleh {branch}."
    return portfolio.tell(
        work, branch_id=branch_id, handover_id=handover_id, agent_id=to_agent_id, body=body, most=CHUNK
    )
