"""What the live screen knows: branches with their sums, hours and feeds.

The page builds a world for a moment, the live process keeps one. Everything is read by readings
(``perisai.events.reading``), so both read with the same statements and show the same numbers.
"""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from perisai.events import queries
from perisai.events.kinds import captured_kinds, told_kinds
from perisai.events.queries import FEED_LENGTH, BranchDay, Key, Moved, Sums
from perisai.events.reading import Reading, Row
from perisai.offices.scopes import AGENT, BRANCH, KINDS, NATION, REGION, Agent, Office, Place, UnknownScope, Watch
from perisai.web.live import sources, standing
from perisai.web.live.sources import Quota

Feed = deque[Row]
"""Events, newest first."""

_LEVELS = ("b", "r")
_LEVELS_WITHIN = ("b", "r", "s", "o", "a")
_LATE = timedelta(days=1)
_LONG_AGO = timedelta(days=62)
_REACH = 20_000
"""How many of a branch's events the feed of an office in it is looked for in."""


@dataclass
class Branch:
    """One branch as of its event ``number``. With ``detail`` also what lies within it."""

    office: Office
    today: date
    number: int = 0
    moved_at: datetime | None = None
    detail: bool = False
    sums: dict[Key, Sums] = field(default_factory=dict)
    hours: dict[Key, list[int]] = field(default_factory=dict)
    quota: Quota | None = None
    agents: dict[str, Agent] = field(default_factory=dict)
    known: standing.Known = field(default_factory=standing.Known)

    @property
    def day(self) -> BranchDay:
        return BranchDay(self.office.id, self.today, self.office.timezone)

    @property
    def month(self) -> date:
        return self.today.replace(day=1)

    @property
    def levels(self) -> tuple[str, ...]:
        return _LEVELS_WITHIN if self.detail else _LEVELS


