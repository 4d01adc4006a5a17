"""What a live screen shows, from what the world knows; and what changed between two of them.

A payload is plain data for JSON: ids, codes, names of offices and agents, counts and rupiah; nothing about a member.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from perisai.events.kinds import kinds
from perisai.events.queries import Sums
from perisai.events.reading import Row
from perisai.figures.definition import figures
from perisai.figures.stood import Stood
from perisai.figures.target import apart
from perisai.offices.scopes import (
    AGENCY_OFFICE,
    AGENT,
    BRANCH,
    NATION,
    REGION,
    SUB_BRANCH,
    Agent,
    Place,
    Watch,
)
from perisai.web.live import leaders, standing
from perisai.web.live.world import Branch, World

Payload = dict[str, Any]

COUNTED = (
    "captured",
    "accepted",
    "review",
    "active",
    "contributions",
    "payments",
    "rejected",
    "cancelled",
)
"""Figures of ``rules/figures.yaml`` that the screen counts by day."""
ATTAINS = "accepted"
"""The figure that is held against the target."""
CHILD_FIGURES = ("captured", "accepted", "active", "contributions")
TILE_METRIC = "accepted"
WHOLE_PARTS = (
    "attainment",
    "quota",
    "hours",
    "pace",
    "stood",
    "standing_on",
    "standing_at",
    "funnel",
    "leaders",
    "leading_branches",
    "cap_days",
)
"""Parts that a change carries whole."""

_ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def build(world: World, place: Place, now: datetime) -> Payload:
    """Everything the screen of a scope shows. ``position`` grows with every event in its branches."""
    branches = [world.branches[each] for each in place.branches]
    day = max((branch.today for branch in branches), default=now.date())
    sums = _added(branches, place)
    moved = [branch.moved_at for branch in branches if branch.moved_at is not None]
    stood, hours = _stood(world, place, branches), _hours(branches, place)
    beside = world.beside.get(place.watch) or standing.Beside()
    target, children = _target(world, place, branches), _children(world, place, branches)
    month_figures = _pick(sums.month, COUNTED)
    return {
        "level": place.watch.level,
        "key": place.watch.key,
        "position": sum(branch.number for branch in branches),
        "as_of": _ms(now),
        "moved_at": _ms(max(moved)) if moved else None,
        "day": day.isoformat(),
        "month_first": day.replace(day=1).isoformat(),
        "hour": _hour(branches, now),
        "today": _pick(sums.today, COUNTED),
        "month": month_figures,
        "stood": beside.kept("shown", world.generation, lambda: standing.shown(stood)),
        "standing_on": stood.day.isoformat() if stood.day else None,
        "standing_at": _ms(stood.at) if stood.at else None,
        "attainment": asdict(standing.rate(branches, target, month_figures[ATTAINS], day))
        | {"beneath": _beneath(place, target, branches, children), "of_agents": _is_summed(place, branches)},
        "quota": _quota(branches, place),
        "cap_days": standing.cap_days(branches, place),
        "hours": hours,
        "pace": _pace(world, place, branches, sum(hours), now),
        "funnel": _funnel(world, place),
        "leaders": beside.kept("leaders", world.generation, lambda: standing.leaders(branches, place)),
        "leading_branches": beside.kept("branches", world.generation, partial(_leading, place, branches, beside)),
        "feed": [_item(world, event) for event in world.feeds.get(place.watch, ()) if _is_told(place, event)],
        "regencies": _regencies(branches) if place.key is None else {},
        "children": children,
    }


def changes(old: Payload, new: Payload) -> Payload | None:
    """What a screen that shows ``old`` must change to show ``new``; None where it should begin anew."""
    rows, known = _by_key(new["children"]), _by_key(old["children"])
    if rows.keys() != known.keys() or new["day"] != old["day"]:
        return None
    seen = {item["n"] for item in old["feed"]}
    found: Payload = {name: new[name] for name in ("position", "as_of", "moved_at", "hour")}
    for name in ("today", "month"):
        found[name] = {key: value for key, value in new[name].items() if old[name].get(key) != value}
    # A regency that is counted no more: a month begins in one zone after the other, and people are rejected.
    now = {key: [0, 0] for key in old["regencies"]} | new["regencies"]
    found["regencies"] = {key: value for key, value in now.items() if old["regencies"].get(key) != value}
    for name in WHOLE_PARTS:
        if new[name] != old[name]:
            found[name] = new[name]
    found["feed"] = [item for item in new["feed"] if item["n"] not in seen]
    found["children"] = [row for key, row in rows.items() if known[key] != row]
    return {name: value for name, value in found.items() if value not in ({}, [])}


def newest_alert(world: World, place: Place) -> str:
    """Which event of an alert about an agent came last, for those of its watchers who are told; '' of other scopes, whose feed
    says it to all of theirs."""
    events = world.feeds.get(place.watch, ()) if place.agent else ()
    return next((_number(event) for event in events if not _is_told(place, event)), "")


def _sums(branch: Branch, place: Place) -> Sums:
    return branch.sums.get(place.key or (branch.office.id, "b", str(branch.office.id)), Sums())


def _added(branches: list[Branch], place: Place) -> Sums:
    """Where a month has begun in some of the branches and not yet in others, nothing has happened in it in the others."""
    each = [(branch.month, _sums(branch, place)) for branch in branches]
    first = _month(branches)
    month = _total(sums.month for begun, sums in each if begun == first)
    return Sums(month, _total(sums.today for _begun, sums in each))


def _month(branches: Iterable[Branch]) -> date | None:
    return max((branch.month for branch in branches), default=None)


def _hours(branches: Iterable[Branch], place: Place) -> list[int]:
    total = [0] * 24
    for branch in branches:
        key = place.key or (branch.office.id, "b", str(branch.office.id))
        for hour, count in enumerate(branch.hours.get(key, ())):
            total[hour] += count
    return total


def _hour(branches: list[Branch], now: datetime) -> int:
    """The present hour where the scope's day is most advanced."""
    return max((now.astimezone(ZoneInfo(branch.office.timezone)).hour for branch in branches), default=0)


