"""Money is credited once: at the same moment from many processes, after a crash, and over the end of a month."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members.enrolments.expire import expire_unpaid
from perisai.payments import jobs
from perisai.payments.books import ledger
from perisai.payments.crediting import outcome
from perisai.payments.orders import order
from perisai.payments.snap import notify
from perisai.web.simulate.bank import BankSimulator
from tests.payments.place import Billed, local_client, make_bank, make_billed, notifications, read
from tests.processes import run_together
from tests.world import make_branch

pytestmark = pytest.mark.usefixtures("database")
PAYMENT = "/transfer-va/payment"
PROCESSES = 4


def _race(bank: BankSimulator, batches: list[list[dict[str, Any]]]) -> Counter[str]:
    """One batch a process, all at once; counts the answers."""

    def send(batch: list[dict[str, Any]]) -> list[str]:
        own = BankSimulator("http://localhost", bank.credentials, client=local_client())
        return [own.send(PAYMENT, message).json()["responseCode"] for message in batch]

    assert len(batches) == PROCESSES
    bank.inquire("999999999999")  # all that a request needs is imported here, not in each process
    answers = run_together([lambda batch=batch: send(batch) for batch in batches])
    return Counter(code for codes in answers for code in codes)


def _prove(billed: Billed) -> None:
    with Work(scope=Scope.branch(billed.branch.id)) as work:
        assert ledger.prove(work, billed.branch.id) == []


def test_pay_same_notification_from_many_processes_credits_once() -> None:
    bank = make_bank(scheme="asymmetric")
    owed = [make_billed() for _ in range(5)]
    messages = [bank.payment(one.code, one.amount) for one in owed]
    codes = _race(bank, [messages] * PROCESSES)
    assert codes == {"2002500": PROCESSES * len(owed)}
    for one in owed:
        assert (read(one)["payments"], read(one)["months"]) == (1, 1)
        _prove(one)
    states = Counter(kept["state"] for kept in notifications(bank))
    assert states == {"credited": len(owed), "repeat": (PROCESSES - 1) * len(owed)}


def test_pay_different_requests_for_one_bill_credits_one_and_suspends_the_rest() -> None:
    bank = make_bank(scheme="asymmetric")
    owed = make_billed()
    codes = _race(bank, [[bank.payment(owed.code, owed.amount)] for _ in range(PROCESSES)])
    assert codes == {"2002500": 1, "4042514": PROCESSES - 1}
    assert read(owed)["payments"] == 1
    _prove(owed)


def test_pay_200_notifications_for_one_bill_at_once_credits_one_and_answers_all() -> None:
    """Half of them say the same again, half are other payers': each is answered, one is booked, none is lost."""
    bank = make_bank(scheme="asymmetric")
    owed = make_billed()
    same = bank.payment(owed.code, owed.amount)
    batches = [[same if n % 2 else bank.payment(owed.code, owed.amount) for n in range(50)] for _ in range(PROCESSES)]
    codes = _race(bank, batches)
    assert sum(codes.values()) == 200
    assert set(codes) == {"2002500", "4042514"}
    kept = Counter(one["state"] for one in notifications(bank))
    assert (kept["credited"], kept["stored"], sum(kept.values())) == (1, 0, 200)
    books = read(owed)
    assert (books["payments"], books["months"], books["state"]) == (1, 1, "active")
    _prove(owed)


def test_pay_orders_that_share_a_bill_at_once_settles_exactly_one() -> None:
    """And the bill's own code in the middle of it: whoever is first has the bill, the others are refused whole."""
    bank = make_bank(scheme="asymmetric")
    branch = make_branch(target=None)
    shared = make_billed(branch)
    others = [make_billed(branch) for _ in range(PROCESSES)]
    with Work(scope=Scope.branch(branch.id)) as work:
        made = [
            order.make(
                work,
                branch_id=branch.id,
                timezone=branch.timezone,
                bill_ids=[shared.bill_id, other.bill_id],
                payer_kind="other",
            )
            for other in others
        ]
    messages = [bank.payment(one.code, one.amount) for one in made]
    messages[0] = bank.payment(shared.code, shared.amount)
    codes = _race(bank, [[message] for message in messages])
    assert codes["2002500"] == 1
    assert set(codes) <= {"2002500", "4042512", "4042514"}
    assert read(shared)["payments"] == 1
    assert sum(read(other)["payments"] for other in others) <= 1, "no order is paid in part"
    _prove(shared)


