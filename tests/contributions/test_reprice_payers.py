"""Bills issued anew that others pay or hold money for: first bills, sponsors' and employers' codes, cash that an agent took."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from perisai.accounts.models import Role
from perisai.contributions.repricing import reprice
from perisai.contributions.runs.month_run import Place
from perisai.events.clock import FixedClock, SystemClock
from perisai.events.work import Work
from perisai.payers import collective, sponsor
from perisai.payments.books import ledger
from perisai.payments.crediting import judgement
from perisai.payments.orders import anew as order_anew
from perisai.payments.orders import link as order_link
from perisai.payments.orders import order
from perisai.payments.snap import notify, partner
from perisai.web.simulate.bank import BankSimulator
from tests.accounts.people import logged_in, make_user
from tests.contributions.rule_world import clean_rules, publish
from tests.custody.test_deposit import agrees, deposit
from tests.custody.till import PhoneOf, open_till
from tests.employers.conftest import TODAY as PRESENT
from tests.employers.conftest import Firm, firm, month, row
from tests.employers.test_jobs_and_bills import bill as employer_bill
from tests.payers.people import work_at
from tests.payments.place import make_bank, make_billed, notifications
from tests.portal.test_pay import look, words
from tests.sync.conftest import http, phone_of
from tests.world import Branch, make_branch, system_work

__all__ = ["firm", "http", "phone_of"]

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "income": 1_500_000,
    "base_income": 1_600_000,
    "transport": False,
    "programmes": ["JKK", "JKM"],
}


@pytest.fixture(autouse=True)
def _clean(database: Path) -> Iterator[None]:
    with clean_rules():
        yield


def _carry_out(branch: Branch, at: datetime | None = NOW) -> None:
    reprice.carry_out_branch(Place(branch.id, branch.timezone), clock=FixedClock(at) if at else None)


def _open(branch: Branch) -> list[tuple[Any, ...]]:
    with system_work(branch) as work:
        assert ledger.prove(work, branch.id) == []
        return work.rows(
            "SELECT id, origin, first_month, months, amount, sponsor_id FROM contributions_bill"
            " WHERE branch_id = %s AND state = 'open' ORDER BY first_month, id",
            [branch.id],
        )


def test_first_bill_of_who_has_not_paid_yet_is_issued_anew_and_still_moves_to_the_month_of_its_payment() -> None:
    branch = make_branch(target=None)
    who = make_billed(branch, at=NOW, months=3, **FACTS)
    assert [found[4] for found in _open(branch)] == [11_400 * 2 + 22_800]
    publish(JANUARY, 7_000, today=DAY)
    _carry_out(branch)
    ((bill_id, *told),) = _open(branch)
    assert told == ["first", NOVEMBER, 3, 11_400 * 2 + 23_000, None]
    assert bill_id != who.bill_id
    later = datetime(2026, 12, 2, 3, tzinfo=UTC)
    with work_at(branch, later) as work:
        ((met,), _) = judgement.lock_met(work, branch_id=branch.id, bill_ids=[bill_id], at=later)
    assert (met.due.repriced.first_month, met.due.repriced.amount) == (DECEMBER, 11_400 + 23_000 * 2)


def test_sponsor_gets_another_code_for_the_bills_issued_anew() -> None:
    branch = make_branch(target=None)
    people = [make_billed(branch, at=NOW, **FACTS) for _ in range(2)]
    with work_at(branch, NOW) as work:
        by = sponsor.make(
            work,
            branch_id=branch.id,
            given={"kind": "local_budget", "name": "Kota Uji", "first_month": NOVEMBER, "last_month": JANUARY},
        )
        wanted = [sponsor.ToFund(one.enrolment_id, NOVEMBER, JANUARY) for one in people]
        sponsor.fund(work, branch_id=branch.id, sponsor_id=by, wanted=wanted)
        old = collective.for_sponsor(work, branch_id=branch.id, sponsor_id=by, month=NOVEMBER)
    publish(NOVEMBER, 7_000, today=DAY)  # a correction of the present month
    _carry_out(branch)
    assert [(found[4], found[5]) for found in _open(branch)] == [(23_000, by)] * 2
    with work_at(branch, NOW) as work:
        ((order_id,),) = work.rows(
            "SELECT order_id FROM payers_collective WHERE branch_id = %s AND cancelled_at IS NULL", [branch.id]
        )
        made = order.find(work, branch_id=branch.id, order_id=order_id)
        before = order.find(work, branch_id=branch.id, order_id=old.id)
    assert made is not None
    assert before is not None
    assert (made.state, made.amount, made.count, before.state) == ("open", 46_000, 2, "cancelled")
    assert made.code != before.code
    leads_to_the_newer_code(old, made)
    _carry_out(branch)
    with work_at(branch, NOW) as work:
        assert len(work.rows("SELECT 1 FROM payers_collective WHERE branch_id = %s", [branch.id])) == 2, "once"


def leads_to_the_newer_code(old: order.Order, made: order.Order) -> None:
    """On the page of the payer, and where the branch sees money that came for the old code."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SystemClock, "now", lambda _clock: NOW + timedelta(hours=1))
        page = words(look(link_of(old)))
        assert "Jangan bayar kode ini" in page
        assert "diterbitkan ulang" in page
        assert f'href="{link_of(made)}"' in look(link_of(old)).content.decode()
        assert "diterbitkan ulang" not in words(look(link_of(made)))
    bank = make_bank(scheme="asymmetric")
    bank.pay(old.code, old.amount)
    head = logged_in(make_user(Role.HEAD_OFFICE))
    head.defaults["SERVER_NAME"] = "localhost"
    told = head.get(f"/console/payments/notifications/{notifications(bank)[-1]['id']}/").content.decode()
    where = f"/console/payments/orders/{made.branch_id}/{made.id}/"
    assert where in told
    assert made.code in told
    assert where in head.get(f"/console/payments/orders/{old.branch_id}/{old.id}/").content.decode()


