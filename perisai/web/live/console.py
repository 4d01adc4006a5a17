"""Staff pages: the live screen of a scope, its numbers for a page whose stream is away, and tickets for the stream."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from perisai import keys
from perisai.accounts.audience import READERS, PageRequest, audience
from perisai.errors import Refused
from perisai.events.live import SECONDS, make_ticket
from perisai.events.reading import read
from perisai.events.work import branch_day
from perisai.offices.models import Office
from perisai.offices.scopes import AGENT, KINDS, NATION, WHOLE, Place, UnknownScope, Watch
from perisai.web.live import past, sources
from perisai.web.live.payload import Payload, build
from perisai.web.live.permission import may_watch, own_watch
from perisai.web.live.tiles import lay_out
from perisai.web.live.world import World


@audience(*READERS)
@require_safe
@never_cache
def own(request: PageRequest) -> HttpResponse:
    """The viewer's own scope."""
    return _page(request, own_watch(request.viewer))


@audience(*READERS)
@require_safe
@never_cache
def page(request: PageRequest, level: str, key: str) -> HttpResponse:
    return _page(request, _parse(level, key))


@audience(*READERS)
@require_safe
@never_cache
def data(request: PageRequest, level: str, key: str) -> JsonResponse:
    """The numbers of the screen, the same that the stream carries."""
    world = World()
    return JsonResponse(_payload(request, world, _place(request, world, _parse(level, key))))


@audience(*READERS)
@require_safe
@never_cache
def ticket(request: PageRequest, level: str, key: str) -> JsonResponse:
    place = _place(request, World(), _parse(level, key))
    return JsonResponse(_ticket(request, place.watch))


def _page(request: PageRequest, watch: Watch) -> HttpResponse:
    world = World()
    place = _place(request, world, watch)
    day = past.asked_day(request)
    if day is not None:
        return past.page(request, place, day, _above(request, world, place))
    payload = _payload(request, world, place)
    screen = {
        "payload": payload,
        "ticket": _ticket(request, watch),
        "map": _tile_map(request, world, place),
        "base": reverse("live:own"),
        "members": "/console/members/",
        "data": reverse("live:data", args=[watch.level, watch.key]),
        "renew": reverse("live:ticket", args=[watch.level, watch.key]),
    }
    yesterday = branch_day(request.work.now, request.viewer.office.timezone) - timedelta(days=1)
    above = _above(request, world, place)
    context = {"place": place, "screen": screen, "first": _first(payload), "above": above, "yesterday": yesterday}
    return render(request, "live/page.html", context)


def _first(payload: Payload) -> list[tuple[str, int]]:
    """Today's counts for the first paint, and for a browser without scripts."""
    names = {"captured": _("Enrolled today"), "accepted": _("Accepted today"), "active": _("Became active today")}
    return [(str(name), payload["today"][metric]) for metric, name in names.items()]


def _parse(level: str, key: str) -> Watch:
    try:
        return Watch.parse(level, key)
    except UnknownScope as error:
        raise Refused("E1004") from error


def _place(request: PageRequest, world: World, watch: Watch) -> Place:
    """What was asked for, if the viewer may see it: a scope of others is refused, whether or not it exists."""
    try:
        place = read(world.find(watch), request.work.dicts)
    except UnknownScope as error:
        raise Refused("E1004" if request.viewer.branches is None else "E2006") from error
    if not may_watch(request.viewer, place):
        raise Refused("E2006")
    return place


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


def _above(request: PageRequest, world: World, place: Place) -> list[tuple[str, str]]:
    """(name, address) of the scopes above this one that the viewer may open, from the top."""
    found: list[Place] = [Place(Watch(NATION, WHOLE), "Indonesia", "", ())] if place.watch.level != NATION else []
    bottom = place.office.parent_id if place.office else place.branches[0] if place.watch.level == AGENT else None
    office = Office.objects.filter(id=bottom).first() if bottom is not None else None
    path = office.path if office else []
    rows = Office.objects.filter(id__in=path).exclude(kind="head")
    for row in sorted(rows, key=lambda row: path.index(row.id)):
        branches = (row.branch_id,) if row.branch_id else ()
        found.append(Place(Watch(KINDS[row.kind], str(row.id)), row.name, row.code, branches))
    allowed = [each for each in found if may_watch(request.viewer, each)]
    return [(each.name, reverse("live:page", args=[each.watch.level, each.watch.key])) for each in allowed]
