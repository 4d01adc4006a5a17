"""Where events may be sent to, and the one call that sends them.

A subscription's address is somebody's free text, and the server stands where others do not: so only https, only to public
addresses, and the address that was looked at is the one that is called. No redirect is followed, no body is read, and a clock runs
over all of it. ``PERISAI_FEEDS_LOCAL=1`` allows http to 127.0.0.1 as well, for trying out on one machine."""

import asyncio
import os
import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from perisai.errors import Refused

CONNECT: Final = 5.0
TOTAL: Final = 15.0
"""Seconds from looking the name up to the status line of the answer."""
MOST: Final = 500
_HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LOCAL: Final = ("127.0.0.1", "localhost")
_NAT64: Final = bytes.fromhex("0064ff9b0000000000000000")
_ASSIGNED: Final = IPv4Network("192.0.0.0/24")
"""Of protocols, no server's; newer versions of the library know it."""


class NotReached(Exception):
    """No answer: the text says in a word why, and names nobody."""


@dataclass(frozen=True)
class Target:
    """An address that may be tried. ``is_local``: this machine's own, allowed by a setting or in the demo."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    is_local: bool

    @property
    def name(self) -> str:
        """As the header ``Host`` says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


@dataclass(frozen=True)
class Answer:
    """``status`` None: none came, and ``problem`` says why. ``retry_after``: seconds that the other side asked for."""

    status: int | None
    problem: str = ""
    took_ms: int = 0
    retry_after: int | None = None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def parse(url: str) -> Target:
    """Raises E5406 for what may never be called. A name is looked up only when it is called, each time anew."""
    if not url.isascii() or not url.isprintable() or " " in url or not 10 <= len(url) <= MOST:
        raise Refused("E5406", field="url")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise Refused("E5406", field="url") from None
    if parts.username is not None or parts.password is not None or parts.fragment or "\\" in url:
        raise Refused("E5406", field="url")
    is_local = _is_own(url) or (_may_be_local() and host in _LOCAL)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        raise Refused("E5406", field="https")
    literal = _literal(host)
    if literal is None and (not _HOST.fullmatch(host) or ("." not in host and not is_local)):
        raise Refused("E5406", field="host")
    if literal is not None and not is_local and not is_public(literal):
        raise Refused("E5406", field="private")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(url, parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path, is_local)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is one server's on the internet; what an IPv6 address wraps is looked at as well."""
    if isinstance(address, IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if wrapped is None and address.packed[:12] == _NAT64:
            wrapped = IPv4Address(address.packed[12:])
        if wrapped is not None:
            return is_public(wrapped)
        if address.teredo is not None or address.is_site_local:
            return False
    elif address in _ASSIGNED:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def post(target: Target, *, content: bytes, headers: Mapping[str, str], verify: ssl.SSLContext | bool = True) -> Answer:
    """Hands it over, at most once. Never raises for what the other side or the line does."""
    begun = time.monotonic()
    try:
        status, retry_after = asyncio.run(asyncio.wait_for(_post(target, content, headers, verify), TOTAL))
    except TimeoutError:
        return Answer(None, "timeout", _since(begun))
    except NotReached as failed:
        return Answer(None, str(failed), _since(begun))
    except httpx.TimeoutException:
        return Answer(None, "timeout", _since(begun))
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, UnicodeError) as error:
        return Answer(None, type(error).__name__, _since(begun))
    return Answer(status, "" if 200 <= status < 300 else f"HTTP {status}", _since(begun), retry_after)


async def _post(
    target: Target, content: bytes, headers: Mapping[str, str], verify: ssl.SSLContext | bool
) -> tuple[int, int | None]:
    address = await _resolve(target)
    host = f"[{address}]" if ":" in address else address
    url = f"{target.scheme}://{host}:{target.port}{target.path}"
    sent = {**headers, "Host": target.name, "User-Agent": "Perisai-Feeds/1", "Accept": "*/*"}
    # The name is still what the certificate must be of; only the looking up is not done a second time.
    extensions = {"sni_hostname": target.host} if target.scheme == "https" else {}
    async with (
        httpx.AsyncClient(
            trust_env=False, follow_redirects=False, verify=verify, timeout=httpx.Timeout(TOTAL, connect=CONNECT)
        ) as client,
        client.stream("POST", url, content=content, headers=sent, extensions=extensions) as answer,
    ):
        wait = answer.headers.get("Retry-After", "")
        return answer.status_code, int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 8 else None


async def _resolve(target: Target) -> str:
    """An address of the name, all of whose addresses are public: one that is not would be the next one that is called."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotReached("unknown host") from None
    addresses = sorted(
        {ip_address(str(one[4][0]).split("%")[0]) for one in found}, key=lambda one: (one.version, one.packed)
    )
    if not addresses:
        raise NotReached("unknown host")
    if not target.is_local and not all(is_public(one) for one in addresses):
        raise NotReached("private address")
    if target.is_local and not _is_own(target.url) and not all(one.is_loopback for one in addresses):
        raise NotReached("private address")
    return str(addresses[0])


def _may_be_local() -> bool:
    return os.environ.get("PERISAI_FEEDS_LOCAL") == "1"


def _is_own(url: str) -> bool:
    """The simulated receiver of the demo, a page of this very world."""
    return settings.IS_DEMO and url.startswith(f"{settings.ORIGIN}/simulate/receiver/")


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)
