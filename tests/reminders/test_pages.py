"""Staff pages of reminders, cases, visits and of a branch's channels."""

import pytest
from django.test import Client

from perisai.accounts.models import Role
from perisai.messages import channel
from tests.accounts.people import client_of, logged_in, make_user
from tests.reminders.test_answers import World
from tests.world import jakarta_today, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")


def officer(branch_id: int, role: Role = Role.BRANCH_HEAD) -> Client:
    return client_of(role, branch_id, language="en")


def test_case_is_decided_once_and_leaves_the_queue() -> None:
    world = World()
    world.say(said="paid", whom="agent", name="Pak Joko", amount="16800")
    client = officer(world.agent.branch.id)
    queue = client.get("/console/reminders/?tab=cases").content.decode()
    assert "Says somebody was paid" in queue
    assert "none" in queue
    address = queue.split('data-href="/console/reminders/cases/')[1].split('"')[0]
    page = client.get("/console/reminders/cases/" + address).content.decode()
    assert "Pak Joko" in page
    assert "Rp16.800" in page
    assert "No agent&#x27;s receipt is known." in page or "No agent's receipt is known." in page
    told = {"decision": "money_missing", "note": "Agen ditelepon"}
    assert client.post("/console/reminders/cases/" + address, {"decision": "claim_helped"}).status_code == 422
    assert client.post("/console/reminders/cases/" + address, told).status_code == 302
    assert client.post("/console/reminders/cases/" + address, told).status_code == 409
    assert "Nothing to look into" in client.get("/console/reminders/?tab=cases").content.decode()
    assert "passed on as a suspicion" in client.get("/console/reminders/?tab=cases&state=closed").content.decode()
    stranger = officer(make_branch().id)
    assert stranger.get("/console/reminders/cases/" + address).status_code == 404
    assert logged_in(make_user(Role.AUDITOR)).post("/console/reminders/cases/" + address, told).status_code == 403


def test_lists_show_what_was_sent_said_and_visited() -> None:
    world = World()
    world.say(said="not_paid")
    client = officer(world.agent.branch.id)
    with system_work(world.agent.branch) as work:
        work.execute(
            "INSERT INTO reminders_visit (branch_id, id, enrolment_id, agent_id, outcome, whom, visited_on, recorded_at,"
            " received_at) VALUES (%s, gen_random_uuid(), %s, %s, 'refused', '', %s, now(), now())",
            [world.agent.branch.id, world.enrolment, world.agent.id, jakarta_today()],
        )
    reminders = client.get("/console/reminders/").content.decode()
    assert "First dues not paid" in reminders
    assert "Not paid yet" in reminders
    assert client.get("/console/reminders/?state=failed").status_code == 200
    assert "Refused" in client.get(f"/console/reminders/?tab=visits&agent={world.agent.id}").content.decode()
    member = client.get(f"/console/members/{world.agent.branch.id}/{world.enrolment}/").content.decode()
    assert "Reminders and visits" in member
    for bad in ("?tab=cases&kind=x", "?before=x", "?tab=visits&agent=x", "?tab=x&state=x"):
        assert client.get("/console/reminders/" + bad).status_code == 200


def test_head_orders_channels_and_what_is_secret_is_never_shown() -> None:
    branch = make_branch()
    client, address = officer(branch.id), "/console/messages/settings/"
    told = {
        "kind": "whatsapp",
        "is_on": "1",
        "position": "0",
        "cost": "300",
        "provider": "apprise",
        "url": "whatsapp://RAHASIATOKEN@123456789012/{digits}",
    }
    assert client.post(address, told).status_code == 302
    assert (
        client.post(address, told | {"kind": "sms", "provider": "operator", "position": "1", "url": ""}).status_code
        == 302
    )
    assert "RAHASIATOKEN" not in client.get(address).content.decode()
    assert client.post(address, told | {"url": "", "cost": "310"}).status_code == 302, (
        "an empty address keeps the sealed one"
    )
    with system_work(branch) as work:
        ways = channel.ways(work, branch_id=branch.id, operator=None)
        sealed = work.row(
            "SELECT settings_sealed FROM messages_channel WHERE branch_id = %s AND kind = 'whatsapp'", [branch.id]
        )
    assert [(way.kind, way.cost) for way in ways] == [("whatsapp", 310)]
    assert sealed is not None
    assert b"RAHASIATOKEN" not in bytes(sealed[0])
    assert officer(branch.id, Role.BRANCH).post(address, told).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"url": "json://127.0.0.1/{digits}"},
        {"url": "file:///etc/passwd?{digits}"},
        {"url": "whatsapp://TOKEN@123456789012/628"},
        {"provider": "http", "url": "http://gateway.example/{digits}", "body": '{"to": "{phone}", "text": "{text}"}'},
        {"provider": "http", "url": "https://gateway.example/", "body": '{"to": "{phone}"}'},
        {"provider": "http", "url": "https://gateway.example/", "body": "[1]"},
        {"provider": "operator", "url": ""},
        {"cost": "-1"},
        {"position": "x"},
        {"kind": "fax"},
    ],
)
def test_channel_that_cannot_work_is_refused(change: dict[str, str]) -> None:
    branch = make_branch()
    told = {
        "kind": "whatsapp",
        "is_on": "1",
        "position": "0",
        "cost": "300",
        "provider": "apprise",
        "url": "whatsapp://TOKEN@123456789012/{digits}",
    } | change
    assert officer(branch.id).post("/console/messages/settings/", told).status_code == 422
    with system_work(branch) as work:
        assert work.rows("SELECT 1 FROM messages_channel WHERE branch_id = %s", [branch.id]) == []


def test_budget_and_hours_are_the_branchs_own() -> None:
    branch = make_branch()
    client = officer(branch.id)
    told = {
        "budget": "Rp250.000",
        "opens": "07:00",
        "closes": "18:00",
        "ramadan_opens": "09:00",
        "ramadan_closes": "15:00",
    }
    assert client.post("/console/messages/settings/", told).status_code == 302
    assert client.post("/console/messages/settings/", told | {"closes": "06:00"}).status_code == 422
    assert client.post("/console/messages/settings/", told | {"budget": "banyak"}).status_code == 422
    with system_work(branch) as work:
        policy = channel.policy(work, branch_id=branch.id)
    assert (policy.budget, policy.hours.opens.hour, policy.hours.on_sundays) == (250_000, 7, False)
