"""``/kuitansi/``: is this receipt genuine, and where is the money? For anybody, without an account, without script."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from perisai.accounts import limit
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.custody import parts, settle
from perisai.custody.signed import Forged, SignedReceipt, open_text
from perisai.events.clock import Clock, SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day

LOOKS: Final = 60
GUESSES: Final = 10
PER: Final = timedelta(minutes=1)

_FIELDS: LiteralString = """
SELECT r.id, r.signed, r.amount, r.kind, r.is_whole, r.state, r.captured_at, r.received_at, r.due_on, r.settled_at, r.void_at,
  r.agent_id, a.code AS agent_code, a.full_name AS agent_name,
  coalesce(r.number, b.series || '/' || r.page, r.said_number) AS number,
  (SELECT sum(l.settled)::bigint FROM custody_line l WHERE l.branch_id = r.branch_id AND l.receipt_id = r.id) AS settled
FROM custody_receipt r
JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id
LEFT JOIN custody_book b ON b.branch_id = r.branch_id AND b.id = r.book_id
"""
# Carried by receipt_number_once; the second is a receipt whose number was taken, found by what it said.
_FIND: LiteralString = (
    _FIELDS
    + "WHERE r.branch_id = %(branch)s AND (r.number = %(number)s OR r.said_number = %(number)s AND r.signed = %(signed)s)"
)
_BY_NUMBER: LiteralString = _FIELDS + "WHERE r.branch_id = %s AND r.number = %s AND r.amount = %s"
# A series is some branch's: books carry the branch's number.
_BY_PAGE: LiteralString = _FIELDS + "WHERE r.branch_id = %s AND b.series = %s AND r.page = %s AND r.amount = %s"
_PHONE: LiteralString = """
SELECT d.state, d.ended_at, n.device_id = d.id, n.why_unused, a.code, a.full_name, a.state
FROM accounts_device d
JOIN agents_agent a ON a.branch_id = d.branch_id AND a.id = d.agent_id
LEFT JOIN custody_number n ON n.branch_id = d.branch_id AND n.number = %s
WHERE d.branch_id = %s AND d.id = %s
"""
_OFFICE: LiteralString = "SELECT name, address, timezone FROM offices_office WHERE id = %s"


@dataclass
class Checked:
    """``state``: ``settled``, ``part``, ``held``, ``missing`` (genuine, not delivered), ``phone_off`` (signed after the phone was
    switched off), ``denied`` (the number was said to be unused), ``void``, ``differs`` (its number is another's), ``forged``."""

    state: str
    office: tuple[Any, ...] | None = None
    receipt: dict[str, Any] = field(default_factory=dict)
    signed: SignedReceipt | None = None
    agent_code: str = ""
    agent_name: str = ""
    phone_ended: bool = False
    is_overdue: bool = False
    programmes: list[tuple[str, int]] = field(default_factory=list)
    """(programme, rupiah) of the whole, nobody's in particular."""

    @property
    def is_genuine(self) -> bool:
        return self.state in ("settled", "part", "held", "missing", "void")


@public
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """By number and sum, as they stand on paper or in a text. Raises E1005 as ``check``."""
    number = re.sub(r"\s", "", request.GET.get("nomor", "")).upper()[:40]
    amount = _rupiah(request.GET.get("jumlah", ""))
    asked = {"asked": number, "asked_amount": request.GET.get("jumlah", "")[:20]}
    if not number or amount is None:
        return _page(request, asked | {"no_amount": amount is None and bool(asked["asked_amount"].strip())}, 200)
    clock = SystemClock()
    _count(request, clock)
    found = _by_number(number, amount, clock)
    if found is None:
        _guess(request, clock)
        return _page(request, asked | {"unknown": True}, 404)
    return _page(request, {"found": found}, 200)


@public
@require_safe
def check(request: HttpRequest, text: str) -> HttpResponse:
    """By the code of a receipt. Raises E1005 after 60 looks or 10 forged ones in a minute from one address."""
    clock = SystemClock()
    _count(request, clock)
    try:
        signed, raw = open_text(text[:1000])
    except Forged:
        _guess(request, clock)
        return _page(request, {"found": Checked("forged")}, 404)
    return _page(request, {"found": _look(signed, raw, clock)}, 200)


def _look(signed: SignedReceipt, raw: bytes, clock: Clock) -> Checked:
    branch = signed.certificate.branch_id
    with Work(scope=Scope.branch(branch), clock=clock) as work:
        office = work.row(_OFFICE, [branch])
        phone = work.row(_PHONE, [signed.said.number, branch, signed.certificate.device_id])
        if office is None or phone is None:
            return Checked("forged")
        rows = work.dicts(_FIND, {"branch": branch, "number": signed.said.number, "signed": raw})
        same = [row for row in rows if bytes(row["signed"] or b"") == raw]
        if same:
            return _delivered(work, branch, same[0], office, signed)
    return _not_delivered(signed, phone, office, is_taken=bool(rows))


def _not_delivered(
    signed: SignedReceipt, phone: tuple[Any, ...], office: tuple[Any, ...], *, is_taken: bool
) -> Checked:
    _state, ended_at, is_leased, why_unused, code, name, _agent = phone
    is_off = ended_at is not None and signed.said.captured_at > ended_at
    if is_taken or not is_leased:
        state = "differs"
    else:
        state = "phone_off" if is_off else "denied" if why_unused else "missing"
    return Checked(state, office, {}, signed, code, name, phone_ended=ended_at is not None)


def _delivered(
    work: Work, branch: int, row: dict[str, Any], office: tuple[Any, ...], signed: SignedReceipt | None
) -> Checked:
    """What stands now: the bank may have confirmed it a moment ago."""
    if row["state"] == "held":
        agent: UUID = row["agent_id"]
        settle.settle(work, branch_id=branch, agent_id=agent)
        row = work.dicts(_FIELDS + "WHERE r.branch_id = %s AND r.id = %s", [branch, row["id"]])[0]
    state = "part" if row["state"] == "held" and row["settled"] else row["state"]
    today = branch_day(work.now, office[2])
    return Checked(
        state,
        office,
        row,
        signed,
        row["agent_code"],
        row["agent_name"],
        is_overdue=state == "held" and row["due_on"] < today,
        programmes=parts.of_whole(work, branch_id=branch, receipt_id=row["id"], amount=row["amount"])
        if state != "void"
        else [],
    )


def _by_number(number: str, amount: int, clock: Clock) -> Checked | None:
    series, _slash, page = number.rpartition("/")
    digits = number[1:5] if number.startswith("K") else series.partition("-")[0]
    if not digits.isdecimal() or len(digits) > 6 or (series and not page.isdecimal()):
        return None
    branch = int(digits)
    with Work(scope=Scope.branch(branch), clock=clock) as work:
        office = work.row(_OFFICE, [branch])
        if series:
            rows = work.dicts(_BY_PAGE, [branch, series, int(page[:6]), amount])
        else:
            rows = work.dicts(_BY_NUMBER, [branch, number, amount])
        return _delivered(work, branch, rows[0], office, None) if rows and office else None


def _rupiah(text: str) -> int | None:
    digits = text.replace("Rp", "").replace(".", "").replace(" ", "").strip()
    return int(digits) if digits.isdecimal() and 0 < len(digits) < 12 else None


def _count(request: HttpRequest, clock: Clock) -> None:
    ip, now = client_ip(request), clock.now()
    limit.check(kind="receipt_guess", key=ip, limit=GUESSES, per=PER, now=now)
    limit.take(kind="receipt_look", key=ip, limit=LOOKS, per=PER, now=now)


def _guess(request: HttpRequest, clock: Clock) -> None:
    limit.take(kind="receipt_guess", key=client_ip(request), limit=GUESSES, per=PER, now=clock.now())


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    response = render(request, "custody/check.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response
