"""Codes that are out when one member's bills change: what banks are told, what pays, what the payer's page says."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import connection

from perisai.contributions.bills import terms
from perisai.contributions.runs import run
from perisai.employers import bill as employer_bills
from perisai.employers import job
from perisai.errors import Refused
from perisai.events.clock import FixedClock, SystemClock
from perisai.events.ids import uuid7
from perisai.events.recount import recount
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payers import collective, sponsor
from perisai.payments import jobs
from perisai.payments.banks import virtual_account
from perisai.payments.books import ledger
from perisai.payments.demo import public_pem
from perisai.payments.orders import following, order
from perisai.payments.snap import notify, partner
from perisai.web.simulate.bank import BankSimulator
from perisai.web.simulate.bank_desk import CLIENT, BankDesk
from tests.blocked import until_somebody_waits
from tests.contributions.covered import Members, bills, make_members, shared_months
from tests.contributions.test_reprice_payers import leads_to_the_newer_code, link_of
from tests.employers.conftest import TODAY as PRESENT
from tests.employers.conftest import Firm, firm, month, row
from tests.employers.test_jobs_and_bills import bill as employer_bill
from tests.employers.test_jobs_and_bills import office, told
from tests.payers.test_groups import make as make_group
from tests.payments.place import PRIVATE_PEM, make_bank, notifications
from tests.payments.test_qris_acquirer import SECRET, acquirer
from tests.portal.test_pay import look, words
from tests.processes import run_together
from tests.sync.conftest import http, phone_of
from tests.world import system_work

__all__ = ["firm", "http", "phone_of"]
pytestmark = pytest.mark.usefixtures("database")

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
LESS, MORE = 11_400, 114_650


def owing(count: int, *months: date) -> Members:
    """Members whose bills of these months (December) are out."""
    members = make_members(count)
    with members.work(NOW) as work:
        for one in months or (DECEMBER,):
            run.issue_month(work, branch_id=members.branch.id, timezone=members.branch.timezone, month=one)
    return members


def change(members: Members, who: int = 0, *, at: datetime = NOW, income: int = 4_200_000) -> None:
    """Another income, and JHT, from December on."""
    facts = {"enrolment": members.ids[who], "from_month": DECEMBER, "income": income, "jobs": ["trade.market"]}
    wanted = terms.Wanted.model_validate(facts | {"programmes": ["JKK", "JKM", "JHT"]})
    with members.work(at) as work:
        terms.change(work, branch_id=members.branch.id, timezone=members.branch.timezone, wanted=wanted)


def make_order(members: Members, kind: str = "other", who: list[int] | None = None) -> order.Order:
    chosen = [members.ids[one] for one in who or range(len(members.ids))]
    ids = [bill_id for bill_id, whose in opened(members, "id", "enrolment_id") if whose in chosen]
    with members.work(NOW) as work:
        payer_id = uuid7() if kind == "agent" else None
        return order.make(
            work, branch_id=members.branch.id, timezone=members.branch.timezone, bill_ids=ids, payer_kind=kind, payer_id=payer_id
        )  # fmt: skip


def opened(members: Members, *columns: str) -> list[tuple[Any, ...]]:
    return [row[1:] for row in bills(members, "state", *columns) if row[0] == "open"]


def follow(members: Members, at: datetime = NOW) -> None:
    following.follow_branch(members.branch.id, members.branch.timezone, clock=FixedClock(at))


def at_now(act: Callable[..., Any], *given: Any) -> Any:
    """With the clock of the system at ``NOW``, whatever the date is."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SystemClock, "now", lambda _clock: NOW)
        return act(*given)


def orders(members: Members) -> list[order.Order]:
    sql = (
        "SELECT branch_id, id, code, payer_kind, payer_id, amount, count, state, made_at, made_by, pay_by, ended_at, replaces_id"
        " FROM payments_order WHERE branch_id = %s ORDER BY made_at, id"
    )
    with members.work() as work:
        return [order.Order(*row) for row in work.rows(sql, [members.branch.id])]


def proved(members: Members) -> bool:
    with members.work() as work:
        return ledger.prove(work, members.branch.id) == [] and recount(work, branch_id=members.branch.id).proved


