"""Bills that are out when a rule is published: issued anew where it prices them otherwise, once, whoever is killed or pays."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from perisai.accounts.models import Role, User
from perisai.contributions.bills import advance
from perisai.contributions.cover import reactivate
from perisai.contributions.repricing import reprice
from perisai.contributions.rule_changes import change as rule_change
from perisai.contributions.rules import in_force as rules
from perisai.contributions.runs import month_run, run
from perisai.contributions.runs.month_run import Place
from perisai.events.clock import FixedClock
from perisai.events.recount import recount
from perisai.offices.models import Office
from perisai.payments.books import ledger
from perisai.payments.orders import order
from tests.accounts.people import logged_in, make_user
from tests.blocked import until_somebody_waits
from tests.contributions.covered import Members, bills, make_members, pay, shared_months
from tests.contributions.rule_world import acting, clean_rules, publish, user
from tests.payments.place import make_bank
from tests.processes import run_together

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clean(database: Path) -> Iterator[None]:
    with clean_rules():
        yield


def english(person: User) -> User:
    person.language = "en"
    person.save(update_fields=["language"])
    return person


def _publish(since: date, value: int = 7_000) -> UUID:
    return publish(since, value, today=TODAY)


def _withdraw(change_id: UUID) -> None:
    with acting(user()) as work:
        rule_change.withdraw(work, change_id=change_id, reason="Uji coba selesai", today=TODAY)


def _place(members: Members) -> Place:
    return Place(members.branch.id, members.branch.timezone)


def _carry_out(members: Members) -> None:
    reprice.carry_out_branch(_place(members), clock=FixedClock(NOW))


def _going(members: Members) -> UUID:
    with members.work() as work:
        row = work.row(
            "SELECT id FROM contributions_reprice WHERE branch_id = %s ORDER BY set_number DESC", [members.branch.id]
        )
    assert row is not None
    found: UUID = row[0]
    return found


def _progress(members: Members, *columns: str) -> tuple[Any, ...]:
    with members.work() as work:
        row = work.row(
            f"SELECT {', '.join(columns)} FROM contributions_reprice WHERE branch_id = %s ORDER BY set_number DESC",  # type: ignore[arg-type]
            [members.branch.id],
        )
    assert row is not None
    return row


def _run(members: Members, month: date) -> None:
    with members.work(NOW) as work:
        run.issue_month(work, branch_id=members.branch.id, timezone=members.branch.timezone, month=month)


def _advance(members: Members, who: int, months: int) -> None:
    key: dict[str, Any] = {"branch_id": members.branch.id, "timezone": members.branch.timezone}
    with members.work(NOW) as work:
        advance.issue(work, **key, enrolment_id=members.ids[who], months=months)


def _proved(members: Members) -> bool:
    with members.work() as work:
        return ledger.prove(work, members.branch.id) == [] and recount(work, branch_id=members.branch.id).proved


def _open(members: Members, *columns: str) -> list[tuple[Any, ...]]:
    return [row[1:] for row in bills(members, "state", *columns) if row[0] == "open"]


def test_publish_issues_bills_of_its_months_anew_and_no_others() -> None:
    members = make_members(3)
    _run(members, NOVEMBER)
    _run(members, DECEMBER)
    _publish(DECEMBER)
    _carry_out(members)
    assert [(row[0], row[1]) for row in _open(members, "first_month", "amount")] == [
        (NOVEMBER, 11_400),
        (DECEMBER, 11_500),
    ] * 3
    assert _progress(members, "state", "bills", "looked_at", "issued", "before", "after", "unpriced", "error") == (
        "done", 3, 3, 3, 34_200, 34_500, 0, "",
    )  # fmt: skip
    assert shared_months(members) == 0
    assert _proved(members)


def test_bill_issued_anew_keeps_its_code_its_day_and_says_what_it_replaces() -> None:
    members = make_members(1)
    _run(members, DECEMBER)
    (before,) = bills(members, "id", "payment_code", "pay_by", "origin", "months")
    _publish(DECEMBER)
    _carry_out(members)
    old, new = sorted(
        bills(members, "state", "id", "payment_code", "pay_by", "origin", "months", "replaces_id", "rules")
    )
    assert (old[0], old[1]) == ("cancelled", before[0])
    assert (*new[2:6], new[6]) == (*before[1:], before[0])
    assert new[7] == rules.load_now().version
    with members.work() as work:
        (event,) = work.rows(
            "SELECT amount, subject_id, agent_id FROM events_event WHERE branch_id = %s AND kind = 'bill_repriced'",
            [members.branch.id],
        )
    assert event == (100, members.ids[0], None)


def test_months_paid_ahead_in_one_bill_change_from_the_rules_month_on_alone() -> None:
    members = make_members(1)
    _advance(members, 0, 12)
    (before,) = _open(members, "lines")
    _publish(JANUARY)
    _carry_out(members)
    (after,) = _open(members, "lines")
    assert [new[6] - old[6] for old, new in zip(_read(before[0]), _read(after[0]), strict=True)] == [0, 0] + [200] * 10
    assert _proved(members)


def test_again_and_after_a_withdrawal_everything_is_as_it_was() -> None:
    members = make_members(2)
    _run(members, DECEMBER)
    before = _open(members, "enrolment_id", "amount", "lines")
    change_id = _publish(DECEMBER)
    _carry_out(members)
    issued = len(bills(members))
    _carry_out(members)
    reprice.carry_out(_place(members), _going(members), clock=FixedClock(NOW))
    assert len(bills(members)) == issued
    _withdraw(change_id)
    _carry_out(members)
    assert _open(members, "enrolment_id", "amount", "lines") == before
    assert _progress(members, "issued", "before", "after") == (2, 23_000, 22_800)
    assert _proved(members)


def test_withdrawn_while_the_bills_go_on_everything_is_as_it_was() -> None:
    members = make_members(4)
    _run(members, DECEMBER)
    before = _open(members, "enrolment_id", "amount", "lines")
    change_id = _publish(DECEMBER)
    going = _going(members)
    with members.work(NOW) as work:
        assert reprice.step(work, place=_place(members), reprice_id=going, most=2)
    assert sorted(row[0] for row in _open(members, "amount")) == [11_400, 11_400, 11_500, 11_500]
    _withdraw(change_id)
    _carry_out(members)
    assert _open(members, "enrolment_id", "amount", "lines") == before
    assert shared_months(members) == 0
    assert _proved(members)


def test_change_that_prices_nothing_otherwise_leaves_every_bill() -> None:
    members = make_members(2)
    _run(members, DECEMBER)
    before = bills(members, "id", "state", "amount")
    _publish(date(2028, 1, 1))
    _carry_out(members)
    assert bills(members, "id", "state", "amount") == before
    assert _progress(members, "state", "bills", "issued") == ("done", 0, 0)


def test_paid_bills_are_never_touched_and_what_is_open_can_be_paid_at_the_new_price() -> None:
    members, bank = make_members(2), make_bank().credentials.client_key
    _run(members, NOVEMBER)
    pay(members, members.ids[0], NOW, bank)
    _run(members, DECEMBER)
    _publish(NOVEMBER)  # a correction of a month that is billed already
    _carry_out(members)
    assert [row[0] for row in bills(members, "amount", "state") if row[1] == "paid"] == [11_400]
    for one in (members.ids[0], members.ids[1], members.ids[1]):
        pay(members, one, NOW, bank)
    assert sorted(row[0] for row in bills(members, "amount", "state") if row[1] == "paid") == [11_400, *[11_500] * 3]
    assert _proved(members)


def test_killed_in_the_middle_goes_on_and_issues_each_once() -> None:
    members = make_members(700)
    _run(members, DECEMBER)
    _publish(DECEMBER)
    going = _going(members)
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # a fork must not share them
    worker = multiprocessing.get_context("fork").Process(
        target=lambda: reprice.carry_out(_place(members), going, clock=FixedClock(NOW), most=20)
    )
    worker.start()
    try:
        deadline = time.monotonic() + 60
        while _progress(members, "issued") == (0,) and time.monotonic() < deadline:
            time.sleep(0.005)
    finally:
        worker.kill()
        worker.join(60)
    (done,) = _progress(members, "issued")
    assert 0 < done < 700
    assert len(_open(members, "id")) == 700
    deadline = time.monotonic() + 60
    while _progress(members, "state") != ("done",) and time.monotonic() < deadline:
        _carry_out(members)  # until the server has let go of what was killed
    assert _progress(members, "state", "bills", "looked_at", "issued") == ("done", 700, 700, 700)
    assert {row[0] for row in _open(members, "amount")} == {11_500}
    assert len(bills(members)) == 1_400
    assert _proved(members)


def test_two_workers_at_once_issue_each_once() -> None:
    members = make_members(120)
    _run(members, DECEMBER)
    _publish(DECEMBER)
    going = _going(members)

    def work() -> None:
        reprice.carry_out(_place(members), going, clock=FixedClock(NOW), most=15)

    run_together([work] * 3)
    _carry_out(members)
    assert _progress(members, "state", "issued") == ("done", 120)
    assert len(bills(members)) == 240
    assert _proved(members)


def _in_another_thread(act: Callable[[], Any]) -> threading.Thread:
    def go() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=go)
    thread.start()
    return thread


def test_bill_being_paid_at_the_very_moment_stays_paid() -> None:
    """The step has found the bill and waits for the payment; then it looks again."""
    from perisai.contributions.bills import settlement
    from perisai.events.ids import uuid7
    from perisai.members.enrolments import activation
    from perisai.payments.crediting import crediting, judgement

    members, bank = make_members(1), make_bank().credentials.client_key
    _run(members, DECEMBER)
    _publish(DECEMBER)
    branch_id, one = members.branch.id, members.ids[0]
    with members.work(NOW) as work:
        standing = activation.lock_standing(work, branch_id=branch_id, enrolment_id=one)
        thread = _in_another_thread(lambda: _carry_out(members))
        until_somebody_waits()
        due = judgement.check_due(settlement.lock_payable(work, branch_id=branch_id, enrolment_id=one), standing, NOW)
        assert standing is not None
        crediting.book(
            work, branch_id=branch_id, standing=standing, due=due, payment_id=uuid7(), bank_id=bank, request_id="saat-ini",
            reference_no="", paid_at=NOW, confirmed_at=NOW, source="snap",
        )  # fmt: skip
    thread.join(60)
    assert bills(members, "state", "amount") == [("paid", 11_400)]
    assert _progress(members, "state", "issued") == ("done", 0)
    assert _proved(members)


def test_order_with_a_bill_issued_anew_ends_and_others_stay() -> None:
    members = make_members(3)
    _run(members, NOVEMBER)
    _run(members, DECEMBER)
    of = {row[:2]: row[2] for row in bills(members, "enrolment_id", "first_month", "id")}
    key: dict[str, Any] = {"branch_id": members.branch.id, "timezone": members.branch.timezone, "payer_kind": "other"}
    with members.work(NOW) as work:
        both = order.make(work, **key, bill_ids=[of[members.ids[0], NOVEMBER], of[members.ids[0], DECEMBER]])
        before = order.make(work, **key, bill_ids=[of[members.ids[1], NOVEMBER]])
    _publish(DECEMBER)
    _carry_out(members)
    with members.work(NOW) as work:
        ended, kept = (order.find(work, branch_id=members.branch.id, order_id=one.id) for one in (both, before))
    assert ended is not None
    assert kept is not None
    assert (ended.state, kept.state) == ("cancelled", "open")
    assert _progress(members, "orders") == (1,)
    assert _proved(members)


def test_return_follows_the_bill_it_waits_for() -> None:
    members, bank = make_members(1, state="lapsed", paid=date(2026, 5, 1)), make_bank().credentials.client_key
    said = reactivate.Answers(enrolment=members.ids[0], is_working=True, is_well=True, months=3)
    with members.work(NOW) as work:
        reactivate.ask(work, branch_id=members.branch.id, timezone=members.branch.timezone, answers=said)
    _publish(JANUARY)
    _carry_out(members)
    ((bill_id, origin, amount),) = _open(members, "id", "origin", "amount")
    with members.work() as work:
        waits = work.row("SELECT bill_id FROM contributions_return WHERE branch_id = %s", [members.branch.id])
    assert (waits, origin, amount) == ((bill_id,), "return", 11_400 * 2 + 23_000)
    pay(members, members.ids[0], NOW, bank)
    assert _proved(members)


def test_bill_issued_by_who_had_not_heard_is_found_by_the_second_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    members = make_members(1)
    old = rules.load_now()
    _publish(DECEMBER)
    _carry_out(members)
    assert _progress(members, "state", "sweeps") == ("done", 1)
    with monkeypatch.context() as patched, members.work(datetime.now(UTC)) as work:
        patched.setattr(run, "load", lambda: old)
        run.issue_month(work, branch_id=members.branch.id, timezone=members.branch.timezone, month=DECEMBER)
    assert _open(members, "amount") == [(11_400,)]
    later = datetime.now(UTC) + reprice.LATE * 2
    with members.work(later) as work:
        assert members.branch.id in reprice.stuck(work)
        reprice.sweep_again(work, branch_id=members.branch.id)
    reprice.carry_out_branch(_place(members), clock=FixedClock(later))
    assert _open(members, "amount") == [(11_500,)]
    assert _progress(members, "state", "sweeps", "issued") == ("done", 2, 1)
    with members.work(later) as work:
        assert members.branch.id not in reprice.stuck(work)


def test_machine_that_has_not_heard_of_the_set_says_so_and_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    members = make_members(1)
    _run(members, DECEMBER)
    _publish(DECEMBER)
    with monkeypatch.context() as patched:
        patched.setattr(rules, "published_number", lambda: 0)
        with pytest.raises(reprice.NotHeard):
            _carry_out(members)
    assert _progress(members, "state", "error", "issued") == ("bills", "NotHeard", 0)
    with members.work(datetime.now(UTC) + reprice.STUCK * 2) as work:
        assert members.branch.id in reprice.stuck(work)
    _carry_out(members)
    assert _progress(members, "state", "error", "issued") == ("done", "", 1)


def _read(lines: Any) -> list[list[Any]]:
    import orjson

    return orjson.loads(lines) if isinstance(lines, str | bytes) else list(lines)


def test_run_after_the_publication_prices_by_it_and_is_left_alone() -> None:
    members = make_members(2)
    _publish(DECEMBER)
    rules.load_now()
    run_id = month_run.issue(_place(members), DECEMBER, clock=FixedClock(NOW))
    _carry_out(members)
    assert {row[0] for row in bills(members, "amount")} == {11_500}
    assert {row[0] for row in bills(members, "run_id")} == {run_id}


def test_page_of_the_change_shows_how_far_it_is_by_branch_and_what_stopped_it(monkeypatch: pytest.MonkeyPatch) -> None:
    members, elsewhere = make_members(2), make_members(1)
    for each in (members, elsewhere):
        _run(each, DECEMBER)
    change_id = _publish(DECEMBER)
    client = logged_in(english(make_user(Role.BRANCH, Office.objects.get(id=members.branch.id))))
    address = f"/console/rules/changes/{change_id}/"

    def text(more: str = "") -> str:
        answer = client.get(address + more)
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    assert "0 of 1 branches" in text()
    with monkeypatch.context() as patched:
        patched.setattr(rules, "published_number", lambda: 0)
        with pytest.raises(reprice.NotHeard):
            _carry_out(members)
    assert "It stopped at 1 branch" in text("bills/")
    _carry_out(members)
    page = text("bills/")
    for said in ("Done", "Rp22.800", "Rp23.000", "Rp200", f"KC Uji {members.branch.id}", "Of your branches"):
        assert said in page, said
    assert f"KC Uji {elsewhere.branch.id}" not in page
    assert "hx-get" not in page
    _withdraw(change_id)
    assert "Bills priced back after the withdrawal" in text()
