"""Boundaries of regencies and kecamatan: brought by the operator as GeoJSON, none shipped; of each place the newest file counts.

Reference data outside row-level security. Rows are added, never changed, so that it stays known what a map was drawn from.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

import orjson

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.offices.boundary_file import Polygons, Problem, check

LONGEST: Final = 300
"""Letters of a text about the data."""


class WrongFile(Exception):
    """Nothing was taken; ``problems`` says which features are wrong and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass(frozen=True)
class About:
    """Where the data is from: who made it, under which terms it may be shown, and of which year or edition it is."""

    source: str
    licence: str
    edition: str

    def stripped(self) -> "About":
        """Raises E7008 where something is missing or too long."""
        told = [" ".join(text.split()) for text in (self.source, self.licence, self.edition)]
        if not all(0 < len(text) <= LONGEST for text in told):
            raise Refused("E7008", most=LONGEST)
        return About(*told)


@dataclass(frozen=True)
class Brought:
    """``districts`` and ``regencies``: places drawn; ``derived`` regencies among them were made of their kecamatan."""

    id: UUID
    districts: int
    regencies: int
    derived: int


@dataclass(frozen=True)
class Import:
    """A file that was taken."""

    id: UUID
    at: datetime
    by: str | None
    file_name: str
    about: About
    districts: int
    regencies: int


@dataclass(frozen=True)
class Known:
    """Shapes by code, and what to say about the data they are from."""

    polygons: dict[str, Polygons]
    about: list[About]


# About 7,800 rows; by the level, which is a small part of the regions.
_CODES: LiteralString = "SELECT code FROM offices_region WHERE level IN (2, 3)"
# Carried by the primary key (code, import_id): the last one of each place.
_OF: LiteralString = """
SELECT DISTINCT ON (b.code) b.code, b.polygons::text, b.import_id FROM offices_boundary b WHERE b.code = ANY (%s)
ORDER BY b.code, b.import_id DESC
"""
_ABOUT: LiteralString = """
SELECT DISTINCT source, licence, edition FROM offices_boundary_import WHERE id = ANY (%s) ORDER BY source, edition
"""
_INSERT: LiteralString = """
INSERT INTO offices_boundary (code, import_id, level, polygons, is_derived)
SELECT n.code, %(import)s, n.level, n.polygons, n.is_derived
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (code text, level smallint, polygons jsonb, is_derived boolean)
"""
_IMPORT: LiteralString = """
INSERT INTO offices_boundary_import (id, sha256, file_name, source, licence, edition, districts, regencies, at, by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_IMPORTS: LiteralString = """
SELECT i.id, i.at, u.full_name, i.file_name, i.source, i.licence, i.edition, i.districts, i.regencies
FROM offices_boundary_import i LEFT JOIN accounts_user u ON u.id = i.by ORDER BY i.at DESC LIMIT 20
"""
_LAST: LiteralString = (
    "SELECT sha256, source, licence, edition FROM offices_boundary_import ORDER BY at DESC, id DESC LIMIT 1"
)
# Both counts over the primary key and the level of the regions.
_HOW_MANY: LiteralString = """
SELECT r.level, count(*), count(*) FILTER (WHERE EXISTS (SELECT 1 FROM offices_boundary b WHERE b.code = r.code))
FROM offices_region r WHERE r.level IN (2, 3) GROUP BY r.level
"""


def of(work: Work, codes: Collection[str]) -> Known:
    """Shapes of those of the codes that have one. Two statements, one where there are none."""
    rows = work.rows(_OF, [sorted(codes)])
    used = {import_id for _, _, import_id in rows}
    about = [About(*row) for row in work.rows(_ABOUT, [list(used)])] if used else []
    return Known({code: orjson.loads(text) for code, text, _ in rows}, about)


def bring(work: Work, *, data: bytes, file_name: str, about: About) -> Brought:
    """Takes the whole file, or nothing. Five statements, however many features.

    Raises ``WrongFile``, E7007 where the file was the last one taken, E7008 without source, licence and edition.
    """
    told = about.stripped()
    digest = hashlib.sha256(data).digest()
    work.execute("SELECT pg_advisory_xact_lock(hashtext('boundaries'))")
    last = work.row(_LAST)
    if last is not None and (bytes(last[0]), *last[1:]) == (digest, told.source, told.licence, told.edition):
        raise Refused("E7007")
    checked = check(data, (code for (code,) in work.rows(_CODES)))
    if checked.problems:
        raise WrongFile(checked.problems)
    brought = Brought(
        uuid7(),
        sum(one.level == 3 for one in checked.drawn),
        sum(one.level == 2 for one in checked.drawn),
        sum(one.is_derived for one in checked.drawn),
    )
    rows = [
        {"code": one.code, "level": one.level, "polygons": one.polygons, "is_derived": one.is_derived}
        for one in checked.drawn
    ]
    texts = [file_name[-200:], told.source, told.licence, told.edition]
    counts = [brought.districts, brought.regencies]
    work.execute(_IMPORT, [brought.id, digest, *texts, *counts, work.now, work.actor.user_id])
    work.execute(_INSERT, {"import": brought.id, "rows": orjson.dumps(rows).decode()})
    return brought


def imports(work: Work) -> list[Import]:
    """Files that were taken, newest first."""
    return [
        Import(key, at, by, name, About(source, licence, edition), districts, regencies)
        for key, at, by, name, source, licence, edition, districts, regencies in work.rows(_IMPORTS)
    ]


def how_many(work: Work) -> dict[int, tuple[int, int]]:
    """By level (2 regency, 3 kecamatan): all places, and those with a boundary."""
    return {level: (places, drawn) for level, places, drawn in work.rows(_HOW_MANY)}
