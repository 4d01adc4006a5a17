"""Payment codes: twelve digits, numbered by branch, with a check digit against mistyping."""

from uuid import UUID

import orjson

from perisai.events.work import Work

# One row a branch: its numbering. Locked after the quota and before the position.
_ADVANCE = """
INSERT INTO payments_code_block AS b (branch_id, next) VALUES (%(branch)s, 1 + %(count)s)
ON CONFLICT (branch_id) DO UPDATE SET next = b.next + %(count)s
RETURNING next
"""

_REGISTER = """
INSERT INTO payments_payment_code (code, branch_id, enrolment_id, channel, code_masked)
SELECT r.code, %s, r.enrolment_id, 'va', r.code FROM jsonb_to_recordset(%s::jsonb) AS r (code text, enrolment_id uuid)
"""


def issue_many(work: Work, *, branch_id: int, enrolment_ids: list[UUID]) -> dict[UUID, str]:
    """A new code for each enrolment, entered in the national registry. Two statements."""
    if not enrolment_ids:
        return {}
    row = work.row(_ADVANCE, {"branch": branch_id, "count": len(enrolment_ids)}, prepared=True)
    assert row is not None
    first = row[0] - len(enrolment_ids)
    codes = {
        enrolment_id: with_check_digit(f"{branch_id:04d}{first + index:07d}")
        for index, enrolment_id in enumerate(enrolment_ids)
    }
    rows = [{"code": code, "enrolment_id": enrolment_id} for enrolment_id, code in codes.items()]
    work.execute(_REGISTER, [branch_id, orjson.dumps(rows).decode()], prepared=True)
    return codes


def with_check_digit(digits: str) -> str:
    """Appends the Luhn check digit (ISO/IEC 7812-1 annex B)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{digits}{-total % 10}"


def is_well_formed(code: str) -> bool:
    """Twelve digits whose last one checks the others."""
    return len(code) == 12 and code.isdigit() and with_check_digit(code[:-1]) == code
