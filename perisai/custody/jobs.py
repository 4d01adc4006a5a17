"""What the worker does for custody: settles what banks confirmed, and reminds agents before and after the last day to deposit."""

import logging
from collections.abc import Callable
from typing import Final, LiteralString
from uuid import UUID

from procrastinate.contrib.django import app

from perisai.custody import settle, tell
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.written import rupiah

log = logging.getLogger(__name__)

# Carried by deposit_open.
_OPEN: LiteralString = "SELECT DISTINCT branch_id FROM custody_deposit WHERE state = 'open' ORDER BY branch_id"
# Carried by receipt_held.
_HELD: LiteralString = "SELECT DISTINCT branch_id FROM custody_receipt WHERE state = 'held' ORDER BY branch_id"
_DUE: LiteralString = """
SELECT r.agent_id, CASE WHEN r.due_on < t.day THEN 'overdue' ELSE 'due' END, t.day, sum(l.amount - l.settled)::bigint,
  count(DISTINCT r.id), min(r.due_on)
FROM custody_receipt r
JOIN custody_line l ON l.branch_id = r.branch_id AND l.receipt_id = r.id
JOIN offices_office o ON o.id = r.branch_id
CROSS JOIN LATERAL (SELECT (%(now)s::timestamptz AT TIME ZONE o.timezone)::date AS day) t
WHERE r.branch_id = %(branch)s AND r.state = 'held' AND r.kind = 'cash' AND r.due_on <= t.day + 1
GROUP BY 1, 2, 3 HAVING sum(l.amount - l.settled) > 0
"""
_ALERT: LiteralString = """
INSERT INTO custody_alert (branch_id, agent_id, day, kind, told_at)
SELECT %s, agent, day, kind, %s FROM unnest(%s::uuid[], %s::date[], %s::text[]) AS a (agent, day, kind)
ON CONFLICT DO NOTHING RETURNING agent_id, kind
"""
_WORDS: Final = {
    "due": "setor {amount} ({count} tanda terima) paling lambat {day}. Buka Titipan tunai di aplikasi.",
    "overdue": "BATAS SETOR LEWAT: {amount} ({count} tanda terima). Setor hari ini; penerimaan tunai baru ditutup.",
}


@app.periodic(cron="* * * * *")
@app.task(name="custody.settle", queueing_lock="custody.settle")
def settle_all(timestamp: int) -> int:
    """Every minute: deposits that banks confirmed. Answers how many."""
    del timestamp
    return sum(_each(_OPEN, lambda work, branch: settle.settle(work, branch_id=branch)))


@app.periodic(cron="5 1,5 * * *")
@app.task(name="custody.remind", queueing_lock="custody.remind")
def remind_all(timestamp: int) -> int:
    """Twice a day, in the morning and at noon of Jakarta: agents whose cash is due or late, each once a day."""
    del timestamp
    return sum(_each(_HELD, remind))


def remind(work: Work, branch_id: int) -> int:
    """Tells agents of a branch; how many it told. Three statements."""
    settle.settle(work, branch_id=branch_id)
    found = work.rows(_DUE, {"branch": branch_id, "now": work.now})
    columns = [[row[at] for row in found] for at in (0, 2, 1)]
    fresh = set(work.rows(_ALERT, [branch_id, work.now, *columns])) if found else set()
    bodies: dict[UUID, str] = {}
    for agent_id, kind, day, amount, count, due_on in sorted(found, key=lambda row: row[1]):
        if (agent_id, kind) not in fresh:
            continue
        shown = f"{due_on if kind == 'due' else day:%d/%m/%Y}"
        bodies[agent_id] = _WORDS[kind].format(amount=rupiah(amount), count=count, day=shown)
        work.report(
            Happened(
                kind="cash_alerted",
                branch_id=branch_id,
                subject_id=agent_id,
                agent_id=agent_id,
                amount=amount,
                detail={"kind": kind, "receipts": count},
            )
        )
    tell.tell_agents(work, branch_id=branch_id, bodies=bodies)
    return len(bodies)


def _each(which: LiteralString, act: Callable[[Work, int], int]) -> list[int]:
    """Branch by branch, each in a Work of its own; one that fails does not stop the others."""
    with Work(scope=Scope.nation()) as work:
        branches = [branch for (branch,) in work.rows(which)]
    done = []
    for branch in branches:
        try:
            with Work(scope=Scope.branch(branch)) as work:
                done.append(act(work, branch))
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log.error("cash of branch %s cannot be tended: %s", branch, type(error).__name__)
    return done
