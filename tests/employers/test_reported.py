"""Leavers and other wages as an agent reports them from the phone, and takes them back."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from perisai.employers.jobs import bill_branch
from perisai.payments.books import ledger
from perisai.web.simulate.phone import Phone
from tests.employers.conftest import month
from tests.employers.test_phone import ask, firm, hand
from tests.payments.place import make_bank
from tests.world import Branch, FieldAgent, make_agent, make_branch, system_work

PhoneOf = Callable[[FieldAgent], Phone]


class Visited:
    """An employer with two workers of two million a month, registered from this phone."""

    def __init__(self, phone: Phone, branch: Branch) -> None:
        self.phone, self.branch = phone, branch
        self.employer = phone.op("employer", firm())
        wage = {"kind": "monthly", "amounts": [2_000_000]}
        self.hands = [phone.op("worker", hand(self.employer, wage=wage)) for _ in range(2)]
        assert [one["status"] for one in phone.push()] == ["accepted"] * 3

    def left(self, worker: str, ahead: int = 0) -> str:
        body = {"employer": self.employer, "enrolment": worker, "month": f"{month(ahead):%Y-%m}"}
        return self.phone.op("worker_left", body)

    def wage(self, worker: str, amount: int, ahead: int = 0, kind: str = "monthly") -> str:
        body = {"employer": self.employer, "enrolment": worker, "from_month": f"{month(ahead):%Y-%m}"}
        return self.phone.op("worker_wage", body | {"wage": {"kind": kind, "amounts": [amount]}})

    def push(self) -> dict[str, dict[str, Any]]:
        return {one["op"]: one for one in self.phone.push()}

    def bill(self) -> tuple[int, int]:
        (found,) = ask(
            self.branch, "SELECT workers, amount FROM employers_bill WHERE branch_id = %s AND state = 'open'"
        )
        return (found[0], found[1])


@pytest.fixture
def visited(phone_of: PhoneOf) -> Visited:
    agent = make_agent(make_branch())
    return Visited(phone_of(agent), agent.branch)


def test_a_leaver_and_another_wage_change_the_bill_of_the_month(visited: Visited) -> None:
    gone, stays = visited.hands
    # A month is the last one that they work in: this month's bill has them still.
    reports = [visited.left(gone, -1), visited.wage(stays, 3_000_000), visited.wage(stays, 100_000, 1, "daily")]
    told = visited.push()
    assert [told[op]["status"] for op in reports] == ["accepted"] * 3, told
    assert visited.bill() == (1, 3_000_000 * 84 // 10_000)
    kinds = "SELECT kind, source FROM employers_change WHERE branch_id = %s AND kind <> 'joined' ORDER BY kind"
    assert ask(visited.branch, kinds) == [("left", "phone"), ("wage", "phone"), ("wage", "phone")]
    (shown,) = visited.phone.signed("GET", "/api/v1/sync/employers").json()["employers"]
    assert [(one["enrolment"], one["wage"]) for one in shown["workers"]] == [(stays, 3_000_000)]


def test_what_is_taken_back_before_it_was_sent_is_not_done(visited: Visited) -> None:
    before = visited.bill()
    one, other = visited.hands
    ops = [visited.left(one), visited.wage(other, 9_000_000)]
    ops += [
        visited.phone.op(kind, {"undoes": op}) for kind, op in zip(("worker_left", "worker_wage"), ops, strict=True)
    ]
    told = visited.push()
    assert {told[op]["status"] for op in ops} == {"accepted"}
    assert visited.bill() == before
    assert ask(visited.branch, "SELECT count(*) FROM employers_change WHERE branch_id = %s") == [(2,)]


def test_what_is_taken_back_later_stands_as_before(visited: Visited) -> None:
    before = visited.bill()
    one, other = visited.hands
    ops = [visited.left(one, -1), visited.wage(other, 90_000, kind="daily")]
    visited.push()
    assert visited.bill()[0] == 1
    undos = [visited.phone.op("worker_left", {"undoes": ops[0]}), visited.phone.op("worker_wage", {"undoes": ops[1]})]
    told = visited.push()
    assert [told[op]["status"] for op in undos] == ["accepted"] * 2, told
    assert visited.bill() == before
    again = visited.phone.op("worker_wage", {"undoes": ops[1]})
    assert visited.push()[again]["code"] == "E4418"


@pytest.mark.parametrize("opened_ms", [5, -5])
def test_another_last_month_taken_back_leaves_the_one_told_before(visited: Visited, opened_ms: int) -> None:
    """Whichever form was opened first: an op's id tells when that was, and not which of them was told last."""
    worker = visited.hands[0]
    first = visited.left(worker, 1)
    visited.phone.clock_skew_ms += opened_ms
    second = visited.left(worker)
    told = visited.push()
    assert [told[op]["status"] for op in (first, second)] == ["accepted"] * 2
    undo = visited.phone.op("worker_left", {"undoes": second})
    assert visited.push()[undo]["status"] == "accepted"
    last = "SELECT last_month FROM employers_job WHERE branch_id = %s AND last_month IS NOT NULL"
    assert ask(visited.branch, last) == [(month(1),)]
    again = visited.phone.op("worker_left", {"undoes": first})
    assert visited.push()[again]["status"] == "accepted"
    assert ask(visited.branch, last) == []
    with system_work(visited.branch) as work:
        assert ledger.prove(work, visited.branch.id) == []


