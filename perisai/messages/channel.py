"""The ways by which an office writes: in which order, by which gateway, at what cost. Others ask ``ways`` and ``Way.send``.

Mostly a branch; what is written to people of offices above goes by the number of that office, which has no ways of its own and so
those of the installation.

A way hands one message to one gateway: the operator's (settings of the installation), an HTTP gateway of the branch's own, or a
service of the library apprise. It answers what the gateway calls it, or raises ``NotSent``.
"""

import math
import os
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from urllib.parse import quote, urlsplit
from uuid import UUID

import orjson
from django.conf import settings as installation

from perisai import keys
from perisai.errors import Refused
from perisai.events import vault, world
from perisai.events.work import Work
from perisai.messages.gateway import Gateway, NotSent
from perisai.messages.hours import Hours
from perisai.messages.models import ChannelKind, Provider
from perisai.messages.rules import message_rules

PART: Final = 153
"""Letters of one part of a text that is longer than one."""
WHOLE: Final = 160

_WAYS: LiteralString = """
SELECT kind, provider, settings_sealed, cost, is_on FROM messages_channel WHERE branch_id = %s ORDER BY position, kind
"""
_SETTINGS: LiteralString = """
SELECT budget, opens, closes, ramadan_opens, ramadan_closes, on_sundays, on_holidays FROM messages_settings WHERE branch_id = %s
"""


@dataclass(frozen=True)
class Receiver:
    """``phone`` as ``+62812...`` or ''; ``email`` or ''."""

    phone: str
    email: str = ""

    def has(self, kind: str) -> bool:
        return bool(self.email if kind == ChannelKind.EMAIL else self.phone)


@dataclass(frozen=True)
class Way:
    kind: str
    cost: int
    """Rupiah a message, or a part of an SMS."""
    gateway: Gateway | None = None
    service: str = ""
    """An apprise URL with the receiver's place in it."""

    def cost_of(self, body: str) -> int:
        if self.kind != ChannelKind.SMS or len(body) <= WHOLE:
            return self.cost
        return self.cost * math.ceil(len(body) / PART)

    def send(self, *, message_id: UUID, to: Receiver, body: str) -> str:
        """What the gateway calls it. Raises ``NotSent``."""
        if self.gateway is not None:
            address = to.email if self.kind == ChannelKind.EMAIL else to.phone
            return self.gateway.send(message_id=message_id, phone=address, text=body)
        return _notify(self.service, message_id, to, body)


@dataclass(frozen=True)
class Policy:
    """What a branch says of its messages, with what the rules say where it says nothing."""

    budget: int
    hours: Hours


def ways(work: Work, *, branch_id: int, operator: Gateway | None) -> list[Way]:
    """In the order of fallback; without one that is on the operator's gateway, and the installation's e-mail last where the
    office has set none. In practice and in a demo without a gateway of the installation all ways end at the simulated one. One
    statement."""
    own = work.rows(_WAYS, [branch_id])
    rows = [row[:4] for row in own if row[4]]
    if not rows:
        rows = [(ChannelKind.SMS.value, Provider.OPERATOR.value, None, message_rules().costs["sms"].rupiah)]
    found = [_way(kind, provider, sealed, cost, operator) for kind, provider, sealed, cost in rows]
    found.append(None if any(row[0] == ChannelKind.EMAIL for row in own) else operator_email())
    return [way for way in found if way is not None]


def policy(work: Work, *, branch_id: int) -> Policy:
    """One statement."""
    rules = message_rules()
    row = work.row(_SETTINGS, [branch_id]) or (None,) * 7
    budget, *spans, on_sundays, on_holidays = row
    normal, ramadan = rules.hours.normal, rules.hours.ramadan
    return Policy(
        budget=rules.budget.rupiah_a_month if budget is None else int(budget),
        hours=Hours(
            opens=spans[0] or normal.opens,
            closes=spans[1] or normal.closes,
            ramadan_opens=spans[2] or ramadan.opens,
            ramadan_closes=spans[3] or ramadan.closes,
            on_sundays=rules.hours.on_sundays if on_sundays is None else on_sundays,
            on_holidays=rules.hours.on_holidays if on_holidays is None else on_holidays,
        ),
    )


