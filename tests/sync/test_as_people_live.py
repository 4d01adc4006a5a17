"""Through the front door, as people live: leased codes, whose telephone, stand-in birth dates, thumb and voice, pictures later."""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perisai.events.clock import FixedClock
from perisai.events.recount import recount
from perisai.members.photos import due as photo_due
from perisai.members.reviews import review
from perisai.web.simulate.bank import BankSimulator
from perisai.web.simulate.phone import Phone
from tests.members.enrolling import review_of, state_of
from tests.payments.place import make_bank
from tests.world import FieldAgent, consent, jakarta_today, make_agent, make_branch, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]
PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 1500


@pytest.fixture
def agent(database: object) -> FieldAgent:
    return make_agent(make_branch())


@pytest.fixture(scope="module")
def bank(database: object) -> BankSimulator:
    return make_bank()


def leased(phone: Phone) -> list[str]:
    _, me = phone.pull()
    codes: list[str] = me["payment_codes"]["codes"]
    return codes


def push_one(phone: Phone, /, **changes: Any) -> dict[str, Any]:
    phone.op("enrol", worker(**changes))
    return phone.push()[0]


def set_phone(agent: FieldAgent, number: str) -> None:
    with system_work(agent.branch) as work:
        work.execute(
            "UPDATE agents_agent SET phone = %s WHERE branch_id = %s AND id = %s", [number, agent.branch.id, agent.id]
        )


def person_of(agent: FieldAgent, enrolment: str) -> dict[str, Any]:
    with system_work(agent.branch) as work:
        return work.dicts(
            "SELECT p.* FROM members_person p JOIN members_enrolment e ON e.branch_id = p.branch_id AND e.person_id = p.id"
            " WHERE e.branch_id = %s AND e.id = %s",
            [agent.branch.id, enrolment],
        )[0]


# ---------------------------------------------------------------- leased codes


def test_leased_code_that_the_worker_left_with_stands_and_can_be_paid(
    agent: FieldAgent, phone_of: PhoneOf, bank: BankSimulator
) -> None:
    phone = phone_of(agent)
    code = leased(phone)[0]
    assert bank.inquire(code).json()["responseCode"] == "4042412"
    answer = push_one(phone, payment_code=code)
    assert (answer["status"], answer["result"]["payment_code"]) == ("accepted", code)
    assert bank.pay(code, answer["result"]["amount"]).status_code == 200
    assert code not in leased(phone)


def test_code_on_the_slip_of_a_rejected_enrolment_works_after_the_corrected_one(
    agent: FieldAgent, phone_of: PhoneOf, bank: BankSimulator
) -> None:
    phone = phone_of(agent)
    code = leased(phone)[0]
    refused = push_one(phone, payment_code=code, nik="1571080000000000")
    assert (refused["status"], refused["result"]) == ("rejected", None)
    assert bank.inquire(code).json()["responseCode"] == "4042412", "it is nobody's"
    answer = push_one(phone, payment_code=code)
    assert (answer["status"], answer["result"]["payment_code"]) == ("accepted", code)
    assert bank.pay(code, answer["result"]["amount"]).status_code == 200


def test_foreign_used_or_unknown_code_gives_a_new_one(agent: FieldAgent, phone_of: PhoneOf) -> None:
    phone, stranger = phone_of(agent), phone_of(make_agent(agent.branch))
    own, foreign = leased(phone)[0], leased(stranger)[0]
    assert push_one(phone, payment_code=own)["result"]["payment_code"] == own
    for code in (own, foreign, "000000000000", "x-1"):
        answer = push_one(phone, payment_code=code)
        assert answer["status"] == "accepted"
        assert answer["result"]["payment_code"] not in (code, own, foreign)
    assert push_one(stranger, payment_code=foreign)["result"]["payment_code"] == foreign


def test_code_of_the_agents_former_phone_stands(agent: FieldAgent, phone_of: PhoneOf) -> None:
    code = leased(phone_of(agent))[0]
    assert push_one(phone_of(agent), payment_code=code)["result"]["payment_code"] == code


def test_code_that_had_ended_leads_to_the_enrolment_too(
    agent: FieldAgent, phone_of: PhoneOf, bank: BankSimulator
) -> None:
    phone = phone_of(agent)
    code = leased(phone)[0]
    with system_work(agent.branch) as work:
        work.execute(
            "UPDATE payments_code_lease SET until = now() - interval '1 hour' WHERE branch_id = %s", [agent.branch.id]
        )
    answer = push_one(phone, payment_code=code)
    assert answer["status"] == "accepted"
    assert answer["result"]["payment_code"] != code
    assert bank.pay(code, answer["result"]["amount"]).status_code == 200, "the slip in the worker's hand works"


