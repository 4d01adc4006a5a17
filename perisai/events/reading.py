"""Reads that run the same over Django's connection and over the live process's own.

A reading is a generator: it yields (SQL, parameters), is sent the rows, and returns its result. So the page, the polling
endpoint and the live process share every statement and every sum.
"""

from collections.abc import Awaitable, Callable, Generator
from typing import Any, LiteralString, TypeVar

Row = dict[str, Any]
Query = tuple[LiteralString, dict[str, Any]]
T = TypeVar("T")
Reading = Generator[Query, list[Row], T]
Rows = Callable[[LiteralString, dict[str, Any]], list[Row]]


def once(rows: Rows) -> Rows:
    """Asks every question once: for several readings of one page, which share places, calendars and plans. Rows are handed out
    again as they are, so that nobody may change them."""
    known: dict[tuple[str, str], list[Row]] = {}

    def ask(sql: LiteralString, params: dict[str, Any]) -> list[Row]:
        question = (sql, repr(params))
        if question not in known:
            known[question] = rows(sql, params)
        return known[question]

    return ask


def read(reading: Reading[T], rows: Rows) -> T:
    """Runs a reading, for instance with ``work.dicts``."""
    try:
        query = next(reading)
        while True:
            query = reading.send(rows(*query))
    except StopIteration as done:
        result: T = done.value
        return result


async def read_async(reading: Reading[T], rows: Callable[[LiteralString, dict[str, Any]], Awaitable[list[Row]]]) -> T:
    """As ``read``, on an asynchronous connection."""
    try:
        query = next(reading)
        while True:
            query = reading.send(await rows(*query))
    except StopIteration as done:
        result: T = done.value
        return result
