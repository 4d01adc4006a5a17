"""What a simulated phone keeps in ``DATA/run``: key, chain and outbox. Written before anything is sent, as on a real one."""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from perisai.web.demo.people import DemoAgent
from perisai.web.simulate.phone import Phone


@dataclass
class Handset:
    agent: DemoAgent
    phone: Phone
    is_offline: bool = False
    last: dict[str, Any] | None = None
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Bodies of enrolments that the server has not answered, by op."""
    codes: list[str] = field(default_factory=list)
    """Payment codes that the server has leased to it."""

    @classmethod
    def new(cls, agent: DemoAgent, client: httpx.Client) -> "Handset":
        return cls(agent, Phone(client))

    def push(self) -> list[dict[str, Any]]:
        return self.phone.push()


def remember(handset: Handset) -> None:
    phone = handset.phone
    kept = {
        "key": phone.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        "device": phone.device,
        "seq": phone.seq,
        "head": phone.head,
        "outbox": [base64.b64encode(line).decode() for line in phone.outbox],
    }
    file = _file(handset.agent)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(kept))
    fresh.rename(file)


def recall(agent: DemoAgent, client: httpx.Client) -> Handset | None:
    """The agent's phone of an earlier run; None where there is none that can be read."""
    try:
        kept = json.loads(_file(agent).read_text())
        key = serialization.load_pem_private_key(kept["key"].encode(), password=None)
        outbox = [base64.b64decode(line) for line in kept["outbox"]]
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        phone = Phone(client, key, kept["device"], seq=kept["seq"], head=kept["head"], outbox=outbox)
    except (OSError, ValueError, KeyError, AssertionError):
        return None
    bodies = {data["id"]: data["body"] for data in map(json.loads, outbox) if data["kind"] == "enrol"}
    return Handset(agent, phone, bodies=bodies)


def forget(handset: Handset) -> None:
    """A phone that was revoked does not come back."""
    _file(handset.agent).unlink(missing_ok=True)


def _file(agent: DemoAgent) -> Path:
    return Path(settings.DATA) / "run" / "simulated-phones" / f"{agent.id}.json"
