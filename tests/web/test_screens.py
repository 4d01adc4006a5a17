"""Pictures in ``docs/screens``: targets and the country live, each screen at phone, laptop and wall size, in both languages."""

from pathlib import Path

import pytest

SCREENS = Path(__file__).parents[2] / "docs/screens"
SIZES = {"": (1366, 768), "-phone": (360, 740), "-wall": (1920, 1080)}
LIVE = (
    "live",
    "live-nation",
    "live-region",
    "live-sub-branch",
    "live-agency-office",
    "live-agent",
    "past",
    "map",
    "map-nation",
)
"""What is watched, so also on a wall."""
DESK = (
    "live-funnel", "live-leaders", "live-below", "past-nation", "targets-tree", "plan", "proposals", "targets", "quota-requests",
    "labour-force", "calendar", "alerts", "alert-rules", "reports", "report", "feeds",
)  # fmt: skip
WANTED = [(name, size) for name in LIVE for size in SIZES] + [(name, size) for name in DESK for size in ("", "-phone")]


def measure(file: Path) -> tuple[int, int]:
    """Width and height as a WebP file says them (RFC 9649, sections 2.5 to 2.7)."""
    data = file.read_bytes()[:30]
    assert (data[:4], data[8:12]) == (b"RIFF", b"WEBP"), file.name
    if data[12:16] == b"VP8 ":
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    bits = int.from_bytes(data[21:25], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_screen_is_there_at_each_size(language: str) -> None:
    files = {SCREENS / f"console-{name}{size}.{language}.webp": SIZES[size] for name, size in WANTED}
    assert sorted(file.name for file in files if not file.exists()) == []
    assert {file.name: measure(file) for file in files} == {file.name: size for file, size in files.items()}


def test_every_picture_is_in_the_index_and_every_name_in_it_is_a_picture() -> None:
    index = (SCREENS / "README.md").read_text(encoding="utf-8")
    shown = {part.split('"')[0] for part in index.split('<img src="')[1:]}
    assert shown == {file.name for file in SCREENS.glob("*.webp")}
