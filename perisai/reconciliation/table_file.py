"""A statement as CSV or spreadsheet: titles by the bank's setting, amounts as people write them, a running balance."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from perisai import written
from perisai.errors import Refused
from perisai.reconciliation.told import Statement, Told, rupiah
from perisai.tables.cell import read_day
from perisai.tables.reading import Limits, Unreadable, plain_title, read_cells

TITLES: Final = {
    "Tanggal": "booked_on", "Tanggal Transaksi": "booked_on", "Tgl": "booked_on", "Date": "booked_on",
    "Posting Date": "booked_on", "Tanggal Valuta": "value_on", "Value Date": "value_on", "Effective Date": "value_on",
    "Keterangan": "text", "Uraian": "text", "Description": "text", "Remark": "text", "Uraian Transaksi": "text",
    "Referensi": "reference", "No Referensi": "reference", "Reference": "reference", "Ref No": "reference",
    "Debit": "debit", "Debet": "debit", "Kredit": "credit", "Credit": "credit",
    "Jumlah": "amount", "Nominal": "amount", "Amount": "amount", "D/K": "sign", "DB/CR": "sign", "Jenis": "sign",
    "Saldo": "balance", "Balance": "balance", "No Rekening": "account", "Rekening": "account", "Account No": "account",
}  # fmt: skip
OURS: Final = ("booked_on", "value_on", "text", "reference", "debit", "credit", "amount", "sign", "balance", "account")
_ACCOUNT_TITLE: Final = re.compile(r"rek|account", re.IGNORECASE)
_MOST_BEFORE: Final = 30
"""Lines of a letterhead before the titles."""
_AMOUNT: Final = re.compile(
    r"(?P<minus>[-(]?)\s*(?:Rp|IDR)?\s*(?P<digits>\d[\d.,]*)\)?\s*(?P<sign>CR|DB|DR|K|D|C)?", re.IGNORECASE
)
_GROUPED: Final = re.compile(
    r"(?P<whole>\d{1,3}(?:(?P<mark>[.,])\d{3})(?:(?P=mark)\d{3})*)(?:(?!(?P=mark))[.,](?P<sen>\d{1,2}))?"
)
_PLAIN: Final = re.compile(r"(?P<whole>\d+)(?:[.,](?P<sen>\d{1,2}))?")
"""``1.234.567,00`` and ``1,234,567.00``; ``1234567,00`` and a workbook's ``1234567.5``. One of them, or it is no amount."""
_OUT: Final = ("D", "DB", "DR", "DEBIT", "DEBET")


def lines(data: bytes, columns: Mapping[str, str], statement: Statement, limits: Limits) -> Iterator[Told]:
    """The lines in order of time: a bank that writes the newest first is refused, for its balances run backwards."""
    rows = read_cells(_marked(data), limits)
    names = _find_titles(rows, columns, statement)
    number = 0
    for at, row in enumerate(rows, start=1):
        cells = {name: text for name, text in zip(names, row, strict=False) if name and text}
        booked_on = read_day(cells.get("booked_on", "")[:11].strip())
        if booked_on is None:
            _pass_over(cells, at)
            continue
        number += 1
        amount = _amount(cells, number)
        _run(statement, cells, amount, number, cells.get("account", ""))
        statement.last_on = max(booked_on, statement.last_on or booked_on)
        value_on = read_day(cells.get("value_on", "")[:11].strip()) or booked_on
        reference = cells.get("reference", "")
        yield Told(number, booked_on, value_on, amount, reference, " ".join([cells.get("text", ""), reference]).strip())
    if number == 0:
        raise Unreadable("empty")


def _marked(data: bytes) -> bytes:
    """The file with its dividing sign said: the letterhead above the titles may have none of it, or others."""
    if data[:2] in (b"PK", b"\xff\xfe", b"\xfe\xff", b"\xd0\xcf") or data.startswith(b"sep="):
        return data
    head = data.removeprefix(b"\xef\xbb\xbf").split(b"\n", _MOST_BEFORE + 1)[: _MOST_BEFORE + 1]
    mark = max((b";", b"\t", b","), key=lambda one: max(line.count(one) for line in head))
    return b"sep=" + mark + b"\n" + data.removeprefix(b"\xef\xbb\xbf") if data else data


def _find_titles(rows: Iterator[list[str]], columns: Mapping[str, str], statement: Statement) -> list[str]:
    ours = {plain_title(title): name for title, name in {**TITLES, **columns}.items()}
    for at, row in enumerate(rows):
        names = [ours.get(plain_title(text), "") for text in row]
        has_amount = "amount" in names or {"debit", "credit"} <= set(names)
        if "booked_on" in names and "balance" in names and has_amount:
            return names
        _note_account(row, statement)
        if at >= _MOST_BEFORE:
            break
    raise Unreadable("columns", "Tanggal, Keterangan, Debit + Kredit / Jumlah, Saldo")


def _note_account(row: list[str], statement: Statement) -> None:
    """The account's number stands in the letterhead, beside or after its title."""
    text = " ".join(row)
    if not statement.account and _ACCOUNT_TITLE.search(text):
        digits = re.search(r"\d[\d .-]{5,}\d", text)
        statement.account = digits[0] if digits else ""


def _pass_over(cells: dict[str, str], at: int) -> None:
    """Lines without a day (sums, page breaks) hold no movement; a movement without a readable day is not passed over."""
    if cells.get("booked_on") and (
        cells.get("balance") and (cells.get("amount") or cells.get("debit") or cells.get("credit"))
    ):
        raise Unreadable("broken", f"{cells['booked_on']}: {at}")


def _amount(cells: dict[str, str], number: int) -> int:
    if "amount" in cells:
        value, sign = _number(cells["amount"], number)
        mark = (cells.get("sign", "") or sign).strip().upper()
        amount = -abs(value) if mark in _OUT else value
    else:
        credit, _ = _number(cells.get("credit", "0"), number)
        debit, _ = _number(cells.get("debit", "0"), number)
        amount = credit - abs(debit)
    if amount == 0:
        raise Unreadable("broken", f"{number}: 0")
    return amount


def _run(statement: Statement, cells: dict[str, str], amount: int, number: int, account: str) -> None:
    balance, sign = _number(cells.get("balance", ""), number)
    if sign.upper() in _OUT:
        balance = -abs(balance)
    if statement.opening is None:
        statement.opening = statement.closing = balance - amount
    assert statement.closing is not None
    if statement.closing + amount != balance:
        raise Refused(
            "E4802",
            opening=written.rupiah(statement.closing),
            lines=written.rupiah(amount),
            closing=written.rupiah(balance),
            place=str(number),
        )
    statement.closing = balance
    if account:
        if statement.account and _digits(statement.account) != _digits(account):
            raise Unreadable("broken", f"{number}: {account[-4:]}")
        statement.account = account


def _number(text: str, number: int) -> tuple[int, str]:
    """Rupiah and the mark behind it: 1.234.567,00 and 1,234,567.00 CR and (5000) are all amounts."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise Unreadable("broken", f"{number}: {text[:20]}")
    parts = _GROUPED.fullmatch(found["digits"]) or _PLAIN.fullmatch(found["digits"])
    if parts is None:
        raise Unreadable("broken", f"{number}: {text[:20]}")
    whole = re.sub(r"[.,]", "", parts["whole"])
    amount = rupiah(Decimal(f"{whole}.{parts['sen'] or 0}"), str(number))
    return (-amount if found["minus"] else amount), found["sign"] or ""


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
