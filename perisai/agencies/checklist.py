"""What is checked before an organisation becomes an agency office, by day, from ``checks.yaml``."""

from datetime import date
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from perisai.contributions.rulefile import read_file


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    """Indonesian."""
    en: str
    since: date
    until: date | None = None
    reference: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

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
