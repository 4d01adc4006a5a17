"""What an agent's phone keeps of groups, and of members whose funding ends."""

from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from perisai.events.work import Work
from perisai.payers import farewell

_GROUPS: LiteralString = """
SELECT g.id, g.kind, g.name, g.place, g.region_code AS region, c.name AS coordinator, c.phone, m.members, m.paid, m.enrolments,
  o.code, o.amount, o.count, o.pay_by
FROM payers_group g
LEFT JOIN payers_coordinator c ON c.branch_id = g.branch_id AND c.group_id = g.id AND c.until IS NULL
LEFT JOIN LATERAL (
  SELECT count(*) AS members, count(*) FILTER (WHERE e.state = 'active' AND e.paid_through >= %(month)s) AS paid,
    (array_agg(e.id ORDER BY e.id) FILTER (WHERE e.agent_id = %(agent)s))[:200] AS enrolments
  FROM members_enrolment e
  WHERE e.branch_id = g.branch_id AND e.group_id = g.id AND e.state NOT IN ('rejected', 'cancelled', 'ended')) m ON true
LEFT JOIN LATERAL (
  SELECT o.code, o.amount, o.count, o.pay_by FROM payers_collective k
  JOIN payments_order o ON o.branch_id = k.branch_id AND o.id = k.order_id AND o.state = 'open' AND o.pay_by > %(now)s
  WHERE k.branch_id = g.branch_id AND k.group_id = g.id ORDER BY k.made_at DESC LIMIT 1) o ON true
WHERE g.branch_id = %(branch)s AND g.agent_id = %(agent)s AND g.closed_at IS NULL ORDER BY g.name, g.id LIMIT 200
"""
_ENDING: LiteralString = """
SELECT w.enrolment_id AS id, w.last_month, s.name AS sponsor, w.outcome, p.name, p.phone, e.income, e.programmes, e.transport
FROM payers_farewell w
JOIN members_enrolment e ON e.branch_id = w.branch_id AND e.id = w.enrolment_id AND e.agent_id = %(agent)s
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
JOIN payers_sponsor s ON s.branch_id = w.branch_id AND s.id = w.sponsor_id
WHERE w.branch_id = %(branch)s AND w.followed_at IS NULL AND w.went_on_at IS NULL
  AND coalesce(w.outcome, '') NOT IN ('refused', 'moved', 'died')
ORDER BY w.outcome IS NOT NULL, w.last_month, p.name LIMIT 500
"""


def groups(work: Work, *, branch_id: int, agent_id: UUID, today: date) -> dict[str, Any]:
    """``groups`` of the agent with the newest open code, and ``ending``: whom to speak with, with the price from then on."""
    asked = {"branch": branch_id, "agent": agent_id, "month": today.replace(day=1), "now": work.now}
    found = work.dicts(_GROUPS, asked)
    return {
        "groups": [
            {
                name: row[name]
                for name in ("id", "kind", "name", "place", "region", "coordinator", "phone", "members", "paid")
            }
            | {"enrolments": row["enrolments"] or [], "order": _order(row)}
            for row in found
        ],
        "ending": [_ending(row) for row in work.dicts(_ENDING, asked)],
    }


def _order(row: dict[str, Any]) -> dict[str, Any] | None:
    return {name: row[name] for name in ("code", "amount", "count", "pay_by")} if row["code"] else None


def _ending(row: dict[str, Any]) -> dict[str, Any]:
    price = farewell.price_after(
        income=row["income"],
        programmes=row["programmes"],
        transport=row["transport"],
        last_month=row["last_month"],
    )
    kept = {name: row[name] for name in ("id", "sponsor", "outcome", "name", "phone")}
    return kept | {"last_month": f"{row['last_month']:%Y-%m}", "price": price}