def tell(bank: BankSimulator, code: str, rupiah: int, paid_at: datetime, told_at: datetime | None = None) -> str:
    body = orjson.dumps(bank.payment(code, rupiah) | {"trxDateTime": paid_at.isoformat()})
    headers = {"X-EXTERNAL-ID": str(uuid7().int)[-12:], "CHANNEL-ID": "95051", "Content-Type": "application/json"}
    call = partner.Call("POST", "/snap/v1.0/transfer-va/payment", headers, body, told_at or paid_at)
    return notify.notify(call, partner.get_partner(bank.credentials.client_key)).code


@contextmanager
def desk_of(bank: BankSimulator, desk: BankDesk) -> Iterator[None]:
    """The bank's own desk on a port of its own: our codes go there over HTTP."""
    form = {"client_key": CLIENT, "desk_secret": SECRET.decode(), "private_key": PRIVATE_PEM.decode()}
    with acquirer(desk) as origin:
        save = {"bank_id": bank.credentials.client_key, "given": form | {"origin": origin, "is_open": "1"}}
        with Work(scope=Scope.of([])) as work:
            virtual_account.save_desk(work, **save)  # type: ignore[arg-type]
        try:
            yield
        finally:
            with Work(scope=Scope.of([])) as work:
                virtual_account.save_desk(work, bank_id=bank.credentials.client_key, given=form | {"origin": origin})


def test_bank_is_told_over_http_and_both_codes_of_a_changed_member_are_followed() -> None:
    members, bank, desk = owing(2), make_bank(), BankDesk(SECRET, public_pem(PRIVATE_PEM))
    old = make_order(members)
    own = dict(opened(members, "enrolment_id", "payment_code"))
    changed, kept = own[members.ids[0]], own[members.ids[1]]
    with desk_of(bank, desk):
        virtual_account.register_due(members.branch.id, NOW)
        assert desk.codes == {changed: "11400.00", kept: "11400.00", old.code: "22800.00"}
        change(members)
        virtual_account.register_due(members.branch.id, NOW + timedelta(minutes=1))
        assert desk.codes == {changed: f"{MORE}.00", kept: "11400.00"}, "at once, and before another one is made"
        follow(members)
        virtual_account.register_due(members.branch.id, NOW + timedelta(minutes=2))
        _, made = orders(members)
        assert desk.codes == {changed: f"{MORE}.00", kept: "11400.00", made.code: f"{MORE + LESS}.00"}
    assert (made.state, made.count, made.pay_by, made.replaces_id) == ("open", 2, old.pay_by, old.id)
    assert tell(bank, old.code, old.amount, NOW) == "4042512", "it pays nothing any more, and a person sees the money"
    assert notifications(bank)[-1]["state"] == "suspense"
    assert tell(bank, made.code, made.amount, NOW) == "2002500"
    assert {row[0] for row in bills(members, "state", "first_month") if row[1] == DECEMBER} == {"cancelled", "paid"}
    assert proved(members)


def test_page_of_the_old_code_says_so_at_once_and_leads_to_the_newer_one() -> None:
    members = owing(2)
    old = make_order(members)
    assert "Jangan bayar kode ini" not in words(at_now(look, link_of(old)))
    change(members)
    assert "Jangan bayar kode ini" in words(at_now(look, link_of(old)))
    follow(members)
    leads_to_the_newer_code(old, orders(members)[1])


def test_changed_twice_before_anybody_follows_there_is_one_newer_code_at_the_last_price() -> None:
    members = owing(2)
    make_order(members)
    change(members)
    change(members, income=2_400_000)
    for _ in range(2):
        follow(members)
    old, made = orders(members)
    assert (old.state, made.state) == ("cancelled", "open")
    assert made.amount == sum(row[0] for row in opened(members, "amount"))
    assert proved(members)


def test_two_who_follow_at_once_make_one_code_each() -> None:
    members = owing(3)
    first, second = make_order(members), make_order(members, "member", [0, 1])
    change(members)
    run_together([lambda: follow(members)] * 3)
    made = orders(members)[2:]
    assert sorted(one.replaces_id for one in made if one.replaces_id) == sorted([first.id, second.id])
    assert len(made) == 2


