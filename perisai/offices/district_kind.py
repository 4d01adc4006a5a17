"""City (kota) or regency (kabupaten): what kind of place an office serves, so that like is compared with like.

The second part of a region code tells (Kemendagri): from 71 on it is a city.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final, LiteralString, NamedTuple

from perisai.events.reading import Reading

CITY: Final = 71

# Kecamatan by the index on parent_code, the figures of each by the primary key of offices_labour_force.
_AREAS: LiteralString = """
SELECT b.id, substr(d.code, 4, 2)::int >= %(city)s AS is_city, count(*)::int AS districts,
  count(f.labour_force)::int AS known, coalesce(sum(f.labour_force), 0)::bigint AS people
FROM unnest(%(offices)s::int[]) AS b (id)
JOIN offices_office o ON o.id = b.id
JOIN offices_region d ON d.parent_code = ANY (o.regencies) AND d.level = 3
LEFT JOIN LATERAL (
  SELECT f.labour_force FROM offices_labour_force f
  WHERE f.district_code = d.code AND f.year <= %(year)s AND f.known_on <= %(day)s ORDER BY f.year DESC, f.import_id DESC LIMIT 1
) f ON true
GROUP BY 1, 2
"""


class _Part(NamedTuple):
    districts: int
    known: int
    people: int


def is_city(codes: Sequence[str]) -> bool:
    """Whether most of these districts or regencies are of a city."""
    cities = sum(int(code[3:5]) >= CITY for code in codes if code[3:5].isdigit())
    return cities * 2 > len(codes)


def reading_of(offices: Sequence[int], day: date) -> Reading[dict[int, bool]]:
    """Whether most of the labour force that an office serves lives in cities, as far as it was known on a day: a kecamatan that
    nobody brought counts as the mean of the others, and where none is known each counts the same. An office without kecamatan is
    absent. One statement."""
    parts: defaultdict[int, dict[bool, _Part]] = defaultdict(dict)
    asked = {"offices": list(offices), "day": day, "year": day.year, "city": CITY}
    for row in (yield _AREAS, asked):
        parts[row["id"]][row["is_city"]] = _Part(row["districts"], row["known"], row["people"])
    return {office: _is_mostly_city(mine) for office, mine in parts.items()}


def _is_mostly_city(parts: dict[bool, _Part]) -> bool:
    people, known = sum(one.people for one in parts.values()), sum(one.known for one in parts.values())

    def weight(one: _Part) -> int:
        """In persons times the kecamatan that are known, so that it stays whole."""
        return one.people * known + (one.districts - one.known) * people if known else one.districts

    return weight(parts.get(True, _Part(0, 0, 0))) > weight(parts.get(False, _Part(0, 0, 0)))
