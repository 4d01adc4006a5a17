"""Figures over the read API: the same reading that screens, reports and alerts show (perisai/figures), and targets with quota."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from perisai.errors import Refused
from perisai.events.work import Work, branch_day
from perisai.feeds.api import ANSWERS, Words
from perisai.feeds.door import ReadKey, answer, sees
from perisai.feeds.door import reading as open_for
from perisai.figures import reading
from perisai.figures.definition import figures
from perisai.figures.period import Period
from perisai.offices.scopes import AGENT, BRANCH, NATION, REGION, UnknownScope, Watch
from perisai.offices.tree import Office
from perisai.targets.plans import reading as plan_reading
from perisai.targets.quotas import queries as targets_queries

router = Router(tags=["read"], auth=ReadKey())

LONGEST: Final = timedelta(days=400)
EARLIEST: Final = date(2015, 1, 1)
ZONE: Final = "Asia/Jayapura"
"""Where the country's day begins first: a day that is nowhere yet is no day of a reading."""
Level = Literal["nation", "region", "branch", "sub_branch", "agency_office", "agent"]
ScopeKey = Annotated[str, Query(pattern=r"^(all|[0-9]{1,9}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$")]


class SaidOut(Schema):
    id: str
    en: str


class FigureOut(Schema):
    figure: str
    label: SaidOut
    what: SaidOut
    unit: str
    by_segment: bool
    by_day: bool
    """Whether ``figures/series`` tells it day by day."""


class Definitions(Schema):
    figures: list[FigureOut]


class ScopeOut(Schema):
    level: str
    key: str


class PeriodOut(Schema):
    first: date
    last: date


class FiguresOut(Schema):
    scope: ScopeOut
    period: PeriodOut
    as_of: date
    """The day up to whose end things had been received."""
    values: dict[str, int | None]
    """Null: nothing is known, which is not 0. Rupiah are whole."""
    segments: dict[str, dict[str, int | None]]
    standing_on: date | None
    """The day that figures of a state (members paying, arrears ...) are of."""
    late: dict[str, int]
    """What was captured in the period and received after it; part of the values."""
    since: dict[str, int]
    """What was received after ``as_of``; no part of the values."""


class ChildOut(Schema):
    scope: ScopeOut
    values: dict[str, int | None]


class Children(Schema):
    scope: ScopeOut
    period: PeriodOut
    as_of: date
    children: list[ChildOut]
    next: str | None
    """``after`` of the next page; null on the last."""


class DayOut(Schema):
    day: date
    value: int | None


class Series(Schema):
    scope: ScopeOut
    figure: str
    as_of: date
    days: list[DayOut]


class QuotaOut(Schema):
    """Null: the branch is not capped in this month."""

    branch: int
    first_month: date | None
    months: int | None
    segment: str | None
    """``all``, or one of a branch that caps each."""
    target: int | None
    cap_percent: int | None
    cap: int | None
    extra: int | None
    """Granted on request; part of no target."""
    mode: str | None
    consumed: int | None
    leased: int | None
    over: int | None
    left: int | None


class Quotas(Schema):
    month: date
    quotas: list[QuotaOut]


class Asking(Schema):
    """A scope, a period and a day as of which; the address says it in this form."""

    level: Level
    key: ScopeKey
    first: date
    last: date
    as_of: date | None = None


class AskingPlan(Schema):
    """A scope and months (any day of them), a measure, and a segment where it is to be told apart."""

    level: Level
    key: ScopeKey
    first: date
    last: date
    measure: Literal["persons", "contributions", "outreach"] = "persons"
    segment: Literal["", "BPU", "PU"] = ""


class PlanOut(Schema):
    scope: ScopeOut
    first: date
    last: date
    segment: str | None
    measure: str
    value: int | None
    """Persons, rupiah or visits."""


@router.get("figures/definitions", response={200: Definitions, **ANSWERS}, operation_id="readFigureDefinitions")
def definitions(request: HttpRequest) -> HttpResponse:
    """Every figure: what is counted, in which unit, whether it is told apart by segment."""
    with open_for(request, "figures"):
        told = [
            {
                "figure": name,
                "label": f.label.model_dump(),
                "what": f.what.model_dump(),
                "unit": f.unit,
                "by_segment": f.by_segment,
                "by_day": f.source.cohort is None and f.source.percent is None,
            }
            for name, f in figures().items()
        ]
    return answer(request, {"figures": told})


@router.get("figures", response={200: FiguresOut, **ANSWERS}, operation_id="readFigures")
def figures_of(request: HttpRequest, asked: Query[Asking]) -> HttpResponse:
    """All figures of a scope for a period, as known at the end of a day: what screens show of the same."""
    with _opened(request, asked) as (work, scope, period, as_of):
        found = reading.of(work, scope, period, as_of)
        late = reading.late(work, scope, period, as_of)
    told = {
        **_head(scope, period, as_of),
        "values": found.values,
        "segments": found.segments,
        "standing_on": found.standing_on,
        "late": late.after_period,
        "since": late.since,
    }
    return answer(request, told)