def test_what_a_killed_worker_leaves_is_taken_up_by_the_clock() -> None:
    members = owing(2)
    make_order(members)
    change(members)
    with members.work() as work:
        ((args,),) = work.rows(
            "SELECT args->>'branch_id' FROM procrastinate_jobs WHERE task_name = 'payments.follow_orders'"
            " AND args->>'branch_id' = %s", [str(members.branch.id)],
        )  # fmt: skip
    assert args == str(members.branch.id), "a job was put down with the change itself"
    assert members.branch.id in dict(following.branches())
    at_now(jobs.follow_everywhere, 0)
    assert [one.state for one in orders(members)] == ["cancelled", "open"]
    assert members.branch.id not in dict(following.branches())


def test_agents_code_ends_and_each_bill_keeps_its_own() -> None:
    members, bank = owing(2), make_bank()
    old = make_order(members, "agent")
    change(members)
    follow(members)
    assert [(one.id, one.state) for one in orders(members)] == [(old.id, "cancelled")]
    for amount, code in opened(members, "amount", "payment_code"):
        assert tell(bank, code, amount, NOW) == "2002500"
    assert proved(members)


def test_change_that_touches_no_bill_of_it_leaves_a_code_alone() -> None:
    members = owing(2, NOVEMBER, DECEMBER)
    first = [bill_id for bill_id, begins in opened(members, "id", "first_month") if begins == NOVEMBER]
    with members.work(NOW) as work:
        order.make(
            work, branch_id=members.branch.id, timezone=members.branch.timezone, bill_ids=first, payer_kind="other"
        )
    change(members)
    follow(members)
    assert [one.state for one in orders(members)] == ["open"]


def test_who_pays_alone_leaves_the_group_a_code_for_the_others() -> None:
    members, bank = owing(3), make_bank()
    group_id = _of_group(members)
    ids = [row[0] for row in opened(members, "id")]
    with members.work(NOW) as work:
        old = collective.for_group(work, branch_id=members.branch.id, group_id=group_id, bill_ids=ids)
    nobody = make_order(members)
    at_now(jobs.follow_payments, 0)
    assert [one.state for one in orders(members)] == ["open", "open"]
    ((code, amount),) = [row[1:] for row in opened(members, "id", "payment_code", "amount") if row[0] == ids[0]]
    assert tell(bank, code, amount, NOW) == "2002500"
    at_now(jobs.follow_payments, 0)
    found = {one.id: one for one in orders(members)}
    made = next(one for one in found.values() if one.replaces_id == old.id)
    assert (made.state, made.count, made.amount, found[old.id].state) == ("open", 2, 2 * LESS, "cancelled")
    assert (found[nobody.id].state, len(found)) == ("cancelled", 3), "who is not named is asked for nothing else"
    assert f'href="{link_of(made)}"' in at_now(look, link_of(old)).content.decode()
    assert tell(bank, made.code, made.amount, NOW) == "2002500"
    at_now(jobs.follow_payments, 0)
    assert len(orders(members)) == 3, "an order that was paid as a whole is not broken"
    assert proved(members)


def test_many_who_change_at_once_share_codes_without_a_deadlock() -> None:
    members = owing(6)
    made = [make_order(members), make_order(members, "member"), make_order(members, "agent", [5, 4, 3])]
    run_together([lambda n=n: change(members, n) for n in (5, 0, 3, 4)] + [lambda: follow(members)])  # type: ignore[misc]
    follow(members)
    found = orders(members)
    assert {one.state for one in found if one.id in [old.id for old in made]} == {"cancelled"}
    assert [(one.count, one.amount) for one in found if one.state == "open"] == [(6, 4 * MORE + 2 * LESS)] * 2
    assert proved(members)


def _of_group(members: Members) -> UUID:
    group_id = make_group(members.branch)
    with members.work(NOW) as work:
        work.execute("UPDATE members_enrolment SET group_id = %s WHERE branch_id = %s", [group_id, members.branch.id])
    return group_id


def test_groups_code_is_made_anew_for_all_of_its_people() -> None:
    members = owing(3)
    group_id = _of_group(members)
    ids = [row[0] for row in opened(members, "id")]
    with members.work(NOW) as work:
        old = collective.for_group(work, branch_id=members.branch.id, group_id=group_id, bill_ids=ids)
    change(members)
    follow(members)
    _, made = orders(members)
    assert (made.payer_kind, made.payer_id, made.count, made.amount) == ("group", group_id, 3, MORE + 2 * LESS)
    leads_to_the_newer_code(old, made)


