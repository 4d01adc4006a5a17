"""Phones: a code works once, only with the key that proves itself, and for the branch's own agent."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from django.db import connection
from django.test import Client

from perisai.accounts import device
from perisai.accounts.agent_card import AgentCard, find_card
from perisai.accounts.code import read_code
from perisai.accounts.models import Device, Role, User
from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from tests.accounts.people import logged_in, make_agent, make_user, tree

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
IP = iter(f"198.51.100.{n}" for n in range(1, 250))


def b64u(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Handset:
    """A phone's key, and the proof it gives."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        spki = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.public_key = b64u(spki)

    def prove(self, code: str) -> str:
        message = f"perisai-activate-1\n{code}\n{self.public_key}".encode()
        r, s = utils.decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        return b64u(r.to_bytes(32) + s.to_bytes(32))


def card(agent: User, work: Work) -> AgentCard:
    assert agent.agent_id
    found = find_card(work, branch_id=tree().branch.id, agent_id=agent.agent_id)
    assert found
    return found


def issue(agent: User, clock: FixedClock | None = None) -> str:
    with Work.open(scope=Scope.branch(tree().branch.id), clock=clock or FixedClock(NOW)) as work:
        return device.issue_code(work, agent=card(agent, work)).code


def activate(
    code: str, phone: Handset | None = None, *, at: datetime = NOW, ip: str = "", **changes: Any
) -> device.Activated:
    phone = phone or Handset()
    given: dict[str, Any] = {
        "code": code,
        "public_key": phone.public_key,
        "proof": phone.prove(read_code(code) or ""),
        "name": "Android 11",
        "app": "1.0.0",
        "clock": FixedClock(at),
        "ip": ip or next(IP),
    }
    return device.activate(**given | changes)


def refusal(code: str, **options: Any) -> str:
    with pytest.raises(Refused) as caught:
        activate(code, **options)
    return caught.value.code


def events(kind: str, subject: UUID) -> list[Any]:
    with Work.open(scope=Scope.branch(tree().branch.id)) as work:
        return work.rows(
            "SELECT agent_id, device_id, detail FROM events_event WHERE kind = %s AND subject_id = %s", [kind, subject]
        )


def test_activate_with_a_fresh_code_registers_the_key(database: object) -> None:
    agent, phone = make_agent(), Handset()
    done = activate(issue(agent), phone)
    stored = Device.objects.get(pk=done.device_id)
    assert (done.branch_id, done.agent_id, stored.state) == (tree().branch.id, agent.agent_id, "active")
    assert b64u(bytes(stored.public_key)) == phone.public_key
    assert events("device_activated", done.device_id)[0][:2] == (agent.agent_id, done.device_id)


def test_code_is_read_as_people_type_it(database: object) -> None:
    assert read_code(" 7k3qx-moa9t ") == "7K3QXM0A9T"[:6] + "0A9T"
    assert [read_code(text) for text in ("7K3QXM0A9", "7K3QXM0A9TT", "7K3QXM0A9U", "")] == [None] * 4
    code = issue(make_agent())
    typed = f"{code[:5].lower()} - {code[5:]}".replace("0", "O").replace("1", "l")
    assert activate(typed).branch_id == tree().branch.id


def test_only_the_keyed_hash_of_a_code_is_kept(database: object) -> None:
    code = issue(make_agent())
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_activation_code::text FROM accounts_activation_code")
        kept = " ".join(row[0] for row in cursor.fetchall())
    assert code not in kept
    assert code.encode().hex() not in kept


def test_wrong_used_and_expired_codes_get_the_same_answer(database: object) -> None:
    used, old = issue(make_agent()), issue(make_agent())
    activate(used)
    assert refusal("ZZZZZZZZZZ") == refusal(used) == refusal("kurang") == "E2005"
    assert refusal(old, at=NOW + timedelta(hours=48, seconds=1)) == "E2005"
    assert activate(old, at=NOW + timedelta(hours=47, minutes=59)).branch_id == tree().branch.id