def test_pay_one_request_id_for_two_bills_at_once_credits_one() -> None:
    """The bill's lock does not help here: it is the unique key over credited notifications that decides."""
    bank = make_bank(scheme="asymmetric")
    one, other = make_billed(), make_billed()
    message = bank.payment(one.code, one.amount)
    changed = message | bank.account(other.code)
    codes = _race(bank, [[message], [changed]] * 2)
    assert set(codes) == {"2002500", "4042518"}
    assert read(one)["payments"] + read(other)["payments"] == 1


def test_crash_between_store_and_judge_sweeper_credits(monkeypatch: pytest.MonkeyPatch) -> None:
    bank, owed = make_bank(), make_billed()
    with monkeypatch.context() as patch:
        patch.setattr(notify, "judge", _die)
        assert bank.pay(owed.code, owed.amount).status_code == 500
    (kept,) = notifications(bank)
    assert (kept["state"], read(owed)["payments"]) == ("stored", 0)
    assert jobs.sweep(datetime.now(UTC)) == 0, "its request may still be at work"
    assert jobs.sweep(datetime.now(UTC) + timedelta(minutes=1)) == 1
    assert jobs.sweep(datetime.now(UTC) + timedelta(minutes=1)) == 0
    books = read(owed)
    assert (books["state"], books["payments"]) == ("active", 1)
    assert books["cover_from"] == kept["received_at"], "cover begins when the bank told us"
    _prove(owed)


@pytest.mark.parametrize("reuse", ["conflict", "replay"])
def test_crash_between_store_and_judge_retry_with_same_external_id_credits(
    monkeypatch: pytest.MonkeyPatch, reuse: str
) -> None:
    bank, owed = make_bank(reuse=reuse), make_billed()
    message = bank.payment(owed.code, owed.amount)
    with monkeypatch.context() as patch:
        patch.setattr(notify, "judge", _die)
        assert bank.send(PAYMENT, message, external_id="42").status_code == 500
    answer = bank.send(PAYMENT, message, external_id="42")
    assert answer.json()["responseCode"] == "2002500"
    assert read(owed)["payments"] == 1
    assert len(notifications(bank)) == 1


def test_crash_in_the_middle_of_crediting_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    bank, owed = make_bank(), make_billed()
    with monkeypatch.context() as patch:
        patch.setattr(outcome, "write", _die)
        assert bank.pay(owed.code, owed.amount).status_code == 500
    assert read(owed) | {"state": "accepted", "bill": "open", "payments": 0, "months": 0} == read(owed)
    assert jobs.sweep(datetime.now(UTC) + timedelta(minutes=1)) == 1
    assert read(owed)["payments"] == 1
    _prove(owed)


def _die(*arguments: Any, **options: Any) -> None:
    raise SystemError("the process dies here")


def _last_month() -> datetime:
    """Ten days back at most, in the month before this one; today's date decides how it is reached."""
    now = datetime.now(UTC)
    return now.replace(day=1, hour=3) - timedelta(days=1)


def test_inquiry_after_month_end_reprices_and_keeps_code() -> None:
    bank, owed = make_bank(), make_billed(at=_last_month())
    before = read(owed)
    answer = bank.inquire(owed.code)
    after = read(owed)
    assert answer.json()["virtualAccountData"]["totalAmount"]["value"] == f"{after['amount']}.00"
    assert after["bill_month"] > before["bill_month"]
    _prove(owed)
    assert bank.pay(owed.code, after["amount"]).json()["responseCode"] == "2002500"
    assert read(owed)["first_month"] == after["bill_month"]
    _prove(owed)


