"""The tile map, without a database."""

from perisai.web.live.tiles import lay_out

JAMBI = [f"15.{n:02}" for n in range(1, 10)] + ["15.71", "15.72"]


def rows(province: str, codes: list[str]) -> list[dict[str, str]]:
    return [{"code": c, "name": c, "province": province, "province_name": province} for c in codes]


def test_lay_out_jambi_puts_every_regency_on_a_tile_of_its_own() -> None:
    found = lay_out(rows("15", JAMBI))
    assert {tile.code for tile in found.tiles} == set(JAMBI)
    assert len({(tile.x, tile.y) for tile in found.tiles}) == 11
    by_code = {tile.code: tile for tile in found.tiles}
    assert by_code["15.01"].x < by_code["15.02"].x < by_code["15.04"].x < by_code["15.71"].x, "west to east"


def test_lay_out_a_new_regency_finds_room_below_the_hand_made_ones() -> None:
    found = lay_out(rows("15", [*JAMBI, "15.99"]))
    assert len({(tile.x, tile.y) for tile in found.tiles}) == 12


def test_lay_out_many_provinces_never_overlaps() -> None:
    country = [row for p in range(11, 49) for row in rows(str(p), [f"{p}.{n:02}" for n in range(1, 1 + p % 7 * 5 + 4)])]
    found = lay_out(country)
    assert len({(tile.x, tile.y) for tile in found.tiles}) == len(country)
    assert all(0 <= tile.x < found.columns and 0 <= tile.y < found.rows for tile in found.tiles)
    labels = {(block.x, block.y) for block in found.blocks}
    assert not labels & {(tile.x, tile.y) for tile in found.tiles}
