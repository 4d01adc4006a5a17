"""Sealed pushes: what a locked phone sends is taken as a plain push is, and nothing else opens or passes."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from perisai import keys
from perisai.sync.branch_key import NotOpened, UnknownSealKey, _pair, open_sealed, seal_key
from perisai.web.simulate.phone import SEALED, Phone, b64u, unb64u
from tests.world import FieldAgent, make_agent, make_branch, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]


@pytest.fixture
def phone(phone_of: PhoneOf) -> Phone:
    """A phone that knows its branch's key."""
    made = phone_of(make_agent(make_branch()))
    made.pull()
    return made


def post(phone: Phone, body: bytes, **headers: str) -> httpx.Response:
    return phone.http.post("/api/v1/sync/push", content=body, headers={"Content-Type": SEALED, **headers})


def rows(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in body.splitlines()]


def packed(changed: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in changed)


def count(phone: Phone) -> int:
    from perisai.events.scope import Scope
    from perisai.events.work import Work

    with Work(scope=Scope.branch(phone.about["branch"]["id"])) as work:
        found = work.row("SELECT count(*) FROM sync_op WHERE device_id = %s", [phone.device])
    assert found is not None
    return int(found[0])


def test_sealed_push_gives_the_answers_of_a_plain_one_and_is_taken_once(phone: Phone) -> None:
    for _ in range(3):
        phone.op("enrol", worker())
    sent = list(phone.outbox)
    sealed = phone.push_sealed()
    assert [a["status"] for a in sealed] == ["accepted"] * 3
    phone.outbox = sent
    plain = phone.push()
    assert [a["result"]["payment_code"] for a in plain] == [a["result"]["payment_code"] for a in sealed]
    assert count(phone) == 3


def test_sealed_push_of_200_full_ops_fits(phone: Phone) -> None:
    for _ in range(200):
        phone.op("enrol", worker(address="x" * 15_000))
    body = phone.container(phone.outbox)
    assert len(body) < 6 * 1024 * 1024
    answer = post(phone, body)
    assert answer.status_code == 200, answer.text
    assert {a["status"] for a in answer.json()["answers"]} <= {"accepted", "rejected"}


def test_activation_and_pull_hand_out_the_branchs_key(phone: Phone) -> None:
    key = phone.about["branch"]["seal_key"]
    assert (key["id"], len(unb64u(key["public_key"]))) == ("1", 65)
    assert key == seal_key(phone.about["branch"]["id"]) != seal_key(1)


def test_op_that_cannot_be_opened_is_invalid_and_those_after_it_are_taken(phone: Phone) -> None:
    for _ in range(4):
        phone.op("enrol", worker())
    changed = rows(phone.container(phone.outbox))
    changed[2]["sealed"] = changed[3]["sealed"]
    answers = post(phone, packed(changed)).json()["answers"]
    assert [a["status"] for a in answers] == ["invalid", "invalid", "held", "held"]
    assert (answers[1]["code"], answers[1]["op"]) == ("E6022", json.loads(phone.outbox[1])["id"])
    assert {a["status"] for a in phone.push()} == {"accepted"}, "the phone kept them all"


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r[1].update(sealed="AAAA"),
        lambda r: r[1].update(sealed="not base64!"),
        lambda r: r[1].update(sealed=b64u(b"\x04" + bytes(100))),
        lambda r: r[1].update(seq=7),
        lambda r: r[1].update(op="00000000-0000-7000-8000-000000000000"),
        lambda r: r[1].update(hash="00" * 32),
    ],
)
def test_op_that_is_not_what_its_line_says_is_invalid(
    phone: Phone, change: Callable[[list[dict[str, Any]]], None]
) -> None:
    for _ in range(2):
        phone.op("enrol", worker())
    changed = rows(phone.container(phone.outbox))
    change(changed)
    answers = post(phone, packed(changed)).json()["answers"]
    assert [(a["status"], a["code"]) for a in answers] == [("invalid", "E6022"), ("held", None)]


BROKEN: list[tuple[str, Callable[[list[dict[str, Any]]], Any], int, str]] = [
    ("no signature", lambda r: r.pop(), 400, "E6020"),
    ("no ops", lambda r: r.__delitem__(slice(1, -1)), 400, "E6020"),
    ("no head", lambda r: r.pop(0), 400, "E6020"),
    ("version 2", lambda r: r[0].update(v=2), 400, "E6020"),
    ("device", lambda r: r[0].update(device="x"), 400, "E6020"),
    ("other device", lambda r: r[0].update(device="00000000-0000-7000-8000-000000000000"), 401, "E2001"),
    ("other branch", lambda r: r[0].update(branch=1), 422, "E6023"),
    ("branch as text", lambda r: r[0].update(branch="1"), 400, "E6020"),
    ("unknown key", lambda r: r[0].update(key="99"), 409, "E6021"),
    ("key is no text", lambda r: r[0].update(key=1), 400, "E6020"),
    ("hash", lambda r: r[1].update(hash="x"), 400, "E6020"),
    ("seq", lambda r: r[1].update(seq=-1), 400, "E6020"),
    ("seq true", lambda r: r[1].update(seq=True), 400, "E6020"),
    ("photo in a push", lambda r: r.insert(-1, {"photo": "00" * 32, "sealed": ""}), 400, "E6020"),
    ("line after the end", lambda r: r.append({"op": "x"}), 400, "E6020"),
    ("two signatures", lambda r: r.append(r[-1]), 400, "E6020"),
    ("forged", lambda r: r[-1].update(signature=b64u(bytes(63) + b"1")), 401, "E2003"),
    ("short signature", lambda r: r[-1].update(signature="AA"), 400, "E6020"),
    ("last op unopened", lambda r: r[-2].update(sealed="AAAA"), 400, "E1002"),
    ("order turned", lambda r: r.insert(1, r.pop(2)), 401, "E2003"),
]


