"""Reads of bill runs for screens."""

from collections.abc import Sequence
from typing import Any, LiteralString

import orjson

from perisai.events.work import Work

# Carried by run_once: a handful of rows a branch.
_RUNS: LiteralString = """
SELECT r.branch_id, o.name AS branch, o.timezone, r.id, r.segment, r.month, r.state, r.started_at, r.moved_at, r.ended_at,
  r.members, r.looked_at, r.bills, r.amount, r.chunks, r.skipped, u.full_name AS started_by
FROM contributions_run r JOIN offices_office o ON o.id = r.branch_id LEFT JOIN accounts_user u ON u.id = r.started_by
WHERE (%(branches)s::int[] IS NULL OR r.branch_id = ANY (%(branches)s::int[]))
ORDER BY r.month DESC, o.name, r.segment LIMIT %(most)s
"""


def runs(work: Work, *, branches: Sequence[int] | None, most: int = 100) -> list[dict[str, Any]]:
    """The newest months first; ``skipped`` is a dictionary, ``share`` what percent was looked at."""
    rows = work.dicts(_RUNS, {"branches": None if branches is None else list(branches), "most": most})
    return [_read(row) for row in rows]


def _read(row: dict[str, Any]) -> dict[str, Any]:
    skipped = row["skipped"]
    told = orjson.loads(skipped) if isinstance(skipped, str | bytes) else skipped
    share = 100 if row["state"] == "done" else min(99, row["looked_at"] * 100 // max(row["members"], 1))
    return row | {"skipped": told, "share": share}
