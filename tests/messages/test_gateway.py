"""The adapter against a real HTTP server: the shape of the settings, and what each answer means."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import UUID

import pytest

from perisai.messages.gateway import Gateway, NotSent, find_gateway

ID = UUID(int=7)


class Operator(ThreadingHTTPServer):
    """An operator's gateway: keeps what it was sent and answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[tuple[dict[str, str], Any]] = []
        self.status = 200
        self.answer: bytes = b'{"message_id": 42}'


class _Handler(BaseHTTPRequestHandler):
    server: Operator

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((dict(self.headers), json.loads(body)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def operator() -> Iterator[Operator]:
    with Operator() as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def gateway_of(operator: Operator, **environment: str) -> Gateway:
    found = find_gateway({"PERISAI_SMS_URL": f"http://127.0.0.1:{operator.server_port}/send", **environment})
    assert found is not None
    return found


def test_send_fills_the_operators_own_template(operator: Operator) -> None:
    gateway = gateway_of(
        operator,
        PERISAI_SMS_HEADERS='{"X-Api-Key": "s3cret"}',
        PERISAI_SMS_BODY='{"msisdn": "{digits}", "parts": [{"body": "{text}"}], "ref": "{id}", "type": 1}',
    )
    reference = gateway.send(message_id=ID, phone="+628120001", text='Kode "{id}": 12\n34')
    assert reference == "42"
    headers, body = operator.taken[0]
    assert headers["X-Api-Key"] == "s3cret"
    assert body == {"msisdn": "628120001", "parts": [{"body": 'Kode "{id}": 12\n34'}], "ref": str(ID), "type": 1}


@pytest.mark.parametrize(("status", "is_final"), [(500, False), (503, False), (429, False), (400, True), (401, True)])
def test_refusal_is_final_or_passing_by_its_status(operator: Operator, status: int, is_final: bool) -> None:
    operator.status = status
    with pytest.raises(NotSent) as told:
        gateway_of(operator).send(message_id=ID, phone="+628120001", text="x")
    assert (told.value.problem, told.value.is_final) == (f"HTTP {status}", is_final)


def test_no_server_is_passing_and_names_nobody() -> None:
    gateway = Gateway("http://127.0.0.1:9/", timeout=1)
    with pytest.raises(NotSent) as told:
        gateway.send(message_id=ID, phone="+628120001", text="x")
    assert not told.value.is_final
    assert "628120001" not in str(told.value)


@pytest.mark.parametrize("answer", [b"OK", b"[]", b'{"id": null}', b""])
def test_answer_without_a_number_is_an_answer(operator: Operator, answer: bytes) -> None:
    operator.answer = answer
    assert gateway_of(operator).send(message_id=ID, phone="+628120001", text="x") == ""


def test_nothing_is_found_where_nothing_is_set() -> None:
    assert find_gateway({}) is None
    with pytest.raises(ValueError, match="JSON"):
        find_gateway({"PERISAI_SMS_URL": "http://x", "PERISAI_SMS_HEADERS": "[1]"})
