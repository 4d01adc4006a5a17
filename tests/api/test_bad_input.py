"""Bad input at every door: a clear refusal in both languages, nothing lost, nothing half done, nobody else's data told."""

import hashlib
import json
import socket
from typing import Any

import httpx
import pytest

from tests.api.conftest import Place, activated
from tests.api.valid import activate, billed, photographed
from tests.running import Running
from tests.world import make_agent, make_branch, system_work, worker

POSTS = (
    "/api/v1/sync/time",
    "/api/v1/activation",
    "/api/v1/sync/push",
    "/snap/v1.0/access-token/b2b",
    "/snap/v1.0/transfer-va/inquiry",
    "/snap/v1.0/transfer-va/payment",
    "/snap/v1.0/transfer-va/status",
    "/snap/v1.0/qr/qr-mpm-notify",
)
DEEP = b"[" * 100_000
GARBAGE = {
    "deep nesting": DEEP,
    "deep objects": b'{"a":' * 50_000,
    "deep and closed": b"[" * 20_000 + b"]" * 20_000,
    "invalid UTF-8": b'{"code": "\xff\xfe\x80"}',
    "UTF-16": '{"code": "A"}'.encode("utf-16"),
    "lone surrogate": rb'{"code": "\ud800\udc00\ud800", "public_key": "\ud800", "name": "\udfff", "app": "1", "proof": "\ud800"}',
    "NUL": b'{"code": "' + rb"\u0000" * 10 + rb'", "public_key": "a", "name": "\u0000", "app": "1", "proof": "a"}',
    "huge number": b'{"code": ' + b"9" * 5_000 + b"}",
    "NaN": b'{"code": NaN}',
    "no object": b'"text"',
    "nothing": b"",
}


def assert_told(response: httpx.Response, *statuses: int) -> dict[str, Any]:
    """A refusal with words in both languages, or a SNAP answer; returns its body."""
    assert response.status_code in statuses, response.text
    body: dict[str, Any] = response.json()
    if "responseCode" in body:
        assert len(body["responseCode"]) == 7
        assert body["responseMessage"]
        return body
    assert response.headers["Content-Type"] == "application/problem+json"
    assert body["status"] == response.status_code
    assert all(body[part][language] for part in ("text", "action") for language in ("id", "en"))
    return body


class Endless:
    """A body that counts how much of it was read."""

    def __init__(self, size: int) -> None:
        self.size, self.taken = size, 0

    def read(self, size: int = -1) -> bytes:
        self.taken += max(size, 0)
        return b"x" * max(size, 0)

    readline = read


@pytest.mark.parametrize("path", POSTS)
def test_body_of_fifty_megabytes_is_refused_unread(place: Place, path: str) -> None:
    from perisai.web.wsgi import application

    body, told = Endless(50_000_000), list[str]()
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": path, "SERVER_NAME": "localhost", "SERVER_PORT": "80", "QUERY_STRING": "",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": body, "CONTENT_LENGTH": str(body.size),
        "CONTENT_TYPE": "application/json", "HTTP_X_PERISAI_DEVICE": place.phone.device, "REMOTE_ADDR": "127.0.0.1",
    }  # fmt: skip
    answer = json.loads(b"".join(application(environ, lambda status, headers, *_: told.append(status))))
    assert body.taken == 0
    if path.startswith("/snap/"):
        assert (told[0][:3], answer["responseCode"][:3]) == ("400", "400")
    else:
        assert (told[0][:3], answer["code"]) == ("413", "E1003")
        assert answer["text"]["id"]


@pytest.mark.parametrize("path", POSTS)
def test_server_refuses_fifty_megabytes_before_they_are_sent(demo: Running, path: str) -> None:
    """The real server answers when it has read the headers; nobody sends, and nothing holds, 50 MB."""
    with socket.create_connection(("127.0.0.1", demo.web_port), timeout=60) as line:
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{demo.web_port}\r\nContent-Type: application/json\r\n"
        line.sendall(f"{head}Content-Length: 50000000\r\n\r\n".encode() + b"x" * 1000)
        status = line.recv(1000).split(b"\r\n")[0]
    assert status.split()[1] == (b"400" if path.startswith("/snap/") else b"413")


