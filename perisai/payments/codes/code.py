"""Payment codes: twelve digits, numbered by branch, with a check digit against mistyping."""

from uuid import UUID

import orjson

from perisai.events.vault import keyed_hash
from perisai.events.work import Work

# One row a branch: its numbering. Locked after the quota and before the position.
_ADVANCE = """
INSERT INTO payments_code_block AS b (branch_id, next) VALUES (%(branch)s, 1 + %(count)s)
ON CONFLICT (branch_id) DO UPDATE SET next = b.next + %(count)s
RETURNING next
"""

# Sorted, because a NIK that serves as a code may be another branch's old one.
_REGISTER = """
INSERT INTO payments_payment_code AS c (code, branch_id, enrolment_id, channel, code_masked)
SELECT r.code, %s, r.enrolment_id, r.channel, r.code_masked
FROM jsonb_to_recordset(%s::jsonb) AS r (code text, enrolment_id uuid, channel text, code_masked text)
ORDER BY r.code
ON CONFLICT (code) DO UPDATE SET branch_id = excluded.branch_id, enrolment_id = excluded.enrolment_id
"""


def issue_many(
    work: Work,
    *,
    branch_id: int,
    niks: dict[UUID, str],
    kept: dict[UUID, str] | None = None,
    beside: dict[UUID, str] | None = None,
) -> dict[UUID, str]:
    """A code for each enrolment of ``niks`` (NIK by enrolment), entered in the national registry. Two statements.

    ``kept``: codes that the enrolments were given by their phone's lease; they stand instead of new ones, and for an
    enrolment that is not in ``niks`` (still in review) the code is reserved. ``beside``: codes that lead to the enrolment too.
    Each is also found by its NIK, for banks of that channel; the NIK itself is not kept there.
    """
    kept, beside = kept or {}, beside or {}
    new = [enrolment_id for enrolment_id in niks if enrolment_id not in kept]
    numbers = take_numbers(work, branch_id=branch_id, count=len(new))
    codes = dict(zip(new, numbers, strict=True))
    rows = [
        {"code": code, "enrolment_id": enrolment_id, "channel": "va", "code_masked": code}
        for some in (codes, kept, beside)
        for enrolment_id, code in some.items()
    ]
    rows += [
        {"code": nik_code(nik), "enrolment_id": enrolment_id, "channel": "nik", "code_masked": mask_nik(nik)}
        for enrolment_id, nik in niks.items()
    ]
    if rows:
        work.execute(_REGISTER, [branch_id, orjson.dumps(rows).decode()], prepared=True)
    return codes | kept


def take_numbers(work: Work, *, branch_id: int, count: int) -> list[str]:
    """The branch's next ``count`` codes, given to nobody else. One statement; none where none is asked for."""
    if count == 0:
        return []
    row = work.row(_ADVANCE, {"branch": branch_id, "count": count}, prepared=True)
    assert row is not None
    first = row[0] - count
    return [with_check_digit(f"{branch_id:04d}{first + index:07d}") for index in range(count)]


def nik_code(nik: str) -> str:
    """What stands in the registry for a NIK that serves as payment code."""
    return "nik:" + keyed_hash("payment_code", nik).hex()


def mask_nik(nik: str) -> str:
    """``1571**********01``: enough to recognise one's own number, too little to use another's."""
    return nik[:4] + "*" * max(len(nik) - 6, 0) + nik[-2:]


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
