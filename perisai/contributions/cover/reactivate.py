"""Coming back after membership has ended: a new first registration of the same person. Work and health are asked again, age counts
again, and cover begins with the payment."""

from dataclasses import dataclass
from datetime import date
from typing import Final, LiteralString
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from perisai.contributions.bills import bill
from perisai.contributions.bills.bill import Issued, ToBill
from perisai.contributions.cover import lapse
from perisai.contributions.cover.eligibility import Applicant, check_entry
from perisai.contributions.tariffs.tariff import PriceError
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work, branch_day
from perisai.members.decision import Decision
from perisai.training.told import Learner, Told

MOST_MONTHS: Final = 12

_LOCK: LiteralString = """
SELECT e.state, e.payment_code, e.income, e.programmes, e.transport, e.agent_id, e.sub_branch_id, e.agency_office_id, e.region_code,
  e.jobs, e.employs_others, p.birth_date, e.segment
FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE e.branch_id = %s AND e.id = %s AND (%s::uuid IS NULL OR e.agent_id = %s) FOR UPDATE OF e
"""
_WAITS: LiteralString = """
UPDATE members_enrolment SET state = 'accepted', months = %s, decided_at = %s WHERE branch_id = %s AND id = %s
"""
_INSERT: LiteralString = """
INSERT INTO contributions_return (branch_id, id, enrolment_id, asked_at, asked_by, agent_id, is_working, is_well, bill_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
# Carried by return_one_waiting.
_CLOSE: LiteralString = """
UPDATE contributions_return SET ended_as = %s WHERE branch_id = %s AND enrolment_id = ANY (%s::uuid[]) AND ended_as IS NULL
RETURNING enrolment_id, id
"""


class Answers(BaseModel):
    """What the person said. ``is_well``: not ill at present, as far as they know."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    enrolment: UUID
    is_working: bool
    is_well: bool
    months: int = Field(default=1, ge=1, le=MOST_MONTHS)


@dataclass(frozen=True)
class Asked:
    """Where a wish to come back stands: what to pay and until when."""

    return_id: UUID
    bill: Issued


def ask(
    work: Work,
    *,
    branch_id: int,
    timezone: str,
    answers: Answers,
    return_id: UUID | None = None,
    agent_id: UUID | None = None,
) -> Asked:
    """The bill with which membership begins anew, in the month of its payment. ``agent_id``: only a member in this agent's care.

    Raises E1004, E4110 (membership has not ended), E4111 (does not work), E4112 (is ill), E4113 (too old to come back), E4104
    (the rules do not take it).
    """
    row = work.row(_LOCK, [branch_id, answers.enrolment, agent_id, agent_id])
    if row is None:
        raise Refused("E1004")
    state, code, income, programmes, transport, *whom, jobs, employs_others, birth_date, segment = row
    today = branch_day(work.now, timezone)
    _check(state, segment, answers, birth_date, today)
    applicant = Applicant(birth_date, income, len(jobs), answers.months, frozenset(programmes), employs_others)
    unmet = [one for one in check_entry(applicant, on=today) if one.verdict == "refuse"]
    if unmet:
        raise Refused("E4104", reason=unmet[0].text.id, reason_en=unmet[0].text.en)
    wanted = ToBill(answers.enrolment, code, income, frozenset(programmes), transport, answers.months)
    try:
        issued = bill.issue_many(work, branch_id=branch_id, timezone=timezone, wanted=[wanted], origin="return")
    except PriceError as error:
        raise Refused("E4104", reason=error.field, reason_en=error.field) from None
    made = Asked(return_id or uuid7(), issued[answers.enrolment])
    work.execute(_WAITS, [answers.months, work.now, branch_id, answers.enrolment])
    facts = (work.now, work.actor.user_id, whom[0], answers.is_working, answers.is_well, made.bill.bill_id)
    work.execute(_INSERT, [branch_id, made.return_id, answers.enrolment, *facts])
    detail = {"return": made.return_id, "bill": made.bill.bill_id, "first_month": made.bill.first_month}
    subject = (answers.enrolment, *whom)
    work.report(Happened.to("return_asked", branch_id, subject, amount=made.bill.amount, detail=detail))
    return made


def judge_many(work: Work, learner: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Ops ``reactivate`` of one phone (device protocol): the form of ``Answers``. A phone has very few at once."""
    return {one.op_id: _judge(work, learner, one) for one in told}


def end_waiting(work: Work, *, branch_id: int, enrolment_ids: list[UUID], ended_as: str) -> dict[UUID, UUID]:
    """Closes their waiting returns as ``paid`` or ``unpaid``; the return by enrolment. One statement."""
    return dict(work.rows(_CLOSE, [ended_as, branch_id, enrolment_ids]))


def _judge(work: Work, learner: Learner, one: Told) -> Decision:
    try:
        answers = Answers.model_validate(one.body)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "body"
        return Decision("rejected", "E3001", {"params": {"field": field}})
    try:
        made = ask(
            work,
            branch_id=learner.branch_id,
            timezone=learner.timezone,
            answers=answers,
            return_id=one.op_id,
            agent_id=learner.trainee_id,
        )
    except Refused as refused:
        return Decision("rejected", refused.code, {"params": refused.params})
    result = {"enrolment": str(answers.enrolment), "payment_code": made.bill.payment_code, "amount": made.bill.amount}
    return Decision("accepted", None, result)


def _check(state: str, segment: str, answers: Answers, birth_date: date, today: date) -> None:
    if state != "lapsed" or segment != "BPU":
        raise Refused("E4110")
    if not answers.is_working:
        raise Refused("E4111")
    if not answers.is_well:
        raise Refused("E4112")
    if lapse.cannot_return(birth_date, on=today):
        raise Refused("E4113")