def _pace(world: World, place: Place, branches: list[Branch], so_far: int, now: datetime) -> Payload | None:
    """Today beside a usual day; None where nothing is known of one."""
    beside = world.beside.get(place.watch)
    day = max((branch.today for branch in branches), default=None)
    found = beside.pace(so_far, day, now) if beside and day else None
    return None if found is None else asdict(found) | {"percent": found.percent, "heading_for": found.heading_for}


def _funnel(world: World, place: Place) -> list[Payload]:
    beside = world.beside.get(place.watch)
    return [asdict(stage) | {"month": stage.month.isoformat()} for stage in (beside.stages if beside else ())]


def _leading(place: Place, branches: list[Branch], beside: standing.Beside) -> list[leaders.Class]:
    """Branches of the nation or a region beside their like."""
    if place.watch.has_detail:
        return []
    accepted = {branch.office.id: _pick(_sums(branch, place).month, (ATTAINS,))[ATTAINS] for branch in branches}
    targets = {branch.office.id: _own_target(branch) for branch in branches}
    return leaders.of_branches(branches, beside.cities, accepted, targets)


def _target(world: World, place: Place, branches: list[Branch]) -> int | None:
    """Persons this month."""
    if place.watch.has_detail:
        return standing.target_of(branches[0], place.key)
    return world.targets.get(place.watch)


def _is_summed(place: Place, branches: list[Branch]) -> bool:
    return place.key is not None and standing.is_summed(branches[0], place.key)


