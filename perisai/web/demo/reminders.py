"""Reminders in the demo: a branch's calendar and channels, two weeks of reminders with what they cost, answers, visits and cases.

The past is written as it would have come out: what went to gateways then is not sent again when the demo starts.
"""

from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.accounts.models import Role, User
from perisai.events.captured import Captured
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work, branch_day
from perisai.messages import ways_setting
from perisai.offices import calendar_day
from perisai.offices.models import Office
from perisai.reminders import answer, case, dues, link
from perisai.reminders.compose import member_text
from perisai.reminders.plan import plan
from perisai.reminders.rules import reminder_rules
from perisai.reminders.visit import judge_visits
from perisai.training.told import Learner, Told
from perisai.web.demo.people import DemoAgent, agents
from perisai.web.demo.places import JAMBI
from perisai.web.simulate import sms

ZONE: Final = "Asia/Jakarta"
DAYS: Final = 40
"""Of reminders before now."""
TEXTS: Final = 12
_IS_THERE: LiteralString = "SELECT EXISTS (SELECT FROM reminders_reminder WHERE branch_id = %s)"
# Each fifth falls back to SMS, as if the number had no WhatsApp.
_SENT: LiteralString = """
WITH planned AS (
  SELECT r.branch_id, r.id, r.rule, r.agent_id, p.phone, gen_random_uuid() AS message_id, r.planned_at,
    CASE WHEN get_byte(uuid_send(r.subject_id), 15) %% 5 = 0 THEN 'sms' ELSE 'whatsapp' END AS channel
  FROM reminders_reminder r
  JOIN members_enrolment e ON e.branch_id = r.branch_id AND e.id = r.subject_id
  JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
  WHERE r.branch_id = %(branch)s AND r.state = 'planned' AND r.message_id IS NULL
), written AS (
  INSERT INTO messages_message (branch_id, id, purpose, agent_id, phone_sealed, phone_masked, body_sealed, state, tries,
    queued_at, good_until, ended_at, problem, reference, urgency, channel, cost)
  SELECT branch_id, message_id, 'reminder', agent_id, '', left(phone, 6) || '****' || right(phone, 3), NULL, 'sent', 1,
    planned_at, planned_at + interval '3 days', planned_at + interval '4 minutes', '', 'SIM', 2, channel,
    CASE channel WHEN 'sms' THEN 900 ELSE 360 END
  FROM planned RETURNING id, cost
)
UPDATE reminders_reminder r SET state = 'sent', message_id = n.message_id, ended_at = n.planned_at + interval '4 minutes'
FROM planned n WHERE r.branch_id = n.branch_id AND r.id = n.id
"""
_AMOUNTS: LiteralString = """
UPDATE reminders_reminder r SET amount = n.amount FROM unnest(%s::uuid[], %s::bigint[]) AS n (id, amount)
WHERE r.branch_id = %s AND r.subject_id = n.id
"""
_SPENT: LiteralString = """
INSERT INTO messages_spent (branch_id, month, amount)
SELECT branch_id, date_trunc('month', ended_at AT TIME ZONE 'Asia/Jakarta')::date, sum(cost) FROM messages_message
WHERE branch_id = %s AND cost > 0 GROUP BY 1, 2 ON CONFLICT DO NOTHING
"""
# Lateral: so that each row is looked up by its primary key, however few rows the statistics of a new world know of.
_LATEST: LiteralString = """
SELECT r.id, r.rule, r.subject_id, r.ended_at, p.phone, m.channel
FROM (SELECT * FROM reminders_reminder WHERE branch_id = %s AND state = 'sent' AND subject = 'member'
  ORDER BY planned_at DESC, id LIMIT %s) r
CROSS JOIN LATERAL (SELECT channel FROM messages_message m WHERE m.branch_id = r.branch_id AND m.id = r.message_id LIMIT 1) m
CROSS JOIN LATERAL (
  SELECT person_id FROM members_enrolment e WHERE e.branch_id = r.branch_id AND e.id = r.subject_id LIMIT 1) e
CROSS JOIN LATERAL (SELECT phone FROM members_person p WHERE p.branch_id = r.branch_id AND p.id = e.person_id LIMIT 1) p
ORDER BY r.planned_at DESC, r.id
"""
_OWING: LiteralString = """
SELECT e.id FROM members_enrolment e
WHERE e.branch_id = %s AND e.agent_id = %s AND e.segment = 'BPU' AND e.state IN ('active', 'accepted')
  AND (e.paid_through IS NULL OR e.paid_through < %s) AND NOT EXISTS (
  SELECT FROM reminders_answer a WHERE a.branch_id = e.branch_id AND a.enrolment_id = e.id)
ORDER BY e.id LIMIT 4
"""
ANSWERS: Final = (
    answer.Told("paid", "agent", "Pak RT", None, 16_800),
    answer.Told("not_paid"),
    answer.Told("paid", "other", "tetangga", None, 50_000),
    answer.Told("stopped"),
    answer.Told("not_paid"),
    answer.Told("wrong"),
)
OUTCOMES: Final[tuple[dict[str, Any], ...]] = (
    {"outcome": "promised"},
    {"outcome": "not_found"},
    {"outcome": "sick", "note": "Dirawat di rumah, minta didatangi lagi minggu depan"},
    {"outcome": "paid_elsewhere", "whom": "office", "whom_name": "Koordinator pangkalan", "amount": 33_600},
    {"outcome": "refused"},
    {"outcome": "promised"},
    {"outcome": "moved"},
    {"outcome": "died", "note": "Kabar dari istri; ahli waris menunggu penjelasan"},
)


