"""Codes that a bank wants to know before anybody pays them: created after issue, updated when the amount changes, deleted when paid
or expired; a bank with a path for it (``paid``) is told first that a code was paid elsewhere. What fails is tried again, later each
time, and stands on the bank's page.

What the bank should know is worked out anew each time from open bills and orders, so nothing is ever forgotten.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
import orjson

from perisai.errors import Refused
from perisai.events import vault
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.snap import signature as snap
from perisai.payments.snap.answers import money
from perisai.payments.snap.client import PATHS, BankRefused, SnapClient
from perisai.payments.snap.exchange import BANK_ZONE

BATCH: Final = 200
TELLING: Final = timedelta(minutes=5)
"""How long a bank may go on asking what a code was for before: it is told every two minutes."""
SHOWN: Final = 50
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=6)
_KNOWN_ALREADY: Final = re.compile(r"409\d\d0[01]")
_NOT_KNOWN: Final = re.compile(r"404\d\d12")
_LOST: Final = {
    "create": (_KNOWN_ALREADY, "update"),
    "update": (_NOT_KNOWN, "create"),
    "delete": (_NOT_KNOWN, None),
    "paid": (_NOT_KNOWN, None),
}
_PAID: Final = {"paidStatus": "Y"}
_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.:-]{3,100}(/[A-Za-z0-9._/-]{1,80})?")

# Open bills by bill_open, orders by order_open; what is known by the primary key.
_WANTED: Final = """
WITH open AS (
  SELECT payment_code AS code, sum(amount)::bigint AS amount, max(pay_by) AS pay_by FROM contributions_bill
  WHERE branch_id = %(branch)s AND state = 'open' AND pay_by > %(now)s GROUP BY payment_code
  UNION ALL
  SELECT code, amount, pay_by FROM payments_order
  WHERE branch_id = %(branch)s AND state = 'open' AND pay_by > %(now)s AND broken_at IS NULL
), told AS (
  INSERT INTO payments_code_at_bank AS k (branch_id, bank_id, code, wanted, known, pay_by, tries, next_at, error, changed_at)
  SELECT %(branch)s, %(bank)s, code, amount, 0, pay_by, 0, %(now)s, '', %(now)s FROM open WHERE amount > 0
  ON CONFLICT (branch_id, bank_id, code) DO UPDATE
  SET wanted = excluded.wanted, pay_by = excluded.pay_by, tries = 0, next_at = excluded.next_at, changed_at = excluded.changed_at
  WHERE k.wanted <> excluded.wanted
)
UPDATE payments_code_at_bank k SET wanted = 0, tries = 0, next_at = %(now)s, changed_at = %(now)s
WHERE k.branch_id = %(branch)s AND k.bank_id = %(bank)s AND k.wanted > 0 AND NOT EXISTS (SELECT FROM open o WHERE o.code = k.code)
"""
# Kept before the bank is asked: an answer that does not come, or a worker that dies, leaves it with what nobody here knows of. Then
# it is told again, also where what is wanted has become what was known before (a code that is paid elsewhere meanwhile).
_ASKING: Final = """
UPDATE payments_code_at_bank SET is_unsure = true WHERE (branch_id, bank_id, code) IN (
  SELECT k.branch_id, k.bank_id, k.code FROM payments_code_at_bank k
  WHERE k.branch_id = %s AND k.bank_id = %s AND k.wanted <> k.known AND NOT k.is_unsure AND k.next_at <= %s
  ORDER BY k.next_at, k.code LIMIT %s FOR UPDATE OF k SKIP LOCKED)
"""
# Carried by code_at_bank_due, payments by notification_code; two workers never take the same code.
_DUE: Final = """
SELECT k.code, k.wanted, k.known, k.pay_by, k.tries, k.wanted = 0 AND EXISTS (
    SELECT FROM payments_notification n WHERE n.payment_code = k.code AND n.state = 'credited'
      AND n.received_at > k.changed_at - interval '1 day') AS is_paid
