"""qr/qr-mpm-generate (service 47): QRIS codes that the acquirer issues, asked for at our desk there when somebody wants to pay.

Request and answer by SNAP BI as acquirers publish it: ``partnerReferenceNo``, ``amount``, ``merchantId``, ``validityPeriod``; then
``qrContent``. A code is kept for its sum while it is valid, so that a page that is looked at again asks nobody. Other ways to pay
stand beside it: an acquirer that is away costs a moment once, and then nothing for a while.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, LiteralString

import httpx
import orjson

from perisai.events import vault
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.banks import qris
from perisai.payments.banks.qris import Merchant
from perisai.payments.snap.answers import money
from perisai.payments.snap.client import BankRefused, SnapClient
from perisai.payments.snap.exchange import BANK_ZONE

TIMEOUT: Final = 4.0
"""Somebody looks at the page meanwhile."""
LONGEST: Final = timedelta(hours=24)
PAUSE: Final = timedelta(minutes=2)
MOST_ASKED: Final = 99
"""Of one payment code: whoever wants more than that pays in another way."""

_AWAY: Final[dict[str, datetime]] = {}
"""Banks that did not answer this process, until when none of its payers waits for them again, whatever their code."""

# By the beginning of the primary key.
_KEPT: LiteralString = """
SELECT serial, amount, content, valid_until FROM payments_qris_code
WHERE branch_id = %s AND bank_id = %s AND code = %s ORDER BY serial DESC LIMIT 1
"""
_KEEP: LiteralString = """
INSERT INTO payments_qris_code (branch_id, bank_id, code, serial, amount, content, error, asked_at, valid_until)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_DESK: LiteralString = """
SELECT origin, client_key, client_secret_sealed, private_key_sealed, paths FROM payments_desk WHERE bank_id = %s
"""


def content(
    merchant: Merchant,
    *,
    branch_id: int,
    code: str,
    amount: int,
    until: datetime,
    now: datetime,
    client: Callable[..., SnapClient] = SnapClient,
) -> str | None:
    """The payload that pays ``amount`` rupiah for a payment code; None where the acquirer has none to give. Two who look at
    once ask once."""
    with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(now)) as work:
        work.execute("SELECT pg_advisory_xact_lock(hashtextextended('qris' || %s, %s))", [code, branch_id])
        row = work.row(_KEPT, [branch_id, merchant.bank_id, code])
        serial, known, kept, valid_until = row or (0, 0, "", now)
        if valid_until > now and (not kept or known == amount):
            return kept or None
        desk = work.row(_DESK, [merchant.bank_id])
        if desk is None or serial >= MOST_ASKED or _AWAY.get(merchant.bank_id, now) > now:
            return None
        end = min(until, now + LONGEST)
        try:
            with httpx.Client(timeout=TIMEOUT) as http:
                made, error = _ask(_caller(desk, client, http), merchant, f"{code}-{serial + 1}", amount, end, now), ""
        except (BankRefused, httpx.HTTPError) as failure:
            if isinstance(failure, httpx.HTTPError):
                _AWAY[merchant.bank_id] = now + PAUSE
            made, error, end = "", str(failure)[:200] or type(failure).__name__, now + PAUSE
        values = [branch_id, merchant.bank_id, code, serial + 1, amount, made, error, now, end]
        work.execute(_KEEP, values)
    return made or None


def _ask(caller: SnapClient, merchant: Merchant, reference: str, amount: int, end: datetime, now: datetime) -> str:
    """Raises ``BankRefused``, also for an answer that would have somebody pay another sum, and ``httpx.HTTPError``."""
    message = {
        "partnerReferenceNo": reference,
        "amount": money(amount),
        "merchantId": merchant.merchant_id,
        "validityPeriod": end.astimezone(BANK_ZONE).isoformat(timespec="seconds"),
        "additionalInfo": {},
    }
    made = caller.call("qris", message, now).get("qrContent")
    if not isinstance(made, str) or len(made) > 512:
        raise BankRefused("no qrContent")
    try:
        found = qris.fields(made)
    except ValueError as wrong:
        raise BankRefused(f"qrContent: {wrong}") from None
    said = found.get("54", "").partition(".")
    if said[0] != str(amount) or said[2].strip("0") or found.get("53") != "360":
        raise BankRefused("qrContent: another sum")
    return made


def _caller(
    desk: tuple[str, str, bytes, bytes, str], client: Callable[..., SnapClient], http: httpx.Client
) -> SnapClient:
    origin, client_key, secret, private, paths = desk
    return client(
        origin=origin,
        client_key=client_key,
        client_secret=vault.unseal(secret),
        private_key=vault.unseal(private),
        paths=orjson.loads(paths),
        http=http,
    )
