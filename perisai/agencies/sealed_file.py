"""Papers of this room in the data folder: encrypted, named by the SHA-256 of what they hold or by an id."""

import os
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from perisai.events.vault import seal


def store(path: Path, data: bytes) -> None:
    """Whole or not at all, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(f".{uuid4().hex}.new")
    with temporary.open("wb") as file:
        file.write(seal(data))
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)


def path(kind: str, branch_id: int, name: str) -> Path:
    """``name`` in hexadecimal."""
    return Path(settings.DATA) / "attachments" / kind / str(branch_id) / name[:2] / name