def test_proof_of_another_key_or_code_is_refused_and_leaves_the_code(database: object) -> None:
    code, phone = issue(make_agent()), Handset()
    assert refusal(code, phone=phone, proof=Handset().prove(code)) == "E2003"
    assert refusal(code, phone=phone, proof=phone.prove("ZZZZZZZZZZ")) == "E2003"
    assert refusal(code, phone=phone, proof="!!") == "E2003"
    assert refusal(code, public_key=b64u(b"x" * 91)) == "E2003"
    assert activate(code, phone).branch_id == tree().branch.id


def test_eight_phones_at_once_use_a_code_once(database: object) -> None:
    code = issue(make_agent())

    def attempt(number: int) -> str:
        try:
            activate(code, ip=f"203.0.113.{number}")
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return "ok"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(attempt, range(8)))
    assert answers.count("ok") == 1
    assert set(answers) <= {"ok", "E2005", "E1005", "E1001"}


def test_guessing_from_one_address_is_stopped(database: object) -> None:
    guesses = [refusal(f"GGGGGGGG{n:02d}", ip="203.0.113.99") for n in range(21)]
    assert guesses[0] == "E2005"
    assert guesses[-1] == "E1005"
    code = issue(make_agent())
    assert refusal(code, ip="203.0.113.99") == "E1005"
    assert activate(code, ip="203.0.113.98").branch_id == tree().branch.id


def test_earlier_phone_stays_unless_it_is_the_one_replaced(database: object) -> None:
    agent = make_agent()
    first, second = activate(issue(agent)), activate(issue(agent))
    assert set(Device.objects.filter(agent_id=agent.agent_id).values_list("state", flat=True)) == {"active"}
    previous = {"device": first.device_id, "seq": 12, "hash": "ab" * 32}
    third = activate(issue(agent), previous=previous)
    states = dict(Device.objects.filter(agent_id=agent.agent_id).values_list("id", "state"))
    assert states == {first.device_id: "replaced", second.device_id: "active", third.device_id: "active"}
    kept = Device.objects.get(pk=third.device_id)
    assert (kept.previous_id, kept.previous_seq, bytes(kept.previous_hash or b"").hex()) == (
        first.device_id,
        12,
        "ab" * 32,
    )


def test_previous_phone_of_another_agent_is_left_alone(database: object) -> None:
    foreign = activate(issue(make_agent()))
    mine = activate(issue(make_agent()), previous={"device": foreign.device_id, "seq": 1, "hash": "00" * 32})
    assert Device.objects.get(pk=foreign.device_id).state == "active"
    assert Device.objects.get(pk=mine.device_id).previous_id is None


def test_revoke_ends_a_phone_once_with_reason_and_event(database: object) -> None:
    agent, head = make_agent(), make_user(Role.BRANCH_HEAD)
    phone = activate(issue(agent))
    scope = Scope.branch(tree().branch.id)
    with Work.open(scope=scope, actor=Actor(user_id=head.pk)) as work:
        device.revoke(work, agent=card(agent, work), device_id=phone.device_id, reason="lost", note="di angkot")
    ended = Device.objects.get(pk=phone.device_id)
    assert (ended.state, ended.ended_by_id, ended.end_reason) == ("revoked", head.pk, "lost: di angkot")
    assert json.loads(events("device_revoked", phone.device_id)[0][2]) == {
        "device": str(phone.device_id),
        "reason": "lost",
    }
    with pytest.raises(Refused, match="E2014"), Work.open(scope=scope) as work:
        device.revoke(work, agent=card(agent, work), device_id=phone.device_id, reason="lost")


