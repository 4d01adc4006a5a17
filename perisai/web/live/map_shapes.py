"""Boundaries as paths of a picture: one scale in both directions, whole units of a drawing a thousand wide. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import cos, radians
from typing import Final

from perisai.offices.boundary_file import Polygons

WIDTH: Final = 1000
TALLEST: Final = 900
_EDGE: Final = 8
_LEAST: Final = 4
"""What is smaller than a drawing shows is a square of this side, so that every place can be pressed."""

Point = tuple[int, int]


@dataclass(frozen=True)
class Drawing:
    """``paths``: the d of each place's path, by code. ``at``: where a longitude and latitude lie in the drawing."""

    width: int
    height: int
    paths: dict[str, str]
    at: Callable[[float, float], Point]

    def holds(self, point: Point) -> bool:
        return 0 <= point[0] <= self.width and 0 <= point[1] <= self.height


def draw(shapes: Mapping[str, Polygons]) -> Drawing | None:
    """None where there is no shape."""
    outlines = [at for polygons in shapes.values() for polygon in polygons for at in polygon[0]]
    if not outlines:
        return None
    west, east = min(x for x, _ in outlines), max(x for x, _ in outlines)
    south, north = min(y for _, y in outlines), max(y for _, y in outlines)
    squeeze = cos(radians((south + north) / 2))
    wide, high = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    scale = min((WIDTH - 2 * _EDGE) / wide, (TALLEST - 2 * _EDGE) / high)

    def at(longitude: float, latitude: float) -> Point:
        return (
            round(_EDGE + (longitude - west) * squeeze * scale),
            round(_EDGE + (north - latitude) * scale),
        )

    paths = {code: _path(polygons, at) for code, polygons in shapes.items()}
    return Drawing(round(wide * scale) + 2 * _EDGE, round(high * scale) + 2 * _EDGE, paths, at)


def _path(polygons: Polygons, at: Callable[[float, float], Point]) -> str:
    rings = [_thinned([at(*position) for position in ring]) for polygon in polygons for ring in polygon]
    drawn = [ring for ring in rings if len(ring) > 2]
    if not drawn:
        x, y = rings[0][0]
        half = _LEAST // 2
        return f"M{x - half} {y - half}h{_LEAST}v{_LEAST}h-{_LEAST}z"
    return "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "z" for ring in drawn)


def _thinned(ring: list[Point]) -> list[Point]:
    """Without positions that fall on the one before."""
    kept = [point for n, point in enumerate(ring) if n == 0 or point != ring[n - 1]]
    return kept[:-1] if len(kept) > 1 and kept[0] == kept[-1] else kept
