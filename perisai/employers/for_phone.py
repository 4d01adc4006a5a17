"""What a phone shows of an agent's employers without signal."""

from datetime import date
from typing import Any, Final, LiteralString

from perisai.events.work import Work, branch_day
from perisai.training.told import Learner

MOST: Final = 500
MOST_WORKERS: Final = 5000

# Carried by employer_agent.
_EMPLOYERS: LiteralString = """
SELECT e.id, e.name, e.owner_name, e.npp, e.scale, e.risk, e.sector, e.region_code, e.phone, e.chosen AS optional,
  jsonb_array_length(e.same_as) > 0 AS is_alike, b.month, b.amount, b.payment_code, b.due_on,
  CASE WHEN o.state = 'paid' THEN 'paid' ELSE b.state END AS bill_state
FROM (SELECT *, ARRAY(SELECT jsonb_array_elements_text(same.optional)) AS chosen FROM employers_employer same
      WHERE same.branch_id = %(branch)s AND same.agent_id = %(agent)s AND same.state = 'active'
      ORDER BY same.created_at DESC LIMIT %(most)s) e
LEFT JOIN LATERAL (
  SELECT b.month, b.amount, b.payment_code, b.due_on, b.state, b.order_id FROM employers_bill b
  WHERE b.branch_id = e.branch_id AND b.employer_id = e.id AND b.state <> 'cancelled' ORDER BY b.month DESC LIMIT 1
) b ON true
LEFT JOIN payments_order o ON o.branch_id = e.branch_id AND o.id = b.order_id
ORDER BY e.name
"""
# Carried by job_employer.
_WORKERS: LiteralString = """
SELECT j.employer_id, j.enrolment_id, p.name, m.state, m.income, m.paid_through, j.first_month, j.last_month
FROM employers_job j
JOIN members_enrolment m ON m.branch_id = j.branch_id AND m.id = j.enrolment_id
JOIN members_person p ON p.branch_id = m.branch_id AND p.id = m.person_id
WHERE j.branch_id = %(branch)s AND j.employer_id = ANY (%(employers)s)
  AND m.state IN ('review', 'accepted', 'active', 'lapsed', 'rejected') AND coalesce(j.last_month, %(month)s) >= %(month)s
ORDER BY p.name LIMIT %(most)s
"""


def employers(work: Work, who: Learner) -> dict[str, Any]:
    """The agent's own employers with their workers and newest bill. Two statements."""
    asked = {"branch": who.branch_id, "agent": who.trainee_id, "most": MOST}
    found = work.dicts(_EMPLOYERS, asked)
    month = branch_day(work.now, who.timezone).replace(day=1)
    rows = work.dicts(
        _WORKERS,
        {"branch": who.branch_id, "employers": [one["id"] for one in found], "month": month, "most": MOST_WORKERS},
    )
    workers: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        workers.setdefault(row.pop("employer_id"), []).append(_worker(row))
    return {"employers": [_employer(one, workers.get(one["id"], [])) for one in found]}


def _employer(one: dict[str, Any], workers: list[dict[str, Any]]) -> dict[str, Any]:
    bill = None
    if one["month"] is not None:
        bill = {
            "month": _month(one["month"]),
            "amount": one["amount"],
            "code": one["payment_code"],
            "due": one["due_on"],
            "state": one["bill_state"],
        }
    kept = ("id", "name", "npp", "scale", "risk", "sector", "phone", "optional", "is_alike")
    return {name: one[name] for name in kept} | {
        "owner": one["owner_name"],
        "region": one["region_code"],
        "bill": bill,
        "workers": workers,
    }


def _worker(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "enrolment": row["enrolment_id"],
        "name": row["name"],
        "state": row["state"],
        "wage": row["income"],
        "paid_through": _month(row["paid_through"]),
        "from": _month(row["first_month"]),
        "until": _month(row["last_month"]),
    }


def _month(day: date | None) -> str | None:
    return f"{day:%Y-%m}" if day else None
