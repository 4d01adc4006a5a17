"""How far bills are issued anew after a change of rules, as its page shows it. The Work's scope says of which branches."""

from datetime import timedelta
from itertools import groupby
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.events.work import Work

STANDS_STILL: Final = timedelta(minutes=10)
_SUMS: Final = ("bills", "looked_at", "issued", "before", "after", "unpriced", "orders")

# A row a branch and set; a change has one set, or two where it was withdrawn.
_OF_CHANGE: LiteralString = """
SELECT r.set_number, s.made_at, r.branch_id, o.name AS branch, r.state, r.sweeps, r.since, coalesce(r.bills, 0) AS bills,
  r.looked_at, r.issued, r.before, r.after, r.unpriced, r.orders, r.error, r.moved_at, r.ended_at
FROM contributions_rule_set s JOIN contributions_reprice r ON r.set_number = s.number JOIN offices_office o ON o.id = r.branch_id
WHERE s.change_id = %s ORDER BY r.set_number DESC, o.name, r.branch_id
"""


def of_change(work: Work, change_id: UUID) -> list[dict[str, Any]]:
    """One for each time it was published or withdrawn, the newest first: sums, ``branches``, how many of these are ``done``."""
    rows = work.dicts(_OF_CHANGE, [change_id])
    first = min((row["set_number"] for row in rows), default=0)
    return [_told(list(some), number != first, work) for number, some in groupby(rows, lambda row: row["set_number"])]


def _told(rows: list[dict[str, Any]], is_withdrawal: bool, work: Work) -> dict[str, Any]:
    branches = [row | {"goes_on": row["sweeps"] == 0, "difference": row["after"] - row["before"]} for row in rows]
    going = [row for row in branches if row["goes_on"]]
    sums = {name: sum(row[name] for row in rows) for name in _SUMS}
    return sums | {
        "difference": sums["after"] - sums["before"],
        "is_withdrawal": is_withdrawal,
        "made_at": rows[0]["made_at"],
        "since": rows[0]["since"],
        "branches": branches,
        "concerned": [row for row in branches if row["bills"] or row["goes_on"]],
        "done": len(rows) - len(going),
        "goes_on": bool(going),
        "stands_still": bool(going) and max(row["moved_at"] for row in going) < work.now - STANDS_STILL,
        "errors": [row for row in going if row["error"]],
    }
