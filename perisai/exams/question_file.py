"""Files of questions: CSV or XLSX, one row a question. Read, judged row by row, and nothing kept. Pure but for the spreadsheet."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from perisai.errors import Refused
from perisai.exams.bank import MOST_OPTIONS, Content
from perisai.tables.reading import Limits, Line, Unreadable, plain_title, read_lines
from perisai.tables.writing import Sheet, write_xlsx

TITLES: Final = (
    "Topik", "Kesulitan", "Soal", "Soal EN", "Jawaban",
    *(f"Pilihan {n}" for n in range(1, MOST_OPTIONS + 1)), *(f"Pilihan {n} EN" for n in range(1, MOST_OPTIONS + 1)),
)  # fmt: skip
MOST_ROWS: Final = 500
MOST_BYTES: Final = 2 * 1024 * 1024
_LIMITS: Final = Limits(size=MOST_BYTES, rows=MOST_ROWS)
_NAMES: Final = {title: plain_title(title) for title in TITLES}
_DIFFICULTIES: Final = {
    "1": 1, "mudah": 1, "easy": 1, "2": 2, "sedang": 2, "medium": 2, "3": 3, "sulit": 3, "sukar": 3, "hard": 3,
}  # fmt: skip
_EXAMPLE: Final = (
    "iuran", "mudah", "Berapa iuran JKM sebulan?", "How much is the JKM contribution a month?", "2",
    "Rp3.400", "Rp6.800", "Rp10.000", "", "", "", "Rp3,400", "Rp6,800", "Rp10,000",
)  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """A row of the file (titles are line 1). ``verdict``: ``ok``, ``known`` (its text is in the bank), or ``error``."""

    line: int
    text: str
    topic: str
    verdict: str
    problem: str = ""
    content: Content | None = None


def judge(data: bytes, topics: Mapping[str, UUID], known: set[str]) -> list[Judged]:
    """Every row with what would become of it. ``known`` holds the Indonesian texts that the bank has, in small letters.

    A missing English text is the Indonesian one. Raises ``Refused`` E9316 where the file cannot be read at all.
    """
    seen = set(known)
    told = []
    for line, row, _cut in _rows(data):
        told.append(_judge(line, row, topics, seen))
        seen.add(row.get("soal", "").lower())
    if not told:
        raise Refused("E9316", reason="0")
    return told


def template() -> bytes:
    """An XLSX with the titles and one example."""
    return write_xlsx(Sheet("Soal", TITLES, [_EXAMPLE]))


def _judge(line: int, row: dict[str, str], topics: Mapping[str, UUID], seen: set[str]) -> Judged:
    text, topic = row.get("soal", ""), row.get("topik", "").lower()
    shown = {"line": line, "text": text[:200], "topic": topic[:40]}
    if text.lower() in seen:
        return Judged(**shown, verdict="known")  # type: ignore[arg-type]
    if topic not in topics:
        return Judged(**shown, verdict="error", problem="topik / topic")  # type: ignore[arg-type]
    indonesian = [row.get(f"pilihan{n}", "") for n in range(1, MOST_OPTIONS + 1)]
    english = [row.get(f"pilihan{n}en", "") for n in range(1, MOST_OPTIONS + 1)]
    options = tuple((one, other or one) for one, other in zip(indonesian, english, strict=True) if one)
    answer = row.get("jawaban", "")
    content = Content(
        topic_id=topics[topic],
        difficulty=_DIFFICULTIES.get(row.get("kesulitan", "").lower(), 0),
        text_id=text,
        text_en=row.get("soalen", "") or text,
        options=options,
        correct=int(answer) - 1 if re.fullmatch(r"[1-9]", answer) else -1,
    )
    try:
        content.check()
    except Refused as refused:
        return Judged(**shown, verdict="error", problem=str(refused.params.get("problem", "")))  # type: ignore[arg-type]
    return Judged(**shown, verdict="ok", content=content)  # type: ignore[arg-type]


def _rows(data: bytes) -> Iterator[Line]:
    try:
        yield from read_lines(data, _NAMES, _LIMITS, needed=("topik", "soal", "jawaban"))
    except Unreadable as told:
        raise Refused("E9316", reason=told.said) from None
