"""How a bank speaks with us, changed by head office."""

import re
from collections.abc import Mapping
from typing import Any

from perisai.errors import Refused
from perisai.events import vault, world
from perisai.events.work import Work
from perisai.payments.snap import signature as snap

_UPDATE = """
UPDATE payments_bank SET name = %(name)s, client_key = %(client_key)s, public_key = %(public_key)s,
  partner_service_id = %(partner_service_id)s, padding = %(padding)s, signature_scheme = %(signature_scheme)s,
  external_id_reuse = %(external_id_reuse)s, clock_skew_seconds = %(clock_skew_seconds)s,
  token_seconds = %(token_seconds)s, channel = %(channel)s, amounts = %(amounts)s, fee_rupiah = %(fee_rupiah)s,
  is_open = %(is_open)s,
  client_secret_sealed = coalesce(%(secret)s, client_secret_sealed)
WHERE id = %(id)s
"""

_INSERT = """
INSERT INTO payments_bank (id, name, client_key, client_secret_sealed, public_key, partner_service_id, padding,
  signature_scheme, external_id_reuse, clock_skew_seconds, token_seconds, channel, amounts, fee_rupiah, is_open,
  is_demo)
VALUES (%(id)s, %(name)s, %(client_key)s, %(secret)s, %(public_key)s, %(partner_service_id)s, %(padding)s,
  %(signature_scheme)s, %(external_id_reuse)s, %(clock_skew_seconds)s, %(token_seconds)s, %(channel)s,
  %(amounts)s, %(fee_rupiah)s, %(is_open)s, false)
ON CONFLICT DO NOTHING RETURNING id
"""

_TAKEN = "SELECT 1 FROM payments_bank WHERE client_key = %s AND id <> %s"
_END_TOKENS = "DELETE FROM payments_bank_token WHERE bank_id = %s"

CHOICES: dict[str, tuple[str, ...]] = {
    "padding": (" ", "0"),
    "signature_scheme": ("symmetric", "asymmetric"),
    "external_id_reuse": ("conflict", "replay"),
    "channel": ("va", "nik"),
    "amounts": ("closed", "open"),
}
_TEXTS = {
    "name": re.compile(r"\S.{1,79}"),
    "client_key": re.compile(r"[\x21-\x7e]{3,36}"),
    "partner_service_id": re.compile(r"[0-9]{1,8}"),
}
_BOUNDS = {"clock_skew_seconds": (10, 3600), "token_seconds": (60, 3600), "fee_rupiah": (0, 100_000)}
_ID = re.compile(r"[a-z0-9-]{2,20}")
SHORTEST_SECRET = 16


def save(work: Work, *, bank_id: str, given: Mapping[str, str], is_new: bool = False) -> None:
    """Checks and writes all settings of a bank; its access tokens end, so that the new ones hold at once.

    An empty ``client_secret`` keeps the present one. Raises E4010 with the field, E9607 in practice.
    """
    if world.is_practice():
        raise Refused("E9607")
    settings = _checked(bank_id, given, is_new=is_new)
    if work.row(_TAKEN, [settings["client_key"], bank_id]):
        raise Refused("E4010", field="client_key")
    if is_new:
        if work.row(_INSERT, settings) is None:
            raise Refused("E4010", field="id")
        return
    work.execute(_UPDATE, settings)
    work.execute(_END_TOKENS, [bank_id])


def _checked(bank_id: str, given: Mapping[str, str], *, is_new: bool) -> dict[str, Any]:
    if is_new and not _ID.fullmatch(bank_id):
        raise Refused("E4010", field="id")
    settings: dict[str, Any] = {"id": bank_id, "is_open": bool(given.get("is_open"))}
    for name, form in _TEXTS.items():
        settings[name] = given.get(name, "").strip()
        if not form.fullmatch(settings[name]):
            raise Refused("E4010", field=name)
    for name, choices in CHOICES.items():
        settings[name] = given.get(name, "")
        if settings[name] not in choices:
            raise Refused("E4010", field=name)
    for name, (least, most) in _BOUNDS.items():
        text = given.get(name, "").strip()
        if not text.isdecimal() or len(text) > 9 or not least <= int(text) <= most:
            raise Refused("E4010", field=name)
        settings[name] = int(text)
    settings["public_key"] = read_public_key(given.get("public_key", ""))
    settings["secret"] = read_secret(given.get("client_secret", ""), is_new=is_new)
    return settings


def read_public_key(text: str) -> str:
    """PEM of an RSA key of 2048 bits or more. Raises E4010."""
    pem = text.strip().replace("\r\n", "\n") + "\n"
    try:
        key = snap.public_key(pem)
    except snap.UnreadableKey:
        raise Refused("E4010", field="public_key") from None
    if key.key_size < 2048:
        raise Refused("E4010", field="public_key")
    return pem


def read_secret(text: str, *, is_new: bool) -> bytes | None:
    """Sealed; None to keep the present one. Raises E4010."""
    secret = text.strip()
    if not secret and not is_new:
        return None
    if len(secret) < SHORTEST_SECRET:
        raise Refused("E4010", field="client_secret")
    return vault.seal(secret.encode())
