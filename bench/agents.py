"""Lists, search and board of agents, candidates and exams at their largest: whole pages, rendered, as the web role.

Each page is asked for by head office, who sees every branch, and by an officer of the largest branch; the slower one counts.
"""

import time
from statistics import median
from typing import Any

import psycopg
from django.test import Client

from bench import _agents_world as world
from perisai.accounts.models import Role, User
from perisai.web.bench import Env

GOAL = 150
TIMES = 15
EXAMS = f"/console/exams/{world.FIRST}"
PAGES: dict[str, tuple[str, ...]] = {
    "home": ("/console/",),
    "list agents": ("/console/agents/", "/console/agents/?licence=expiring"),
    "search agents": ("/console/agents/?q=sulas",),
    "list candidates": ("/console/recruitment/list/", "/console/recruitment/list/?state=applied"),
    "search candidates": (
        "/console/recruitment/list/?q=sulas",
        "/console/recruitment/list/?q=sulastri+zai",
        "/console/recruitment/list/?q=0813-0001-9999",
        "/console/recruitment/list/?q=nobodyhere",
    ),
    "board": ("/console/recruitment/",),
    "list exams": (
        f"/console/exams/?branch={world.FIRST}",
        f"{EXAMS}/attempts/",
        f"{EXAMS}/attempts/?outcome=failed",
        f"{EXAMS}/attempts/?outcome=running",
        f"{EXAMS}/attempts/?outcome=annulled",
    ),
    "search exams": (
        f"{EXAMS}/attempts/?q=sulas",
        f"{EXAMS}/attempts/?q=sulas&outcome=failed",
        f"{EXAMS}/attempts/?q=nobodyhere",
    ),
}


def run(env: Env) -> dict[str, Any]:
    world.load(env.owner_url)
    viewers = {"head office": _client(env, "pusat"), "largest branch": _client(env, "petugas.jambi", world.FIRST)}
    try:
        figures = [_figure(what, addresses, viewers) for what, addresses in PAGES.items()]
    finally:
        _move(env, "petugas.jambi", 1501)
    return {"name": "agents", "figures": figures, "agents": world.AGENTS, "candidates": world.CANDIDATES}


def _figure(what: str, addresses: tuple[str, ...], viewers: dict[str, Client]) -> dict[str, Any]:
    took = {f"{who} {address}": _measure(client, address) for who, client in viewers.items() for address in addresses}
    slowest = max(took, key=lambda each: took[each])
    value = round(took[slowest], 1)
    return {
        "what": what,
        "value": value,
        "unit": "ms",
        "goal": GOAL,
        "met": value <= GOAL,
        "slowest": slowest,
        "each": {each: round(ms, 1) for each, ms in took.items()},
    }


def _measure(client: Client, address: str) -> float:
    """Median in milliseconds, after one to warm up."""
    taken = []
    for _ in range(TIMES + 1):
        begun = time.perf_counter()
        answer = client.get(address)
        taken.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
    return median(taken[1:])


def _client(env: Env, username: str, office_id: int | None = None) -> Client:
    if office_id is not None:
        _move(env, username, office_id)
    user = User.objects.get(username=username)
    assert office_id is None or user.role == Role.BRANCH
    client = Client(SERVER_NAME="localhost", headers={"accept-language": "id"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _move(env: Env, username: str, office_id: int) -> None:
    """The officer sits in the bench's large branch for the length of the bench."""
    with psycopg.connect(env.owner_url, autocommit=True) as owner:
        owner.execute("UPDATE accounts_user SET office_id = %s WHERE username = %s", [office_id, username])
