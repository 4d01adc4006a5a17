"""What the digits of a NIK and a No. KK say, what cannot be one, and what asks for a second look (rules/nik.yaml).

A NIK is never corrected, even when it disagrees with the true birth date or sex (PP 40/2019 Pasal 30(2)): such a
disagreement is a doubt with evidence, not a refusal. Pure; its twin is ``frontend/field/src/rules/nik.ts``."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from perisai.contributions.rules.in_force import load
from perisai.contributions.rules.shape import NikRules

Sex = Literal["F", "M"]
BirthKnown = Literal["day", "month", "year", "estimate"]
# Whether a dotted region code (``15``, ``15.71``, ``15.71.08``) exists; None where the list at hand cannot tell.
Knows = Callable[[str], bool | None]

_OUTER: Final = " \t\r\n\u00a0\u2007\u202f"
_MARKS: Final = re.compile("[ \t\r\n\u00a0\u2007\u202f.,'\u2019/-]")
_DIGITS: Final = re.compile("[0-9]{16}")
_REPEATED: Final = frozenset(str(first) * 16 for first in range(10))
_SEQUENCES: Final = frozenset(
    "".join(str((first + step * place) % 10) for place in range(16)) for first in range(10) for step in (1, -1)
)


@dataclass(frozen=True, slots=True)
class NumberRead:
    """Sixteen digits in their parts; region codes are dotted and name where the number was first issued."""

    province: str
    regency: str
    district: str
    serial: int


class NikReport(NamedTuple):
    """``digits`` is the number without blanks and misread letters. ``read`` is None where it is refused.

    ``birth_on`` is None where the two-digit year leaves both ``births`` possible.
    """

    digits: str
    read: NumberRead | None
    sex: Sex | None
    birth_on: date | None
    births: tuple[date, ...]
    refusals: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KkReport:
    digits: str
    read: NumberRead | None
    refusals: tuple[str, ...]
    warnings: tuple[str, ...]


class Beside(NamedTuple):
    """What was written beside the NIK; None where it was not. ``province`` is where the person lives, ``15``."""

    kk: str | None = None
    birth_on: date | None = None
    sex: Sex | None = None
    province: str | None = None
    birth_known: BirthKnown = "day"
    """How much of ``birth_on`` is known: what is only a stand-in in it cannot disagree."""


def check_nik(
    text: str, *, on: date, beside: Beside | None = None, knows: Knows | None = None, rules: NikRules | None = None
) -> NikReport:
    """Reads ``text`` as of the day ``on``; codes of refusals and warnings are keys of ``findings`` in nik.yaml."""
    rules = rules or load().nik
    digits, seen = _clean(text, "nik", rules)
    refusals = tuple(_nik_refusals(digits, rules))
    if refusals:
        return NikReport(digits, None, None, None, (), refusals, tuple(seen))
    births = _births(digits, on, rules)
    sex: Sex = "F" if int(digits[6:8]) > rules.woman_adds_to_day.value else "M"
    birth_on = _likely(births, on, rules)
    read = _read(digits)
    report = NikReport(digits, read, sex, birth_on, births, (), ())
    warnings = (*seen, *_nik_warnings(report, read, beside or Beside(), knows, rules))
    return NikReport(digits, read, sex, birth_on, births, (), warnings)


def check_kk(text: str, *, knows: Knows | None = None, rules: NikRules | None = None) -> KkReport:
    """Reads a No. KK; its inner structure has no official source, so it gives warnings only."""
    rules = rules or load().nik
    digits, seen = _clean(text, "kk", rules)
    refusals = tuple(_shape_refusals(digits, "kk"))
    if refusals:
        return KkReport(digits, None, refusals, tuple(seen))
    read = _read(digits)
    return KkReport(digits, read, (), (*seen, *_kk_warnings(digits, read, knows, rules)))


def is_stand_in(day: date, rules: NikRules | None = None) -> bool:
    """Whether this is a date that registers write where the true one is not known."""
    rules = rules or load().nik
    return any((day.month, day.day) == (known.month, known.day) for known in rules.stand_in_dates) or any(
        day.day == known.day for known in rules.stand_in_days
    )


def _clean(text: str, name: str, rules: NikRules) -> tuple[str, list[str]]:
    if _DIGITS.fullmatch(text):
        return text, []
    outer = text.strip(_OUTER)
    bare = _MARKS.sub("", outer)
    seen = [f"{name}_spaces"] if bare != outer else []
    digits = "".join(rules.misread.get(letter, letter) for letter in bare)
    if digits != bare and _DIGITS.fullmatch(digits):
        return digits, [*seen, f"{name}_letters"]
    return bare, seen


def _shape_refusals(digits: str, name: str) -> Iterator[str]:
    if not _DIGITS.fullmatch(digits):
        yield f"{name}_not_16_digits"
        return
    if digits[0] == "0":
        yield f"{name}_leading_zero"
    if digits in _REPEATED:
        yield f"{name}_repeated"
    if digits in _SEQUENCES:
        yield f"{name}_sequence"


def _nik_refusals(digits: str, rules: NikRules) -> Iterator[str]:
    shape = list(_shape_refusals(digits, "nik"))
    yield from shape
    if "nik_not_16_digits" in shape:
        return
    day, month = _day(digits, rules), int(digits[8:10])
    if not 1 <= day <= 31:
        yield "nik_day"
    if not 1 <= month <= 12:
        yield "nik_month"
    if 1 <= day <= 31 and 1 <= month <= 12 and not _dates(digits, rules):
        yield "nik_date"
    if digits[12:] == "0000":
        yield "nik_serial"


def _day(digits: str, rules: NikRules) -> int:
    day = int(digits[6:8])
    return day - rules.woman_adds_to_day.value if day > rules.woman_adds_to_day.value else day


def _dates(digits: str, rules: NikRules) -> tuple[date, ...]:
    return _in_centuries(int(digits[10:12]), int(digits[8:10]), _day(digits, rules))


@lru_cache(maxsize=65536)
def _in_centuries(year: int, month: int, day: int) -> tuple[date, ...]:
    found = []
    for century in (1900, 2000):
        try:
            found.append(date(century + year, month, day))
        except ValueError:
            continue
    return tuple(found)


def _births(digits: str, on: date, rules: NikRules) -> tuple[date, ...]:
    return tuple(day for day in _dates(digits, rules) if day <= on)


def _likely(births: tuple[date, ...], on: date, rules: NikRules) -> date | None:
    if len(births) == 1:
        return births[0]
    fitting = [day for day in births if rules.age_range.lowest <= age_on(day, on) <= rules.age_range.highest]
    return fitting[0] if len(fitting) == 1 else None


def age_on(birth: date, on: date) -> int:
    """Full years; whoever was born on 29 February is a year older on 1 March."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _read(digits: str) -> NumberRead:
    province, regency, district = digits[:2], digits[2:4], digits[4:6]
    return NumberRead(
        province, f"{province}.{regency}", f"{province}.{regency}.{district}", int(digits[12:])
    )  # fmt: skip