def test_group_pays_for_the_others_where_a_sponsor_begins_to_pay_for_one() -> None:
    """The one's own month before is issued again with the sponsor's, and stays the group's."""
    members = owing(2, NOVEMBER, DECEMBER)
    group_id = _of_group(members)
    ids = [row[0] for row in opened(members, "id")]
    with members.work(NOW) as work:
        collective.for_group(work, branch_id=members.branch.id, group_id=group_id, bill_ids=ids)
    given = {"kind": "company_csr", "name": "PT Uji", "first_month": DECEMBER, "last_month": JANUARY}
    with members.work(NOW) as work:
        by = sponsor.make(work, branch_id=members.branch.id, given=given)
        wanted = [sponsor.ToFund(members.ids[0], DECEMBER, JANUARY)]
        sponsor.fund(work, branch_id=members.branch.id, sponsor_id=by, wanted=wanted)
        old_of_sponsor = collective.for_sponsor(work, branch_id=members.branch.id, sponsor_id=by, month=DECEMBER)
    follow(members)
    old, of_sponsor, made = orders(members)
    assert (old.state, of_sponsor.state, made.state, made.count, made.amount) == (
        "cancelled",
        "open",
        "open",
        3,
        3 * LESS,
    )
    change(members)
    follow(members)
    found = {one.id: one for one in orders(members)}
    newer = next(one for one in found.values() if one.replaces_id == old_of_sponsor.id)
    assert (found[old_of_sponsor.id].state, newer.state, newer.payer_id) == ("cancelled", "open", by)
    assert newer.amount > old_of_sponsor.amount
    assert found[made.id].state == "open", "what the group pays did not change"
    assert proved(members)


def test_code_of_nobody_named_ends_where_a_sponsor_pays_instead() -> None:
    members = owing(2)
    make_order(members)
    given = {"kind": "company_csr", "name": "PT Uji", "first_month": DECEMBER, "last_month": JANUARY}
    with members.work(NOW) as work:
        by = sponsor.make(work, branch_id=members.branch.id, given=given)
        wanted = [sponsor.ToFund(members.ids[0], DECEMBER, JANUARY)]
        sponsor.fund(work, branch_id=members.branch.id, sponsor_id=by, wanted=wanted)
    follow(members)
    assert [one.state for one in orders(members)] == ["cancelled"], "nobody else's bill is asked of them"


def test_paid_when_the_bank_had_not_been_told_is_taken_and_held_and_later_is_not() -> None:
    """Such a bank asks for what we told it last, and does not ask us before."""
    members, bank, other = owing(1), make_bank(), make_bank()
    ((code,),) = opened(members, "payment_code")
    with desk_of(bank, BankDesk(SECRET, public_pem(PRIVATE_PEM))):
        virtual_account.register_due(members.branch.id, NOW)
        change(members)
        at = NOW + timedelta(minutes=1)
        assert tell(other, code, LESS, at) == "4042513", "that one asks us, and was told the new amount"
        assert tell(bank, code, LESS + 1, at) == "4042513"
        assert tell(bank, code, LESS, at) == "2002500"
        virtual_account.register_due(members.branch.id, NOW + timedelta(minutes=2))
        assert tell(bank, code, LESS, NOW + timedelta(minutes=3)) == "2002500", "on its way when it was told"
        assert tell(bank, code, LESS, NOW + timedelta(hours=1)) == "4042513"
        assert tell(bank, code, MORE - 2 * LESS, NOW + timedelta(hours=1)) == "2002500", "the rest, with what is held"
    assert [row[0] for row in bills(members, "state")] == ["cancelled", "paid"]
    assert proved(members)


def test_change_waits_for_a_payment_in_the_middle_and_meets_a_paid_month() -> None:
    members, bank = owing(1), make_bank()
    ((code,),) = opened(members, "payment_code")
    refused: list[str] = []

    def later() -> None:
        try:
            change(members)
        except Refused as error:
            refused.append(error.code)
        finally:
            connection.close()

    with members.work(NOW) as work:
        work.row(
            "SELECT 1 FROM members_enrolment WHERE branch_id = %s AND id = %s FOR UPDATE",
            [members.branch.id, members.ids[0]],
        )
        thread = threading.Thread(target=later)
        thread.start()
        until_somebody_waits()
        _settle_as_a_payment_does(members, work, bank)
    thread.join(60)
    assert refused == ["E4106"], "paid: it may hold for the months after"
    assert bills(members, "state", "amount") == [("paid", LESS)]
    assert tell(bank, code, LESS, NOW) != "2002500", "not twice"
    assert proved(members)


