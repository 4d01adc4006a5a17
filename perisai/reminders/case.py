"""What the branch looks into because a member or an agent said so: the only writer of ``reminders_case``."""

from dataclasses import dataclass
from datetime import date
from typing import Final, LiteralString
from uuid import UUID

import orjson

from perisai.custody.queries import outstanding
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work
from perisai.offices import calendar
from perisai.reminders import contact, queries
from perisai.reminders.models import CaseKind
from perisai.reminders.rules import reminder_rules

DECISIONS: Final[dict[str, tuple[str, ...]]] = {
    CaseKind.PAID_SOMEBODY: ("receipt_found", "paid_arrived", "money_missing", "untrue"),
    CaseKind.DIED: ("claim_helped", "no_claim", "untrue"),
    CaseKind.STOPPED: ("ended", "works_on", "untrue"),
    CaseKind.WRONG_NUMBER: ("mended", "no_number", "untrue"),
}
"""How a case of each kind may end. ``untrue`` and ``mended`` let reminders begin again."""

# The primary key of the enrolment; case_open_once makes two that say the same at once one case.
_OPEN: LiteralString = """
INSERT INTO reminders_case (branch_id, id, kind, enrolment_id, agent_id, sub_branch_id, answer_id, visit_id, has_receipt,
  opened_at, due_on, decision, note)
SELECT e.branch_id, n.id, n.kind, e.id, e.agent_id, e.sub_branch_id, n.answer_id, n.visit_id, n.has_receipt, %(now)s, n.due_on,
  '', ''
FROM jsonb_to_recordset(%(rows)s::jsonb)
  AS n (id uuid, kind text, enrolment_id uuid, answer_id uuid, visit_id uuid, has_receipt bool, due_on date)
JOIN members_enrolment e ON e.branch_id = %(branch)s AND e.id = n.enrolment_id
ORDER BY e.id, n.kind
ON CONFLICT (branch_id, enrolment_id, kind) WHERE closed_at IS NULL DO UPDATE
SET answer_id = coalesce(excluded.answer_id, reminders_case.answer_id),
  visit_id = coalesce(excluded.visit_id, reminders_case.visit_id), has_receipt = excluded.has_receipt
RETURNING id, kind, enrolment_id, agent_id, sub_branch_id
"""
_OPEN_OF_EMPLOYER: LiteralString = """
INSERT INTO reminders_case (branch_id, id, kind, employer_id, agent_id, sub_branch_id, answer_id, has_receipt, opened_at, due_on,
  decision, note)
SELECT m.branch_id, %(id)s, %(kind)s, m.id, m.agent_id, m.sub_branch_id, %(answer)s, %(has_receipt)s, %(now)s, %(due_on)s, '', ''
FROM employers_employer m WHERE m.branch_id = %(branch)s AND m.id = %(employer)s
ON CONFLICT (branch_id, employer_id, kind) WHERE closed_at IS NULL DO UPDATE
SET answer_id = excluded.answer_id, has_receipt = excluded.has_receipt
RETURNING id, agent_id, sub_branch_id
"""
_CLOSE: LiteralString = """
UPDATE reminders_case SET closed_at = %s, closed_by = %s, decision = %s, note = %s
WHERE branch_id = %s AND id = %s AND closed_at IS NULL
RETURNING kind, coalesce(enrolment_id, employer_id), agent_id, sub_branch_id, enrolment_id IS NOT NULL
"""
_TAKE_BACK: LiteralString = """
UPDATE reminders_case SET closed_at = %s, decision = 'taken_back'
WHERE branch_id = %s AND closed_at IS NULL AND (visit_id = ANY (%s::uuid[])
  OR (coalesce(enrolment_id, employer_id) = ANY (%s::uuid[]) AND answer_id IS NOT NULL AND visit_id IS NULL AND kind = ANY (%s)))
RETURNING id, kind, coalesce(enrolment_id, employer_id), agent_id, sub_branch_id
"""


@dataclass(frozen=True)
class NewCase:
    kind: CaseKind
    enrolment_id: UUID
    answer_id: UUID | None = None
    visit_id: UUID | None = None