def link_of(one: order.Order) -> str:
    return order_link.make(branch_id=one.branch_id, order_id=one.id, pay_by=one.pay_by)


def test_employer_gets_another_bill_for_all_at_the_new_price(firm: Firm) -> None:
    firm.bring_in([row(wage=2_000_000), row(wage=1_000_000)])
    present, following = employer_bill(firm), employer_bill(firm, 1)
    publish(month(1), 40, today=PRESENT, file="pu_tariff.yaml")
    _carry_out(firm.branch, None)
    found = firm.ask(
        "SELECT b.month, b.state, o.state, b.amount FROM employers_bill b JOIN payments_order o"
        " ON o.branch_id = b.branch_id AND o.id = b.order_id WHERE b.branch_id = %s ORDER BY b.month, b.made_at"
    )
    assert found == [
        (month(0), "open", "open", present.amount),
        (month(1), "cancelled", "cancelled", following.amount),
        (month(1), "open", "open", 3_000_000 * (54 + 40) // 10_000),
    ]
    _open(firm.branch)


def test_cash_in_custody_is_free_again_and_what_does_not_suffice_waits(phone_of: PhoneOf) -> None:
    till, bank = open_till(phone_of), make_bank()
    (enrolled,) = till.enrol()
    member, amount = enrolled["op"], enrolled["result"]["amount"]
    till.receive({member: amount})
    old = deposit(till)["result"]
    publish(month(0), 7_000, today=PRESENT)
    _carry_out(till.branch, None)
    (anew,) = _open(till.branch)
    assert anew[4] > amount
    assert bank.pay(old["code"], old["amount"]).json()["responseCode"] != "2002500"
    assert till.look()["deposits"][0]["state"] == "cancelled"
    assert deposit(till)["code"] == "E4704", "what was taken does not suffice for the new price"
    till.receive({member: anew[4] - amount}, whole=False)
    made = deposit(till)["result"]
    assert made["amount"] == anew[4]
    assert bank.pay(made["code"], made["amount"]).json()["responseCode"] == "2002500"
    assert till.look()["held"] == 0
    agrees(till)


@pytest.mark.parametrize(("value", "state", "held"), [(6_400, "paid", 200), (7_000, "open", 11_400)])
def test_paid_before_the_bill_was_issued_anew_and_told_after_it_is_taken(value: int, state: str, held: int) -> None:
    """At a lower price the bill is paid and the rest held; at a higher one all is held until the difference comes."""
    branch = make_branch(target=None)
    who, bank = make_billed(branch, at=NOW, **FACTS), make_bank()
    publish(NOVEMBER, value, today=DAY)
    _carry_out(branch)

    def told(rupiah: int, minutes: int) -> str:
        return _tell(bank, who.code, rupiah, minutes)

    assert told(11_400, minutes=5) == "4042513", "after it was issued anew the price is another"
    assert told(11_300, minutes=-5) == "4042513", "that was never asked for"
    assert told(11_400, minutes=-5) == "2002500"
    with system_work(branch) as work:
        assert ledger.prove(work, branch.id) == []
        rows = work.rows(
            "SELECT b.state, h.amount FROM contributions_bill b LEFT JOIN payments_held h ON h.branch_id = b.branch_id"
            " AND h.enrolment_id = b.enrolment_id WHERE b.branch_id = %s AND b.state <> 'cancelled'",
            [branch.id],
        )
    assert rows == [(state, held)]


def _tell(bank: BankSimulator, code: str, rupiah: int, minutes: int) -> str:
    """The bank tells an hour after ``NOW`` that somebody paid so long after it; the answer's code."""
    paid_at, told_at = NOW + timedelta(minutes=minutes), NOW + timedelta(minutes=60)
    body = orjson.dumps(bank.payment(code, rupiah) | {"trxDateTime": paid_at.isoformat()})
    headers = {"X-EXTERNAL-ID": str(uuid4().int)[:12], "CHANNEL-ID": "95051", "Content-Type": "application/json"}
    call = partner.Call("POST", "/snap/v1.0/transfer-va/payment", headers, body, told_at)
    return notify.notify(call, partner.get_partner(bank.credentials.client_key)).code


def _unnamed(branch: Branch, kind: str) -> order.Order:
    with work_at(branch, NOW) as work:
        bills = [row[0] for row in work.rows(_OPEN_IDS, [branch.id])]
        return order.make(work, branch_id=branch.id, timezone=branch.timezone, bill_ids=bills, payer_kind=kind)


_OPEN_IDS = "SELECT id FROM contributions_bill WHERE branch_id = %s AND state = 'open'"


def test_code_of_nobody_named_is_followed_by_another_that_it_leads_to_and_no_one_elses() -> None:
    branch = make_branch(target=None)
    for _ in range(2):
        make_billed(branch, at=NOW, **FACTS)
    old, another = _unnamed(branch, "other"), _unnamed(branch, "other")
    publish(NOVEMBER, 7_000, today=DAY)
    _carry_out(branch)
    _carry_out(branch)
    with work_at(branch, NOW) as work:
        made = [order.Order(*row) for row in work.rows(f"{_INSTEAD} ORDER BY made_at, id", [branch.id])]  # type: ignore[arg-type]
        found = {one.replaces_id: one for one in made}
        assert len(made) == 2, "each once"
        for one in (old, another):
            before = order.find(work, branch_id=branch.id, order_id=one.id)
            instead = found[one.id]
            assert before is not None
            assert (before.state, instead.state, instead.count, instead.pay_by) == ("cancelled", "open", 2, one.pay_by)
            assert instead.amount == sum(bill[4] for bill in _bills_of(work, branch))
            anew = order_anew.find(work, branch_id=branch.id, order_id=one.id)
            assert anew is not None
            assert anew.newer == instead, "not the one of another payer of the same bills"
    leads_to_the_newer_code(old, found[old.id])


def test_code_of_nobody_named_ends_without_another_where_one_of_its_bills_is_gone() -> None:
    branch = make_branch(target=None)
    one, _other = (make_billed(branch, at=NOW, **FACTS) for _ in range(2))
    old = _unnamed(branch, "member")
    assert _tell(make_bank(), one.code, one.amount, minutes=-5) == "2002500"
    publish(NOVEMBER, 7_000, today=DAY)
    _carry_out(branch)
    with work_at(branch, NOW) as work:
        before = order.find(work, branch_id=branch.id, order_id=old.id)
        assert before is not None
        assert before.state == "cancelled"
        assert work.rows(_INSTEAD, [branch.id]) == []


_INSTEAD = (
    "SELECT branch_id, id, code, payer_kind, payer_id, amount, count, state, made_at, made_by, pay_by, ended_at, replaces_id"
    " FROM payments_order WHERE branch_id = %s AND replaces_id IS NOT NULL"
)


def _bills_of(work: Work, branch: Branch) -> list[tuple[Any, ...]]:
    return work.rows(
        "SELECT id, origin, first_month, months, amount FROM contributions_bill WHERE branch_id = %s AND state = 'open'",
        [branch.id],
    )
