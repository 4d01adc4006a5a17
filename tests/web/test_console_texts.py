"""Every text of the staff pages is there in both languages, and every icon they name exists."""

import re
from pathlib import Path

import polib
import pytest

from perisai.web.console.messages import CATALOGUE, PACKAGE, collect
from perisai.web.context import PLACES

ROOT = PACKAGE.parent


def test_catalogue_has_every_text_and_nothing_else() -> None:
    book = {(entry.msgid, entry.msgid_plural or None): entry for entry in polib.pofile(str(CATALOGUE))}
    wanted = collect()
    assert sorted(map(str, set(wanted) - set(book))) == [], "run: python -m perisai.web.console.messages"
    assert [entry.msgid for message, entry in book.items() if message in wanted and not entry.translated()] == []


def test_catalogue_keeps_placeholders() -> None:
    holes = re.compile(r"%\((\w+)\)")
    for entry in polib.pofile(str(CATALOGUE)):
        said = entry.msgstr or entry.msgstr_plural[0]
        asked = set(holes.findall(entry.msgid)) | set(holes.findall(entry.msgid_plural or ""))
        assert set(holes.findall(said)) <= asked, entry.msgid


def test_compiled_catalogue_is_the_written_one() -> None:
    written = {e.msgid: e.msgstr or e.msgstr_plural for e in polib.pofile(str(CATALOGUE))}
    compiled = {e.msgid: e.msgstr or e.msgstr_plural for e in polib.mofile(str(CATALOGUE.with_suffix(".mo")))}
    assert compiled == written, "run: python -m perisai.web.console.messages"


def test_every_named_icon_exists() -> None:
    folder = ROOT / "frontend/node_modules/@tabler/icons/icons"
    if not folder.exists():
        pytest.skip("the front-end's packages are not installed")
    named = {place.icon for _group, places in PLACES for place in places}
    for path in [*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.py")]:
        named |= set(re.findall(r"\bicon(?:\s+|=)[\"']([a-z0-9-]+)[\"']", path.read_text(encoding="utf-8")))
    missing = [name for name in sorted(named) if not _file(folder, name).exists()]
    assert missing == []


def _file(folder: Path, name: str) -> Path:
    if name.endswith("-filled"):
        return folder / "filled" / f"{name.removesuffix('-filled')}.svg"
    return folder / "outline" / f"{name}.svg"


def test_every_page_below_the_menu_leads_back() -> None:
    """Pages of the money rooms that the menu does not open show where one came from."""
    rooms = (
        "contributions", "custody", "documents", "employers", "messages", "payers", "payments", "reconciliation", "reminders",
    )  # fmt: skip
    in_menu = {
        "contributions/rules.html", "contributions/runs.html", "custody/overview.html", "documents/exports.html",
        "employers/list.html", "messages/list.html", "payers/groups.html", "payers/sponsors.html", "payers/tasks.html",
        "payments/books.html", "payments/list.html", "reconciliation/page.html", "reminders/overview.html",
    }  # fmt: skip
    without = {
        f"{room}/{path.name}"
        for room in rooms
        for path in (PACKAGE / room / "templates" / room).glob("*.html")
        if 'extends "console/base.html"' in (text := path.read_text(encoding="utf-8")) and "block crumbs" not in text
    }
    assert without == in_menu
