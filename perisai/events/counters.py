"""Which counters an event moves."""

from collections import defaultdict
from typing import Any

from perisai.events.kinds import kinds

LEVELS = {"b": "branch", "s": "sub-branch", "o": "agency office", "a": "agent", "r": "regency"}


def additions(rows: list[dict[str, Any]], *, branch_id: int) -> list[dict[str, Any]]:
    """Sums what events add, one row a counter, sorted by key.

    ``rows`` are events as ``record`` builds them. A regency is the first two parts of a region code (``15.71``).
    """
    sums: defaultdict[tuple[str, str, str, str, str], int] = defaultdict(int)
    for row in rows:
        keys = _keys(row, branch_id)
        for metric, column in kinds()[row["kind"]].metrics:
            value = -row["quantity"] if column == "-quantity" else row[column]
            if value:
                for level, key in keys:
                    sums[level, key, row["day_captured"], row["segment"], metric] += value
    return [
        {"level": level, "key": key, "day_captured": day, "segment": segment, "metric": metric, "value": value}
        for (level, key, day, segment, metric), value in sorted(sums.items())
    ]


def _keys(row: dict[str, Any], branch_id: int) -> list[tuple[str, str]]:
    keys = [("b", str(branch_id))]
    if row["sub_branch_id"] is not None:
        keys.append(("s", str(row["sub_branch_id"])))
    if row["agency_office_id"] is not None:
        keys.append(("o", str(row["agency_office_id"])))
    if row["agent_id"] is not None:
        keys.append(("a", str(row["agent_id"])))
    if row["region_code"] is not None:
        keys.append(("r", row["region_code"][:5]))
    return keys
