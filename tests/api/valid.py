"""One request of every operation that must succeed, made as a phone or a bank makes it. The session adds the signatures."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from schemathesis import Case

from perisai.web.simulate.bank import new_external_id, now_text
from perisai.web.simulate.phone import Phone
from tests.api.conftest import Place
from tests.world import jakarta_today, system_work, worker

PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 40


@dataclass(frozen=True)
class Valid:
    """What an operation is called with. ``body`` as the media type wants it."""

    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    media_type: str | None = None


def server_time(place: Place) -> Valid:
    return Valid()


def activate(place: Place) -> Valid:
    """With a code that the branch has just given."""
    from perisai.accounts import device
    from perisai.accounts.agent_card import find_card

    with system_work(place.agent.branch) as work:
        card = find_card(work, branch_id=place.agent.branch.id, agent_id=place.agent.id)
        assert card is not None
        code = device.issue_code(work, agent=card).code
    phone = Phone(place.http)
    proof = phone.sign(f"perisai-activate-1\n{code}\n{phone.public_key}")
    body = {"code": code, "public_key": phone.public_key, "name": "Uji", "app": "1.0.0", "proof": proof}
    return Valid(body=body, media_type="application/json")


def push(place: Place) -> Valid:
    """A chain of two new workers."""
    for _ in range(2):
        place.phone.op("enrol", worker())
    lines, place.phone.outbox = place.phone.outbox, []
    return Valid(body="".join(f"{line.decode()}\n" for line in lines), media_type="application/x-ndjson")


def consent_code(place: Place) -> Valid:
    return Valid(body={"phone": "+6285698765432"}, media_type="application/json")


def pull(place: Place) -> Valid:
    return Valid(query={"cursor": 0, "limit": 5})


def own_papers(place: Place) -> Valid:
    return Valid(query={"photo": "0" * 64})


def progress(place: Place) -> Valid:
    return Valid(path={"address": photographed(place.phone)})


def piece(place: Place) -> Valid:
    headers = {"Upload-Offset": "0"}
    return Valid({"address": photographed(place.phone)}, {}, headers, PICTURE, "application/octet-stream")


def photographed(phone: Phone, picture: bytes = PICTURE) -> str:
    """The address of a photo that an op of this phone names and that has not come yet."""
    address = hashlib.sha256(picture).hexdigest()
    phone.op("enrol", worker(id_card={"sha256": address, "size": len(picture), "type": "image/jpeg"}))
    assert [answer["status"] for answer in phone.push()] == ["accepted"]
    return address


def rules(place: Place) -> Valid:
    return Valid()


def regions(place: Place) -> Valid:
    """Of the province of the tests' own village."""
    with system_work(place.agent.branch) as work:
        work.execute(
            "INSERT INTO offices_region (code, parent_code, level, name) VALUES ('15', NULL, 1, 'Jambi'),"
            " ('15.71', '15', 2, 'Kota Jambi'), ('15.71.08', '15.71', 3, 'Jelutung') ON CONFLICT DO NOTHING"
        )
    return Valid(path={"province": "15"})


def token(place: Place) -> Valid:
    return Valid(body={"grantType": "client_credentials"}, media_type="application/json")


def inquiry(place: Place) -> Valid:
    code, _ = billed(place.phone)
    return _transaction({**place.bank.account(code), "inquiryRequestId": "I1", "trxDateInit": now_text()})


def payment(place: Place) -> Valid:
    code, rupiah = billed(place.phone)
    return _transaction(place.bank.payment(code, rupiah))


def status(place: Place) -> Valid:
    code, rupiah = billed(place.phone)
    paid = place.bank.pay(code, rupiah)
    assert isinstance(paid, httpx.Response)
    assert paid.status_code == 200, paid.text
    return _transaction({**place.bank.account(code), "inquiryRequestId": "I2"})


def qris(place: Place) -> Valid:
    code, rupiah = billed(place.phone)
    return _transaction(place.bank.qris_payment(code, rupiah))


def billed(phone: Phone) -> tuple[str, int]:
    """Payment code and amount of a worker who is enrolled now."""
    phone.op("enrol", worker())
    (answer,) = phone.push()
    assert answer["status"] == "accepted", answer
    return answer["result"]["payment_code"], answer["result"]["amount"]


