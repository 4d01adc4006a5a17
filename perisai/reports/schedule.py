"""Who has which report sent, and what of it is due."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final, LiteralString
from zoneinfo import ZoneInfo

from django.conf import settings

from perisai.accounts.audience import User, Viewer
from perisai.accounts.watching import sees
from perisai.documents.words import Language
from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.messages import outbox
from perisai.offices import calendar
from perisai.offices.calendar import Calendar
from perisai.offices.scopes import UnknownScope, Watch
from perisai.reports import recap, said
from perisai.reports.span import Kind, Span, of

MORNING: Final = time(6, 30)
"""When a week's or month's report is sent, on the day after its end."""
EVENING: Final = time(17, 0)
"""When the recap of a working day is sent."""
GOOD_FOR: Final = timedelta(days=2)

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


def start(work: Work, *, branch_id: int, user: User, scope: Watch, kind: Kind) -> bool:
    """False where it runs already. Raises E5301 where the user has no e-mail address."""
    if not user.email:
        raise Refused("E5301")
    row = work.row(_START, [branch_id, user.id, scope.level, scope.key, kind, work.now])
    if row:
        _report(work, "report_scheduled", branch_id, scope, kind)
    return row is not None


def stop(work: Work, *, branch_id: int, user: User, scope: Watch, kind: Kind) -> bool:
    row = work.row(_STOP, [work.now, branch_id, user.id, scope.level, scope.key, kind])
    if row:
        _report(work, "report_unscheduled", branch_id, scope, kind)
    return row is not None


def mine(work: Work, *, branch_id: int, user: User, scope: Watch) -> set[str]:
    """Kinds that the user has sent."""
    return {kind for (kind,) in work.rows(_MINE, [branch_id, user.id, scope.level, scope.key])}


@dataclass(frozen=True)
class _Letter:
    schedule: dict[str, Any]
    span: Span


def send_due(work: Work, *, branch_id: int, timezone: str) -> int:
    """Queues what is due and was not sent; how many e-mails. The rows are the lock of two that send at once. Readings are shared by
    all who have the same report in the same language."""
    own = calendar.of_office(work, branch_id)
    local = work.now.astimezone(ZoneInfo(timezone))
    due = [
        _Letter(row, span)
        for row in work.dicts(_OPEN, [branch_id])
        if (span := due_span(row["kind"], local, own)) is not None
        and span.period.first != row["sent_for"]
        and row["made_at"].astimezone(local.tzinfo).date() <= span.period.last
    ]
    due = _still_seen(work, due)
    if not due:
        return 0
    groups: defaultdict[tuple[str, str, str, str], list[_Letter]] = defaultdict(list)
    for letter in due:
        row = letter.schedule
        groups[row["level"], row["key"], row["kind"], row["language"]].append(letter)
    texts: list[outbox.Text] = []
    for (level, key, _kind, language), letters in groups.items():
        body = _body(work, Watch(level, key), letters[0].span, timezone, own, "en" if language == "en" else "id")
        if body is not None:
            texts += [
                outbox.Text("report", "", body, work.now + GOOD_FOR, email=one.schedule["email"]) for one in letters
            ]
    outbox.queue_many(work, branch_id=branch_id, agent_id=None, texts=texts)
    work.execute(_SENT, [[one.schedule["id"] for one in due], [one.span.period.first for one in due], branch_id])
    work.report(Happened(kind="reports_sent", branch_id=branch_id, quantity=len(texts), detail={}))
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


def address(scope: Watch, span: Span) -> str:
    return f"{settings.ORIGIN}/console/reports/{scope.level}/{scope.key}/{span.kind}/{span.period.first}/"


def _still_seen(work: Work, due: list[_Letter]) -> list[_Letter]:
    """People move and change roles; what they may not see any more is not sent. One statement, and one for each of those who see a
    part of the branch."""
    wanted = {one.schedule["user_id"] for one in due}
    users = User.objects.select_related("office").filter(id__in=wanted) if wanted else ()
    viewers = {user.id: Viewer.of(user) for user in users}
    asked = {(one.schedule["user_id"], Watch(one.schedule["level"], one.schedule["key"])) for one in due}
    seen = {(user_id, scope) for user_id, scope in asked if sees(work, viewers[user_id], scope)}
    return [one for one in due if (one.schedule["user_id"], Watch(one.schedule["level"], one.schedule["key"])) in seen]


def _body(work: Work, scope: Watch, span: Span, timezone: str, own: Calendar, language: Language) -> str | None:
    """None where the office or agent is no more."""
    try:
        text = recap.write(work, scope=scope, timezone=timezone, own=own, language=language)
    except UnknownScope:
        return None
    if span.kind == "daily":
        return f"{text}\n\n{address(scope, span)}"
    return f"{said.KINDS[language][span.kind]}, {said.span(span, language)}:\n{address(scope, span)}\n\n{text}"


def _report(work: Work, what: str, branch_id: int, scope: Watch, kind: str) -> None:
    detail = {"level": scope.level, "key": scope.key, "kind": kind}
    work.report(Happened(kind=what, branch_id=branch_id, quantity=1, detail=detail))
