"""Money that fits no bill, and cash without a deposit: one proposes, another decides, never the same person."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection

from perisai.accounts.models import Role
from perisai.custody import review, void
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.payments.books import ledger
from perisai.payments.proposals import proposal
from perisai.payments.suspense import pay_back, suspense
from tests.payments.place import make_bank, make_billed, notifications, read
from tests.payments.second import approve_all, second
from tests.payments.test_order_pages import branch, client
from tests.payments.test_parts import make_agent, member_of, receipt, system_work

pytestmark = pytest.mark.usefixtures("database")


def by(branch_id: int, user: UUID | None) -> Work:
    return Work(scope=Scope.branch(branch_id), actor=Actor(user_id=user))


def propose_to_book(user: UUID) -> tuple[int, UUID, UUID]:
    """(branch, notification, proposal) of a part of a bill that waits in suspense."""
    bank, owed = make_bank(scheme="asymmetric"), make_billed()
    bank.pay(owed.code, owed.amount - 100)
    waiting = notifications(bank)[-1]["id"]
    with by(owed.branch.id, user) as work:
        made = suspense.propose(work, notification_id=waiting, code=owed.code, reason="wrong_amount_agreed", note="")
    return owed.branch.id, waiting, made


def test_who_proposed_does_not_decide_and_nothing_moves_before() -> None:
    user = uuid7()
    branch_id, waiting, made = propose_to_book(user)
    with by(branch_id, user) as work, pytest.raises(Refused, match="E4315"):
        second(work, branch_id, made)
    with by(branch_id, user) as work, pytest.raises(Refused, match="E4315"):
        proposal.reject(work, branch_id=branch_id, proposal_id=made)
    with by(branch_id, None) as work, pytest.raises(Refused, match="E4315"):
        second(work, branch_id, made)
    with by(branch_id, uuid7()) as work:
        assert work.row("SELECT state FROM payments_notification WHERE id = %s", [waiting]) == ("suspense",)
        second(work, branch_id, made)
        assert work.row("SELECT state FROM payments_notification WHERE id = %s", [waiting]) == ("resolved",)
    with by(branch_id, uuid7()) as work, pytest.raises(Refused, match="E4317"):
        second(work, branch_id, made)


def test_rejected_leaves_the_money_in_the_queue_and_room_for_another_proposal() -> None:
    branch_id, waiting, made = propose_to_book(uuid7())
    with by(branch_id, uuid7()) as work:
        code = work.row("SELECT asked ->> 'code' FROM payments_proposal WHERE id = %s", [made])
    assert code
    with by(branch_id, uuid7()) as work, pytest.raises(Refused, match="E4316"):
        suspense.propose(work, notification_id=waiting, code=code[0], reason="late", note="")
    with by(branch_id, uuid7()) as work:
        proposal.reject(work, branch_id=branch_id, proposal_id=made)
        assert work.row("SELECT state FROM payments_notification WHERE id = %s", [waiting]) == ("suspense",)
        suspense.propose(work, notification_id=waiting, code=code[0], reason="late", note="")


def test_approved_by_two_at_once_is_booked_once() -> None:
    branch_id, _waiting, made = propose_to_book(uuid7())

    def approve() -> str:
        try:
            with by(branch_id, uuid7()) as work:
                second(work, branch_id, made)
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        results = sorted(one.result(timeout=60) for one in [pool.submit(approve), pool.submit(approve)])
    assert results == ["E4317", "done"]
    with by(branch_id, None) as work:
        assert ledger.prove(work, branch_id) == []


def test_money_is_paid_back_only_when_a_second_person_agrees_and_booked_or_paid_back_once() -> None:
    user = uuid7()
    branch_id, waiting, to_book = propose_to_book(user)
    with by(branch_id, user) as work:
        back = suspense.propose_refund(work, notification_id=waiting, reason="paid_twice", note="")
        assert back is not None
        assert work.row("SELECT state FROM payments_notification WHERE id = %s", [waiting]) == ("suspense",)
    with by(branch_id, user) as work, pytest.raises(Refused, match="E4316"):
        suspense.propose_refund(work, notification_id=waiting, reason="paid_twice", note="")
    with by(branch_id, user) as work, pytest.raises(Refused, match="E4315"):
        second(work, branch_id, back)
    with by(branch_id, uuid7()) as work:
        second(work, branch_id, back)
        said = work.row(
            "SELECT state, resolution::jsonb ->> 'decision' FROM payments_notification WHERE id = %s", [waiting]
        )
    assert said == ("resolved", "refund")
    with by(branch_id, uuid7()) as work, pytest.raises(Refused, match="E4001"):
        second(work, branch_id, to_book)
    with by(branch_id, uuid7()) as work:
        proposal.reject(work, branch_id=branch_id, proposal_id=to_book)
        assert ledger.prove(work, branch_id) == []


def test_what_was_settled_meanwhile_is_not_done_by_an_approval_and_the_proposal_still_waits() -> None:
    branch_id, waiting, made = propose_to_book(uuid7())
    with by(branch_id, uuid7()) as work:
        owed = work.row("SELECT id, payment_code, amount FROM contributions_bill WHERE branch_id = %s", [branch_id])
    assert owed
    make_bank(scheme="asymmetric").pay(owed[1], owed[2])
    with by(branch_id, uuid7()) as work, pytest.raises(Refused, match="E4006"):
        second(work, branch_id, made)
    with by(branch_id, uuid7()) as work:
        assert work.row("SELECT state FROM payments_notification WHERE id = %s", [waiting]) == ("suspense",)
        assert work.row("SELECT count(*) FROM payments_payment WHERE branch_id = %s", [branch_id]) == (1,)
        assert ledger.prove(work, branch_id) == []
        proposal.reject(work, branch_id=branch_id, proposal_id=made)


def test_receipt_voided_meanwhile_is_not_counted_as_received() -> None:
    here = branch()
    agent = make_agent(here)
    member = member_of(here, name="Peserta Batal", agent=agent)
    with system_work(here) as work:
        taken = receipt(work, here, agent, member, "Batal")
    with by(here.id, uuid7()) as work:
        made = review.propose_to_settle(work, branch_id=here.id, receipt_id=taken, note="Bukti transfer 13 Nov")
    with by(here.id, uuid7()) as work:
        void.void(work, branch_id=here.id, receipt_id=taken, reason="mistake")
    with by(here.id, uuid7()) as work, pytest.raises(Refused, match="E4703"):
        second(work, here.id, made)
    assert state_of(here.id, taken) == "void"
    with by(here.id, uuid7()) as work:
        proposal.reject(work, branch_id=here.id, proposal_id=made)


def test_pages_say_what_waits_for_whom_and_let_another_person_decide() -> None:
    bank, owed = make_bank(scheme="asymmetric"), make_billed(branch())
    bank.pay(owed.code, owed.amount - 100)
    one, other = client(Role.BRANCH), client(Role.BRANCH_HEAD)
    address = f"/console/payments/notifications/{notifications(bank)[-1]['id']}/"
    asked = {"code": owed.code, "reason": "wrong_amount_agreed", "note": "sisa tunai"}
    before = b"/console/payments/proposals/" in other.get("/console/").content
    assert one.post(f"{address}decide/", asked | {"decide": "attach"}).status_code == 302
    assert before or b"/console/payments/proposals/" in other.get("/console/").content, "home says that it waits"
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        row = work.row("SELECT id FROM payments_proposal WHERE asked ->> 'code' = %s", [owed.code])
    assert row
    decide = f"/console/payments/proposals/{owed.branch.id}/{row[0]}/decide/"
    for who, may in ((one, False), (other, True), (client(Role.AUDITOR), False)):
        for page in (address, "/console/payments/proposals/"):
            answer = who.get(page)
            assert (answer.status_code, decide in answer.content.decode()) == (200, may), page
            assert "sisa tunai" in answer.content.decode()
    own = one.post(decide, {"decide": "approve"})
    assert (own.status_code, b"E4315" in own.content) == (403, True)
    assert client(Role.SUB_BRANCH).post(decide, {"decide": "approve"}).status_code == 403
    assert other.post(decide, {"decide": "approve"}).status_code == 302
    assert other.post(decide, {"decide": "approve"}).status_code == 409
    assert read(owed)["payments"] == 0, "a part is held"


def test_cash_counts_as_received_only_when_a_second_person_agrees() -> None:
    here = branch()
    agent = make_agent(here)
    member = member_of(here, name="Peserta Tunai", agent=agent)
    with system_work(here) as work:
        taken = receipt(work, here, agent, member, "Tunai")
    one, other = client(Role.BRANCH), client(Role.BRANCH)
    address = f"/console/custody/{here.id}/receipt/{taken}/"
    short = one.post(f"{address}decide/", {"decide": "settle", "note": "ok"})
    assert (short.status_code, b"E4707" in short.content) == (422, True)
    assert one.post(f"{address}decide/", {"decide": "settle", "note": "Bukti transfer 12 Nov"}).status_code == 302
    assert state_of(here.id, taken) == "held", "one person alone lifts nothing"
    again = one.post(f"{address}decide/", {"decide": "settle", "note": "Bukti transfer 12 Nov"})
    assert (again.status_code, b"E4316" in again.content) == (409, True)
    assert b"Bukti transfer 12 Nov" in other.get(address).content
    approve_all(here.id)
    assert state_of(here.id, taken) == "settled"
    with by(here.id, uuid7()) as work, pytest.raises(Refused, match="E4703"):
        review.propose_to_settle(work, branch_id=here.id, receipt_id=taken, note="Bukti transfer 12 Nov")


def state_of(branch_id: int, receipt_id: UUID) -> str:
    with Work(scope=Scope.branch(branch_id)) as work:
        row = work.row("SELECT state FROM custody_receipt WHERE id = %s", [receipt_id])
    assert row
    return str(row[0])


def test_money_of_no_branch_goes_back_by_two_people_of_head_office() -> None:
    bank = make_bank(scheme="asymmetric")
    bank.pay("99887766554433", 54_321)
    waiting = notifications(bank)[-1]["id"]
    one, other = client(Role.HEAD_OFFICE), client(Role.HEAD_OFFICE)
    address, proposals = f"/console/payments/notifications/{waiting}/", "/console/payments/proposals/"
    assert one.post(f"{address}decide/", {"decide": "refund", "reason": "unknown_payer"}).status_code == 302
    again = one.post(f"{address}decide/", {"decide": "refund", "reason": "unknown_payer"})
    assert (again.status_code, b"E4316" in again.content) == (409, True)
    with Work(scope=Scope.nation()) as work:
        assert work.row("SELECT state FROM payments_notification WHERE id = %s", [waiting]) == ("suspense",)
        row = work.row("SELECT id FROM payments_pay_back WHERE notification_id = %s", [waiting])
    assert row
    decide = f"{proposals}country/{row[0]}/decide/"
    for who, may in ((one, False), (other, True), (client(Role.AUDITOR), False)):
        for page in (address, proposals):
            assert (decide in who.get(page).content.decode()) is may, page
    assert decide not in client(Role.BRANCH_HEAD).get(proposals).content.decode()
    assert client(Role.BRANCH_HEAD).post(decide, {"decide": "approve"}).status_code == 403
    own = one.post(decide, {"decide": "approve"})
    assert (own.status_code, b"E4315" in own.content) == (403, True)
    assert proposals.encode() in other.get("/console/").content, "home says that it waits"
    assert other.post(decide, {"decide": "approve"}).status_code == 302
    assert other.post(decide, {"decide": "approve"}).status_code == 409
    with Work(scope=Scope.nation()) as work:
        said = "SELECT state, resolution::jsonb ->> 'decision' FROM payments_notification WHERE id = %s"
        assert work.row(said, [waiting]) == ("resolved", "refund")


def test_money_of_no_branch_is_paid_back_once_by_two_who_approve_at_once_and_by_no_branch() -> None:
    bank = make_bank(scheme="asymmetric")
    bank.pay("99887766554434", 54_321)
    waiting = notifications(bank)[-1]["id"]
    with Work(scope=Scope.nation(), actor=Actor(user_id=uuid7())) as work:
        made = suspense.propose_refund(work, notification_id=waiting, reason="unknown_payer", note="")
    here = branch()
    with by(here.id, uuid7()) as work, pytest.raises(Refused, match="E1004"):
        pay_back.approve(work, pay_back_id=made)
    with by(here.id, uuid7()) as work, pytest.raises(Refused, match="E1004"):
        suspense.propose_refund(work, notification_id=waiting, reason="unknown_payer", note="")

    def approve() -> str:
        try:
            with Work(scope=Scope.nation(), actor=Actor(user_id=uuid7())) as work:
                pay_back.approve(work, pay_back_id=made)
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        results = sorted(one.result(timeout=60) for one in [pool.submit(approve), pool.submit(approve)])
    assert results == ["E4317", "done"]


def test_receipt_for_cash_is_cancelled_only_when_a_second_person_agrees() -> None:
    here = branch()
    agent = make_agent(here)
    member = member_of(here, name="Peserta Kembali", agent=agent)
    with system_work(here) as work:
        taken = receipt(work, here, agent, member, "Kembali")
    one, other = client(Role.BRANCH), client(Role.BRANCH_HEAD)
    address = f"/console/custody/{here.id}/receipt/{taken}/"
    asked = {"decide": "void", "reason": "returned", "note": "Uang kembali 12 Nov"}
    assert one.post(f"{address}decide/", asked).status_code == 302
    assert state_of(here.id, taken) == "held", "one person alone lifts nothing"
    again = one.post(f"{address}decide/", asked)
    assert (again.status_code, b"E4316" in again.content) == (409, True)
    told = other.get(address).content.decode()
    assert "Uang kembali 12 Nov" in told
    assert "Uangnya sudah dikembalikan" in told or "dikembalikan" in told
    assert address in other.get("/console/payments/proposals/").content.decode()
    approve_all(here.id)
    assert state_of(here.id, taken) == "void"
    with by(here.id, uuid7()) as work, pytest.raises(Refused, match="E4703"):
        void.propose(work, branch_id=here.id, receipt_id=taken, reason="mistake")