def _nik_warnings(
    report: NikReport, read: NumberRead, beside: Beside, knows: Knows | None, rules: NikRules
) -> Iterator[str]:
    if _region_unknown(read, knows, rules):
        yield "nik_region_unknown"
    if beside.province is not None and beside.province != read.province:
        yield "nik_province_differs"
    if beside.birth_on is None:
        if report.birth_on is None:
            yield "nik_century"
    elif not _agrees(beside.birth_on, beside.birth_known, report.births):
        yield "nik_birth_date"
    if beside.sex is not None and beside.sex != report.sex:
        yield "nik_sex"
    if beside.kk is not None and _clean(beside.kk, "kk", rules)[0] == report.digits:
        yield "nik_equals_kk"
    if report.digits[-1] == "0":
        yield "nik_trailing_zero"


def _agrees(birth_on: date, known: BirthKnown, births: tuple[date, ...]) -> bool:
    """Whether what is known of a birth date fits one of ``births``."""
    if known == "estimate":
        return True
    if known == "day":
        return birth_on in births
    return any(born.year == birth_on.year and (known == "year" or born.month == birth_on.month) for born in births)


def _kk_warnings(digits: str, read: NumberRead, knows: Knows | None, rules: NikRules) -> Iterator[str]:
    if _region_unknown(read, knows, rules):
        yield "kk_region_unknown"
    if not _in_centuries(int(digits[10:12]), int(digits[8:10]), int(digits[6:8])):
        yield "kk_date"
    if digits[12:] == "0000":
        yield "kk_serial"


def _region_unknown(read: NumberRead, knows: Knows | None, rules: NikRules) -> bool:
    if read.province not in rules.provinces.by_code:
        return True
    return knows is not None and any(knows(code) is False for code in (read.regency, read.district))
