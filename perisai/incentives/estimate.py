"""What the agents of an office, and the office itself, are to expect for a month: added up from confirmed payments each time it is
asked. Nothing is booked here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.incentives.amounts import Counted, Incentive, incentive, office_share
from perisai.incentives.rules import Scheme, scheme_on
from perisai.members.portfolio import next_month

# An agent's month belongs to the office where they last stood in it; by placement_once. Who was never placed stands on the row.
_AGENTS: LiteralString = """
WITH stays AS (
  SELECT DISTINCT ON (p.agent_id) p.agent_id, p.agency_office_id
  FROM agents_placement p
  WHERE p.branch_id = %(branch)s AND p.during && daterange(%(month)s, %(next)s) AND p.agent_id IN (
    SELECT o.agent_id FROM agents_placement o WHERE o.branch_id = %(branch)s AND o.agency_office_id = %(office)s)
  ORDER BY p.agent_id, lower(p.during) DESC
)
SELECT a.id, a.code, a.full_name FROM agents_agent a
WHERE a.branch_id = %(branch)s AND (
  a.id IN (SELECT agent_id FROM stays WHERE agency_office_id = %(office)s)
  OR a.agency_office_id = %(office)s AND NOT EXISTS (
    SELECT FROM agents_placement p WHERE p.branch_id = a.branch_id AND p.agent_id = a.id))
ORDER BY a.code
"""
# By enrolment_acquired_by and enrolment_agent; the first payment by the key of contributions_paid_month, earlier memberships of the
# same NIK by person_nik. The month is that of the confirmed payment, which may be told, and so activate, in the next one. Who was
# active before the month is not new, also where another system had them and they pay here for the first time.
_NEW: LiteralString = """
WITH acquired AS (
  SELECT id, person_id, agent_id AS agent, programmes, segment, activated_at FROM members_enrolment
  WHERE branch_id = %(branch)s AND agent_id = ANY (%(agents)s) AND acquired_by IS NULL
  UNION ALL
  SELECT id, person_id, acquired_by, programmes, segment, activated_at FROM members_enrolment
  WHERE branch_id = %(branch)s AND acquired_by = ANY (%(agents)s)
)
SELECT a.agent, cardinality(a.programmes), count(*)::int FROM acquired a
WHERE a.segment = ANY (%(segments)s) AND a.activated_at >= %(since)s
  AND EXISTS (
    SELECT FROM contributions_paid_month m WHERE m.branch_id = %(branch)s AND m.enrolment_id = a.id
      AND m.paid_at >= %(since)s AND m.paid_at < %(until)s)
  AND NOT EXISTS (
    SELECT FROM contributions_paid_month m WHERE m.branch_id = %(branch)s AND m.enrolment_id = a.id AND m.paid_at < %(since)s)
  AND NOT EXISTS (
    SELECT FROM members_person p
    JOIN members_person q ON q.branch_id = p.branch_id AND q.nik_hash = p.nik_hash
    JOIN members_enrolment e ON e.branch_id = q.branch_id AND e.person_id = q.id AND e.segment = a.segment
    WHERE p.branch_id = %(branch)s AND p.id = a.person_id AND e.id <> a.id AND e.activated_at < a.activated_at)
GROUP BY 1, 2
"""
# By enrolment_agent and care_agent, then the key of contributions_paid_month. Whoever had the care of the contribution month gets
# the incentive of it, in the month in which the money came. The first month of a membership is number 1.
_RECEIVED: LiteralString = """
WITH held AS (
  SELECT e.id, e.agent_id AS agent, e.first_month, NULL::daterange AS months FROM members_enrolment e
  WHERE e.branch_id = %(branch)s AND e.agent_id = ANY (%(agents)s) AND e.segment = ANY (%(segments)s)
    AND e.activated_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM members_care c WHERE c.branch_id = e.branch_id AND c.enrolment_id = e.id)
  UNION ALL
  SELECT e.id, c.agent_id, e.first_month, c.months
  FROM members_care c JOIN members_enrolment e ON e.branch_id = c.branch_id AND e.id = c.enrolment_id
  WHERE c.branch_id = %(branch)s AND c.agent_id = ANY (%(agents)s) AND e.segment = ANY (%(segments)s)
    AND e.activated_at IS NOT NULL
)
SELECT h.agent, ((extract(year FROM m.month) - extract(year FROM h.first_month)) * 12
    + extract(month FROM m.month) - extract(month FROM h.first_month))::int + 1,
  sum(m.jkk + m.jkm + m.jht - m.relief)::bigint
FROM held h JOIN contributions_paid_month m ON m.branch_id = %(branch)s AND m.enrolment_id = h.id
WHERE m.paid_at >= %(since)s AND m.paid_at < %(until)s AND (h.months IS NULL OR m.month <@ h.months)
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class AgentMonth:
    id: UUID
    code: str
    name: str
    incentive: Incentive
    classes: Sequence[int]
    """Contributions received by class of months, rupiah."""
    past: int
    """Contributions past the last class: no incentive is paid for them."""


@dataclass(frozen=True)
class Estimate:
    """Of one office and one month; rupiah."""

    month: date
    scheme: Scheme
    agents: Sequence[AgentMonth]
    office: int
    """The office's share."""

    @property
    def agents_total(self) -> int:
        """What its agents get, before a cut of the office."""
        return sum(one.incentive.total for one in self.agents)

    @property
    def past(self) -> int:
        return sum(one.past for one in self.agents)

    @property
    def paid_by(self) -> date:
        return next_month(self.month).replace(day=self.scheme.paid_by_day.value)


def estimate(work: Work, *, branch_id: int, office_id: int, month: date) -> Estimate:
    """By agent, in order of their code. ``month`` is a first of a month; its days are the branch's. Four statements, however many
    agents and members. Raises ``Refused`` E1004 where there is no such branch."""
    row = work.row("SELECT timezone FROM offices_office WHERE id = %s AND kind = 'branch'", [branch_id])
    if row is None:
        raise Refused("E1004")
    scheme, after = scheme_on(month), next_month(month)
    place = {"branch": branch_id, "office": office_id, "month": month, "next": after}
    agents = work.rows(_AGENTS, place)
    counted = _count(
        work,
        scheme,
        {
            "branch": branch_id,
            "agents": [agent_id for agent_id, _, _ in agents],
            "segments": list(scheme.segments.value),
            "since": _begin(month, row[0]),
            "until": _begin(after, row[0]),
        },
    )
    found = [AgentMonth(agent_id, code, name, *_worth(scheme, counted[agent_id])) for agent_id, code, name in agents]
    return Estimate(month, scheme, found, office_share(scheme, [one.incentive for one in found]))


def _worth(scheme: Scheme, counted: Counted) -> tuple[Incentive, list[int], int]:
    classes = [counted.received.get(place, 0) for place in range(len(scheme.contribution))]
    return incentive(scheme, counted), classes, counted.received.get(None, 0)


def _count(work: Work, scheme: Scheme, facts: dict[str, Any]) -> dict[UUID, Counted]:
    found = {agent_id: Counted() for agent_id in facts["agents"]}
    for agent_id, programmes, count in work.rows(_NEW, facts):
        found[agent_id].new[programmes] = count
    for agent_id, nth, amount in work.rows(_RECEIVED, facts):
        received, place = found[agent_id].received, scheme.class_of(max(nth, 1))
        received[place] = received.get(place, 0) + amount
    return found


def _begin(day: date, timezone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(timezone))