FROM payments_code_at_bank k
WHERE k.branch_id = %s AND k.bank_id = %s AND k.is_unsure AND k.next_at <= %s
ORDER BY k.next_at, k.code LIMIT %s FOR UPDATE OF k SKIP LOCKED
"""
_DONE: Final = """
UPDATE payments_code_at_bank SET known = %s, is_unsure = false, tries = 0, error = '', changed_at = %s
WHERE branch_id = %s AND bank_id = %s AND code = %s
"""
_FAILED: Final = """
UPDATE payments_code_at_bank SET tries = tries + 1, next_at = %s, error = %s WHERE branch_id = %s AND bank_id = %s AND code = %s
"""
_TOLD_OF: Final = "SELECT known FROM payments_code_at_bank WHERE branch_id = %s AND bank_id = %s AND code = %s"
_DESKS: Final = """
SELECT d.bank_id, d.origin, d.client_key, d.client_secret_sealed, d.private_key_sealed, d.paths, b.partner_service_id, b.padding
FROM payments_desk d JOIN payments_bank b ON b.id = d.bank_id WHERE d.is_open AND b.is_open AND b.channel = 'va' ORDER BY d.bank_id
"""
_SHOW: Final = """
SELECT k.branch_id, k.code, k.wanted, k.known, k.tries, k.next_at, k.error, o.name AS branch FROM payments_code_at_bank k
JOIN offices_office o ON o.id = k.branch_id
WHERE k.bank_id = %s AND (k.wanted <> k.known OR k.is_unsure) AND k.tries > 0 ORDER BY k.tries DESC, k.next_at LIMIT %s
"""
_SUMS: Final = """
SELECT count(*) FILTER (WHERE known > 0) AS known, coalesce(sum(known), 0)::bigint AS amount,
  count(*) FILTER (WHERE wanted <> known OR is_unsure) AS waiting, max(changed_at) FILTER (WHERE wanted = known) AS told_at
FROM payments_code_at_bank WHERE bank_id = %s
"""
_LAST: Final = """
SELECT k.code, k.known, k.pay_by, k.changed_at, o.name AS branch FROM payments_code_at_bank k
JOIN offices_office o ON o.id = k.branch_id WHERE k.bank_id = %s AND k.wanted = k.known ORDER BY k.changed_at DESC, k.code LIMIT 10
"""
_SAVE: Final = """
INSERT INTO payments_desk AS d (bank_id, origin, client_key, client_secret_sealed, private_key_sealed, paths, is_open)
VALUES (%(bank)s, %(origin)s, %(client_key)s, %(secret)s, %(private)s, %(paths)s, %(is_open)s)
ON CONFLICT (bank_id) DO UPDATE SET origin = excluded.origin, client_key = excluded.client_key, paths = excluded.paths,
  is_open = excluded.is_open, client_secret_sealed = coalesce(nullif(excluded.client_secret_sealed, ''), d.client_secret_sealed),
  private_key_sealed = coalesce(nullif(excluded.private_key_sealed, ''), d.private_key_sealed)
"""


def register_due(branch_id: int, now: datetime, *, client: Callable[..., SnapClient] = SnapClient) -> tuple[int, int]:
    """Tells every bank with a desk what it does not know yet of a branch's codes: (told, failed)."""
    with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(now)) as work:
        desks = work.dicts(_DESKS)
        for desk in desks:
            work.execute(_WANTED, {"branch": branch_id, "bank": desk["bank_id"], "now": now})
    told = failed = 0
    for desk in desks:
        caller = client(
            origin=desk["origin"],
            client_key=desk["client_key"],
            client_secret=vault.unseal(desk["client_secret_sealed"]),
            private_key=vault.unseal(desk["private_key_sealed"]),
            paths=orjson.loads(desk["paths"]),
        )
        done, wrong = _tell(branch_id, desk, caller, now)
        told, failed = told + done, failed + wrong
    return told, failed


def _tell(branch_id: int, desk: dict[str, Any], caller: SnapClient, now: datetime) -> tuple[int, int]:
    """The rows are held while the bank is asked, so that nobody else tells it the same; each answer is kept."""
    told = failed = 0
    asked = [branch_id, desk["bank_id"], now, BATCH]
    with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(now)) as work:
        work.execute(_ASKING, asked)
    with Work.open(scope=Scope.branch(branch_id), clock=FixedClock(now)) as work:
        for code, wanted, known, pay_by, tries, is_paid in work.rows(_DUE, asked):
            services = ["delete" if wanted == 0 else "create" if known == 0 else "update"]
            if is_paid and "paid" in caller.paths:
                services.insert(0, "paid")
            try:
                for service in services:
                    _bring(caller, service, _message(desk, code, wanted, pay_by), now)
            except (BankRefused, httpx.HTTPError) as error:
                wait = min(_FIRST_WAIT * 2 ** min(tries, 12), _LONGEST_WAIT)
                said = str(error)[:200] or type(error).__name__
                work.execute(_FAILED, [now + wait, said, branch_id, desk["bank_id"], code])
                failed += 1
                if isinstance(error, httpx.HTTPError):  # the bank is away: the others are asked for next time
                    break
                continue
            work.execute(_DONE, [wanted, now, branch_id, desk["bank_id"], code])
            told += 1
    return told, failed


