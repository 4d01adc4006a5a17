"""A one-time code by text: who may ask for one, what is kept of it, and what an enrolment that brings one is worth."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from perisai.errors import Refused
from perisai.events.clock import FixedClock, SystemClock
from perisai.messages import consent_code, outbox
from perisai.messages.gateway import Gateway, NotSent
from perisai.web.simulate.phone import Phone
from tests.members.enrolling import review_of, state_of
from tests.world import FieldAgent, make_agent, make_branch, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]


class Telephone(Gateway):
    """What would reach the worker's telephone."""

    texts: dict[str, str] = {}
    failing: NotSent | None = None

    def send(self, *, message_id: UUID, phone: str, text: str) -> str:
        if Telephone.failing is not None:
            raise Telephone.failing
        Telephone.texts[phone] = text
        return f"ref-{message_id.hex[-4:]}"


@pytest.fixture
def agent(database: object, monkeypatch: pytest.MonkeyPatch) -> FieldAgent:
    monkeypatch.setattr(consent_code, "find_gateway", lambda: Telephone("http://unused"))
    monkeypatch.setattr(Telephone, "failing", None)
    return make_agent(make_branch())


_serial = iter(range(10_000))


def new_number() -> str:
    return f"+6285699{next(_serial):05d}"


def request(agent: FieldAgent, number: str, at: datetime | None = None) -> consent_code.Sent:
    return consent_code.request_consent_code(
        branch_id=agent.branch.id,
        agent_id=agent.id,
        device_id=None,
        user_id=agent.user_id,
        phone=number,
        clock=FixedClock(at) if at else SystemClock(),
    )


def messages(agent: FieldAgent) -> list[dict[str, Any]]:
    with system_work(agent.branch) as work:
        return work.dicts("SELECT * FROM messages_message WHERE branch_id = %s ORDER BY id", [agent.branch.id])


def deliver(agent: FieldAgent, *, is_last_try: bool = False, at: datetime | None = None) -> None:
    for message in messages(agent):
        if message["state"] == "queued":
            outbox.send(
                branch_id=agent.branch.id,
                message_id=message["id"],
                gateway=Telephone("http://unused"),
                clock=FixedClock(at) if at else SystemClock(),
                is_last_try=is_last_try,
            )


def read_out(agent: FieldAgent, number: str, at: datetime | None = None) -> tuple[str, str]:
    """(challenge, code) as the worker reads it from their telephone."""
    sent = request(agent, number, at)
    deliver(agent, at=at)
    found = re.search(r"\b(\d{6})\b", Telephone.texts[number])
    assert found is not None
    return str(sent.challenge), found[1]


def spoken(challenge: str, code: str) -> dict[str, str]:
    return {"kind": "spoken", "name": "Mbah Minah", "challenge": challenge, "code": code}


# ---------------------------------------------------------------- sending


def test_text_is_queued_sent_and_forgotten(agent: FieldAgent) -> None:
    number = new_number()
    sent = request(agent, number)
    assert sent.seconds == 600
    queued = messages(agent)[0]
    assert (queued["state"], queued["phone_masked"]) == ("queued", outbox.mask_phone(number))
    assert number[1:].encode() not in bytes(queued["phone_sealed"])
    with system_work(agent.branch) as work:
        jobs = work.rows(
            "SELECT task_name FROM procrastinate_jobs WHERE args ->> 'message_id' = %s", [str(queued["id"])]
        )
    assert jobs == [("messages.send",)]
    deliver(agent)
    assert "Berlaku 10 menit" in Telephone.texts[number]
    assert len(Telephone.texts[number]) <= 160
    done = messages(agent)[0]
    assert (done["state"], done["body_sealed"], done["tries"]) == ("sent", None, 1)


