"""MT940 by the library ``mt-940``, fed a thousand lines at a time."""

import logging
import re
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any, Final

from mt940 import Options
from mt940.models import Transactions

from perisai import written
from perisai.errors import Refused
from perisai.reconciliation.told import Statement, Told, rupiah
from perisai.tables.reading import Unreadable

logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)  # it logs what it cannot read, names and all

_OPTIONS: Final = Options(
    reversal_sign=True, case_insensitive_marks=True, unbounded_details=True, strip_bom=True, merge_keeps_values=True
)
_BLOCK: Final = re.compile(r"(?m)^(?=:20:)")
_LINE: Final = "\n:61:"
_ENVELOPE: Final = re.compile(r"(?m)^(?:-\}|\{).*$")
_AT_ONCE: Final = 1000
_NO_REFERENCE: Final = ("", "NONREF")


def looks_like(data: bytes) -> bool:
    return re.search(rb"(?m)^:20:", data[:4096]) is not None


def lines(data: bytes, statement: Statement) -> Iterator[Told]:
    """The lines of all statements of a file, one after the other; each adds up and begins where the one before ended."""
    number = 0
    for place, block in enumerate(_blocks(data), start=1):
        parsed = Transactions(processors={"post_transaction_details": []}, options=_OPTIONS)
        opening: int | None = None
        total = 0
        for piece in _pieces(block):
            for one in _parse(parsed, piece, number):
                number += 1
                told = _told(one.data, number)
                total += told.amount
                yield told
            if opening is None:
                opening = _balance(parsed, "opening_balance", place)
                _join(statement, str(parsed.data.get("account_identification") or ""), opening, place)
        closing = _balance(parsed, "closing_balance", place)
        if opening is None or opening + total != closing:
            raise Refused(
                "E4802",
                opening=written.rupiah(opening or 0),
                lines=written.rupiah(total),
                closing=written.rupiah(closing),
                place=f"MT940 {place}",
            )
        statement.closing, statement.last_on = closing, _day(parsed, place)


def _blocks(data: bytes) -> list[str]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    text = _ENVELOPE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return [block for block in _BLOCK.split(text) if block.startswith(":20:")]


def _pieces(block: str) -> Iterator[str]:
    """The head, then a thousand lines at a time; the closing balance stands in the last piece."""
    head, *told = block.split(_LINE)
    yield head
    found = iter(told)
    while some := list(islice(found, _AT_ONCE)):
        yield "".join(f"{_LINE}{one}" for one in some)


def _parse(parsed: Transactions, piece: str, number: int) -> list[Any]:
    parsed.transactions = []
    try:
        parsed.parse(piece)
    except Exception as error:  # the library has no error of its own: whatever it meets is a file that it cannot read
        raise Unreadable("broken", f"MT940, :61: {number + 1}-{number + _AT_ONCE}") from error
    return parsed.transactions


def _join(statement: Statement, account: str, opening: int, place: int) -> None:
    if not account:
        raise Unreadable("broken", ":25:")
    if statement.closing is None:
        statement.account, statement.opening = account, opening
        return
    if account != statement.account:
        raise Unreadable("broken", f":25: {place}")
    if opening != statement.closing:
        raise Refused(
            "E4803", former=written.rupiah(statement.closing), opening=written.rupiah(opening), place=f"MT940 {place}"
        )


def _balance(parsed: Transactions, name: str, place: int) -> int:
    for kind in ("final", "intermediate"):
        found = parsed.data.get(f"{kind}_{name}")
        if found is not None and found.amount is not None:
            if found.amount.currency != "IDR":
                raise Unreadable("broken", f"{found.amount.currency} / IDR")
            return rupiah(found.amount.amount, f":60: / :62: {place}")
    raise Unreadable("broken", ":60F:" if name.startswith("opening") else ":62F:")


def _day(parsed: Transactions, place: int) -> date:
    for kind in ("final", "intermediate"):
        found = parsed.data.get(f"{kind}_closing_balance")
        if found is not None and found.date is not None:
            return _plain(found.date)
    raise Unreadable("broken", f":62F: {place}")


def _told(data: dict[str, Any], number: int) -> Told:
    if data.get("date") is None or data.get("amount") is None:
        raise Unreadable("broken", f":61: {number}")
    references = [str(data.get(name) or "").strip() for name in ("bank_reference", "customer_reference")]
    reference = next((one for one in references if one not in _NO_REFERENCE), "")
    text = " ".join(
        str(data[name]).replace("\n", " ")
        for name in ("customer_reference", "bank_reference", "extra_details", "transaction_details")
        if data.get(name)
    )
    value_on = _plain(data["date"])
    booked = data.get("entry_date")
    amount = rupiah(data["amount"].amount, f":61: {number}")
    if amount == 0:
        raise Unreadable("broken", f":61: {number}: 0")
    return Told(number, _plain(booked) if booked else value_on, value_on, amount, reference, text)


def _plain(day: date) -> date:
    return date(day.year, day.month, day.day)
