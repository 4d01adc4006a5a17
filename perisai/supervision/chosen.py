"""Single members of one agent, chosen for a hand-over: searched, by the month in which they came, by arrears, page by page."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.work import Work

PAGE: Final = 50
MOST: Final = 1_000
"""Who can be chosen one by one; more than that are handed over by district or as a whole."""

# Carried by enrolment_agent: one agent's members, or the branch's own.
_OF_GIVER: LiteralString = """
FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE e.branch_id = %(branch)s AND (e.agent_id = %(agent)s::uuid OR (%(agent)s::uuid IS NULL AND e.agent_id IS NULL))
  AND e.state IN ('review', 'accepted', 'active', 'lapsed')
  AND (%(q)s = '' OR strpos(lower(p.name), %(q)s) > 0 OR e.payment_code = %(q)s OR e.kpj = %(q)s)
  AND (%(month)s::date IS NULL OR date_trunc('month', e.captured_on) = %(month)s::date)
  AND (NOT %(arrears)s OR (e.paid_through IS NOT NULL AND e.paid_through < %(owed)s::date))
"""
_LIST: LiteralString = (
    """
SELECT e.id, p.name, p.nik_masked, e.state, e.captured_on, e.paid_through, left(e.region_code, 8) AS district,
  coalesce(r.name, '') AS district_name, count(*) OVER () AS found
"""
    + _OF_GIVER.replace("WHERE", "LEFT JOIN offices_region r ON r.code = left(e.region_code, 8)\nWHERE", 1)
    + " ORDER BY p.name, e.id LIMIT %(limit)s OFFSET %(offset)s"
)
_IDS: LiteralString = "SELECT e.id " + _OF_GIVER + " ORDER BY e.id LIMIT %(limit)s"
_MONTHS: LiteralString = """
SELECT date_trunc('month', e.captured_on)::date AS month, count(*) AS members FROM members_enrolment e
WHERE e.branch_id = %(branch)s AND (e.agent_id = %(agent)s::uuid OR (%(agent)s::uuid IS NULL AND e.agent_id IS NULL))
  AND e.state IN ('review', 'accepted', 'active', 'lapsed')
GROUP BY 1 ORDER BY 1 DESC
"""


@dataclass(frozen=True)
class Look:
    """What is looked at. ``month``: in which they were acquired; who is not paid through the month ``owed`` is in arrears."""

    branch_id: int
    agent_id: UUID | None
    owed: date
    q: str = ""
    month: date | None = None
    arrears: bool = False
    page: int = 0


@dataclass
class Choice:
    """Who is chosen on whichever page, as the form carries it from page to page."""

    ids: set[UUID] = field(default_factory=set)

    @classmethod
    def read(cls, text: str) -> "Choice":
        """Of ``str(choice)``. Raises E9518 for too many, E9502 for what is none."""
        words = text.split()
        if len(words) > MOST:
            raise Refused("E9518", most=MOST)
        try:
            return cls({UUID(word) for word in words})
        except ValueError:
            raise Refused("E9502", field="members") from None

    def turn(self, shown: set[UUID], ticked: set[UUID]) -> None:
        """Takes over what was ticked of what a page showed. Raises E9518."""
        self.ids = (self.ids - shown) | (ticked & shown)
        self._require_few()

    def add(self, ids: set[UUID]) -> None:
        """Raises E9518."""
        self.ids |= ids
        self._require_few()

    def _require_few(self) -> None:
        if len(self.ids) > MOST:
            raise Refused("E9518", most=MOST)

    def __str__(self) -> str:
        return " ".join(one.hex for one in sorted(self.ids))


def page(work: Work, look: Look) -> tuple[list[dict[str, Any]], int]:
    """One page by name, and how many there are. One statement."""
    rows = work.dicts(_LIST, _params(look) | {"limit": PAGE, "offset": look.page * PAGE})
    return rows, rows[0]["found"] if rows else 0


def all_found(work: Work, look: Look) -> set[UUID]:
    """Up to one more than may be chosen. One statement."""
    return {row[0] for row in work.rows(_IDS, _params(look) | {"limit": MOST + 1})}


def months(work: Work, look: Look) -> list[dict[str, Any]]:
    """Months in which today's members were acquired, newest first. One statement."""
    return work.dicts(_MONTHS, _params(look))


def _params(look: Look) -> dict[str, Any]:
    return {
        "branch": look.branch_id,
        "agent": look.agent_id,
        "q": look.q.lower(),
        "month": look.month,
        "arrears": look.arrears,
        "owed": look.owed,
    }
