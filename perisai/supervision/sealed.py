"""Free text of the file: sealed in the row, opened for whoever may read the file."""

from perisai.errors import Refused
from perisai.events.vault import seal, unseal

MOST = 2000


def seal_text(text: str, *, least: int = 0, field: str = "text") -> bytes | None:
    """None for nothing. Raises E9502 where it is shorter than ``least`` or longer than ``MOST`` characters."""
    clean = text.replace("\x00", "").strip()
    if not least <= len(clean) <= MOST:
        raise Refused("E9502", field=field)
    return seal(clean.encode()) if clean else None


def open_text(sealed: bytes | memoryview | None) -> str:
    return unseal(sealed).decode() if sealed is not None else ""
