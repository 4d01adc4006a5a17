"""A PDF laid anew page by page, so that nothing but its pages is kept. Needs no settings: it runs apart (``events.apart``)."""

import tempfile
from pathlib import Path
from typing import Final

import typst

MOST_PAGES: Final = 20
# Without a date, which would make another file of the same pages every second.
_PAGES: Final = b"""
#set document(date: none)
#set page(margin: 0pt, width: auto, height: auto)
#for n in range(int(sys.inputs.first), int(sys.inputs.last) + 1) { page(image("scan.pdf", page: n)) }
"""


def lay_anew(data: bytes) -> bytes:
    """Raises ``ValueError`` for what is no PDF, protected by a password, or too many pages."""
    with tempfile.TemporaryDirectory(prefix="perisai-scan-") as name:
        folder = Path(name)
        (folder / "scan.pdf").write_bytes(data)
        (folder / "pages.typ").write_bytes(_PAGES)
        pages = 0
        while pages <= MOST_PAGES and _compile(folder, pages + 1, pages + 1) is not None:
            pages += 1
        clean = _compile(folder, 1, pages) if 1 <= pages <= MOST_PAGES else None
    if clean is None:
        raise ValueError("pages")
    return clean


def _compile(folder: Path, first: int, last: int) -> bytes | None:
    """The pages as a new PDF; None where one is not there or cannot be read."""
    inputs = {"first": str(first), "last": str(last)}
    try:
        made = typst.compile(str(folder / "pages.typ"), root=str(folder), sys_inputs=inputs)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - a damaged PDF can make the reader panic, which is no Exception
        return None
    assert isinstance(made, bytes)
    return made
