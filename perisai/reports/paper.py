"""A report as PDF."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from perisai import written
from perisai.documents import pdf
from perisai.figures.definition import Said, figures
from perisai.reports import said
from perisai.reports.content import Content, shape
from perisai.written import Language

_TEMPLATE: Final = Path(__file__).parent / "paper" / "report.typ"
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "id": {
        "figure": "Angka", "now": "Periode ini", "before": "Sebelumnya", "change": "Perubahan", "beneath": "Di bawahnya",
        "by_day": "Diterima per hari", "page": "Halaman", "known": "Menurut yang diterima sampai akhir",
        "standing": "Keadaan per", "late": "Dicatat pada periode ini, baru diterima sesudahnya (sudah termasuk)",
        "since": "Diterima sesudah laporan ini (belum termasuk)", "where": "Sumber", "made": "Dibuat",
        "compared": "dibandingkan dengan",
        "overlap": "Agen terhitung juga pada kantornya: baris-baris ini tidak dijumlahkan.",
        "whole_month": "Target dan pencapaian: terhadap target sebulan penuh.",
    },
    "en": {
        "figure": "Figure", "now": "This period", "before": "Before", "change": "Change", "beneath": "Beneath",
        "by_day": "Accepted by day", "page": "Page", "known": "By what had been received up to the end of",
        "standing": "State of", "late": "Captured in this period, received after it (included)",
        "since": "Received after this report (not included)", "where": "Source", "made": "Made",
        "compared": "compared with",
        "overlap": "Agents count at their office as well: these rows do not add up.",
        "whole_month": "Target and attainment: of the whole month's target.",
    },
}  # fmt: skip
MOST_ROWS: Final = 400


def make(content: Content, *, address: str, made_at: datetime, timezone_name: str, language: Language) -> bytes:
    """``address``: of the same figures in the console."""
    words = _WORDS[language]
    period = said.span(content.span, language)
    standing = content.figures.standing_on
    facts: dict[str, Any] = {
        "language": language,
        "title": said.KINDS[language][content.span.kind],
        "office": content.figures.name,
        "code": content.figures.code,
        "period": period,
        "compared": f"{words['compared']} {_before(content, language)}",
        "words": words,
        "known": f"{words['known']} {written.day(content.as_of, language)}"
        + (f" · {words['standing']} {written.day(standing, language)}" if standing else ""),
        "sections": _sections(content, language),
        "bars": _bars(content, language),
        "head": [pick(figures()[name].label, language) for name in shape().beneath],
        "rows": _rows(content, language),
        "notes": [
            *whole_month(content, language),
            *_apart(content, language),
            *_overlap(content, language),
            *_late(content, language),
        ],
        "address": address,
        "made": f"{words['made']} {written.day(made_at.date(), language)} {made_at:%H.%M} {timezone_name}",
    }
    return pdf.render(_TEMPLATE, facts)


def pick(words: Said, language: Language) -> str:
    return words.en if language == "en" else words.id


def _before(content: Content, language: Language) -> str:
    compared = content.figures.compared
    first, last = compared.period if compared else content.span.before
    return written.day(first, language) + (f" – {written.day(last, language)}" if last != first else "")


def _sections(content: Content, language: Language) -> list[dict[str, Any]]:
    values = content.figures.values
    before = content.figures.compared.values if content.figures.compared else {}
    return [
        {
            "title": pick(section.title, language),
            "rows": [
                [
                    pick(figures()[name].label, language),
                    said.amount(values.get(name), figures()[name].unit, language),
                    said.amount(before.get(name), figures()[name].unit, language),
                    said.change(values.get(name), before.get(name), figures()[name].unit, language),
                ]
                for name in section.figures
            ],
        }
        for section in shape().sections
    ]


def _bars(content: Content, language: Language) -> list[dict[str, Any]]:
    """Days with their share of the highest, in thousandths."""
    days = content.days.get("accepted", [])
    most = max((value or 0 for _, value in days), default=0)
    return [
        {
            "day": str(day.day) if content.span.kind == "monthly" else said.weekday(day, language)[:3],
            "value": "" if value is None else str(value),
            "share": 0 if not most else max(0, value or 0) * 1000 // most,
        }
        for day, value in days
    ]


def _rows(content: Content, language: Language) -> list[list[str]]:
    return [
        [
            child.name,
            *(said.amount(child.values.get(name), figures()[name].unit, language) for name in shape().beneath),
        ]
        for child in content.children[:MOST_ROWS]
    ]


def _apart(content: Content, language: Language) -> list[str]:
    return [f"{said.apart(content.apart, language)}."] if content.apart else []


def _overlap(content: Content, language: Language) -> list[str]:
    """Where offices and their agents stand in one table."""
    levels = {child.scope.level for child in content.children}
    return [_WORDS[language]["overlap"]] if len(levels) > 1 else []


def whole_month(content: Content, language: Language) -> list[str]:
    """Targets are of months, also in the report of a week or of a day."""
    is_told = content.span.kind != "monthly" and content.figures.values.get("target") is not None
    return [_WORDS[language]["whole_month"]] if is_told else []


def _late(content: Content, language: Language) -> list[str]:
    words, notes = _WORDS[language], []
    for title, values in (("late", content.late.after_period), ("since", content.late.since)):
        told = [
            f"{pick(figures()[name].label, language)} {said.amount(value, figures()[name].unit, language)}"
            for name, value in values.items()
            if name in ("captured", "accepted", "active", "contributions")
        ]
        if told:
            notes.append(f"{words[title]}: {', '.join(told)}.")
    return notes
