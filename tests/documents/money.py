"""Bills and payments for tests of papers and files, through the tables that their rooms own."""

import json
from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID

from perisai.events.ids import uuid7
from perisai.payments.books import ledger
from tests.world import Branch, system_work

_requests = count(1)
AT = datetime(2026, 11, 3, 7, 30, tzinfo=UTC)

_BILL = """
INSERT INTO contributions_bill (branch_id, id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules,
  issued_at, priced_at, pay_by, paid_at, origin)
VALUES (%s, %s, %s, '81501000000001', %s, %s, %s, %s, %s, 'test', %s, %s, %s, %s, 'first')
"""
_PAYMENT = """
INSERT INTO payments_payment (branch_id, id, bill_id, enrolment_id, bank_id, payment_request_id, reference_no, amount, paid_at,
  confirmed_at, source)
VALUES (%s, %s, %s, %s, 'bank-uji', %s, 'REF-9', %s, %s, %s, 'snap')
"""
_ENTRY = """
INSERT INTO payments_ledger_entry (branch_id, at, debit, credit, amount, bill_id, payment_id)
VALUES (%s, now(), 'bank:bank-uji', 'receivable', %s, %s, %s)
"""
_MONTH = """
INSERT INTO contributions_paid_month (branch_id, enrolment_id, month, bill_id, payment_id, jkk, jkm, jht, relief, jp, jkp, paid_at)
VALUES (%s, %s, %s, %s, %s, 14000, 6800, 28000, 0, 0, 0, %s)
"""


def bill_of(branch: Branch, enrolment: UUID, month: date, *, state: str = "open") -> UUID:
    """48.800 for one month: JKK 14.000, JKM 6.800, JHT 28.000."""
    bill = uuid7()
    lines = json.dumps([[f"{month:%Y-%m}", 1_400_000, 14_000, 6_800, 28_000, 0, 48_800]])
    paid = AT if state == "paid" else None
    with system_work(branch) as work:
        work.execute(_BILL, [branch.id, bill, enrolment, state, month, 1, lines, 48_800, AT, AT, AT, paid])
        ledger.record_billing(work, branch.id, 14_000, 6_800, 28_000, bill_id=bill)
    return bill


def pay(branch: Branch, enrolment: UUID, month: date) -> tuple[UUID, UUID]:
    """(bill, payment) of one month that the bank confirmed."""
    bill, payment = bill_of(branch, enrolment, month, state="paid"), uuid7()
    with system_work(branch) as work:
        work.execute(
            _PAYMENT, [branch.id, payment, bill, enrolment, f"R-{branch.id}-{next(_requests)}", 48_800, AT, AT]
        )
        work.execute(_MONTH, [branch.id, enrolment, month, bill, payment, AT])
        work.execute(_ENTRY, [branch.id, 48_800, bill, payment])
    return bill, payment
