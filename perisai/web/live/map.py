"""The map of a scope by kecamatan or regency, with its legend and table; what is looked at stands in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from perisai.accounts.audience import READERS, PageRequest, audience
from perisai.accounts.words import language, say
from perisai.events.work import branch_day
from perisai.figures.definition import figures
from perisai.offices import boundaries
from perisai.offices.boundaries import About
from perisai.offices.scopes import BRANCH, NATION, Place
from perisai.reports.paper import pick
from perisai.web.live import field_points, map_places, map_shapes, past
from perisai.web.live.map_places import COVERAGE, FIGURES, Asked, Spot
from perisai.web.live.map_shapes import Drawing
from perisai.web.live.permission import get_place, get_watch, list_above
from perisai.web.live.tiles import TileMap, lay_out
from perisai.web.live.world import World
from perisai.written import Language

MOST_COLUMNS: Final = 12
"""Up to this many tiles hold a name and a number side by side; more are drawn small, with their names in the table."""
SORTS: Final = ("place", "value", "paying", "force")


@dataclass(frozen=True)
class Dot:
    """A cell of field activity in the drawing."""

    x: int
    y: int
    radius: int
    text: str


@audience(*READERS)
@require_safe
@never_cache
def page(request: PageRequest, level: str, key: str) -> HttpResponse:
    """``figure``, ``by`` (r, d), ``within`` (a regency), ``as_of``, ``sort`` and ``view`` (tiles) of the address."""
    world = World()
    place = get_place(request, world, get_watch(level, key))
    asked = _asked(request, place)
    spots = map_places.read(request.work, asked) if place.key is None else []
    is_seen = field_points.may_see(request.viewer, place)
    activity = field_points.read(request.work, request.viewer, place, asked.day) if is_seen else None
    drawing, about = _drawing(request, spots)
    context = {
        "place": place,
        "above": list_above(request, world, place),
        "asked": asked,
        "today": branch_day(request.work.now, request.viewer.office.timezone),
        "choices": [(name, *words(name, asked.language)) for name in FIGURES],
        "label": words(asked.figure, asked.language)[0],
        "what": words(asked.figure, asked.language)[1],
        "title": _title(spots, asked),
        "classes": map_places.classes(spots, asked.figure, asked.language),
        "unknown": sum(spot.step is None for spot in spots),
        "few": any(spot.is_small for spot in spots),
        "spots": _sorted(spots, request.GET.get("sort", "")),
        "sort": request.GET.get("sort", "value"),
        "drawing": drawing,
        "shapes": [(spot, drawing.paths[spot.code]) for spot in spots if spot.code in drawing.paths] if drawing else [],
        "missing": sum(spot.code not in drawing.paths for spot in spots) if drawing else 0,
        "about": about,
        "tiles": None if drawing else _tiles(spots, asked),
        "activity": activity,
        "dots": _dots(drawing, activity),
        "regencies": _regencies(request, asked),
    }
    return render(request, "live/map.html", context)


def words(figure: str, language: Language) -> tuple[str, str]:
    """What a figure is called, and what it counts."""
    if figure == COVERAGE:
        return (
            say("Cakupan angkatan kerja", "Coverage of the labour force"),
            say(
                "Peserta membayar dibanding angkatan kerja di sana",
                "Members paying, of the labour force there",
            ),
        )
    return pick(figures()[figure].label, language), pick(figures()[figure].what, language)


def _asked(request: PageRequest, place: Place) -> Asked:
    """What the address asks for; what cannot be read is as if it were not there."""
    day = past.asked_day(request)
    told = request.GET
    within = told.get("within", "")
    is_code = len(within) == 5 and within[:2].isdecimal() and within[2] == "." and within[3:].isdecimal()
    letter = told.get("by") if told.get("by") in ("r", "d") else "d" if place.watch.level == BRANCH else "r"
    if place.watch.level == NATION and not is_code:
        letter = "r"
    return Asked(
        place=place,
        figure=told.get("figure", "") if told.get("figure") in FIGURES else FIGURES[0],
        letter=letter or "r",
        within=within if is_code and letter == "d" else "",
        day=day or branch_day(request.work.now, request.viewer.office.timezone),
        is_past=day is not None,
        language=language(),
    )


def _drawing(request: PageRequest, spots: Sequence[Spot]) -> tuple[Drawing | None, list[About]]:
    """None where boundaries of fewer than half of the places are known, or tiles were asked for."""
    if not spots or request.GET.get("view") == "tiles":
        return None, []
    known = boundaries.of(request.work, [spot.code for spot in spots])
    if len(known.polygons) * 2 < len(spots):
        return None, []
    return map_shapes.draw(known.polygons), known.about


def _tiles(spots: Sequence[Spot], asked: Asked) -> dict[str, Any] | None:
    """Kecamatan stand by regency; regencies about where they lie."""
    if not spots:
        return None
    if asked.letter == "d":
        groups: dict[str, list[Spot]] = {}
        for spot in spots:
            groups.setdefault(spot.group, []).append(spot)
        return {"groups": [(mine[0].group_name, mine) for mine in groups.values()]}
    by_code = {spot.code: spot for spot in spots}
    laid: TileMap = lay_out(
        [
            {"code": spot.code, "name": spot.name, "province": spot.group, "province_name": spot.group_name}
            for spot in spots
        ]
    )
    tiles = [(tile, by_code[tile.code]) for tile in laid.tiles]
    return {"laid": laid, "tiles": tiles, "is_small": laid.columns > MOST_COLUMNS}


def _sorted(spots: Sequence[Spot], by: str) -> list[Spot]:
    """The highest first; what is not known last. Places in the order of their codes."""
    if by == "place":
        return list(spots)
    name = by if by in SORTS else "value"

    def order(spot: Spot) -> tuple[bool, int]:
        value: int | None = getattr(spot, name)
        return value is None, -(value or 0)

    return sorted(spots, key=order)


def _title(spots: Sequence[Spot], asked: Asked) -> str:
    """The finding: where most is, and how many places have nothing."""
    first = next((spot for spot in _sorted(spots, "value") if spot.value), None)
    label = words(asked.figure, asked.language)[0]
    if first is None:
        return say("{label}: belum ada di wilayah ini", "{label}: nothing in this area yet").format(label=label)
    none = sum(spot.value is not None and spot.value <= 0 for spot in spots)
    title = say("Tertinggi di {place}: {text}", "Highest in {place}: {text}").format(place=first.name, text=first.text)
    more = say("; {n} dari {all} wilayah masih nol", "; {n} of {all} areas have none").format(n=none, all=len(spots))
    return title + (more if none else "")


def _dots(drawing: Drawing | None, activity: field_points.Activity | None) -> list[Dot]:
    """Cells within the drawing, larger ones first, so that none hides another."""
    found = []
    for cell in activity.cells if drawing and activity else []:
        point = drawing.at(cell.longitude, cell.latitude) if drawing else (0, 0)
        if drawing and drawing.holds(point):
            count = cell.enrolments + cell.visits
            text = say("{e} pendaftaran, {v} kunjungan", "{e} enrolments, {v} visits").format(
                e=cell.enrolments, v=cell.visits
            )
            found.append(Dot(*point, min(20, 5 + 2 * count), text))
    return sorted(found, key=lambda dot: -dot.radius)


def _regencies(request: PageRequest, asked: Asked) -> list[tuple[str, str]]:
    """Regencies that the kecamatan may be narrowed to: those that the scope serves."""
    if asked.letter != "d" or asked.place.key is not None:
        return []
    codes = {*map_places.served(request.work, asked.place), *([asked.within] if asked.within else [])}
    sql = "SELECT code, name FROM offices_region WHERE code = ANY (%s) ORDER BY code"
    return [(code, name) for code, name in request.work.rows(sql, [sorted(codes)])]
