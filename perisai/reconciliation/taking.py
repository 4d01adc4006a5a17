"""Takes a statement: all of it, or nothing with the reason. What was taken joins the one before without gap or overlap."""

import hashlib
import re
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from perisai.errors import Refused
from perisai.events import vault
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.payments.codes.code import mask_nik
from perisai.reconciliation import matching, reading
from perisai.reconciliation.told import Statement, Told
from perisai.written import rupiah

JAKARTA: Final = ZoneInfo("Asia/Jakarta")
LONGEST: Final = timedelta(days=400)
"""From a statement's first day to its last: a line of another year is a slip, and would open each day between."""
_AT_ONCE: Final = 2000
_NAME_LENGTH: Final = 120

# The account's row is the lock of all that is done with a bank's statements.
_LOCK = """
SELECT a.number_hash, a.number_masked, a.columns, b.partner_service_id, b.channel
FROM reconciliation_account a JOIN payments_bank b ON b.id = a.bank_id WHERE a.bank_id = %s FOR UPDATE OF a
"""
_SAME = "SELECT taken_at FROM reconciliation_statement WHERE account_id = %s AND sha256 = %s"
_FORMER = """
SELECT last_on, closing FROM reconciliation_statement WHERE account_id = %s ORDER BY last_on DESC LIMIT 1
"""
_KEEP_LINES = """
INSERT INTO reconciliation_line (id, statement_id, bank_id, number, booked_on, value_on, amount, reference, code, tokens,
  told_sealed, state)
SELECT l.id, %(statement)s, %(bank)s, l.number, l.booked_on, l.value_on, l.amount, l.reference, l.code,
  string_to_array(l.tokens, ' '), l.told, 'open'
FROM unnest(%(ids)s::uuid[], %(numbers)s::int[], %(booked)s::date[], %(value)s::date[], %(amounts)s::bigint[],
  %(references)s::text[], %(codes)s::text[], %(tokens)s::text[], %(told)s::bytea[])
  AS l (id, number, booked_on, value_on, amount, reference, code, tokens, told)
"""
_KEEP = """
INSERT INTO reconciliation_statement (id, account_id, name, form, sha256, first_on, last_on, opening, closing, lines, credits,
  debits, taken_at, taken_by)
VALUES (%(id)s, %(bank)s, %(name)s, %(form)s, %(sha256)s, %(first_on)s, %(last_on)s, %(opening)s, %(closing)s, %(lines)s,
  %(credits)s, %(debits)s, %(now)s, %(by)s)
"""
_KEEP_DAYS = """
INSERT INTO reconciliation_day (bank_id, day, opened_at, sums)
SELECT %s, d::date, %s, '{}' FROM generate_series(%s::date, %s::date, interval '1 day') AS d ON CONFLICT DO NOTHING
"""


def take(work: Work, *, bank_id: str, name: str, data: bytes) -> UUID:
    """Keeps the statement and its lines, opens its days and matches them. Whoever comes second with the same file waits and is
    refused. Raises ``Refused`` E4801-E4806, E4810 with nothing kept."""
    rows = work.rows(_LOCK, [bank_id])
    if not rows:
        raise Refused("E4810", field="account")
    number_hash, masked, columns, service_id, channel = rows[0]
    sha256 = hashlib.sha256(data).digest()
    same = work.row(_SAME, [bank_id, sha256])
    if same:
        raise Refused("E4805", at=f"{same[0].astimezone(JAKARTA):%d-%m-%Y %H.%M}")
    statement_id = uuid7()
    statement = reading.read(data, orjson.loads(columns))
    sums = _keep_lines(work, statement, statement_id, bank_id, service_id if channel == "va" else None)
    _check_account(statement, bytes(number_hash), masked)
    first_on, last_on = _days(work, bank_id, statement, sums)
    work.execute(
        _KEEP,
        {
            "id": statement_id,
            "bank": bank_id,
            "name": re.sub(r"[^\w .()-]", "", name)[-_NAME_LENGTH:],
            "form": statement.form,
            "sha256": sha256,
            "first_on": first_on,
            "last_on": last_on,
            "opening": statement.opening,
            "closing": statement.closing,
            "lines": sums["lines"],
            "credits": sums["credits"],
            "debits": sums["debits"],
            "now": work.now,
            "by": work.actor.user_id,
        },
    )
    work.execute(_KEEP_DAYS, [bank_id, work.now, first_on, last_on])
    matching.match(work, bank_id=bank_id)
    return statement_id


