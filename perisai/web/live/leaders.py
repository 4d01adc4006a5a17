"""Leaderboards of the nation and of a region: branches among their like and, where asked for, their agents."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from perisai.events.reading import Reading
from perisai.figures import rank
from perisai.figures.rank import Ranked
from perisai.figures.rank_branches import Compared, RankedBranch, ranked
from perisai.offices import calendar

if TYPE_CHECKING:
    from perisai.web.live.world import Branch

MOST: Final = 20
"""Rows of a class that a screen shows; the table beneath has the others."""
Class = dict[str, Any]


def of_branches(
    branches: "Collection[Branch]",
    cities: Mapping[int, bool],
    accepted: Mapping[int, int],
    targets: Mapping[int, int | None],
) -> list[Class]:
    """As of the last reading of standings. All but ``branches`` by branch."""
    return classes(ranked(_compared(one, cities, accepted, targets) for one in branches))


def classes(found: Iterable[RankedBranch]) -> list[Class]:
    """``of``: so many are compared; ``all``: so many there are."""
    told = []
    for is_city, alike in groupby(found, key=lambda one: one.is_city):
        members = list(alike)
        rows = [_row(one) for one in members[:MOST]]
        told.append({"is_city": is_city, "of": members[0].of, "all": len(members), "rows": rows})
    return told


def agents(days: Mapping[int, date], names: Mapping[int, str], *, is_past: bool) -> Reading[list[Class]]:
    """Agents of many branches, each among all those alike: the same kind of district, as long licensed. Two statements."""
    calendars = yield from calendar.reading_of(list(days))
    found = yield from rank.ranked(list(days.items()), calendars, is_past=is_past, across=True)
    told = []
    for (is_city, is_new), group in groupby(found, key=lambda one: (one.is_city, one.is_new)):
        alike = list(group)
        rows = [_agent(one, names.get(one.branch_id, "")) for one in alike[:MOST]]
        told.append({"is_city": is_city, "is_new": is_new, "of": alike[0].of, "all": len(alike), "rows": rows})
    return told


def _compared(
    branch: "Branch", cities: Mapping[int, bool], accepted: Mapping[int, int], targets: Mapping[int, int | None]
) -> Compared:
    own = branch.office.id
    stood = branch.known.stood.get((own, "b", str(own)))
    return Compared(
        branch_id=own,
        code=branch.office.code,
        name=branch.office.name,
        is_city=cities.get(own, False),
        accepted=accepted.get(own, 0),
        days=branch.known.days,
        agents=stood.columns.get("agents_active") if stood else None,
        target=targets.get(own),
    )


def _row(one: RankedBranch) -> dict[str, Any]:
    return {
        "key": str(one.branch_id),
        "code": one.code,
        "name": one.name,
        "accepted": one.accepted,
        "agents": one.agents,
        "days": one.days,
        "per_day": one.per_day,
        "of_pace": one.of_pace,
        "place": one.place,
    }


def _agent(one: Ranked, office: str) -> dict[str, Any]:
    return {
        "key": one.agent_id,
        "code": one.code,
        "name": one.name,
        "office": office,
        "accepted": one.accepted,
        "days": one.days,
        "per_day": one.per_day,
        "place": one.place,
    }
