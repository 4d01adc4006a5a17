"""Branches with events in them, and keys to read them by."""

from typing import Any
from uuid import UUID

import httpx

from perisai.events.clock import Clock
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.feeds import key
from perisai.offices.models import Office
from tests.world import Branch


def happen(
    branch_id: int, many: int = 1, *, kind: str = "review_taken", segment: str = "BPU", clock: Clock | None = None
) -> None:
    """One Work that leaves so many events of a kind."""
    with Work(scope=Scope.branch(branch_id), clock=clock) as work:
        for number in range(many):
            happened = Happened(kind=kind, branch_id=branch_id, segment=segment, subject_id=UUID(int=number + 1))
            work.report(happened)


def office_of(place: Branch | Office) -> Office:
    return place if isinstance(place, Office) else Office.objects.get(pk=place.id)


def asked(**changes: Any) -> key.Asked:
    usual = {"name": "Gudang data", "contact": "it@contoh.id", "may": key.PARTS, "per_minute": 600, "days": 30}
    return key.Asked(**usual | changes)


def make_key(place: Branch | Office, **changes: Any) -> tuple[key.Key, str]:
    with Work(scope=Scope.nation()) as work:
        return key.make_key(work, office=office_of(place), asked=asked(**changes))


def read(
    http: httpx.Client, token: str, path: str, headers: dict[str, str] | None = None, **query: Any
) -> httpx.Response:
    shown = {"Authorization": f"Bearer {token}"} | (headers or {})
    return http.get(f"/api/v1/read/{path}", params=query, headers=shown)
