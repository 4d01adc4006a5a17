"""Small synthetic boundaries: squares side by side, in a regency that is in nobody's list but the tests'."""

import json
from typing import Any

from django.db import connection

REGENCY = "11.98"
DISTRICTS = ("11.98.01", "11.98.02")
SIDE = 0.2
ABOUT = {"source": "Badan Uji", "licence": "CC BY 4.0", "edition": "2025"}


def know_regions() -> None:
    rows = [("11", None, 1, "Aceh"), (REGENCY, "11", 2, "Kabupaten Uji")]
    rows += [(code, REGENCY, 3, f"Kecamatan {code[-2:]}") for code in DISTRICTS]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO offices_region (code, parent_code, level, name) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            rows,
        )


def square(west: float, south: float, side: float = SIDE) -> list[list[float]]:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(code: object, west: float = 103.0, south: float = -2.0, name: str = "code") -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [square(west, south)]}
    return {"type": "Feature", "properties": {name: code}, "geometry": geometry}


def collection(*features: Any, **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}).encode()


def both() -> bytes:
    """The two kecamatan, sharing a border."""
    return collection(feature("119801", 103.0), feature(DISTRICTS[1], 103.0 + SIDE, name="KODE_KEC"))
