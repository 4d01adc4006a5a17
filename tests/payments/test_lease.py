"""Codes that phones hold: filled up, claimed once, and "not ready yet" at the bank until the enrolment is accepted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.payments.codes import lease
from perisai.payments.codes.code import is_well_formed
from perisai.web.simulate.bank import BankSimulator
from tests.payments.place import make_bank
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def bank(database: object) -> BankSimulator:
    return make_bank()


def top_up(branch: Branch, device: UUID, agent: UUID, at: datetime = NOW) -> tuple[list[str], datetime | None]:
    with system_work(branch, FixedClock(at)) as work:
        return lease.top_up(work, branch_id=branch.id, device_id=device, agent_id=agent, today=at.date())


def claim(branch: Branch, agent: UUID, codes: list[str], at: datetime = NOW) -> lease.Claimed:
    with system_work(branch, FixedClock(at)) as work:
        asked = [lease.Asked(uuid7(), code, at) for code in codes]
        return lease.claim_many(work, branch_id=branch.id, agent_id=agent, asked=asked)


def test_size_follows_the_agents_pace() -> None:
    assert [lease.size_of(n) for n in (0, 3, 4, 12, 20, 500)] == [10, 10, 12, 36, 60, 60]


def test_top_up_fills_once_and_then_writes_nothing() -> None:
    branch, device, agent = make_branch(), uuid7(), uuid7()
    codes, until = top_up(branch, device, agent)
    assert len(set(codes)) == lease.LEAST
    assert all(map(is_well_formed, codes))
    assert until == NOW + lease.VALID_FOR
    with CaptureQueriesContext(connection) as captured:
        again = top_up(branch, device, agent, NOW + timedelta(days=1))
    assert again == (codes, until)
    assert not any("INSERT" in query["sql"] or "UPDATE" in query["sql"] for query in captured)


def test_top_up_follows_the_best_day_of_two_weeks() -> None:
    branch, device, agent = make_branch(), uuid7(), uuid7()
    with system_work(branch) as work:
        for days_ago, value in ((20, 90), (13, 9), (1, 12)):
            day = NOW.date() - timedelta(days=days_ago)
            work.execute(
                "INSERT INTO events_counter (branch_id, level, key, day_captured, day_received, segment, metric, value)"
                " VALUES (%s, 'a', %s, %s, %s, 'BPU', 'captured', %s)",
                [branch.id, str(agent), day, day, value],
            )
    assert len(top_up(branch, device, agent)[0]) == 36


def test_top_up_under_half_or_near_the_end_renews_what_is_left() -> None:
    branch, device, agent = make_branch(), uuid7(), uuid7()
    codes, _ = top_up(branch, device, agent)
    claim(branch, agent, codes[:5])
    assert len(top_up(branch, device, agent)[0]) == 5, "half is enough"
    claim(branch, agent, codes[5:6])
    later = NOW + timedelta(days=2)
    refilled, until = top_up(branch, device, agent, later)
    assert len(refilled) == lease.LEAST
    assert set(codes[6:]) <= set(refilled)
    assert until == later + lease.VALID_FOR
    much_later = until - lease.RENEW_WITHIN
    renewed, until = top_up(branch, device, agent, much_later)
    assert (sorted(renewed), until) == (sorted(refilled), much_later + lease.VALID_FOR)


def test_ended_codes_go_to_nobody_else() -> None:
    branch, device, agent = make_branch(), uuid7(), uuid7()
    codes, until = top_up(branch, device, agent)
    assert until is not None
    after = until + timedelta(days=1)
    own, _ = top_up(branch, device, agent, after)
    other, _ = top_up(branch, uuid7(), uuid7(), after)
    assert not set(codes) & {*own, *other}


def test_claim_is_for_the_agent_and_once() -> None:
    branch, agent = make_branch(), uuid7()
    (one, two, *_), _ = top_up(branch, uuid7(), agent)
    assert claim(branch, uuid7(), [one]) == lease.Claimed(), "another agent's"
    claimed = claim(branch, agent, [one, one, "999999999999"])
    assert list(claimed.kept.values()) == [one]
    assert claim(branch, agent, [one]) == lease.Claimed(), "used"
    late = claim(branch, agent, [two], NOW + lease.VALID_FOR + timedelta(minutes=1))
    assert (late.kept, list(late.late.values())) == ({}, [two])


def test_released_code_is_for_this_agents_next_enrolment_and_in_no_phones_list() -> None:
    branch, device, agent = make_branch(), uuid7(), uuid7()
    (code, *_), _ = top_up(branch, device, agent)
    ((first, _),) = claim(branch, agent, [code]).kept.items()
    with system_work(branch, FixedClock(NOW)) as work:
        lease.release(work, branch_id=branch.id, enrolment_id=first)
    assert code not in top_up(branch, device, agent)[0]
    assert claim(branch, uuid7(), [code]) == lease.Claimed(), "another agent's"
    assert list(claim(branch, agent, [code]).kept.values()) == [code]
    assert claim(branch, agent, [code]) == lease.Claimed(), "used again"


def test_bank_asks_and_pays_before_the_enrolment_came_is_told_not_ready_and_no_money_is_taken(
    bank: BankSimulator,
) -> None:
    branch = make_branch()
    code = top_up(branch, uuid7(), uuid7(), datetime.now(UTC))[0][0]
    asked = bank.inquire(code)
    assert (asked.status_code, asked.json()["responseCode"]) == (404, "4042412")
    assert asked.json()["responseMessage"].endswith("[Not Ready Yet]")
    assert asked.json()["virtualAccountData"]["inquiryReason"]["indonesia"].startswith("Belum siap")
    paid = bank.pay(code, 16_800)
    assert (paid.status_code, paid.json()["responseCode"]) == (404, "4042512")
    assert bank.ask_status(code).json()["responseCode"] == "4042601"
    with system_work(branch) as work:
        assert work.row("SELECT count(*) FROM payments_payment WHERE branch_id = %s", [branch.id]) == (0,)
        told = work.rows(
            "SELECT state FROM payments_notification WHERE payment_code = %s AND branch_id = %s", [code, branch.id]
        )
    assert told == [("suspense",)]


def test_one_code_claimed_by_many_at_once_is_claimed_once() -> None:
    branch, agent = make_branch(), uuid7()
    codes, _ = top_up(branch, uuid7(), agent)
    start = Barrier(6)

    def one(_: int) -> int:
        start.wait(60)
        try:
            return len(claim(branch, agent, [*reversed(codes)]).kept)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(one, range(6)))
    assert sum(counts) == len(codes)
    with system_work(branch) as work:
        used = work.row("SELECT count(DISTINCT used_by) FROM payments_code_lease WHERE branch_id = %s", [branch.id])
    assert used == (len(codes),)