def account_hash(number: str) -> bytes:
    return vault.keyed_hash("bank_account", re.sub(r"\D", "", number))


def _keep_lines(
    work: Work, statement: Statement, statement_id: UUID, bank_id: str, service_id: str | None
) -> dict[str, Any]:
    sums: dict[str, Any] = {"lines": 0, "credits": 0, "debits": 0, "first_on": None, "last_on": None}
    lines = iter(statement.lines)
    while some := list(islice(lines, _AT_ONCE)):
        _add(sums, some)
        work.execute(
            _KEEP_LINES,
            {
                "statement": statement_id,
                "bank": bank_id,
                "ids": [uuid7() for _ in some],
                "numbers": [one.number for one in some],
                "booked": [one.booked_on for one in some],
                "value": [one.value_on for one in some],
                "amounts": [one.amount for one in some],
                "references": [_unnamed(one.reference) for one in some],
                "codes": ["" if service_id is None else reading.code_of(one.text, service_id) for one in some],
                "tokens": [" ".join(reading.tokens_of(one.text, one.reference)) for one in some],
                "told": [vault.seal(one.text.encode()) for one in some],
            },
        )
    return sums


def _add(sums: dict[str, Any], some: list[Told]) -> None:
    sums["lines"] += len(some)
    sums["credits"] += sum(one.amount for one in some if one.amount > 0)
    sums["debits"] -= sum(one.amount for one in some if one.amount < 0)
    days = [one.booked_on for one in some]
    sums["first_on"] = min([*days, *filter(None, [sums["first_on"]])])
    sums["last_on"] = max([*days, *filter(None, [sums["last_on"]])])


def _unnamed(reference: str) -> str:
    """A reference as screens may show it: a NIK in it is masked."""
    return re.sub(r"(?<!\d)\d{16}(?!\d)", lambda found: mask_nik(found[0]), reference)[:128]


def _check_account(statement: Statement, number_hash: bytes, masked: str) -> None:
    digits = re.sub(r"\D", "", statement.account)
    if account_hash(digits) != number_hash:
        raise Refused("E4806", account=mask_account(digits), ours=masked)


def mask_account(digits: str) -> str:
    return "*" * max(len(digits) - 4, 0) + digits[-4:] if digits else "-"


def _days(work: Work, bank_id: str, statement: Statement, sums: dict[str, Any]) -> tuple[date, date]:
    """The days that the statement covers, from the day after the former one's last."""
    if statement.opening is None or statement.closing is None or statement.last_on is None:
        raise Refused("E4801", why={"id": "saldo", "en": "balance"})
    first_on = min(sums["first_on"] or statement.last_on, statement.last_on)
    last_on = max(sums["last_on"] or statement.last_on, statement.last_on)
    if last_on > work.now.astimezone(JAKARTA).date() + timedelta(days=1):
        raise Refused("E4801", why=f"{last_on:%d-%m-%Y}")
    if last_on - first_on > LONGEST:
        raise Refused("E4801", why=f"{first_on:%d-%m-%Y} - {last_on:%d-%m-%Y}")
    former = work.row(_FORMER, [bank_id])
    if former is None:
        return first_on, last_on
    if first_on <= former[0]:
        raise Refused("E4804", last=f"{former[0]:%d-%m-%Y}", first=f"{first_on:%d-%m-%Y}")
    if statement.opening != former[1]:
        raise Refused(
            "E4803", former=rupiah(former[1]), opening=rupiah(statement.opening), place=f"{first_on:%d-%m-%Y}"
        )
    return former[0] + timedelta(days=1), last_on
