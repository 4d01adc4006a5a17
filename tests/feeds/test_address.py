"""What nothing may be sent to, and that what was looked at is what is called."""

import asyncio
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from perisai.errors import Refused
from perisai.feeds import address
from tests.feeds.receiver import SECONDS, Receiver

PRIVATE = (
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
    "224.0.0.1", "192.0.0.8", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "fec0::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:7f00:1::",
    "2002:a00:1::1", "2001:0:53aa:64c:0:0:0:0", "2001:db8::1", "::127.0.0.1",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "203.130.196.5", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1")


@pytest.mark.parametrize("text", PRIVATE)
def test_address_that_is_no_public_servers_is_refused(text: str) -> None:
    assert not address.is_public(ip_address(text))
    with pytest.raises(Refused, match="E5406"):
        address.parse(f"https://{f'[{text}]' if ':' in text else text}/hook")


@pytest.mark.parametrize("text", PUBLIC)
def test_public_address_is_none_of_them(text: str) -> None:
    assert address.is_public(ip_address(text))


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example.org/", "ftp://hooks.example.org/", "https://user:pw@hooks.example.org/", "https://hooks.example.org/#a",
     "https://localhost/hook", "https://intranet/hook", "https:///hook", "https://hooks.example.org:99999/", "https://[::1/",
     "https://hooks.example.org\\@10.0.0.1/", "https://hooks .example.org/", "https://hooks.example.org/\r\nX: y", "file:///etc/passwd",
     "https://hóoks.example.org/", "https://-a.example.org/", "", "https://" + "a" * 600 + ".org/", "https://127.0.0.1/", "gopher://x.y/"],
)  # fmt: skip
def test_odd_address_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="E5406"):
        address.parse(url)


def test_this_machine_is_reached_only_where_the_setting_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="E5406"):
        address.parse("http://127.0.0.1:8080/hook")
    monkeypatch.setenv("PERISAI_FEEDS_LOCAL", "1")
    assert address.parse("http://127.0.0.1:8080/hook").is_local
    for url in ("http://10.0.0.1/hook", "http://169.254.169.254/latest", "http://hooks.example.org/"):
        with pytest.raises(Refused, match="E5406"):
            address.parse(url)


def _resolves(monkeypatch: pytest.MonkeyPatch, *texts: str) -> list[str]:
    """Every name has these addresses; answers the list of what was asked for."""
    asked: list[str] = []

    async def getaddrinfo(self: Any, host: str, port: int, **options: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port)) for one in texts]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "texts", [("127.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("8.8.8.8", "::1"), ("::ffff:192.168.0.1",), ()]
)
def test_name_that_points_inside_is_not_called(monkeypatch: pytest.MonkeyPatch, texts: tuple[str, ...]) -> None:
    """Also where only one of its addresses does: that is how a name is turned round between two looks."""
    _resolves(monkeypatch, *texts)
    answer = address.post(address.parse("https://hooks.example.org/"), content=b"[]", headers={})
    assert answer.status is None
    assert answer.problem == ("private address" if texts else "unknown host")


def _certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(server's, client's): a certificate of this name that the client trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(private + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


@pytest.mark.parametrize(("name", "status"), [("hooks.example.org", 200), ("another.example.org", None)])
def test_name_is_looked_up_once_and_its_certificate_is_what_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, status: int | None
) -> None:
    server, client = _certificate(tmp_path, name)
    asked = _resolves(monkeypatch, "127.0.0.1")
    monkeypatch.setattr(address, "is_public", lambda one: True)
    heads: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            line, _peer = listening.accept()
            line.settimeout(SECONDS)
            try:
                with server.wrap_socket(line, server_side=True) as safe:
                    read = b""
                    while not read.endswith(b"\r\n\r\n[]"):  # all of it, or closing would cut the line
                        read += safe.recv(5000)
                    heads.append(read)
                    safe.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            except OSError:
                line.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listening.getsockname()[1]
        answer = address.post(
            address.parse(f"https://hooks.example.org:{port}/a?b=c"), content=b"[]", headers={}, verify=client
        )
        thread.join(SECONDS)
    assert asked == ["hooks.example.org"], "not a second time"
    assert answer.status == status, answer
    if status:
        assert heads[0].startswith(b"POST /a?b=c HTTP/1.1\r\n")
        assert f"Host: hooks.example.org:{port}\r\n".encode() in heads[0]


def test_receiver_that_drips_is_cut_off_in_time(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    """Each byte comes before a reader would lose patience; the clock runs over all of it."""
    monkeypatch.setattr(address, "TOTAL", 0.5)
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            line, _peer = listening.accept()
            with line:
                try:
                    while not ended.wait(0.05):
                        line.sendall(b"H")
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        target = address.parse(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        answer = address.post(target, content=b"[]", headers={})
        ended.set()
        thread.join(SECONDS)
    assert answer.status is None
    assert answer.took_ms < 60_000


def test_no_proxy_of_the_machine_is_asked(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9/")
    assert address.post(address.parse(receiver.url), content=b"[]", headers={}).status == 204
