"""The scope that an address asks for, if the viewer may watch it: their own and everything beneath it."""

from django.urls import reverse

from perisai.accounts import watching
from perisai.accounts.audience import PageRequest, Viewer
from perisai.errors import Refused
from perisai.events.reading import read
from perisai.offices.models import Office
from perisai.offices.scopes import AGENT, KINDS, NATION, WHOLE, Place, UnknownScope, Watch
from perisai.web.live.world import World


def may_watch(viewer: Viewer, place: Place) -> bool:
    """Whether all that a scope shows lies within what the viewer sees."""
    care = (place.agent.sub_branch_id, place.agent.agency_office_id) if place.agent else (None, None)
    return watching.is_within(viewer, place.watch, (place.branches[0], *care) if place.branches else None)


def get_watch(level: str, key: str) -> Watch:
    """Raises E1004 for what no scope can be called."""
    try:
        return Watch.parse(level, key)
    except UnknownScope as error:
        raise Refused("E1004") from error


def get_place(request: PageRequest, world: World, watch: Watch) -> Place:
    """What was asked for, if the viewer may see it. Raises E2006 for a scope of others, whether or not it exists, and E1004 where
    there is none for who may see them all."""
    try:
        place = read(world.find(watch), request.work.dicts)
    except UnknownScope as error:
        raise Refused("E1004" if request.viewer.branches is None else "E2006") from error
    if not may_watch(request.viewer, place):
        raise Refused("E2006")
    return place


def list_above(request: PageRequest, world: World, place: Place) -> list[tuple[str, str]]:
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
