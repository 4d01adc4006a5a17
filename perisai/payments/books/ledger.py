"""The double-entry ledger of a branch: every entry moves one amount from an account to another. Append-only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, LiteralString, NamedTuple, Self
from uuid import UUID

from perisai.events.work import Work

RECEIVABLE = "receivable"
HELD = "held"
"""Money of members that no bill has taken yet."""
FEE = "expense:fee"
"""What banks kept of payments: the members have paid in full, and the bank's account holds that much less."""
REFUND = "refund"
"""Money that is decided to be given back, until the bank has paid it out."""

MOMENT: Final[LiteralString] = """
greatest(%(now)s::timestamptz, coalesce((
  SELECT max(closed.ends_at) FROM payments_period closed
  WHERE closed.branch_id = %(branch)s AND closed.reopened_at IS NULL), '-infinity'::timestamptz))
"""
"""When an entry of the parameters ``branch`` and ``now`` is dated: now, or where a clock is wrong or money was told long ago, the
first instant that is not closed. Carried by period_standing."""

_INSERT = f"""
INSERT INTO payments_ledger_entry (branch_id, at, debit, credit, amount, bill_id)
SELECT %(branch)s, m.at, e.debit, e.credit, e.amount, %(bill)s::uuid
FROM unnest(%(debits)s::text[], %(credits)s::text[], %(amounts)s::bigint[]) AS e (debit, credit, amount),
  (SELECT {MOMENT} AS at) AS m
"""

_BALANCE = """
SELECT account, sum(amount)::bigint FROM (
  SELECT debit AS account, amount FROM payments_ledger_entry WHERE branch_id = %(branch)s
  UNION ALL
  SELECT credit, -amount FROM payments_ledger_entry WHERE branch_id = %(branch)s
) AS moves GROUP BY account
"""

_PROOF = """
SELECT
  (SELECT coalesce(sum(amount), 0)::bigint FROM contributions_bill WHERE branch_id = %(branch)s AND state = 'open'),
  (SELECT coalesce(sum(amount), 0)::bigint FROM payments_payment WHERE branch_id = %(branch)s AND reversed_at IS NULL),
  (SELECT coalesce(sum(jkk + jkm + jht + jp + jkp - relief), 0)::bigint FROM contributions_paid_month WHERE branch_id = %(branch)s),
  (SELECT count(*) FROM contributions_bill b WHERE b.branch_id = %(branch)s AND b.state = 'paid'
     AND NOT EXISTS (SELECT FROM payments_payment p WHERE p.branch_id = b.branch_id AND p.bill_id = b.id
                     AND p.reversed_at IS NULL)),
  (SELECT coalesce(sum(amount), 0)::bigint FROM payments_held WHERE branch_id = %(branch)s),
  (SELECT coalesce(sum(amount), 0)::bigint FROM payments_held_move WHERE branch_id = %(branch)s),
  (SELECT coalesce(sum(amount), 0)::bigint FROM payments_refund WHERE branch_id = %(branch)s AND state = 'approved')
"""


class Income(NamedTuple):
    """What is owed for each programme after relief. Rupiah."""

    jkk: int
    jkm: int
    jht: int
    jp: int = 0
    jkp: int = 0

    @property
    def total(self) -> int:
        return sum(self)

    @classmethod
    def of(cls, lines: Iterable[Sequence[Any]]) -> Self:
        """Of the ``lines`` of bills, of wage earners too: what follows a line's total is JP, JKP and, where programmes have
        reliefs of different rates, the list of what each loses. Without that list the relief is JKK's and JKM's in proportion,
        which is exact where both have one rate. Raises ``ValueError`` where a line does not add up to its total."""
        sums = [0] * len(cls._fields)
        for line in lines:
            for at, owed in enumerate(_after_relief(line)):
                sums[at] += owed
        return cls(*sums)

    def reversed(self) -> Self:
        return type(self)(*(-amount for amount in self))


def in_proportion(jkk: int, jkm: int, relief: int) -> list[int]:
    """What a relief takes from each of the five programmes where a bill's line does not say it."""
    if relief and jkk + jkm:
        off_jkk = relief * jkk // (jkk + jkm)
        return [off_jkk, relief - off_jkk, 0, 0, 0]
    return [0, 0, relief, 0, 0]


def _after_relief(line: Sequence[Any]) -> list[int]:
    _, _, jkk, jkm, jht, relief, total, *rest = line
    jp, jkp = rest[:2] if len(rest) >= 2 else (0, 0)
    off = rest[2] if len(rest) > 2 else in_proportion(jkk, jkm, relief)
    owed = [gross - less for gross, less in zip((jkk, jkm, jht, jp, jkp), off, strict=True)]
    if sum(owed) != total:
        raise ValueError(f"a bill's line does not add up: {line}")
    return owed


