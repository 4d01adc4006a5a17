"""What banks and phones send that is wrong: a clear answer, nothing lost, the books in balance.

Lists: ``tests/employers/test_import``, ``tests/payers/test_sponsors``; statements: ``tests/reconciliation/test_statements``; 200 at
once: ``test_once``; closed months: ``test_books``."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.books import ledger
from perisai.payments.snap.exchange import BANK_ZONE
from perisai.web.simulate.bank import BankSimulator
from tests.payments.place import Billed, make_bank, make_billed, notifications, read
from tests.payments.test_endpoints import PAYMENT, code

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def bank() -> BankSimulator:
    return make_bank(scheme="asymmetric")


@pytest.fixture
def owed() -> Iterator[Billed]:
    billed = make_billed()
    yield billed
    with Work(scope=Scope.branch(billed.branch.id)) as work:
        assert ledger.prove(work, billed.branch.id) == []


@pytest.mark.parametrize("value", ["-16800.00", "-0.00", "+16800.00", "1e5.00"])
def test_negative_amount_is_refused_by_its_field_and_kept(bank: BankSimulator, owed: Billed, value: str) -> None:
    answer = bank.pay(owed.code, owed.amount, paidAmount={"value": value, "currency": "IDR"})
    assert (code(answer), "paidAmount.value" in answer.json()["responseMessage"]) == ("4002501", True)
    assert read(owed)["payments"] == 0
    assert len(notifications(bank)) == 1, "kept as it came"


@pytest.mark.parametrize("days", [-1, 1])
def test_payment_dated_by_a_clock_wrong_by_a_day_is_credited_once_and_covers_from_our_clock(
    bank: BankSimulator, owed: Billed, days: int
) -> None:
    before = datetime.now(UTC)
    said = (before + timedelta(days=days)).astimezone(BANK_ZONE).isoformat(timespec="seconds")
    message = bank.payment(owed.code, owed.amount) | {"trxDateTime": said}
    assert code(bank.send(PAYMENT, message)) == "2002500"
    assert code(bank.send(PAYMENT, message)) == "2002500", "told again"
    books = read(owed)
    assert (books["state"], books["payments"]) == ("active", 1)
    assert before <= books["cover_from"] <= datetime.now(UTC)
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        row = work.row("SELECT max(at) FROM payments_ledger_entry WHERE branch_id = %s", [owed.branch.id])
    assert row is not None
    assert before <= row[0] <= datetime.now(UTC), "the books are dated by our clock"


@pytest.mark.parametrize("days", [-1, 1])
def test_request_stamped_by_a_clock_wrong_by_a_day_is_told_so_and_may_come_again(
    bank: BankSimulator, owed: Billed, days: int
) -> None:
    stamp = (datetime.now(UTC) + timedelta(days=days)).astimezone(BANK_ZONE).isoformat(timespec="seconds")
    message = bank.payment(owed.code, owed.amount)
    refused = bank.send(PAYMENT, message, headers={"X-TIMESTAMP": stamp})
    assert (code(refused), "X-TIMESTAMP" in refused.json()["responseMessage"]) == ("4012500", True)
    assert notifications(bank) == []
    assert code(bank.send(PAYMENT, message)) == "2002500", "with its clock set right the same payment is taken"
    assert read(owed)["payments"] == 1