def test_pages_issue_show_once_and_revoke(database: object) -> None:
    agent, client = make_agent(), logged_in(make_user(Role.AGENCY))
    shown = client.post(f"/console/accounts/devices/{agent.agent_id}/code/").content.decode()
    assert "data:image/svg+xml" in shown
    code = shown.split('activation-code code">')[1].split("<")[0].replace(" ", "")
    phone = activate(code, at=datetime.now(UTC))
    page = client.get(f"/console/accounts/devices/{agent.agent_id}/").content.decode()
    assert str(phone.device_id) in page
    assert code not in page.replace(" ", "")
    address = f"/console/accounts/devices/{agent.agent_id}/{phone.device_id}/revoke/"
    assert client.post(address, {"reason": "karena"}).status_code == 422
    assert client.post(address, {"reason": "stolen"}).status_code == 302
    assert Device.objects.get(pk=phone.device_id).state == "revoked"


def test_agency_office_replaces_and_revokes_phones_of_its_own_agents_only(database: object) -> None:
    own, client = make_agent(), logged_in(make_user(Role.AGENCY))
    old = activate(issue(own))
    address = f"/console/accounts/devices/{own.agent_id}/"
    assert f'value="{old.device_id}"' in client.get(address).content.decode()
    shown = client.post(f"{address}code/", {"replaces": str(old.device_id)}).content.decode()
    code = shown.split('activation-code code">')[1].split("<")[0].replace(" ", "")
    fresh = activate(code, at=datetime.now(UTC))
    assert fresh.previous == device.Previous(old.device_id, 0, bytes(32))
    assert Device.objects.get(pk=old.device_id).state == "replaced"
    assert json.loads(events("device_replaced", old.device_id)[0][2])["by"] == str(fresh.device_id)
    foreign = activate(issue(make_agent(tree().branch)))
    assert client.post(f"{address}code/", {"replaces": str(foreign.device_id)}).status_code == 404
    assert client.post(f"{address}code/", {"replaces": "x"}).status_code == 404
    for path in (f"{foreign.agent_id}/code/", f"{foreign.agent_id}/{foreign.device_id}/revoke/"):
        assert client.post(f"/console/accounts/devices/{path}", {"reason": "lost"}).status_code == 404
    assert Device.objects.get(pk=foreign.device_id).state == "active"


def test_agent_of_another_branch_or_office_is_not_found(database: object) -> None:
    agent = make_agent()
    address = f"/console/accounts/devices/{agent.agent_id}/"
    for user in (make_user(Role.BRANCH, tree().other_branch), make_user(Role.SUB_BRANCH)):
        assert logged_in(user).get(address).status_code == 404
        assert logged_in(user).post(f"{address}code/").status_code == 404
    assert logged_in(make_user(Role.AUDITOR)).get(address).status_code == 200
    assert logged_in(make_user(Role.AUDITOR)).post(f"{address}code/").status_code == 403


@pytest.mark.parametrize(("of", "to"), [("2a8648ce3d030107", "2a8648ce3d030102"), ("2a8648ce3d0201", "2a8648ce3d0209")])
def test_key_of_an_unknown_kind_is_refused(of: str, to: str) -> None:
    handset = Handset()
    der = base64.urlsafe_b64decode(handset.public_key + "==").replace(bytes.fromhex(of), bytes.fromhex(to))
    with pytest.raises(Refused, match="E2003"):
        device.verify_proof(code="7K3QXM0A9T", public_key=b64u(der), proof=handset.prove("7K3QXM0A9T"))


@pytest.mark.parametrize("name", ["a\\u0000b", "\\ud800"])
def test_phone_name_that_no_database_can_hold_is_refused(database: object, name: str) -> None:
    agent, handset = make_agent(), Handset()
    with Work.open(scope=Scope.branch(tree().branch.id)) as work:
        code = device.issue_code(work, agent=card(agent, work)).code
    body = {"code": code, "public_key": handset.public_key, "app": "1", "proof": handset.prove(code), "name": "NAME"}
    client = Client(SERVER_NAME="localhost", REMOTE_ADDR=next(IP), raise_request_exception=False)
    answer = client.post("/api/v1/activation", json.dumps(body).replace("NAME", name), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "E1002")