def is_simulated() -> bool:
    return world.is_practice() or bool(installation.IS_DEMO)


def simulated(kind: str) -> Gateway:
    """A page of this very world that shows what came, over real HTTP."""
    return Gateway(
        url=f"{installation.ORIGIN}/simulate/sms/send?channel={quote(kind)}",
        headers={"Authorization": f"Bearer {keys.get('sms_sim').decode()}"},
    )


def check(kind: str, provider: str, told: dict[str, Any]) -> None:
    """Raises ``Refused`` E4603 where settings cannot be used: no service of this kind, no receiver in the address, no HTTPS."""
    if provider == Provider.OPERATOR:
        if kind != ChannelKind.SMS:
            raise Refused("E4603", field="provider")
        return
    url = str(told.get("url", ""))
    if provider == Provider.HTTP:
        if urlsplit(url).scheme != "https" or kind == ChannelKind.EMAIL:
            raise Refused("E4603", field="url")
        body = orjson.dumps(told.get("body")).decode()
        if not isinstance(told.get("headers"), dict) or "{text}" not in body or not _names(body):
            raise Refused("E4603", field="body")
        return
    if url.partition("://")[0] not in message_rules().services[kind] or not _names(url):
        raise Refused("E4603", field="url")
    if _service(url, Receiver("+6281200000000", "a@example.com")) is None:
        raise Refused("E4603", field="url")


def _names(text: str) -> bool:
    return any(place in text for place in ("{digits}", "{phone}", "{email}"))


def _way(kind: str, provider: str, sealed: bytes | None, cost: int, operator: Gateway | None) -> Way | None:
    if is_simulated() and (provider != Provider.OPERATOR or kind != ChannelKind.SMS):
        return Way(kind, cost, simulated(kind))
    if provider == Provider.OPERATOR:
        return Way(kind, cost, operator) if operator is not None else None
    told = orjson.loads(vault.unseal(sealed)) if sealed else {}
    if provider == Provider.HTTP:
        return Way(kind, cost, Gateway(url=told["url"], headers=told["headers"], body=told["body"]))
    return Way(kind, cost, service=told["url"])


def operator_email() -> Way | None:
    """By ``PERISAI_EMAIL_URL``: an apprise address with ``{email}`` where the receiver stands. None where none can be used."""
    if is_simulated():
        return Way(ChannelKind.EMAIL, 0, simulated(ChannelKind.EMAIL))
    url = os.environ.get("PERISAI_EMAIL_URL", "")
    if url.partition("://")[0] not in message_rules().services["email"] or "{email}" not in url:
        return None
    return Way(ChannelKind.EMAIL, 0, service=url)


def _service(url: str, to: Receiver) -> Any:
    """The apprise service of an address, None where the library cannot read it. The library is heavy, and only senders need it."""
    import apprise

    places = {"{digits}": to.phone.lstrip("+"), "{phone}": to.phone, "{email}": to.email}
    for place, value in places.items():
        url = url.replace(place, quote(value, safe="@+" if place == "{email}" else "+"))
    return apprise.Apprise.instantiate(url, suppress_exceptions=True)


def _notify(url: str, message_id: UUID, to: Receiver, body: str) -> str:
    """One message to one receiver. The library tells no reason that could be shown without what it logs, which names people."""
    del message_id  # no service takes one: what was sent twice after a crash comes twice
    service = _service(url, to)
    if service is None:
        raise NotSent("address", is_final=True)
    try:
        taken = service.notify(body=body, title="PERISAI")
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises; its words may quote the number
        raise NotSent(type(error).__name__, is_final=False) from None
    if not taken:
        raise NotSent("refused", is_final=False)
    return ""


def default_costs() -> dict[str, int]:
    """Rupiah by kind, as the rules say."""
    return {kind: cost.rupiah for kind, cost in message_rules().costs.items()}
