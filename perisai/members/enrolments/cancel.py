"""Takes enrolments back that are not paid."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from perisai.contributions.bills import bill
from perisai.events.work import Happened, Work
from perisai.members.decision import Decision
from perisai.targets.quotas import quota
from perisai.targets.quotas.quota import Held

# Who wants to come back was a member: an agent cannot take that back, it ends by itself where it is not paid.
_LOCK = """
SELECT id, CASE WHEN activated_at IS NULL THEN state ELSE 'lapsed' END, sub_branch_id, agency_office_id, region_code,
  quota_period, quota_over, captured_on, segment
FROM members_enrolment WHERE branch_id = %s AND agent_id = %s AND id = ANY (%s) ORDER BY id FOR UPDATE
"""

_CANCEL = """
UPDATE members_enrolment SET state = 'cancelled', quota_period = NULL, quota_over = false, decided_at = %s
WHERE branch_id = %s AND id = ANY (%s)
"""

_CLOSE_REVIEWS = """
UPDATE members_review SET state = 'closed', decided_at = %s, note = 'cancelled by the agent'
WHERE branch_id = %s AND enrolment_id = ANY (%s) AND state = 'open'
"""

_RELEASE = "SELECT members_release_niks(%s, %s)"


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    enrolment_op: UUID
    reason: Literal["mistake", "worker_declined", "duplicate"]


def lock_targets(work: Work, *, branch_id: int, agent_id: UUID, enrolments: list[UUID]) -> None:
    """Takes the rows that ``cancel_many`` will end before anything of the batch takes quota, which comes after them in the
    order of locks."""
    work.rows(_LOCK, [branch_id, agent_id, sorted(enrolments)])


def cancel_many(work: Work, *, branch_id: int, agent_id: UUID, bodies: dict[UUID, Any]) -> dict[UUID, Decision]:
    """Judges ``cancel`` ops (op id -> body). A paid enrolment stays; cancelling twice is harmless."""
    decisions: dict[UUID, Decision] = {}
    wanted: dict[UUID, _Body] = {}
    for op_id, body in bodies.items():
        try:
            wanted[op_id] = _Body.model_validate(body)
        except ValidationError:
            decisions[op_id] = Decision("rejected", "E3001", {"params": {"field": "enrolment_op"}})
    targets = sorted({body.enrolment_op for body in wanted.values()})
    found = {row[0]: row for row in work.rows(_LOCK, [branch_id, agent_id, targets])} if targets else {}
    ending = {op.enrolment_op for op in wanted.values() if _state(found, op) in ("review", "accepted")}
    _cancel(work, branch_id, [found[one] for one in sorted(ending)])
    reported: set[UUID] = set()
    for op_id, body in wanted.items():
        decisions[op_id] = _decision(_state(found, body), body)
        if body.enrolment_op in ending - reported:
            reported.add(body.enrolment_op)
            _report(work, branch_id, agent_id, found[body.enrolment_op], body)
    return decisions


def _state(found: dict[UUID, tuple[Any, ...]], body: _Body) -> str | None:
    row = found.get(body.enrolment_op)
    return row[1] if row else None


def _decision(state: str | None, body: _Body) -> Decision:
    if state is None:
        return Decision("rejected", "E3013", None)
    if state in ("review", "accepted", "cancelled"):
        return Decision("accepted", None, {"enrolment": str(body.enrolment_op)})
    return Decision("rejected", "E3012" if state in ("active", "lapsed") else "E3013", None)


def _cancel(work: Work, branch_id: int, rows: list[tuple[Any, ...]]) -> None:
    """Order of locks: enrolments (held already), NIK registry, quota; bills are the enrolment's own."""
    if not rows:
        return
    ids = [row[0] for row in rows]
    work.execute(_RELEASE, [branch_id, ids])
    quota.give_back(
        work, branch_id=branch_id, slots=[Held(row[5], row[6], row[8]) for row in rows if row[5] is not None]
    )
    work.execute(_CANCEL, [work.now, branch_id, ids])
    work.execute(_CLOSE_REVIEWS, [work.now, branch_id, ids])
    bill.cancel_many(work, branch_id=branch_id, enrolment_ids=ids)


def _report(work: Work, branch_id: int, agent_id: UUID, row: tuple[Any, ...], body: _Body) -> None:
    enrolment_id, state, sub_branch_id, agency_office_id, region_code, _, _, captured_on, _ = row
    kind = "enrolment_cancelled" if state == "accepted" else "review_cancelled"
    subject = (enrolment_id, agent_id, sub_branch_id, agency_office_id, region_code)
    detail = {"reason": body.reason, "from_state": state}
    work.report(Happened.to(kind, branch_id, subject, day=captured_on, detail=detail))
