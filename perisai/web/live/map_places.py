"""What a map tells of each kecamatan or regency of a scope: one figure, its class, its share of the labour force, its records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, LiteralString

from perisai.events.work import Work
from perisai.figures import reading
from perisai.figures.definition import figures
from perisai.figures.outcome import Values
from perisai.figures.period import Period
from perisai.offices import labour_force
from perisai.offices.scopes import NATION, Place
from perisai.reports import said
from perisai.written import Language

COVERAGE: Final = "coverage"
FIGURES: Final = ("accepted", "paying", "contributions", COVERAGE)
FEW: Final = 5
"""Members: a coverage that rests on fewer moves by chance, and is marked."""
STEPS: Final = 5

# Carried by the primary key and region_parent.
_PLACES: LiteralString = """
SELECT d.code, d.name, p.code, p.name FROM offices_region d JOIN offices_region p ON p.code = d.parent_code
WHERE d.level = %(level)s AND (d.code = ANY (%(codes)s) OR d.parent_code = ANY (%(parents)s) OR %(everywhere)s) ORDER BY d.code
"""
_DISTRICTS: LiteralString = "SELECT code FROM offices_region WHERE level = 3 AND parent_code = ANY (%s)"
_REGENCIES: LiteralString = "SELECT DISTINCT unnest(regencies) FROM offices_office WHERE id = ANY (%s) ORDER BY 1"


@dataclass(frozen=True)
class Asked:
    """``letter``: r regencies, d kecamatan. ``within``: only kecamatan of this regency, where not empty. ``day``: as it was known
    at the end of it; ``is_past`` where that is not today."""

    place: Place
    figure: str
    letter: str
    within: str
    day: date
    is_past: bool
    language: Language

    @property
    def period(self) -> Period:
        """The month up to the day; of today the whole month, as nothing of it comes later than today."""
        return Period(self.day.replace(day=1), self.day) if self.is_past else Period.month(self.day)


@dataclass(frozen=True)
class Spot:
    """A place of the map. ``value``: of the figure asked for, coverage in hundredths of a per cent; None where it is not known.
    ``step``: 0 for none, 1 to 5 the class, None unknown. ``address``: the records behind it, where they can be listed."""

    code: str
    name: str
    group: str
    group_name: str
    paying: int | None
    force: int | None
    value: int | None
    text: str
    address: str
    is_small: bool = False
    step: int | None = None


@dataclass(frozen=True)
class Class:
    step: int
    text: str
    places: int


def read(work: Work, asked: Asked) -> list[Spot]:
    """Places in order of their code. A fixed number of statements."""
    known = reading.areas(work, asked.place.watch, asked.letter, asked.period, asked.day)
    rows = _places(work, asked, known)
    forces = _forces(work, asked, [code for code, *_ in rows])
    nothing: Values = {"paying": 0} if any(values.get("paying") is not None for values in known.values()) else {}
    spots = [
        _spot(asked, row, {**known.get(row[0], {}), **_where_none(known.get(row[0]), nothing)}, forces.get(row[0]))
        for row in rows
    ]
    bounds = _bounds([spot.value for spot in spots if spot.value and spot.value > 0])
    return [_with_step(spot, bounds) for spot in spots]


def classes(spots: Sequence[Spot], figure: str, language: Language) -> list[Class]:
    """The legend, from the lowest: what values each class holds, and how many places."""
    found = []
    for step in range(STEPS + 1):
        mine = [spot.value for spot in spots if spot.step == step and spot.value is not None]
        if mine:
            low, high = (written(figure, value, language) for value in (min(mine), max(mine)))
            found.append(Class(step, low if low == high else f"{low} – {high}", len(mine)))
    return found


def written(figure: str, value: int | None, language: Language) -> str:
    if figure != COVERAGE:
        return said.amount(value, figures()[figure].unit, language)
    if value is None:
        return "–"
    text = f"{value / 100:.2f}"
    return (text if language == "en" else text.replace(".", ",")) + " %"


def served(work: Work, place: Place) -> list[str]:
    """Codes of the regencies that the scope's branches serve."""
    return [code for (code,) in work.rows(_REGENCIES, [list(place.branches)])]


def _places(work: Work, asked: Asked, known: Mapping[str, Values]) -> list[tuple[str, str, str, str]]:
    """(code, name, parent, its name): what the scope serves, and wherever else something is counted."""
    regencies = served(work, asked.place)
    if asked.letter == "d":
        parents = [asked.within] if asked.within else regencies
        codes = [code for code in known if not asked.within or code.startswith(f"{asked.within}.")]
        level, everywhere = 3, False
    else:
        parents, codes, level, everywhere = [], [*regencies, *known], 2, asked.place.watch.level == NATION
    params = {"level": level, "codes": codes, "parents": parents, "everywhere": everywhere}
    return [(code, name, parent, of) for code, name, parent, of in work.rows(_PLACES, params)]


def _forces(work: Work, asked: Asked, codes: list[str]) -> dict[str, int]:
    """People in the labour force, by code; a regency only where it is known of all its kecamatan."""
    districts = codes
    if asked.letter == "r":
        districts = [code for (code,) in work.rows(_DISTRICTS, [codes])]
    as_of = asked.day if asked.is_past else None
    forces = labour_force.of(work, districts=districts, year=asked.day.year, as_of=as_of)
    if asked.letter == "d":
        return {code: force.labour_force for code, force in forces.items()}
    missing = {code[:5] for code in districts if code not in forces}
    sums: dict[str, int] = {}
    for code, force in forces.items():
        if code[:5] not in missing:
            sums[code[:5]] = sums.get(code[:5], 0) + force.labour_force
    return sums


def _where_none(values: Values | None, nothing: Values) -> Values:
    """What is nought rather than unknown: a standing was taken, and nobody of this place is in it."""
    return {name: value for name, value in nothing.items() if values is None or values.get(name) is None}


def _spot(asked: Asked, row: tuple[str, str, str, str], values: Values, force: int | None) -> Spot:
    paying = values.get("paying")
    if asked.figure == COVERAGE:
        value = None if paying is None or not force else (20_000 * paying + force) // (2 * force)
    else:
        value = values.get(asked.figure, None if figures()[asked.figure].source.standing else 0)
    return Spot(
        *row,
        paying=paying,
        force=force,
        value=value,
        text=written(asked.figure, value, asked.language),
        address=_address(asked, row[0]),
        is_small=asked.figure == COVERAGE and value is not None and 0 < (paying or 0) < FEW,
    )


def _address(asked: Asked, code: str) -> str:
    """The members behind the figure in this place, of a past day as they stood then."""
    figure = figures()["paying" if asked.figure == COVERAGE else asked.figure]
    address = figure.address(asked.place.watch, *asked.period, known=asked.day if asked.is_past else None)
    return f"{address}&{'district' if asked.letter == 'd' else 'regency'}={code}"


def _bounds(values: list[int]) -> list[int]:
    """The highest value of each class but the last: as many places in each as it goes."""
    each = sorted(values)
    distinct = sorted(set(each))
    if len(distinct) <= STEPS:
        return distinct[:-1]
    cuts = {each[len(each) * step // STEPS - 1] for step in range(1, STEPS)}
    return sorted(cuts - {each[-1]})


def _with_step(spot: Spot, bounds: list[int]) -> Spot:
    if spot.value is None:
        return spot
    step = 0 if spot.value <= 0 else STEPS - len(bounds) + sum(spot.value > bound for bound in bounds)
    return Spot(**{**spot.__dict__, "step": step})
