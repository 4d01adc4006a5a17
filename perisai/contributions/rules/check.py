"""What the shape of a rule file cannot say: order, gaps, overlaps, whole rupiah. Each check yields its reasons."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations, pairwise, product

from perisai.contributions.rules.shape import (
    BandTable,
    Consent,
    EntryFile,
    OccupationGroup,
    Relief,
    Tariff,
    Window,
)

WHOLE = 10_000
MOST_MONTHS = 12
"""Of one bill: the run looks so far back for a bill that covers its month, and phones send no more."""


def tariff_problems(tariff: Tariff) -> Iterator[str]:
    for name, days in (
        ("jkk", tariff.jkk.values),
        ("jkm", tariff.jkm.values),
        ("jht", tariff.jht.values),
        ("bands", tariff.bands.values),
    ):
        yield from (f"{name}: {day} is no first of a month" for day in days if day.day != 1)
    for day, table in tariff.bands.values.items():
        yield from (f"bands {day}: {said}" for said in _band_problems(table))
        yield from (f"bands {day}: {said}" for said in _fraction_problems(tariff, table))


def _fraction_problems(tariff: Tariff, table: BandTable) -> Iterator[str]:
    """Every amount that can come out is a whole rupiah, so no rounding rule is needed anywhere."""
    for band, rate in product(table.rows, sorted(_rates(tariff, "JKK") | _rates(tariff, "JHT"))):
        if band.base * rate % WHOLE:
            yield f"row {band.row}: {rate} per ten thousand of {band.base} is no whole rupiah"


def _band_problems(table: BandTable) -> Iterator[str]:
    if table.rows[0].at_least != 0:
        yield "the first band must begin at 0"
    for band, following in pairwise(table.rows):
        if following.row != band.row + 1:
            yield f"row {following.row} follows row {band.row}"
        if following.at_least <= band.at_least or following.base <= band.base:
            yield f"row {following.row} is not above row {band.row}"
        if band.printed_to is None or not band.at_least < band.printed_to < following.at_least:
            yield f"row {band.row}: printed_to must lie between its cut and the next"


def relief_problems(reliefs: Iterable[Relief]) -> Iterator[str]:
    """A month of a sector has one relief at most: the tariff takes the first it finds."""
    taken: list[tuple[str, str, Window]] = []
    names = [relief.id for relief in reliefs]
    yield from (f"{name} is there twice" for name in sorted({n for n in names if names.count(n) > 1}))
    for relief in reliefs:
        for window in relief.windows:
            yield from (f"{relief.id}: {said}" for said in _window_problems(window))
            taken += [(sector, relief.id, window) for sector in window.sectors]
    for (sector, one, first), (other_sector, two, second) in combinations(taken, 2):
        if sector == other_sector and _overlap(first, second):
            yield f"{one} and {two} overlap in {sector}"


def _window_problems(window: Window) -> Iterator[str]:
    if window.first_month.day != 1 or window.last_month.day != 1:
        yield "a window is given by first days of months"
    if window.last_month < window.first_month:
        yield f"{window.last_month} is before {window.first_month}"


def _overlap(one: Window, two: Window) -> bool:
    return one.first_month <= two.last_month and two.first_month <= one.last_month


def relief_fraction_problems(tariff: Tariff, reliefs: tuple[Relief, ...]) -> Iterator[str]:
    for relief in reliefs:
        for amount in sorted(_amounts(tariff, relief)):
            if amount * relief.relief.value % WHOLE:
                yield f"{relief.id}: {relief.relief.value} per ten thousand of {amount} is no whole rupiah"


def _rates(tariff: Tariff, programme: str) -> set[int]:
    return {value.value for value in {"JKK": tariff.jkk, "JHT": tariff.jht}[programme].values.values()}


def _amounts(tariff: Tariff, relief: Relief) -> set[int]:
    amounts = {value.value for value in tariff.jkm.values.values()} if "JKM" in relief.programmes else set()
    bases = {band.base for table in tariff.bands.values.values() for band in table.rows}
    for programme in {"JKK", "JHT"} & set(relief.programmes):
        amounts |= {base * rate // WHOLE for base in bases for rate in _rates(tariff, programme)}
    return amounts


def occupation_problems(groups: Iterable[OccupationGroup]) -> Iterator[str]:
    codes = [group.code for group in groups]
    yield from (f"group {code} is there twice" for code in sorted({c for c in codes if codes.count(c) > 1}))


def consent_problems(consents: Iterable[Consent]) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    since: set[tuple[str, date]] = set()
    for consent in consents:
        if (consent.purpose, consent.version) in seen or (consent.purpose, consent.since) in since:
            yield f"{consent.purpose} {consent.version}: purpose, version and day must be there once"
        seen.add((consent.purpose, consent.version))
        since.add((consent.purpose, consent.since))


def entry_problems(entry: EntryFile) -> Iterator[str]:
    for name, question in entry.open_questions.items():
        if question.chosen not in question.readings:
            yield f"{name}: {question.chosen} is none of its readings"
    for day, most in entry.rules.months_most.values.items():
        if most.value > MOST_MONTHS:
            yield f"months_most: {day}: {most.value} is more than the {MOST_MONTHS} months that one bill may cover"