def _beneath(place: Place, target: int | None, branches: list[Branch], children: list[Payload]) -> int | None:
    """The sum of the targets of the rows beneath, where it is another than the scope's own; None where they are of two months."""
    if len({branch.month for branch in branches}) > 1:
        return None
    found = apart(place.watch, target, (row["target"] for row in children))
    return found.beneath if found else None


def _office_of(agent: Agent, level: str) -> str:
    return str(agent.sub_branch_id if level == SUB_BRANCH else agent.agency_office_id)


def _quota(branches: list[Branch], place: Place) -> Payload | None:
    """The cap of whole branches; within a branch there is none, for its agents share it."""
    quotas = [branch.quota for branch in branches if branch.quota]
    if place.key is not None or not quotas:
        return None
    return {
        "cap": sum(quota.cap for quota in quotas),
        "used": sum(quota.consumed for quota in quotas),
        "leased": sum(quota.leased for quota in quotas),
        "left": sum(max(0, quota.cap - quota.consumed - quota.leased) for quota in quotas),
        "over": sum(quota.over for quota in quotas),
        "full": sum(quota.cap <= quota.consumed + quota.leased for quota in quotas),
        "branches": len(quotas),
    }


def _regencies(branches: list[Branch]) -> dict[str, list[int]]:
    """Persons by regency code: [this month, today]."""
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    first = _month(branches)
    for branch in branches:
        for (_, level, key), sums in branch.sums.items():
            if level == "r":
                found[key][0] += sums.month.get(TILE_METRIC, 0) if branch.month == first else 0
                found[key][1] += sums.today.get(TILE_METRIC, 0)
    return {code: counts for code, counts in sorted(found.items()) if any(counts)}


def _children(world: World, place: Place, branches: list[Branch]) -> list[Payload]:
    if place.watch.level == NATION:
        return _regions(world, place, branches)
    if place.watch.level == REGION:
        return [_branch_row(branch) for branch in branches]
    branch = branches[0]
    if place.watch.level == BRANCH:
        within = [
            office for office in world.offices.values() if office.branch_id == branch.office.id and office.is_open
        ]
        return [
            *(_office_row(branch, SUB_BRANCH, o.id, o.code, o.name) for o in within if o.kind == "sub_branch"),
            *(_office_row(branch, AGENCY_OFFICE, o.id, o.code, o.name) for o in within if o.kind == "agency"),
            *(_agent_row(branch, agent) for agent in _shown(branch)),
        ]
    if place.watch.level == AGENT:
        return []
    return [
        _agent_row(branch, agent) for agent in _shown(branch) if _office_of(agent, place.watch.level) == place.watch.key
    ]


def _shown(branch: Branch) -> list[Agent]:
    """Active agents, and those who left but did something this month."""
    return [a for a in branch.agents.values() if a.is_active or (branch.office.id, "a", a.id) in branch.sums]


def _regions(world: World, place: Place, branches: list[Branch]) -> list[Payload]:
    beside = world.beside.get(place.watch) or standing.Beside()
    grouped: defaultdict[int | None, list[Branch]] = defaultdict(list)
    for branch in branches:
        grouped[branch.office.parent_id].append(branch)
    rows = []
    for parent_id, members in grouped.items():
        parent = world.offices.get(parent_id) if parent_id is not None else None
        if parent is None or parent.kind != "region" or not parent.is_open:
            rows += [_branch_row(branch) for branch in members]
            continue
        total = _added(members, place)
        stood = beside.kept(f"region {parent.id}", world.generation, partial(_stood_of_region, place, members))
        target = world.targets.get(Watch(REGION, str(parent.id)))
        rows.append(_row(REGION, parent.id, parent.code, parent.name, total, target, stood))
    return rows


def _branch_row(branch: Branch) -> Payload:
    office = branch.office
    sums = branch.sums.get((office.id, "b", str(office.id)), Sums())
    stood = standing.shown_beneath(branch, (office.id, "b", str(office.id)))
    return _row(BRANCH, office.id, office.code, office.name, sums, _own_target(branch), stood)


