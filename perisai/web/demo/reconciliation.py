"""Accounts, QRIS and statements of the demo's banks: one bank's days are closed but for the last, whose differences wait; the
other's statement waits at the simulated bank to be taken."""

from datetime import datetime, timedelta
from typing import Final

from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.banks import qris
from perisai.payments.snap.exchange import bank_day
from perisai.reconciliation import account, day, taking
from perisai.web.simulate import bank_statement as bank

TAKEN: Final = "demo-hmac"
QRIS: Final = {
    "merchant_name": "IURAN BPJSTK DEMO", "city": "JAMBI", "postal_code": "36129", "category": "6300",
    "acquirer": "ID.CO.DEMO.WWW", "merchant_pan": "9360011900000000017", "merchant_id": "0000000017",
    "national_id": "ID1020304050607", "criteria": "UBE", "is_open": "1",
}  # fmt: skip
_HAS = "SELECT EXISTS (SELECT FROM reconciliation_account)"


def build_reconciliation(end: datetime) -> None:
    """Once: a world with accounts is left as it is."""
    today = bank_day(end)
    before, former = today - timedelta(days=1), today - timedelta(days=2)
    first = before - timedelta(days=bank.FIRST_DAYS)
    with Work(scope=Scope.nation(), clock=FixedClock(end)) as work:
        row = work.row(_HAS)
        if row and row[0]:
            return
        for bank_id, number in bank.ACCOUNTS.items():
            given = {"number": number, "settles": "each", "window_days": "2", "fee_each": "0", "fee_bps": "0"}
            account.save(work, bank_id=bank_id, given=given)
        qris.save(work, bank_id=TAKEN, given=QRIS)
        told = bank.told(work, TAKEN, first, former)
        _take(work, bank.write(TAKEN, first, bank.OPENING, told, former), f"mutasi-{former:%Y%m%d}.sta")
        for back in range((former - first).days + 1):
            if day.state(work, bank_id=TAKEN, day=first + timedelta(days=back)).is_explained:
                day.close(work, bank_id=TAKEN, day=first + timedelta(days=back))
    with Work(scope=Scope.nation(), clock=FixedClock(end)) as work:
        data, last_on = bank.following(work, TAKEN, end)
        _take(work, data, f"mutasi-{last_on:%Y%m%d}.sta")


def _take(work: Work, data: bytes, name: str) -> None:
    taking.take(work, bank_id=TAKEN, name=name, data=data)
