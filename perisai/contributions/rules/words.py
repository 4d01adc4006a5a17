"""How rules are said to people: names of files and of what has no words of its own, and values with their units."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from perisai import written
from perisai.accounts import words
from perisai.contributions.rules.in_force import load

FILES: Final[dict[str, str | Promise]] = {
    "bpu_tariff.yaml": gettext_lazy("Dues of BPU"),
    "bpu_relief.yaml": gettext_lazy("Reliefs for BPU"),
    "bpu_entry.yaml": gettext_lazy("Who may enter as BPU"),
    "bpu_cover.yaml": gettext_lazy("Due dates, cover and the end of membership"),
    "pu_tariff.yaml": gettext_lazy("Dues of wage earners (PU)"),
    "pu_relief.yaml": gettext_lazy("Reliefs for wage earners (PU)"),
}
KEYS: Final[dict[str, str | Promise]] = {
    "prepayment_offered": gettext_lazy("Months offered at once"),
    "citizens_only": gettext_lazy("JKP is for citizens of Indonesia only"),
    "needs_health_insurance": gettext_lazy("JKP needs national health insurance (JKN)"),
    "needs.micro": gettext_lazy("Programmes that JKP needs in a micro enterprise"),
    "needs.small": gettext_lazy("Programmes that JKP needs in a small enterprise"),
    "needs.medium": gettext_lazy("Programmes that JKP needs in a medium or large enterprise"),
    "rounding": gettext_lazy("How shares of a wage are rounded"),
    "dropped_on_return": gettext_lazy("Old arrears are dropped when a membership begins again"),
    "return_is_first_registration": gettext_lazy("Coming back counts as a first registration"),
}
SECTORS: Final[dict[str, str | Promise]] = {
    "transport": gettext_lazy("transport"),
    "other": gettext_lazy("other sectors"),
    "": gettext_lazy("everybody"),
}


def title(path: tuple[str, ...], around: dict[Any, Any], tree: dict[Any, Any], language: str) -> str:
    """The name of a figure: what it says of itself, else what it is called here."""
    if path[:2] == ("tariff", "jkk") and "name" in around:
        return f"{tree['tariff']['jkk']['what'][language]}: {around['name'][language]}"
    for key in ("what", "question", "name", "title"):
        if isinstance(around.get(key), dict):
            return str(around[key][language])
    return str(KEYS.get(".".join(path[-2:])) or KEYS.get(path[-1] if path else "") or ".".join(path))


def source(text: object, language: str) -> str:
    """A reference or a reason as it is called in a language; one that somebody proposed, as they wrote it."""
    said = str(text)
    return load().sources.get(said, said) if language == "id" else said


def percent(per_ten_thousand: int) -> str:
    """``0,24%`` in Indonesian, ``0.24%`` in English."""
    whole, rest = divmod(per_ten_thousand, 100)
    text = f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    return f"{text if words.language() == 'en' else text.replace('.', ',')}%"


def value_text(item: Any, around: dict[Any, Any], language: str) -> str:
    """What stands under a day, in words; ``around`` is the mapping the figure stands in."""
    if item is None:
        return "–"
    if not isinstance(item, dict):
        return _plain(item)
    if "reading" in item:
        reading = around.get("readings", {}).get(item["reading"])
        return str(reading["says"][language]) if reading else str(item["reading"])
    if "rows" in item:
        return ngettext("%(n)s income band", "%(n)s income bands", len(item["rows"])) % {"n": len(item["rows"])}
    if "day" in item and "month" in item:
        return _due(item["day"], item["month"])
    if "value" in item:
        return with_unit(item["value"], str(around.get("unit", "")))
    return static_text(item, language)


def with_unit(value: Any, unit: str) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if not isinstance(value, int):
        return str(value)
    if unit.startswith("per ten thousand"):
        return percent(value) + (_(" a month") if unit.endswith("a month") else "")
    if unit.startswith("rupiah"):
        return written.rupiah(value)
    words = {
        "years": ngettext("%(n)s year", "%(n)s years", value),
        "months": ngettext("%(n)s month", "%(n)s months", value),
        "days": ngettext("%(n)s day", "%(n)s days", value),
        "jobs": ngettext("%(n)s job", "%(n)s jobs", value),
    }.get(unit, "%(n)s")
    return words % {"n": value}


def static_text(item: dict[Any, Any], language: str) -> str:
    """A rule without a day."""
    if "obligatory" in item:
        optional = ", ".join(item["optional"])
        return _("Obligatory: %(these)s. May be added: %(others)s.") % {
            "these": ", ".join(item["obligatory"]),
            "others": optional or "–",
        }
    if "chosen" in item:
        return str(item["readings"][item["chosen"]]["says"][language])
    if "months" in item:
        return ", ".join(str(month) for month in item["months"])
    if "programmes" in item and "relief" not in item:
        return ", ".join(item["programmes"])
    if "to" in item:
        return _("Each share to the nearest rupiah, a half up")
    if "relief" in item:
        return _relief(item)
    return with_unit(item["value"], "") if "value" in item else ""


def windows_text(windows: Iterable[dict[Any, Any]], language: str) -> str:
    return "; ".join(
        f"{sectors(window.get('sectors', ('',)))}: "
        f"{written.month(window['first_month'], language)} – {written.month(window['last_month'], language)}"
        for window in windows
    )


def sectors(chosen: Iterable[str]) -> str:
    return ", ".join(str(SECTORS.get(sector, sector)) for sector in chosen)


def no_relief() -> str:
    return _("No relief")


def _relief(item: dict[Any, Any]) -> str:
    text = _("%(part)s less of %(programmes)s") % {
        "part": percent(item["relief"]["value"]),
        "programmes": ", ".join(item["programmes"]),
    }
    if item.get("deferred_programmes"):
        text += "; " + _("%(part)s of %(programmes)s later") % {
            "part": percent(item["deferred"]["value"]),
            "programmes": ", ".join(item["deferred_programmes"]),
        }
    return text


def _due(day: int, month: int) -> str:
    if month == 0:
        return _("The %(day)s. of the month itself") % {"day": day}
    if month == 1:
        return _("The %(day)s. of the following month") % {"day": day}
    return _("The %(day)s., %(n)s months later") % {"day": day, "n": month}


def _plain(item: Any) -> str:
    if isinstance(item, tuple | list):
        return ", ".join(_plain(one) for one in item)
    return item.isoformat() if isinstance(item, date) else str(item)
