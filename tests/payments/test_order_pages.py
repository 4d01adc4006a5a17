"""Pages about codes for many bills, money held, refunds and what booking would do; and who may see them."""

import pytest
from django.test import Client

from perisai.accounts.models import Role
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.books import ledger
from tests.accounts.people import logged_in, make_user, tree
from tests.payments.place import Billed, make_bank, make_billed, notifications, read
from tests.payments.second import approve_all
from tests.payments.test_orders import make_order
from tests.world import Branch

pytestmark = pytest.mark.usefixtures("database")


def branch() -> Branch:
    branch_id = tree().branch.id
    with Work(scope=Scope.branch(branch_id)) as work:
        work.execute(
            "INSERT INTO events_position (branch_id, number) VALUES (%s, 0) ON CONFLICT DO NOTHING", [branch_id]
        )
    return Branch(branch_id)


def client(role: Role) -> Client:
    found = logged_in(make_user(role))
    found.defaults["SERVER_NAME"] = "localhost"
    return found


def agent_of(owed: Billed, name: str) -> str:
    """The agent who enrolled them gets a name, so that they can be chosen."""
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        row = work.row("SELECT agent_id FROM members_enrolment WHERE id = %s", [owed.enrolment_id])
        assert row is not None
        work.execute(
            "INSERT INTO agents_agent (branch_id, id, code, full_name, phone, state, since)"
            " VALUES (%s, %s, %s, %s, '', 'active', now())",
            [owed.branch.id, row[0], f"P-{row[0].hex[-8:]}", name],
        )
    return str(row[0])


def test_orders_are_made_shown_with_fees_and_cancelled() -> None:
    make_bank(scheme="asymmetric", name="Bank Biaya Uji", fee_rupiah=2_500)
    here = branch()
    owed = [make_billed(here)]
    agent = agent_of(owed[0], "Agen Pembuat Kode")
    owed += [make_billed(here, agent_id=agent) for _ in range(3)]
    clerk = client(Role.BRANCH)
    page = clerk.get("/console/payments/orders/new/", {"by": "agent", "id": agent})
    text = page.content.decode()
    assert (page.status_code, "Rp2.500" in text, "Rp10.000" in text) == (200, True, True), "1 fee, or 4 of them"
    made = clerk.post(
        "/console/payments/orders/new/",
        {"by": "agent", "id": agent, "bill": [str(one.bill_id) for one in owed[:3]]},
    )
    assert made.status_code == 302
    shown = clerk.get(made["Location"])
    text = shown.content.decode()
    assert (shown.status_code, "Rp7.500" in text, "Agen Pembuat Kode" in text) == (200, True, True)
    assert clerk.get("/console/payments/orders/").status_code == 200
    assert client(Role.HEAD_OFFICE).get(made["Location"]).status_code == 200
    assert client(Role.AGENCY).get(made["Location"]).status_code == 403
    cancelled = clerk.post(f"{made['Location']}cancel/")
    assert cancelled.status_code == 302
    assert clerk.post(f"{made['Location']}cancel/").status_code == 409
    empty = clerk.post("/console/payments/orders/new/", {"by": "agent", "id": agent})
    assert (empty.status_code, "E4302" in empty.content.decode()) == (422, True)


def test_order_of_another_branch_is_not_found() -> None:
    made = make_order([make_billed()])
    assert client(Role.BRANCH).get(f"/console/payments/orders/{made.branch_id}/{made.id}/").status_code == 404


def test_queue_shows_what_booking_would_do_and_books_it_in_parts() -> None:
    bank, owed = make_bank(scheme="asymmetric"), make_billed(branch())
    bank.pay(owed.code, owed.amount - 100)
    clerk = client(Role.BRANCH)
    address = f"/console/payments/notifications/{notifications(bank)[-1]['id']}/decide/"
    asked = {"code": owed.code, "reason": "wrong_amount_agreed", "note": ""}
    shown = clerk.post(address, asked | {"decide": "preview"})
    assert (shown.status_code, "tidak cukup" in shown.content.decode() or "suffice" in shown.content.decode()) == (
        200,
        True,
    )
    assert notifications(bank)[-1]["state"] == "suspense"
    assert clerk.post(address, asked | {"decide": "attach"}).status_code == 302
    assert notifications(bank)[-1]["state"] == "suspense", "it waits for a second person"
    approve_all(owed.branch.id)
    held = clerk.get("/console/payments/held/").content.decode()
    assert (str(owed.enrolment_id) in held, read(owed)["payments"]) == (True, 0)


def test_refund_is_proposed_by_one_and_approved_by_another() -> None:
    here = branch()
    bank, owed = make_bank(scheme="asymmetric", amounts="open"), make_billed(here)
    bank.pay(owed.code, 5_000)
    one, other = client(Role.BRANCH), client(Role.BRANCH_HEAD)
    assert one.get("/console/payments/refunds/find/", {"code": owed.code}).status_code == 302
    address = f"/console/payments/refunds/{here.id}/{owed.enrolment_id}/new/"
    assert "Rp5.000" in one.get(address).content.decode()
    wrong = one.post(address, {"amount": "-5", "reason": "overpaid"})
    assert (wrong.status_code, "E4314" in wrong.content.decode()) == (422, True)
    assert one.post(address, {"amount": "5.000", "reason": "overpaid", "note": "lebih"}).status_code == 302
    with Work(scope=Scope.branch(here.id)) as work:
        row = work.row("SELECT id FROM payments_refund WHERE enrolment_id = %s", [owed.enrolment_id])
    assert row is not None
    decide = f"/console/payments/refunds/{here.id}/{row[0]}/decide/"
    own = one.post(decide, {"decide": "approve"})
    assert (own.status_code, "E4312" in own.content.decode()) == (403, True)
    assert other.post(decide, {"decide": "approve"}).status_code == 302
    assert (
        other.post(decide, {"decide": "paid", "bank": bank.credentials.client_key, "reference": ""}).status_code == 422
    )
    paid = other.post(decide, {"decide": "paid", "bank": bank.credentials.client_key, "reference": "TRX-9"})
    assert paid.status_code == 302
    assert "TRX-9" in client(Role.AUDITOR).get("/console/payments/refunds/").content.decode()
    with Work(scope=Scope.branch(here.id)) as work:
        assert ledger.prove(work, here.id) == []
