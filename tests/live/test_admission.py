"""Who is let in while branches move: a hub of this process, beat by beat, over the real database."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection as mine

from perisai.accounts.models import Role
from perisai.events.live import Ticket
from perisai.offices.scopes import BRANCH, NATION, WHOLE, Watch
from perisai.web.live.app import _DATABASE_URL
from perisai.web.live.hub import Channel, Hub
from tests.live.places import BranchPlace, Country, enrol, make_user

Connection = psycopg.AsyncConnection[Any]


async def in_a_thread(branch: BranchPlace, times: int) -> None:
    def work() -> None:
        try:
            enrol(branch, times=times)
        finally:
            mine.close()

    await asyncio.to_thread(work)


def accepted(channel: Channel) -> int:
    return int(channel.payload["today"]["accepted"])


def run(scenario: Callable[[Hub, Connection], Awaitable[None]]) -> None:
    async def whole() -> None:
        hub = Hub(_DATABASE_URL)
        async with await hub._connect() as connection:
            await hub._begin(connection)
            await hub._tick(connection)
            await scenario(hub, connection)

    asyncio.run(whole())


async def let_in(hub: Hub, connection: Connection, user: UUID, level: str, key: object) -> tuple[Channel, int]:
    """The channel, and what it held in the moment in which it was handed over."""

    async def ask() -> tuple[Channel, int]:
        channel = await hub.admit(Ticket(user, level, str(key), int(time.time()) + 60))
        return channel, accepted(channel)

    asking = asyncio.ensure_future(ask())
    await asyncio.sleep(0)
    await hub._tick(connection)
    return await asking


def test_who_is_let_in_as_a_branch_moves_is_greeted_with_what_is_so_by_now(country: Country, watcher: UUID) -> None:
    """Else they would be shown old numbers first, and on a slow machine for as long as a look at the whole nation takes."""
    branch = country.branches[0]
    others = [make_user(Role.HEAD_OFFICE, country.head).pk for _ in range(2)]

    async def scenario(hub: Hub, connection: Connection) -> None:
        _, before = await let_in(hub, connection, watcher, NATION, WHOLE)
        for number, other in enumerate(others, 1):
            await in_a_thread(branch, times=2)
            channel, greeted = await let_in(hub, connection, other, NATION, WHOLE)
            assert greeted == accepted(channel) == before + 2 * number

    run(scenario)


def test_branch_opened_within_the_same_beat_does_not_get_ahead_of_the_nation(
    country: Country, watcher: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A branch is read from nothing for its detail; what happened since its position was read must reach who watched before."""
    branch = country.branches[0]

    async def scenario(hub: Hub, connection: Connection) -> None:
        nation, before = await let_in(hub, connection, watcher, NATION, WHOLE)
        follow = hub._follow

        async def follow_late(given: Connection) -> None:
            monkeypatch.setattr(hub, "_follow", follow)
            await in_a_thread(branch, times=3)
            await follow(given)

        monkeypatch.setattr(hub, "_follow", follow_late)
        inside, greeted = await let_in(hub, connection, watcher, BRANCH, branch.id)
        assert greeted == accepted(inside) == 3
        await hub._tick(connection)
        assert accepted(nation) == before + 3
        assert len({item["n"] for item in nation.payload["feed"] if item["n"].startswith(f"{branch.id}-")}) == 3

    run(scenario)


def test_scope_just_asked_for_is_not_forgotten_before_anybody_listens(country: Country, watcher: UUID) -> None:
    other = make_user(Role.HEAD_OFFICE, country.head).pk

    async def scenario(hub: Hub, connection: Connection) -> None:
        channel, _ = await let_in(hub, connection, watcher, NATION, WHOLE)
        channel.empty_since -= 1000  # nobody has listened for long
        again, _ = await let_in(hub, connection, other, NATION, WHOLE)
        await hub._refresh(connection)
        assert hub.channels.get(Watch(NATION, WHOLE)) is channel is again

    run(scenario)
