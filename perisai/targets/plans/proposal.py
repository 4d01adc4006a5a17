"""From below: a child asks for another figure with a reason; the office above takes it into its draft, or refuses with a reason."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work
from perisai.targets.plans import plan
from perisai.targets.plans.place import MEASURES, SEGMENTS, Home, at, months
from perisai.targets.plans.plan import MOST_OF, Cell


@dataclass(frozen=True)
class Wish:
    """``value`` for each month from first to last, both inclusive. ``level`` and ``key``: whose target it is."""

    level: str
    key: str
    segment: str
    measure: str
    first_month: date
    last_month: date
    value: int
    reason: str


_INSERT: LiteralString = """
INSERT INTO {proposal} ({column} id, office_id, year, child_level, child_key, segment, measure, first_month, last_month, value,
  reason, state, made_at, made_by, answer)
VALUES ({value} %(id)s, %(office)s, %(year)s, %(level)s, %(key)s, %(segment)s, %(measure)s, %(first)s, %(last)s, %(number)s,
  %(reason)s, 'open', %(now)s, %(by)s, '')
"""
_LOCK: LiteralString = """
SELECT r.id, r.year, r.child_level, r.child_key, r.segment, r.measure, r.first_month, r.last_month, r.value, r.reason
FROM {proposal} r
WHERE {r} r.id = ANY (%(ids)s::uuid[]) AND r.office_id = %(office)s AND r.state = 'open' ORDER BY r.id FOR UPDATE
"""
_DECIDE: LiteralString = """
UPDATE {proposal} r SET state = %(state)s, decided_at = %(now)s, decided_by = %(by)s, answer = %(answer)s, version = %(version)s
WHERE {r} r.id = ANY (%(ids)s::uuid[])
"""


def put(work: Work, *, parent: Home, year: int, wish: Wish) -> UUID:
    """A proposal to the office whose plan gives the figure. Raises E5020 where it is not right, E5015 without a reason."""
    reason = plan.reason_of(wish.reason, needed=True)
    inside = months(year)
    is_right = (
        wish.segment in SEGMENTS
        and wish.measure in MEASURES
        and wish.first_month in inside
        and wish.last_month in inside
        and wish.first_month <= wish.last_month
        and 0 <= wish.value <= MOST_OF[wish.measure]
        and wish.last_month >= parent.today(work.now).replace(day=1)
    )
    if not is_right:
        raise Refused("E5020")
    made = uuid7()
    params = parent.params(
        id=made, year=year, level=wish.level, key=wish.key, segment=wish.segment, measure=wish.measure, first=wish.first_month,
        last=wish.last_month, number=wish.value, reason=reason, now=work.now, by=work.actor.user_id,
    )  # fmt: skip
    work.execute(at(parent, _INSERT), params)
    _tell(work, parent, made, year, "open")
    return made


def take(work: Work, *, home: Home, plan_id: UUID, revision: int, ids: Collection[UUID]) -> int:
    """Puts the proposed figures into the draft; months before its first stay. Returns how many figures differ now.

    Raises E5019 where one was decided already, E5020 where all its months are past, and as ``plan.edit``.
    """
    version = plan.lock(work, home=home, plan_id=plan_id, revision=revision, state="draft")
    found = _lock(work, home, ids)
    cells: dict[Cell, int | None] = {}
    for one, year, wish in found:
        open_months = [
            m for m in months(version.year) if max(version.from_month, wish.first_month) <= m <= wish.last_month
        ]
        if year != version.year or not open_months:
            raise Refused("E5020")
        cells |= {Cell(wish.level, wish.key, m, wish.segment, wish.measure): wish.value for m in open_months}
        _decide(work, home, [one], "taken", "", version.version)
        _tell(work, home, one, year, "taken")
    return plan.edit(work, home=home, plan_id=plan_id, revision=revision, cells=cells, act="taken")


def refuse(work: Work, *, home: Home, proposal_id: UUID, reason: str) -> None:
    """Raises E5015 without a reason, E5019."""
    said = plan.reason_of(reason, needed=True)
    ((one, year, _wish),) = _lock(work, home, [proposal_id])
    _decide(work, home, [one], "refused", said, None)
    _tell(work, home, one, year, "refused")


def withdraw(work: Work, *, parent: Home, proposal_id: UUID, level: str, key: str) -> None:
    """By the child that made it. Raises E5019, E1004 for another's."""
    ((one, year, wish),) = _lock(work, parent, [proposal_id])
    if (wish.level, wish.key) != (level, key):
        raise Refused("E1004")
    _decide(work, parent, [one], "withdrawn", "", None)
    _tell(work, parent, one, year, "withdrawn")


def _lock(work: Work, home: Home, ids: Collection[UUID]) -> list[tuple[UUID, int, Wish]]:
    rows = work.rows(at(home, _LOCK), home.params(ids=sorted(set(ids))))
    if len(rows) != len(set(ids)) or not rows:
        raise Refused("E5019")
    return [(row[0], row[1], Wish(*row[2:])) for row in rows]


def _decide(work: Work, home: Home, ids: list[UUID], state: str, answer: str, version: int | None) -> None:
    params = home.params(ids=ids, state=state, now=work.now, by=work.actor.user_id, answer=answer, version=version)
    work.execute(at(home, _DECIDE), params)


def _tell(work: Work, home: Home, proposal_id: UUID, year: int, state: str) -> None:
    if home.branch_id is not None:
        detail = {"proposal": proposal_id, "office": home.id, "year": year, "state": state}
        kind = Happened(kind="target_proposal_changed", branch_id=home.branch_id, quantity=0, detail=detail)
        work.report(kind)