def test_code_is_reserved_while_in_review_and_works_after(
    agent: FieldAgent, phone_of: PhoneOf, bank: BankSimulator
) -> None:
    phone = phone_of(agent)
    code = leased(phone)[0]
    set_phone(make_agent(agent.branch), "+62811222333")
    answer = push_one(phone, payment_code=code, phone="+62811222333")
    assert (answer["status"], answer["code"], answer["result"]["payment_code"]) == ("review", "E3015", code)
    early = bank.inquire(code)
    assert early.json()["responseMessage"].endswith("[Not Ready Yet]")
    waiting = review_of(agent.branch, UUID(answer["result"]["enrolment"]))
    with system_work(agent.branch) as work:
        decided = review.accept(work, branch_id=agent.branch.id, timezone="Asia/Jakarta", review_id=waiting)
    assert decided.issued is not None
    assert decided.issued.payment_code == code
    assert bank.pay(code, decided.issued.amount).status_code == 200


def test_code_of_an_enrolment_rejected_in_review_works_for_the_one_that_mends_it(
    agent: FieldAgent, phone_of: PhoneOf, bank: BankSimulator
) -> None:
    phone = phone_of(agent)
    code = leased(phone)[0]
    set_phone(make_agent(agent.branch), "+62811222444")
    answer = push_one(phone, payment_code=code, phone="+62811222444")
    waiting = review_of(agent.branch, UUID(answer["result"]["enrolment"]))
    with system_work(agent.branch) as work:
        review.reject(work, branch_id=agent.branch.id, review_id=waiting, note="x")
    mended = push_one(phone, payment_code=code)
    assert (mended["status"], mended["result"]["payment_code"]) == ("accepted", code)
    assert bank.pay(code, mended["result"]["amount"]).status_code == 200, "the slip in the worker's hand works"


def test_push_without_what_is_new_costs_no_statement_more(agent: FieldAgent, phone_of: PhoneOf) -> None:
    phone = phone_of(agent)
    codes = leased(phone)
    push_one(phone)
    counts = []
    for changes in ({}, {"payment_code": codes[0]}):
        phone.op("enrol", worker(**changes))
        with CaptureQueriesContext(connection) as captured:
            phone.push()
        counts.append(len(captured))
    assert counts[1] - counts[0] == 0, "one more to claim the code, one less because none is numbered"


# ---------------------------------------------------------------- contact


def test_agents_own_number_is_refused_in_its_own_words(agent: FieldAgent, phone_of: PhoneOf) -> None:
    set_phone(agent, "+62811000111")
    phone = phone_of(agent)
    answer = push_one(phone, phone="+62811000111", phone_owner="family")
    assert (answer["status"], answer["code"]) == ("rejected", "E3014")
    assert "agen" in answer["text"]["id"]
    assert phone.pull()[1]["agent"]["phone"] == "+62811000111"


def test_number_of_somebody_else_is_kept_with_whose_it_is(agent: FieldAgent, phone_of: PhoneOf) -> None:
    answer = push_one(phone_of(agent), phone_owner="other", phone_whose=" ketua pangkalan: Pak Joko ")
    person = person_of(agent, answer["result"]["enrolment"])
    assert (person["phone_owner"], person["phone_whose"]) == ("other", "ketua pangkalan: Pak Joko")


@pytest.mark.parametrize("owner", ["family", "other"])
def test_shared_number_does_not_flood_the_queue(agent: FieldAgent, phone_of: PhoneOf, owner: str) -> None:
    """A stand of forty with one number, from one village and one birth place, in two pushes."""
    phone = phone_of(agent)
    for _ in range(2):
        for _ in range(20):
            phone.op(
                "enrol",
                worker(phone="+628135550001", phone_owner=owner, phone_whose="ketua", birth_place="Jambi", kk=None),
            )
        assert {answer["status"] for answer in phone.push()} == {"accepted"}


# ---------------------------------------------------------------- names and birth dates


def test_name_of_one_word_is_enrolled_and_paid(agent: FieldAgent, phone_of: PhoneOf, bank: BankSimulator) -> None:
    phone = phone_of(agent)
    answer = push_one(phone, name="Sukarno", signature={"kind": "typed", "name": "Sukarno"})
    assert answer["status"] == "accepted"
    asked = bank.inquire(answer["result"]["payment_code"])
    assert asked.json()["virtualAccountData"]["virtualAccountName"] == "Sukarno"
    assert [member["name"] for member in phone.pull()[0]] == ["Sukarno"]


