"""Money that waits: attached to a bill or given back, by a person, once; and the pages where that happens."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from perisai.accounts.models import Role
from perisai.errors import Refused
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.payments.books import ledger
from perisai.payments.suspense import suspense
from tests.accounts.people import client_of, make_user, tree
from tests.payments.place import Billed, make_bank, make_billed, notifications, read
from tests.payments.second import approve_all
from tests.world import Branch

pytestmark = pytest.mark.usefixtures("database")


def _suspended(owed: Billed, **changes: Any) -> UUID:
    """Money for this bill's amount, sent to a code that does not exist."""
    bank = make_bank(scheme="asymmetric")
    bank.pay("150199999999", owed.amount, **changes)
    found: UUID = notifications(bank)[-1]["id"]
    return found


def _branch() -> Branch:
    branch_id = tree().branch.id
    with Work(scope=Scope.branch(branch_id)) as work:
        work.execute(
            "INSERT INTO events_position (branch_id, number) VALUES (%s, 0) ON CONFLICT DO NOTHING", [branch_id]
        )
    return Branch(branch_id)


def test_attach_books_money_with_cover_from_now() -> None:
    owed = make_billed()
    waiting = _suspended(owed)
    before = datetime.now(UTC)
    actor = Actor(make_user(Role.BRANCH_HEAD).id)
    with Work(scope=Scope.branch(owed.branch.id), actor=actor) as work:
        suspense.attach(work, notification_id=waiting, code=owed.code, reason="wrong_code", note="")
    books = read(owed)
    assert (books["state"], books["payments"]) == ("active", 1)
    assert books["cover_from"] >= before
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        assert ledger.prove(work, owed.branch.id) == []
        with pytest.raises(Refused, match="E4001"):
            suspense.refund(work, notification_id=waiting, reason="bank_error", note="")


def test_attach_bank_tells_again_answers_success_without_second_credit() -> None:
    """A bank that repeats what was booked by hand hears that it is booked."""
    bank, owed = make_bank(), make_billed(state="review")
    message = bank.payment(owed.code, owed.amount)
    bank.send("/transfer-va/payment", message)
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        sql = "UPDATE members_enrolment SET state = 'accepted' WHERE branch_id = %s AND id = %s"
        work.execute(sql, [owed.branch.id, owed.enrolment_id])
    waiting = notifications(bank)[-1]["id"]
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        suspense.attach(work, notification_id=waiting, code=owed.code, reason="late", note="")
    assert bank.send("/transfer-va/payment", message).json()["responseCode"] == "2002500"
    assert read(owed)["payments"] == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "150199999999"}, "E4002"),
        ({"reason": "because"}, "E4005"),
        ({"note": "x" * 501}, "E4005"),
    ],
)
def test_attach_impossible_refused_and_still_waiting(changes: dict[str, str], code: str) -> None:
    owed = make_billed()
    waiting = _suspended(owed)
    asked = {"code": owed.code, "reason": "wrong_code", "note": ""} | changes
    with Work(scope=Scope.branch(owed.branch.id)) as work, pytest.raises(Refused, match=code):
        suspense.attach(work, notification_id=waiting, **asked)
    assert read(owed)["payments"] == 0


def test_attach_no_whole_rupiah_paid_bill_or_other_branch_refused() -> None:
    owed, dear = make_billed(), make_billed(income=5_000_000)
    broken = _suspended(owed, paidAmount={"value": "16800.50", "currency": "IDR"})
    waiting = _suspended(owed)
    with Work(scope=Scope.branch(dear.branch.id)) as work, pytest.raises(Refused, match="E4004"):
        suspense.attach(work, notification_id=broken, code=dear.code, reason="wrong_code", note="")
    with Work(scope=Scope.branch(dear.branch.id)) as work, pytest.raises(Refused, match="E4002"):
        suspense.attach(work, notification_id=waiting, code=owed.code, reason="wrong_code", note="")
    make_bank(scheme="asymmetric").pay(owed.code, owed.amount)
    with Work(scope=Scope.branch(owed.branch.id)) as work, pytest.raises(Refused, match="E4006"):
        suspense.attach(work, notification_id=waiting, code=owed.code, reason="wrong_code", note="")


