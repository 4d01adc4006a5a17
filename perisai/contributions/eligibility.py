"""Who may enter as BPU and with what (rules/bpu_entry.yaml). Pure; its twin is ``frontend/field/src/rules/eligibility.ts``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from perisai.contributions.rules import Rules, load
from perisai.contributions.ruleshape import EntryRule, EntryRules, ProgrammeRule, Value, Words

_FIELDS = {"age": "birth_date", "income": "income", "jobs": "jobs", "months": "months", "programmes": "programmes"}


@dataclass(frozen=True, slots=True)
class EntryFinding:
    """A rule that is not met: its name in bpu_entry.yaml, what follows, the field of the form, the words."""

    rule: str
    verdict: Literal["refuse", "warn"]
    field: str
    text: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """What the rules ask about; ``jobs`` is how many."""

    birth_on: date
    income: int
    jobs: int
    months: int
    programmes: frozenset[str]
    employs_others: bool


def check_entry(applicant: Applicant, *, on: date, rules: Rules | None = None) -> list[EntryFinding]:
    """Every rule that is not met on the day ``on`` (the day of capture); refusals and warnings in the order of the form."""
    entry = (rules or load()).entry.rules
    return [
        EntryFinding(name, rule.verdict, _FIELDS[name.split("_")[0]], rule.text)
        for name, rule in _unmet(entry, applicant, on)
    ]


def _unmet(entry: EntryRules, asked: Applicant, on: date) -> Iterator[tuple[str, EntryRule | ProgrammeRule]]:
    age = on.year - asked.birth_on.year - ((on.month, on.day) < (asked.birth_on.month, asked.birth_on.day))
    if age >= in_force(entry.age_upper, on):
        yield "age_upper", entry.age_upper
    if age < in_force(entry.age_lower, on):
        yield "age_lower", entry.age_lower
    if asked.jobs < in_force(entry.jobs_least, on):
        yield "jobs_least", entry.jobs_least
    if asked.jobs > in_force(entry.jobs_most, on):
        yield "jobs_most", entry.jobs_most
    if asked.income < in_force(entry.income_lowest, on):
        yield "income_lowest", entry.income_lowest
    if not set(entry.programmes_mandatory.programmes) <= asked.programmes:
        yield "programmes_mandatory", entry.programmes_mandatory
    if asked.employs_others and not set(entry.programmes_employer.programmes) <= asked.programmes:
        yield "programmes_employer", entry.programmes_employer
    if asked.months < in_force(entry.months_least, on):
        yield "months_least", entry.months_least
    if asked.months > in_force(entry.months_most, on):
        yield "months_most", entry.months_most


def in_force(rule: EntryRule, on: date) -> int:
    """The limit that holds on a day; before the first one known, the first one."""
    values: Mapping[date, Value] = rule.values
    if len(values) == 1:
        return next(iter(values.values())).value
    return values[max((day for day in values if day <= on), default=min(values))].value
