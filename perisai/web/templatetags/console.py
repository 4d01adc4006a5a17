"""How numbers, money, days and icons look on staff pages: ``{% load console %}``."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from perisai import written
from perisai.accounts.words import language

register = template.Library()

_ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite. Without a label it is decoration and hidden from screen readers."""
    source = f"{static('console/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, source)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', source)


@register.filter
def number(value: int | None) -> str:
    """``1.234`` in Indonesian, ``1,234`` in English; a dash where there is none."""
    return "–" if value is None else written.number(value, language())


@register.filter
def rupiah(value: int | None) -> str:
    """``Rp36.800``, in both languages: it is how the amount is printed on the slip."""
    return "–" if value is None else written.rupiah(value)


@register.filter
def grouped(code: str | None) -> str:
    """``8808 1501 0000 0012``: a number to type, in groups of four."""
    digits = code or ""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


@register.filter
def percent(part: int | None, whole: int | None) -> str:
    """``part`` of ``whole`` in percent, rounded half up as everywhere, or a dash."""
    if not whole or part is None:
        return "–"
    return f"{(200 * part + whole) // (2 * whole)}%"


@register.filter
def day(value: date | datetime | None) -> str:
    """``22 Nov 2026``"""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return written.day(value, language())


@register.filter
def month(value: date | str | None) -> str:
    """``Nov 2026``, also of the text ``2026-11``."""
    if isinstance(value, str):
        value = date.fromisoformat(f"{value[:7]}-01")
    return "–" if value is None else written.month(value, language())


@register.filter
def clock(value: datetime | None, zone: str = "Asia/Jakarta") -> str:
    """``14.05 WIB``"""
    if value is None:
        return "–"
    local = value.astimezone(ZoneInfo(zone or "Asia/Jakarta"))
    return f"{local:%H.%M} {_ZONES.get(zone or 'Asia/Jakarta', local.tzname() or '')}".strip()


@register.filter
def moment(value: datetime | None, zone: str = "Asia/Jakarta") -> str:
    """``22 Nov 2026, 14.05 WIB``"""
    if value is None:
        return "–"
    local = value.astimezone(ZoneInfo(zone or "Asia/Jakarta"))
    return f"{day(local.date())}, {clock(value, zone)}"


@register.filter
def age(value: datetime | None) -> str:
    """How long ago, in the largest unit that says it: ``5 menit``, ``3 jam``, ``2 hari``."""
    if value is None:
        return "–"
    return span(int((timezone.now() - value).total_seconds()))


def span(seconds: int) -> str:
    minutes = max(abs(seconds) // 60, 0)
    if minutes < 1:
        return gettext("just now")
    if minutes < 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        hours = minutes // 60
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    days = minutes // (24 * 60)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


@register.filter
def short(value: UUID | str | None) -> str:
    """The last eight characters of an id: enough to tell two apart on a screen."""
    return "–" if value is None else str(value)[-8:]


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    """The value of a key, for keys that are not literals."""
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def address_with(context: dict[str, Any], **changes: Any) -> str:
    """This page's query with some parameters changed; an empty value takes one away. Filters live in the address."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"
