"""A branch's channels, budget and hours, changed by its head: the only writer of ``messages_channel`` and ``messages_settings``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, Final, LiteralString

import orjson

from perisai.errors import Refused
from perisai.events import vault, world
from perisai.events.work import Happened, Work
from perisai.messages import channel
from perisai.messages.models import ChannelKind, Provider

MOST_BUDGET: Final = 1_000_000_000
MOST_COST: Final = 100_000
_SPANS: Final = (("opens", "closes"), ("ramadan_opens", "ramadan_closes"))
_SAVE_WAY: LiteralString = """
INSERT INTO messages_channel AS c (branch_id, kind, position, is_on, provider, settings_sealed, cost, changed_at, changed_by)
VALUES (%(branch)s, %(kind)s, %(position)s, %(is_on)s, %(provider)s, %(sealed)s, %(cost)s, %(now)s, %(by)s)
ON CONFLICT (branch_id, kind) DO UPDATE SET position = excluded.position, is_on = excluded.is_on, provider = excluded.provider,
  settings_sealed = CASE WHEN excluded.settings_sealed IS NOT NULL THEN excluded.settings_sealed
    WHEN c.provider = excluded.provider THEN c.settings_sealed END,
  cost = excluded.cost, changed_at = excluded.changed_at, changed_by = excluded.changed_by
RETURNING settings_sealed IS NOT NULL
"""
_SAVE: LiteralString = """
INSERT INTO messages_settings (branch_id, budget, opens, closes, ramadan_opens, ramadan_closes, on_sundays, on_holidays,
  changed_at, changed_by)
VALUES (%(branch)s, %(budget)s, %(opens)s, %(closes)s, %(ramadan_opens)s, %(ramadan_closes)s, %(on_sundays)s, %(on_holidays)s,
  %(now)s, %(by)s)
ON CONFLICT (branch_id) DO UPDATE SET budget = excluded.budget, opens = excluded.opens, closes = excluded.closes,
  ramadan_opens = excluded.ramadan_opens, ramadan_closes = excluded.ramadan_closes, on_sundays = excluded.on_sundays,
  on_holidays = excluded.on_holidays, changed_at = excluded.changed_at, changed_by = excluded.changed_by
"""
_LIST: LiteralString = """
SELECT kind, position, is_on, provider, cost, settings_sealed IS NOT NULL AS has_settings FROM messages_channel
WHERE branch_id = %s
"""


@dataclass(frozen=True)
class Shown:
    """A channel as its form shows it; what is sealed is never shown again. Rupiah."""

    kind: str
    position: int
    is_on: bool
    provider: str
    cost: int
    has_settings: bool


def channels(work: Work, *, branch_id: int) -> list[Shown]:
    """All kinds, those of the branch in its order; a kind without a row is off. One statement."""
    rows = {row["kind"]: Shown(**row) for row in work.dicts(_LIST, [branch_id])}
    costs = channel.default_costs()
    has_own = bool(rows)
    for position, kind in enumerate(ChannelKind.values):
        is_sms = kind == ChannelKind.SMS
        provider = Provider.OPERATOR if is_sms else Provider.APPRISE
        rows.setdefault(kind, Shown(kind, position, is_sms and not has_own, provider, costs[kind], False))
    return sorted(rows.values(), key=lambda one: (one.position, one.kind))


def save_channel(work: Work, *, branch_id: int, kind: str, given: Mapping[str, str]) -> None:
    """An empty address keeps the sealed one. Raises E4603 with the field, E9607 for an address in practice."""
    provider = given.get("provider", "")
    if kind not in ChannelKind or provider not in Provider:
        raise Refused("E4603", field="provider")
    told = _told(provider, given)
    if told is not None and world.is_practice():
        raise Refused("E9607")
    if told is not None or provider == Provider.OPERATOR:
        channel.check(kind, provider, told or {})
    saved = work.row(
        _SAVE_WAY,
        {
            "branch": branch_id,
            "kind": kind,
            "position": _number(given, "position", 9),
            "is_on": bool(given.get("is_on")),
            "provider": provider,
            "sealed": vault.seal(orjson.dumps(told)) if told is not None else None,
            "cost": _number(given, "cost", MOST_COST),
            "now": work.now,
            "by": work.actor.user_id,
        },
    )
    if provider != Provider.OPERATOR and given.get("is_on") and not (saved and saved[0]) and not channel.is_simulated():
        raise Refused("E4603", field="url")
    work.report(Happened(kind="message_settings_changed", branch_id=branch_id, detail={"channel": kind}))


def save_settings(work: Work, *, branch_id: int, given: Mapping[str, str]) -> None:
    """Raises E4603 with the field."""
    times = {name: _time(given, name) for pair in _SPANS for name in pair}
    for opens, closes in _SPANS:
        if times[opens] >= times[closes]:
            raise Refused("E4603", field=opens)
    work.execute(
        _SAVE,
        {
            "branch": branch_id,
            "budget": _number(given, "budget", MOST_BUDGET),
            **times,
            "on_sundays": bool(given.get("on_sundays")),
            "on_holidays": bool(given.get("on_holidays")),
            "now": work.now,
            "by": work.actor.user_id,
        },
    )
    work.report(Happened(kind="message_settings_changed", branch_id=branch_id, detail={"channel": ""}))


def _told(provider: str, given: Mapping[str, str]) -> dict[str, Any] | None:
    """What is to be sealed, None to keep what is there."""
    url = given.get("url", "").strip()
    if provider == Provider.OPERATOR or not url:
        return None
    if len(url) > 1000 or "\x00" in url:
        raise Refused("E4603", field="url")
    if provider == Provider.APPRISE:
        return {"url": url}
    return {"url": url, "headers": _object(given, "headers"), "body": _object(given, "body")}


def _object(given: Mapping[str, str], name: str) -> Any:
    try:
        found = orjson.loads(given.get(name, "").strip() or "{}")
    except ValueError:
        raise Refused("E4603", field=name) from None
    if not isinstance(found, dict):
        raise Refused("E4603", field=name)
    return found


def _number(given: Mapping[str, str], name: str, most: int) -> int:
    digits = given.get(name, "").strip().removeprefix("Rp").replace(".", "")
    if not digits.isascii() or not digits.isdigit() or int(digits[:12]) > most:
        raise Refused("E4603", field=name)
    return int(digits)


def _time(given: Mapping[str, str], name: str) -> time:
    try:
        return time.fromisoformat(given.get(name, "").strip())
    except ValueError:
        raise Refused("E4603", field=name) from None
