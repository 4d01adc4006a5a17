"""A gateway on this machine that takes, refuses or is busy, over real HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import orjson

from perisai.events.vault import seal
from perisai.messages.models import Provider
from tests.world import Branch, system_work


@dataclass
class Operator:
    """``busy``: paths that answer 503; ``refusing``: 400. ``taken``: (path, body)."""

    url: str = ""
    busy: set[str] = field(default_factory=set)
    refusing: set[str] = field(default_factory=set)
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def texts(self, path: str) -> list[dict[str, Any]]:
        return [body for where, body in self.taken if where == path]


@contextmanager
def an_operator() -> Iterator[Operator]:
    operator = Operator()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = 503 if self.path in operator.busy else 400 if self.path in operator.refusing else 200
            if status == 200:
                operator.taken.append((self.path, body))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b'{"id": "op-1"}')

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    operator.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield operator
    finally:
        server.shutdown()
        server.server_close()


def set_ways(branch: Branch, operator: Operator, *ways: tuple[str, int]) -> None:
    """The branch's channels in order, (kind, rupiah), each at the path of its kind; e-mail by the library, the others by HTTP."""
    with system_work(branch) as work:
        for position, (kind, cost) in enumerate(ways):
            told: dict[str, Any] = {
                "url": f"{operator.url}/{kind}",
                "headers": {},
                "body": {"to": "{phone}", "text": "{text}", "id": "{id}"},
            }
            provider = Provider.HTTP
            if kind == "email":
                provider = Provider.APPRISE
                told = {"url": f"{operator.url.replace('http', 'json')}/email?:to={{email}}"}
            work.execute(
                "INSERT INTO messages_channel (branch_id, kind, position, is_on, provider, settings_sealed, cost, changed_at)"
                " VALUES (%s, %s, %s, true, %s, %s, %s, now())",
                [branch.id, kind, position, provider, seal(orjson.dumps(told)), cost],
            )


def set_budget(branch: Branch, rupiah: int) -> None:
    with system_work(branch) as work:
        work.execute(
            "INSERT INTO messages_settings (branch_id, budget, changed_at) VALUES (%s, %s, now())", [branch.id, rupiah]
        )
