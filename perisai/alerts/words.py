"""How an alert is said: its title and text in either language, filled with its facts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from perisai.alerts.rules import watched

_MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agt", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_MONEY = frozenset({"amount"})


def title(kind: str, language: str) -> str:
    rule = watched().get(kind)
    return _pick(rule.title, language) if rule else kind


def text(kind: str, facts: Mapping[str, Any], figures: Mapping[str, int], language: str, **names: str) -> str:
    """``figures``: of the branch; ``names``: what a reader may see but the alert does not keep, such as a bank's."""
    rule = watched().get(kind)
    if rule is None:
        return ""
    given = {name: _said(name, value, language) for name, value in {**figures, **facts}.items()} | names
    return _pick(rule.text, language).format_map(_Rest(given))


class _Rest(dict[str, str]):
    """What an old alert did not keep is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _pick(words: Any, language: str) -> str:
    return str(words.en if language == "en" else words.id)


def _said(name: str, value: Any, language: str) -> str:
    if isinstance(value, int):
        apart = f"{value:,}".replace(",", "." if language == "id" else ",")
        return f"Rp{apart}" if name in _MONEY else apart
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return str(value)
    return f"{day.day} {_MONTHS[language if language in _MONTHS else 'id'][day.month - 1]} {day.year}"