def _own_target(branch: Branch) -> int | None:
    return standing.target_of(branch)


def _office_row(branch: Branch, level: str, office_id: int, code: str, name: str) -> Payload:
    letter = "s" if level == SUB_BRANCH else "o"
    own = (branch.office.id, letter, str(office_id))
    target = standing.target_of(branch, own)
    stood = standing.shown_beneath(branch, own)
    row = _row(level, office_id, code, name, branch.sums.get(own, Sums()), target, stood)
    return row | {"of_agents": standing.is_summed(branch, own)}


def _agent_row(branch: Branch, agent: Agent) -> Payload:
    own = (branch.office.id, "a", agent.id)
    target = standing.target_of(branch, own)
    stood = standing.shown_beneath(branch, own)
    return _row(AGENT, agent.id, agent.code, agent.name, branch.sums.get(own, Sums()), target, stood)


def _stood(world: World, place: Place, branches: list[Branch]) -> Stood:
    beside = world.beside.get(place.watch) or standing.Beside()
    found: Stood = beside.kept("stood", world.generation, lambda: standing.stood_of(branches, place))
    return found


def _stood_of_region(nation: Place, members: list[Branch]) -> dict[str, int | None]:
    """``nation`` has no key within a branch, as a region has none."""
    return standing.shown(standing.stood_of(members, nation), standing.CHILD_SHOWN)


def _row(level: str, key: int | str, code: str, name: str, sums: Sums, target: int | None, stood: Payload) -> Payload:
    return {
        "level": level,
        "key": str(key),
        "code": code,
        "name": name,
        "target": target,
        "of_agents": False,
        "today": _pick(sums.today, CHILD_FIGURES),
        "month": _pick(sums.month, CHILD_FIGURES),
        "stood": stood,
    }


def _is_told(place: Place, event: Row) -> bool:
    """Agents see their own screen, and not what the branch was alerted to about them."""
    return place.agent is None or not event["kind"].startswith("alert_")


def _item(world: World, event: Row) -> Payload:
    """One line of the feed. ``day`` and ``time`` are the branch's; ``office`` the nearest one to the agent."""
    branch = world.offices[event["branch_id"]]
    local = event["received_at"].astimezone(ZoneInfo(branch.timezone))
    office = world.offices.get(event["agency_office_id"] or event["sub_branch_id"] or branch.id, branch)
    kind = kinds().get(event["kind"])
    return {
        "n": _number(event),
        "at": _ms(event["received_at"]),
        "day": local.date().isoformat(),
        "time": f"{local:%H.%M} {_ZONES.get(branch.timezone, '')}".rstrip(),
        "kind": event["kind"],
        "id": kind.id if kind else event["kind"],
        "en": kind.en if kind else event["kind"],
        "agent": world.codes.get(str(event["agent_id"])) if event["agent_id"] else None,
        "agent_id": str(event["agent_id"]) if event["agent_id"] else None,
        "office": office.name,
        "region": event["region_code"][:5] if event["region_code"] else None,
        "quantity": event["quantity"],
        "amount": event["amount"],
    }


def _number(event: Row) -> str:
    return f"{event['branch_id']}-{event['number']}"


def _total(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: defaultdict[str, int] = defaultdict(int)
    for part in parts:
        for metric, value in part.items():
            total[metric] += value
    return total


def _pick(sums: dict[str, int], names: Iterable[str]) -> dict[str, int]:
    """Figures out of counters, as ``rules/figures.yaml`` adds them up."""
    return {name: sum(sign * sums.get(metric, 0) for metric, sign in _signs(name)) for name in names}


@cache
def _signs(name: str) -> tuple[tuple[str, int], ...]:
    return tuple((figures()[name].source.counter or {}).items())


def _by_key(rows: list[Payload]) -> dict[tuple[str, str], Payload]:
    return {(row["level"], row["key"]): row for row in rows}


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