def build_reminders(end: datetime) -> None:
    """Once, for Jambi, after its members owe something."""
    with Work(scope=Scope.branch(JAMBI), clock=FixedClock(end)) as work:
        row = work.row(_IS_THERE, [JAMBI])
    if row and row[0]:
        return
    _settings(end)
    for ago in range(DAYS, 0, -1):
        at = end.astimezone(ZoneInfo(ZONE)).replace(hour=9, minute=30) - timedelta(days=ago)
        with Work(scope=Scope.branch(JAMBI), clock=FixedClock(at)) as work:
            plan(work, branch_id=JAMBI, today=branch_day(at, ZONE))
            work.execute(_SENT, {"branch": JAMBI})
    _texts(end)
    _answers(end)
    _visits(end)
    _close_one(end)


def _settings(end: datetime) -> None:
    head = User.objects.filter(office_id=JAMBI, role=Role.BRANCH_HEAD).first()
    actor = Actor(head.id if head else None)
    today = branch_day(end, ZONE)
    office = Office.objects.get(pk=JAMBI)
    markets = today - timedelta(days=today.isoweekday() + 5)
    with Work(scope=Scope.branch(JAMBI), actor=actor, clock=FixedClock(end - timedelta(days=DAYS))) as work:
        for kind, day, name, every in (
            ("market", markets, "Pasar Angso Duo (grosir)", 7),
            ("market", markets + timedelta(days=3), "Pasar Talang Banjar", 7),
            ("closed", today + timedelta(days=24), "Gedung dirawat, kantor tutup", 0),
        ):
            calendar_day.add(work, office=office, kind=kind, day=day, name=name, every_days=every, today=today)
        for position, kind, provider, cost in (
            ("0", "whatsapp", "apprise", "360"),
            ("1", "sms", "operator", "450"),
            ("2", "email", "apprise", "0"),
        ):
            given = {"is_on": "1", "position": position, "provider": provider, "cost": cost}
            ways_setting.save_channel(work, branch_id=JAMBI, kind=kind, given=given)


def _texts(end: datetime) -> None:
    """Amounts and the month's cost, and the newest texts where the demo shows what reached telephones."""
    with Work(scope=Scope.branch(JAMBI), clock=FixedClock(end)) as work:
        work.execute(_SPENT, [JAMBI])
        ids = [one for (one,) in work.rows("SELECT subject_id FROM reminders_reminder WHERE branch_id = %s", [JAMBI])]
        owed = dues.of_enrolments(work, branch_id=JAMBI, enrolment_ids=ids, today=branch_day(end, ZONE))
        work.execute(_AMOUNTS, [[one.enrolment_id for one in owed], [one.amount for one in owed], JAMBI])
        by_id = {one.enrolment_id: one for one in owed}
        kept = []
        for reminder_id, rule, subject, at, phone, channel in reversed(work.rows(_LATEST, [JAMBI, TEXTS])):
            if subject in by_id:
                body = member_text(reminder_rules().reminders[rule], by_id[subject], link.address(JAMBI, reminder_id))
                told = {"id": str(reminder_id), "to": phone, "text": body, "at": at.isoformat(), "channel": channel}
                kept.append(told)
    sms.keep(kept)


def _answers(end: datetime) -> None:
    with Work(scope=Scope.branch(JAMBI), clock=FixedClock(end)) as work:
        latest = work.rows(_LATEST, [JAMBI, 60])
    chosen = {row[2]: row[0] for row in latest}  # one reminder a member
    for hours, (told, reminder_id) in enumerate(zip(ANSWERS, list(chosen.values())[TEXTS:], strict=False)):
        at = end - timedelta(hours=30 - 4 * hours)
        with Work(scope=Scope.branch(JAMBI), clock=FixedClock(at)) as work:
            answer.record(work, branch_id=JAMBI, reminder_id=reminder_id, told=told)


def _visits(end: datetime) -> None:
    mine = [one for one in agents() if one.branch_id == JAMBI][:4]
    outcomes = iter(OUTCOMES)
    for place, agent in enumerate(mine):
        at = end - timedelta(hours=26 - 5 * place)
        with Work(scope=Scope.branch(JAMBI), clock=FixedClock(at + timedelta(hours=2))) as work:
            month = branch_day(at, ZONE).replace(day=1)
            people = [one for (one,) in work.rows(_OWING, [JAMBI, agent.id, month])][:2]
            told = [_told(one, body, at) for one, body in zip(people, outcomes, strict=False)]
            judge_visits(work, _learner(agent), told)


def _told(enrolment_id: UUID, body: dict[str, Any], at: datetime) -> Told:
    promised = {"promised_on": branch_day(at, ZONE) + timedelta(days=2)} if body["outcome"] == "promised" else {}
    return Told(uuid7(), {"enrolment": str(enrolment_id), **body, **promised}, Captured(at, at, at, doubtful=False))


def _learner(agent: DemoAgent) -> Learner:
    return Learner(agent.branch_id, agent.id, ZONE)


def _close_one(end: datetime) -> None:
    """The branch has looked into one already."""
    head = User.objects.filter(office_id=JAMBI, role=Role.BRANCH_HEAD).first()
    actor = Actor(head.id if head else None)
    with Work(scope=Scope.branch(JAMBI), actor=actor, clock=FixedClock(end - timedelta(hours=1))) as work:
        row = work.row(
            "SELECT id FROM reminders_case WHERE branch_id = %s AND kind = 'wrong_number' AND closed_at IS NULL LIMIT 1",
            [JAMBI],
        )
        if row:
            case.close(work, branch_id=JAMBI, case_id=row[0], decision="mended", note="Nomor baru dari agen")
