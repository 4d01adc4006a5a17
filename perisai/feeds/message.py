"""What a web hook sends: a branch's events as a batch of CloudEvents 1.0 in JSON, signed as Standard Webhooks says.

Of the source, the world is a part: a receiver can never take a demo's or a practice's events for real ones."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks import Webhook

from perisai.events import vault, world
from perisai.events.ids import uuid7

BATCH_TYPE: Final = "application/cloudevents-batch+json"
PREFIX: Final = "whsec_"
_FORMAT: Final = JSONFormat()


@dataclass(frozen=True)
class Message:
    """``id`` stays the same however often it is tried."""

    id: str
    content: bytes


def batch(events: Sequence[dict[str, Any]], *, subscription_id: UUID, rounds: int) -> Message:
    """Of events as ``reading.page`` gives them, of one branch, in order and not empty."""
    first, last = events[0], events[-1]
    name = f"{subscription_id.hex}-{rounds}-{first['branch']}-{first['number']}-{last['number']}"
    return Message(name, b"[" + b",".join(_write(event) for event in events) + b"]")


def sample(subscription_id: UUID, now: datetime) -> Message:
    """One event of a kind of its own, of no branch and without a number."""
    attributes = {
        "specversion": "1.0",
        "id": str(uuid7()),
        "source": f"urn:perisai:{world.kind()}:test",
        "type": "perisai.test",
        "time": now.astimezone(UTC),
        "datacontenttype": "application/json",
    }
    event = CloudEvent(attributes, {"subscription": str(subscription_id)})
    return Message(f"{subscription_id.hex}-test-{attributes['id']}", b"[" + _FORMAT.write(event) + b"]")


def headers(message: Message, *, sealed: Sequence[bytes], now: datetime) -> dict[str, str]:
    """Signed by each of the secrets: while one takes the other's place, either verifies."""
    moment = now.astimezone(UTC)
    body = message.content.decode()
    signatures = [Webhook(vault.unseal(secret)).sign(message.id, moment, body) for secret in sealed]
    return {
        "Content-Type": f"{BATCH_TYPE}; charset=utf-8",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def new_secret(raw: bytes = b"") -> tuple[str, bytes]:
    """(as it is shown once, as it is kept); ``raw`` where it is known beforehand."""
    raw = raw or secrets.token_bytes(32)
    return show_secret(raw), vault.seal(raw)


def show_secret(raw: bytes) -> str:
    return PREFIX + base64.b64encode(raw).decode()


def _write(event: dict[str, Any]) -> bytes:
    attributes = {
        "specversion": "1.0",
        "id": str(event["id"]),
        "source": f"urn:perisai:{world.kind()}:branch:{event['branch']}",
        "type": f"perisai.{event['kind']}",
        "time": event["received_at"].astimezone(UTC),
        "datacontenttype": "application/json",
        "sequence": f"{event['number']:019d}",
        "partitionkey": str(event["branch"]),
    }
    if event["subject"] is not None:
        attributes["subject"] = str(event["subject"])
    # Ids and days as text, as the API says them.
    return _FORMAT.write(CloudEvent(attributes, orjson.loads(orjson.dumps(event))))
