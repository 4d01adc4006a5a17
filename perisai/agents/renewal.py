"""Renewals that agents ask for from their phone: asked once a licence, decided by the branch through the one door."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.agents import agent, conditions, issue
from perisai.agents.conditions import Condition
from perisai.errors import Refused
from perisai.events.work import Happened, Work, branch_day
from perisai.members.decision import Decision
from perisai.messages import outbox
from perisai.training.told import Told

REASON_MOST: Final = 300
GOOD_FOR: Final = timedelta(days=3)

_INSERT: LiteralString = """
INSERT INTO agents_renewal (branch_id, id, agent_id, licence_id, state, asked_at) VALUES (%s, %s, %s, %s, 'asked', %s)
"""
# Carried by renewal_open.
_OPEN: LiteralString = """
SELECT id, asked_at FROM agents_renewal WHERE branch_id = %s AND licence_id = %s AND state = 'asked'
"""
_CLOSE: LiteralString = """
UPDATE agents_renewal SET state = %s, decided_at = %s, decided_by = %s, reason = %s
WHERE branch_id = %s AND licence_id = %s AND state = 'asked' RETURNING id
"""
# Carried by renewal_agent.
_NEWEST: LiteralString = """
SELECT r.id, r.licence_id, r.state, r.asked_at, r.decided_at, r.reason FROM agents_renewal r
WHERE r.branch_id = %s AND r.agent_id = %s ORDER BY r.asked_at DESC, r.id DESC LIMIT 1
"""
_AGENT: LiteralString = """
SELECT o.timezone, a.phone FROM offices_office o JOIN agents_agent a ON a.branch_id = o.id AND a.id = %s WHERE o.id = %s
"""


@dataclass(frozen=True)
class Renewal:
    """``state``: asked, renewed or refused; ``reason`` only of a refusal."""

    id: UUID
    licence_id: UUID
    state: str
    asked_at: datetime
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Outlook:
    """What the next licence needs. ``opens_on``: from then on it can be asked for; ``asked`` is about the licence that counts."""

    last: issue.Last
    opens_on: date
    checklist: list[Condition]
    asked: Renewal | None

    @property
    def lacking(self) -> list[Condition]:
        return [one for one in self.checklist if not one.met]


def outlook(work: Work, *, branch_id: int, agent_id: UUID, on: date) -> Outlook | None:
    """None where there is no licence to renew. Raises E1004."""
    last = issue.find_last(work, branch_id, agent_id)
    if last is None or last.state != "valid":
        return None
    found = find_newest(work, branch_id=branch_id, agent_id=agent_id)
    asked = found if found and (found.licence_id == last.id or found.state == "renewed") else None
    return Outlook(
        last, conditions.renewal_opens(last.valid_to, on), issue.checklist(work, branch_id, agent_id, on), asked
    )


def ask_many(work: Work, *, branch_id: int, agent_id: UUID, told: list[Told]) -> dict[UUID, Decision]:
    """Ops ``renew`` of one phone: ``{"licence": "L-1501-000001-3"}``, the licence that the agent saw.

    Accepted: ``asked``, or the wish that stands already; ``renewed`` where a licence has followed it meanwhile. Rejected: E9408
    with what is missing, E9411 without a licence, E9412, E9419, E9421 for what cannot be read or is none of the agent's own. This
    is no field work: neither a licence nor a hold stands before asking. A phone has very few at once.
    """
    return {one.op_id: _ask(work, branch_id, agent_id, one) for one in told}


def refuse(work: Work, *, branch_id: int, agent_id: UUID, reason: str) -> None:
    """The branch says no, and why. Raises E1004, E9411, E9413 without a reason, E9422 where nothing is asked."""
    if not 3 <= len(reason.strip()) <= REASON_MOST or "\x00" in reason:
        raise Refused("E9413")
    agent.lock(work, branch_id=branch_id, agent_id=agent_id)
    last = issue.find_last(work, branch_id, agent_id)
    if last is None:
        raise Refused("E9411")
    renewal_id = _close(work, branch_id, last.id, "refused", reason.strip())
    if renewal_id is None:
        raise Refused("E9422")
    _report(work, "renewal_refused", branch_id, agent_id, renewal_id, last.id)
    _tell(work, branch_id, agent_id, "Perpanjangan izin Anda belum disetujui. Baca alasannya di aplikasi, bagian Saya.")


def grant(work: Work, *, branch_id: int, agent_id: UUID, bound_to: str = "") -> UUID:
    """Renews by the one door, asked for or not, and tells the agent. Raises what ``issue.renew`` raises."""
    before = issue.find_last(work, branch_id, agent_id)
    made = issue.renew(work, branch_id=branch_id, agent_id=agent_id, bound_to=bound_to)
    after = issue.find_last(work, branch_id, agent_id)
    assert before is not None
    assert after is not None
    _close(work, branch_id, before.id, "renewed", "")
    _tell(work, branch_id, agent_id, f"Izin Anda diperpanjang sampai {after.valid_to:%d-%m-%Y}.")
    return made


def find_newest(work: Work, *, branch_id: int, agent_id: UUID) -> Renewal | None:
    row = work.row(_NEWEST, [branch_id, agent_id])
    return Renewal(*row) if row else None


def _ask(work: Work, branch_id: int, agent_id: UUID, one: Told) -> Decision:
    number = one.body.get("licence") if isinstance(one.body, dict) else None
    if not isinstance(number, str) or not 0 < len(number) <= 60 or "\x00" in number:
        return Decision("rejected", "E9421", None)
    try:
        return _open(work, branch_id, agent_id, one.op_id, number)
    except Refused as refused:
        params = {name: value for name, value in refused.params.items() if isinstance(value, str | int)}
        return Decision("rejected", refused.code, {"params": params} if params else None)


def _open(work: Work, branch_id: int, agent_id: UUID, op_id: UUID, number: str) -> Decision:
    if agent.lock(work, branch_id=branch_id, agent_id=agent_id) == "ended":
        raise Refused("E9419")
    last = issue.find_last(work, branch_id, agent_id)
    if last is None or last.state != "valid":
        raise Refused("E9411")
    if last.number != number:
        own = "SELECT 1 FROM agents_licence WHERE branch_id = %s AND agent_id = %s AND number = %s AND id <> %s"
        if work.row(own, [branch_id, agent_id, number, last.id]) is None:
            raise Refused("E9421")
        return Decision("accepted", None, {"renewal": None, "state": "renewed"})
    standing = work.row(_OPEN, [branch_id, last.id])
    if standing is not None:
        return Decision("accepted", None, {"renewal": str(standing[0]), "state": "asked"})
    row = work.row(_AGENT, [agent_id, branch_id])
    assert row is not None
    if issue.is_doubtful(work, branch_id, last.attempt_id):
        raise Refused("E9412", number=last.number)
    found = issue.lacking(work, branch_id, agent_id, branch_day(work.now, row[0]))
    if found:
        raise conditions.refusal(found)
    work.execute(_INSERT, [branch_id, op_id, agent_id, last.id, work.now])
    _report(work, "renewal_asked", branch_id, agent_id, op_id, last.id)
    return Decision("accepted", None, {"renewal": str(op_id), "state": "asked"})


def _close(work: Work, branch_id: int, licence_id: UUID, state: str, reason: str) -> UUID | None:
    row = work.row(_CLOSE, [state, work.now, work.actor.user_id, reason, branch_id, licence_id])
    return row[0] if row else None


def _tell(work: Work, branch_id: int, agent_id: UUID, body: str) -> None:
    row = work.row(_AGENT, [agent_id, branch_id])
    if row is None or not row[1]:
        return  # the field app says it anyway
    text = outbox.Text("agent_licence", row[1], f"PERISAI: {body}", work.now + GOOD_FOR)
    outbox.queue_many(work, branch_id=branch_id, agent_id=agent_id, texts=[text])


def _report(work: Work, kind: str, branch_id: int, agent_id: UUID, renewal_id: UUID, licence_id: UUID) -> None:
    detail: dict[str, Any] = {"renewal": str(renewal_id), "licence": str(licence_id)}
    work.report(Happened(kind=kind, branch_id=branch_id, subject_id=agent_id, agent_id=agent_id, detail=detail))
