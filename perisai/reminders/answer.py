"""Answers to "have you already paid somebody?": the only writer of ``reminders_answer``. The newest answer counts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.vault import seal
from perisai.events.work import Happened, Work, branch_day
from perisai.messages import preference
from perisai.reminders import case, contact, dues
from perisai.reminders.case import NewCase
from perisai.reminders.models import CaseKind, Said
from perisai.reminders.rules import reminder_rules

PAID: Final = Said.PAID.value
WHOM: Final = ("agent", "office", "bank", "other")
MOST_RUPIAH: Final = 50_000_000
BACK: Final = timedelta(days=400)
CHANGES: Final = 10
"""Answers to one reminder: whoever changes their mind more often than that talks to the branch."""

# By primary key; locked, so that two answers at once come one after the other.
_REMINDER: LiteralString = """
SELECT r.id, r.subject, r.subject_id, r.rule, r.planned_at, o.timezone, o.name, o.address, r.about_on,
  coalesce(p.name, m.name), coalesce(p.phone, m.phone)
FROM reminders_reminder r
JOIN offices_office o ON o.id = r.branch_id
LEFT JOIN members_enrolment e ON r.subject = 'member' AND e.branch_id = r.branch_id AND e.id = r.subject_id
LEFT JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN employers_employer m ON r.subject = 'employer' AND m.branch_id = r.branch_id AND m.id = r.subject_id
WHERE r.branch_id = %s AND r.id = %s
"""
_LATEST: LiteralString = """
SELECT said, said_at, count(*) OVER () FROM reminders_answer
WHERE branch_id = %s AND reminder_id = %s ORDER BY said_at DESC, id DESC LIMIT 1
"""
# The employer's month that the reminder was about, as it stands today.
_FIRM_BILL: LiteralString = """
SELECT b.month, b.amount, b.due_on, b.order_id, o.pay_by FROM employers_bill b
JOIN payments_order o ON o.branch_id = b.branch_id AND o.id = b.order_id AND o.state = 'open'
WHERE b.branch_id = %s AND b.employer_id = %s AND b.due_on = %s AND b.state = 'open'
"""
_INSERT: LiteralString = """
INSERT INTO reminders_answer (branch_id, id, reminder_id, enrolment_id, employer_id, said, whom, whom_sealed, paid_on, amount,
  said_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class FirmBill:
    """An employer's month that is not paid. Rupiah."""

    month: date
    amount: int
    due_on: date
    order_id: UUID
    pay_by: datetime


@dataclass(frozen=True)
class Asked:
    """What the page of a reminder shows: nothing of a person but their first name, of an employer its name. Rupiah."""

    reminder_id: UUID
    subject_id: UUID
    """The enrolment or the employer."""
    is_employer: bool
    first_name: str
    branch: str
    branch_address: str
    timezone: str
    today: date
    due: dues.Due | None
    """Of a member."""
    bill: FirmBill | None
    """Of an employer."""
    said: str
    changes: int
    is_stopped: bool
    prefers: str
    """The kind of channel that comes first, '' for the branch's order."""
    language: str
    """Of reminders: ``id``, ``en``, or '' where nobody said."""


@dataclass(frozen=True)
class Told:
    """An answer. ``whom``, ``name``, ``paid_on`` and ``amount`` are of ``paid`` alone."""

    said: str
    whom: str = ""
    name: str = ""
    paid_on: date | None = None
    amount: int | None = None


def find_asked(work: Work, *, branch_id: int, reminder_id: UUID) -> Asked | None:
    """None where there is no such reminder, or it was too long ago."""
    row = work.row(_REMINDER, [branch_id, reminder_id])
    if row is None or row[4] + timedelta(days=reminder_rules().links_days) < work.now:
        return None
    _id, subject, subject_id, _rule, _at, timezone, branch, address, about_on, name, phone = row
    is_employer = subject == "employer"
    today = branch_day(work.now, timezone)
    members = [] if is_employer else [subject_id]
    owed = dues.of_enrolments(work, branch_id=branch_id, enrolment_ids=members, today=today)
    firm = work.row(_FIRM_BILL, [branch_id, subject_id, about_on]) if is_employer else None
    latest = work.row(_LATEST, [branch_id, reminder_id])
    wishes = preference.find_preference(work, branch_id=branch_id, phone=phone or "")
    return Asked(
        reminder_id=reminder_id,
        subject_id=subject_id,
        is_employer=is_employer,
        first_name=name or "",
        branch=branch,
        branch_address=address,
        timezone=timezone,
        today=today,
        due=owed[0] if owed else None,
        bill=FirmBill(*firm) if firm else None,
        said=latest[0] if latest else "",
        changes=int(latest[2]) if latest else 0,
        is_stopped=wishes.is_stopped,
        prefers=wishes.prefers,
        language=wishes.language,
    )


def record(work: Work, *, branch_id: int, reminder_id: UUID, told: Told) -> None:
    """Keeps an answer and does what follows: somebody was paid: a case for the branch, and for whoever looks after cash; stopped
    work or wrong number: no more reminders, and a case. The same answer again is one. Raises E4604, E4608."""
    work.rows("SELECT 1 FROM reminders_reminder WHERE branch_id = %s AND id = %s FOR UPDATE", [branch_id, reminder_id])
    asked = find_asked(work, branch_id=branch_id, reminder_id=reminder_id)
    if asked is None:
        raise Refused("E4604")
    _check(told, asked.today)
    if asked.said == told.said and told.said != Said.PAID:
        return
    if asked.changes >= CHANGES:
        raise Refused("E4608", field="said")
    answer_id, whom = uuid7(), told.whom if told.said == Said.PAID else ""
    name = seal(told.name.strip().encode()) if told.said == Said.PAID and told.name.strip() else None
    paid_on, amount = (told.paid_on, told.amount) if told.said == Said.PAID else (None, None)
    subject = [None, asked.subject_id] if asked.is_employer else [asked.subject_id, None]
    values = [told.said, whom, name, paid_on, amount, work.now]
    work.execute(_INSERT, [branch_id, answer_id, reminder_id, *subject, *values])
    _follow(work, branch_id, asked, told, answer_id)
    work.report(
        Happened(
            kind="reminder_answered",
            branch_id=branch_id,
            subject_id=asked.subject_id,
            agent_id=asked.due.agent_id if asked.due else None,
            detail={"reminder": reminder_id, "said": told.said},
        )
    )


def stop(work: Work, *, branch_id: int, reminder_id: UUID, is_stopped: bool) -> None:
    """No more messages to the number this reminder went to, or messages again. Raises E4604."""
    row = work.row(_REMINDER, [branch_id, reminder_id])
    if row is None or not row[-1]:
        raise Refused("E4604")
    preference.set_preference(work, branch_id=branch_id, phone=row[-1], is_stopped=is_stopped)


def prefer(work: Work, *, branch_id: int, reminder_id: UUID, way: str, language: str | None = None) -> None:
    """The kind of channel that the number this reminder went to wants first ('': the branch's order), and the language. Raises
    E4603, E4604."""
    row = work.row(_REMINDER, [branch_id, reminder_id])
    if row is None or not row[-1]:
        raise Refused("E4604")
    preference.set_preference(work, branch_id=branch_id, phone=row[-1], prefers=way, language=language)


def _follow(work: Work, branch_id: int, asked: Asked, told: Told, answer_id: UUID) -> None:
    kinds = {Said.PAID: CaseKind.PAID_SOMEBODY, Said.STOPPED: CaseKind.STOPPED, Said.WRONG: CaseKind.WRONG_NUMBER}
    kind = kinds.get(Said(told.said))
    others = tuple(one.value for one in kinds.values() if one is not kind)
    case.take_back(work, branch_id=branch_id, answers_of=asked.subject_id, kinds=others)
    if asked.is_employer:
        if kind is not None:
            firm = asked.subject_id
            case.open_of_employer(
                work, branch_id=branch_id, employer_id=firm, kind=kind, answer_id=answer_id, today=asked.today
            )
        return
    if kind is not None:
        new = NewCase(kind, asked.subject_id, answer_id=answer_id)
        case.open_many(work, branch_id=branch_id, cases=[new], today=asked.today)
    contact.refresh(work, branch_id=branch_id, enrolment_ids=[asked.subject_id])


def _check(told: Told, today: date) -> None:
    if told.said not in Said:
        raise Refused("E4608", field="said")
    if told.said != Said.PAID:
        return
    if told.whom not in WHOM:
        raise Refused("E4608", field="whom")
    if len(told.name) > 80 or "\x00" in told.name:
        raise Refused("E4608", field="name")
    if told.paid_on is not None and not today - BACK <= told.paid_on <= today:
        raise Refused("E4608", field="paid_on")
    if told.amount is not None and not 0 < told.amount <= MOST_RUPIAH:
        raise Refused("E4608", field="amount")
