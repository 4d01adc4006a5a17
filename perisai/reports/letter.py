"""A report as a letter: the week's or month's figures in plain lines, equal to the page that it leads to."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings

from perisai import written
from perisai.events.work import Work
from perisai.figures import reading
from perisai.figures.definition import figures
from perisai.figures.outcome import Child, Figures
from perisai.offices.scopes import Watch
from perisai.reports import recap, said
from perisai.reports.content import apart_of, shape
from perisai.reports.paper import pick
from perisai.reports.span import Span
from perisai.written import Language

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "id": {"beneath": "Diterima", "known": "Menurut yang diterima sampai akhir", "before": "sebelumnya"},
    "en": {"beneath": "Accepted", "known": "By what had been received up to the end of", "before": "before"},
}


@dataclass(frozen=True)
class Letter:
    """What a letter says, before it is said in a language."""

    scope: Watch
    span: Span
    as_of: date
    figures: Figures
    beneath: list[Child]


def read(work: Work, *, scope: Watch, span: Span, as_of: date) -> Letter:
    """Two readings, each a fixed number of statements. Raises ``UnknownScope``."""
    return Letter(
        scope,
        span,
        as_of,
        reading.of(work, scope, span.period, as_of, compare=span.before),
        reading.children(work, scope, span.period, as_of),
    )


def write(letter: Letter, *, language: Language) -> str:
    words, at = _WORDS[language], address(letter.scope, letter.span, letter.as_of)
    lines = [
        f"*Perisai · {letter.figures.name}*",
        f"{said.KINDS[language][letter.span.kind]}, {said.span(letter.span, language)}",
        f"{words['known']} {written.day(letter.as_of, language)}",
    ]
    for section in shape().sections:
        lines += ["", f"*{pick(section.title, language)}*"]
        for name in section.figures:
            lines += _lines(letter, name, language)
    lines += recap.named(letter.beneath, language, words["beneath"])
    return "\n".join([*lines, "", at, f"PDF: {at}&form=pdf", f"Excel: {at}&form=xlsx"])


def address(scope: Watch, span: Span, as_of: date) -> str:
    """As of the day it was sent, so that the page goes on saying what the letter said."""
    origin = settings.ORIGIN
    return f"{origin}/console/reports/{scope.level}/{scope.key}/{span.kind}/{span.period.first}/?as_of={as_of}"


def _lines(letter: Letter, name: str, language: Language) -> list[str]:
    """One, or none; under a target another where the sum of those beneath is not the same."""
    line = _line(letter.figures, name, language)
    apart = apart_of(letter.figures, letter.beneath) if name == "target" else None
    return [one for one in (line, said.apart(apart, language) if apart else "") if one]


def _line(read: Figures, name: str, language: Language) -> str:
    """Nothing where nothing is known."""
    value, unit = read.values.get(name), figures()[name].unit
    if value is None:
        return ""
    before = read.compared.values.get(name) if read.compared else None
    told = f"{pick(figures()[name].label, language)}: {said.amount(value, unit, language)}"
    if before is None:
        return told
    return f"{told} ({_WORDS[language]['before']} {said.amount(before, unit, language)})"
