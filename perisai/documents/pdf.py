"""Typst to PDF: the one place where it is called."""

import io
from pathlib import Path
from typing import Any

import orjson
import segno
import typst

from perisai.events import world


def render(template: Path, facts: dict[str, Any]) -> bytes:
    """The PDF of a template whose facts come as JSON. Without the machine's own fonts, so that it looks the same everywhere; in
    practice with large letters across every page."""
    made = typst.compile(
        world.watermark().encode() + template.read_bytes(),
        sys_inputs={"facts": orjson.dumps(facts).decode()},
        ignore_system_fonts=True,
    )
    assert isinstance(made, bytes)
    return made


def qr(text: str) -> str:
    """A QR code as SVG."""
    kept = io.BytesIO()
    segno.make(text, error="m").save(kept, kind="svg", border=2, dark="#000", light="#fff")
    return kept.getvalue().decode()
