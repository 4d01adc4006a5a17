"""The day in a few lines, ready to be pasted into WhatsApp (``*bold*``): no names of members, numbers equal to the screens."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from perisai import written
from perisai.events.work import Work
from perisai.figures import reading
from perisai.figures.definition import figures
from perisai.figures.outcome import Child, Figures, Values
from perisai.figures.period import Period
from perisai.offices import calendar
from perisai.offices.calendar import Calendar
from perisai.offices.scopes import AGENT, BRANCH, NATION, REGION, Watch
from perisai.offices.tree import branches_under
from perisai.reports import said
from perisai.reports.content import apart_of
from perisai.targets.quotas.queries import totals
from perisai.written import Language

BEST: Final = 8
"""Rows beneath that are named."""
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "id": {
        "at": "per {time}", "today": "Hari ini", "month": "Bulan ini", "of": "Target {target}, tercapai {percent} %",
        "needed": "perlu {n} per hari kerja, sisa {days} hari kerja", "reached": "target tercapai", "none": "belum ada target",
        "beneath": "Diterima bulan ini", "late": "lewat batas setor", "stood": "keadaan", "more": "dan {n} lagi",
        "region": "per Kanwil", "branch": "per KC", "sub_branch": "per KCP", "agency_office": "per Kantor Perisai",
    },
    "en": {
        "at": "as of {time}", "today": "Today", "month": "This month", "of": "Target {target}, {percent} % reached",
        "needed": "{n} needed a working day, {days} working days left", "reached": "target reached", "none": "no target yet",
        "beneath": "Accepted this month", "late": "past the deadline", "stood": "as of", "more": "and {n} more",
        "region": "by region", "branch": "by branch", "sub_branch": "by sub-branch", "agency_office": "by agency office",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Day:
    """What a recap says, before it is said in a language. ``local``: the office's clock."""

    local: datetime
    of_day: Figures
    of_month: Figures
    beneath: list[Child]


def look(work: Work, *, scope: Watch, timezone: str) -> Day:
    """Of the day it is at the office. Three readings, each a fixed number of statements, and the quota as the screens show it: of
    this moment. Raises ``UnknownScope``."""
    local = work.now.astimezone(ZoneInfo(timezone))
    today = local.date()
    month = Period(today.replace(day=1), today)
    of_month = reading.of(work, scope, month, today)
    if scope.level in (NATION, REGION, BRANCH):
        branches = None if scope.level == NATION else list(branches_under(int(scope.key)))
        *_sums, left, quotas = totals(work, branches=branches, period=today)
        of_month.values["quota_left"] = left if quotas else None
    return Day(
        local,
        reading.of(work, scope, Period.day(today), today),
        of_month,
        reading.children(work, scope, month, today),
    )


def write(day: Day, *, own: Calendar, language: Language) -> str:
    local, of_day, of_month, beneath = day.local, day.of_day, day.of_month, day.beneath
    today, apart = local.date(), apart_of(of_month, beneath)
    month = Period.month(today)
    title = [
        f"*Perisai · {of_day.name}*",
        f"{said.weekday(today, language)}, {written.day(today, language)}, {_at(local, own, language)}",
    ]
    known = [
        _paying(of_month, own, language),
        f"*{_WORDS[language]['today']}*: "
        + _line(of_day.values, ("captured", "accepted", "active", "contributions"), language),
        f"*{_WORDS[language]['month']}*: " + _line(of_month.values, ("accepted", "active", "contributions"), language),
        _attainment(of_month.values, today, month.last, own, language),
        *([said.apart(apart, language)] if apart else []),
        _line(of_month.values, ("arrears_members", "arrears"), language),
        _custody(of_month.values, language),
        _line(of_month.values, ("quota_left", "licences_ending"), language),
    ]
    return "\n".join([*title, "", *filter(None, known), *named(beneath, language)])


def _at(local: datetime, own: Calendar, language: Language) -> str:
    return _WORDS[language]["at"].format(time=_clock(local, own, language))


def _clock(local: datetime, own: Calendar, language: Language) -> str:
    separator = "." if language == "id" else ":"
    return f"{local:%H}{separator}{local:%M} {own.zone}"


def _paying(of_month: Figures, own: Calendar, language: Language) -> str:
    """With the moment at which it was counted, as on the screens; so were arrears, cash and licences."""
    line, counted = _line(of_month.values, ("paying",), language), of_month.standing_at
    if not line or counted is None:
        return line
    local = counted.astimezone(ZoneInfo(own.timezone))
    day = "" if of_month.as_of == local.date() else f"{written.day(local.date(), language)}, "
    return f"{line} ({_WORDS[language]['stood']} {day}{_clock(local, own, language)})"


def _line(values: Values, names: tuple[str, ...], language: Language) -> str:
    """Empty where none of them is known."""
    known = [name for name in names if values.get(name) is not None]
    return " · ".join(_said(values, name, language) for name in known)


def _said(values: Values, name: str, language: Language) -> str:
    figure = figures()[name]
    label = figure.label.en if language == "en" else figure.label.id
    return f"{label} *{said.amount(values[name], figure.unit, language)}*"


def _attainment(values: Values, today: date, last: date, own: Calendar, language: Language) -> str:
    words, target, accepted = _WORDS[language], values.get("target"), values.get("accepted") or 0
    if not target:
        return words["none"]
    reached = words["of"].format(target=written.number(target, language), percent=values.get("attainment"))
    missing = target - accepted
    if missing <= 0:
        return f"{reached}: {words['reached']}"
    days = calendar.field_days_between(today - timedelta(days=1), last, own)
    needed = -(-missing // days) if days else missing
    return f"{reached}: " + words["needed"].format(n=written.number(needed, language), days=days)


def _custody(values: Values, language: Language) -> str:
    line = _line(values, ("custody",), language)
    late = values.get("custody_overdue")
    if not late:
        return line
    return f"{line} ({said.amount(late, 'rupiah', language)} {_WORDS[language]['late']})"


def named(children: list[Child], language: Language, title: str = "") -> list[str]:
    """Offices where there are some, each kind by itself, else agents; the most accepted first."""
    words, lines = _WORDS[language], list[str]()
    offices = [child for child in children if child.scope.level != AGENT]
    levels = dict.fromkeys(child.scope.level for child in offices or children)
    for level in levels:
        alike = [child for child in children if child.scope.level == level]
        rows = sorted(alike, key=lambda child: (-(child.values.get("accepted") or 0), child.name))
        kind = f", {words[level]}" if len(levels) > 1 else ""
        lines += ["", f"*{title or words['beneath']}{kind}*"]
        lines += [
            f"• {row.name}: {said.amount(row.values.get('accepted') or 0, 'persons', language)}" for row in rows[:BEST]
        ]
        if len(rows) > BEST:
            lines.append(words["more"].format(n=len(rows) - BEST))
    return lines