def _bring(caller: SnapClient, service: str, message: dict[str, Any], now: datetime) -> None:
    """One call. Where an answer was lost, the bank knows already what we create, or no longer what we end: no failure."""
    try:
        caller.call(service, _PAID | message if service == "paid" else message, now)
    except BankRefused as refused:
        said, instead = _LOST[service]
        if not said.match(str(refused)):
            raise
        if instead:
            caller.call(instead, message, now)


def ask(desk: dict[str, Any], caller: SnapClient, code: str, now: datetime) -> dict[str, Any]:
    """What the bank knows of a code. Raises ``BankRefused``."""
    return caller.call("status", _account(desk, code) | {"trxId": code}, now)


def _message(desk: dict[str, Any], code: str, wanted: int, pay_by: datetime) -> dict[str, Any]:
    """Without a name: who pays sees it when the bank asks us."""
    message = _account(desk, code) | {"trxId": code}
    if wanted:
        message |= {
            "virtualAccountName": "IURAN BPJS",
            "totalAmount": money(wanted),
            "virtualAccountTrxType": "C",
            "expiredDate": pay_by.astimezone(BANK_ZONE).isoformat(timespec="seconds"),
            "additionalInfo": {"requestId": uuid4().hex},
        }
    return message


def _account(desk: dict[str, Any], code: str) -> dict[str, Any]:
    padded = str(desk["partner_service_id"]).rjust(8, desk["padding"])
    return {"partnerServiceId": padded, "customerNo": code, "virtualAccountNo": padded + code}


def told_of(work: Work, *, branch_id: int, bank_id: str, code: str) -> int | None:
    """What a bank with a desk asks for a code, as far as we know, rupiah; None where it was never told of it."""
    row = work.row(_TOLD_OF, [branch_id, bank_id, code])
    return row[0] if row else None


def has_desks() -> bool:
    with Work.open(scope=Scope.of([])) as work:
        return bool(work.rows(_DESKS))


def failed(work: Work, *, bank_id: str) -> list[dict[str, Any]]:
    """What the bank refused or did not answer, most often tried first."""
    return work.dicts(_SHOW, [bank_id, SHOWN])


def told(work: Work, *, bank_id: str) -> dict[str, Any]:
    """What the bank knows: how many codes, rupiah, how many wait to be told, when it was told last, and the ``last`` ten."""
    (sums,) = work.dicts(_SUMS, [bank_id])
    return sums | {"last": work.dicts(_LAST, [bank_id])}


def find_desk(work: Work, bank_id: str) -> dict[str, Any] | None:
    """Without the keys; ``paths`` as lines of ``service = path``."""
    rows = work.dicts("SELECT origin, client_key, paths, is_open FROM payments_desk WHERE bank_id = %s", [bank_id])
    if not rows:
        return None
    paths = orjson.loads(rows[0]["paths"])
    return rows[0] | {"paths": "\n".join(f"{service} = {path}" for service, path in paths.items())}


def save_desk(work: Work, *, bank_id: str, given: Mapping[str, str]) -> None:
    """Empty secret and key keep the present ones. Raises ``Refused`` E4911 with the field."""
    origin, client_key = given.get("origin", "").strip().rstrip("/"), given.get("client_key", "").strip()
    if not _ORIGIN.fullmatch(origin):
        raise Refused("E4911", field="origin")
    if not 3 <= len(client_key) <= 36 or not client_key.isprintable():
        raise Refused("E4911", field="client_key")
    secret, private = given.get("desk_secret", "").strip(), given.get("private_key", "").strip()
    is_known = find_desk(work, bank_id) is not None
    if not is_known and not (secret and private):
        raise Refused("E4911", field="desk_secret, private_key")
    if private:
        try:
            snap.sign_asymmetric(private.encode(), b"probe")
        except (ValueError, TypeError):
            raise Refused("E4911", field="private_key") from None
    row = {"bank": bank_id, "origin": origin, "client_key": client_key, "is_open": bool(given.get("is_open"))}
    row |= {"secret": vault.seal(secret.encode()) if secret else b"", "paths": _paths(given.get("paths", ""))}
    work.execute(_SAVE, row | {"private": vault.seal(private.encode()) if private else b""})


def _paths(text: str) -> str:
    found: dict[str, str] = {}
    for line in filter(None, (one.strip() for one in text.splitlines())):
        service, _, path = (part.strip() for part in line.partition("="))
        if service not in PATHS or not path.startswith("/"):
            raise Refused("E4911", field=f"paths: {line[:40]}")
        found[service] = path
    return orjson.dumps(found).decode()
