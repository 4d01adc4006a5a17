"""Two parts of one bill told at the same moment: with the enrolment's row locked the second sees the first and the bill is
paid; without it each is held and neither sees that together they suffice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection

from perisai.contributions.bills import settlement
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members.enrolments import activation
from perisai.payments.books import ledger
from perisai.payments.crediting import held
from perisai.web.simulate.bank import BankSimulator
from tests.blocked import until_somebody_waits
from tests.payments.place import Billed, make_bank, make_billed, read

pytestmark = pytest.mark.usefixtures("database")


def _pay_two_parts(monkeypatch: pytest.MonkeyPatch, pause: Callable[[], None]) -> Billed:
    """``pause`` comes after each has read what is held, before it writes."""
    bank, owed = make_bank(scheme="asymmetric", amounts="open"), make_billed()
    part = owed.amount - owed.amount // 2
    real = held.balance

    def balance(*arguments: Any, **options: Any) -> Any:
        found = real(*arguments, **options)
        pause()
        return found

    def pay() -> str:
        try:
            return str(
                BankSimulator(bank.origin, bank.credentials, client=bank.client)
                .pay(owed.code, part)
                .json()["responseCode"]
            )
        finally:
            connection.close()

    with monkeypatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setattr(held, "balance", balance)
        codes = [one.result(60) for one in [pool.submit(pay), pool.submit(pay)]]
    assert codes == ["2002500", "2002500"]
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        assert ledger.prove(work, owed.branch.id) == []
    return owed


def test_two_parts_with_the_lock_pay_the_bill(monkeypatch: pytest.MonkeyPatch) -> None:
    has_waited = Event()

    def pause() -> None:
        if not has_waited.is_set():
            has_waited.set()
            until_somebody_waits()

    assert read(_pay_two_parts(monkeypatch, pause))["payments"] == 1


def test_two_parts_without_the_lock_leave_the_bill_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activation, "_STANDING_LOCKED", activation._STANDING_FOUND)
    monkeypatch.setattr(settlement, "_FIND_ALL_FOR_PAYING", settlement._FIND_ALL)
    both = Barrier(2)
    assert read(_pay_two_parts(monkeypatch, lambda: both.wait(60) and None))["payments"] == 0