def test_payment_after_month_end_without_inquiry_pays_month_of_payment() -> None:
    bank, owed = make_bank(), make_billed(at=_last_month())
    bank.pay(owed.code, owed.amount)
    books = read(owed)
    this_month = datetime.now(UTC).astimezone().date().replace(day=1)
    assert (books["state"], books["months"]) == ("active", 1)
    assert abs((books["first_month"] - this_month).days) <= 31
    _prove(owed)


def test_reprice_when_relief_ended_moves_amount_ledger_and_event() -> None:
    """A market worker's bill of last December (half price) asked for after New Year, when the relief is over."""
    from perisai.contributions.bills import settlement
    from perisai.events.clock import FixedClock
    from perisai.members.enrolments import activation
    from perisai.payments.crediting import judgement

    december = datetime(2026, 12, 20, 3, tzinfo=UTC)
    january = datetime(2027, 1, 5, 3, tzinfo=UTC)
    owed = make_billed(at=december)
    branch_id = owed.branch.id
    with Work(scope=Scope.branch(branch_id), clock=FixedClock(january)) as work:
        standing = activation.lock_standing(work, branch_id=branch_id, enrolment_id=owed.enrolment_id)
        bill = settlement.lock_payable(work, branch_id=branch_id, enrolment_id=owed.enrolment_id)
        due = judgement.check_due(bill, standing, january)
        judgement.reprice(work, branch_id=branch_id, due=due)
    assert due.repriced.amount == 2 * owed.amount
    with Work(scope=Scope.branch(branch_id)) as work:
        (event,) = work.dicts(
            "SELECT amount, detail FROM events_event WHERE branch_id = %s AND kind = 'bill_repriced'", [branch_id]
        )
        balance = ledger.balance(work, branch_id)
    detail = orjson.loads(event["detail"]) if isinstance(event["detail"], str) else event["detail"]
    assert (event["amount"], detail["old_amount"]) == (owed.amount, owed.amount)
    assert balance["receivable"] == 2 * owed.amount
    _prove(owed)


def test_payment_told_late_at_price_of_the_day_the_customer_paid_is_taken() -> None:
    """Paid on 31 December at the price the inquiry told, notified after midnight when the relief is over."""
    from perisai.payments.snap import partner

    paid_at, told_at = datetime(2026, 12, 31, 16, 30, tzinfo=UTC), datetime(2026, 12, 31, 17, 30, tzinfo=UTC)
    bank, owed = make_bank(), make_billed(at=datetime(2026, 12, 20, tzinfo=UTC))
    body = orjson.dumps(bank.payment(owed.code, owed.amount) | {"trxDateTime": paid_at.isoformat()})
    settings = partner.get_partner(bank.credentials.client_key)
    headers = {"X-EXTERNAL-ID": "1", "CHANNEL-ID": "95051", "Content-Type": "application/json"}
    call = partner.Call("POST", "/snap/v1.0/transfer-va/payment", headers, body, told_at)
    assert notify.notify(call, settings).code == "2002500"
    books = read(owed)
    assert (books["first_month"].isoformat(), books["cover_from"]) == ("2026-12-01", told_at)


def test_paid_in_time_but_told_after_the_code_expired_is_credited() -> None:
    """The hourly end of unpaid enrolments waits for what banks still have to tell."""
    bank, owed = make_bank(), make_billed(at=datetime.now(UTC) - timedelta(hours=30))
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        work.execute(
            "UPDATE contributions_bill SET pay_by = now() - interval '1 hour' WHERE branch_id = %s AND id = %s",
            [owed.branch.id, owed.bill_id],
        )
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        assert expire_unpaid(work, branch_id=owed.branch.id) == 0
    paid_at = (datetime.now(UTC) - timedelta(hours=2)).isoformat(timespec="seconds")
    answer = bank.pay(owed.code, owed.amount, trxDateTime=paid_at)
    assert answer.json()["responseCode"] == "2002500"
    assert read(owed)["state"] == "active"
