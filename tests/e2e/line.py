"""A line between browser and server as a stall has it: slow, far, cut every few seconds, answered by somebody else.

The browser talks HTTP to the line, the line to the server. What a test asks for happens to real requests on real sockets.
"""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

PIECE = 1400
"""Bytes that a slow line carries at a time, as in one packet."""
NOT_CARRIED = frozenset({"connection", "transfer-encoding", "keep-alive", "content-length", "server", "date"})
PORTAL = (
    b"<!doctype html><title>WiFi Gratis</title><h1>Selamat datang</h1><form action='/login'>"
    b"<button>Masuk ke Wi-Fi</button></form>"
)
_STOP_SECONDS = 5.0

Kind = Literal["portal", "status", "half", "unheard", "unanswered", "changed", "held"]


@dataclass
class Fault:
    """What becomes of the next ``times`` requests to paths that begin with ``path``.

    ``portal``: a login page with status 200. ``status``: refused with ``status`` and ``headers`` before the server hears of it.
    ``half``: the server works, and the connection ends in the middle of the answer. ``unheard``: cut before the server hears.
    ``unanswered``: the server works, nobody hears its answer. ``changed``: ``change`` makes another body of the server's.
    ``held``: the line waits with its answer until it is mended. Only bodies of more than ``over`` bytes are meant.
    """

    kind: Kind
    path: str = "/api/"
    times: int = 1_000_000
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    methods: tuple[str, ...] = ("GET", "POST", "PATCH")
    change: Callable[[str, bytes], bytes] = lambda path, body: body
    over: int = -1
    done: int = 0

    def takes(self, method: str, path: str, size: int) -> bool:
        meant = method in self.methods and path.startswith(self.path) and size > self.over
        return meant and self.done < self.times


@dataclass(frozen=True)
class Request:
    """One request that came to the line, and the status it was answered with; 0 where it was cut. ``size`` is that of the answer's
    body, bytes as they went; times are monotonic seconds. Nobody has heard anything of the answer before ``answered``."""

    method: str
    path: str
    status: int
    began: float
    answered: float
    ended: float
    size: int


