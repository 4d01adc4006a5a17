"""A receipt by member and programme: what of each line's money goes where, by the bills of its months."""

from typing import Any, LiteralString
from uuid import UUID

from perisai.events.work import Work
from perisai.payments.books import shares
from perisai.payments.books.ledger import Income

# Lines by their key, bills by bill_one_a_month. What was cancelled and issued anew counts once: as it is now.
_BILLS: LiteralString = """
SELECT l.n, l.first_month, l.last_month, l.amount, b.lines
FROM custody_line l
JOIN contributions_bill b ON b.branch_id = l.branch_id AND b.enrolment_id = l.enrolment_id AND b.state IN ('open', 'paid')
  AND b.first_month <= l.last_month AND b.first_month + make_interval(months => b.months::int) > l.first_month
WHERE l.branch_id = %s AND l.receipt_id = %s ORDER BY l.n, b.first_month
"""


def of_receipt(work: Work, *, branch_id: int, receipt_id: UUID) -> dict[int, Income]:
    """By the number of the line, in rupiah that add up to it; nothing of a line that is an instalment, names no month, or is for
    another sum than its months cost now. One statement."""
    found: dict[int, list[Income]] = {}
    amounts: dict[int, int] = {}
    for n, first, last, amount, lines in work.rows(_BILLS, [branch_id, receipt_id]):
        found.setdefault(n, []).append(shares.shares(lines, first=first, last=last))
        amounts[n] = amount
    sums = {n: shares.add(each) for n, each in found.items()}
    return {n: income for n, income in sums.items() if income.total == amounts[n]}


def of_whole(work: Work, *, branch_id: int, receipt_id: UUID, amount: int) -> list[tuple[str, int]]:
    """(programme, rupiah) of the whole receipt, whoever it is for; nothing where some of its ``amount`` cannot be told. One
    statement."""
    income = shares.add(of_receipt(work, branch_id=branch_id, receipt_id=receipt_id).values())
    return shares.named(income) if income.total == amount else []


def with_parts(work: Work, *, branch_id: int, receipt_id: UUID, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines of a receipt, each with ``parts``: (programme, rupiah) of those that get something, or nothing."""
    income = of_receipt(work, branch_id=branch_id, receipt_id=receipt_id)
    return [line | {"parts": shares.named(income[line["n"]]) if line["n"] in income else []} for line in lines]
