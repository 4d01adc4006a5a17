"""Rows into a file without keeping them: a workbook in sheets up to the row limit, or Parquet in groups of rows."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

import xlsxwriter

from perisai.documents.datasets import Column, Dataset
from perisai.tables.cell import plain

MOST_LINES: Final = 1_048_576
"""Of a sheet, its titles among them."""
ZONE: Final = ZoneInfo("Asia/Jakarta")
"""Instants in a workbook, which knows no zones; the titles say so. In Parquet they are instants."""


class Sink(Protocol):
    def write(self, rows: Sequence[Sequence[Any]]) -> None: ...
    def close(self) -> None: ...


class Workbook:
    """XLSX. ``most`` lines a sheet; what is more goes to the next one."""

    def __init__(self, path: Path, dataset: Dataset, language: str, *, folder: Path, most: int = MOST_LINES) -> None:
        options = {
            "constant_memory": True,
            "tmpdir": str(folder),
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        self._book = xlsxwriter.Workbook(str(path), options)
        self._book.use_zip64()
        self._dataset, self._language, self._most = dataset, language, most
        self._bold = self._book.add_format({"bold": True})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheets = 0
        self._begin()

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        for row in rows:
            if self._line == self._most:
                self._begin()
            for place, value in enumerate(row):
                self._cell(place, value)
            self._line += 1

    def close(self) -> None:
        self._book.close()

    def _begin(self) -> None:
        self._sheets += 1
        title = _said(self._dataset.title, self._language)
        self._page = self._book.add_worksheet(title if self._sheets == 1 else f"{title} {self._sheets}")
        self._page.freeze_panes(1, 0)
        titles = [_titled(column, self._language) for column in self._dataset.columns]
        self._page.set_column(0, len(titles) - 1, 18)
        self._page.write_row(0, 0, titles, self._bold)
        self._line = 1

    def _cell(self, place: int, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, datetime):
            self._page.write_datetime(self._line, place, value.astimezone(ZONE).replace(tzinfo=None), self._moment)
        elif isinstance(value, date):
            self._page.write_datetime(self._line, place, value, self._day)
        elif isinstance(value, int):
            self._page.write_number(self._line, place, value)
        else:
            self._page.write_string(self._line, place, plain(str(value)))


class Parquet:
    """A group of rows for each batch; titles are the columns' names, the same in every language."""

    def __init__(self, path: Path, dataset: Dataset) -> None:
        import pyarrow as pa  # a second to load, and nothing else here needs it
        import pyarrow.parquet as pq

        kinds = {
            "text": pa.string(),
            "number": pa.int64(),
            "day": pa.date32(),
            "moment": pa.timestamp("us", tz="UTC"),
        }
        self._arrow = pa
        self._schema = pa.schema([(column.name, kinds[column.kind]) for column in dataset.columns])
        self._writer = pq.ParquetWriter(str(path), self._schema, compression="zstd")

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            columns = [
                self._arrow.array(values, type=field.type)
                for values, field in zip(zip(*rows), self._schema)  # noqa: B905
            ]
            self._writer.write_batch(self._arrow.record_batch(columns, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


def _said(texts: tuple[str, str], language: str) -> str:
    return texts[0 if language == "id" else 1]


def _titled(column: Column, language: str) -> str:
    return _said(column.title, language) + (" (WIB)" if column.kind == "moment" else "")
