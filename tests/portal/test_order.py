"""The public page of a code for many bills: the sum first, for how many people and months, where, at what fee; nobody's name."""

from datetime import timedelta

import pytest

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.orders import link as order_link
from perisai.payments.orders import order
from perisai.payments.orders.order import Order
from perisai.portal import link
from tests.payments.place import Billed, make_bank, make_billed
from tests.payments.test_orders import make_order
from tests.portal.test_pay import look, words
from tests.world import make_branch


@pytest.fixture(scope="module", autouse=True)
def banks(database: object) -> None:
    with Work(scope=Scope.nation()) as work:
        work.execute("UPDATE payments_bank SET is_open = false")
    make_bank(name="Bank Berbiaya", scheme="asymmetric", fee_rupiah=2_500)


def make() -> tuple[Order, list[Billed]]:
    branch = make_branch(target=None)
    owed = [make_billed(branch, months=n) for n in (1, 3)]
    return make_order(owed), owed


def address(made: Order, days: int = 0) -> str:
    return order_link.make(branch_id=made.branch_id, order_id=made.id, pay_by=made.pay_by + timedelta(days=days))


def test_open_order_says_sum_people_months_place_and_fee() -> None:
    made, owed = make()
    response = look(address(made))
    text = words(response)
    assert response.status_code == 200
    assert (
        text.index(f"Rp{made.amount:,}".replace(",", "."))
        < text.index("2 orang, 4 bulan")
        < text.index("Bank Berbiaya")
    )
    assert "Biaya bank Rp2.500" in text
    assert all(one.code not in text for one in owed), "the members' own codes are nobody's business"
    assert "Siti" not in text
    assert "2 people, 4 months" in words(look(address(made), "en"))


def test_order_that_lost_a_bill_or_was_paid_cancelled_or_expired_says_so() -> None:
    bank = make_bank(scheme="asymmetric")
    made, owed = make()
    bank.pay(owed[0].code, owed[0].amount)
    assert "Jangan bayar kode ini" in words(look(address(made)))
    paid, _ = make()
    bank.pay(paid.code, paid.amount)
    assert "Terima kasih" in words(look(address(paid)))
    gone, _ = make()
    with Work(scope=Scope.branch(gone.branch_id)) as work:
        order.cancel(work, branch_id=gone.branch_id, order_id=gone.id)
    assert "dibatalkan" in words(look(address(gone)))


def test_wrong_old_or_other_kinds_of_links_tell_nothing() -> None:
    made, owed = make()
    assert look(address(made, days=-400)).status_code == 410
    good = address(made)
    assert look(good[:-9] + ("A" if good[-9] != "A" else "B") + good[-8:]).status_code == 404
    member = link.make(enrolment_id=owed[0].enrolment_id, branch_id=made.branch_id, expires_at=made.pay_by)
    assert look(member.replace("/p/", "/p/o/")).status_code == 404, "neither kind of link is taken for the other"
    assert look(good.replace("/p/o/", "/p/")).status_code == 404
