"""What a live screen knows beside counters: standings, targets, working days, places among the like, the day a cap is reached; and
of a scope its usual day and its funnel.

It changes by the minute or by the day, so the live process reads it again once a minute, set-based, and never on an event's way.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from perisai.events.queries import Key
from perisai.events.reading import Reading
from perisai.figures import definition, funnel, rank
from perisai.figures.counted import read_hours
from perisai.figures.funnel import Stage
from perisai.figures.period import Period
from perisai.figures.rank import Ranked
from perisai.figures.run_rate import Days, Hours, Pace, RunRate, days_before, held_against, pace, working_days
from perisai.figures.stood import Stood, read_within
from perisai.offices import calendar, district_kind
from perisai.offices.calendar import NATIONAL, Calendar
from perisai.offices.scopes import AGENCY_OFFICE, AGENT, BRANCH, NATION, SUB_BRANCH, Office, Place, Watch
from perisai.targets.plans.reading import Want, read_targets
from perisai.targets.quotas import forecast
from perisai.targets.quotas.forecast import Forecast

if TYPE_CHECKING:
    from perisai.web.live.world import Branch

SHOWN = (
    "paying",
    "catch_up",
    "ended",
    "arrears_members",
    "arrears",
    "custody",
    "custody_overdue",
    "agents_active",
    "licences_ending",
)
"""Figures of ``rules/figures.yaml`` that a screen shows as they stand."""
CHILD_SHOWN = ("paying", "arrears")
MOST_LEADERS = 200
_NOUGHT: dict[str, int | None] = dict.fromkeys(CHILD_SHOWN, 0)
_NOTHING: dict[str, int | None] = dict.fromkeys(CHILD_SHOWN)


@dataclass
class Known:
    """Of one branch. ``stood`` by the counters' key."""

    stood: dict[Key, Stood] = field(default_factory=dict)
    shown: dict[Key, dict[str, int | None]] = field(default_factory=dict)
    """Of what stands beneath: ``CHILD_SHOWN``."""
    targets: dict[Key, int] = field(default_factory=dict)
    """Persons of the present month."""
    summed: set[Key] = field(default_factory=set)
    """Whose target is nothing but the sum of what their agents got."""
    calendar: Calendar = NATIONAL
    days: Days = field(default_factory=lambda: Days(0, 0, 0))
    ranked: list[Ranked] = field(default_factory=list)
    forecasts: list[Forecast] = field(default_factory=list)


@dataclass
class Beside:
    """Of one scope, for one day of each branch."""

    days: dict[int, date] = field(default_factory=dict)
    hours: Hours = field(default_factory=dict)
    calendars: list[Calendar] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    cities: dict[int, bool] = field(default_factory=dict)
    """Of the nation or a region, by branch: whether it serves mostly cities."""
    _memo: dict[str, Any] = field(default_factory=dict)
    _generation: int = -1
    _minute: datetime | None = None
    _pace: Pace | None = None

    def pace(self, so_far: int, day: date, now: datetime) -> Pace | None:
        """Today's enrolments against a usual day by this minute; None where the day has changed since it was read."""
        if any(one != day for one in self.days.values()) or not self.days:
            return None
        minute = now.replace(second=0, microsecond=0)
        if self._minute != minute or self._pace is None:
            self._minute, self._pace = minute, pace(self.hours, self.calendars, day, minute)
        return replace(self._pace, so_far=so_far)

    def kept(self, name: str, generation: int, make: Callable[[], Any]) -> Any:
        """What does not move with events, made once for each reading of the standings."""
        if self._generation != generation:
            self._memo, self._generation = {}, generation
        if name not in self._memo:
            self._memo[name] = make()
        return self._memo[name]


