"""A GeoJSON file of boundaries: checked feature by feature, and made light enough for a screen. No database, no clock.

Source of the form: RFC 7946 (longitude before latitude, WGS 84). Shapes are judged and simplified by shapely (GEOS), loaded late.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson

PROPERTIES: Final = (
    "code", "kode", "kode_kemendagri", "kd_kec", "kode_kec", "kdkec", "kdcpum", "district_code", "kd_kab", "kode_kab", "kdkab",
    "kdpkab", "regency_code",
)  # fmt: skip
"""Names of the property with the Kemendagri code, in any case, the first that is there."""
MOST_FEATURES: Final = 10_000
MOST_POSITIONS: Final = 400_000
"""Of one feature."""
MOST_PROBLEMS: Final = 40
WEST, SOUTH, EAST, NORTH = 94.0, -12.0, 142.0, 7.0
"""What Indonesia lies within, degrees."""
TOLERANCE: Final = {2: 0.002, 3: 0.0005}
"""Degrees by level (2 regency, 3 kecamatan): what a screen does not show. 0.001 degrees are 111 m."""
_DECIMALS: Final = 4

Polygons = list[list[list[tuple[float, float]]]]
"""Of one place: each polygon its outer ring and its holes, each ring positions (longitude, latitude)."""

PROBLEMS: Final[Mapping[str, tuple[str, str]]] = {
    "json": ("bukan JSON yang dapat dibaca", "is no JSON that can be read"),
    "collection": ("bukan FeatureCollection GeoJSON", "is no GeoJSON FeatureCollection"),
    "empty": ("tidak berisi satu wilayah pun", "holds no feature"),
    "many": ("berisi lebih dari {detail} wilayah", "holds more than {detail} features"),
    "crs": ("tidak memakai WGS 84 ({detail})", "is not in WGS 84 ({detail})"),
    "feature": ("bukan Feature", "is no Feature"),
    "no_code": ("tidak punya kode Kemendagri", "has no Kemendagri code"),
    "bps_code": ("kode {detail} adalah kode BPS, bukan Kemendagri", "code {detail} is one of BPS, not of Kemendagri"),
    "code": (
        "kode {detail} bukan kode kabupaten/kota atau kecamatan",
        "code {detail} is none of a regency or a kecamatan",
    ),
    "unknown": ("kode {detail} tidak dikenal", "code {detail} is not known"),
    "twice": ("kode {detail} ada dua kali dalam berkas", "code {detail} is in the file twice"),
    "geometry": ("bukan Polygon atau MultiPolygon", "is no Polygon or MultiPolygon"),
    "large": ("terlalu rinci: lebih dari {detail} titik", "is too fine: more than {detail} positions"),
    "number": ("koordinatnya bukan angka", "has coordinates that are no numbers"),
    "swapped": ("lintang dan bujur tertukar ({detail})", "has latitude and longitude swapped ({detail})"),
    "outside": ("berada di luar Indonesia ({detail})", "lies outside Indonesia ({detail})"),
    "open": ("garis batasnya tidak tertutup", "has a ring that is not closed"),
    "shape": ("bentuknya tidak sah: {detail}", "has a shape that is not valid: {detail}"),
}
"""What may be wrong, Indonesian and English; each goes on after "The file" or "Feature 3 (15.71.08)"."""


class Problem(NamedTuple):
    """``feature``: its place in the file from 1; 0 the file itself. ``name``: what it calls itself."""

    feature: int
    name: str
    key: str
    detail: str = ""

    @property
    def texts(self) -> tuple[str, str]:
        """Indonesian, English."""
        named = f" ({self.name})" if self.name else ""
        whose = (f"Wilayah ke-{self.feature}{named}", f"Feature {self.feature}{named}")
        indonesian, english = (text.format(detail=self.detail) for text in PROBLEMS[self.key])
        return f"{whose[0] if self.feature else 'Berkas'} {indonesian}.", (
            f"{whose[1] if self.feature else 'The file'} {english}."
        )


@dataclass(frozen=True)
class Drawn:
    """A place as it is kept. ``is_derived``: a regency drawn from all its kecamatan, which the file brought."""

    code: str
    polygons: Polygons
    is_derived: bool = False

    @property
    def level(self) -> int:
        return code_level(self.code)


@dataclass(frozen=True)
class Checked:
    drawn: Sequence[Drawn]
    problems: Sequence[Problem]


class _Wrong(Exception):
    def __init__(self, key: str, detail: object = "") -> None:
        super().__init__(key)
        self.key, self.detail = key, str(detail)[:80]


def code_level(code: str) -> int:
    return code.count(".") + 1


def check(data: bytes, known: Iterable[str]) -> Checked:
    """Everything of the file, or what is wrong with it (then nothing is drawn). ``known``: codes of regencies and kecamatan."""
    codes = frozenset(known)
    try:
        features = _features(data)
    except _Wrong as wrong:
        return Checked([], [Problem(0, "", wrong.key, wrong.detail)])
    shapes: dict[str, Any] = {}
    problems: list[Problem] = []
    for n, feature in enumerate(features, start=1):
        try:
            code = _code(feature, codes)
            if code in shapes:
                raise _Wrong("twice", code)
            shapes[code] = _shape(feature.get("geometry"))
        except _Wrong as wrong:
            problems.append(Problem(n, _name(feature), wrong.key, wrong.detail))
            if len(problems) == MOST_PROBLEMS:
                break
    return Checked([], problems) if problems else Checked(_draw(shapes, codes), [])


def _features(data: bytes) -> list[Any]:
    try:
        told = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise _Wrong("json") from error
    if (
        not isinstance(told, dict)
        or told.get("type") != "FeatureCollection"
        or not isinstance(told.get("features"), list)
    ):
        raise _Wrong("collection")
    named = told.get("crs")
    name = str(named.get("properties", {}).get("name", "")) if isinstance(named, dict) else ""
    if name and not name.upper().endswith(("CRS84", "EPSG:4326", "EPSG::4326")):
        raise _Wrong("crs", name)
    features: list[Any] = told["features"]
    if not features:
        raise _Wrong("empty")
    if len(features) > MOST_FEATURES:
        raise _Wrong("many", MOST_FEATURES)
    return features


def _code(feature: Any, known: frozenset[str]) -> str:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise _Wrong("feature")
    told = _properties(feature)
    text = next((str(told[name]).strip() for name in PROPERTIES if told.get(name) not in (None, "")), "")
    digits = text.removesuffix(".0").replace(".", "")
    if not text:
        raise _Wrong("no_code")
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (4, 6):
        raise _Wrong("bps_code" if digits.isdigit() and len(digits) == 7 else "code", text)
    code = ".".join(digits[at : at + 2] for at in range(0, len(digits), 2))
    if code not in known:
        raise _Wrong("unknown", code)
    return code


def _properties(feature: Mapping[str, Any]) -> dict[str, Any]:
    told = feature.get("properties")
    return {str(name).lower(): value for name, value in told.items()} if isinstance(told, dict) else {}


def _name(feature: Any) -> str:
    """What people find the feature by: its code, else a name."""
    told = _properties(feature) if isinstance(feature, dict) else {}
    for name in (*PROPERTIES, "name", "nama", "namobj"):
        if isinstance(told.get(name), str | int) and str(told[name]).strip():
            return str(told[name]).strip()[:60]
    return ""


def _shape(geometry: Any) -> Any:
    """The geometry as shapely knows it, valid."""
    import shapely

    kind, told = (geometry.get("type"), geometry.get("coordinates")) if isinstance(geometry, dict) else (None, None)
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(told, list) or not told:
        raise _Wrong("geometry")
    count = 0
    polygons = []
    for polygon in [told] if kind == "Polygon" else told:
        if not isinstance(polygon, list) or not polygon:
            raise _Wrong("geometry")
        rings = [_ring(ring) for ring in polygon]
        count += sum(len(ring) for ring in rings)
        if count > MOST_POSITIONS:
            raise _Wrong("large", MOST_POSITIONS)
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    shape = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    if not shapely.is_valid(shape) or shape.area == 0:
        raise _Wrong("shape", shapely.is_valid_reason(shape))
    return shape


def _ring(ring: Any) -> list[tuple[float, float]]:
    if not isinstance(ring, list):
        raise _Wrong("geometry")
    found = [_position(position) for position in ring]
    if len(found) < 4 or found[0] != found[-1]:
        raise _Wrong("open")
    return found


def _position(position: Any) -> tuple[float, float]:
    if not isinstance(position, list) or len(position) < 2:
        raise _Wrong("number")
    x, y = position[0], position[1]
    if isinstance(x, bool) or isinstance(y, bool) or not isinstance(x, int | float) or not isinstance(y, int | float):
        raise _Wrong("number")
    if not (WEST <= x <= EAST and SOUTH <= y <= NORTH):
        raise _Wrong("swapped" if WEST <= y <= EAST and SOUTH <= x <= NORTH else "outside", f"{x:.4g}, {y:.4g}")
    return float(x), float(y)


def _draw(shapes: Mapping[str, Any], known: frozenset[str]) -> list[Drawn]:
    """What is kept of shapes that are right; neighbours keep the border they share."""
    derived = _regencies(shapes, known)
    found: list[Drawn] = []
    for level, tolerance in TOLERANCE.items():
        mine = {code: shape for code, shape in {**shapes, **derived}.items() if code_level(code) == level}
        found += [
            Drawn(code, _rings(shape, tolerance), code in derived) for code, shape in _simplified(mine, tolerance)
        ]
    return found


def _regencies(shapes: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Regencies that the file does not draw, but all of whose kecamatan it does."""
    import shapely

    wanted: dict[str, list[str]] = {}
    for code in known:
        if code_level(code) == 3:
            wanted.setdefault(code[:5], []).append(code)
    return {
        regency: shapely.union_all([shapes[code] for code in sorted(districts)])
        for regency, districts in wanted.items()
        if regency in known and regency not in shapes and all(code in shapes for code in districts)
    }


def _simplified(shapes: Mapping[str, Any], tolerance: float) -> Iterator[tuple[str, Any]]:
    import shapely

    if not shapes:
        return
    light = shapely.coverage_simplify(list(shapes.values()), tolerance)
    for (code, whole), shape in zip(shapes.items(), light, strict=True):
        yield code, whole if shape.is_empty or shape.area == 0 else shape


def _rings(shape: Any, tolerance: float) -> Polygons:
    """Without islands and holes that no screen would show; the largest island always stays."""
    import shapely

    least = tolerance * tolerance
    parts = sorted(shapely.get_parts(shape), key=lambda part: -part.area)
    parts = [part for part in parts if part.geom_type == "Polygon"]
    return [
        [
            [(round(x, _DECIMALS), round(y, _DECIMALS)) for x, y in ring.coords]
            for ring in (part.exterior, *(hole for hole in part.interiors if shapely.Polygon(hole).area > least))
        ]
        for n, part in enumerate(parts)
        if n == 0 or part.area > least
    ]
