"""Who may enter as BPU and with what (rules/bpu_entry.yaml). Pure; its twin is ``frontend/field/src/rules/eligibility.ts``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from perisai.contributions.rules.in_force import Rules, load
from perisai.contributions.rules.shape import EntryRule, EntryRules, ProgrammeRule, Value, Words

_FIELDS = {"age": "birth_date", "income": "income", "jobs": "jobs", "months": "months", "programmes": "programmes"}


@dataclass(frozen=True, slots=True)
class EntryFinding:
    """A rule that is not met: its name in bpu_entry.yaml, what follows, the field of the form, the words."""

    rule: str
    verdict: Literal["refuse", "warn"]
    field: str
    text: Words


class Applicant(NamedTuple):
    """What the rules ask about; ``jobs`` is how many."""

    birth_on: date
    income: int
    jobs: int
    months: int
    programmes: frozenset[str]
    employs_others: bool


def check_entry(applicant: Applicant, *, on: date, rules: Rules | None = None) -> list[EntryFinding]:
    """Every rule that is not met on the day ``on`` (the day of capture); refusals and warnings in the order of the form."""
    chosen = rules or load()
    entry = chosen.entry.rules
    limits = _limits_on(chosen, on)
    return [
        EntryFinding(name, rule.verdict, _FIELDS[name.split("_")[0]], rule.text)
        for name, rule in _unmet(entry, limits, applicant, on)
    ]


@dataclass(frozen=True, slots=True)
class _Limits:
    """The limits of one day, looked up once a day and not once an applicant."""

    age_upper: int
    age_lower: int
    jobs_least: int
    jobs_most: int
    income_lowest: int
    months_least: int
    months_most: int
    mandatory: frozenset[str]
    employer: frozenset[str]


@lru_cache(maxsize=1024)
def _limits_on(rules: Rules, on: date) -> _Limits:
    return _limits(rules.entry.rules, on)


def _limits(entry: EntryRules, on: date) -> _Limits:
    return _Limits(
        age_upper=in_force(entry.age_upper, on),
        age_lower=in_force(entry.age_lower, on),
        jobs_least=in_force(entry.jobs_least, on),
        jobs_most=in_force(entry.jobs_most, on),
        income_lowest=in_force(entry.income_lowest, on),
        months_least=in_force(entry.months_least, on),
        months_most=in_force(entry.months_most, on),
        mandatory=frozenset(entry.programmes_mandatory.programmes),
        employer=frozenset(entry.programmes_employer.programmes),
    )


def _unmet(
    entry: EntryRules, limits: _Limits, asked: Applicant, on: date
) -> Iterator[tuple[str, EntryRule | ProgrammeRule]]:
    age = on.year - asked.birth_on.year - ((on.month, on.day) < (asked.birth_on.month, asked.birth_on.day))
    if age >= limits.age_upper:
        yield "age_upper", entry.age_upper
    if age < limits.age_lower:
        yield "age_lower", entry.age_lower
    if asked.jobs < limits.jobs_least:
        yield "jobs_least", entry.jobs_least
    if asked.jobs > limits.jobs_most:
        yield "jobs_most", entry.jobs_most
    if asked.income < limits.income_lowest:
        yield "income_lowest", entry.income_lowest
    if not limits.mandatory <= asked.programmes:
        yield "programmes_mandatory", entry.programmes_mandatory
    if asked.employs_others and not limits.employer <= asked.programmes:
        yield "programmes_employer", entry.programmes_employer
    if asked.months < limits.months_least:
        yield "months_least", entry.months_least
    if asked.months > limits.months_most:
        yield "months_most", entry.months_most


def in_force(rule: EntryRule, on: date) -> int:
    """The limit that holds on a day; before the first one known, the first one."""
    values: Mapping[date, Value] = rule.values
    if len(values) == 1:
        return next(iter(values.values())).value
    return values[max((day for day in values if day <= on), default=min(values))].value
