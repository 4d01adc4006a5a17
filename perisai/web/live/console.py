"""Staff pages: the live screen of a scope, its numbers for a page whose stream is away, and tickets for the stream."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from perisai import keys
from perisai.accounts import watching, words
from perisai.accounts.audience import READERS, PageRequest, audience
from perisai.alerts import queries as alerts
from perisai.alerts.console import SEES as ALERTED
from perisai.errors import Refused
from perisai.events.live import SECONDS, make_ticket
from perisai.events.reading import read
from perisai.events.work import branch_day
from perisai.figures.definition import figures
from perisai.offices.part import Part
from perisai.offices.scopes import NATION, Place, Watch
from perisai.reports.paper import pick
from perisai.web.live import leaders, past, sources, standing, wall
from perisai.web.live.payload import COUNTED, Payload, build
from perisai.web.live.permission import get_place, get_watch, list_above
from perisai.web.live.tiles import lay_out
from perisai.web.live.world import World

TOLD = (*COUNTED, *standing.SHOWN, "target", "quota_left", "cohort_accepted", "attainment")
"""Figures whose words and lists the script needs."""
BENEATH = Watch("{level}", "{key}")
"""Whose level and key the script fills in."""


@audience(*READERS)
@require_safe
@never_cache
def own(request: PageRequest) -> HttpResponse:
    """The viewer's own scope."""
    return _page(request, watching.own(request.viewer))


@audience(*READERS)
@require_safe
@never_cache
def page(request: PageRequest, level: str, key: str) -> HttpResponse:
    return _page(request, get_watch(level, key))


@audience(*READERS)
@require_safe
@never_cache
def data(request: PageRequest, level: str, key: str) -> JsonResponse:
    """The numbers of the screen, the same that the stream carries."""
    world = World()
    return JsonResponse(_payload(request, world, get_place(request, world, get_watch(level, key))))


@audience(*READERS)
@require_safe
@never_cache
def ticket(request: PageRequest, level: str, key: str) -> JsonResponse:
    """A new ticket for a stream. A wall screen's keeps its login too, for it runs for days and nobody touches it."""
    if "wall" in request.GET and wall.may_stay(request.viewer.user.last_login, request.work.now):
        request.session.modified = True
    place = get_place(request, World(), get_watch(level, key))
    return JsonResponse(_ticket(request, place.watch))


@audience(*READERS)
@require_safe
@never_cache
def open_alerts(request: PageRequest, level: str, key: str) -> JsonResponse:
    """Open alerts of a scope, for a screen that heard that one was raised or answered."""
    return JsonResponse({"alerts": _alerts(request, get_place(request, World(), get_watch(level, key)).watch)})


@audience(*READERS)
@require_safe
@never_cache
def leading_agents(request: PageRequest, level: str, key: str) -> JsonResponse:
    """Agents of the nation or a region beside their like, for a screen that shows its branches otherwise."""
    world = World()
    place = get_place(request, world, get_watch(level, key))
    if place.watch.has_detail:
        raise Refused("E1004")
    offices = [world.offices[each] for each in place.branches]
    days = {office.id: branch_day(request.work.now, office.timezone) for office in offices}
    names = {office.id: office.name for office in offices}
    return JsonResponse({"classes": read(leaders.agents(days, names, is_past=False), request.work.dicts)})


def _page(request: PageRequest, watch: Watch) -> HttpResponse:
    world = World()
    place = get_place(request, world, watch)
    day = past.asked_day(request)
    if day is not None:
        return past.page(request, place, day, list_above(request, world, place))
    if "wall" in request.GET:
        return _wall(request, world, place)
    payload = _payload(request, world, place)
    screen = _screen(request, place, payload) | {
        "map": _tile_map(request, world, place),
        "alerts": _alerts(request, place.watch),
    }
    yesterday = branch_day(request.work.now, request.viewer.office.timezone) - timedelta(days=1)
    above = list_above(request, world, place)
    context = {"place": place, "screen": screen, "first": _first(payload), "above": above, "yesterday": yesterday}
    return render(request, "live/page.html", context | {"wall": wall.around(place, payload)})