def test_a_leave_taken_back_after_the_others_were_paid_for_is_billed_by_itself(visited: Visited) -> None:
    left = visited.left(visited.hands[0], -1)
    visited.push()
    ((code, amount),) = ask(
        visited.branch, "SELECT payment_code, amount FROM employers_bill WHERE branch_id = %s AND state = 'open'"
    )
    assert make_bank(scheme="asymmetric").pay(code, amount).json()["responseCode"] == "2002500"
    undo = visited.phone.op("worker_left", {"undoes": left})
    assert visited.push()[undo]["status"] == "accepted"
    bill_branch(visited.branch.id, visited.branch.timezone)
    assert visited.bill() == (1, 2_000_000 * 84 // 10_000)
    with system_work(visited.branch) as work:
        assert ledger.prove(work, visited.branch.id) == []


def test_a_closed_employer_takes_no_reports(visited: Visited) -> None:
    with system_work(visited.branch) as work:
        work.execute(
            "UPDATE employers_employer SET state = 'closed' WHERE branch_id = %s AND id = %s",
            [visited.branch.id, visited.employer],
        )
    reports = [visited.left(visited.hands[0]), visited.wage(visited.hands[1], 3_000_000)]
    told = visited.push()
    assert [(told[op]["status"], told[op]["code"]) for op in reports] == [("rejected", "E4413")] * 2


def test_a_report_that_another_one_followed_is_not_taken_back(visited: Visited) -> None:
    worker = visited.hands[0]
    first = visited.wage(worker, 3_000_000)
    visited.wage(worker, 4_000_000)
    visited.push()
    undo = visited.phone.op("worker_wage", {"undoes": first})
    assert visited.push()[undo]["code"] == "E4418"
    assert visited.bill()[1] == (4_000_000 + 2_000_000) * 84 // 10_000


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("worker_left", {"month": "2026-13"}, "E3001"),
        ("worker_left", {"month": "2020-01"}, "E4405"),
        ("worker_left", {"employer": str(uuid4())}, "E1004"),
        ("worker_left", {"enrolment": str(uuid4())}, "E1004"),
        ("worker_left", {"month": f"{month(-3):%Y-%m}"}, "E4416"),
        ("worker_wage", {"from_month": f"{month(-1):%Y-%m}"}, "E4416"),
        ("worker_wage", {"wage": {"kind": "monthly", "amounts": [-1]}}, "E3001"),
        ("worker_wage", {"wage": {"kind": "monthly", "amounts": []}}, "E3001"),
        ("worker_wage", {"undoes": str(uuid4())}, "E4418"),
        ("worker_left", {"undoes": "x"}, "E3001"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(
    visited: Visited, kind: str, changes: dict[str, Any], code: str
) -> None:
    now = f"{month(0):%Y-%m}"
    body = {"employer": visited.employer, "enrolment": visited.hands[0], "month": now, "from_month": now}
    op = visited.phone.op(kind, body | {"wage": {"kind": "monthly", "amounts": [1_500_000]}} | changes)
    answer = visited.push()[op]
    assert (answer["status"], answer["code"]) == ("rejected", code)


def test_a_paid_month_is_left_alone_and_another_agent_reports_nothing(phone_of: PhoneOf, visited: Visited) -> None:
    with system_work(visited.branch) as work:
        work.execute(
            "UPDATE members_enrolment SET state = 'active', paid_through = %s WHERE branch_id = %s AND id = %s",
            [month(0), visited.branch.id, visited.hands[0]],
        )
    paid = [visited.left(visited.hands[0], -1), visited.wage(visited.hands[0], 3_000_000)]
    told = visited.push()
    assert [told[op]["code"] for op in paid] == ["E4415"] * 2
    stranger = phone_of(make_agent(visited.branch))
    body = {"employer": visited.employer, "enrolment": visited.hands[1], "month": f"{month(0):%Y-%m}"}
    foreign = stranger.op("worker_left", body)
    assert {one["op"]: one["code"] for one in stranger.push()}[foreign] == "E1004"