def _transaction(body: dict[str, Any]) -> Valid:
    headers = {"X-EXTERNAL-ID": new_external_id(), "CHANNEL-ID": "95051"}
    return Valid(headers=headers, body=body, media_type="application/json")


def make_true(case: Case, place: Place, code: str, address: str) -> None:
    """Puts what a caller knows into a generated request, so that the rest of it is looked at: a code, an account, a photo."""
    if "/attachments/" in case.path:
        case.path_parameters = {"address": address}
    if "/read/" in case.path and "branch" in (case.query or {}):
        case.query["branch"] = place.agent.branch.id
    if ("/read/figures" in case.path or "/read/targets" in case.path) and "key" in (case.query or {}):
        case.query |= {"level": "branch", "key": str(place.agent.branch.id)}
    if not isinstance(case.body, dict):
        return
    if case.path.startswith("/snap/"):
        case.body = case.body | place.bank.account(code)
        case.headers.update({"X-EXTERNAL-ID": new_external_id(), "CHANNEL-ID": "95051"})
    elif case.path.endswith("/activation"):
        known = activate(place).body
        case.body = case.body | {name: known[name] for name in ("code", "public_key", "proof")}


def course_version(place: Place) -> Valid:
    from tests.training.courses import make_course, module

    _course, version_id = make_course(place.agent.branch, module("a", questions=2))
    return Valid(path={"version": str(version_id)})


def course_media(place: Place) -> Valid:
    from perisai.training import media

    with system_work(place.agent.branch) as work:
        kept = media.keep(work, branch_id=place.agent.branch.id, data=PICTURE, media_type="image/jpeg")
    return Valid(path={"address": kept.sha256})


def anything(place: Place) -> Valid:
    return Valid()


def of_branch(place: Place) -> Valid:
    return Valid(query={"branch": place.agent.branch.id})


def figures(place: Place) -> Valid:
    today = jakarta_today()
    scope = {"level": "branch", "key": str(place.agent.branch.id)}
    return Valid(query={**scope, "first": f"{today:%Y-%m}-01", "last": today.isoformat()})


def series(place: Place) -> Valid:
    return Valid(query={**figures(place).query, "figure": "captured"})


def month(place: Place) -> Valid:
    return Valid(query={"month": jakarta_today().isoformat()})


VALID: dict[str, Callable[[Place], Valid]] = {
    "GET /api/v1/training/courses": own_papers,
    "GET /api/v1/sync/groups": own_papers,
    "GET /api/v1/sync/custody": own_papers,
    "GET /api/v1/sync/dues": own_papers,
    "GET /api/v1/training/versions/{version}": course_version,
    "GET /api/v1/training/media/{address}": course_media,
    "POST /api/v1/sync/time": server_time,
    "POST /api/v1/activation": activate,
    "POST /api/v1/sync/push": push,
    "GET /api/v1/sync/pull": pull,
    "GET /api/v1/agent/me": own_papers,
    "GET /api/v1/sync/employers": own_papers,
    "POST /api/v1/sync/consent-code": consent_code,
    "GET /api/v1/attachments/{address}": progress,
    "PATCH /api/v1/attachments/{address}": piece,
    "GET /api/v1/reference/rules": rules,
    "GET /api/v1/reference/regions/{province}": regions,
    "GET /api/v1/read/me": anything,
    "GET /api/v1/read/offices": anything,
    "GET /api/v1/read/kinds": anything,
    "GET /api/v1/read/positions": anything,
    "GET /api/v1/read/events": of_branch,
    "GET /api/v1/read/figures/definitions": anything,
    "GET /api/v1/read/figures": figures,
    "GET /api/v1/read/figures/children": figures,
    "GET /api/v1/read/figures/series": series,
    "GET /api/v1/read/targets": month,
    "GET /api/v1/read/alerts": anything,
    "GET /api/v1/read/targets/plan": figures,
    "POST /snap/v1.0/access-token/b2b": token,
    "POST /snap/v1.0/transfer-va/inquiry": inquiry,
    "POST /snap/v1.0/transfer-va/payment": payment,
    "POST /snap/v1.0/transfer-va/status": status,
    "POST /snap/v1.0/qr/qr-mpm-notify": qris,
}