def test_stand_in_birth_dates_are_kept_as_such_and_make_nobody_alike(agent: FieldAgent, phone_of: PhoneOf) -> None:
    """Ten people of whom only the year is known, with the same stand-in and the same village, are ten people."""
    phone = phone_of(agent)
    for _ in range(10):
        phone.op("enrol", worker(birth_date="1968-03-04", birth_known="estimate", birth_place="Jambi"))
    answers = phone.push()
    assert {answer["status"] for answer in answers} == {"accepted"}
    enrolment = answers[0]["result"]["enrolment"]
    assert person_of(agent, enrolment)["birth_known"] == "estimate"
    assert "nik_birth_date" not in state_of(agent.branch, UUID(enrolment))["warnings"]


# ---------------------------------------------------------------- consent


def test_thumb_with_a_witness_is_kept_as_evidence(agent: FieldAgent, phone_of: PhoneOf) -> None:
    phone = phone_of(agent)
    thumb = {"kind": "thumb", "name": "Mbah Minah", "svg": "M0 0 L4 4"}
    witness = {"name": "Siti Rahayu", "relation": "neighbour"}
    assert push_one(phone, signature=thumb)["code"] == "E3001", "nobody saw it"
    answer = push_one(phone, signature=thumb | {"witness": witness})
    assert answer["status"] == "accepted"
    with system_work(agent.branch) as work:
        row = work.row(
            "SELECT signature ->> 'kind', signature -> 'witness' ->> 'name' FROM members_consent"
            " WHERE branch_id = %s AND enrolment_id = %s AND purpose = 'enrolment'",
            [agent.branch.id, answer["result"]["enrolment"]],
        )
    assert row == ("thumb", "Siti Rahayu")
    told = push_one(phone, name="Siti Rahayu", signature=thumb | {"witness": witness})
    assert state_of(agent.branch, UUID(told["result"]["enrolment"]))["warnings"] == ["witness_named_as_worker"]


# ---------------------------------------------------------------- pictures


def test_picture_later_is_awaited_brought_and_then_no_more(agent: FieldAgent, phone_of: PhoneOf) -> None:
    phone = phone_of(agent)
    promised = jakarta_today() + timedelta(days=60)
    answer = push_one(phone, id_card_by=promised.isoformat())
    enrolment = answer["result"]["enrolment"]
    captured_on: date = state_of(agent.branch, UUID(enrolment))["captured_on"]
    members, _ = phone.pull()
    assert members[0]["photo_by"] == (captured_on + timedelta(days=14)).isoformat(), "cut to two weeks"
    address = hashlib.sha256(PICTURE).hexdigest()
    path = f"/api/v1/attachments/{address}?enrolment={enrolment}"
    assert phone.signed("GET", path).json() == {"offset": 0, "size": 0, "complete": False}
    assert phone_of(make_agent(agent.branch)).signed("GET", path).status_code == 404, "not another agent's"
    assert phone.signed("GET", f"/api/v1/attachments/{address}").status_code == 404, "no op names it"
    half = phone.signed("PATCH", path, PICTURE[:200_000], {"Upload-Offset": "0"})
    assert half.json() == {"offset": 200_000, "size": 0, "complete": False}
    whole = phone.signed("PATCH", path, PICTURE[200_000:], {"Upload-Offset": "200000"})
    assert whole.json() == {"offset": len(PICTURE), "size": len(PICTURE), "complete": True}
    members, _ = phone.pull()
    assert members[0]["photo_by"] is None
    other = phone.signed("GET", f"/api/v1/attachments/{'0' * 64}?enrolment={enrolment}")
    assert (other.status_code, other.json()["code"]) == (422, "E6013")
    with system_work(agent.branch) as work:
        assert recount(work, branch_id=agent.branch.id).proved


def test_picture_later_that_is_not_what_its_address_says_is_dropped(agent: FieldAgent, phone_of: PhoneOf) -> None:
    phone = phone_of(agent)
    enrolment = push_one(phone, id_card_by="2099-01-01")["result"]["enrolment"]
    path = f"/api/v1/attachments/{'ab' * 32}?enrolment={enrolment}"
    length = {"Upload-Length": str(1000), "Upload-Offset": "0"}
    wrong = phone.signed("PATCH", path, PICTURE[:1000], length)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "E6011")
    assert phone.signed("GET", path).json()["offset"] == 0


