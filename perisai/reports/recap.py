"""The day in a few lines, ready to be pasted into WhatsApp (``*bold*``): no names of members, numbers equal to the screens."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from perisai.documents.words import Language
from perisai.events.work import Work
from perisai.figures import reading
from perisai.figures.definition import figures
from perisai.figures.outcome import Child, Values
from perisai.figures.period import Period
from perisai.offices import calendar
from perisai.offices.calendar import Calendar
from perisai.offices.scopes import Watch
from perisai.reports import said

BEST: Final = 8
"""Rows beneath that are named."""
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "id": {
        "at": "per {time}", "today": "Hari ini", "month": "Bulan ini", "of": "Target {target}, tercapai {percent} %",
        "needed": "perlu {n} per hari kerja, sisa {days} hari kerja", "reached": "target tercapai", "none": "belum ada target",
        "beneath": "Diterima bulan ini", "late": "lewat batas setor", "more": "dan {n} lagi",
    },
    "en": {
        "at": "as of {time}", "today": "Today", "month": "This month", "of": "Target {target}, {percent} % reached",
        "needed": "{n} needed a working day, {days} working days left", "reached": "target reached", "none": "no target yet",
        "beneath": "Accepted this month", "late": "past the deadline", "more": "and {n} more",
    },
}  # fmt: skip


def write(work: Work, *, scope: Watch, timezone: str, own: Calendar, language: Language) -> str:
    """Of the day it is at the office. Three readings, each a fixed number of statements. Raises ``UnknownScope``."""
    local = work.now.astimezone(ZoneInfo(timezone))
    today = local.date()
    month = Period.month(today)
    of_day = reading.of(work, scope, Period.day(today), today)
    of_month = reading.of(work, scope, Period(month.first, today), today)
    beneath = reading.children(work, scope, Period(month.first, today), today)
    lines = [
        f"*Perisai · {of_day.name}*",
        f"{said.weekday(today, language)}, {said.day(today, language)}, {_at(local, own, language)}",
        "",
        _line(of_month.values, ("paying",), language),
        f"*{_WORDS[language]['today']}*: "
        + _line(of_day.values, ("captured", "accepted", "active", "contributions"), language),
        f"*{_WORDS[language]['month']}*: " + _line(of_month.values, ("accepted", "active", "contributions"), language),
        _attainment(of_month.values, today, month.last, own, language),
        _line(of_month.values, ("arrears_members", "arrears"), language),
        _custody(of_month.values, language),
        _line(of_month.values, ("quota_left", "licences_ending"), language),
        *_beneath(beneath, language),
    ]
    return "\n".join(lines)


def _at(local: datetime, own: Calendar, language: Language) -> str:
    separator = "." if language == "id" else ":"
    return _WORDS[language]["at"].format(time=f"{local:%H}{separator}{local:%M} {own.zone}")


def _line(values: Values, names: tuple[str, ...], language: Language) -> str:
    known = [name for name in names if values.get(name) is not None]
    return " · ".join(_said(values, name, language) for name in known) or "–"


def _said(values: Values, name: str, language: Language) -> str:
    figure = figures()[name]
    label = figure.label.en if language == "en" else figure.label.id
    return f"{label} *{said.amount(values[name], figure.unit, language)}*"


def _attainment(values: Values, today: date, last: date, own: Calendar, language: Language) -> str:
    words, target, accepted = _WORDS[language], values.get("target"), values.get("accepted") or 0
    if not target:
        return words["none"]
    percent = accepted * 100 // target
    reached = words["of"].format(target=said.number(target, language), percent=percent)
    missing = target - accepted
    if missing <= 0:
        return f"{reached}: {words['reached']}"
    days = calendar.working_days_between(today - timedelta(days=1), last, own)
    needed = -(-missing // days) if days else missing
    return f"{reached}: " + words["needed"].format(n=said.number(needed, language), days=days)


def _custody(values: Values, language: Language) -> str:
    line = _line(values, ("custody",), language)
    late = values.get("custody_overdue")
    if not late:
        return line
    return f"{line} ({said.amount(late, 'rupiah', language)} {_WORDS[language]['late']})"


def _beneath(children: list[Child], language: Language) -> list[str]:
    """Offices where there are some, else agents; the most accepted first."""
    offices = [child for child in children if child.scope.level != "agent"]
    rows = sorted(offices or children, key=lambda child: (-(child.values.get("accepted") or 0), child.name))
    if not rows:
        return []
    words = _WORDS[language]
    lines = ["", f"*{words['beneath']}*"]
    lines += [
        f"• {row.name}: {said.amount(row.values.get('accepted') or 0, 'persons', language)}" for row in rows[:BEST]
    ]
    if len(rows) > BEST:
        lines.append(words["more"].format(n=len(rows) - BEST))
    return lines
