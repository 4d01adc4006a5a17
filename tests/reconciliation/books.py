"""A bank with an account, and its statements as MT940 and CSV, for tests of reconciliation."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.test import Client

from perisai.accounts.models import Role
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.snap.exchange import bank_day
from perisai.reconciliation.taking import account_hash, mask_account
from perisai.web.simulate.bank import BankSimulator
from tests.accounts.people import logged_in, make_user
from tests.payments.place import make_bank

NUMBER = "1190012345678"


@dataclass
class Statement:
    """Lines of one account, written as the bank would."""

    opening: int = 1_000_000
    on: date = field(default_factory=lambda: bank_day(datetime.now(UTC)))
    lines: list[tuple[date, int, str, str]] = field(default_factory=list)

    def add(self, amount: int, text: str, reference: str = "", *, days: int = 0) -> None:
        self.lines.append((self.on + timedelta(days=days), amount, text, reference))

    @property
    def closing(self) -> int:
        return self.opening + sum(amount for _, amount, _, _ in self.lines)

    def mt940(self, *, account: str = NUMBER, closing: int | None = None) -> bytes:
        lines = [
            f":20:PERISAI{self.on:%y%m%d}",
            f":25:{account}",
            ":28C:1/1",
            f":60F:C{self.on:%y%m%d}IDR{self.opening},00",
        ]
        for on, amount, text, reference in self.lines:
            mark, sum_ = ("C", amount) if amount > 0 else ("D", -amount)
            lines += [f":61:{on:%y%m%d}{on:%m%d}{mark}{sum_},00NTRFNONREF//{reference}", f":86:{text}"]
        last = max([self.on, *(on for on, *_ in self.lines)])
        ends = self.closing if closing is None else closing
        lines += [f":62F:C{last:%y%m%d}IDR{ends},00", "-"]
        return "\r\n".join(lines).encode()

    def csv(self, *, account: str = NUMBER) -> bytes:
        rows, balance = (
            [f"No. Rekening : {account}", "Tanggal;Keterangan;Referensi;Debit;Kredit;Saldo"],
            self.opening,
        )
        for on, amount, text, reference in self.lines:
            balance += amount
            debit, credit = (0, amount) if amount > 0 else (-amount, 0)
            money = ";".join(
                f"{one:,}.00".replace(",", "_").replace(".", ",").replace("_", ".") for one in (debit, credit, balance)
            )
            rows.append(f"{on:%d/%m/%Y};{text};{reference};{money}")
        return "\n".join(rows).encode()


def make_account_bank(**settings: object) -> BankSimulator:
    """A bank of its own with an account; ``settings`` are columns of the account."""
    bank = make_bank(scheme="asymmetric")
    row = {"window_days": 2, "fee_each": 0, "fee_bps": 0, "settles": "each"} | settings
    with Work(scope=Scope.of([])) as work:
        work.execute(
            "INSERT INTO reconciliation_account (bank_id, number_hash, number_masked, columns, window_days, fee_each, fee_bps,"
            " settles) VALUES (%s, %s, %s, '{}', %s, %s, %s, %s)",
            [bank.credentials.client_key, account_hash(NUMBER), mask_account(NUMBER), *row.values()],
        )
    return bank


def client(role: Role) -> Client:
    found = logged_in(make_user(role))
    found.defaults["SERVER_NAME"] = "localhost"
    return found
