"""``GET /healthz``: web, database, worker and live, told apart. 503 only when the database is away."""

import os
from collections.abc import Callable
from typing import Literal, TypedDict
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from perisai.accounts.audience import machine
from perisai.events import world

LIVE_SECONDS = 1.0
HEARTBEAT_SECONDS = 60
"""A worker reports every 10 s; one that missed this many seconds is taken for dead."""

State = Literal["ok", "away", "unknown"]


class Health(TypedDict):
    world: world.Kind
    status: Literal["ok", "degraded", "down"]
    web: State
    database: State
    worker: State
    live: State


@machine
def healthz(request: HttpRequest) -> JsonResponse:
    """No personal data and no versions: anybody may ask."""
    health = look()
    response = JsonResponse(health, status=503 if health["database"] == "away" else 200)
    response["Cache-Control"] = "no-store"
    if health["database"] == "away":
        response["Retry-After"] = "2"
    return response


class HealthMiddleware:
    """Answers before sessions are read, so that health can be told while the database is away. Stands first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return healthz(request) if request.path == "/healthz" else self.get_response(request)


def look() -> Health:
    database, worker = _database_and_worker()
    live = _live()
    if database == "away":
        status: Literal["ok", "degraded", "down"] = "down"
    else:
        status = "ok" if worker == live == "ok" else "degraded"
    return Health(world=world.kind(), status=status, web="ok", database=database, worker=worker, live=live)


def _database_and_worker() -> tuple[State, State]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('procrastinate_workers') IS NOT NULL")
            if not cursor.fetchone()[0]:
                return "ok", "away"
            cursor.execute(
                "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
                [HEARTBEAT_SECONDS],
            )
            return "ok", "ok" if cursor.fetchone()[0] else "away"
    except (DatabaseError, InterfaceError):
        return "away", "unknown"


def _live() -> State:
    """Asked on the inside address (``PERISAI_LIVE_INTERNAL``), where a proxy stands before the public one."""
    origin = os.environ.get("PERISAI_LIVE_INTERNAL") or settings.LIVE_ORIGIN
    try:
        with build_opener(ProxyHandler({})).open(f"{origin}/live/healthz", timeout=LIVE_SECONDS) as answer:
            return "ok" if answer.status == 200 else "away"
    except HTTPError:
        return "ok"  # It answers, and says itself that it waits for the database.
    except OSError:
        return "away"
