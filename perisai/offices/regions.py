"""The regions of the country, from province to village, by their Kemendagri code.

Source: the npm package ``idn-area-data`` (Kepmendagri on codes and names of regions), four CSV files.
"""

import csv
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection

from perisai.errors import Refused
from perisai.events.work import Work

FILES = (
    ("provinces.csv", None, 1),
    ("regencies.csv", "province_code", 2),
    ("districts.csv", "regency_code", 3),
    ("villages.csv", "district_code", 4),
)
_SHORT = 4
"""A name of words in capitals, all at most this long, is an abbreviation (WKO, RD. PJKA) and stays."""
_KEPT = frozenset({"DKI", "DI", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"})

_TEMPORARY = """
CREATE TEMPORARY TABLE region_load (code text, parent_code text, level smallint, name text) ON COMMIT DROP
"""
_COPY = "COPY region_load (code, parent_code, level, name) FROM STDIN"
# One statement, parents before children; rows that did not change are left alone.
_UPSERT = """
INSERT INTO offices_region AS r (code, parent_code, level, name)
SELECT code, parent_code, level, name FROM region_load ORDER BY level, code
ON CONFLICT (code) DO UPDATE SET parent_code = excluded.parent_code, level = excluded.level, name = excluded.name
WHERE (r.parent_code, r.level, r.name) IS DISTINCT FROM (excluded.parent_code, excluded.level, excluded.name)
"""
# Carried by the pattern index of the primary key.
_OF_PROVINCE = "SELECT level, code, name FROM offices_region WHERE code LIKE %s ORDER BY level, code"


def load(work: Work, folder: Path) -> int:
    """Loads or refreshes all regions of the folder; returns how many there are. Regions that are gone stay, for records
    name them. Raises ``Refused`` E7004."""
    work.execute(_TEMPORARY)
    count = 0
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in _rows(folder):
            copy.write_row(row)
            count += 1
    work.execute(_UPSERT)
    return count


def phone_list(province: str) -> dict[str, Any]:
    """What a phone keeps of one province: ``regencies``, ``districts`` and ``villages``, each ``[[code, name], ...]`` in order
    of code, and ``version``, which changes with the content. Empty lists where no such province is known."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_PROVINCE, [f"{province}.%"])
        rows = cursor.fetchall() if province.isdigit() else []
    found: dict[str, Any] = {"regencies": [], "districts": [], "villages": []}
    names = (None, None, "regencies", "districts", "villages")
    content = sha256()
    for level, code, name in rows:
        found[names[level] or ""].append([code, name])
        content.update(f"{code}\t{name}\n".encode())
    return {"version": content.hexdigest()[:12], **found}


def name_of(code: str) -> str | None:
    """``Kelurahan, Kecamatan, Kabupaten, Provinsi`` of a code, from the smallest up."""
    parts = code.split(".")
    codes = [".".join(parts[: n + 1]) for n in range(len(parts))]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM offices_region WHERE code = ANY (%s) ORDER BY level DESC", [codes])
        names = [row[0] for row in cursor.fetchall()]
    return ", ".join(names) if len(names) == len(codes) else None


def title(name: str) -> str:
    """A name as people write it: ``KABUPATEN ACEH SELATAN`` becomes ``Kabupaten Aceh Selatan``, ``DKI JAKARTA`` ``DKI Jakarta``."""
    words = name.split()
    if name.isupper() and any(len(word) > _SHORT for word in words):
        words = [word if word in _KEPT else word.capitalize() for word in words]
    elif name.islower():
        words = [word.capitalize() for word in words]
    return " ".join(words)


def _rows(folder: Path) -> Iterator[tuple[str, str | None, int, str]]:
    for file, parent, level in FILES:
        try:
            with (folder / file).open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    yield row["code"], row[parent] if parent else None, level, title(row["name"])
        except (OSError, KeyError, csv.Error, UnicodeDecodeError) as error:
            raise Refused("E7004", reason=f"{file}: {type(error).__name__}") from error
