"""How much cash an agent may hold and for how long, from ``rules/custody.yaml``."""

from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict

from perisai.contributions.rules.in_force import DIRECTORY
from perisai.rulefile import read_file


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Name(_Strict):
    id: str
    en: str


class AgentClass(_Strict):
    name: _Name
    from_month: int


class _Value(_Strict):
    value: int
    reference: str


class CustodyRules(_Strict):
    classes: dict[str, AgentClass]
    limits: dict[str, dict[date, _Value]]
    deadline_days: dict[date, _Value]

    def class_of(self, since: date | None, on: date) -> str:
        """By whole months since the first licence; without one, the lowest class."""
        months = 0 if since is None else (on.year - since.year) * 12 + on.month - since.month - (on.day < since.day)
        reached = [name for name, one in self.classes.items() if one.from_month <= max(months, 0)]
        return max(reached, key=lambda name: self.classes[name].from_month)

    def limit(self, agent_class: str, on: date) -> int:
        return _on(self.limits[agent_class], on)

    def days(self, on: date) -> int:
        return _on(self.deadline_days, on)


def _on(values: dict[date, _Value], day: date) -> int:
    """Before the first day that is known, the first value."""
    known = [since for since in sorted(values) if since <= day]
    return values[known[-1] if known else min(values)].value


@cache
def custody_rules() -> CustodyRules:
    """Raises ``RulesError`` where the file is wrong."""
    return read_file(DIRECTORY / "custody.yaml", CustodyRules)
