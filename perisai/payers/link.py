"""The coordinator's own link. It names the row of their office, and ends with it."""

from datetime import date
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.accounts.secret_link import SecretLinks
from perisai.events.work import Work

PATH: Final = "/kelompok/"
LINKS: Final = SecretLinks("group-coordinator", path=PATH)

_FIND: LiteralString = """
SELECT g.id, g.name, g.place, c.name AS coordinator, o.name AS branch, o.timezone, a.full_name AS agent, a.code AS agent_code,
  a.phone AS agent_phone
FROM payers_coordinator c
JOIN payers_group g ON g.branch_id = c.branch_id AND g.id = c.group_id AND g.closed_at IS NULL
JOIN offices_office o ON o.id = c.branch_id
LEFT JOIN agents_agent a ON a.branch_id = g.branch_id AND a.id = g.agent_id
WHERE c.branch_id = %s AND c.id = %s AND c.until IS NULL
"""
_CODE: LiteralString = """
SELECT o.code, o.amount, o.count, o.pay_by FROM payers_collective c
JOIN payments_order o ON o.branch_id = c.branch_id AND o.id = c.order_id AND o.state = 'open' AND o.pay_by > %s
WHERE c.branch_id = %s AND c.group_id = %s ORDER BY c.made_at DESC LIMIT 1
"""


def find(work: Work, *, branch_id: int, coordinator_id: UUID) -> dict[str, Any] | None:
    """The group they speak for today, with the newest open code; None where they speak for it no more."""
    rows = work.dicts(_FIND, [branch_id, coordinator_id])
    if not rows:
        return None
    codes = work.dicts(_CODE, [work.now, branch_id, rows[0]["id"]])
    return rows[0] | {"code": codes[0] if codes else None}


def six_months(today: date) -> list[date]:
    """The first days of this month and the five before it, oldest first."""
    whole = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(whole - 5, whole + 1)]
