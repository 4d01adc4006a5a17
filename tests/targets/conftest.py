"""A small country of its own for each test: head office, a region, two branches, a sub-branch, an agency office, five agents."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work

NOW = datetime(2026, 5, 11, 3, 0, tzinfo=UTC)
"""A Monday in May; the year has passed months and coming ones."""
YEAR = 2026
_numbers = count()
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass
class Country:
    """``officers``: two people, so that one makes and the other approves."""

    head: int
    region: int
    branch: int
    other: int
    sub_branch: int
    agency: int
    province: str
    """Nobody else's, so that kecamatan are its own too."""
    agents: list[UUID] = field(default_factory=list)
    officers: tuple[UUID, UUID] = field(default_factory=lambda: (uuid7(), uuid7()))

    def work(self, *, second: bool = False, at: datetime = NOW) -> Work:
        actor = Actor(user_id=self.officers[1 if second else 0])
        return Work(scope=Scope.of([self.branch, self.other]), actor=actor, clock=FixedClock(at))


def month(number: int) -> date:
    return date(YEAR, number, 1)


@pytest.fixture
def country(database: object) -> Iterator[Country]:
    n = next(_numbers)
    base, of = 80_000_000 + n * 100, _LETTERS[n // 26] + _LETTERS[n % 26]
    made = Country(base, base + 1, base + 10, base + 20, base + 11, base + 12, of)
    rows: list[tuple[Any, ...]] = [
        (made.head, "head", None, None, [made.head], f"{of}-P", "Kantor Pusat Uji", []),
        (made.region, "region", made.head, None, [made.head, made.region], f"{of}-W", "Kanwil Uji", []),
        (
            made.branch,
            "branch",
            made.region,
            made.branch,
            [made.head, made.region, made.branch],
            f"{of}-A",
            "KC Satu",
            [f"{of}.91"],
        ),
        (
            made.other,
            "branch",
            made.region,
            made.other,
            [made.head, made.region, made.other],
            f"{of}-B",
            "KC Dua",
            [f"{of}.92"],
        ),
    ]
    inside = [made.head, made.region, made.branch]
    rows += [
        (
            made.sub_branch,
            "sub_branch",
            made.branch,
            made.branch,
            [*inside, made.sub_branch],
            f"{of}-S",
            "KCP Uji",
            [f"{of}.93"],
        ),
        (
            made.agency,
            "agency",
            made.branch,
            made.branch,
            [*inside, made.agency],
            f"{of}-K",
            "Kantor Perisai Uji",
            [],
        ),
    ]
    with made.work() as work:
        for row in rows:
            work.execute(
                "INSERT INTO offices_office (id, kind, parent_id, branch_id, path, code, name, timezone, province_code, regencies,"
                " address, is_demo, is_open) VALUES (%s, %s, %s, %s, %s, %s, %s, 'Asia/Jakarta', '94', %s, '', true, true)",
                list(row),
            )
        for branch in (made.branch, made.other):
            work.execute("INSERT INTO events_position (branch_id, number) VALUES (%s, 0)", [branch])
        places = [
            (made.agency, None),
            (made.agency, None),
            (made.agency, made.sub_branch),
            (None, made.sub_branch),
            (None, None),
        ]
        for at, (agency, sub_branch) in enumerate(places, start=1):
            made.agents.append(uuid7())
            work.execute(
                "INSERT INTO agents_agent (branch_id, id, code, full_name, phone, agency_office_id, sub_branch_id, state, since)"
                " VALUES (%s, %s, %s, %s, '', %s, %s, 'active', '2025-01-01')",
                [made.branch, made.agents[-1], f"P-{made.branch}-{at:04d}", f"Agen Uji {at}", agency, sub_branch],
            )
    yield made
    with made.work() as work:
        work.execute("UPDATE offices_office SET is_open = false WHERE path @> ARRAY[%s]", [made.head])
