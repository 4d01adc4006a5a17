"""What a form, an address or a cookie gives as text, read: ids, days and whole numbers. Pure.

``find_*`` answers None where the text is none of it, ``get_*`` refuses it with the caller's error.
"""

import re
from datetime import date
from typing import Any
from uuid import UUID

from perisai.errors import Refused

_GROUPED = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+|[0-9]+")


def find_id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def get_id(text: str | None, code: str, **blanks: Any) -> UUID:
    """Raises ``Refused`` with ``code``, its ``blanks`` filled."""
    found = find_id(text)
    if found is None:
        raise Refused(code, **blanks)
    return found


def find_day(text: str | None) -> date | None:
    """``2026-11-22``, as the fields of a browser send it."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def get_day(text: str | None, code: str, **blanks: Any) -> date:
    """Raises ``Refused`` with ``code``, its ``blanks`` filled."""
    found = find_day(text)
    if found is None:
        raise Refused(code, **blanks)
    return found


def find_number(text: str | None, digits: int = 9) -> int | None:
    """A whole number from 0 of at most so many digits: nine fit a column of the database."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= digits else None


def find_grouped(text: str | None, digits: int = 9) -> int | None:
    """As ``find_number``, also with its thousands parted by points as people here write them; ``1.5`` is none."""
    bare = (text or "").strip()
    return find_number(bare.replace(".", ""), digits) if _GROUPED.fullmatch(bare) else None
