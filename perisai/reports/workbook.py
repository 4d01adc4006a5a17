"""A report as a workbook: figures with what they count, day by day, by segment, and what stands beneath. Numbers as numbers."""

from collections.abc import Iterator
from typing import Any, Final

from perisai.figures.definition import SEGMENTS, figures
from perisai.reports import said
from perisai.reports.content import Content, shape
from perisai.reports.paper import pick
from perisai.tables.writing import Sheet, write_xlsx
from perisai.written import Language

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "id": {
        "figures": "Angka", "days": "Per hari", "beneath": "Di bawahnya", "segments": "Segmen", "figure": "Angka", "unit": "Satuan",
        "now": "Periode ini", "before": "Sebelumnya", "change": "Perubahan", "what": "Yang dihitung", "day": "Hari", "name": "Nama",
        "code": "Kode", "late": "Datang sesudah periode", "period": "Periode", "office": "Kantor", "as_of": "Diterima sampai",
        "beneath_sum": "Target, jumlah di bawahnya", "difference": "Target, selisih keduanya",
    },
    "en": {
        "figures": "Figures", "days": "By day", "beneath": "Beneath", "segments": "Segments", "figure": "Figure", "unit": "Unit",
        "now": "This period", "before": "Before", "change": "Change", "what": "What is counted", "day": "Day", "name": "Name",
        "code": "Code", "late": "Came after the period", "period": "Period", "office": "Office", "as_of": "Received by",
        "beneath_sum": "Target, sum of those beneath", "difference": "Target, difference of both",
    },
}  # fmt: skip
_UNITS: Final[dict[Language, dict[str, str]]] = {
    "id": {"persons": "orang", "count": "kali", "rupiah": "rupiah", "percent": "persen", "days": "hari"},
    "en": {"persons": "persons", "count": "times", "rupiah": "rupiah", "percent": "per cent", "days": "days"},
}


def make(content: Content, *, language: Language) -> bytes:
    words = _WORDS[language]
    names = [name for section in shape().sections for name in section.figures]
    sheets = [
        Sheet(
            words["figures"],
            [words[each] for each in ("figure", "unit", "now", "before", "change", "late", "what")],
            _figures(content, names, language),
        ),
        Sheet(words["beneath"], [words["name"], words["code"], *_labels(names, language)], _children(content, names)),
        Sheet(words["segments"], [words["figure"], *SEGMENTS], _segments(content, names, language)),
    ]
    if content.days:
        by_day = list(content.days)
        sheets.insert(1, Sheet(words["days"], [words["day"], *_labels(by_day, language)], _days(content)))
    return write_xlsx(*sheets)


def _figures(content: Content, names: list[str], language: Language) -> Iterator[list[Any]]:
    words, values = _WORDS[language], content.figures.values
    before = content.figures.compared.values if content.figures.compared else {}
    yield [words["office"], None, content.figures.name]
    yield [words["period"], None, said.span(content.span, language)]
    yield [words["as_of"], None, content.as_of]
    for name in names:
        figure, now, was = figures()[name], values.get(name), before.get(name)
        change = None if now is None or was is None else now - was
        late = content.late.after_period.get(name)
        label, unit = pick(figure.label, language), _UNITS[language][figure.unit]
        yield [label, unit, now, was, change, late, pick(figure.what, language)]
        if name == "target" and content.apart:
            yield [words["beneath_sum"], unit, content.apart.beneath]
            yield [words["difference"], unit, content.apart.difference]


def _days(content: Content) -> Iterator[list[Any]]:
    for rows in zip(*content.days.values(), strict=True):
        yield [rows[0][0], *(value for _, value in rows)]


def _children(content: Content, names: list[str]) -> Iterator[list[Any]]:
    for child in content.children:
        yield [child.name, child.code, *(child.values.get(name) for name in names)]


def _segments(content: Content, names: list[str], language: Language) -> Iterator[list[Any]]:
    for name in names:
        if figures()[name].by_segment:
            told = [content.figures.segments[segment].get(name) for segment in SEGMENTS]
            yield [pick(figures()[name].label, language), *told]


def _labels(names: list[str], language: Language) -> list[str]:
    return [pick(figures()[name].label, language) for name in names]
