"""A receiver of web hooks on this machine, over real HTTP, that can be busy, hang, send elsewhere and be gone."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

SECONDS = 60.0


@dataclass
class Receiver:
    """``answers``: statuses to give next, then 204; 0 hangs until ``let_go`` is set. ``taken``: what was answered with 2xx,
    ``seen``: everything, as (headers, body)."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    hanging: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)
    judge: Callable[[bytes], int] | None = None

    def events(self, secret: str | None = None) -> list[dict[str, Any]]:
        """All events that were taken, in the order they came; each message's signature verified by the library."""
        found: list[dict[str, Any]] = []
        for headers, body in self.taken:
            found += Webhook(secret).verify(body, headers) if secret else json.loads(body)
        return found

    def numbers(self, branch_id: int) -> list[int]:
        return [event["data"]["number"] for event in self.events() if event["data"]["branch"] == branch_id]


@contextmanager
def a_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.seen.append((headers, body))
            status = receiver.judge(body) if receiver.judge else receiver.answers.pop(0) if receiver.answers else 204
            if status == 0:
                receiver.hanging.set()
                receiver.let_go.wait(SECONDS)
                return
            if 200 <= status < 300:
                receiver.taken.append((headers, body))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{receiver.url}/elsewhere")
            if status == 429:
                self.send_header("Retry-After", "77")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        receiver.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join(SECONDS)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """This machine is allowed to be sent to, by the setting."""
    monkeypatch.setenv("PERISAI_FEEDS_LOCAL", "1")
    with a_receiver() as running:
        yield running
