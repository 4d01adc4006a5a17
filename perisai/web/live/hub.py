"""The heart of the live process: follows the branches' positions and tells listeners what changed.

One connection. While nothing happens, one small query every 100 ms; when branches moved, one read-only transaction that
re-reads what moved. Each scope's message is built once and handed to all its listeners.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import DictRow, dict_row

from perisai.events.live import Ticket
from perisai.events.queries import ALL_POSITIONS, SCOPE_OF_ALL, Key
from perisai.events.reading import Reading, T, read_async
from perisai.offices.scopes import Place, UnknownScope, Watch
from perisai.web.live import sources
from perisai.web.live.listener import Listener, frame
from perisai.web.live.payload import Payload, build, changes, newest_alert
from perisai.web.live.world import World

log = logging.getLogger(__name__)

TICK_SECONDS = 0.1
BEAT_SECONDS = 15.0
USERS_SECONDS = 20.0
"""A deactivated user's stream ends within this time; tickets not yet used are checked when they arrive."""
REFRESH_SECONDS = 60.0
"""Offices, agents and their targets change without an event: read again this often."""
KEEP_SECONDS = 60.0
ADMIT_SECONDS = 5.0
HEALTHY_SECONDS = 3.0
_LONGEST_PAUSE = 2.0
_AHEAD_MS = 5000
"""How far apart the clocks of servers may be."""
_CONNECT: dict[str, Any] = {
    "connect_timeout": 3,
    "application_name": "perisai-live",
    "options": "-c statement_timeout=5s -c idle_in_transaction_session_timeout=10s -c jit=off",
}


class Away(Exception):
    """The database is away and the scope was not read before."""


class NotAllowed(Exception):
    """The user of the ticket does not exist any more, or was deactivated."""


@dataclass
class Channel:
    """A scope somebody watches."""

    place: Place
    payload: Payload
    listeners: set[Listener] = field(default_factory=set)
    empty_since: float = field(default_factory=time.monotonic)
    told_at: int = 0
    """When it last changed for its listeners (ms since 1970): standings and targets move without a position."""
    alert: str = ""
    """``newest_alert`` of the scope."""

    def __post_init__(self) -> None:
        self.told_at = self.payload["as_of"]

    @property
    def position(self) -> str:
        return f"{self.payload['day']}.{self.payload['position']}"

    def greeting(self, after: str, as_of: int | None, listener: Listener) -> bytes:
        """The whole payload, or only a word where the browser has this position already and knows what was told since."""
        hello = frame("hello", {"listener": listener.id})
        now = _now_ms()  # one that is ahead of this clock is of another clock, or of this one before it was set back
        if after == self.position and (as_of is None or self.told_at <= as_of <= now + _AHEAD_MS):
            return hello + frame("beat", {"as_of": now}, self.position)
        return hello + frame("snapshot", self.payload, self.position)


@dataclass
class _Asked:
    ticket: Ticket
    answer: "asyncio.Future[Channel]"


