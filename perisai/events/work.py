"""The unit of work: the one door through which state changes.

It opens the transaction, sets the scope for row-level security, hands verbs the actor and the clock, collects the events they
report, and writes positions, events and counters, in this order, as the last thing before commit. After a bulk load it lets
PostgreSQL look at the tables that grew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import TracebackType
from typing import Any, Final, LiteralString, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper

from perisai.events.clock import Clock, SystemClock
from perisai.events.kinds import kinds
from perisai.events.record import write
from perisai.events.scope import SYSTEM, Actor, Scope

Params = Sequence[Any] | dict[str, Any]

_SET_SCOPE = """
SELECT
  set_config('perisai.branches',
             coalesce(%s::int[], (SELECT coalesce(array_agg(branch_id), '{}') FROM events_position))::text, true),
  set_config('lock_timeout', %s, true)
"""

BULK: Final = 2_000
"""Rows that one Work touches before PostgreSQL is told of the tables that grew by it. By itself it would look within a minute: too
late for whoever asks next."""
_ANALYZE_GROWN = "SELECT events_analyze_grown()"


@dataclass(slots=True)
class Happened:
    """One event as a verb reports it. ``captured_from``/``captured_to`` None: it happened when it was received.

    ``captured_at`` is the best estimate of when, for the hour of the day; ``day`` the branch's day that the act is counted on.
    ``amount`` is rupiah. ``detail`` holds only the fields that ``kinds.yaml`` allows for the kind.
    """

    kind: str
    branch_id: int
    subject_id: UUID | None = None
    agent_id: UUID | None = None
    sub_branch_id: int | None = None
    agency_office_id: int | None = None
    region_code: str | None = None
    segment: str = "BPU"
    quantity: int = 1
    amount: int = 0
    device_id: UUID | None = None
    captured_from: datetime | None = None
    captured_to: datetime | None = None
    captured_at: datetime | None = None
    day: date | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def to(cls, kind: str, branch_id: int, subject: Sequence[Any], **more: Any) -> "Happened":
        """What happened to a row of a statement: its id, then agent, sub-branch, agency office and region code."""
        subject_id, agent_id, sub_branch_id, agency_office_id, region_code = subject
        return cls(
            kind=kind,
            branch_id=branch_id,
            subject_id=subject_id,
            agent_id=agent_id,
            sub_branch_id=sub_branch_id,
            agency_office_id=agency_office_id,
            region_code=region_code,
            **more,
        )


class Work:
    """A transaction with scope, actor, clock and the events it leaves.

    Raises ``RuntimeError`` when opened inside another Work, and ``ValueError`` where an event is of an unknown kind, carries a
    detail its kind does not allow, or belongs to a second branch.
    """

    def __init__(
        self,
        *,
        scope: Scope,
        actor: Actor = SYSTEM,
        clock: Clock | None = None,
        lock_timeout_ms: int = 4000,
    ) -> None:
        self.scope = scope
        self.actor = actor
        self.clock: Clock = clock or SystemClock()
        self.now: datetime = self.clock.now()
        self._lock_timeout = f"{lock_timeout_ms}ms"
        self._events: list[Happened] = []
        self._touched = 0
        self._prepared: CursorWrapper | None = None
        self._plain: CursorWrapper | None = None
        self._atomic = transaction.Atomic(using="default", savepoint=False, durable=True)

    @classmethod
    def open(cls, **options: Any) -> Self:
        return cls(**options)

    def __enter__(self) -> Self:
        self._atomic.__enter__()
        branches = self.scope.branches
        try:
            self.execute(_SET_SCOPE, [None if branches is None else list(branches), self._lock_timeout], prepared=True)
        except BaseException as error:
            self._atomic.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            try:
                if self._touched >= BULK:
                    self.execute(_ANALYZE_GROWN)
                self._write_events()
            except BaseException as late:
                self._atomic.__exit__(type(late), late, late.__traceback__)
                raise
        self._atomic.__exit__(kind, error, trace)

    def execute(self, sql: LiteralString, params: Params = (), *, prepared: bool = False) -> int:
        """Runs a statement and returns how many rows it touched.

        ``prepared``: bound and planned on the server and kept by the connection, for statements of the hot path; every
        parameter then needs a type that the statement gives away.
        """
        cursor = self._cursor(prepared)
        cursor.execute(sql, params)
        touched: int = cursor.cursor.rowcount  # Django's wrapper looks every attribute up by its name
        self._touched += touched
        return touched

    def rows(self, sql: LiteralString, params: Params = (), *, prepared: bool = False) -> list[tuple[Any, ...]]:
        """Runs a statement and returns all its rows."""
        cursor = self._cursor(prepared)
        cursor.execute(sql, params)
        with connection.wrap_database_errors:
            found: list[tuple[Any, ...]] = cursor.cursor.fetchall()
        self._touched += len(found)
        return found

    def row(self, sql: LiteralString, params: Params = (), *, prepared: bool = False) -> tuple[Any, ...] | None:
        """The first row, or None."""
        found = self.rows(sql, params, prepared=prepared)
        return found[0] if found else None

    def dicts(self, sql: LiteralString, params: Params = ()) -> list[dict[str, Any]]:
        """All rows, each a dictionary by column name."""
        cursor = self._cursor(prepared=False)
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _cursor(self, prepared: bool) -> CursorWrapper:
        """Django binds parameters in the client, which hides that two statements are the same; the other kind does not. One
        of each lasts as long as the Work."""
        if prepared:
            if self._prepared is None:
                self._prepared = prepared_cursor()
            return self._prepared
        if self._plain is None:
            self._plain = connection.cursor()
        return self._plain

    def report(self, happened: Happened) -> None:
        """Takes an event of a verb; it is written when the Work ends."""
        kind = kinds().get(happened.kind)
        if kind is None:
            raise ValueError(f"unknown kind of event: {happened.kind}")
        if not kind.detail.issuperset(happened.detail):
            raise ValueError(f"{happened.kind} may not hold {sorted(set(happened.detail) - kind.detail)}")
        if self._events and self._events[0].branch_id != happened.branch_id:
            raise ValueError("a Work stays within one branch")
        self._events.append(happened)

    @property
    def reported(self) -> list[Happened]:
        return list(self._events)

    def mark(self) -> int:
        """A place to return to with ``forget_since`` when part of a batch is rolled back to a savepoint."""
        return len(self._events)

    def forget_since(self, mark: int) -> None:
        del self._events[mark:]

    def _write_events(self) -> None:
        if self._events:
            write(self._cursor(prepared=True), events=self._events, actor=self.actor, now=self.now)


def prepared_cursor() -> CursorWrapper:
    """A cursor whose statements are bound on the server, planned once and kept by the connection; for registries that are
    read before a Work can be opened. Every parameter needs a type that the statement gives away."""
    connection.ensure_connection()
    bound: Any = ServerBindingCursor
    return connection.make_cursor(bound(connection.connection))


def array_of(values: Iterable[object]) -> str:
    """A parameter of an array type, as PostgreSQL writes it: psycopg would look through a list one by one. For values whose text
    needs no quotes, or that bring them."""
    return f"{{{','.join(map(str, values))}}}"


def branch_day(at: datetime, timezone: str) -> date:
    """The branch's day at an instant."""
    return at.astimezone(ZoneInfo(timezone)).date()
