"""Reads a bank's statement: MT940, or a table (CSV, XLSX) whose columns the bank's setting names. Pure.

Line by line, so that a statement of hundreds of thousands of lines never stands in memory as objects. What does not add up or
cannot be read raises ``Refused`` with the place; whoever stores lines does so in one transaction, and keeps nothing of it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from perisai.errors import Refused
from perisai.reconciliation import mt940_file, table_file
from perisai.reconciliation.told import Statement, Told
from perisai.tables.reading import Limits, Unreadable

LIMITS: Final = Limits(size=96 * 1024**2, rows=400_000, unpacked=512 * 1024**2, columns=32)
_TOKEN: Final = re.compile(r"[A-Za-z0-9]*[0-9][A-Za-z0-9]*(?:[-./][A-Za-z0-9]+)*")
_DIGITS: Final = re.compile(r"(?<![0-9])[0-9]{12,28}(?![0-9])")
_NIK_LENGTH: Final = 16
_CODE_LENGTH: Final = 12
_MOST_TOKENS: Final = 24
_TOKEN_LENGTH: Final = range(6, 129)


def read(data: bytes, columns: Mapping[str, str]) -> Statement:
    """``columns``: our names by the bank's titles, beside the usual ones. Raises ``Refused``, as iterating ``lines`` does: E4801
    cannot be read, E4802 does not add up."""
    statement = Statement("mt940" if mt940_file.looks_like(data) else "table", iter(()))
    if len(data) > LIMITS.size:
        raise Refused("E4801", why=LIMITS.said_size)
    if statement.form == "mt940" and b"\x00" in data:
        raise Refused("E4801", why="NUL")
    statement.lines = _lines(data, columns, statement)
    return statement


def _lines(data: bytes, columns: Mapping[str, str], statement: Statement) -> Iterator[Told]:
    try:
        if statement.form == "mt940":
            yield from mt940_file.lines(data, statement)
        else:
            yield from table_file.lines(data, columns, statement, LIMITS)
    except Unreadable as error:
        raise Refused("E4801", why=error.said) from None


def tokens_of(text: str, reference: str) -> list[str]:
    """Words that may be a reference or the id of a request: with a digit in them; a NIK is none of them."""
    found = dict.fromkeys([reference, *_TOKEN.findall(text)])
    return [token for token in found if len(token) in _TOKEN_LENGTH and not _is_nik(token)][:_MOST_TOKENS]


def code_of(text: str, service_id: str) -> str:
    """The payment code in a line: twelve digits, alone or after the bank's own number for us. Empty where there is none."""
    for digits in _DIGITS.findall(text):
        if len(digits) == _CODE_LENGTH:
            return str(digits)
        if service_id and digits[:-_CODE_LENGTH].lstrip("0") == service_id.lstrip("0"):
            return str(digits[-_CODE_LENGTH:])
    return ""


def _is_nik(token: str) -> bool:
    return len(token) == _NIK_LENGTH and token.isdecimal()