class Hub:
    def __init__(self, url: str) -> None:
        self.url = url
        self.world = World()
        self.channels: dict[Watch, Channel] = {}
        self.is_paused = True
        self.last_tick = 0.0
        self._numbers: dict[int, tuple[int, datetime | None]] = {}
        self._asked: list[_Asked] = []
        self._users: dict[UUID, tuple[str, int]] = {}
        self._due = {"beat": 0.0, "users": 0.0, "refresh": 0.0}

    async def run(self) -> None:
        """Follows the database until cancelled; comes back by itself when the database does."""
        pause = TICK_SECONDS
        while True:
            try:
                async with await self._connect() as connection:
                    await self._begin(connection)
                    pause = TICK_SECONDS
                    while True:
                        await self._tick(connection)
            except (psycopg.Error, OSError) as error:
                if not self.is_paused:
                    log.warning("the database is away: %s", error)
                self._pause()
            except Exception:
                log.exception("the live process begins anew")
                self._pause()
            await asyncio.sleep(pause)
            self._expire()
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def admit(self, ticket: Ticket) -> Channel:
        """The channel of a ticket's scope. Raises ``UnknownScope``, ``NotAllowed`` or ``Away``."""
        channel = self.channels.get(Watch(ticket.level, ticket.key))
        if channel is not None and ticket.user_id in self._users and self.is_following():
            channel.empty_since = time.monotonic()
            return channel
        asked = _Asked(ticket, asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        try:
            return await asyncio.wait_for(asked.answer, ADMIT_SECONDS)
        except TimeoutError as error:
            raise Away from error
        finally:  # nobody waits for it any more, and while the database is away nobody else takes it off the list
            if asked in self._asked:
                self._asked.remove(asked)

    def alerted(self, channel: Channel, listener: Listener) -> bytes:
        """For a listener who is told of alerts about an agent, though the scope's feed does not say them; else nothing."""
        role, _office = self._users.get(listener.user_id, (sources.AGENTS_ROLE, 0))
        if not channel.alert or role == sources.AGENTS_ROLE:
            return b""
        return frame("moved", {"as_of": channel.payload["as_of"], "alerted": channel.alert}, channel.position)

    def is_following(self) -> bool:
        """Positions are being read: what the channels hold is how things stand."""
        return not self.is_paused and time.monotonic() - self.last_tick < HEALTHY_SECONDS

    def listeners(self) -> Iterable[Listener]:
        return (listener for channel in self.channels.values() for listener in list(channel.listeners))

    def end_all(self) -> None:
        for listener in self.listeners():
            listener.end()

    async def _connect(self) -> psycopg.AsyncConnection[DictRow]:
        connection: psycopg.AsyncConnection[DictRow] = await psycopg.AsyncConnection.connect(
            self.url, autocommit=True, row_factory=dict_row, **_CONNECT
        )
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        return connection

    async def _begin(self, connection: psycopg.AsyncConnection[DictRow]) -> None:
        """Reads everything anew: after a restart of the database nothing that was known is taken for granted."""
        fresh = World()

        async def load() -> None:
            await self._read(connection, fresh.load_offices())
            await self._open_again(connection, fresh)

        await self._within(connection, load)
        self.world = fresh
        self._due["refresh"] = time.monotonic() + REFRESH_SECONDS
        self.is_paused = False
        self._tell_all(frame("resumed", {"as_of": _now_ms()}))
        self._publish(self.channels)

    async def _tick(self, connection: psycopg.AsyncConnection[DictRow]) -> None:
        started = time.monotonic()
        known = self._numbers.keys()
        self._numbers = await self._positions(connection)
        if self._numbers.keys() != known:  # a branch was opened, with offices in it: nobody is shown it without them
            self._due["refresh"] = time.monotonic() + REFRESH_SECONDS
            await self._refresh(connection)
        await self._follow(connection)
        await self._chores(connection)
        self.last_tick = time.monotonic()
        await asyncio.sleep(max(TICK_SECONDS - (self.last_tick - started), 0.005))

    @staticmethod
    async def _positions(connection: psycopg.AsyncConnection[DictRow]) -> dict[int, tuple[int, datetime | None]]:
        cursor = await connection.execute(ALL_POSITIONS)
        return {row["branch_id"]: (row["number"], row["moved_at"]) for row in await cursor.fetchall()}

    async def _follow(self, connection: psycopg.AsyncConnection[DictRow]) -> None:
        now = datetime.now(UTC)
        stale = self.world.stale(now)
        has_moved = any(
            self._numbers.get(each, (0, None))[0] > branch.number for each, branch in self.world.branches.items()
        )
        if not (stale or has_moved or self._asked):
            return

        async def load() -> None:
            # The numbers of this snapshot, in which branches may be read from nothing too: none gets ahead of its scopes.
            moved = await self._read(connection, self.world.advance(await self._positions(connection), now))
            if stale:
                await self._read(connection, self.world.load_branches(stale, now, detail=False))
            # First, so that whoever is let in is greeted with what the others know by now.
            self._publish(self.channels if stale else self._touched(moved))
            await self._answer(connection, now)

        await self._within(connection, load)

    def _touched(self, moved: set[Key]) -> list[Watch]:
        branches = {key[0] for key in moved}
        return [
            watch
            for watch, channel in self.channels.items()
            if (channel.place.key in moved if channel.place.key else not branches.isdisjoint(channel.place.branches))
        ]

    async def _answer(self, connection: psycopg.AsyncConnection[DictRow], now: datetime) -> None:
        """Opens the scopes that were asked for since the last tick, if their users may still look."""
        asked, self._asked = self._asked, []
        if not asked:
            return
        await self._learn_users(connection, {each.ticket.user_id for each in asked} | set(self._users))
        for each in asked:
            if each.answer.done():
                continue
            if each.ticket.user_id not in self._users:
                each.answer.set_exception(NotAllowed())
                continue
            found: Channel | UnknownScope
            watch = Watch(each.ticket.level, each.ticket.key)
            try:
                found = await self._open(connection, watch, now)
            except LookupError as error:
                found = self._not_there(self.world, watch, error)
            if each.answer.done():  # gave up while it was read; the scope is there for their next try
                continue
            if isinstance(found, UnknownScope):
                each.answer.set_exception(found)
            else:
                each.answer.set_result(found)

    async def _open(self, connection: psycopg.AsyncConnection[DictRow], watch: Watch, now: datetime) -> Channel:
        if watch not in self.channels:
            place = await self._read(connection, self.world.open(watch, now))
            self.channels[watch] = Channel(place, build(self.world, place, now), alert=newest_alert(self.world, place))
        channel = self.channels[watch]
        channel.empty_since = time.monotonic()
        return channel

    async def _learn_users(self, connection: psycopg.AsyncConnection[DictRow], ids: set[UUID]) -> None:
        """Ends the streams of those who were deactivated or got another role or office. Who came while they were read was not asked
        about, and is known from being let in."""
        cursor = await connection.execute(sources.ACTIVE_USERS, {"users": list(ids)})
        found = {row["id"]: (row["role"], row["office_id"]) for row in await cursor.fetchall()}
        for listener in list(self.listeners()):
            known = self._users.get(listener.user_id)
            if listener.user_id not in ids and known is not None:
                found[listener.user_id] = known
            elif listener.user_id not in found or (known is not None and found[listener.user_id] != known):
                listener.push(frame("ended", {"reason": "user"}))
                listener.end()
        self._users = found

    def _publish(self, watches: Iterable[Watch]) -> None:
        now = datetime.now(UTC)
        for watch in list(watches):
            channel = self.channels[watch]
            channel.place = self.world.places[watch]
            old, channel.payload = channel.payload, build(self.world, channel.place, now)
            changed = changes(old, channel.payload)
            if changed is None:
                self._tell_change(channel, frame("snapshot", channel.payload, channel.position))
            elif changed.keys() - {"position", "as_of", "moved_at", "hour"}:
                self._tell_change(channel, frame("moved", changed, channel.position))
            self._tell_alert(channel, newest_alert(self.world, channel.place))

    def _tell_change(self, channel: Channel, body: bytes) -> None:
        channel.told_at = channel.payload["as_of"]
        self._tell(channel, body)

    def _tell_alert(self, channel: Channel, newest: str) -> None:
        if newest and newest != channel.alert:
            channel.alert = newest
            told = {listener: self.alerted(channel, listener) for listener in channel.listeners}
            slow = [listener for listener, body in told.items() if body and not listener.push(body)]
            channel.listeners.difference_update(slow)

    def _tell_all(self, body: bytes) -> None:
        for channel in self.channels.values():
            self._tell(channel, body)

    def _tell(self, channel: Channel, body: bytes) -> None:
        slow = [listener for listener in channel.listeners if not listener.push(body)]
        channel.listeners.difference_update(slow)

    def _pause(self) -> None:
        if not self.is_paused:
            self.is_paused = True
            self._tell_all(frame("paused", {"as_of": _now_ms()}))

    async def _chores(self, connection: psycopg.AsyncConnection[DictRow]) -> None:
        self._expire()
        if self._is_due("beat", BEAT_SECONDS):
            self._tell_all(b": still here\n" + frame("beat", {"as_of": _now_ms()}))
        if self._is_due("users", USERS_SECONDS):
            await self._learn_users(connection, {listener.user_id for listener in self.listeners()})
        if self._is_due("refresh", REFRESH_SECONDS):
            await self._refresh(connection)

    def _is_due(self, what: str, seconds: float) -> bool:
        now = time.monotonic()
        if now < self._due[what]:
            return False
        self._due[what] = now + seconds
        return True

    def _expire(self) -> None:
        now = time.time()
        for listener in self.listeners():
            if listener.expires < now:
                listener.push(frame("ended", {"reason": "ticket"}))
                listener.end()

    async def _refresh(self, connection: psycopg.AsyncConnection[DictRow]) -> None:
        """Offices, agents and targets anew, and goodbye to scopes that nobody has watched for a while."""
        now = time.monotonic()
        for watch, channel in list(self.channels.items()):
            if channel.listeners:
                channel.empty_since = now
            elif now - channel.empty_since > KEEP_SECONDS:
                self._forget(watch)
        used = {each for place in self.world.places.values() for each in place.branches}
        self.world.branches = {each: branch for each, branch in self.world.branches.items() if each in used}

        async def load() -> None:
            await self._read(connection, self.world.load_offices())
            await self._open_again(connection, self.world)
            detailed = [branch for branch in self.world.branches.values() if branch.detail]
            await self._read(connection, self.world.load_people(detailed))
            if self.world.branches:
                await self._read(connection, self.world.load_quotas(list(self.world.branches.values())))
                await self._read(connection, self.world.load_standings(list(self.world.branches.values())))

        await self._within(connection, load)
        self._publish(self.channels)

    async def _open_again(self, connection: psycopg.AsyncConnection[DictRow], world: World) -> None:
        """Finds every watched scope anew: branches open and close, agents leave."""
        for watch in list(self.channels):
            try:
                await self._read(connection, world.open(watch, datetime.now(UTC)))
            except LookupError as error:
                self._not_there(world, watch, error)
                self._forget(watch)

    @staticmethod
    def _not_there(world: World, watch: Watch, error: LookupError) -> UnknownScope:
        """One scope that lacks something ends for those who watch it, and for nobody else."""
        world.close(watch)
        if isinstance(error, UnknownScope):
            return error
        log.error("the scope %s/%s cannot be read", watch.level, watch.key, exc_info=error)
        return UnknownScope(f"{watch.level}/{watch.key}")

    def _forget(self, watch: Watch) -> None:
        channel = self.channels.pop(watch)
        self.world.close(watch)
        for listener in list(channel.listeners):
            listener.end()

    @staticmethod
    async def _within(connection: psycopg.AsyncConnection[DictRow], load: Any) -> None:
        """One snapshot of the database, in which all branches may be read."""
        async with connection.transaction():
            await connection.execute(SCOPE_OF_ALL)
            await load()

    @staticmethod
    async def _read(connection: psycopg.AsyncConnection[DictRow], reading: Reading[T]) -> T:
        async def rows(sql: LiteralString, params: dict[str, Any]) -> list[DictRow]:
            cursor = await connection.execute(sql, params)
            return await cursor.fetchall()

        return await read_async(reading, rows)


def _now_ms() -> int:
    return int(time.time() * 1000)
