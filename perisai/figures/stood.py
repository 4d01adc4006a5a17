"""What standings and cohorts say, as of a day. Readings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, LiteralString

from perisai.events.reading import Reading, Row
from perisai.figures import definition
from perisai.figures.definition import COLUMNS, MEMBER_COLUMNS
from perisai.figures.period import Period
from perisai.figures.place import Branch, Found

_SUMS: LiteralString = """s.key IS NOT NULL AS is_there, s.paying, s.paying_pu, s.catch_up, s.catch_up_pu, s.ended, s.ended_pu,
  s.arrears_members, s.arrears_members_pu, s.arrears, s.arrears_pu, s.custody, s.custody_overdue, s.agents_active,
  s.licences_ending, s.quota_cap, s.quota_consumed, s.quota_leased, s.quota_left"""
# The last day the branch was taken by a day, and the key's row of that day. By the primary key (branch_id, level, day, key).
_LAST: LiteralString = """
FROM unnest(%(ns)s::int[], %(branches)s::int[], %(levels)s::bpchar[], %(keys)s::text[], %(since)s::date[], %(until)s::date[])
  AS p (n, branch_id, level, key, since, until)
JOIN LATERAL (
  SELECT b.day, b.taken_at FROM figures_standing b
  WHERE b.branch_id = p.branch_id AND b.level = 'b' AND b.day BETWEEN p.since AND p.until ORDER BY b.day DESC LIMIT 1) d ON true
"""
_STOOD: LiteralString = (
    "SELECT p.n, d.day, d.taken_at, "
    + _SUMS
    + _LAST
    + """LEFT JOIN LATERAL (
  SELECT * FROM figures_standing k WHERE k.branch_id = p.branch_id AND k.level = p.level AND k.day = d.day AND k.key = p.key
  LIMIT 1) s ON true"""
)
_STOOD_WITHIN: LiteralString = (
    "SELECT p.branch_id, s.level, s.key, s.sub_branch_id, s.agency_office_id, d.day, d.taken_at, "
    + _SUMS
    + _LAST
    + """LEFT JOIN LATERAL (
  SELECT * FROM figures_standing k WHERE k.branch_id = p.branch_id AND k.level = p.level AND k.day = d.day OFFSET 0) s ON true"""
)
# Every day that was taken, from the branch's own rows.
_BY_DAY: LiteralString = (
    "SELECT b.day, b.taken_at, "
    + _SUMS
    + """
FROM unnest(%(branches)s::int[], %(levels)s::bpchar[], %(keys)s::text[]) AS p (branch_id, level, key)
CROSS JOIN LATERAL (
  SELECT day, taken_at FROM figures_standing w
  WHERE w.branch_id = p.branch_id AND w.level = 'b' AND w.day BETWEEN %(first)s AND %(last)s OFFSET 0) b
LEFT JOIN LATERAL (
  SELECT * FROM figures_standing k WHERE k.branch_id = p.branch_id AND k.level = p.level AND k.day = b.day AND k.key = p.key
  LIMIT 1) s ON true
ORDER BY b.day
"""
)
# Carried by the primary key (branch_id, level, month, stage, key, segment). A day ends first in Jayapura; stages are told in the
# first minutes of a branch's day, so that this asks the same everywhere.
# A stage that nobody came to is told as nought, also of months before the branch had accepted anybody: of those nothing is known.
_COHORTS: LiteralString = """
SELECT p.n, c.month, c.stage, c.segment, sum(c.persons)::int AS persons
FROM unnest(%(ns)s::int[], %(branches)s::int[], %(levels)s::bpchar[], %(keys)s::text[]) AS p (n, branch_id, level, key)
CROSS JOIN LATERAL (
  SELECT * FROM figures_cohort f WHERE f.branch_id = p.branch_id AND f.level = p.level AND f.key = p.key
    AND f.month BETWEEN %(first)s AND %(last)s AND (f.taken_at AT TIME ZONE 'Asia/Jayapura')::date <= %(as_of)s
    AND (f.persons > 0 OR EXISTS (SELECT FROM figures_cohort g WHERE g.branch_id = f.branch_id AND g.level = 'b'
      AND g.month <= f.month AND g.stage = 'accepted' AND g.persons > 0)) OFFSET 0) c