def load(branches: "Collection[Branch]") -> Reading[None]:
    """Of these branches, and of what is in those with detail. At most six statements."""
    if not branches:
        return
    yield from _load_stood(branches)
    calendars = yield from calendar.reading_of([branch.office.id for branch in branches])
    for branch in branches:
        branch.known.calendar = calendars.get(branch.office.id, NATIONAL)
    for today in {branch.today for branch in branches}:
        same = {branch.office.id: branch.known.calendar for branch in branches if branch.today == today}
        counted = working_days(Period.month(today), today, same)
        for branch in branches:
            if branch.office.id in counted:
                branch.known.days = counted[branch.office.id]
    detailed = {branch.office.id: branch for branch in branches if branch.detail}
    if detailed:
        ranked = yield from rank.ranked([(each, branch.today) for each, branch in detailed.items()], calendars)
        forecasts = yield from forecast.reading_of({each: branch.today for each, branch in detailed.items()})
        for each, branch in detailed.items():
            branch.known.ranked = [one for one in ranked if one.branch_id == each]
            branch.known.forecasts = forecasts.get(each, [])


def _load_stood(branches: "Collection[Branch]") -> Reading[None]:
    by_id = {branch.office.id: branch for branch in branches}
    for branch in branches:
        branch.known.stood, branch.known.shown = {}, {}
    for levels, within in ((("b",), False), (("b", "s", "o", "a"), True)):
        asked = [(branch.office.id, branch.today) for branch in branches if branch.detail == within]
        if asked:
            for key, stood in (yield from read_within(asked, levels)).items():
                _keep(by_id[key[0]], key, stood)


def _keep(branch: "Branch", key: Key, stood: Stood) -> None:
    branch.known.stood[key] = stood
    branch.known.shown[key] = shown(stood, CHILD_SHOWN)


_WITHIN = {"sub_branch": ("s", SUB_BRANCH), "agency": ("o", AGENCY_OFFICE)}


def load_targets(branches: "Collection[Branch]", offices: Iterable[Office]) -> Reading[None]:
    """Of these branches, and of offices and agents in those with detail, from plans as everywhere. Set-based."""
    within: defaultdict[int | None, list[Office]] = defaultdict(list)
    for office in offices:
        if office.kind in _WITHIN:
            within[office.branch_id].append(office)
    asked: list[tuple[Branch, Key, Want]] = []
    for branch in branches:
        branch.known.targets, branch.known.summed = {}, set()
        keys = [("b", BRANCH, str(branch.office.id))]
        if branch.detail:
            keys += [(*_WITHIN[office.kind], str(office.id)) for office in within[branch.office.id]]
            keys += [("a", AGENT, agent) for agent in branch.agents]
        for letter, level, key in keys:
            of = Want(level, key, branch.month, branch.month, branch_id=branch.office.id)
            asked.append((branch, (branch.office.id, letter, key), of))
    targets = yield from read_targets([of for _, _, of in asked])
    for (branch, place, _), target in zip(asked, targets, strict=True):
        if target.total is not None:
            branch.known.targets[place] = target.total
            if target.of_agents:
                branch.known.summed.add(place)


def read_above(months: Mapping[Watch, date]) -> Reading[dict[Watch, int | None]]:
    """Targets of the nation and regions, of a month each."""
    asked = sorted(months, key=lambda watch: (watch.level, watch.key))
    wanted = [Want(watch.level, watch.key, months[watch], months[watch]) for watch in asked]
    targets = yield from read_targets(wanted)
    return {watch: target.total for watch, target in zip(asked, targets, strict=True)}


def load_beside(place: Place, branches: "Collection[Branch]") -> Reading[Beside]:
    """The same weekday of the weeks before, and the funnel; of many branches what they serve. At most three statements, of the
    country five."""
    days = {branch.office.id: branch.today for branch in branches}
    if not days:
        return Beside()
    letter, key = (place.key[1], place.key[2]) if place.key else ("b", "")
    found = Beside(days, calendars=[branch.known.calendar for branch in branches])
    today = max(days.values())
    zones = {branch.office.id: branch.office.timezone for branch in branches}
    whole = place.watch.level == NATION
    found.hours = yield from read_hours(zones, letter, key, days_before(today), is_country=whole)
    found.stages = yield from funnel.newest(list(days), letter, key, today)
    if not place.watch.has_detail:
        found.cities = yield from district_kind.reading_of(list(days), today)
    return found


