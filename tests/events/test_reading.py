"""Readings of one page that ask the same ask it once."""

from datetime import date
from typing import Any

from perisai.events.reading import Reading, once, read


def days(first: date) -> Reading[list[Any]]:
    return (yield "SELECT day", {"first": first})


def test_same_question_is_asked_once_and_another_is_asked() -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    def rows(sql: str, params: dict[str, Any]) -> list[dict[str, Any]]:
        asked.append((sql, params))
        return [{"n": len(asked)}]

    ask = once(rows)
    november, december = date(2026, 11, 1), date(2026, 12, 1)
    assert [read(days(day), ask) for day in (november, december, november)] == [[{"n": 1}], [{"n": 2}], [{"n": 1}]]
    assert [params["first"] for _, params in asked] == [november, december]
    assert read(days(november), once(rows)) == [{"n": 3}], "another page asks anew"
