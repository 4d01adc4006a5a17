"""An employer, its owner and workers from one visit without signal, and what the phone reads of them afterwards."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from perisai.web.simulate.phone import Phone
from tests.payments.place import make_bank
from tests.portal.test_pay import look, words
from tests.world import (
    VILLAGE,
    Branch,
    FieldAgent,
    consent,
    jakarta_today,
    make_agent,
    make_branch,
    some_job,
    system_work,
    worker,
)

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
    from perisai.payments.codes import lease

    agent = make_agent(make_branch())
    branch, phone = agent.branch, phone_of(agent)
    with system_work(branch) as work:
        (code, *_), _ = lease.top_up(
            work, branch_id=branch.id, device_id=UUID(phone.device), agent_id=agent.id, today=jakarta_today()
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
    ((own, own_code),) = ask(
        branch,
        "SELECT b.amount, b.payment_code FROM contributions_bill b JOIN members_enrolment e ON e.branch_id = b.branch_id"
        " AND e.id = b.enrolment_id WHERE b.branch_id = %s AND e.segment = 'BPU'",
    )
    assert own > 0
    assert own_code != code
    assert (amount, shown, workers) == ((2_000_000 + 1_500_000) * 84 // 10_000 + own, code, 2)
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


class Visit:
    """An owner, the business and two workers of one visit; the owner has an own code beside that of all."""

    def __init__(self, agent: FieldAgent, phone: Phone, **owner: Any) -> None:
        self.branch = agent.branch
        body = worker(employs_others=True, programmes=["JKK", "JKM", "JHT"])
        self.owner = phone.op("enrol", body)
        named = {"name": body["name"], "nik": body["nik"], "enrolment": self.owner} | owner
        self.place = phone.op("employer", firm(owner=named))
        self.hands = [phone.op("worker", hand(self.place)) for _ in range(2)]
        assert {one["status"] for one in phone.push()} == {"accepted"}

    def bill(self) -> tuple[Any, ...]:
        """(code, amount, workers, whether the owner is in it)."""
        sql = """
        SELECT b.payment_code, b.amount, b.workers, EXISTS (SELECT FROM payments_order_bill q JOIN members_enrolment e
          ON e.branch_id = q.branch_id AND e.id = q.enrolment_id AND e.segment = 'BPU'
          WHERE q.branch_id = b.branch_id AND q.order_id = b.order_id)
        FROM employers_bill b WHERE b.branch_id = %s AND b.state = 'open'
        """
        (found,) = ask(self.branch, sql)
        return found

    def states(self) -> dict[str, int]:
        sql = "SELECT segment, count(*) FROM members_enrolment WHERE branch_id = %s AND state = 'active' GROUP BY 1"
        return {row[0]: row[1] for row in ask(self.branch, sql)}


def test_one_payment_covers_the_owner_and_the_workers(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    visit = Visit(agent, phone_of(agent))
    code, amount, workers, has_owner = visit.bill()
    assert (workers, has_owner) == (2, True)
    assert make_bank(scheme="asymmetric").pay(code, amount).json()["responseCode"] == "2002500"
    assert visit.states() == {"BPU": 1, "PU": 2}


def test_an_owner_who_pays_alone_leaves_a_code_for_the_others(phone_of: PhoneOf) -> None:
    from perisai.employers.jobs import renew_branch

    agent = make_agent(make_branch())
    visit = Visit(agent, phone_of(agent))
    code, amount, _, _ = visit.bill()
    bank = make_bank(scheme="asymmetric")
    ((own_code, own),) = ask(
        visit.branch,
        "SELECT b.payment_code, b.amount FROM contributions_bill b JOIN members_enrolment e ON e.branch_id = b.branch_id"
        " AND e.id = b.enrolment_id WHERE b.branch_id = %s AND e.segment = 'BPU'",
    )
    assert bank.pay(own_code, own).json()["responseCode"] == "2002500"
    assert bank.pay(code, amount).json()["responseCode"] != "2002500"
    renew_branch(visit.branch.id, visit.branch.timezone)
    again, rest, workers, has_owner = visit.bill()
    assert (rest, workers, has_owner) == (amount - own, 2, False)
    renew_branch(visit.branch.id, visit.branch.timezone)
    assert visit.bill()[0] == again
    assert bank.pay(again, rest).json()["responseCode"] == "2002500"
    assert visit.states() == {"BPU": 1, "PU": 2}


def test_an_owner_who_is_cancelled_leaves_a_code_for_the_others_and_the_old_one_says_so(phone_of: PhoneOf) -> None:
    from perisai.contributions.bills import bill as bills
    from perisai.employers.jobs import renew_branch
    from perisai.payments.books import ledger
    from perisai.payments.orders import link as order_link
    from perisai.payments.orders import order

    agent = make_agent(make_branch())
    visit = Visit(agent, phone_of(agent))
    code, amount, _, _ = visit.bill()
    bank = make_bank(scheme="asymmetric")
    with system_work(visit.branch) as work:
        old = order.find_by_code(work, branch_id=visit.branch.id, code=code)
        work.execute(
            "UPDATE members_enrolment SET state = 'cancelled' WHERE branch_id = %s AND id = %s",
            [visit.branch.id, visit.owner],
        )
        bills.cancel_many(work, branch_id=visit.branch.id, enrolment_ids=[UUID(visit.owner)])
    assert old is not None
    page = order_link.make(branch_id=old.branch_id, order_id=old.id, pay_by=old.pay_by)
    assert "Jangan bayar kode ini" in words(look(page))
    assert bank.pay(code, amount).json()["responseCode"] != "2002500"
    renew_branch(visit.branch.id, visit.branch.timezone)
    again, rest, workers, has_owner = visit.bill()
    assert (workers, has_owner) == (2, False)
    assert rest < amount
    with system_work(visit.branch) as work:
        new = order.find_by_code(work, branch_id=visit.branch.id, code=again)
    assert new is not None
    told = look(page)
    assert "diterbitkan ulang" in words(told)
    assert order_link.make(branch_id=new.branch_id, order_id=new.id, pay_by=new.pay_by) in told.content.decode()
    assert bank.pay(again, rest).json()["responseCode"] == "2002500"
    assert visit.states() == {"PU": 2}
    with system_work(visit.branch) as work:
        assert ledger.prove(work, visit.branch.id) == []


def test_somebody_elses_bill_is_not_put_under_a_code(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    assert Visit(agent, phone_of(agent), nik=worker()["nik"]).bill()[3] is False


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