GROUP BY 1, 2, 3, 4
"""


@dataclass
class Stood:
    """Columns added up over branches; ``day`` and ``at``: of the oldest row among them."""

    columns: dict[str, int | None] = field(default_factory=dict)
    day: date | None = None
    at: datetime | None = None

    def add(self, row: Row) -> None:
        for column in (*COLUMNS, *(f"{each}_pu" for each in MEMBER_COLUMNS)):
            value = row[column] if row["is_there"] else (None if column in _NULLABLE else 0)
            known = self.columns.get(column)
            self.columns[column] = value if known is None else known if value is None else known + value
        if self.day is None or row["day"] < self.day:
            self.day, self.at = row["day"], row["taken_at"]

    def of_segment(self, segment: str) -> dict[str, int | None]:
        """Columns of one segment, of those that are told apart."""
        found: dict[str, int | None] = {}
        for column in MEMBER_COLUMNS:
            all_, pu = self.columns.get(column), self.columns.get(f"{column}_pu")
            found[column] = pu if segment == "PU" or all_ is None else all_ - (pu or 0)
        return found


_NULLABLE: Final = frozenset({"quota_cap", "quota_consumed", "quota_leased", "quota_left"})


@dataclass(frozen=True)
class Want:
    """Of a key (empty: each branch's own) in branches, the last standing by a day."""

    branches: Sequence[Branch]
    letter: str
    key: str
    period: Period
    as_of: date

    @classmethod
    def of(cls, found: Found, period: Period, as_of: date) -> "Want":
        return cls(found.branches, found.letter, found.key, period, as_of)

    @property
    def until(self) -> date:
        return min(self.period.last, self.as_of)


def read_stood(wants: Sequence[Want]) -> Reading[list[Stood]]:
    """In the order of ``wants``; of a period that has not begun by then nothing is known. One statement."""
    found = [Stood() for _ in wants]
    asked = [
        (n, branch.id, want.letter, want.key or str(branch.id), date(2000, 1, 1), want.until)
        for n, want in enumerate(wants)
        if want.period.first <= want.until
        for branch in want.branches
    ]
    for row in (yield _STOOD, _columns(asked)):
        found[row["n"]].add(row)
    return found


def read_keys(want: Want, levels: Iterable[str]) -> Reading[dict[tuple[str, str], Stood]]:
    """Of every key of these levels in the one branch, by (level, key). One statement."""
    branch, has_begun = want.branches[0], want.period.first <= want.until
    asked = [(0, branch.id, level, "", date(2000, 1, 1), want.until) for level in levels if has_begun]
    found: defaultdict[tuple[str, str], Stood] = defaultdict(Stood)
    for row in (yield _STOOD_WITHIN, _columns(asked)):
        if row["is_there"]:
            found[row["level"], row["key"]].add(row)
    return dict(found)


def read_within(
    branches: Sequence[tuple[int, date]], levels: Iterable[str]
) -> Reading[dict[tuple[int, str, str], Stood]]:
    """Of every key of these levels in many branches, each as of its own day, by (branch, level, key). One statement."""
    asked = [(0, branch, level, "", date(2000, 1, 1), day) for branch, day in branches for level in levels]
    found: defaultdict[tuple[int, str, str], Stood] = defaultdict(Stood)
    for row in (yield _STOOD_WITHIN, _columns(asked)):
        if row["is_there"]:
            found[row["branch_id"], row["level"], row["key"]].add(row)
    return dict(found)


def read_areas(want: Want, level: str) -> Reading[defaultdict[str, Stood]]:
    """By region code of a level (``r`` regency, ``d`` kecamatan), over all branches. One statement."""
    asked = [(0, branch.id, level, "", date(2000, 1, 1), want.until) for branch in want.branches]
    found: defaultdict[str, Stood] = defaultdict(Stood)
    for row in (yield _STOOD_WITHIN, _columns(asked)):
        if row["is_there"]:
            found[row["key"]].add(row)
    return found


def read_days(found: Found, name: str, period: Period, as_of: date) -> Reading[dict[date, int | None]]:
    """One figure that is made of standings, of days on which a branch was taken. One statement."""
    asked = {
        "branches": [branch.id for branch in found.branches],
        "levels": [found.letter for _ in found.branches],
        "keys": [found.key_in(branch) for branch in found.branches],
        "first": period.first,
        "last": min(period.last, as_of),
    }
    days: defaultdict[date, Stood] = defaultdict(Stood)
    for row in (yield _BY_DAY, asked):
        days[row["day"]].add(row)
    return {day: definition.from_standing(stood.columns)[name] for day, stood in days.items()}


@dataclass
class Stages:
    """Persons by stage, over all segments and of each; None where a stage's time has not come."""

    all: dict[str, int] = field(default_factory=dict)
    segments: defaultdict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))


def read_cohorts(wants: Sequence[Want]) -> Reading[list[dict[date, Stages]]]:
    """By month of the period, in the order of ``wants``, which share period and day. One statement, or none for nobody."""
    if not wants:
        return []
    found: list[defaultdict[date, Stages]] = [defaultdict(Stages) for _ in wants]
    asked = [
        (n, branch.id, want.letter, want.key or str(branch.id))
        for n, want in enumerate(wants)
        for branch in want.branches
    ]
    params: dict[str, object] = {
        "ns": [each[0] for each in asked],
        "branches": [each[1] for each in asked],
        "levels": [each[2] for each in asked],
        "keys": [each[3] for each in asked],
        "first": wants[0].period.first.replace(day=1),
        "last": wants[0].period.last,
        "as_of": wants[0].as_of,
    }
    for row in (yield _COHORTS, params):
        stages = found[row["n"]][row["month"]]
        stages.all[row["stage"]] = stages.all.get(row["stage"], 0) + row["persons"]
        stages.segments[row["segment"]][row["stage"]] = row["persons"]
    return [dict(each) for each in found]


def added_up(months: dict[date, Stages]) -> Stages:
    """Over the months of a period: a stage only where every month that has any has come to it."""
    total = Stages()
    for stage in definition.STAGES:
        if months and all(stage in stages.all for stages in months.values()):
            total.all[stage] = sum(stages.all[stage] for stages in months.values())
            for segment in definition.SEGMENTS:
                total.segments[segment][stage] = sum(s.segments[segment].get(stage, 0) for s in months.values())
    return total


def _columns(asked: Sequence[tuple[int, int, str, str, date, date]]) -> dict[str, object]:
    names = ("ns", "branches", "levels", "keys", "since", "until")
    return {name: [each[index] for each in asked] for index, name in enumerate(names)}