def test_picture_without_the_workers_consent_is_not_taken(agent: FieldAgent, phone_of: PhoneOf) -> None:
    phone = phone_of(agent)
    card = {"sha256": hashlib.sha256(PICTURE).hexdigest(), "size": len(PICTURE), "type": "image/jpeg"}
    no = [consent("enrolment"), consent("photo", given=False)]
    enrolment = push_one(phone, id_card=card, consents=no)["result"]["enrolment"]
    path = f"/api/v1/attachments/{card['sha256']}"
    assert phone.signed("GET", path).status_code == 404
    refused = phone.signed("PATCH", f"{path}?enrolment={enrolment}", PICTURE[:1000], {"Upload-Offset": "0"})
    assert (refused.status_code, refused.json()["code"]) == (422, "E6012")
    later = push_one(phone, id_card_by="2099-01-01", consents=no)["result"]["enrolment"]
    assert state_of(agent.branch, UUID(later))["photo_due_on"] is None


def test_same_picture_of_two_enrolments_is_kept_for_both(agent: FieldAgent, phone_of: PhoneOf) -> None:
    phone = phone_of(agent)
    picture = PICTURE + uuid4().bytes
    card = {"sha256": hashlib.sha256(picture).hexdigest(), "size": len(picture), "type": "image/jpeg"}
    phone.op("enrol", worker(id_card=card))
    phone.op("enrol", worker(id_card=card))
    both = {answer["result"]["enrolment"] for answer in phone.push()}
    phone.upload(picture)
    with system_work(agent.branch) as work:
        rows = work.rows(
            "SELECT enrolment_id FROM members_photo WHERE branch_id = %s AND sha256 = decode(%s, 'hex')"
            " AND complete_at IS NOT NULL",
            [agent.branch.id, card["sha256"]],
        )
    assert {str(row[0]) for row in rows} == both


def test_overdue_picture_is_noted_once_and_settled(agent: FieldAgent, phone_of: PhoneOf) -> None:
    phone = phone_of(agent)
    enrolment = UUID(push_one(phone, id_card_by="2099-01-01")["result"]["enrolment"])
    after = jakarta_today() + timedelta(days=20)

    def note(today: date) -> int:
        with system_work(agent.branch) as work:
            return photo_due.note_overdue(work, branch_id=agent.branch.id, today=today)

    assert note(after - timedelta(days=10)) == 0
    assert (note(after), note(after)) == (1, 0)
    waiting = review_of(agent.branch, enrolment)
    with system_work(agent.branch) as work:
        photo_due.wait_longer(work, branch_id=agent.branch.id, review_id=waiting, today=after, note="x")
    assert state_of(agent.branch, enrolment)["photo_due_on"] == after + timedelta(days=14)
    assert state_of(agent.branch, enrolment)["state"] == "accepted"
    assert note(after) == 0
    assert note(after + timedelta(days=15)) == 1
    path = f"/api/v1/attachments/{hashlib.sha256(PICTURE).hexdigest()}?enrolment={enrolment}"
    for start in range(0, len(PICTURE), 250_000):
        headers = {"Upload-Offset": str(start), "Upload-Length": str(len(PICTURE))}
        assert phone.signed("PATCH", path, PICTURE[start : start + 250_000], headers).status_code == 200
    with system_work(agent.branch) as work:
        states = work.rows(
            "SELECT state FROM members_review WHERE branch_id = %s AND enrolment_id = %s", [agent.branch.id, enrolment]
        )
    assert states == [("closed",), ("closed",)]


# ---------------------------------------------------------------- series


def test_series_is_kept_with_each_of_them(agent: FieldAgent, phone_of: PhoneOf) -> None:
    phone, series = phone_of(agent), str(uuid4())
    for _ in range(3):
        phone.op("enrol", worker(series=series))
    ids = [answer["result"]["enrolment"] for answer in phone.push()]
    assert {str(state_of(agent.branch, UUID(one))["series_id"]) for one in ids} == {series}


def test_picture_that_a_phone_lost_is_asked_for_again(agent: FieldAgent, phone_of: PhoneOf) -> None:
    card = {"sha256": uuid4().hex * 2, "size": 1000, "type": "image/jpeg"}
    phone = phone_of(agent)
    enrolment = push_one(phone, id_card=card)["result"]["enrolment"]

    def asked(days: int) -> int:
        clock = FixedClock(datetime.now(UTC) + timedelta(days=days))
        with system_work(agent.branch, clock) as work:
            return photo_due.await_lost(work, branch_id=agent.branch.id, today=clock.now().date())

    assert (asked(6), asked(8), asked(9)) == (0, 1, 0)
    other = PICTURE + uuid4().bytes
    path = f"/api/v1/attachments/{hashlib.sha256(other).hexdigest()}?enrolment={enrolment}"
    for start in (0, 250_000):
        headers = {"Upload-Offset": str(start), "Upload-Length": str(len(other))}
        answer = phone.signed("PATCH", path, other[start : start + 250_000], headers)
    assert answer.json()["complete"]
    assert state_of(agent.branch, UUID(enrolment))["photo_due_on"] is None