@pytest.mark.parametrize("path", POSTS[1:])
@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_told_so(place: Place, path: str, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    if path == "/api/v1/sync/push":
        headers |= place.phone.signed_push([content])[1]
    elif path.endswith("/b2b"):
        headers |= place.signer._token_call()
    elif path.startswith("/snap/"):
        headers |= place.bank.signed_headers(path, content)
    assert_told(place.http.post(path, content=content, headers=headers), 400, 401, 413, 422)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "\x00"}, {"app": "1\x00"}, {"name": "\ud800"}, {"name": ""}, {"app": ""}, {"name": 5}, {"app": None},
        {"public_key": "\x00"}, {"proof": "é" * 86}, {"code": "\x00" * 10}, {"code": "٣" * 10}, {"previous": {}},
        {"previous": {"device": "01900000-0000-7000-8000-000000000000", "seq": 2**53 - 1, "hash": "f" * 64}},
        {"previous": {"device": "x", "seq": -1, "hash": "g"}},
    ],
)  # fmt: skip
def test_activation_with_odd_words_is_taken_or_told(place: Place, changed: dict[str, Any]) -> None:
    """With a code and a key that are right: what else stands there may be refused, but never breaks anything."""
    body = json.dumps(activate(place).body | changed)
    response = place.http.post("/api/v1/activation", content=body, headers={"Content-Type": "application/json"})
    if response.status_code != 200:
        assert_told(response, 400, 401, 422)


@pytest.mark.parametrize("content", [DEEP[:60_000], b"\xff\xfe", b'{"a":' * 9_000])
def test_garbage_amid_a_push_costs_only_its_own_line(place: Place, content: bytes) -> None:
    phone = place.phone
    phone.op("enrol", worker())
    phone.outbox.insert(0, content)
    assert [answer["status"] for answer in phone.push()] == ["invalid", "accepted"]


@pytest.mark.parametrize(("depth", "statuses"), [(900, ["rejected", "accepted"]), (20_000, ["invalid", "held"])])
def test_op_with_a_deep_body_is_told_so(place: Place, depth: int, statuses: list[str]) -> None:
    """As deep as a line of 64 KiB can be. What cannot be read is not stored: the op behind it waits for its place."""
    phone = activated(place.http, make_agent(place.agent.branch))
    phone.op("enrol", worker())
    frame = json.loads(phone.outbox.pop())
    phone.seq, phone.head = 0, frame["prev"]
    text = json.dumps(frame | {"body": "BODY"}).replace('"BODY"', '{"nik":' + "[" * depth + "]" * depth + "}")
    phone.append(text.encode())
    phone.op("enrol", worker())
    assert [answer["status"] for answer in phone.push()] == statuses


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/no/such", 404), ("POST", "/snap/v1.0/transfer-va/refund", 404), ("DELETE", "/api/v1/sync/push", 405),
     ("GET", "/snap/v1.0/transfer-va/payment", 405), ("GET", "/api/v1/attachments/..%2f..%2fkeys", 404),
     ("GET", f"/api/v1/attachments/{'A' * 64}", 400), ("GET", "/api/v1/reference/regions/99", 404)],
)  # fmt: skip
def test_wrong_address_or_method_is_told_so(place: Place, method: str, path: str, status: int) -> None:
    response = place.http.request(method, path)
    assert_told(response, status)
    assert (status == 405) == ("Allow" in response.headers)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80@localhost", "local host", "\x7f"])
def test_foreign_host_is_refused(place: Place, host: str) -> None:
    assert_told(place.http.post("/api/v1/sync/time", headers={"Host": host}), 400)


@pytest.mark.parametrize("name", ["X-Perisai-Device", "X-Perisai-Signature", "X-Perisai-Token", "Upload-Offset"])
@pytest.mark.parametrize(
    "value", ["x\r\nSet-Cookie: a=b", "\x00", "é" * 2000, "' OR 1=1 --", "-1", "9" * 400, "", "%0d%0aX: y"]
)
def test_header_injection_reaches_nothing(place: Place, name: str, value: str) -> None:
    path = f"/api/v1/attachments/{'0' * 64}"
    raw = {name: value.encode("utf-8")}
    response = place.phone.signed("PATCH", path, b"abc", {"Upload-Offset": "0", **raw})  # type: ignore[dict-item]
    assert_told(response, 400, 401, 404)
    assert not {"x", "set-cookie"} & set(response.headers)
    answer = place.http.post(
        "/snap/v1.0/transfer-va/inquiry", headers={"X-EXTERNAL-ID": raw[name], "X-PARTNER-ID": raw[name]}
    )
    assert_told(answer, 400, 401)


def test_expired_snap_token_is_told_so_and_nothing_is_kept(place: Place) -> None:
    code, rupiah = billed(place.phone)
    place.bank.get_token()
    with system_work(place.agent.branch) as work:
        work.execute(
            "UPDATE payments_bank_token SET expires_at = now() - interval '1 second' WHERE bank_id = %s",
            [place.bank.credentials.client_key],
        )
    assert assert_told(place.bank.pay(code, rupiah), 401)["responseCode"] == "4012501"
    place.bank._token_until = 0.0
    assert place.bank.pay(code, rupiah).status_code == 200


