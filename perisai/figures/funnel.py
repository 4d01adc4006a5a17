"""From enrolled to still paying: for each stage the newest month that has come to it, and how many people that month had.
Readings: they run over any connection."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, LiteralString

from perisai.contributions.cover.rule import add_months
from perisai.events.reading import Reading
from perisai.figures.cohort import AFTER

STAGES: Final = ("first_paid", "paying_3", "paying_6", "paying_12")

# Carried by the primary key (branch_id, level, month, stage, key, segment): a few rows a branch, whatever has happened.
_STAGES: LiteralString = """
SELECT m.stage, c.stage = 'accepted' AS is_whole, sum(c.persons)::int AS persons
FROM unnest(%(branches)s::int[], %(keys)s::text[]) AS p (branch_id, key)
CROSS JOIN unnest(%(stages)s::text[], %(months)s::date[]) AS m (stage, month)
CROSS JOIN LATERAL (
  SELECT f.stage, f.persons FROM figures_cohort f WHERE f.branch_id = p.branch_id AND f.level = %(level)s::bpchar
    AND f.month = m.month AND f.stage IN ('accepted', m.stage) AND f.key = p.key OFFSET 0) c
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Stage:
    """Of ``of`` people accepted in ``month``, ``persons`` came to the stage."""

    name: str
    month: date
    persons: int
    of: int


def newest(branches: Sequence[int], letter: str, key: str, today: date) -> Reading[list[Stage]]:
    """``key`` empty: whole branches. Stages of which nothing is known are absent. One statement."""
    months = {stage: add_months(today.replace(day=1), -AFTER[stage] - 1) for stage in STAGES}
    asked = {
        "branches": list(branches),
        "keys": [key or str(branch) for branch in branches],
        "level": letter,
        "stages": list(months),
        "months": list(months.values()),
    }
    found: defaultdict[tuple[str, bool], int] = defaultdict(int)
    for row in (yield _STAGES, asked):
        found[row["stage"], row["is_whole"]] += row["persons"]
    return [
        Stage(stage, months[stage], found[stage, False], found[stage, True]) for stage in STAGES if found[stage, True]
    ]
