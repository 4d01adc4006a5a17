"""Where somebody can apply: branches, their agency offices and districts, and what a link names."""

from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.recruitment.form import Place

_OFFICE: LiteralString = """
SELECT id, kind, branch_id FROM offices_office WHERE id = %s AND branch_id IS NOT NULL AND is_open
"""
_BRANCHES: LiteralString = """
SELECT coalesce(r.name, ''), o.id, o.name FROM offices_office o LEFT JOIN offices_region r ON r.code = o.province_code
WHERE o.kind = 'branch' AND o.is_open ORDER BY 1, 3
"""
_AGENCIES: LiteralString = """
SELECT id, name FROM offices_office WHERE branch_id = %s AND kind = 'agency' AND is_open ORDER BY name
"""
_DISTRICTS: LiteralString = """
SELECT p.name, d.code, d.name FROM offices_office o JOIN offices_region p ON p.code = ANY (o.regencies)
JOIN offices_region d ON d.parent_code = p.code AND d.level = 3
WHERE o.id = %s ORDER BY p.name, d.name
"""
# Carried by invitation_code.
_INVITATION: LiteralString = """
SELECT id, agency_office_id, phone_masked FROM recruitment_invitation
WHERE branch_id = %s AND code = %s AND candidate_id IS NULL AND good_until > %s
"""


class Invited(NamedTuple):
    """An invitation that is open."""

    id: UUID
    agency_office_id: int | None
    phone_masked: str


def branches() -> list[tuple[str, list[tuple[int, str]]]]:
    """(province, [(id, name)]) of every branch that takes applications."""
    with Work.open(scope=Scope.of([])) as work:
        rows = work.rows(_BRANCHES)
    return _grouped(rows)


def find(office_id: int) -> tuple[int, int | None] | None:
    """(branch, agency office) that an office's id in a link means; None where it is no open office of a branch."""
    with Work.open(scope=Scope.of([])) as work:
        row = work.row(_OFFICE, [office_id])
    if row is None:
        return None
    return row[2], row[0] if row[1] == "agency" else None


def get(work: Work, branch_id: int) -> Place:
    """What the form offers there. The branch is one that ``find`` gave."""
    office = work.row("SELECT name FROM offices_office WHERE id = %s", [branch_id])
    assert office is not None
    return Place(
        branch_id=branch_id,
        branch=office[0],
        offices=[(row[0], row[1]) for row in work.rows(_AGENCIES, [branch_id])],
        districts=_grouped(work.rows(_DISTRICTS, [branch_id])),
    )


def find_invitation(work: Work, branch_id: int, code: str) -> Invited | None:
    """None for a code that is unknown, used or too old: the form is open without one."""
    row = work.row(_INVITATION, [branch_id, code, work.now])
    return Invited(*row) if row else None


def _grouped(rows: list[tuple[Any, ...]]) -> list[tuple[str, list[tuple[Any, str]]]]:
    found: dict[str, list[tuple[Any, str]]] = {}
    for group, key, name in rows:
        found.setdefault(group, []).append((key, name))
    return list(found.items())