@router.get("figures/children", response={200: Children, **ANSWERS}, operation_id="readFiguresOfChildren")
def figures_of_children(
    request: HttpRequest,
    asked: Query[Asking],
    after: Annotated[str, Query(pattern=r"^([a-z_]{1,20}:[0-9a-f-]{1,36})?$")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> HttpResponse:
    """The same of each region, branch, office or agent beneath, in the order of level and key."""
    with _opened(request, asked) as (work, scope, period, as_of):
        found = {_name(child.scope): child.values for child in reading.children(work, scope, period, as_of)}
    names = sorted(name for name in found if name > after)
    page = [{"scope": _scope(name), "values": found[name]} for name in names[:limit]]
    following = names[limit - 1] if len(names) > limit else None
    return answer(request, {**_head(scope, period, as_of), "children": page, "next": following})


@router.get("figures/series", response={200: Series, **ANSWERS}, operation_id="readFigureSeries")
def figure_series(request: HttpRequest, asked: Query[Asking], figure: Words) -> HttpResponse:
    """One figure day by day. Refused for a percentage and for what is counted by months of admission: these have no days."""
    with _opened(request, asked) as (work, scope, period, as_of):
        try:
            days = reading.series(work, scope, figure, period.first, period.last, as_of)
        except KeyError:
            raise Refused("E5410", figure=figure) from None
    told = [{"day": day, "value": value} for day, value in days]
    return answer(request, {"scope": _scope(_name(scope)), "figure": figure, "as_of": as_of, "days": told})


@router.get("targets", response={200: Quotas, **ANSWERS}, operation_id="readTargets")
def targets(request: HttpRequest, month: date) -> HttpResponse:
    """Target and quota of each branch that a month (any day of it) lies in, as they are now. Persons."""
    if not EARLIEST <= month < date(2101, 1, 1):
        raise Refused("E5408", reason="month")
    first = month.replace(day=1)
    with open_for(request, "targets") as work:
        branches = None if work.scope.branches is None else list(work.scope.branches)
        rows = targets_queries.of_month(work, branches=branches, period=first)
    told = [
        {name: row[name] for name in _QUOTA}
        | {"branch": row["branch_id"], "first_month": row["period"], "left": row["slots_left"]}
        for row in rows
    ]
    told.sort(key=lambda one: (one["branch"], one["segment"] or ""))
    return answer(request, {"month": first, "quotas": told})


@router.get("targets/plan", response={200: PlanOut, **ANSWERS}, operation_id="readPlan")
def plan_of(request: HttpRequest, asked: Query[AskingPlan]) -> HttpResponse:
    """The target of a scope for the months of a period, as approved; null where nobody set one."""
    first, last = asked.first.replace(day=1), asked.last.replace(day=1)
    if not EARLIEST <= first <= last < date(2101, 1, 1) or last - first > LONGEST:
        raise Refused("E5408", reason="first/last")
    with open_for(request, "targets") as work:
        try:
            scope = Watch.parse(asked.level, asked.key)
        except UnknownScope:
            raise Refused("E1004") from None
        _check(work, request.auth.office_id, scope)  # type: ignore[attr-defined]
        value = plan_reading.target_of(
            work,
            level=scope.level,
            key=scope.key,
            first_month=first,
            last_month=last,
            segment=asked.segment or None,
            measure=asked.measure,
        )
    told = {"scope": _scope(_name(scope)), "first": first, "last": last, "segment": asked.segment or None}
    return answer(request, {**told, "measure": asked.measure, "value": value})


_QUOTA: Final = ("months", "segment", "target", "cap_percent", "cap", "extra", "mode", "consumed", "leased", "over")


@contextmanager
def _opened(request: HttpRequest, asked: Asking) -> Iterator[tuple[Work, Watch, Period, date]]:
    """What is asked for, judged: the scope lies within the key's, the period is one that can be read, and no day is to come."""
    with open_for(request, "figures") as work:
        today = branch_day(work.now, ZONE)
        as_of = min(asked.as_of or today, today)
        if not EARLIEST <= asked.first <= asked.last <= today + LONGEST or asked.last - asked.first > LONGEST:
            raise Refused("E5408", reason="first/last")
        if as_of < EARLIEST:
            raise Refused("E5408", reason="as_of")
        try:
            scope = Watch.parse(asked.level, asked.key)
            _check(work, request.auth.office_id, scope)  # type: ignore[attr-defined]
            yield work, scope, Period(asked.first, asked.last), as_of
        except UnknownScope:
            raise Refused("E1004") from None


def _check(work: Work, office_id: int, scope: Watch) -> None:
    """Raises E1004 for what lies outside the key's part of the country: a sum of what may be seen of it would be no figure."""
    if work.scope.branches is None or scope.level == AGENT:  # of agents, row-level security shows the key's own
        return
    if scope.level == NATION:
        raise Refused("E1004")
    if scope.level == REGION:
        if int(scope.key) != office_id:
            raise Refused("E1004")
        return
    branch_id = int(scope.key) if scope.level == BRANCH else _branch_of(int(scope.key))
    if branch_id is None or not sees(work, branch_id):
        raise Refused("E1004")


def _branch_of(office_id: int) -> int | None:
    return Office.objects.filter(pk=office_id).values_list("branch_id", flat=True).first()


def _head(scope: Watch, period: Period, as_of: date) -> dict[str, Any]:
    return {"scope": _scope(_name(scope)), "period": period._asdict(), "as_of": as_of}


def _name(scope: Watch) -> str:
    return f"{scope.level}:{scope.key}"


def _scope(name: str) -> dict[str, str]:
    level, _, key = name.partition(":")
    return {"level": level, "key": key}