@pytest.mark.parametrize(("change", "status", "code"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_broken_container_is_refused_and_nothing_stored(
    phone: Phone, change: Callable[[list[dict[str, Any]]], Any], status: int, code: str
) -> None:
    for _ in range(2):
        phone.op("enrol", worker())
    changed = rows(phone.container(phone.outbox))
    change(changed)
    answer = post(phone, packed(changed))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["text"]["id"]
    assert count(phone) == 0
    assert {a["status"] for a in phone.push_sealed()} == {"accepted"}


@pytest.mark.parametrize("body", [b"", b"\n", b"x", b"[]\n", b"{}\n", b"\xff\xfe\n" * 9, b"[" * 9000 + b"\n"])
def test_garbage_is_told_so(phone: Phone, body: bytes) -> None:
    answer = post(phone, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "E6020")


def test_half_a_container_is_refused(phone: Phone) -> None:
    for _ in range(2):
        phone.op("enrol", worker())
    body = phone.container(phone.outbox)
    for cut in (1, 100, len(body) // 2, len(body) - 1):
        assert post(phone, body[:cut]).json()["code"] == "E6020"
    assert count(phone) == 0


def test_more_than_200_ops_are_refused_with_the_limits(phone: Phone) -> None:
    phone.op("enrol", worker())
    changed = rows(phone.container(phone.outbox))
    answer = post(phone, packed([changed[0], *[changed[1]] * 201, changed[-1]]))
    assert (answer.status_code, answer.json()["code"]) == (413, "E1003")
    assert answer.json()["limits"] == {"ops": 200, "bytes": 4 * 2**20}


def test_sealed_to_another_branch_or_phone_does_not_open(phone: Phone) -> None:
    branch = phone.about["branch"]["id"]
    sealed = unb64u(phone.seal(b"isi"))
    assert open_sealed(sealed, key_id="1", branch_id=branch, device=phone.device) == b"isi"
    for other in ({"branch_id": branch + 1}, {"device": "other"}):
        with pytest.raises(NotOpened):
            open_sealed(sealed, **{"key_id": "1", "branch_id": branch, "device": phone.device, **other})  # type: ignore[arg-type]


def test_old_key_opens_after_a_new_one_was_added(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    branch = phone.about["branch"]["id"]
    sealed = unb64u(phone.seal(b"isi"))
    old = keys.get_ring(keys.SEAL_RING)
    new = keys.Ring("2", {**old.keys, "2": hashlib.sha256(b"another").digest()})
    monkeypatch.setattr(keys, "get_ring", lambda name: new)
    assert seal_key(branch)["id"] == "2"
    assert seal_key(branch)["public_key"] != phone.about["branch"]["seal_key"]["public_key"]
    assert open_sealed(sealed, key_id="1", branch_id=branch, device=phone.device) == b"isi"
    with pytest.raises(UnknownSealKey):
        open_sealed(sealed, key_id="3", branch_id=branch, device=phone.device)


def test_sealed_push_of_a_revoked_phone_drains_into_review(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    phone.pull()
    phone.op("enrol", worker())
    with system_work(agent.branch) as work:
        work.execute("UPDATE accounts_device SET state = 'replaced', ended_at = now() WHERE id = %s", [phone.device])
    assert [(a["status"], a["code"]) for a in phone.push_sealed()] == [("review", "E6005")]


def test_what_the_apps_library_sealed_opens_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The published vector: made by the phone's library in TypeScript, opened by the server's, with a key both derive."""
    vectors = json.loads((Path(__file__).parents[2] / "docs/device-protocol-vectors.json").read_text(encoding="utf-8"))
    given = vectors["container"]
    monkeypatch.setattr(keys, "get_ring", lambda name: keys.Ring("1", {"1": bytes.fromhex(given["secret"])}))
    _pair.cache_clear()
    branch, device = given["head"]["branch"], given["aad"]
    try:
        assert seal_key(branch) == {"id": "1", "public_key": given["public_key"]}
        for one, op in zip(given["ops"], vectors["ops"], strict=True):
            opened = open_sealed(unb64u(one["sealed"]), key_id="1", branch_id=branch, device=device)
            assert opened == op["line"].encode()
            assert hashlib.sha256(opened).hexdigest() == one["hash"]
    finally:
        _pair.cache_clear()