def record_billing(
    work: Work, branch_id: int, jkk: int, jkm: int, jht: int, jp: int = 0, jkp: int = 0, *, bill_id: UUID | None = None
) -> None:
    """Bills were issued: amounts after relief, for one bill or for a batch (``bill_id`` None). One statement."""
    _record(work, branch_id, _billing(Income(jkk, jkm, jht, jp, jkp)), bill_id)


def reverse_billing(
    work: Work, branch_id: int, jkk: int, jkm: int, jht: int, jp: int = 0, jkp: int = 0, *, bill_id: UUID | None = None
) -> None:
    """Bills ended unpaid: the counter-entries of ``record_billing``. One statement."""
    _record(work, branch_id, _billing(Income(jkk, jkm, jht, jp, jkp).reversed()), bill_id)


def record_repricing(work: Work, branch_id: int, *, old: Income, new: Income, bill_id: UUID) -> None:
    """Counter-entries and new entries of one bill, in one statement; nothing where no programme's amount changed."""
    if old != new:
        _record(work, branch_id, [*_billing(old.reversed()), *_billing(new)], bill_id)


def record(work: Work, branch_id: int, moves: Sequence[tuple[str, str, int]], *, bill_id: UUID | None = None) -> None:
    """Moves money: (debit, credit, rupiah above nothing) each. One statement."""
    _record(work, branch_id, moves, bill_id)


def bank_account(bank_id: str) -> str:
    return f"bank:{bank_id}"


def balance(work: Work, branch_id: int) -> dict[str, int]:
    """Debits less credits of every account; they add up to nothing."""
    return dict(work.rows(_BALANCE, {"branch": branch_id}))


def prove(work: Work, branch_id: int, *, cash: Mapping[str, int] | None = None) -> list[str]:
    """What does not agree between ledger, bills, payments and paid months; empty when money balances.

    ``cash``: what agents hold by their receipts, by account (``custody.queries.cash_accounts``), to be compared too.
    """
    accounts: defaultdict[str, int] = defaultdict(int, balance(work, branch_id))
    proof = work.row(_PROOF, {"branch": branch_id})
    assert proof is not None
    owed, paid, months, unpaid_paid, held, moved, promised = proof
    banks = sum(amount for account, amount in accounts.items() if account.startswith("bank:"))
    checks = [
        (sum(accounts.values()), 0, "all accounts together"),
        (accounts[RECEIVABLE], owed, "receivable against open bills"),
        (
            banks + accounts[FEE],
            paid + held + promised,
            "banks and their fees against payments, money held and money to give back",
        ),
        (-accounts[HELD], held, "held against members' money"),
        (moved, held, "moves of members' money against it"),
        (-accounts[REFUND], promised, "refund against approved refunds"),
        (months, paid, "paid months against payments"),
        (unpaid_paid, 0, "paid bills without a payment"),
    ]
    booked = {account: amount for account, amount in accounts.items() if account.startswith("cash:") and amount}
    checks.append((-accounts[CUSTODY], sum(booked.values()), "custody against cash that agents hold"))
    if cash is not None:
        checks += [
            (booked.get(account, 0), cash.get(account, 0), f"{account} against receipts for cash")
            for account in sorted({*booked, *cash})
        ]
    return [f"{what}: {found} is not {wanted}" for found, wanted, what in checks if found != wanted]


def _billing(income: Income) -> list[tuple[str, str, int]]:
    """(debit, credit, amount); a negative amount goes the other way."""
    moves = []
    for name, amount in zip(income._fields, income, strict=True):
        account = f"income:{name}"
        if amount > 0:
            moves.append((RECEIVABLE, account, amount))
        elif amount < 0:
            moves.append((account, RECEIVABLE, -amount))
    return moves


def _record(work: Work, branch_id: int, moves: Sequence[tuple[str, str, int]], bill_id: UUID | None) -> None:
    if moves:
        debited, credited, amounts = (list(column) for column in zip(*moves, strict=True))
        work.execute(
            _INSERT,
            {
                "branch": branch_id,
                "now": work.now,
                "bill": bill_id,
                "debits": debited,
                "credits": credited,
                "amounts": amounts,
            },
        )


CUSTODY = "custody"
"""What agents owe members in cash that no bank has confirmed; against it ``cash:<agent>``, one account an agent."""


def cash_account(agent_id: UUID) -> str:
    return f"cash:{agent_id}"


def record_custody(work: Work, branch_id: int, moves: Sequence[tuple[UUID, int]]) -> None:
    """(agent, rupiah): cash that an agent took, or (negative) that a bank confirmed or that went back. One statement."""
    entries = [
        (cash_account(agent), CUSTODY, amount) if amount > 0 else (CUSTODY, cash_account(agent), -amount)
        for agent, amount in moves
        if amount
    ]
    record(work, branch_id, entries)
