"""Who becomes an agent, and when that ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from perisai.accounts import agent_login
from perisai.agents import numbering
from perisai.errors import Refused
from perisai.events.work import Happened, Work, branch_day

# Carried by the primary key.
_ADMIT = """
INSERT INTO agents_agent (branch_id, id, code, full_name, phone, agency_office_id, sub_branch_id, state, since)
SELECT %(branch)s, n.id, n.code, n.full_name, n.phone, n.agency, n.sub, 'trainee', n.since
FROM unnest(%(ids)s::uuid[], %(codes)s::text[], %(names)s::text[], %(phones)s::text[], %(agencies)s::int[], %(subs)s::int[],
  %(since)s::date[]) AS n (id, code, full_name, phone, agency, sub, since)
ON CONFLICT (branch_id, id) DO NOTHING
RETURNING id
"""
_PLACE = """
INSERT INTO agents_placement (branch_id, agent_id, sub_branch_id, agency_office_id, districts, during, placed_at, placed_by, reason)
SELECT branch_id, id, sub_branch_id, agency_office_id, '{}', daterange(since, NULL), %s, %s, '' FROM agents_agent
WHERE branch_id = %s AND id = ANY (%s)
"""
# By primary key and licence_agent.
_FORGET = """
UPDATE agents_agent a SET full_name = a.code, phone = ''
WHERE a.branch_id = %s AND a.id = ANY (%s) AND a.state = 'ended' AND NOT EXISTS (
  SELECT 1 FROM agents_licence l WHERE l.branch_id = a.branch_id AND l.agent_id = a.id)
RETURNING a.id
"""


@dataclass(frozen=True)
class Admission:
    """Who is admitted. ``agent_id`` is the candidate's id where there was one; ``phone`` as ``+62...`` or empty."""

    agent_id: UUID
    full_name: str
    phone: str
    agency_office_id: int | None
    sub_branch_id: int | None
    since: date


def admit(
    work: Work,
    *,
    branch_id: int,
    agent_id: UUID,
    full_name: str,
    phone: str,
    agency_office_id: int | None,
    sub_branch_id: int | None,
    since: date,
) -> str:
    """Makes a trainee, with a login for the phone that learns, and returns the code. Raises E9404 for one who is there."""
    admission = Admission(agent_id, full_name, phone, agency_office_id, sub_branch_id, since)
    return admit_many(work, branch_id=branch_id, admissions=[admission])[agent_id]


def admit_many(work: Work, *, branch_id: int, admissions: Sequence[Admission]) -> dict[UUID, str]:
    """Trainees with a login, a first placement and the branch's next codes, by id. Four statements, however many. Codes of two
    Works at once never meet: the second waits until the first has ended. Raises E9404 where one of them is there already."""
    if not admissions:
        return {}
    codes = [f"P-{branch_id}-{number:04d}" for number in numbering.take(work, branch_id, "agent", len(admissions))]
    made = work.rows(
        _ADMIT,
        {
            "branch": branch_id,
            "codes": codes,
            "ids": [one.agent_id for one in admissions],
            "names": [one.full_name for one in admissions],
            "phones": [one.phone for one in admissions],
            "agencies": [one.agency_office_id for one in admissions],
            "subs": [one.sub_branch_id for one in admissions],
            "since": [one.since for one in admissions],
        },
    )
    if len(made) < len(admissions):
        raise Refused("E9404")
    work.execute(_PLACE, [work.now, work.actor.user_id, branch_id, [one.agent_id for one in admissions]])
    agent_login.make_many(
        work,
        [
            agent_login.NewLogin(one.agent_id, code.lower(), one.full_name, one.sub_branch_id or branch_id)
            for one, code in zip(admissions, codes, strict=True)
        ],
    )
    for one in admissions:
        work.report(
            Happened(
                kind="agent_admitted",
                branch_id=branch_id,
                subject_id=one.agent_id,
                agent_id=one.agent_id,
                sub_branch_id=one.sub_branch_id,
                agency_office_id=one.agency_office_id,
            )
        )
    return dict(zip([one.agent_id for one in admissions], codes, strict=True))


def end(work: Work, *, branch_id: int, agent_id: UUID, reason: str) -> None:
    """From now on no agent of the branch any more: licences revoked, placement closed with today, no further phone. What was
    captured before stays good, and the login stays, so that it can come and the file be read. The members are handed over by
    whoever decides. Raises E1004, E9413, E9419 for one who has ended."""
    from perisai.agents import issue, placement

    if lock(work, branch_id=branch_id, agent_id=agent_id) == "ended":
        raise Refused("E9419")
    try:
        issue.revoke(work, branch_id=branch_id, agent_id=agent_id, reason=reason)
    except Refused as refused:
        if refused.code != "E9411":  # a trainee, or one whose licence ran out
            raise
    row = work.row("SELECT timezone FROM offices_office WHERE id = %s", [branch_id])
    assert row is not None
    placement.close(work, branch_id=branch_id, agent_id=agent_id, on=branch_day(work.now, row[0]))
    work.execute("UPDATE agents_agent SET state = 'ended' WHERE branch_id = %s AND id = %s", [branch_id, agent_id])
    work.report(Happened(kind="agent_ended", branch_id=branch_id, subject_id=agent_id, agent_id=agent_id))


def restore(work: Work, *, branch_id: int, agent_id: UUID) -> None:
    """An appeal was right: one who had ended is a trainee again, under the same code, from today where they last were, as far as
    that is lawful still; the licence comes by its own door. Nothing changes for anybody else. Raises E1004."""
    from perisai.agents import placement

    if lock(work, branch_id=branch_id, agent_id=agent_id) != "ended":
        return
    work.execute("UPDATE agents_agent SET state = 'trainee' WHERE branch_id = %s AND id = %s", [branch_id, agent_id])
    row = work.row("SELECT timezone FROM offices_office WHERE id = %s", [branch_id])
    assert row is not None
    placement.resume(work, branch_id=branch_id, agent_id=agent_id, on=branch_day(work.now, row[0]))


def forget(work: Work, *, branch_id: int, agent_ids: Sequence[UUID]) -> None:
    """Trainees who never were agents, and whose applications were erased: the code stands where name and number stood, also on
    their login. Nothing changes for anybody who holds or held a licence. Three statements."""
    from perisai.agents import photo

    forgotten = [row[0] for row in work.rows(_FORGET, [branch_id, list(agent_ids)])]
    agent_login.forget(work, agent_ids=forgotten)
    photo.forget(work, branch_id=branch_id, agent_ids=forgotten)


def lock(work: Work, *, branch_id: int, agent_id: UUID) -> str:
    """Holds the agent's row to the end of the Work and returns its state. Raises E1004 where there is none."""
    row = work.row("SELECT state FROM agents_agent WHERE branch_id = %s AND id = %s FOR UPDATE", [branch_id, agent_id])
    if row is None:
        raise Refused("E1004")
    state: str = row[0]
    return state
