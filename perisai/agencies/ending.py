"""How an agency office ends: decided with a reason and a last day, and every agent has a new place in the same act. Members
keep their agents, so nobody is orphaned."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from perisai.accounts.user import deactivate_office
from perisai.agencies import agreement, labels, office, proposal
from perisai.agents import placement
from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.offices.office import edit_office
from perisai.offices.tree import Office

REASONS: Final = ("short", "expired", "request", "breach", "fraud", "other")
MOST_DAYS_AHEAD: Final = 60
MOST_NOTE: Final = 500

# Every placement at the office that reaches beyond its last day, by placement_once; and who has none but stands there on their
# row.
_TO_PLACE = """
SELECT a.id, a.code, a.full_name, p.sub_branch_id, GREATEST(lower(p.during), %(after)s::date) AS since, upper(p.during) - 1 AS until
FROM agents_placement p JOIN agents_agent a ON a.branch_id = p.branch_id AND a.id = p.agent_id AND a.state <> 'ended'
WHERE p.branch_id = %(branch)s AND p.agency_office_id = %(office)s AND p.during && daterange(%(after)s, NULL)
UNION ALL
SELECT a.id, a.code, a.full_name, a.sub_branch_id, %(after)s::date, NULL
FROM agents_agent a
WHERE a.branch_id = %(branch)s AND a.agency_office_id = %(office)s AND a.state <> 'ended' AND NOT EXISTS (
  SELECT FROM agents_placement p
  WHERE p.branch_id = a.branch_id AND p.agent_id = a.id AND p.during && daterange(%(after)s, NULL))
ORDER BY 2, 5
"""
_END = """
UPDATE agencies_office SET ended_on = %s, ended_at = %s, ended_by = %s, end_reason = %s, end_note = %s
WHERE branch_id = %s AND office_id = %s
"""
# Carried by agreement_office: what is in force ends with the office, what is to come never begins.
_AGREEMENTS = """
UPDATE agencies_agreement
SET last_day = GREATEST(%(last)s, first_day - 1), end_reason = 'office_ended'
WHERE branch_id = %(branch)s AND office_id = %(office)s AND state = 'signed' AND last_day > %(last)s
"""
_DRAFTS = """
UPDATE agencies_agreement SET state = 'withdrawn' WHERE branch_id = %s AND office_id = %s AND state = 'draft'
"""
_DUE = """
SELECT o.id FROM agencies_office f JOIN offices_office o ON o.id = f.office_id
WHERE f.branch_id = %s AND f.ended_on < %s AND o.is_open ORDER BY 1
"""


def end(
    work: Work,
    *,
    branch_id: int,
    office_id: int,
    reason: str,
    note: str,
    last_day: date,
    today: date,
    handed: Mapping[UUID, int | None],
) -> int:
    """Ends the office with ``last_day``; ``handed`` says for each of its agents the agency office that takes them the day after,
    None for the branch itself. How many were handed over.

    Raises ``Refused`` E1004, E9004, E9011 (an agent has no new place), E9012, E9013 (a place that cannot take them), E9016.
    """
    office.lock_open(work, branch_id=branch_id, office_id=office_id, today=today)
    if reason not in REASONS or len(note) > MOST_NOTE or (reason == "other" and not note.strip()):
        raise Refused("E9004")
    if not today <= last_day <= today + timedelta(days=MOST_DAYS_AHEAD):
        raise Refused("E9016", days=MOST_DAYS_AHEAD)
    after = last_day + timedelta(days=1)
    stays = to_place(work, branch_id=branch_id, office_id=office_id, after=after)
    agents = sorted({stay["id"] for stay in stays})
    _check_places(work, branch_id, office_id, agents, handed, after)
    for stay in stays:
        _place(work, branch_id, stay, handed[stay["id"]])
    by = work.actor.user_id
    work.execute(_END, [last_day, work.now, by, reason, note.strip(), branch_id, office_id])
    work.execute(_AGREEMENTS, {"last": last_day, "branch": branch_id, "office": office_id})
    work.execute(_DRAFTS, [branch_id, office_id])
    proposal.close(work, branch_id=branch_id, office_id=office_id)
    detail = {"reason": reason, "last_day": last_day.isoformat(), "agents": len(agents)}
    _report(work, "agency_ended", branch_id, office_id, detail)
    return len(agents)


def to_place(work: Work, *, branch_id: int, office_id: int, after: date) -> list[dict[str, Any]]:
    """Every stay of an agent at the office on or after a day, by the agent's code; an agent may have several. One statement."""
    return work.dicts(_TO_PLACE, {"branch": branch_id, "office": office_id, "after": after})


def close_due(work: Work, *, branch_id: int, today: date) -> int:
    """Closes the offices whose last day is over: nobody logs in for them any more, and an agent who came to one after its ending
    was decided goes to the branch. How many were closed."""
    due = [row[0] for row in work.rows(_DUE, [branch_id, today])]
    for office_id in due:
        left = to_place(work, branch_id=branch_id, office_id=office_id, after=today)
        for stay in left:
            _place(work, branch_id, stay, None)
        found = Office.objects.get(id=office_id)
        edit_office(
            work,
            office=found,
            code=found.code,
            name=found.name,
            timezone=found.timezone,
            regencies=found.regencies,
            address=found.address,
            is_open=False,
        )
        users = deactivate_office(work, office=found)
        _report(work, "agency_closed", branch_id, office_id, {"agents": len(left), "users": users})
    return len(due)


def _check_places(
    work: Work,
    branch_id: int,
    office_id: int,
    agents: list[UUID],
    handed: Mapping[UUID, int | None],
    after: date,
) -> None:
    lacking = [agent_id for agent_id in agents if agent_id not in handed]
    if lacking:
        raise Refused("E9011", count=len(lacking), members={"agents": [str(agent_id) for agent_id in lacking]})
    for target in sorted({handed[agent_id] or 0 for agent_id in agents} - {0}):
        why = "ended" if target == office_id else agreement.in_order(work, branch_id, target, after)
        if why is not None:
            raise Refused("E9013", reason=str(labels.OUT_OF_ORDER[why]))


def _place(work: Work, branch_id: int, stay: dict[str, Any], target: int | None) -> None:
    """The sub-branch stays: an agent keeps their territory when the office changes."""
    placement.place(
        work,
        branch_id=branch_id,
        agent_id=stay["id"],
        agency_office_id=target,
        sub_branch_id=stay["sub_branch_id"],
        since=stay["since"],
        until=stay["until"],
        reason="Kantor Perisai berakhir",
    )


def _report(work: Work, kind: str, branch_id: int, office_id: int, detail: dict[str, object]) -> None:
    work.report(Happened(kind=kind, branch_id=branch_id, agency_office_id=office_id, detail=detail))
