"""Who has which report sent, and what of it is due."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final, LiteralString
from zoneinfo import ZoneInfo

from perisai.accounts.audience import User, Viewer
from perisai.accounts.watching import sees_of
from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.messages import hours, outbox
from perisai.offices import calendar
from perisai.offices.calendar import Calendar
from perisai.offices.scopes import UnknownScope, Watch
from perisai.reports import letter, recap
from perisai.reports.desk import Desk
from perisai.reports.span import Kind, Span, of
from perisai.written import Language

MORNING: Final = time(6, 30)
"""When a week's or month's report is sent, on the day after its end."""
EVENING: Final = time(17, 0)
"""When the recap of a working day is sent."""
GOOD_FOR: Final = timedelta(days=2)
"""Beyond days off: a report of a holiday comes after it."""

# The open one is the lock of two presses: schedule_once.
_START: LiteralString = """
INSERT INTO reports_schedule (branch_id, user_id, level, key, kind, made_at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (branch_id, user_id, level, key, kind) WHERE ended_at IS NULL DO NOTHING RETURNING id
"""
_STOP: LiteralString = """
UPDATE reports_schedule SET ended_at = %s
WHERE branch_id = %s AND user_id = %s AND level = %s AND key = %s AND kind = %s AND ended_at IS NULL RETURNING id
"""
_MINE: LiteralString = """
SELECT kind FROM reports_schedule
WHERE branch_id = %s AND user_id = %s AND level = %s AND key = %s AND ended_at IS NULL
"""
_OPEN: LiteralString = """
SELECT s.id, s.level, s.key, s.kind, s.made_at, s.sent_for, u.id AS user_id, u.email, u.language FROM reports_schedule s
JOIN accounts_user u ON u.id = s.user_id AND u.is_active AND u.email <> ''
WHERE s.branch_id = %s AND s.ended_at IS NULL ORDER BY s.level, s.key, s.kind, s.id FOR UPDATE OF s
"""
_SENT: LiteralString = """
UPDATE reports_schedule AS s SET sent_for = d.first FROM unnest(%s::uuid[], %s::date[]) AS d (id, first)
WHERE s.branch_id = %s AND s.id = d.id
"""


def start(work: Work, *, desk: Desk, user: User, scope: Watch, kind: Kind) -> bool:
    """False where it runs already. Raises E5301 where the user has no e-mail address."""
    if not user.email:
        raise Refused("E5301")
    row = work.row(desk.sql(_START), [desk.office_id, user.id, scope.level, scope.key, kind, work.now])
    if row:
        _report(work, "report_scheduled", desk, scope, kind)
    return row is not None


def stop(work: Work, *, desk: Desk, user: User, scope: Watch, kind: Kind) -> bool:
    row = work.row(desk.sql(_STOP), [work.now, desk.office_id, user.id, scope.level, scope.key, kind])
    if row:
        _report(work, "report_unscheduled", desk, scope, kind)
    return row is not None


def mine(work: Work, *, desk: Desk, user: User, scope: Watch) -> set[str]:
    """Kinds that the user has sent."""
    return {kind for (kind,) in work.rows(desk.sql(_MINE), [desk.office_id, user.id, scope.level, scope.key])}


@dataclass(frozen=True)
class _Due:
    schedule: dict[str, Any]
    scope: Watch
    span: Span


def send_due(work: Work, *, desk: Desk) -> int:
    """Queues what is due and was not sent; how many e-mails. The rows are the lock of two that send at once, and what was sent is
    written down with what is queued. A report is read once for all who have it, and said in the language of each."""
    own = calendar.of_office(work, desk.office_id)
    local = work.now.astimezone(ZoneInfo(desk.timezone))
    due = [
        _Due(row, Watch(row["level"], row["key"]), span)
        for row in work.dicts(desk.sql(_OPEN), [desk.office_id])
        if (span := due_span(row["kind"], local, own)) is not None
        and span.period.first != row["sent_for"]
        and row["made_at"].astimezone(local.tzinfo).date() <= span.period.last
    ]
    due = _still_seen(work, due)
    if not due:
        return 0
    groups: defaultdict[tuple[Watch, Span], list[dict[str, Any]]] = defaultdict(list)
    for one in due:
        groups[one.scope, one.span].append(one.schedule)
    texts: list[outbox.Text] = []
    good_until = hours.good_until(work.now, GOOD_FOR, own)
    for (scope, span), schedules in groups.items():
        bodies = _bodies(work, scope, span, desk, own, {_language(row["language"]) for row in schedules})
        texts += [
            outbox.Text("report", "", bodies[_language(row["language"])], good_until, email=row["email"])
            for row in schedules
            if bodies
        ]
    outbox.queue_many(work, branch_id=desk.office_id, agent_id=None, texts=texts)
    work.execute(
        desk.sql(_SENT), [[one.schedule["id"] for one in due], [one.span.period.first for one in due], desk.office_id]
    )
    if not desk.is_upper:
        work.report(Happened(kind="reports_sent", branch_id=desk.office_id, quantity=len(texts), detail={}))
    return len(texts)


def due_span(kind: Kind, local: datetime, own: Calendar) -> Span | None:
    """What should have been sent by now at the office: the recap of today from the evening of a working day on; the week or month
    before from the morning after it on."""
    today = local.date()
    if kind == "daily":
        return of(kind, today) if local.time() >= EVENING and calendar.is_working(today, own) else None
    before = of(kind, of(kind, today).period.first - timedelta(days=1))
    begun = before.period.last + timedelta(days=1)
    return before if today > begun or local.time() >= MORNING else None


def _still_seen(work: Work, due: list[_Due]) -> list[_Due]:
    """People move and change roles; what they may not see any more is not sent. Four statements, and one for each region office
    among them."""
    users = User.objects.select_related("office").filter(id__in={one.schedule["user_id"] for one in due}) if due else ()
    alike: dict[tuple[Any, ...], Viewer] = {}
    viewers: dict[Any, Viewer] = {}
    for user in users:
        place = (user.role, user.office_id, user.agent_id)
        if place not in alike:
            alike[place] = Viewer.of(user)
        viewers[user.id] = alike[place]
    seen = sees_of(work, {(viewers[one.schedule["user_id"]], one.scope) for one in due})
    return [one for one in due if (viewers[one.schedule["user_id"]], one.scope) in seen]


def _bodies(
    work: Work, scope: Watch, span: Span, desk: Desk, own: Calendar, languages: Collection[Language]
) -> dict[Language, str]:
    """By language; nothing where the office or agent is no more."""
    today = work.now.astimezone(ZoneInfo(desk.timezone)).date()
    try:
        if span.kind == "daily":
            day, at = recap.look(work, scope=scope, timezone=desk.timezone), letter.address(scope, span, today)
            return {each: f"{recap.write(day, own=own, language=each)}\n\n{at}" for each in languages}
        read = letter.read(work, scope=scope, span=span, as_of=today)
    except UnknownScope:
        return {}
    return {each: letter.write(read, language=each) for each in languages}


def _language(text: str) -> Language:
    return "en" if text == "en" else "id"


def _report(work: Work, what: str, desk: Desk, scope: Watch, kind: str) -> None:
    """Of a branch's; above, an act belongs to no branch's events, and the row tells who did it."""
    if not desk.is_upper:
        detail = {"level": scope.level, "key": scope.key, "kind": kind}
        work.report(Happened(kind=what, branch_id=desk.office_id, quantity=1, detail=detail))
