"""Puts planned reminders into words and hands them to the messages' room; asks again, just before one is sent, whether it is
still wanted; and notes how it ended. The only writer of ``reminders_reminder`` beside ``plan``."""

from datetime import date, datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai import written
from perisai.contributions.bills.bill import last_moment
from perisai.events.work import Work, branch_day
from perisai.messages import outbox, preference
from perisai.payments.crediting import held
from perisai.reminders import dues, link
from perisai.reminders.dues import Due
from perisai.reminders.plan import about
from perisai.reminders.rules import ReminderRule, reminder_rules

MOST: Final = 500
GOOD_FOR: Final = timedelta(days=3)
PURPOSE: Final = "reminder"

# Two jobs at once share the rows: what one has locked the other leaves to it. Carried by reminder_day.
_TAKE: LiteralString = """
SELECT id, rule, subject, subject_id, about_on, agent_id, amount FROM reminders_reminder
WHERE branch_id = %s AND state = 'planned' AND message_id IS NULL AND planned_on <= %s
ORDER BY planned_on, id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_EMPLOYERS: LiteralString = """
SELECT m.id, m.name, m.phone, b.month, b.due_on, b.amount FROM employers_employer m
JOIN employers_bill b ON b.branch_id = m.branch_id AND b.employer_id = m.id AND b.state = 'open'
WHERE m.branch_id = %s AND m.id = ANY (%s::uuid[])
"""
_EMAILS: LiteralString = """
SELECT e.id, p.email FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE e.branch_id = %s AND e.id = ANY (%s::uuid[]) AND p.email IS NOT NULL
"""
_GIVE: LiteralString = """
UPDATE reminders_reminder r SET message_id = n.message_id, amount = n.amount
FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[]) AS n (id, message_id, amount)
WHERE r.branch_id = %s AND r.id = n.id
"""
_DROP: LiteralString = """
UPDATE reminders_reminder r SET state = 'dropped', reason = n.reason, ended_at = %s
FROM unnest(%s::uuid[], %s::text[]) AS n (id, reason) WHERE r.branch_id = %s AND r.id = n.id AND r.state = 'planned'
"""
# Carried by reminder_message.
_OF_MESSAGE: LiteralString = """
SELECT r.id, r.rule, r.subject, r.subject_id, r.about_on, o.timezone FROM reminders_reminder r
JOIN offices_office o ON o.id = r.branch_id WHERE r.branch_id = %s AND r.message_id = %s
"""
_MEMBER_NOW: LiteralString = """
SELECT e.state, e.paid_through, coalesce(c.stopped, ''), c.promised_on,
  EXISTS (SELECT FROM members_consent s WHERE s.branch_id = e.branch_id AND s.enrolment_id = e.id AND s.purpose = 'contact'
    AND s.given)
FROM members_enrolment e LEFT JOIN reminders_contact c ON c.branch_id = e.branch_id AND c.enrolment_id = e.id
WHERE e.branch_id = %s AND e.id = %s
"""
_EMPLOYER_NOW: LiteralString = """
SELECT 1 FROM employers_bill b JOIN payments_order o ON o.branch_id = b.branch_id AND o.id = b.order_id AND o.state = 'open'
WHERE b.branch_id = %s AND b.employer_id = %s AND b.due_on = %s AND b.state = 'open' AND NOT EXISTS (
  SELECT FROM reminders_case c WHERE c.branch_id = b.branch_id AND c.employer_id = b.employer_id AND c.closed_at IS NULL
    AND c.kind IN ('stopped', 'wrong_number'))