def _screen(request: PageRequest, place: Place, payload: Payload) -> dict[str, Any]:
    """What the script begins with (``Screen`` in ``state.ts``)."""
    return {
        "payload": payload,
        "ticket": _ticket(request, place.watch),
        "map": None,
        "base": reverse("live:own"),
        "members": "/console/members/",
        "figures": _figures(place.watch),
        "alerts": None,
        "data": reverse("live:data", args=[place.watch.level, place.watch.key]),
        "agents": None
        if place.watch.has_detail
        else reverse("live:leaders", args=[place.watch.level, place.watch.key]),
        "renew": reverse("live:ticket", args=[place.watch.level, place.watch.key]),
    }


def _wall(request: PageRequest, world: World, place: Place) -> HttpResponse:
    """The wall screen: this scope first, then those that the address names and the viewer may see."""
    places = {place.watch: place}
    for watch in wall.asked(request.GET["wall"]):
        if watch not in places:
            places[watch] = get_place(request, world, watch)
    screen = _screen(request, place, _payload(request, world, place))
    shown = wall.described(places.values(), screen, wall.seconds(request.GET.get("every", "")))
    return render(request, "live/wall.html", {"place": place, "wall": shown})


def _first(payload: Payload) -> list[tuple[str, int]]:
    """For the first paint, and for a browser without scripts: who pays, then today's counts."""
    names = {"captured": _("Enrolled today"), "accepted": _("Accepted today"), "active": _("Became active today")}
    today = [(str(name), payload["today"][metric]) for metric, name in names.items()]
    paying = payload["stood"]["paying"]
    return today if paying is None else [(pick(figures()["paying"].label, words.language()), paying), *today]


def _figures(watch: Watch) -> dict[str, dict[str, str]]:
    """Labels and addresses of ``rules/figures.yaml`` for the script, days left as ``{first}`` and ``{last}``."""
    language = words.language()
    return {
        name: {
            "label": pick(figures()[name].label, language),
            "what": pick(figures()[name].what, language),
            "unit": figures()[name].unit,
            "behind": figures()[name].address(watch, "{first}", "{last}"),
            "beneath": figures()[name].address(BENEATH, "{first}", "{last}"),
        }
        for name in TOLD
    }


def _alerts(request: PageRequest, watch: Watch) -> dict[str, Any] | None:
    """Open alerts of the scope, as far as this person may see them; None for roles that have no page of them."""
    if request.viewer.role not in ALERTED:
        return None
    asked = {} if watch.level == NATION else {"level": watch.level, "key": watch.key}
    return {
        "open": alerts.open_in(request.work, viewer=request.viewer, part=Part.of(asked)),
        "list": f"/console/alerts/?{urlencode(asked)}".rstrip("?"),
        "data": reverse("live:alerts", args=[watch.level, watch.key]),
    }


def _payload(request: PageRequest, world: World, place: Place) -> Payload:
    now = request.work.now
    return build(world, read(world.open(place.watch, now), request.work.dicts), now)


def _ticket(request: PageRequest, watch: Watch) -> dict[str, Any]:
    secret = keys.get("live_ticket")
    text = make_ticket(
        user_id=request.viewer.user.id, level=watch.level, key=watch.key, now=request.work.now, secret=secret
    )
    return {"ticket": text, "seconds": SECONDS, "origin": settings.LIVE_ORIGIN}


def _tile_map(request: PageRequest, world: World, place: Place) -> dict[str, Any] | None:
    """Regencies are counted for whole branches, so only those scopes have a map."""
    if place.key is not None:
        return None
    branches = [world.offices[each] for each in place.branches]
    served = {code for office in branches for code in office.regencies}
    provinces = {code[:2] for code in served} | {office.province for office in branches if office.province}
    rows = request.work.dicts(
        sources.REGENCIES, {"provinces": sorted(provinces), "everywhere": place.watch.level == NATION}
    )
    return {**asdict(lay_out(rows)), "served": sorted(served)} if rows else None
