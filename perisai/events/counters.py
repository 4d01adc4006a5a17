"""Which counters an event moves."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from perisai.events.kinds import kinds

LEVELS = {
    "b": "branch", "s": "sub-branch", "o": "agency office", "a": "agent", "r": "regency", "d": "kecamatan", "h": "hour of the day",
}  # fmt: skip
"""By day. In capitals (``b s o a r d`` only) the same sums by month: both days are then first days of months."""
HOURLY = "captured"
"""The metric that is also counted by the hour."""


def additions(rows: list[dict[str, Any]], *, branch_id: int, today: str) -> list[dict[str, Any]]:
    """Sums what events add, to their days and to their months, one row a counter, sorted by key.

    ``rows`` are events as ``record`` builds them, received on ``today``. A regency is the first two parts of a region code
    (``15.71``), a kecamatan the first three.
    """
    sums: defaultdict[tuple[str, str, str, str, str, str], int] = defaultdict(int)
    for row in _alike(rows):
        keys = _keys(row, branch_id)
        for metric, column in kinds()[row["kind"]].metrics:
            value = -row["quantity"] if column == "-quantity" else row[column]
            if value:
                for level, key in keys:
                    sums[level, key, row["day_captured"], today, row["segment"], metric] += value
                if metric == HOURLY and row["day_captured"] == today:
                    for level, key in keys:
                        if level in "bsoa":
                            hour = hour_key(level, key, row["hour_captured"])
                            sums["h", hour, today, today, row["segment"], metric] += value
    for (level, key, captured, received, segment, metric), value in list(sums.items()):
        if level != "h":
            sums[level.upper(), key, captured[:7] + "-01", received[:7] + "-01", segment, metric] += value
    return [
        {
            "level": level,
            "key": key,
            "day_captured": captured,
            "day_received": received,
            "segment": segment,
            "metric": metric,
            "value": value,
        }
        for (level, key, captured, received, segment, metric), value in sorted(sums.items())
    ]


_COMMON = (
    "kind", "day_captured", "hour_captured", "segment", "sub_branch_id", "agency_office_id", "agent_id", "region_code",
)  # fmt: skip


def _alike(rows: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """One row for all that move the same counters: most of a push does."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        common = tuple(map(row.__getitem__, _COMMON))
        known = found.get(common)
        if known is None:
            found[common] = row | {}
        else:
            known["quantity"] += row["quantity"]
            known["amount"] += row["amount"]
    return found.values()


def hour_key(level: str, key: str, hour: int) -> str:
    """``07`` for the branch; ``a<agent>:07``, ``o<office>:07``, ``s<sub-branch>:07`` within it."""
    return f"{hour:02d}" if level == "b" else f"{level}{key}:{hour:02d}"


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
        if len(row["region_code"]) >= 8:
            keys.append(("d", row["region_code"][:8]))
    return keys
