"""Alerts over the read API (docs/read-api.md): what holds, and what held, by the rules of ``rules/alerts.yaml``."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from perisai.alerts import queries
from perisai.alerts.rules import watched
from perisai.feeds.api import ANSWERS
from perisai.feeds.door import ReadKey, answer
from perisai.feeds.door import reading as open_for

router = Router(tags=["read"], auth=ReadKey())
_BEGIN: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(microseconds=1)


class AlertOut(Schema):
    branch: int
    id: UUID
    kind: str
    title: dict[str, str]
    level: str
    """``b`` the branch itself, ``a`` an agent, ``k`` a bank; ``key`` is its id."""
    key: str
    tone: str
    facts: dict[str, Any]
    raised_at: datetime
    found_at: datetime
    """When it was last found to hold."""
    seen_at: datetime | None
    closed_at: datetime | None
    passed_to: list[str]
    """Offices above that it was raised to, because nobody answered in time: ``branch_head``, ``region``, ``head_office``."""


class Alerts(Schema):
    alerts: list[AlertOut]
    next: str | None
    """``after`` of the next page; null on the last."""


@router.get("alerts", response={200: Alerts, **ANSWERS}, operation_id="readAlerts")
def alerts(
    request: HttpRequest,
    after: Annotated[str, Query(pattern=r"^([0-9]{1,17}~[0-9a-f]{32})?$")] = "",
    only_open: bool = True,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> HttpResponse:
    """In the order in which they were raised; ``only_open`` false: those that are over too."""
    since, last = _cursor(after)
    with open_for(request, "alerts") as work:
        rows = queries.raised(work, since=since, after=last, only_open=only_open, limit=limit + 1)
    page = [
        row | {"title": watched()[row["kind"]].title.model_dump() if row["kind"] in watched() else {}} for row in rows
    ]
    following = None
    if len(page) > limit:
        page = page[:limit]
        following = f"{(page[-1]['raised_at'] - _BEGIN) // _STEP}~{page[-1]['id'].hex}"
    return answer(request, {"alerts": page, "next": following})


def _cursor(text: str) -> tuple[datetime, UUID]:
    """Microseconds since 1970 and the id of the last alert that was read."""
    at, _, last = (text or f"0~{UUID(int=0).hex}").partition("~")
    return _BEGIN + int(at) * _STEP, UUID(last)