def open_many(work: Work, *, branch_id: int, cases: list[NewCase], today: date) -> None:
    """Opens them, or adds to those that are open already. Three statements at most, whatever their number."""
    if not cases:
        return
    last = {(one.enrolment_id, one.kind): one for one in cases}
    said = [one.enrolment_id for one in last.values() if one.kind is CaseKind.PAID_SOMEBODY]
    held = outstanding(work, branch_id, said) if said else {}
    own = calendar.of_office(work, branch_id)
    days = reminder_rules().case_days
    rows = [
        {
            "id": uuid7(),
            "kind": one.kind.value,
            "enrolment_id": one.enrolment_id,
            "answer_id": one.answer_id,
            "visit_id": one.visit_id,
            "has_receipt": one.enrolment_id in held if one.kind is CaseKind.PAID_SOMEBODY else None,
            "due_on": calendar.add_working_days(today, days[one.kind.value], own),
        }
        for one in last.values()
    ]
    new = {row["id"] for row in rows}
    params = {"branch": branch_id, "now": work.now, "rows": orjson.dumps(rows).decode()}
    for case_id, kind, enrolment_id, agent_id, sub_branch_id in work.rows(_OPEN, params):
        if case_id in new:
            detail = {"case": case_id, "kind": kind}
            _report(work, "case_opened", branch_id, enrolment_id, agent_id, sub_branch_id, detail)


def open_of_employer(
    work: Work, *, branch_id: int, employer_id: UUID, kind: CaseKind, answer_id: UUID, today: date
) -> None:
    """What an employer said, for the branch to look into; said again it is the same case."""
    hands = queries.hands(work, branch_id=branch_id, employer_id=employer_id)
    case_id, days = uuid7(), reminder_rules().case_days[kind.value]
    asked = {
        "branch": branch_id,
        "id": case_id,
        "kind": kind.value,
        "employer": employer_id,
        "answer": answer_id,
        "has_receipt": bool(outstanding(work, branch_id, hands)) if kind is CaseKind.PAID_SOMEBODY else None,
        "now": work.now,
        "due_on": calendar.add_working_days(today, days, calendar.of_office(work, branch_id)),
    }
    row = work.row(_OPEN_OF_EMPLOYER, asked)
    if row is not None and row[0] == case_id:
        detail = {"case": case_id, "kind": kind.value}
        _report(work, "case_opened", branch_id, employer_id, row[1], row[2], detail)


def close(work: Work, *, branch_id: int, case_id: UUID, decision: str, note: str) -> str:
    """Decides a case; returns its kind. Raises E4605 where it was decided before, E4608 for a decision that its kind does not
    know."""
    row = work.row("SELECT kind FROM reminders_case WHERE branch_id = %s AND id = %s", [branch_id, case_id])
    if row is None:
        raise Refused("E1004")
    if decision not in DECISIONS[row[0]] or len(note) > 500:
        raise Refused("E4608", field="decision")
    closed = work.row(_CLOSE, [work.now, work.actor.user_id, decision, note.strip(), branch_id, case_id])
    if closed is None:
        raise Refused("E4605")
    kind, enrolment_id, agent_id, sub_branch_id, is_member = closed
    if is_member:
        contact.refresh(work, branch_id=branch_id, enrolment_ids=[enrolment_id])
    detail = {"case": case_id, "kind": kind, "decision": decision}
    _report(work, "case_closed", branch_id, enrolment_id, agent_id, sub_branch_id, detail)
    return str(kind)


def take_back(
    work: Work,
    *,
    branch_id: int,
    visit_ids: list[UUID] | None = None,
    answers_of: UUID | None = None,
    kinds: tuple[str, ...] = (),
) -> None:
    """Closes what was opened by visits that are taken back, or by an earlier answer of a member or an employer
    (``answers_of``) that says something else now."""
    members = [answers_of] if answers_of else []
    for row in work.rows(_TAKE_BACK, [work.now, branch_id, visit_ids or [], members, list(kinds)]):
        case_id, kind, enrolment_id, agent_id, sub_branch_id = row
        detail = {"case": case_id, "kind": kind, "decision": "taken_back"}
        _report(work, "case_closed", branch_id, enrolment_id, agent_id, sub_branch_id, detail)


def _report(
    work: Work,
    kind: str,
    branch_id: int,
    enrolment_id: UUID,
    agent_id: UUID | None,
    sub_branch_id: int | None,
    detail: dict[str, object],
) -> None:
    work.report(
        Happened(
            kind=kind,
            branch_id=branch_id,
            subject_id=enrolment_id,
            agent_id=agent_id,
            sub_branch_id=sub_branch_id,
            detail=detail,
        )
    )
