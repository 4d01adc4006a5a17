"""Receipts whose cash an agent held at the end of a past day, with what of each no bank had confirmed by then. Reads."""

from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.agents.queries import narrow
from perisai.events.work import Work
from perisai.figures.kept import LAST_TAKEN

# Carried by receipt_agent and deposit_line_receipt; when a deposit was settled is told by its event (event_subject), for the end of
# its order may lie before.
_FIND: LiteralString = (
    """
SELECT r.branch_id, r.id, coalesce(r.number, k.series || '/' || r.page, r.said_number) AS number, r.payer_name, r.amount,
  r.amount - coalesce(p.paid, 0) AS rest, r.captured_at, r.due_on, r.due_on < t.day AS is_late, b.timezone
FROM custody_receipt r
JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id
JOIN offices_office b ON b.id = r.branch_id
CROSS JOIN """
    + LAST_TAKEN
    + """
LEFT JOIN custody_book k ON k.branch_id = r.branch_id AND k.id = r.book_id
LEFT JOIN LATERAL (
  SELECT sum(x.amount)::bigint AS paid FROM custody_deposit_line x
  WHERE x.branch_id = r.branch_id AND x.receipt_id = r.id AND EXISTS (
    SELECT FROM events_event v WHERE v.branch_id = x.branch_id AND v.subject_id = x.deposit_id AND v.kind = 'cash_settled'
      AND v.received_at <= t.taken_at)
) p ON true
WHERE r.agent_id = %s AND r.kind = 'cash' AND r.received_at <= t.taken_at
  AND coalesce(r.settled_at, r.void_at, 'infinity') > t.taken_at AND """
)


def receipts(work: Work, *, viewer: Viewer, agent_id: UUID, day: date) -> list[dict[str, Any]]:
    """As of the last day by ``day`` on which the branch was taken, oldest first. ``rest``: rupiah not at a bank by then. One
    statement."""
    sql, params = narrow(viewer)
    return work.dicts(_FIND + sql + " ORDER BY r.captured_at, r.id", [day, agent_id, *params])