def _settle_as_a_payment_does(members: Members, work: Work, bank: BankSimulator) -> None:
    from perisai.contributions.bills import settlement
    from perisai.members.enrolments import activation
    from perisai.payments.crediting import crediting, judgement

    branch_id, one = members.branch.id, members.ids[0]
    standing = activation.lock_standing(work, branch_id=branch_id, enrolment_id=one)
    due = judgement.check_due(settlement.lock_payable(work, branch_id=branch_id, enrolment_id=one), standing, NOW)
    assert standing is not None
    crediting.book(
        work, branch_id=branch_id, standing=standing, due=due, payment_id=uuid7(), bank_id=bank.credentials.client_key,
        request_id="saat-ini", reference_no="", paid_at=NOW, confirmed_at=NOW, source="snap",
    )  # fmt: skip


@pytest.mark.parametrize("by", ["own", "order"])
def test_payment_and_change_at_the_same_moment_are_both_whole_whoever_is_first(by: str) -> None:
    """By processes, several times: the old bill is paid and the change refused, or the new one is out. Then the money is held for
    the member, or waits for a person where it was for many."""
    bank = make_bank()
    for _ in range(5):
        members = owing(2)
        made = make_order(members)
        ((code,),) = [row[1:] for row in opened(members, "enrolment_id", "payment_code") if row[0] == members.ids[0]]
        what = (made.code, made.amount) if by == "order" else (code, LESS)
        said, why = run_together([lambda m=what: tell(bank, *m, NOW), lambda m=members: _try_change(m)])  # type: ignore[misc]
        follow(members)
        states = [row[:2] for row in bills(members, "state", "amount", "enrolment_id") if row[2] == members.ids[0]]
        if why:
            assert (said, why, states) == ("2002500", "E4106", [("paid", LESS)])
        else:
            assert sorted(states) == [("cancelled", LESS), ("open", MORE)]
            assert said == "2002500" if by == "own" else said != "2002500"
        if said != "2002500":
            assert notifications(bank)[-1]["state"] == "suspense"
        with members.work() as work:
            held = work.rows("SELECT amount FROM payments_held WHERE branch_id = %s", [members.branch.id])
        assert held == ([(LESS,)] if said == "2002500" and why == "" else [])
        assert shared_months(members) == 0
        assert proved(members)


def _try_change(members: Members) -> str:
    try:
        change(members)
    except Refused as refused:
        return refused.code
    return ""


def test_employers_code_over_bills_of_workers_whose_wage_changed_is_not_left_open(firm: Firm) -> None:
    """Beside the month's own bill for all, one that staff made over the same bills."""
    firm.bring_in([row(wage=2_000_000), row(wage=1_000_000)])
    month_bill = employer_bill(firm)
    ids = [bill_id for (bill_id,) in firm.ask("SELECT id FROM contributions_bill WHERE branch_id = %s")]
    with system_work(firm.branch) as work:
        beside = order.make(
            work, branch_id=firm.branch.id, timezone=firm.branch.timezone, bill_ids=ids, payer_kind="employer", payer_id=firm.id
        )  # fmt: skip
    ((who,),) = firm.ask("SELECT id FROM members_enrolment WHERE branch_id = %s AND income = 1000000")
    wages = [job.NewWage(who, month(0), told(4_000_000))]
    firm.act(job.change_wages, wages=wages, told_by=office(), today=PRESENT)
    firm.act(employer_bills.renew)
    following.follow_branch(firm.branch.id, firm.branch.timezone)
    found = firm.ask("SELECT id, state, amount FROM payments_order WHERE branch_id = %s ORDER BY made_at, id")
    assert [(one[0], one[1]) for one in found[:2]] == [(month_bill.order_id, "cancelled"), (beside.id, "cancelled")]
    assert [one[1:] for one in found[2:]] == [("open", 6_000_000 * 84 // 10_000)]
