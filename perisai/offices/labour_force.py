"""The labour force of each kecamatan by year: brought by offices as a spreadsheet, kept with every earlier figure, read as weights.

Source of the columns: Sakernas of BPS publishes labour force and informal work by regency; offices bring the parts by kecamatan.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import LiteralString, NamedTuple
from uuid import UUID

import orjson

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.offices.models import Office, OfficeKind

MOST = 20_000_000
"""People of one kecamatan: far above the largest."""


class Force(NamedTuple):
    """Persons. ``informal`` are whom BPU is for, ``micro`` whom PU of micro and small employers is for."""

    labour_force: int
    informal: int
    micro: int
    source: str = ""
    year: int = 0

    def of(self, segment: str) -> int:
        """The part that a segment can reach."""
        return self.informal if segment == "BPU" else self.micro


class District(NamedTuple):
    """A kecamatan and its regency."""

    code: str
    name: str
    regency: str


class Brought(NamedTuple):
    """``rows`` in the file, ``changed`` of them other than what was known."""

    id: UUID
    rows: int
    changed: int


@dataclass(frozen=True)
class Import:
    """A file that was taken."""

    at: object
    by: str | None
    rows: int
    changed: int


# Of each kecamatan the newest year up to the one asked for, and of that year the last import. Carried by the primary key.
_OF: LiteralString = """
SELECT DISTINCT ON (f.district_code) f.district_code, f.labour_force, f.informal, f.micro, f.source, f.year
FROM offices_labour_force f
WHERE f.district_code = ANY (%(districts)s) AND f.year <= %(year)s AND (NOT %(exactly)s OR f.year = %(year)s)
  AND (%(as_of)s::date IS NULL OR f.known_on <= %(as_of)s) AND (%(until)s::uuid IS NULL OR f.import_id <= %(until)s)
ORDER BY f.district_code, f.year DESC, f.import_id DESC
"""
_DISTRICTS: LiteralString = """
SELECT d.code, d.name, r.name FROM offices_region r JOIN offices_region d ON d.parent_code = r.code AND d.level = 3
WHERE r.code = ANY (%s) ORDER BY d.code
"""
_REGENCIES: LiteralString = """
SELECT DISTINCT unnest(o.regencies) FROM offices_office o WHERE o.path @> ARRAY[%s::int] AND o.is_open ORDER BY 1
"""
_INSERT: LiteralString = """
INSERT INTO offices_labour_force (district_code, year, import_id, labour_force, informal, micro, source, known_on)
SELECT n.code, %(year)s, %(import)s, n.labour_force, n.informal, n.micro, n.source, %(today)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (code text, labour_force int, informal int, micro int, source text)
"""
_IMPORT: LiteralString = """
INSERT INTO offices_labour_import (id, office_id, year, sha256, rows, changed, at, by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_IMPORTS: LiteralString = """
SELECT i.at, u.full_name, i.rows, i.changed FROM offices_labour_import i LEFT JOIN accounts_user u ON u.id = i.by
WHERE i.office_id = %s AND i.year = %s ORDER BY i.at DESC LIMIT 20
"""


def of(
    work: Work,
    *,
    districts: Collection[str],
    year: int,
    exactly: bool = False,
    as_of: date | None = None,
    until: UUID | None = None,
) -> dict[str, Force]:
    """By code of kecamatan: of the year, or of the newest one before it (``exactly``: only of that year); what nobody brought is
    absent. ``as_of``: as it was known at the end of that day; ``until``: right after that import. One statement."""
    params = {"districts": sorted(districts), "year": year, "exactly": exactly, "as_of": as_of, "until": until}
    return {code: Force(*rest) for code, *rest in work.rows(_OF, params)}


def districts_of(work: Work, regencies: Collection[str]) -> list[District]:
    """All kecamatan of these regencies, by code. One statement."""
    return [District(*row) for row in work.rows(_DISTRICTS, [sorted(regencies)])]


def area_of(work: Work, office: Office) -> list[District]:
    """What an office serves: of a branch or sub-branch its own regencies, above all beneath it. At most two statements."""
    if office.kind in (OfficeKind.BRANCH, OfficeKind.SUB_BRANCH):
        return districts_of(work, office.regencies)
    return districts_of(work, [code for (code,) in work.rows(_REGENCIES, [office.id])])


def bring(work: Work, *, office: Office, year: int, rows: Mapping[str, Force], data: bytes, today: date) -> Brought:
    """Keeps what differs from what is known of that year. Three statements, however many rows.

    Raises E5014 for a kecamatan out of the office's area or figures whose parts are more than the whole, E5024 where the file says
    nothing new.
    """
    area = {district.code for district in area_of(work, office)}
    if not rows or not rows.keys() <= area or not all(_is_sound(force) for force in rows.values()):
        raise Refused("E5014")
    lock(work, year)
    known = of(work, districts=rows, year=year, exactly=True)
    changed = {code: force for code, force in rows.items() if known.get(code, Force(-1, 0, 0))[:4] != force[:4]}
    if not changed:
        raise Refused("E5024")
    made = uuid7()
    told = [{"code": code, **force._asdict()} for code, force in changed.items()]
    work.execute(_INSERT, {"year": year, "import": made, "today": today, "rows": orjson.dumps(told).decode()})
    digest = hashlib.sha256(data).digest()
    by = work.actor.user_id
    work.execute(_IMPORT, [made, office.id, year, digest, len(rows), len(changed), work.now, by])
    return Brought(made, len(rows), len(changed))


def lock(work: Work, year: int) -> None:
    """Until the Work ends, nobody else brings figures of this year."""
    work.execute("SELECT pg_advisory_xact_lock(hashtext('labour force'), %s)", [year])


def newest(work: Work, year: int) -> UUID | None:
    """The last import of a year, by any office."""
    row = work.row("SELECT id FROM offices_labour_import WHERE year = %s ORDER BY id DESC LIMIT 1", [year])
    return row[0] if row else None


def imports(work: Work, *, office_id: int, year: int) -> Sequence[Import]:
    """Files that were taken, newest first."""
    return [Import(*row) for row in work.rows(_IMPORTS, [office_id, year])]


def _is_sound(force: Force) -> bool:
    parts = force.informal + force.micro
    return force.informal >= 0 and force.micro >= 0 and parts <= force.labour_force <= MOST and len(force.source) <= 200
