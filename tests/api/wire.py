"""The wire of the API tests: requests that are signed as the last thing before they go, to the web stack of this process."""

import hashlib
import sys
import traceback
from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from typing import Any

import httpx
import requests
from requests.adapters import BaseAdapter
from requests.auth import AuthBase
from urllib3 import HTTPHeaderDict, HTTPResponse

from perisai.payments.snap import signature as snap
from perisai.web.simulate.bank import BankSimulator, now_text
from perisai.web.simulate.phone import Phone

ORIGIN = "http://localhost"


class Wire(httpx.BaseTransport):
    """Calls the application as a server would: header bytes as latin-1, an error that comes through as a 500."""

    def __init__(self) -> None:
        from perisai.web.wsgi import application

        self._application = application

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        environ = {
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.url.path.encode().decode("latin-1"),
            "QUERY_STRING": request.url.query.decode("latin-1"),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
        }
        for name, value in request.headers.raw:
            key = name.decode("latin-1").upper().replace("-", "_")
            environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value.decode("latin-1")
        told: list[Any] = []
        try:
            parts = self._application(environ, lambda status, headers, *_: told.append((int(status[:3]), headers)))
            content = b"".join(parts)
        except Exception:  # noqa: BLE001 - as a server answers it
            return httpx.Response(500, text=traceback.format_exc())
        status, headers = told[0]
        return httpx.Response(status, headers=headers, content=content)


class InProcess(BaseAdapter):
    """Hands a prepared request to the WSGI application. An error that the application lets through becomes a 500."""

    def __init__(self) -> None:
        super().__init__()
        self._transport = Wire()

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        assert request.method is not None
        assert request.url is not None
        headers = [(_raw(name), _raw(value)) for name, value in request.headers.items()]
        body = request.body.encode() if isinstance(request.body, str) else request.body
        answer = self._transport.handle_request(
            httpx.Request(request.method, request.url, headers=headers, content=body)
        )
        raw = HTTPResponse(
            body=BytesIO(b"".join(answer.stream)),  # type: ignore[arg-type]
            headers=HTTPHeaderDict(answer.headers.multi_items()),
            status=answer.status_code,
            version=11,
            preload_content=False,
        )
        response = requests.Response()
        response.status_code, response.raw, response.request, response.url = raw.status, raw, request, request.url
        response.headers.update(raw.headers)
        response.reason = httpx.codes.get_reason_phrase(raw.status)
        return response

    def close(self) -> None:
        self._transport.close()


@dataclass
class Signer(AuthBase):
    """Signs as the path asks: a phone's push, a phone's request, a bank's token call, a bank's transaction; or shows a read key.

    ``share`` of the requests are signed; the others go with the headers that were generated for them.
    """

    phone: Phone
    bank: BankSimulator
    read_key: str
    share: float = 1.0
    random: Random = field(default_factory=lambda: Random(1))

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.random.random() < self.share:
            body = request.body.encode() if isinstance(request.body, str) else request.body or b""
            request.headers.update(self._headers(request.method or "", request.path_url, body))
        return request

    def _headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        if path.endswith("/access-token/b2b"):
            return self._token_call()
        if path.startswith("/api/v1/read/"):
            return {"Authorization": f"Bearer {self.read_key}"}
        if path.startswith("/snap/"):
            return self._transaction(path, body)
        if path == "/api/v1/sync/push":
            return self._push(body)
        message = f"perisai-request-1\n{method}\n{path}\n{hashlib.sha256(body).hexdigest()}\n{self.phone.token}"
        return {**self._device(message), "X-Perisai-Token": self.phone.token}

    def _push(self, body: bytes) -> dict[str, str]:
        last = hashlib.sha256(body.removesuffix(b"\n").split(b"\n")[-1]).hexdigest()
        return self._device(f"perisai-push-1\n{self.phone.device}\n{last}")

    def _device(self, message: str) -> dict[str, str]:
        return {"X-Perisai-Device": self.phone.device, "X-Perisai-Signature": self.phone.sign(message)}

    def _token_call(self) -> dict[str, str]:
        credentials, timestamp = self.bank.credentials, now_text()
        text = snap.token_text(credentials.client_key, timestamp)
        return {
            "X-CLIENT-KEY": credentials.client_key,
            "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": snap.sign_asymmetric(credentials.private_key, text),
        }

    def _transaction(self, path: str, body: bytes) -> dict[str, str]:
        signed = self.bank.signed_headers(path, body)
        return {name: signed[name] for name in ("X-TIMESTAMP", "X-PARTNER-ID", "Authorization", "X-SIGNATURE")}


def session_of(signer: Signer) -> requests.Session:
    """``trust_env`` off: no proxy and no credentials of this machine."""
    session = requests.Session()
    session.mount(ORIGIN, InProcess())
    session.auth = signer
    session.trust_env = False
    return session


def _raw(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1", "replace")
