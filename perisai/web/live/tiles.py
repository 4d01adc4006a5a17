"""Where the tile map puts each regency: provinces as blocks side by side, one tile a regency."""

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from math import ceil, sqrt
from pathlib import Path

import yaml

from perisai.events.reading import Row

WIDTH = 40
"""Tiles across, where a map holds many provinces."""

Grid = dict[str, tuple[int, int]]
"""Column and row by regency code."""


@dataclass(frozen=True)
class Tile:
    code: str
    name: str
    x: int
    y: int


@dataclass(frozen=True)
class Block:
    """A province: its label stands in row ``y``, its tiles below it."""

    code: str
    name: str
    x: int
    y: int
    width: int


@dataclass(frozen=True)
class TileMap:
    columns: int
    rows: int
    tiles: list[Tile]
    blocks: list[Block]


def lay_out(regencies: list[Row]) -> TileMap:
    """``regencies``: rows of code, name, province and province_name, sorted by code."""
    tiles: list[Tile] = []
    blocks: list[Block] = []
    x = y = height = columns = 0
    for province, rows in groupby(regencies, key=lambda row: row["province"]):
        members = list(rows)
        grid = _grid(province, [row["code"] for row in members])
        width = 1 + max(column for column, _ in grid.values())
        if x and x + width > WIDTH:
            x, y, height = 0, y + height + 1, 0
        blocks.append(Block(province, members[0]["province_name"], x, y, width))
        for row in members:
            column, line = grid[row["code"]]
            tiles.append(Tile(row["code"], row["name"], x + column, y + 1 + line))
        height = max(height, 1 + max(line + 1 for _, line in grid.values()))
        columns = max(columns, x + width)
        x += width + 1
    return TileMap(columns, y + height, tiles, blocks)


def _grid(province: str, codes: list[str]) -> Grid:
    """The hand-made layout, with regencies it does not know below it; else as near a square as it gets."""
    known = _hand_made().get(province, {})
    grid = {code: known[code] for code in codes if code in known}
    rest = [code for code in codes if code not in known]
    width = 1 + max((column for column, _ in grid.values()), default=ceil(sqrt(len(codes) * 1.6)) - 1)
    first = 1 + max((line for _, line in grid.values()), default=-1)
    return grid | {code: (index % width, first + index // width) for index, code in enumerate(rest)}


@cache
def _hand_made() -> dict[str, Grid]:
    provinces = yaml.safe_load((Path(__file__).parent / "tiles.yaml").read_text(encoding="utf-8"))
    return {
        province: {code: (column, line) for code, (column, line) in grid.items()}
        for province, grid in provinces.items()
    }