@dataclass
class World:
    offices: dict[int, Office] = field(default_factory=dict)
    branches: dict[int, Branch] = field(default_factory=dict)
    feeds: dict[Watch, Feed] = field(default_factory=dict)
    places: dict[Watch, Place] = field(default_factory=dict)
    beside: dict[Watch, standing.Beside] = field(default_factory=dict)
    targets: dict[Watch, int | None] = field(default_factory=dict)
    """Persons this month, of the nation and regions that are looked at; of what is in branches they stand there."""
    codes: dict[str, str] = field(default_factory=dict)
    """Code of an agent by id."""
    generation: int = 0
    """Grows whenever standings were read again."""
    has_tree: bool = False
    """All offices are here; else only those that a scope needed."""

    def load_offices(self) -> Reading[None]:
        """The whole tree, as the live process keeps it. Who was closed stays known: feeds and screens of agents still name it."""
        rows = yield sources.ALL_OFFICES, {}
        found = {row["id"]: Office.of(row) for row in rows}
        closed = {each: replace(one, is_open=False) for each, one in self.offices.items() if each not in found}
        self.offices = closed | found
        for each, branch in self.branches.items():
            branch.office = self.offices[each]
        self.has_tree = True

    def open(self, watch: Watch, now: datetime) -> Reading[Place]:
        """Loads all that this scope needs and is not there yet. Raises ``UnknownScope``."""
        place, before = (yield from self.find(watch)), self.places.get(watch)
        self.places[watch] = place
        missing = [
            each
            for each in place.branches
            if each not in self.branches or (watch.has_detail and not self.branches[each].detail)
        ]
        yield from self.load_branches(missing, now, detail=watch.has_detail)
        if not watch.has_detail and watch not in self.targets:
            yield from self._load_targets_above()
        if watch not in self.feeds or (before and before.branches != place.branches):
            yield from self._load_feed(place, now)
        mine = [self.branches[each] for each in place.branches]
        known = self.beside.get(watch)
        if known is None or known.days != {branch.office.id: branch.today for branch in mine}:
            self.beside[watch] = yield from standing.load_beside(place, mine)
        return place

    def close(self, watch: Watch) -> None:
        """Forgets a scope that nobody watches. Branches stay: they are small, and the next viewer wants them."""
        self.feeds.pop(watch, None)
        self.beside.pop(watch, None)
        self.places.pop(watch, None)

    def find(self, watch: Watch) -> Reading[Place]:
        """The office or agent that a scope names, with the offices around it. Raises ``UnknownScope``."""
        if watch.level == AGENT:
            rows = yield sources.AGENT, {"agent": watch.key}
            if not rows:
                raise UnknownScope(watch.key)
            agent = Agent.of(rows[0])
            yield from self._load_offices_of(agent.branch_id)
            return Place(watch, agent.name, agent.code, (agent.branch_id,), agent=agent)
        if watch.level == NATION:
            yield from self._load_upper_offices()
            return Place(watch, "Indonesia", "", self._branch_ids(self.offices.values()))
        office = yield from self._find_office(int(watch.key))
        if office is None or KINDS[office.kind] != watch.level:
            raise UnknownScope(f"{watch.level}/{watch.key}")
        if watch.level == REGION:
            yield from self._load_upper_offices()
            mine = (each for each in self.offices.values() if each.parent_id == office.id)
            return Place(watch, office.name, office.code, self._branch_ids(mine), office=office)
        branch_id = office.branch_id or office.id
        yield from self._load_offices_of(branch_id)
        return Place(watch, office.name, office.code, (branch_id,), office=office)

    def load_branches(self, ids: Collection[int], now: datetime, *, detail: bool) -> Reading[None]:
        """Reads these branches from nothing. A branch that had its detail keeps it."""
        if not ids:
            return
        rows = yield sources.POSITIONS, {"branches": list(ids)}
        fresh = [self._fresh(each, now, detail=detail) for each in ids]
        positions = {row["branch_id"]: row for row in rows}
        for branch in fresh:
            if branch.office.id in positions:
                branch.number = positions[branch.office.id]["number"]
                branch.moved_at = positions[branch.office.id]["moved_at"]
        for levels in (_LEVELS, _LEVELS_WITHIN):
            same = [branch for branch in fresh if branch.levels == levels]
            if same:
                found = yield from queries.sums([branch.day for branch in same], levels)
                _share(same, found)
        for within in (False, True):
            same = [branch for branch in fresh if branch.detail == within]
            if same:
                counted = yield from queries.hours([branch.day for branch in same], within=within)
                for branch in same:
                    branch.hours = {key: row for key, row in counted.items() if key[0] == branch.office.id}
        self.branches.update({branch.office.id: branch for branch in fresh})
        yield from self.load_quotas(fresh)
        yield from self.load_people([branch for branch in fresh if branch.detail])
        yield from self.load_standings(fresh)

    def _fresh(self, branch_id: int, now: datetime, *, detail: bool) -> Branch:
        office, known = self.offices[branch_id], self.branches.get(branch_id)
        today = now.astimezone(ZoneInfo(office.timezone)).date()
        return Branch(office, today, detail=detail or (known is not None and known.detail))

    def load_quotas(self, branches: Collection[Branch]) -> Reading[None]:
        rows = yield (
            sources.QUOTAS,
            {"branches": [b.office.id for b in branches], "months": [b.month for b in branches]},
        )
        found = {row["branch_id"]: Quota.of(row) for row in rows}
        for branch in branches:
            branch.quota = found.get(branch.office.id)

    def load_people(self, branches: Collection[Branch]) -> Reading[None]:
        """Agents: they change without an event, so the live process reads them again now and then."""
        if not branches:
            return
        ids = [branch.office.id for branch in branches]
        agents = yield sources.AGENTS, {"branches": ids}
        for branch in branches:
            mine = branch.office.id
            branch.agents = {str(row["id"]): Agent.of(row) for row in agents if row["branch_id"] == mine}
            self.codes.update({agent.id: agent.code for agent in branch.agents.values()})

    def load_standings(self, branches: Collection[Branch]) -> Reading[None]:
        """What changes by the minute or the day: the live process reads it again now and then."""
        yield from standing.load(branches)
        yield from standing.load_targets(branches, self.offices.values())
        yield from self._load_targets_above()
        self.generation += 1

    def _load_targets_above(self) -> Reading[None]:
        """Of the nation and regions that are looked at, and of the regions beneath the nation; each of its own month, which begins
        with the first of its branches."""
        looked_at = {place.watch for place in self.places.values() if place.watch.level in (NATION, REGION)}
        if any(watch.level == NATION for watch in looked_at):
            looked_at |= {Watch(REGION, str(office.id)) for office in self.offices.values() if office.kind == REGION}
        months: dict[int | None, date] = {}
        for branch in self.branches.values():
            for above in (None, branch.office.parent_id):
                months[above] = max(months.get(above, branch.month), branch.month)
        asked = {
            watch: months.get(None if watch.level == NATION else int(watch.key), months[None])
            for watch in (looked_at if months else ())
        }
        self.targets = (yield from standing.read_above(asked)) if asked else {}

    def advance(self, numbers: dict[int, tuple[int, datetime | None]], now: datetime) -> Reading[set[Key]]:
        """Follows the branches it holds to these (number, moved at); returns the counters' keys that something happened to.

        Numbers have no gaps: where fewer events are found than numbers passed, or a day began, the branch is read from nothing.
        """
        moved = {
            branch.office.id: (branch.number, numbers[branch.office.id][0])
            for branch in self.branches.values()
            if numbers.get(branch.office.id, (0, None))[0] > branch.number
        }
        if not moved:
            return set()
        events = yield from queries.new_events(moved, now - _LATE)
        lost = {each for each, (old, new) in moved.items() if _count(events, each) != new - old}
        yield from self.load_branches(lost, now, detail=False)
        rest = [event for event in events if event["branch_id"] not in lost]
        yield from self._re_read(rest)
        for event in rest:
            self._count_hour(event)
        for each in moved.keys() - lost:
            self.branches[each].number = moved[each][1]
            self.branches[each].moved_at = numbers[each][1]
        yield from self.load_quotas([self.branches[each] for each in moved])
        keys = {key for event in events for key in queries.keys_of(event)} | {(each, "b", str(each)) for each in moved}
        keys |= {place.key for place in self.places.values() if place.key and place.key[0] in lost}
        yield from self._feed(events, lost, now)
        return keys

    def stale(self, now: datetime) -> list[int]:
        """Branches where a new day has begun."""
        days = {
            zone: now.astimezone(ZoneInfo(zone)).date() for zone in {b.office.timezone for b in self.branches.values()}
        }
        return [each for each, branch in self.branches.items() if branch.today != days[branch.office.timezone]]

    def _re_read(self, events: list[Row]) -> Reading[None]:
        moved = self._moved(events)
        if not moved:
            return
        found = yield from queries.moved_sums(moved)
        for each in moved:
            self.branches[each.key[0]].sums[each.key] = found.get(each.key, Sums())

    def _moved(self, events: list[Row]) -> list[Moved]:
        moved: dict[Key, date] = {}
        for event in events:
            branch = self.branches[event["branch_id"]]
            if not branch.month <= event["day_captured"] <= branch.today:
                continue
            keys = [key for key in queries.keys_of(event) if key[1] in branch.levels]
            if event["region_code"] is not None:
                keys.append((branch.office.id, "r", event["region_code"][:5]))
            moved |= dict.fromkeys(keys, branch.today)
        return [Moved(key, today) for key, today in moved.items()]

    def _count_hour(self, event: Row) -> None:
        branch = self.branches[event["branch_id"]]
        hour = event["hour_captured"]
        if hour is None or event["kind"] not in captured_kinds() or event["day_captured"] != branch.today:
            return
        for key in queries.keys_of(event):
            if branch.detail or key[1] == "b":
                branch.hours.setdefault(key, [0] * 24)[hour] += event["quantity"]

    def _feed(self, events: list[Row], lost: set[int], now: datetime) -> Reading[None]:
        told = [event for event in events if event["kind"] in told_kinds()]
        newest = sorted(told, key=lambda event: event["received_at"])
        for watch, feed in self.feeds.items():
            place = self.places[watch]
            if lost & set(place.branches):
                yield from self._load_feed(place, now)
            else:
                feed.extendleft(event for event in newest if is_within(place, event))
        yield from self._learn_codes(newest)

    def _load_feed(self, place: Place, now: datetime) -> Reading[None]:
        if place.key:
            newest = self.branches[place.branches[0]].number
            rows = yield from queries.last_events(*place.key, after=max(0, newest - _REACH))
        else:
            # The last 30 things happened in at most 30 branches: those that moved last.
            long_ago = datetime.min.replace(tzinfo=UTC)
            busy = sorted(
                (self.branches[each] for each in place.branches),
                key=lambda branch: branch.moved_at or long_ago,
                reverse=True,
            )[:FEED_LENGTH]
            upto = {branch.office.id: branch.number for branch in busy if branch.number}
            rows = (yield from queries.told_events(upto, now - _LONG_AGO)) if upto else []
        rows.sort(key=lambda event: (event["received_at"], event["number"]), reverse=True)
        self.feeds[place.watch] = deque(rows[:FEED_LENGTH], maxlen=FEED_LENGTH)
        yield from self._learn_codes(self.feeds[place.watch])

    def _learn_codes(self, events: Iterable[Row]) -> Reading[None]:
        unknown = {
            (event["branch_id"], event["agent_id"])
            for event in events
            if event["agent_id"] is not None and str(event["agent_id"]) not in self.codes
        }
        missing = {
            event[column]
            for event in events
            for column in ("agency_office_id", "sub_branch_id")
            if event[column] is not None and event[column] not in self.offices
        }
        if unknown:
            pairs = sorted(unknown)
            rows = yield (
                sources.AGENT_CODES,
                {"branches": [pair[0] for pair in pairs], "agents": [pair[1] for pair in pairs]},
            )
            self.codes.update({str(row["id"]): row["code"] for row in rows})
        if missing:
            rows = yield sources.OFFICES, {"offices": sorted(missing)}
            self.offices.update({row["id"]: Office.of(row) for row in rows})

    def _find_office(self, office_id: int) -> Reading[Office | None]:
        if office_id not in self.offices:
            rows = yield sources.OFFICES, {"offices": [office_id]}
            self.offices.update({row["id"]: Office.of(row) for row in rows})
        return self.offices.get(office_id)

    def _load_offices_of(self, branch_id: int) -> Reading[None]:
        if self.has_tree and branch_id in self.offices:  # one that was opened a moment ago is not in the tree yet
            return
        rows = yield sources.OFFICES_OF_BRANCH, {"branch": branch_id}
        self.offices.update({row["id"]: Office.of(row) for row in rows})

    def _load_upper_offices(self) -> Reading[None]:
        if self.has_tree:
            return
        rows = yield sources.UPPER_OFFICES, {}
        self.offices.update({row["id"]: Office.of(row) for row in rows})

    @staticmethod
    def _branch_ids(offices: Iterable[Office]) -> tuple[int, ...]:
        return tuple(sorted(office.id for office in offices if office.kind == BRANCH and office.is_open))


def is_within(place: Place, event: Row) -> bool:
    """Whether an event belongs to a scope."""
    return place.key in queries.keys_of(event) if place.key else event["branch_id"] in place.branches


def _share(branches: Collection[Branch], found: dict[Key, Sums]) -> None:
    for branch in branches:
        branch.sums = {}
    by_id = {branch.office.id: branch for branch in branches}
    for key, sums in found.items():
        by_id[key[0]].sums[key] = sums


def _count(events: list[Row], branch_id: int) -> int:
    return sum(1 for event in events if event["branch_id"] == branch_id)
