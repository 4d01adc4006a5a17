"""Pictures that look like an ID card from afar and say CONTOH (sample) from near: they show nobody."""

from functools import cache
from pathlib import Path

COUNT = 4


def sample(number: int, mark: str) -> bytes:
    """A JPEG; ``mark`` goes into a comment segment, so that every worker's photo has an address of its own."""
    picture = _picture(number % COUNT + 1)
    comment = mark.encode()
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
    return picture[:2] + segment + picture[2:]


@cache
def _picture(number: int) -> bytes:
    return (Path(__file__).parent / f"card{number}.jpg").read_bytes()
