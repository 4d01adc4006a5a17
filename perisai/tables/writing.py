"""Writes tables for people to open. No cell can start a formula, a NIK keeps its last digit, and memory does not grow with rows."""

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import xlsxwriter

from perisai.tables.cell import plain

Cells = Iterable[Sequence[Any]]
MOST_CHOSEN: Final = 10_000
"""Rows that have a list to pick from."""


@dataclass(frozen=True)
class Sheet:
    """``rows`` below the titles; ``notes``: what is wrong with a cell, by (row as the spreadsheet shows it, column from 0);
    ``links``: the place in this workbook that a cell leads to, by the same key; ``choices``: what may be picked in a column (from
    0): words, or a range of this workbook such as ``=Pilihan!$A$2:$A$90``; ``hints``: what is said beside a title, by column;
    ``free``: columns (from 0) that may be changed, where titles and the other columns are locked (None: nothing is)."""

    name: str
    titles: Sequence[str]
    rows: Cells
    notes: Mapping[tuple[int, int], str] = field(default_factory=dict)
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)
    choices: Mapping[int, Sequence[str] | str] = field(default_factory=dict)
    hints: Mapping[int, str] = field(default_factory=dict)
    free: Collection[int] | None = None


def write_csv(titles: Sequence[str], rows: Cells) -> bytes:
    """UTF-8 with its mark, so that a spreadsheet reads the letters right."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(titles)
    writer.writerows([plain(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def write_xlsx(*sheets: Sheet) -> bytes:
    """Texts as text cells, numbers as numbers, days as days. A cell with a note is marked red and says why."""
    data = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(data, options)
    look = {
        "bold": book.add_format({"bold": True}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "wrong": book.add_format({"bg_color": "#F8D7DA", "num_format": "@"}),
        "text": book.add_format({"num_format": "@"}),
        "free": book.add_format({"locked": False, "num_format": "#,##0"}),
    }
    for sheet in sheets:
        _write(book.add_worksheet(sheet.name), sheet, look)
    book.close()
    return data.getvalue()


def _write(page: Any, sheet: Sheet, look: Mapping[str, Any]) -> None:
    page.freeze_panes(1, 0)
    page.set_column(0, max(len(sheet.titles) - 1, 0), 18, look["text"])
    page.write_row(0, 0, sheet.titles, look["bold"])
    for column, hint in sheet.hints.items():
        page.write_comment(0, column, hint)
    for column, words in sheet.choices.items():
        page.data_validation(1, column, MOST_CHOSEN, column, {"validate": "list", "source": words})
    if sheet.free is not None:
        page.protect("", {"format_columns": True, "select_locked_cells": True})
    for number, row in enumerate(sheet.rows, start=2):
        for column, value in enumerate(row):
            if sheet.free is not None and column in sheet.free:
                _write_free(page, number - 1, column, plain(value), look["free"])
                continue
            note, link = sheet.notes.get((number, column)), sheet.links.get((number, column))
            _write_cell(page, number - 1, column, value, look, note=note, link=link)


def _write_free(page: Any, row: int, column: int, shown: Any, look: Any) -> None:
    """A cell that stays open where the sheet is locked."""
    if shown is None:
        page.write_blank(row, column, None, look)
    elif isinstance(shown, int | float) and not isinstance(shown, bool):
        page.write_number(row, column, shown, look)
    else:
        page.write_string(row, column, str(shown), look)


def _write_cell(
    page: Any, row: int, column: int, value: Any, look: Mapping[str, Any], *, note: str | None, link: str | None
) -> None:
    shown = plain(value)
    if link:
        page.write_url(row, column, f"internal:{link}", string=str(shown))
    elif note is not None:
        page.write_string(row, column, "" if shown is None else str(shown), look["wrong"])
        page.write_comment(row, column, note)
    elif isinstance(shown, date):
        page.write_datetime(row, column, shown, look["day"])
    elif isinstance(shown, int | float) and not isinstance(shown, bool):
        page.write_number(row, column, shown)
    elif shown is not None:
        page.write_string(row, column, str(shown), look["text"])
