"""What is checked before an organisation becomes an agency office, by day, from ``checks.yaml``."""

from datetime import date
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from perisai.rulefile import read_file


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    id: str
    en: str


class Item(_Strict):
    id: str
    """Indonesian."""
    en: str
    told: Words
    """As the applicant reads it."""
    paper: Words | None = None
    """What the applicant may send for it; None where there is nothing to send."""
    since: date
    until: date | None = None
    reference: str


class _File(_Strict):
    items: dict[str, Item]


@cache
def _items() -> dict[str, Item]:
    """Raises ``RulesError`` where the file is wrong."""
    return read_file(Path(__file__).parent / "checks.yaml", _File).items


def items_on(day: date) -> dict[str, Item]:
    """What is asked on a day, in the order of the file."""
    return {
        key: item for key, item in _items().items() if item.since <= day and (item.until is None or day < item.until)
    }