def stood_of(branches: "Collection[Branch]", place: Place) -> Stood:
    """Added up over the branches of a scope; a key without a row of the branch's last day stood at nought."""
    total = Stood()
    for branch in branches:
        whole = branch.known.stood.get(_own(branch))
        if whole is None:
            continue
        mine = branch.known.stood.get(place.key) if place.key else whole
        columns = mine.columns if mine else dict.fromkeys(whole.columns, 0)
        for column, value in columns.items():
            known = total.columns.get(column)
            total.columns[column] = value if known is None else known if value is None else known + value
        if total.day is None or (whole.day is not None and whole.day < total.day):
            total.day, total.at = whole.day, whole.at
    return total


def shown(stood: Stood | None, names: tuple[str, ...] = SHOWN) -> dict[str, int | None]:
    values = definition.from_standing(stood.columns) if stood else {}
    return {name: values.get(name) for name in names}


def target_of(branch: "Branch", key: Key | None = None) -> int | None:
    """Persons of the month, of the branch itself or of a key within it."""
    return branch.known.targets.get(key or _own(branch))


def is_summed(branch: "Branch", key: Key) -> bool:
    """Whether that target is nothing but the sum of what agents got: nobody gave the office one of its own."""
    return key in branch.known.summed


def shown_beneath(branch: "Branch", key: Key) -> dict[str, int | None]:
    """Of a key that the branch's last standing does not know: nought; without a standing: nothing."""
    return branch.known.shown.get(key) or (_NOUGHT if branch.known.stood else _NOTHING)


def rate(branches: "Collection[Branch]", target: int | None, attained: int, day: date) -> RunRate:
    """How the target of the month of ``day`` is being reached, in working days; all of them are left where it has not begun yet."""
    later = {branch.office.id: branch for branch in branches if branch.month != day.replace(day=1)}
    days = {branch.office.id: branch.known.days for branch in branches}
    for each, branch in later.items():
        days |= working_days(Period.month(day), branch.today, {each: branch.known.calendar})
    shares = {branch.office.id: target_of(branch) for branch in branches}
    only = next(iter(branches)).known.calendar if len(branches) == 1 else None
    return held_against(attained, target, shares, days, day, only)


def leaders(branches: "Collection[Branch]", place: Place) -> list[dict[str, Any]]:
    """Agents beside their like, the best first, as of the last reading. Only of scopes in one branch with more than one agent."""
    if len(branches) != 1 or not place.watch.has_detail or place.agent is not None:
        return []
    column = {"s": "sub_branch_id", "o": "agency_office_id"}.get(place.key[1]) if place.key else None
    found = [
        one
        for one in next(iter(branches)).known.ranked
        if column is None or place.key is None or str(getattr(one, column)) == place.key[2]
    ]
    return [
        {
            "key": one.agent_id,
            "code": one.code,
            "name": one.name,
            "is_city": one.is_city,
            "is_new": one.is_new,
            "accepted": one.accepted,
            "days": one.days,
            "per_day": one.per_day,
            "of": one.of,
            "place": one.place,
        }
        for one in found[:MOST_LEADERS]
    ]


def cap_days(branches: "Collection[Branch]", place: Place) -> list[dict[str, Any]]:
    """When the cap of each quota of one branch is reached at the pace of the last four weeks; none of other scopes."""
    if place.watch.level != BRANCH:
        return []
    return [
        {
            "segment": one.segment,
            "on": one.on.isoformat() if one.on else None,
            "is_full": one.is_full,
            "is_known": one.pace is not None,
            "last": one.last.isoformat(),
        }
        for branch in branches
        for one in branch.known.forecasts
    ]


def _own(branch: "Branch") -> Key:
    return (branch.office.id, "b", str(branch.office.id))
