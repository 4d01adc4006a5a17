"""Receipt numbers that phones hold, so that a receipt has its number without signal. One never becomes another receipt's."""

from collections.abc import Sequence
from typing import Final, LiteralString
from uuid import UUID

from perisai.custody.signed import PREFIX
from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.payments.codes.code import with_check_digit

BLOCK: Final = 40
"""A phone is filled up to so many when fewer than half are left."""

# Carried by custody_number_device. What is explained is out of use.
_HELD: LiteralString = """
SELECT number FROM custody_number
WHERE branch_id = %s AND device_id = %s AND agent_id = %s AND receipt_id IS NULL AND why_unused = '' AND number > %s
ORDER BY number
"""
# One row a branch, locked after the agent's.
_ADVANCE: LiteralString = """
INSERT INTO custody_numbering AS n (branch_id, next) VALUES (%(branch)s, 1 + %(count)s)
ON CONFLICT (branch_id) DO UPDATE SET next = n.next + %(count)s
RETURNING next
"""
_LEASE: LiteralString = """
INSERT INTO custody_number (branch_id, number, device_id, agent_id, leased_at, why_unused)
SELECT %s, n, %s, %s, %s, '' FROM unnest(%s::text[]) AS n
"""
_LAST_USED: LiteralString = """
SELECT coalesce(max(number), '') FROM custody_number
WHERE branch_id = %s AND device_id = %s AND receipt_id IS NOT NULL
"""
# The gaps: numbers that a phone passed over, and those of phones that can use none any more.
_GAPS: LiteralString = """
SELECT n.number, n.leased_at, d.state, d.name, n.why_unused, n.explained_at
FROM custody_number n
JOIN accounts_device d ON d.id = n.device_id
WHERE n.branch_id = %(branch)s AND n.agent_id = %(agent)s AND n.receipt_id IS NULL
  AND (n.why_unused <> '' OR n.number < (
    SELECT max(u.number) FROM custody_number u
    WHERE u.branch_id = n.branch_id AND u.device_id = n.device_id AND u.receipt_id IS NOT NULL))
ORDER BY n.number
"""
_EXPLAIN: LiteralString = """
UPDATE custody_number SET why_unused = %s, explained_by = %s, explained_at = %s
WHERE branch_id = %s AND agent_id = %s AND number = %s AND receipt_id IS NULL AND why_unused = ''
RETURNING number
"""


def top_up(work: Work, *, branch_id: int, device_id: UUID, agent_id: UUID) -> list[str]:
    """The unused numbers of a phone, rising; filled up where fewer than half are left. The caller holds the agent's row."""
    (last,) = work.row(_LAST_USED, [branch_id, device_id]) or ("",)
    held = [number for (number,) in work.rows(_HELD, [branch_id, device_id, agent_id, last])]
    if len(held) * 2 >= BLOCK:
        return held
    count = BLOCK - len(held)
    row = work.row(_ADVANCE, {"branch": branch_id, "count": count})
    assert row is not None
    fresh = [number_of(branch_id, row[0] - count + index) for index in range(count)]
    work.execute(_LEASE, [branch_id, device_id, agent_id, work.now, fresh])
    return [*held, *fresh]


def number_of(branch_id: int, serial: int) -> str:
    """``K150100000018``: branch, serial, check digit. The letter keeps it from being taken for a payment code."""
    return PREFIX + with_check_digit(f"{branch_id:04d}{serial:07d}")


def gaps(work: Work, *, branch_id: int, agent_id: UUID) -> Sequence[tuple[object, ...]]:
    """(number, leased at, phone's state, phone's name, why unused, explained at) of numbers that were passed over."""
    return work.rows(_GAPS, {"branch": branch_id, "agent": agent_id})


def explain(work: Work, *, branch_id: int, agent_id: UUID, number: str, why: str) -> None:
    """Says why a number stayed unused; from then on it is no receipt's. Raises E4710."""
    if not why.strip():
        raise Refused("E4710")
    done = work.row(_EXPLAIN, [why.strip()[:300], work.actor.user_id, work.now, branch_id, agent_id, number])
    if done is None:
        raise Refused("E4710")
    detail = {"number": number}
    work.report(
        Happened(
            kind="receipt_number_explained", branch_id=branch_id, agent_id=agent_id, subject_id=agent_id, detail=detail
        )
    )