def test_busy_gateway_is_tried_again_and_given_up_at_last(agent: FieldAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    request(agent, new_number())
    monkeypatch.setattr(Telephone, "failing", NotSent("HTTP 503", is_final=False))
    for _ in range(2):
        with pytest.raises(outbox.TryAgain):
            deliver(agent)
    assert messages(agent)[0]["state"] == "queued"
    deliver(agent, is_last_try=True)
    dead = messages(agent)[0]
    assert (dead["state"], dead["tries"], dead["problem"], dead["body_sealed"]) == ("failed", 3, "HTTP 503", None)


def test_text_that_is_too_late_is_not_sent(agent: FieldAgent) -> None:
    number = new_number()
    request(agent, number)
    deliver(agent, at=datetime.now(UTC) + timedelta(minutes=11))
    assert number not in Telephone.texts
    assert messages(agent)[0]["problem"] == "too late"


def test_texts_are_forgotten_after_ninety_days_but_for_what_a_consent_rests_on(
    agent: FieldAgent, phone_of: PhoneOf
) -> None:
    number = new_number()
    push_one(phone_of(agent), phone=number, signature=spoken(*read_out(agent, number)))
    with system_work(agent.branch) as work:
        for age in (89, 91):
            text = outbox.Text("notice", new_number(), "Halo", work.now)
            message = outbox.queue(work, branch_id=agent.branch.id, agent_id=None, text=text)
            ended = work.now - timedelta(days=age)
            work.execute(
                "UPDATE messages_message SET state = 'sent', ended_at = %s WHERE branch_id = %s AND id = %s",
                [ended, agent.branch.id, message],
            )
        outbox.forget(work)
    assert [message["purpose"] for message in messages(agent)] == ["consent_code", "notice"]
    with system_work(agent.branch, FixedClock(datetime.now(UTC) + timedelta(days=91))) as work:
        outbox.forget(work)
    (evidence,) = messages(agent)
    assert (evidence["phone_masked"], bytes(evidence["phone_sealed"])) == (outbox.mask_phone(number), b"")


def test_nobody_gets_a_code_but_a_worker(agent: FieldAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    with system_work(agent.branch) as work:
        work.execute("UPDATE agents_agent SET phone = '+62811999000' WHERE branch_id = %s", [agent.branch.id])
    for number, code in (("+62811999000", "E3014"), ("0812", "E3001"), ("", "E3001")):
        with pytest.raises(Refused) as refused:
            request(agent, number)
        assert refused.value.code == code
    monkeypatch.setattr(consent_code, "find_gateway", lambda: None)
    with pytest.raises(Refused) as refused:
        request(agent, new_number())
    assert refused.value.code == "E3017"


def test_number_gets_three_an_hour(agent: FieldAgent) -> None:
    number, at = new_number(), datetime.now(UTC).replace(minute=5)
    for _ in range(consent_code.FOR_A_NUMBER):
        request(agent, number, at)
    with pytest.raises(Refused) as refused:
        request(make_agent(agent.branch), number, at)
    assert refused.value.code == "E1005"
    request(agent, number, at + timedelta(hours=1))


# ---------------------------------------------------------------- judging


def push_one(phone: Phone, /, **changes: Any) -> dict[str, Any]:
    phone.op("enrol", worker(**changes))
    return phone.push()[0]


def test_right_code_is_consent_and_the_code_is_kept_nowhere(agent: FieldAgent, phone_of: PhoneOf) -> None:
    number = new_number()
    challenge, code = read_out(agent, number)
    answer = push_one(phone_of(agent), phone=number, signature=spoken(challenge, code))
    assert answer["status"] == "accepted"
    enrolment = UUID(answer["result"]["enrolment"])
    with system_work(agent.branch) as work:
        shown = consent_code.find_confirmed(
            work, branch_id=agent.branch.id, challenge=UUID(challenge), enrolment_id=enrolment
        )
        kept = work.rows("SELECT signature::text FROM members_consent WHERE enrolment_id = %s", [enrolment])
        kept += work.rows("SELECT c::text FROM messages_challenge c WHERE id = %s", [challenge])
    assert shown is not None
    assert shown.phone_masked == outbox.mask_phone(number)
    assert not any(code in text for (text,) in kept)


@pytest.mark.parametrize("wrong", ["code", "number", "challenge", "agent", "late", "again"])
def test_anything_else_goes_to_a_person_with_its_own_words(
    agent: FieldAgent,
    phone_of: PhoneOf,
    wrong: str,
) -> None:
    number = new_number()
    at = datetime.now(UTC) - timedelta(hours=1) if wrong == "late" else None
    challenge, code = read_out(agent, number, at)
    phone = phone_of(make_agent(agent.branch) if wrong == "agent" else agent)
    if wrong == "again":
        assert push_one(phone, phone=number, signature=spoken(challenge, code))["status"] == "accepted"
    if wrong == "code":
        code = f"{(int(code) + 1) % 10**6:06d}"
    if wrong == "challenge":
        challenge = str(uuid4())
    told = new_number() if wrong == "number" else number
    answer = push_one(phone, phone=told, phone_owner="other", signature=spoken(challenge, code))
    assert (answer["status"], answer["code"]) == ("review", "E3016")
    enrolment = UUID(answer["result"]["enrolment"])
    assert review_of(agent.branch, enrolment)
    assert "consent_unconfirmed" in state_of(agent.branch, enrolment)["warnings"]


def test_five_wrong_tries_end_a_code(agent: FieldAgent, phone_of: PhoneOf) -> None:
    number = new_number()
    challenge, code = read_out(agent, number)
    phone = phone_of(agent)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(consent_code.TRIES):
        assert push_one(phone, phone=number, phone_owner="other", signature=spoken(challenge, wrong))["code"] == "E3016"
    answer = push_one(phone, phone=number, phone_owner="other", signature=spoken(challenge, code))
    assert answer["code"] == "E3016"
