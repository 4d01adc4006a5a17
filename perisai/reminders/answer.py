"""Answers to "have you already paid somebody?": the only writer of ``reminders_answer``. The newest answer counts."""

from dataclasses import dataclass
from datetime import date, timedelta
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
SELECT r.id, r.subject, r.subject_id, r.rule, r.planned_at, o.timezone, o.name, o.address, e.state, p.name, p.phone
FROM reminders_reminder r
JOIN offices_office o ON o.id = r.branch_id
LEFT JOIN members_enrolment e ON e.branch_id = r.branch_id AND e.id = r.subject_id
LEFT JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE r.branch_id = %s AND r.id = %s
"""
_LATEST: LiteralString = """
SELECT said, said_at, count(*) OVER () FROM reminders_answer
WHERE branch_id = %s AND reminder_id = %s ORDER BY said_at DESC, id DESC LIMIT 1
"""
_INSERT: LiteralString = """
INSERT INTO reminders_answer (branch_id, id, reminder_id, enrolment_id, said, whom, whom_sealed, paid_on, amount, said_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Asked:
    """What the page of a reminder shows: nothing of the person but their first name. Rupiah."""

    reminder_id: UUID
    enrolment_id: UUID
    first_name: str
    branch: str
    branch_address: str
    timezone: str
    today: date
    due: dues.Due | None
    said: str
    changes: int
    is_stopped: bool
    prefers: str
    """The kind of channel that comes first, '' for the branch's order."""


@dataclass(frozen=True)
class Told:
    """An answer. ``whom``, ``name``, ``paid_on`` and ``amount`` are of ``paid`` alone."""

    said: str
    whom: str = ""
    name: str = ""
    paid_on: date | None = None
    amount: int | None = None


def find_asked(work: Work, *, branch_id: int, reminder_id: UUID) -> Asked | None:
    """None where there is no such reminder to a member, or it was too long ago."""
    row = work.row(_REMINDER, [branch_id, reminder_id])
    if row is None or row[1] != "member" or row[4] + timedelta(days=reminder_rules().links_days) < work.now:
        return None
    _id, _subject, enrolment_id, _rule, _at, timezone, branch, address, _state, name, phone = row
    today = branch_day(work.now, timezone)
    owed = dues.of_enrolments(work, branch_id=branch_id, enrolment_ids=[enrolment_id], today=today)
    latest = work.row(_LATEST, [branch_id, reminder_id])
    is_stopped, prefers = preference.find_preference(work, branch_id=branch_id, phone=phone or "")
    return Asked(
        reminder_id=reminder_id,
        enrolment_id=enrolment_id,
        first_name=name or "",
        branch=branch,
        branch_address=address,
        timezone=timezone,
        today=today,
        due=owed[0] if owed else None,
        said=latest[0] if latest else "",
        changes=int(latest[2]) if latest else 0,
        is_stopped=is_stopped,
        prefers=prefers,
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
    work.execute(
        _INSERT,
        [branch_id, answer_id, reminder_id, asked.enrolment_id, told.said, whom, name, paid_on, amount, work.now],
    )
    _follow(work, branch_id, asked, told, answer_id)
    work.report(
        Happened(
            kind="reminder_answered",
            branch_id=branch_id,
            subject_id=asked.enrolment_id,
            agent_id=asked.due.agent_id if asked.due else None,
            detail={"reminder": reminder_id, "said": told.said},
        )
    )


def stop(work: Work, *, branch_id: int, reminder_id: UUID, is_stopped: bool) -> None:
    """No more messages to the number this reminder went to, or messages again. Raises E4604."""
    row = work.row(_REMINDER, [branch_id, reminder_id])
    if row is None or not row[-1]:
        raise Refused("E4604")
    prefers = preference.find_preference(work, branch_id=branch_id, phone=row[-1])[1]
    preference.set_preference(work, branch_id=branch_id, phone=row[-1], is_stopped=is_stopped, prefers=prefers)


def prefer(work: Work, *, branch_id: int, reminder_id: UUID, way: str) -> None:
    """The kind of channel that the number this reminder went to wants first ('': the branch's order). Raises E4603, E4604."""
    row = work.row(_REMINDER, [branch_id, reminder_id])
    if row is None or not row[-1]:
        raise Refused("E4604")
    is_stopped = preference.find_preference(work, branch_id=branch_id, phone=row[-1])[0]
    preference.set_preference(work, branch_id=branch_id, phone=row[-1], is_stopped=is_stopped, prefers=way)


def _follow(work: Work, branch_id: int, asked: Asked, told: Told, answer_id: UUID) -> None:
    kinds = {Said.PAID: CaseKind.PAID_SOMEBODY, Said.STOPPED: CaseKind.STOPPED, Said.WRONG: CaseKind.WRONG_NUMBER}
    kind = kinds.get(Said(told.said))
    others = tuple(one.value for one in kinds.values() if one is not kind)
    case.take_back(work, branch_id=branch_id, answers_of=asked.enrolment_id, kinds=others)
    if kind is not None:
        new = NewCase(kind, asked.enrolment_id, answer_id=answer_id)
        case.open_many(work, branch_id=branch_id, cases=[new], today=asked.today)
    contact.refresh(work, branch_id=branch_id, enrolment_ids=[asked.enrolment_id])


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
