"""What the live process keeps and says while its database is away, and what it tells a browser that comes back."""

import asyncio
import time
from datetime import UTC, datetime
from unittest.mock import AsyncMock

import pytest

from perisai.events.ids import uuid7
from perisai.events.live import Ticket
from perisai.offices.scopes import NATION, WHOLE, Place, UnknownScope, Watch
from perisai.web.live import hub
from perisai.web.live.listener import Listener

WATCH = Watch(NATION, WHOLE)


def channel(as_of: int = 1000) -> hub.Channel:
    payload = {"day": "2026-11-23", "position": 7, "as_of": as_of}
    return hub.Channel(Place(WATCH, "Indonesia", "", ()), payload)


def test_who_gave_up_waiting_is_kept_on_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Browsers ask again and again while the database is away, which may be for hours."""
    monkeypatch.setattr(hub, "ADMIT_SECONDS", 0.01)
    mine = hub.Hub("postgresql://127.0.0.1:9/away")

    async def ask() -> None:
        ticket = Ticket(uuid7(), "nation", "all", int(time.time()) + 60)
        for _ in range(3):
            with pytest.raises(hub.Away):
                await mine.admit(ticket)

    asyncio.run(ask())
    assert mine._asked == []


def test_scope_that_is_held_is_handed_out_only_while_the_database_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a browser that comes back during an outage would call old numbers live."""
    monkeypatch.setattr(hub, "ADMIT_SECONDS", 0.01)
    mine = hub.Hub("postgresql://127.0.0.1:9/away")
    ticket = Ticket(uuid7(), NATION, WHOLE, int(time.time()) + 60)
    held = mine.channels[WATCH] = channel()
    mine._users = {ticket.user_id: ("head_office", 1)}

    async def ask() -> None:
        mine.is_paused, mine.last_tick = False, time.monotonic()
        assert await mine.admit(ticket) is held
        mine.last_tick = time.monotonic() - hub.HEALTHY_SECONDS - 1  # the database hangs
        with pytest.raises(hub.Away):
            await mine.admit(ticket)
        mine.is_paused, mine.last_tick = True, time.monotonic()
        with pytest.raises(hub.Away):
            await mine.admit(ticket)

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("after", "as_of", "says"),
    [
        ("2026-11-23.7", 1000, b"event: beat"),
        ("2026-11-23.7", 1500, b"event: beat"),
        ("2026-11-23.7", None, b"event: beat"),
        ("2026-11-23.7", 999, b"event: snapshot"),
        ("2026-11-23.6", 1500, b"event: snapshot"),
        ("2026-11-22.7", 1500, b"event: snapshot"),
        ("2026-11-23.7", 10**14, b"event: snapshot"),
    ],
)
def test_browser_that_comes_back_is_told_what_changed_without_an_event(
    after: str, as_of: int | None, says: bytes
) -> None:
    """Standings and targets move while the position rests: whoever missed that gets everything, and so does who was told before
    the server's clock was set back."""

    async def greet() -> bytes:
        return channel().greeting(after, as_of, Listener(AsyncMock(), user_id=uuid7(), expires=0))

    assert says in asyncio.run(greet())


def test_change_told_to_listeners_is_the_age_that_a_browser_must_have() -> None:
    mine = hub.Hub("postgresql://127.0.0.1:9/away")
    held = channel()
    held.payload = held.payload | {"as_of": 2000}
    mine._tell_change(held, b"")
    assert held.told_at == 2000


def test_who_gives_up_while_their_scope_is_read_stops_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine reading takes longer than anybody waits; the process began anew at it, for all."""
    mine, held = hub.Hub("postgresql://127.0.0.1:9/away"), channel()
    users = [uuid7() for _ in range(3)]
    mine._users = dict.fromkeys(users, ("head_office", 1))
    monkeypatch.setattr(mine, "_learn_users", AsyncMock())

    async def run() -> hub.Channel:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def open_slowly(_connection: object, watch: Watch, _now: object) -> hub.Channel:
            begun.set()
            await go_on.wait()
            if watch != WATCH:
                raise UnknownScope(watch.key)
            return held

        monkeypatch.setattr(mine, "_open", open_slowly)
        scopes = [(NATION, WHOLE), ("branch", "1"), (NATION, WHOLE)]
        tickets = [Ticket(user, *scope, int(time.time()) + 60) for user, scope in zip(users, scopes, strict=True)]
        asked = [asyncio.ensure_future(mine.admit(ticket)) for ticket in tickets]
        await asyncio.sleep(0)  # each asks
        assert len(mine._asked) == len(asked)
        answering = asyncio.ensure_future(mine._answer(AsyncMock(), datetime.now(UTC)))
        await begun.wait()
        for one in asked[:2]:
            one.cancel()
        await asyncio.wait(asked[:2])
        go_on.set()
        await answering
        return await asked[2]

    assert asyncio.run(run()) is held


def test_who_is_let_in_while_users_are_looked_at_is_not_sent_away() -> None:
    """They were not asked about, and so not found: their stream ended as that of somebody who may look no more."""
    mine, held = hub.Hub("postgresql://127.0.0.1:9/away"), channel()
    mine.channels[WATCH] = held
    stays, comes, goes = uuid7(), uuid7(), uuid7()
    mine._users = dict.fromkeys((stays, comes, goes), ("head_office", 1))

    async def run() -> list[bool]:
        listeners = [Listener(AsyncMock(), user_id=each, expires=2**40) for each in (stays, goes, comes)]
        held.listeners |= set(listeners[:2])
        cursor, connection = AsyncMock(), AsyncMock()
        cursor.fetchall.return_value = [{"id": stays, "role": "head_office", "office_id": 1}]

        async def look(*_asked: object) -> AsyncMock:
            held.listeners.add(listeners[2])
            return cursor

        connection.execute = look
        await mine._learn_users(connection, {each.user_id for each in mine.listeners()})
        return [each.ended.done() for each in listeners]

    assert asyncio.run(run()) == [False, True, False]
    assert set(mine._users) == {stays, comes}
