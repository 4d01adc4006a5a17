"""The read API over HTTP (docs/read-api.md): what the key may read, the office tree, what events mean, and the events."""

from datetime import date, datetime
from typing import Annotated, Any, Final, LiteralString
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from perisai.errors import Refused
from perisai.events import world
from perisai.events.kinds import kinds
from perisai.feeds import reading
from perisai.feeds.door import PROBLEMS, ReadKey, answer, reader_of, sees
from perisai.feeds.door import reading as open_for

router = Router(tags=["read"], auth=ReadKey())

MOST_OFFICES: Final = 1000
MOST_EVENTS: Final = 1000
OfficeId = Annotated[int, Query(ge=1, lt=2**31)]
Number = Annotated[int, Query(ge=0, lt=2**62)]
Words = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_.-]{1,60}$")]
ANSWERS: Final[dict[Any, Any]] = {304: None, **PROBLEMS}


class Me(Schema):
    name: str
    world: str
    """``real``, ``practice`` or ``demo``: what is not real is never to be taken for it."""
    office: int
    level: str
    may: list[str]
    per_minute: int
    expires_at: datetime


class OfficeOut(Schema):
    id: int
    kind: str
    parent: int | None
    branch: int | None
    code: str
    name: str
    timezone: str
    province: str | None
    regencies: list[str]
    is_open: bool


class Offices(Schema):
    offices: list[OfficeOut]
    next: int | None
    """``after`` of the next page; null on the last."""


class KindOut(Schema):
    kind: str
    id: str
    en: str
    metrics: dict[str, str]
    """What it adds to which counter: ``quantity``, ``amount`` or ``-quantity``."""
    detail: list[str]


class Kinds(Schema):
    kinds: list[KindOut]


class PositionOut(Schema):
    branch: int
    number: int
    moved_at: datetime | None


class Positions(Schema):
    positions: list[PositionOut]


class EventOut(Schema):
    id: UUID
    branch: int
    number: int
    kind: str
    received_at: datetime
    captured_from: datetime
    captured_to: datetime
    day_captured: date
    day_received: date
    segment: str
    quantity: int
    amount: int
    """Rupiah."""
    subject: UUID | None
    agent: UUID | None
    sub_branch: int | None
    agency_office: int | None
    region: str | None
    detail: dict[str, Any]


class Events(Schema):
    events: list[EventOut]
    next: int
    """``after`` of the next page, also where a filter let nothing through."""
    position: int
    """The branch's last number: there is more while ``next`` is below it."""


# By primary key, within the key's branches; what stands above them is shown so that the tree is whole.
_OFFICES: LiteralString = """
SELECT o.id, o.kind, o.parent_id AS parent, o.branch_id AS branch, o.code, o.name, o.timezone, o.province_code AS province,
  o.regencies, o.is_open
FROM offices_office o
WHERE o.id > %(after)s AND (%(kind)s = '' OR o.kind = %(kind)s)
  AND (%(branches)s::int[] IS NULL OR o.branch_id = ANY(%(branches)s::int[])
    OR EXISTS (SELECT FROM offices_office b WHERE b.id = ANY(%(branches)s::int[]) AND o.id = ANY(b.path)))
ORDER BY o.id LIMIT %(limit)s
"""
_POSITIONS: LiteralString = """
SELECT branch_id AS branch, number, moved_at FROM events_position
WHERE %(branches)s::int[] IS NULL OR branch_id = ANY(%(branches)s::int[]) ORDER BY branch_id
"""
_POSITION: LiteralString = "SELECT number FROM events_position WHERE branch_id = %s"


@router.get("me", response={200: Me, **ANSWERS}, operation_id="readMe")
def me(request: HttpRequest) -> HttpResponse:
    """What this key may read, and until when."""
    reader = reader_of(request, "me")
    told = {
        "name": reader.name,
        "world": world.kind(),
        "office": reader.office_id,
        "level": {"head": "nation"}.get(reader.office_kind, reader.office_kind),
        "may": reader.may,
        "per_minute": reader.per_minute,
        "expires_at": reader.expires_at,
    }
    return answer(request, told)


@router.get("offices", response={200: Offices, **ANSWERS}, operation_id="readOffices")
def offices(
    request: HttpRequest,
    after: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_OFFICES)] = MOST_OFFICES,
    kind: Annotated[str, Query(pattern=r"^(head|region|branch|sub_branch|agency)?$")] = "",
) -> HttpResponse:
    """The office tree by id: the key's branches, all under them and what stands above."""
    with open_for(request, "offices") as work:
        asked = {"after": after, "kind": kind, "branches": _branches(work), "limit": limit + 1}
        rows = work.dicts(_OFFICES, asked)
    return answer(request, {"offices": rows[:limit], "next": rows[limit - 1]["id"] if len(rows) > limit else None})


@router.get("kinds", response={200: Kinds, **ANSWERS}, operation_id="readKinds")
def kinds_of_event(request: HttpRequest) -> HttpResponse:
    """Every kind of event: what it means, what it adds to which counter, which fields its detail may hold."""
    reader_of(request, "kinds")
    told = [
        {"kind": k.name, "id": k.id, "en": k.en, "metrics": dict(k.metrics), "detail": sorted(k.detail)}
        for k in kinds().values()
    ]
    return answer(request, {"kinds": told})


@router.get("positions", response={200: Positions, **ANSWERS}, operation_id="readPositions")
def positions(request: HttpRequest) -> HttpResponse:
    """The number of the last event of each branch: where to look for more."""
    with open_for(request, "events") as work:
        return answer(request, {"positions": work.dicts(_POSITIONS, {"branches": _branches(work)})})


@router.get("events", response={200: Events, **ANSWERS}, operation_id="readEvents")
def events(
    request: HttpRequest,
    branch: OfficeId,
    after: Number = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_EVENTS)] = 500,
    kind: Annotated[list[Words], Query(max_length=200)] = [],  # noqa: B006 - ninja copies it
    segment: Annotated[str, Query(pattern=r"^(BPU|PU)?$")] = "",
) -> HttpResponse:
    """A branch's events after a number, in the order of their numbers, which have no gaps."""
    with open_for(request, "events") as work:
        if not sees(work, branch):
            raise Refused("E1004")
        row = work.row(_POSITION, [branch])
        if row is None:
            raise Refused("E1004")
        found = reading.page(
            work, branch_id=branch, after=after, position=row[0], limit=limit, kinds=kind, segment=segment
        )
    return answer(request, {"events": found.events, "next": found.reached, "position": row[0]})


def _branches(work: Any) -> list[int] | None:
    return None if work.scope.branches is None else list(work.scope.branches)
