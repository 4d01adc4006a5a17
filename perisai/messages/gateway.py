"""The operator's SMS gateway: one HTTP POST of JSON a text, its shape given by settings.

PERISAI_SMS_URL       where to; without it nothing can be sent
PERISAI_SMS_HEADERS   a JSON object of headers, such as {"Authorization": "Bearer ..."}
PERISAI_SMS_BODY      a JSON object; {phone} (+62812...), {digits} (62812...), {text} and {id} are filled in
PERISAI_SMS_TIMEOUT   seconds
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import orjson
from django.conf import settings

from perisai import keys
from perisai.events import world

_BODY = '{"to": "{phone}", "text": "{text}", "id": "{id}"}'
_PASSING = frozenset({408, 425, 429})
"""Refusals of a client's request that may succeed later."""


class NotSent(Exception):
    """The gateway did not take it. ``is_final``: it never will. The text names a status or a kind, never a number."""

    def __init__(self, problem: str, *, is_final: bool) -> None:
        super().__init__(problem)
        self.problem = problem
        self.is_final = is_final


@dataclass(frozen=True)
class Gateway:
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = field(default_factory=lambda: orjson.loads(_BODY))
    timeout: float = 10.0

    def send(self, *, message_id: UUID, phone: str, text: str) -> str:
        """Hands a text over; answers what the gateway calls it. Raises ``NotSent``. The same id again is the same text."""
        values = {"phone": phone, "digits": phone.lstrip("+"), "text": text, "id": str(message_id)}
        content = orjson.dumps(_fill(self.body, values))
        headers = {"Content-Type": "application/json", **self.headers}
        try:
            answer = httpx.post(self.url, content=content, headers=headers, timeout=self.timeout)
        except httpx.TimeoutException:
            raise NotSent("timeout", is_final=False) from None
        except httpx.HTTPError as error:
            raise NotSent(type(error).__name__, is_final=False) from None
        if answer.is_success:
            return _reference(answer)
        is_final = answer.is_client_error and answer.status_code not in _PASSING
        raise NotSent(f"HTTP {answer.status_code}", is_final=is_final)


def find_gateway(environment: Mapping[str, str] = os.environ) -> Gateway | None:
    """The one of the settings; in a demo without settings the simulated one, which shows texts on a page; in practice always
    that one, whatever the settings say. Raises ``ValueError`` for unreadable JSON."""
    if world.is_practice():
        return _simulated()
    url = environment.get("PERISAI_SMS_URL", "")
    if url:
        return Gateway(
            url=url,
            headers=_object(environment.get("PERISAI_SMS_HEADERS") or "{}"),
            body=_object(environment.get("PERISAI_SMS_BODY") or _BODY),
            timeout=float(environment.get("PERISAI_SMS_TIMEOUT") or 10),
        )
    return _simulated() if settings.IS_DEMO else None


def _simulated() -> Gateway:
    """A page of this very world."""
    return Gateway(
        url=f"{settings.ORIGIN}/simulate/sms/send",
        headers={"Authorization": f"Bearer {keys.get('sms_sim').decode()}"},
    )


def _object(text: str) -> Any:
    found = orjson.loads(text)
    if not isinstance(found, dict):
        raise ValueError("PERISAI_SMS_HEADERS and PERISAI_SMS_BODY are JSON objects")
    return found


def _fill(part: Any, values: Mapping[str, str]) -> Any:
    """The template with its words filled in; inside strings only, so that no text can change the shape."""
    if isinstance(part, dict):
        return {name: _fill(value, values) for name, value in part.items()}
    if isinstance(part, list):
        return [_fill(value, values) for value in part]
    if isinstance(part, str):
        pieces = part
        for name in ("phone", "digits", "id", "text"):
            pieces = pieces.replace(f"{{{name}}}", values[name])
        return pieces
    return part


def _reference(answer: httpx.Response) -> str:
    """The gateway's own number of the text, where it says one in a common way."""
    try:
        told = answer.json()
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    found = next((told[name] for name in ("id", "message_id", "messageId", "reference") if told.get(name)), "")
    return str(found)[:100] if isinstance(found, str | int) else ""