@pytest.mark.parametrize("how", ["attached", "credited"])
def test_attach_money_that_is_booked_already_refused(how: str) -> None:
    """A bank that tries again with another X-EXTERNAL-ID leaves the same payment in suspense twice."""
    bank, owed, other = make_bank(), make_billed(), make_billed()
    message = bank.payment("150199999999", owed.amount)
    for _ in range(2):
        bank.send("/transfer-va/payment", message)
    waiting = [one["id"] for one in notifications(bank) if one["state"] == "suspense"]
    assert len(waiting) == 2
    if how == "attached":
        with Work(scope=Scope.branch(owed.branch.id)) as work:
            suspense.attach(work, notification_id=waiting[0], code=owed.code, reason="wrong_code", note="")
    else:
        with Work(scope=Scope.branch(owed.branch.id)) as work:
            work.execute("UPDATE payments_notification SET state = 'credited' WHERE id = %s", [waiting[0]])
    with Work(scope=Scope.branch(other.branch.id)) as work, pytest.raises(Refused, match="E4007"):
        suspense.attach(work, notification_id=waiting[1], code=other.code, reason="wrong_code", note="")
    assert read(other)["payments"] == 0


def test_suspense_counts_at_the_branch() -> None:
    bank, owed = make_bank(), make_billed()
    bank.pay(owed.code, owed.amount + 1)
    waiting = notifications(bank)[-1]["id"]
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        suspense.refund(work, notification_id=waiting, reason="bank_error", note="salah")
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        kinds = [
            k
            for (k,) in work.rows(
                "SELECT kind FROM events_event WHERE branch_id = %s ORDER BY number", [owed.branch.id]
            )
        ]
    assert kinds == ["payment_suspended", "suspense_resolved"]


@pytest.fixture
def head() -> Client:
    return client_of(Role.HEAD_OFFICE)


def test_pages_show_payment_queue_and_decision(head: Client) -> None:
    bank, owed = make_bank(), make_billed(_branch())
    bank.pay(owed.code, owed.amount)
    bank.pay(owed.code, owed.amount)
    clerk = client_of(Role.BRANCH)
    listed = clerk.get("/console/payments/", {"q": owed.code})
    assert (listed.status_code, owed.code in listed.content.decode()) == (200, True)
    queue = clerk.get("/console/payments/notifications/")
    waiting = notifications(bank)[-1]["id"]
    assert str(waiting) in queue.content.decode()
    address = f"/console/payments/notifications/{waiting}/"
    page = clerk.get(address)
    assert (page.status_code, "paymentRequestId" in page.content.decode()) == (200, True)
    refused = clerk.post(f"{address}decide/", {"decide": "attach", "code": owed.code, "reason": "paid_twice"})
    assert (refused.status_code, "E4006" in refused.content.decode()) == (409, True)
    done = clerk.post(f"{address}decide/", {"decide": "refund", "reason": "paid_twice", "note": "kembali"})
    assert done.status_code == 302
    assert notifications(bank)[-1]["state"] == "suspense", "one person alone gives nothing back"
    approve_all(owed.branch.id)
    assert notifications(bank)[-1]["state"] == "resolved"
    assert "kembali" in head.get(address).content.decode()


def test_notification_of_another_branch_not_found(head: Client) -> None:
    bank, owed = make_bank(), make_billed()
    bank.pay(owed.code, 1)
    address = f"/console/payments/notifications/{notifications(bank)[-1]['id']}/"
    assert client_of(Role.BRANCH).get(address).status_code == 404
    assert head.get(address).status_code == 200


def test_bank_settings_saved_by_head_office_only_and_checked(head: Client) -> None:
    bank = make_bank()
    key = bank.credentials.client_key
    address = f"/console/payments/banks/{key}/"
    assert client_of(Role.BRANCH_HEAD).get(address).status_code == 403
    assert head.get("/console/payments/banks/").status_code == 200
    page = head.get(address)
    assert page.status_code == 200
    assert "secret-" not in page.content.decode()
    with Work(scope=Scope.of([])) as work:
        (row,) = work.dicts("SELECT * FROM payments_bank WHERE id = %s", [key])
    form = {name: str(row[name]) for name in (
        "name", "client_key", "public_key", "partner_service_id", "padding", "signature_scheme", "external_id_reuse",
        "clock_skew_seconds", "token_seconds", "channel", "amounts", "fee_rupiah",
    )} | {"is_open": "1", "client_secret": ""}  # fmt: skip
    assert bank.get_token()
    assert head.post(address, form | {"public_key": "nonsense"}).status_code == 422
    assert head.post(address, form | {"signature_scheme": "asymmetric"}).status_code == 302
    owed = make_billed()
    assert bank.inquire(owed.code).json()["responseCode"] == "4012400", "the old scheme no longer opens"
    new = {"id": "bank-baru", "client_key": f"NEW-{key[-6:]}", "client_secret": "s" * 20}
    assert head.post("/console/payments/banks/new/", form | new).status_code == 302
