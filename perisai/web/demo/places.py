"""Offices of the demo world. The cities are real; the offices' names are marked as demo where they are not the public ones."""

from dataclasses import dataclass, field

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices.models import Office, OfficeKind
from perisai.offices.office import create_office

HEAD, KANWIL = 1, 15
JAMBI, BUNGO = 1501, 1502


@dataclass(frozen=True)
class Place:
    """One office."""

    id: int
    kind: OfficeKind
    parent: int | None
    code: str
    name: str
    regencies: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True)
class Spot:
    """Where an agent works: the offices and the districts around them, the nearest first."""

    agency: int
    sub_branch: int | None
    districts: tuple[str, ...] = field(default=())


_SUB, _AGENCY = OfficeKind.SUB_BRANCH, OfficeKind.AGENCY
PLACES = (
    Place(HEAD, OfficeKind.HEAD, None, "KP", "Kantor Pusat (demo)"),
    Place(KANWIL, OfficeKind.REGION, HEAD, "KW-SBS", "Kanwil Sumatera Bagian Selatan (demo)"),
    Place(JAMBI, OfficeKind.BRANCH, KANWIL, "KC-1501", "KC Jambi", ("15.04", "15.05", "15.06", "15.07", "15.71")),
    Place(
        BUNGO,
        OfficeKind.BRANCH,
        KANWIL,
        "KC-1502",
        "KC Muaro Bungo",
        ("15.01", "15.02", "15.03", "15.08", "15.09", "15.72"),
    ),
    Place(150111, _SUB, JAMBI, "KCP-150111", "KCP Muara Bulian (demo)", ("15.04",)),
    Place(150112, _SUB, JAMBI, "KCP-150112", "KCP Kuala Tungkal (demo)", ("15.06",)),
    Place(150211, _SUB, BUNGO, "KCP-150211", "KCP Bangko (demo)", ("15.02",)),
    Place(150212, _SUB, BUNGO, "KCP-150212", "KCP Sarolangun (demo)", ("15.03",)),
    Place(150213, _SUB, BUNGO, "KCP-150213", "KCP Sungai Penuh (demo)", ("15.72", "15.01")),
    Place(150121, _AGENCY, JAMBI, "KP-150121", "Kantor Perisai Angso Duo (demo)"),
    Place(150122, _AGENCY, JAMBI, "KP-150122", "Kantor Perisai Tanggo Rajo (demo)"),
    Place(150221, _AGENCY, BUNGO, "KP-150221", "Kantor Perisai Lubuk Landai (demo)"),
)

SPOTS: dict[int, tuple[Spot, ...]] = {
    JAMBI: (
        Spot(150121, None, ("15.71.01", "15.71.08")),
        Spot(150121, None, ("15.71.02", "15.71.03")),
        Spot(150121, None, ("15.71.04", "15.71.05")),
        Spot(150121, None, ("15.71.07", "15.71.08")),
        Spot(150121, None, ("15.05.01", "15.05.02")),
        Spot(150122, 150111, ("15.04.03", "15.04.02")),
        Spot(150122, 150111, ("15.04.05", "15.04.01")),
        Spot(150122, 150112, ("15.06.02", "15.06.03")),
        Spot(150122, 150112, ("15.06.04", "15.06.02")),
        Spot(150122, None, ("15.07.01", "15.07.02")),
    ),
    BUNGO: (
        Spot(150221, None, ("15.08.03", "15.08.09")),
        Spot(150221, None, ("15.09.04", "15.09.01")),
        Spot(150221, 150211, ("15.02.02", "15.02.06")),
        Spot(150221, 150212, ("15.03.03", "15.03.09")),
        Spot(150221, 150213, ("15.72.01", "15.72.02")),
    ),
}


def build_offices() -> None:
    """The tree, from the top. Offices that are there already stay as they are."""
    known = set(Office.objects.values_list("id", flat=True))
    with Work.open(scope=Scope.nation()) as work:
        for place in PLACES:
            if place.id in known:
                continue
            create_office(
                work,
                id=place.id,
                kind=place.kind,
                code=place.code,
                name=place.name,
                parent=Office.objects.get(id=place.parent) if place.parent else None,
                timezone="Asia/Jakarta",
                province_code=None if place.kind in (OfficeKind.HEAD, OfficeKind.REGION) else "15",
                regencies=place.regencies,
                address=place.address,
                is_demo=True,
            )
