"""Lost, replaced, revoked: the old phone drains into review and is wiped, the new one begins where it ended."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from perisai.accounts import device
from perisai.accounts.agent_card import AgentCard, find_card
from perisai.accounts.models import Device, Role
from perisai.events.clock import FixedClock
from perisai.events.work import Work
from perisai.sync.jobs import sweep
from perisai.web.simulate.phone import Phone
from tests.accounts.people import client_of
from tests.world import FieldAgent, make_agent, make_branch, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]


def card(work: Work, agent: FieldAgent) -> AgentCard:
    found = find_card(work, branch_id=agent.branch.id, agent_id=agent.id)
    assert found
    return found


def code_for(agent: FieldAgent, replaces: str | None = None) -> str:
    with system_work(agent.branch) as work:
        return device.issue_code(work, agent=card(work, agent), replaces=UUID(replaces) if replaces else None).code


def revoke(agent: FieldAgent, phone: Phone, reason: str = "lost") -> None:
    with system_work(agent.branch) as work:
        device.revoke(work, agent=card(work, agent), device_id=UUID(phone.device), reason=reason)


def deactivate(agent: FieldAgent, phone: Phone) -> None:
    with system_work(agent.branch) as work:
        work.execute("UPDATE accounts_user SET is_active = false WHERE id = %s", [agent.user_id])


def stolen(agent: FieldAgent, phone: Phone) -> None:
    revoke(agent, phone, "stolen")


def reviews(agent: FieldAgent) -> list[str]:
    with system_work(agent.branch) as work:
        rows = work.rows(
            "SELECT reason FROM members_review WHERE branch_id = %s ORDER BY opened_at, id", [agent.branch.id]
        )
    return [reason for (reason,) in rows]


def refused(answer: httpx.Response) -> tuple[int, str, bool]:
    problem = answer.json()
    return answer.status_code, problem["code"], problem["wipe"]


@pytest.mark.parametrize(
    ("end", "reason", "code"),
    [(revoke, "device_ended", "E6005"), (stolen, "device_stolen", "E6007"), (deactivate, "agent_inactive", "E6008")],
)
def test_ended_phone_drains_into_review_and_is_wiped(
    phone_of: PhoneOf, end: Callable[[FieldAgent, Phone], None], reason: str, code: str
) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    phone.op("enrol", worker())
    phone.push()
    for _ in range(3):
        phone.op("enrol", worker())
    end(agent, phone)
    assert refused(phone.signed("GET", "/api/v1/sync/pull?cursor=0")) == (403, "E2002", True), (
        "nothing of it waits here"
    )
    answers = phone.push()
    assert [(a["status"], a["code"]) for a in answers] == [("review", code)] * 3
    assert answers[0]["text"]["id"]
    assert reviews(agent) == [reason] * 3
    for path in ("/api/v1/sync/pull?cursor=0", f"/api/v1/attachments/{'0' * 64}"):
        assert refused(phone.signed("GET", path)) == (403, "E2002", True)


def test_ended_phone_with_a_gap_hands_over_what_it_has_at_once(phone_of: PhoneOf) -> None:
    """What is missing may be lost with the phone; it is not waited for, and taken when it still comes."""
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    for _ in range(3):
        phone.op("enrol", worker())
    first, *rest = phone.outbox
    phone.outbox = list(rest)
    assert [a["status"] for a in phone.push()] == ["held", "held"]
    revoke(agent, phone)
    assert refused(phone.signed("GET", "/api/v1/sync/pull?cursor=0")) == (403, "E2002", False), "two are held"
    sweep(FixedClock(datetime.now(UTC) + timedelta(minutes=1)))
    assert reviews(agent) == ["device_ended"] * 2
    assert refused(phone.signed("GET", "/api/v1/sync/pull?cursor=0")) == (403, "E2002", True)
    phone.outbox = [first]
    assert [a["status"] for a in phone.push()] == ["review"]
    assert reviews(agent) == ["device_ended"] * 3


def test_op_of_a_stolen_phone_is_marked_for_the_officer(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    phone.op("enrol", worker(name="Dibuat Sebelum"))
    stolen(agent, phone)
    phone.sync_time()
    phone.op("enrol", worker(name="Dibuat Sesudah"))
    phone.push()
    client = client_of(Role.BRANCH, agent.branch.id, language="en")
    with system_work(agent.branch) as work:
        rows = work.rows(
            "SELECT r.id, o.seq FROM members_review r JOIN sync_op o ON o.branch_id = r.branch_id AND o.op_id = r.op_id"
            " WHERE r.branch_id = %s ORDER BY o.seq",
            [agent.branch.id],
        )
    before, after = (
        client.get(f"/console/members/reviews/{agent.branch.id}/{review}/").content.decode() for review, _seq in rows
    )
    for page in (before, after):
        assert "Sent from a stolen phone after it was revoked" in page
        assert "Stolen" in page
    assert "Made after the phone was ended" in after
    assert "Made after the phone was ended" not in before


def activate(phone: Phone, code: str) -> dict[str, Any]:
    return phone.activate(code)


def test_new_phone_follows_the_lost_one_and_the_members_come_back(phone_of: PhoneOf) -> None:
    """The lost phone cannot say what it had sent; the office names it, and the server knows."""
    agent = make_agent(make_branch())
    lost = phone_of(agent)
    ids = [lost.op("enrol", worker()) for _ in range(3)]
    lost.push()
    fresh = Phone(lost.http)
    about = activate(fresh, code_for(agent, lost.device))
    assert about["previous"] == {"device": lost.device, "seq": 3, "hash": lost.head}
    kept = Device.objects.get(pk=fresh.device)
    assert (str(kept.previous_id), kept.previous_seq, bytes(kept.previous_hash or b"").hex()) == (
        lost.device,
        3,
        lost.head,
    )
    assert Device.objects.get(pk=lost.device).state == "replaced"
    members, _me = fresh.pull()
    assert {m["id"] for m in members} == set(ids)
    fresh.op("enrol", worker())
    assert [a["status"] for a in fresh.push()] == ["accepted"]
    lost.op("enrol", worker())
    assert [(a["status"], a["code"]) for a in lost.push()] == [("review", "E6005")]


def test_code_for_an_additional_phone_ends_nothing(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    first = phone_of(agent)
    about = activate(Phone(first.http), code_for(agent))
    assert about["previous"] is None
    assert Device.objects.get(pk=first.device).state == "active"


def test_revoked_phone_is_followed_and_stays_revoked(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    lost = phone_of(agent)
    revoke(agent, lost)
    about = activate(Phone(lost.http), code_for(agent, lost.device))
    assert about["previous"] == {"device": lost.device, "seq": 0, "hash": "0" * 64}
    assert Device.objects.get(pk=lost.device).state == "revoked"