class Line:
    """Listens on ``origin``. Rates are bytes per second for the whole line, ``rtt`` seconds; None is no limit. All may be changed
    while it runs. ``connect_rtts``: round trips that a new connection costs (TCP and TLS 1.3: two)."""

    def __init__(self, target: str, *, down: float | None = None, up: float | None = None, rtt: float = 0.0) -> None:
        parts = urlsplit(target)
        self.target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.down, self.up, self.rtt, self.connect_rtts = down, up, rtt, 2
        self.requests: list[Request] = []
        self.cuts = 0
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._away_until = 0.0
        self._free_at = {"down": 0.0, "up": 0.0}
        self._stopping = threading.Event()
        self._server = _Server(self)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        self.cut()
        self._server.shutdown()
        self._server.server_close()

    def fail(self, fault: Fault) -> Fault:
        """From now on, before what was asked for earlier."""
        with self._lock:
            self._faults.insert(0, fault)
        return fault

    def mend(self) -> None:
        """Forgets every fault; rates stay."""
        with self._lock:
            self._faults.clear()
            self._away_until = 0.0

    def cut(self, seconds: float = 0.0) -> None:
        """Ends every connection; new ones end at once for so long."""
        with self._lock:
            self._away_until = time.monotonic() + seconds
            connections, self._open = self._open, set()
            self.cuts += 1
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def cut_every(self, seconds: float, away: float) -> None:
        """Until the line stops."""

        def go_on() -> None:
            while not self._stopping.wait(seconds):
                self.cut(away)

        threading.Thread(target=go_on, daemon=True).start()

    def is_away(self) -> bool:
        return time.monotonic() < self._away_until

    def answered(self, path: str, status: int = 200) -> int:
        """How many requests to such a path were answered so."""
        return sum(r.path.startswith(path) and r.status == status for r in list(self.requests))

    def carry(self, way: Literal["down", "up"], count: int) -> None:
        """Waits as long as the line needs for so many bytes, after those that others carry at the same time."""
        rate = self.down if way == "down" else self.up
        if not rate:
            return
        with self._lock:
            begin = max(self._free_at[way], time.monotonic())
            self._free_at[way] = begin + count / rate
            until = self._free_at[way]
        time.sleep(max(0.0, until - time.monotonic()))

    def find_fault(self, method: str, path: str, size: int) -> Fault | None:
        with self._lock:
            fault = next((f for f in self._faults if f.takes(method, path, size)), None)
            if fault is not None:
                fault.done += 1
            return fault

    def note(self, request: Request) -> None:
        self.requests.append(request)

    def has(self, fault: Fault) -> bool:
        """Whether it is not mended and the line goes on."""
        with self._lock:
            return fault in self._faults and not self._stopping.is_set()

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, line: Line) -> None:
        self.line = line
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that the line itself has cut is no news."""


class _Cut(Exception):
    """The connection ends here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 120

    def setup(self) -> None:
        super().setup()
        self.line = self.server.line
        self.line.opened(self.connection)
        self._fresh = True

    def finish(self) -> None:
        self.line.closed(self.connection)
        with suppress(OSError):
            super().finish()

    def log_message(self, *args: object) -> None:
        """Nothing: `Line.requests` is the log."""

    def _any(self) -> None:
        self._began = self._answered = time.monotonic()
        if self.line.is_away():
            return self._end()
        try:
            self._carry()
        except (_Cut, OSError, http.client.HTTPException):
            self._note(0, 0)
            self._end()

    def _end(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _any  # noqa: N815 - the names http.server calls

    def _carry(self) -> None:
        line = self.line
        time.sleep(line.rtt * (1 + (line.connect_rtts if self._fresh else 0)))
        self._fresh = False
        body = self._read_body()
        fault = line.find_fault(self.command, self.path, len(body))
        kind = fault.kind if fault else None
        if kind == "unheard":
            raise _Cut
        while fault is not None and kind == "held" and line.has(fault):
            time.sleep(0.05)
        if fault is not None and kind == "portal":
            return self._answer(200, {"Content-Type": "text/html; charset=utf-8"}, PORTAL)
        if fault is not None and kind == "status":
            return self._answer(fault.status, dict(fault.headers), b"")
        status, headers, answer = self._ask_server(body, plain=kind == "changed")
        if kind == "unanswered":
            raise _Cut
        if fault is not None and kind == "changed":
            answer = fault.change(self.path, answer)
        self._answer(status, headers, answer, half=kind == "half")
        return None

    def _read_body(self) -> bytes:
        left = int(self.headers.get("Content-Length") or 0)
        pieces = []
        while left:
            piece = self.rfile.read(min(left, PIECE))
            if not piece:
                raise _Cut
            self.line.carry("up", len(piece))
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def _ask_server(self, body: bytes, *, plain: bool) -> tuple[int, dict[str, str], bytes]:
        """``plain``: not compressed, whatever the browser can read."""
        server = http.client.HTTPConnection(*self.line.target, timeout=60)
        try:
            left_out = NOT_CARRIED | ({"accept-encoding"} if plain else set())
            headers = {k: v for k, v in self.headers.items() if k.lower() not in left_out}
            server.request(self.command, self.path, body=body or None, headers=headers)
            answer = server.getresponse()
            kept = {k: v for k, v in answer.getheaders() if k.lower() not in NOT_CARRIED}
            return answer.status, kept, answer.read()
        finally:
            server.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes, *, half: bool = False) -> None:
        self._answered = time.monotonic()
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            whole = body[: len(body) // 2] if half else body
            for at in range(0, len(whole), PIECE):
                piece = whole[at : at + PIECE]
                self.line.carry("down", len(piece))
                self.wfile.write(piece)
        if half:
            raise _Cut
        self._note(status, len(body))

    def _note(self, status: int, size: int) -> None:
        times = (self._began, self._answered, time.monotonic())
        self.line.note(Request(self.command, self.path, status, *times, size))


@contextmanager
def line_to(target: str, *, down: float | None = None, up: float | None = None, rtt: float = 0.0) -> Iterator[Line]:
    line = Line(target, down=down, up=up, rtt=rtt)
    line.start()
    try:
        yield line
    finally:
        line.stop()
