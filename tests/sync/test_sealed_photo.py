"""Photos of phones that nobody can open: pushed sealed, one by one, each with its own signature."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from django.conf import settings

from perisai.accounts.models import Role
from perisai.errors import Refused
from perisai.events.clock import SystemClock
from perisai.members.photos import photo
from perisai.offices.models import Office
from perisai.web.simulate.phone import SEALED, Phone, b64u
from tests.accounts.people import logged_in, make_user
from tests.sync.test_carried import JPEG, card
from tests.world import Branch, FieldAgent, make_agent, make_branch, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]
DIGEST = hashlib.sha256(JPEG).digest()
BY = (SystemClock().now() + timedelta(days=7)).date().isoformat()


@pytest.fixture
def agent(database: object) -> FieldAgent:
    return make_agent(make_branch())


@pytest.fixture
def phone(phone_of: PhoneOf, agent: FieldAgent) -> Phone:
    made = phone_of(agent)
    made.pull()
    return made


def post(phone: Phone, body: bytes) -> httpx.Response:
    return phone.http.post("/api/v1/sync/push", content=body, headers={"Content-Type": SEALED})


def bring(phone: Phone, op: str, picture: bytes = JPEG) -> str:
    answer = post(phone, phone.photo_container(picture, op))
    assert answer.status_code == 200, answer.text
    told, digest = answer.json(), hashlib.sha256(picture).hexdigest()
    assert told["answers"] == []
    return "here" if told["photos"] == [digest] else "refused" if told["photos_refused"] == [digest] else "not yet"


def is_here(branch: Branch, digest: bytes = DIGEST) -> bool:
    with system_work(branch) as work:
        try:
            return bool(photo.open_photo(work, branch.id, digest))
        except Refused:
            return False


def kept(branch: Branch) -> int:
    return sum(1 for _ in (Path(settings.DATA) / "attachments" / "waiting").glob(f"{branch.id}-*"))


def end(agent: FieldAgent, phone: Phone) -> None:
    with system_work(agent.branch) as work:
        work.execute("UPDATE accounts_device SET state = 'revoked', ended_at = now() WHERE id = %s", [phone.device])


def decide(agent: FieldAgent, decision: str) -> None:
    client = logged_in(make_user(Role.BRANCH, Office.objects.get(id=agent.branch.id)))
    with system_work(agent.branch) as work:
        ((review,),) = work.rows(
            "SELECT id FROM members_review WHERE branch_id = %s AND state = 'open'", [agent.branch.id]
        )
    address = f"/console/members/reviews/{agent.branch.id}/{review}/"
    client.get(address)
    assert client.post(f"{address}decide/", {"decide": decision, "note": "Diperiksa"}).status_code == 302


def test_photo_is_stored_once_after_its_op_and_not_before(phone: Phone, agent: FieldAgent) -> None:
    op = phone.op("enrol", worker(id_card=card(JPEG)))
    assert bring(phone, op) == "not yet"
    phone.push_sealed()
    assert bring(phone, op) == "here"
    assert is_here(agent.branch)
    assert bring(phone, op) == "here"
    with system_work(agent.branch) as work:
        told = work.row(
            "SELECT count(*) FROM events_event WHERE branch_id = %s AND kind = 'photo_received'", [agent.branch.id]
        )
    assert told == (1,)


def test_photo_goes_on_from_the_pieces_that_came_before_it_was_locked(phone: Phone, agent: FieldAgent) -> None:
    op = phone.op("enrol", worker(id_card=card(JPEG)))
    phone.push()
    path = f"/api/v1/attachments/{DIGEST.hex()}"
    phone.signed("PATCH", path, JPEG[:5000], {"Upload-Offset": "0", "Content-Type": "application/octet-stream"})
    assert bring(phone, op) == "here"
    assert is_here(agent.branch)


@pytest.mark.parametrize("later", [False, True])
def test_photo_of_an_ended_phone_waits_with_its_op_and_is_attached_on_acceptance(
    phone: Phone, agent: FieldAgent, later: bool
) -> None:
    op = phone.op("enrol", worker(id_card_by=BY) if later else worker(id_card=card(JPEG)))
    end(agent, phone)
    phone.push_sealed()
    if later:
        assert bring(phone, op, JPEG + b"former") == "here"
    assert bring(phone, op) == "here"
    assert not is_here(agent.branch)
    decide(agent, "accept")
    assert is_here(agent.branch)
    assert kept(agent.branch) == 0
    with system_work(agent.branch) as work:
        named = work.rows("SELECT sha256 FROM members_photo WHERE enrolment_id = %s", [UUID(op)])
    assert [bytes(digest) for (digest,) in named] == [DIGEST]
    assert bring(phone, op) == "here"


@pytest.mark.parametrize("later", [False, True])
def test_photo_that_waited_goes_when_its_op_is_refused(phone: Phone, agent: FieldAgent, later: bool) -> None:
    op = phone.op("enrol", worker(id_card_by=BY) if later else worker(id_card=card(JPEG)))
    end(agent, phone)
    phone.push_sealed()
    assert bring(phone, op) == "here"
    assert kept(agent.branch) == 1
    decide(agent, "close")
    assert kept(agent.branch) == 0
    assert bring(phone, op) == "refused"
    assert kept(agent.branch) == 0


def test_photo_of_an_ended_phone_whose_op_was_judged_before_is_stored(phone: Phone, agent: FieldAgent) -> None:
    op = phone.op("enrol", worker(id_card=card(JPEG)))
    phone.push()
    end(agent, phone)
    assert bring(phone, op) == "here"
    assert is_here(agent.branch)


def test_picture_that_was_brought_later_is_stored_with_its_enrolment(phone: Phone, agent: FieldAgent) -> None:
    op = phone.op("enrol", worker(id_card_by=BY))
    phone.push()
    assert bring(phone, op) == "here"
    assert is_here(agent.branch)
    assert bring(phone, op, JPEG + b"another") == "refused", "it waits for none any more"


def test_photo_that_nobody_wants_is_refused(phone: Phone, agent: FieldAgent) -> None:
    body = worker(id_card=card(JPEG))
    body["consents"] = [one | {"given": one["purpose"] != "photo"} for one in body["consents"]]
    refused, wrong = phone.op("enrol", body), phone.op("enrol", worker(nik="1571080000000000", id_card=card(JPEG)))
    other = phone.op("enrol", worker(id_card=card(JPEG + b"other")))
    assert [a["status"] for a in phone.push()][1] == "rejected"
    assert bring(phone, refused) == "refused"
    assert bring(phone, wrong) == "refused"
    assert bring(phone, other) == "refused", "the op names another"
    assert not is_here(agent.branch)


def test_a_strangers_op_is_no_way_in(phone: Phone, phone_of: PhoneOf, agent: FieldAgent) -> None:
    other = phone_of(make_agent(agent.branch))
    other.pull()
    op = phone.op("enrol", worker(id_card=card(JPEG)))
    phone.push()
    assert bring(other, op) == "not yet"
    assert not is_here(agent.branch)


def rows(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in body.splitlines()]


def packed(changed: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in changed)


BROKEN: list[tuple[str, Callable[[list[dict[str, Any]]], Any], int, str]] = [
    ("no enrolment", lambda r: r[1].pop("enrolment"), 400, "E6020"),
    ("enrolment", lambda r: r[1].update(enrolment="x"), 400, "E6020"),
    ("address", lambda r: r[1].update(photo="zz" * 32), 400, "E6020"),
    ("two photos", lambda r: r.insert(1, r[1]), 400, "E6020"),
    ("other op", lambda r: r[1].update(enrolment="00000000-0000-7000-8000-000000000000"), 401, "E2003"),
    ("other photo", lambda r: r[1].update(photo="00" * 32), 401, "E2003"),
    ("forged", lambda r: r[-1].update(signature=b64u(bytes(63) + b"1")), 401, "E2003"),
    ("no signature", lambda r: r.pop(), 400, "E6020"),
    ("unknown key", lambda r: r[0].update(key="99"), 409, "E6021"),
    ("damaged", lambda r: r[1].update(sealed="AAAA"), 422, "E6022"),
]


@pytest.mark.parametrize(("change", "status", "code"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_broken_photo_is_refused_and_nothing_stored(
    phone: Phone, agent: FieldAgent, change: Callable[[list[dict[str, Any]]], Any], status: int, code: str
) -> None:
    op = phone.op("enrol", worker(id_card=card(JPEG)))
    phone.push()
    changed = rows(phone.photo_container(JPEG, op))
    change(changed)
    answer = post(phone, packed(changed))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert not is_here(agent.branch)
