"""The lists behind standing figures of a past day: with whom each number stood, kept by the statement that takes the numbers, and
so always as many. Ids, months and rupiah, nothing about a person.

A member has a row for each day on which something changed: what they stood at when their branch was last taken that day, until the
next row. Numbers of agents stand in ``figures_standing`` by agent already.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, LiteralString

from perisai.events.work import Work
from perisai.offices.part import Part
from perisai.offices.scopes import AGENCY_OFFICE, AGENT, BRANCH, REGION, SUB_BRANCH

# Parts of the statement of ``take.py``, whose ``stands`` are all enrolments of the branch. Once a member by the key (branch_id,
# enrolment_id, day); only what is another than it was is written.
KEPT: Final[LiteralString] = """listed AS (
  INSERT INTO figures_listed (branch_id, since) VALUES (%(branch)s, %(day)s) ON CONFLICT DO NOTHING
), kept AS (
  INSERT INTO figures_member AS m (branch_id, enrolment_id, day, cover, state, paid_through, agent_id, sub_branch_id,
    agency_office_id, owed)
  SELECT %(branch)s, n.id, %(day)s, n.cover, n.state, n.paid_through, n.agent_id, n.sub_branch_id, n.agency_office_id, n.owed
  FROM stands n LEFT JOIN LATERAL (
    SELECT h.cover, h.state, h.paid_through, h.agent_id, h.sub_branch_id, h.agency_office_id, h.owed FROM figures_member h
    WHERE h.branch_id = %(branch)s AND h.enrolment_id = n.id AND h.day <= %(day)s ORDER BY h.day DESC LIMIT 1
  ) k ON true
  WHERE (n.cover <> '' OR k.cover <> '')
    AND (k.cover, k.state, k.paid_through, k.agent_id, k.sub_branch_id, k.agency_office_id, k.owed)
      IS DISTINCT FROM (n.cover, n.state, n.paid_through, n.agent_id, n.sub_branch_id, n.agency_office_id, n.owed)
  ON CONFLICT (branch_id, enrolment_id, day) DO UPDATE SET (cover, state, paid_through, agent_id, sub_branch_id, agency_office_id,
    owed) = ROW (excluded.cover, excluded.state, excluded.paid_through, excluded.agent_id, excluded.sub_branch_id,
    excluded.agency_office_id, excluded.owed)
)"""

# Of a branch ``b``: the last day it was taken by a day, and when on it. By the key of figures_standing.
LAST_TAKEN: Final[LiteralString] = """LATERAL (
  SELECT w.day, w.taken_at FROM figures_standing w WHERE w.branch_id = b.id AND w.level = 'b' AND w.day <= %s
  ORDER BY w.day DESC LIMIT 1
) t"""
# The same where lists are kept of that day.
LISTED: Final[LiteralString] = (
    "CROSS JOIN " + LAST_TAKEN + "\nJOIN figures_listed g ON g.branch_id = b.id AND g.since <= t.day"
)
# What an enrolment ``e`` stood at on that day. By the key of figures_member.
STOOD: Final[LiteralString] = """CROSS JOIN LATERAL (
  SELECT h.cover, h.state, h.paid_through, h.agent_id, h.sub_branch_id, h.agency_office_id, h.owed FROM figures_member h
  WHERE h.branch_id = e.branch_id AND h.enrolment_id = e.id AND h.day <= t.day ORDER BY h.day DESC LIMIT 1) s"""
WORDS: Final[dict[str, LiteralString]] = {
    "paid": "s.cover = 'paying'",
    "unpaid": "s.cover = 'catch_up'",
    "lapsed": "s.cover = 'ended'",
    "arrears": "s.owed > 0",
    "": "s.cover <> ''",
}
"""Conditions on ``s``, by the word that addresses have for them."""

_PARTS: Final[dict[str, LiteralString]] = {
    REGION: "b.path @> ARRAY[%s::int]",
    BRANCH: "b.id = %s::int",
    SUB_BRANCH: "b.id = (SELECT branch_id FROM offices_office WHERE id = %s::int)",
    AGENCY_OFFICE: "b.id = (SELECT branch_id FROM offices_office WHERE id = %s::int)",
    AGENT: "b.id IN (SELECT branch_id FROM agents_agent WHERE id = %s::uuid)",
}
_TOLD: LiteralString = (
    """
SELECT count(t.day)::int, (count(*) FILTER (WHERE g.since <= t.day))::int, min(t.day), max(g.since)
FROM offices_office b LEFT JOIN """
    + LAST_TAKEN
    + """ ON true LEFT JOIN figures_listed g ON g.branch_id = b.id
WHERE b.kind = 'branch' AND (%s::int[] IS NULL OR b.id = ANY (%s::int[])) AND """
)


@dataclass(frozen=True)
class Told:
    """What is known of a past day: of how many branches numbers, of how many of these lists."""

    day: date
    """The day that was asked for."""
    taken: int
    listed: int
    oldest: date | None
    """The day of the oldest numbers that stand for it: the same day, unless nobody took any."""
    since: date | None
    """From this day on every one of these branches keeps lists; None where none does yet."""
    is_of_all: bool = True
    """Not where the viewer sees members and agents of one office: who came to another since is in the number, not in the list."""

    @property
    def of_agents(self) -> "Told":
        """The same for lists of agents, which are kept as long as the numbers."""
        return replace(self, listed=self.taken)

    @property
    def is_listed(self) -> bool:
        return self.taken == self.listed > 0


def asked_day(text: str | None, today: date) -> date | None:
    """The past day that an address asks for; None for today, a day to come, or what is no day."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if day < today else None


def told(work: Work, *, branches: Sequence[int] | None, part: Part, day: date, is_of_all: bool = True) -> Told:
    """Of a part within these branches (None: all). One statement."""
    within, params = within_part(part)
    asked = None if branches is None else list(branches)
    row = work.row(_TOLD + within, [day, asked, asked, *params])
    assert row is not None
    taken, listed, oldest, since = row
    return Told(day, taken, listed, oldest, since, is_of_all)


def within_part(part: Part) -> tuple[LiteralString, list[Any]]:
    """A condition on a branch ``b`` that holds of those the part lies in."""
    if part.watch is None:
        return ("FALSE" if part.is_unknown else "TRUE"), []
    return _PARTS[part.watch.level], [part.watch.key]
