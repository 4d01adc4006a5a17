"""Reads forms of staff pages: what cannot be read is E9209 with the field."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.errors import Refused
from perisai.given import find_number, get_day, get_id


def whole(given: Mapping[str, str], field: str, default: int | None = None) -> int:
    text = given.get(field, "").strip()
    if not text and default is not None:
        return default
    found = find_number(text)
    if found is None:
        raise Refused("E9209", field=field)
    return found


def day(given: Mapping[str, str], field: str) -> date:
    return get_day(given.get(field), "E9209", field=field)


def day_or_none(given: Mapping[str, str], field: str) -> date | None:
    return day(given, field) if given.get(field, "").strip() else None


def moment(given: Mapping[str, str], field: str, timezone: str) -> datetime:
    """``2026-11-22T09:00`` on the branch's clock."""
    try:
        at = datetime.fromisoformat(given.get(field, ""))
    except ValueError:
        raise Refused("E9209", field=field) from None
    if at.tzinfo is not None or not 2000 <= at.year < 2200:
        raise Refused("E9209", field=field)
    return at.replace(tzinfo=ZoneInfo(timezone))


def key(given: Mapping[str, str], field: str) -> UUID:
    return get_id(given.get(field), "E9209", field=field)


def point(given: Mapping[str, str], field: str) -> tuple[float, float] | None:
    """``-1.61012, 103.60734``, as maps copy it; None where nothing is written."""
    text = given.get(field, "").strip()
    if not text:
        return None
    found = re.fullmatch(r"(-?\d{1,2}(?:\.\d{1,12})?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d{1,12})?)", text, re.ASCII)
    if found is None:
        raise Refused("E9209", field=field)
    return float(found[1]), float(found[2])
