"""The programme's figures about agents and their offices by day, from ``rules/agents.yaml``."""

from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict

from perisai.contributions.rules.in_force import DIRECTORY
from perisai.rulefile import read_file


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Value(_Strict):
    value: int
    reference: str


class Figure(_Strict):
    what: str
    unit: str
    values: dict[date, _Value]

    def on(self, day: date) -> int:
        """Before the first day that is known, the first value."""
        known = [since for since in sorted(self.values) if since <= day]
        return self.values[known[-1] if known else min(self.values)].value


class _File(_Strict):
    figures: dict[str, Figure]


@cache
def figures() -> dict[str, Figure]:
    """Raises ``RulesError`` where the file is wrong."""
    return read_file(DIRECTORY / "agents.yaml", _File).figures


def figure(name: str, on: date) -> int:
    """The value in force on a day. Raises ``KeyError`` for a name that the file does not have."""
    return figures()[name].on(on)