"""
_ENDED: LiteralString = """
UPDATE reminders_reminder SET state = %s, reason = %s, ended_at = %s
WHERE branch_id = %s AND message_id = %s AND state = 'planned'
"""


def queue_planned(work: Work, *, branch_id: int, branch: str, timezone: str, most: int = MOST) -> int:
    """Queues up to ``most`` of the branch's planned reminders, each in the language that its number has chosen; answers how many it
    looked at. Ten statements."""
    today = branch_day(work.now, timezone)
    rows = work.dicts(_TAKE, [branch_id, today, most])
    members = [row["subject_id"] for row in rows if row["subject"] == "member"]
    owed = {
        one.enrolment_id: one
        for one in dues.of_enrolments(work, branch_id=branch_id, enrolment_ids=members, today=today)
    }
    emails = dict(work.rows(_EMAILS, [branch_id, members])) if members else {}
    texts: list[tuple[UUID, int, outbox.Text]] = []
    dropped: list[tuple[UUID, str]] = []
    firms = _firms(work, branch_id, [row["subject_id"] for row in rows if row["subject"] == "employer"])
    phones = [*(one.phone or "" for one in owed.values()), *(one["phone"] for one in firms.values())]
    spoken = preference.languages(work, branch_id=branch_id, phones=phones)
    for row in rows:
        rule, until = reminder_rules().reminders.get(row["rule"]), _good_until(row, work.now, today, timezone)
        due = owed.get(row["subject_id"])
        if (
            rule is not None
            and row["subject"] == "member"
            and due is not None
            and _stands(rule, due, row["about_on"], today)
            and not _is_held(due)
        ):
            body = member_text(rule, due, link.address(branch_id, row["id"]), spoken.get(due.phone or "", "id"))
            text = _text(body, due.phone or "", until, row, rule, emails.get(due.enrolment_id) or "")
            texts.append((row["id"], due.amount, text))
        elif rule is not None and (firm := firms.get((row["subject_id"], row["about_on"]))) is not None:
            language = spoken.get(firm["phone"], "id")
            body = employer_text(rule, firm, branch, link.address(branch_id, row["id"]), language)
            texts.append((row["id"], firm["amount"], _text(body, firm["phone"], until, row, rule, "")))
        else:
            dropped.append((row["id"], "held" if due is not None and _is_held(due) else "paid"))
    _give(work, branch_id, texts)
    if dropped:
        work.execute(_DROP, [work.now, [one for one, _ in dropped], [why for _, why in dropped], branch_id])
    return len(rows)


class ReminderWatch:
    """Entered for ``PURPOSE`` when the programme starts."""

    def still_wanted(self, work: Work, *, branch_id: int, message_id: UUID) -> str:
        """Who has paid meanwhile, also by money that is held for them, stopped, or promised for a later day, is not reminded."""
        row = work.row(_OF_MESSAGE, [branch_id, message_id])
        if row is None:
            return "handled"
        _id, name, subject, subject_id, about_on, timezone = row
        rule = reminder_rules().reminders.get(name)
        if rule is None:
            return "handled"
        if subject == "employer":
            return "" if work.row(_EMPLOYER_NOW, [branch_id, subject_id, about_on]) else "paid"
        found = work.row(_MEMBER_NOW, [branch_id, subject_id])
        today = branch_day(work.now, timezone)
        if why := _why_not(found, rule, about_on, today):
            return why
        if not held.balance(work, branch_id=branch_id, enrolment_ids=[subject_id]):
            return ""
        (due,) = dues.of_enrolments(work, branch_id=branch_id, enrolment_ids=[subject_id], today=today)
        return "held" if _is_held(due) else ""

    def ended(self, work: Work, *, branch_id: int, message_id: UUID, state: str, problem: str) -> None:
        reason = problem if state == "dropped" else ("channel" if state == "failed" and problem != "too late" else "")
        work.execute(
            _ENDED,
            [state, "too_late" if problem == "too late" else reason, work.now, branch_id, message_id],
        )


def _why_not(found: tuple[Any, ...] | None, rule: ReminderRule, about_on: date, today: date) -> str:
    if found is None:
        return "handled"
    state, paid_through, stopped, promised_on, has_consent = found
    if rule.counts_from == "pay_by":
        is_owed = state == "accepted"
    else:
        is_owed = state == "active" and paid_through is not None and about(rule, paid_through, today) == about_on
    if not is_owed:
        return "paid"
    if stopped:
        return "stopped"
    if promised_on is not None and promised_on >= today:
        return "promised"
    return "" if has_consent else "no_consent"


def _stands(rule: ReminderRule, due: Due, about_on: date, today: date) -> bool:
    """Whether a planned reminder still says what is so."""
    if rule.counts_from == "pay_by":
        return due.state == "accepted"
    if due.standing.word not in ("protected", "catch_up") or not due.months:
        return False
    return about(rule, _paid_through(due), today) == about_on


def _is_held(due: Due) -> bool:
    """Money of theirs that is here covers it: there is nothing to ask for."""
    return due.held > 0 and due.amount == 0


def _paid_through(due: Due) -> date:
    first = due.months[0]
    return (first - timedelta(days=1)).replace(day=1)


def _firms(work: Work, branch_id: int, ids: list[UUID]) -> dict[tuple[UUID, date], dict[str, Any]]:
    found = work.dicts(_EMPLOYERS, [branch_id, ids]) if ids else []
    return {(row["id"], row["due_on"]): row for row in found if row["phone"]}


def _give(work: Work, branch_id: int, texts: list[tuple[UUID, int, outbox.Text]]) -> None:
    if not texts:
        return
    queued = outbox.queue_many(work, branch_id=branch_id, agent_id=None, texts=[text for _, _, text in texts])
    work.execute(_GIVE, [[one for one, _, _ in texts], queued, [amount for _, amount, _ in texts], branch_id])


def _text(body: str, phone: str, until: datetime, row: dict[str, Any], rule: ReminderRule, email: str) -> outbox.Text:
    return outbox.Text(PURPOSE, phone, body, until, row["agent_id"], email, rule.urgency)


def _good_until(row: dict[str, Any], now: datetime, today: date, timezone: str) -> datetime:
    """What counts down to a date is good until that date is over; the rest for some days."""
    rule = reminder_rules().reminders.get(row["rule"])
    if rule is not None and rule.days <= 0 and rule.months == 0 and row["about_on"] >= today:
        days = (row["about_on"] - today).days
        return last_moment(now + timedelta(days=days), timezone)
    return last_moment(now + GOOD_FOR, timezone)


def member_text(rule: ReminderRule, due: Due, address: str, language: str = "id") -> str:
    standing = due.standing
    until = standing.protected_through or (due.pay_by.date() if due.pay_by else None)
    ends = standing.catch_up_until or until
    return _words(rule, language).format(
        first=first_name(due.name),
        amount=written.rupiah(due.amount),
        until=written.day(until, language) if until else "-",
        ends=written.day(ends, language) if ends else "-",
        link=address,
    )


def employer_text(rule: ReminderRule, firm: dict[str, Any], branch: str, address: str, language: str = "id") -> str:
    return _words(rule, language).format(
        name=firm["name"][:40],
        month=written.month(firm["month"], language),
        branch=branch,
        amount=written.rupiah(firm["amount"]),
        until=written.day(firm["due_on"], language),
        link=address,
    )


def _words(rule: ReminderRule, language: str) -> str:
    return rule.text.en if language == "en" else rule.text.id


def first_name(name: str) -> str:
    """Of a name as it was entered; short, so that a text stays one."""
    words = [word for word in name.split() if len(word.strip(".")) > 1]
    return (words[0] if words else name)[:20].title()