def test_bank_without_a_token_and_with_another_banks_is_refused(place: Place) -> None:
    code, rupiah = billed(place.phone)
    message = place.bank.payment(code, rupiah)
    assert assert_told(place.bank.send("/transfer-va/payment", message, headers={"Authorization": ""}), 401)
    answer = place.bank.send("/transfer-va/payment", message, headers={"X-PARTNER-ID": "somebody-else"})
    assert assert_told(answer, 401)["responseCode"].startswith("401")
    assert place.bank.inquire(code).json()["virtualAccountData"]["totalAmount"]["value"] == f"{rupiah}.00"


def test_agent_of_another_branch_learns_nothing_of_member_or_photo(place: Place) -> None:
    """Nor a colleague of the same branch. What does not exist and what is another's are answered alike."""
    address = photographed(place.phone, b"\xff\xd8\xff another")
    strangers = [make_agent(make_branch()), make_agent(place.agent.branch)]
    for stranger in [activated(place.http, agent) for agent in strangers]:
        missing = stranger.signed("GET", f"/api/v1/attachments/{'1' * 64}")
        for method, body in (("GET", b""), ("PATCH", b"\xff\xd8\xff an")):
            asked = stranger.signed(method, f"/api/v1/attachments/{address}", body, {"Upload-Offset": "0"})
            assert asked.json() == missing.json()
            assert_told(asked, 404)
        assert stranger.pull()[0] == []
    assert place.phone.signed("GET", f"/api/v1/attachments/{address}").json()["offset"] == 0


def test_agent_cannot_cancel_anothers_enrolment(place: Place) -> None:
    enrolment = place.phone.op("enrol", worker())
    place.phone.push()
    for agent in (make_agent(make_branch()), make_agent(place.agent.branch)):
        stranger = activated(place.http, agent)
        stranger.op("cancel", {"enrolment_op": enrolment, "reason": "mistake"})
        stranger.op("cancel", {"enrolment_op": "01900000-0000-7000-8000-000000000000", "reason": "mistake"})
        theirs, missing = stranger.push()
        assert theirs["status"] == "rejected"
        assert (theirs["code"], theirs["text"], theirs["result"]) == (
            missing["code"],
            missing["text"],
            missing["result"],
        )
    with system_work(place.agent.branch) as work:
        assert work.rows("SELECT state FROM members_enrolment WHERE id = %s", [enrolment]) == [("accepted",)]


def test_request_signed_for_another_path_method_or_body_is_refused(place: Place) -> None:
    address = photographed(place.phone, b"\xff\xd8\xff replay")
    phone, path = place.phone, f"/api/v1/attachments/{address}"
    empty = hashlib.sha256(b"").hexdigest()
    for method, signed_path in (("GET", "/api/v1/sync/pull"), ("PATCH", path)):
        signature = phone.sign(f"perisai-request-1\n{method}\n{signed_path}\n{empty}\n{phone.token}")
        headers = {"X-Perisai-Device": phone.device, "X-Perisai-Token": phone.token, "X-Perisai-Signature": signature}
        assert assert_told(phone.http.get(path, headers=headers), 401)["code"] == "E2003"


def test_truncated_photo_is_not_taken_and_can_be_sent_whole(place: Place) -> None:
    """Cut off in a piece, it goes on from what came; too long, or another's bytes, it is told so."""
    picture = b"\xff\xd8\xff" + b"photo" * 2_000
    path = f"/api/v1/attachments/{photographed(place.phone, picture)}"
    phone = place.phone
    half = phone.signed("PATCH", path, picture[:5_000], {"Upload-Offset": "0"}).json()
    assert half == {"offset": 5_000, "size": len(picture), "complete": False}
    too_long = phone.signed("PATCH", path, picture[5_000:] + b"more", {"Upload-Offset": "5000"})
    assert assert_told(too_long, 409)["code"] == "E6010"
    assert assert_told(phone.signed("PATCH", path, b"", {"Upload-Offset": "5000"}), 409)["code"] == "E6010"
    assert phone.signed("GET", path).json()["offset"] == 5_000
    phone.upload(picture)
    assert phone.signed("GET", path).json()["complete"] is True


def test_photo_goes_on_after_a_crash_while_the_last_piece_was_taken(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies between the last byte and the answer: the phone asks where to go on, and the photo gets whole."""
    from perisai.members.photos import photo

    picture = b"\xff\xd8\xff" + b"crash" * 2_000
    path = f"/api/v1/attachments/{photographed(place.phone, picture)}"
    place.phone.signed("PATCH", path, picture[:5_000], {"Upload-Offset": "0"})
    with monkeypatch.context() as broken:
        broken.setattr(photo, "seal", lambda data: 1 / 0)
        assert place.phone.signed("PATCH", path, picture[5_000:], {"Upload-Offset": "5000"}).status_code == 500
    place.phone.upload(picture)
    assert place.phone.signed("GET", path).json()["complete"] is True
