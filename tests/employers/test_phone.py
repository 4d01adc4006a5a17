"""An employer, its owner and workers from one visit without signal, and what the phone reads of them afterwards."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from perisai.web.simulate.phone import Phone
from tests.world import VILLAGE, Branch, FieldAgent, consent, make_agent, make_branch, some_job, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]


def firm(**changes: Any) -> dict[str, Any]:
    body = worker()
    return {
        "name": f"Warung {body['name']}",
        "owner": {"name": body["name"], "nik": body["nik"], "enrolment": None},
        "scale": "micro",
        "risk": "low",
        "sector": "food",
        "region": VILLAGE,
        "phone": body["phone"],
    } | changes


def hand(employer: str, **changes: Any) -> dict[str, Any]:
    body = worker()
    kept = {
        name: body[name]
        for name in ("nik", "kk", "name", "birth_date", "sex", "phone", "phone_owner", "region", "heirs", "signature")
    }
    return (
        kept
        | {
            "employer": employer,
            "job": some_job("other"),
            "wage": {"kind": "daily", "amounts": [80_000]},
            "consents": [consent("enrolment")],
            "price_shown": 16_800,
        }
        | changes
    )


def ask(branch: Branch, sql: Any) -> list[tuple[Any, ...]]:
    with system_work(branch) as work:
        return work.rows(sql, [branch.id])


def test_owner_and_workers_of_one_visit_are_billed_under_the_code_on_the_slip(phone_of: PhoneOf) -> None:
    from perisai.payments import lease

    agent = make_agent(make_branch())
    branch, phone = agent.branch, phone_of(agent)
    with system_work(branch) as work:
        (code, *_), _ = lease.top_up(
            work, branch_id=branch.id, device_id=UUID(phone.device), agent_id=agent.id, today=work.now.date()
        )
    body = worker(employs_others=True, programmes=["JKK", "JKM", "JHT"])
    owner = phone.op("enrol", body)
    place = phone.op(
        "employer",
        firm(owner={"name": body["name"], "nik": body["nik"], "enrolment": owner}, payment_code=code),
    )
    hands = [
        phone.op("worker", hand(place)),
        phone.op("worker", hand(place, wage={"kind": "piece", "amounts": [10**6, 2 * 10**6]})),
    ]
    # The owner may earn wages too; a second worker with a number that is taken is told so.
    wrong = phone.op("worker", hand(place, nik="123"))
    lines = list(phone.outbox)
    answers = {one["op"]: one for one in phone.push()}
    assert [answers[op]["status"] for op in (owner, place, *hands)] == ["accepted"] * 4, answers
    assert answers[wrong]["code"] == "E3003"
    assert answers[place]["result"] == {"employer": place, "alike": 0}
    ((amount, shown, workers),) = ask(
        branch, "SELECT amount, payment_code, workers FROM employers_bill WHERE branch_id = %s AND state = 'open'"
    )
    assert (amount, shown, workers) == ((2_000_000 + 1_500_000) * 84 // 10_000, code, 2)
    ((order,),) = ask(branch, "SELECT order_id FROM employers_bill WHERE branch_id = %s AND state = 'open'")
    with system_work(branch) as work:
        assert work.row("SELECT order_id FROM payments_payment_code WHERE code = %s", [code]) == (order,)
    assert ask(
        branch,
        "SELECT count(*) FROM members_consent WHERE branch_id = %s AND enrolment_id IN (SELECT enrolment_id FROM employers_job)",
    ) == [(2,)]
    phone.outbox = lines
    phone.push()
    assert ask(branch, "SELECT count(*) FROM employers_job WHERE branch_id = %s") == [(2,)]
    assert ask(branch, "SELECT count(*) FROM employers_bill WHERE branch_id = %s") == [(1,)]
    shown_here = phone.signed("GET", "/api/v1/sync/employers").json()["employers"]
    assert [(one["id"], len(one["workers"]), one["bill"]["code"]) for one in shown_here] == [(place, 2, code)]


def test_a_lookalike_is_taken_and_told_and_a_stranger_gets_nothing(phone_of: PhoneOf) -> None:
    branch = make_branch()
    first, second = (phone_of(make_agent(branch)) for _ in range(2))
    body = firm()
    one = first.op("employer", body)
    assert first.push()[0]["result"]["alike"] == 0
    again = second.op("employer", body)
    foreign = second.op("worker", hand(one))
    told = {answer["op"]: answer for answer in second.push()}
    assert told[again]["result"] == {"employer": again, "alike": 1}
    assert told[foreign]["code"] == "E1004"
    assert ask(branch, "SELECT count(*) FROM employers_employer WHERE branch_id = %s AND same_as <> '[]'") == [(1,)]


def test_what_cannot_be_read_is_rejected_with_its_field(phone_of: PhoneOf) -> None:
    phone = phone_of(make_agent(make_branch()))
    bad = [phone.op("employer", firm(scale="giant")), phone.op("employer", {}), phone.op("worker", {"employer": "x"})]
    told = {answer["op"]: answer for answer in phone.push()}
    assert [told[op]["code"] for op in bad] == ["E4401", "E4401", "E3001"]
    assert all(told[op]["status"] == "rejected" for op in bad)
