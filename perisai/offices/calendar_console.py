"""The page of an office's year: which days are off and why, and what the office adds."""

from calendar import Calendar as Weeks
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from perisai.accounts import words
from perisai.accounts.audience import PageRequest, Role, audience
from perisai.accounts.words import say
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.given import get_id
from perisai.offices import calendar, calendar_day
from perisai.offices.calendar import DayKind
from perisai.offices.console import READERS
from perisai.offices.models import CalendarDay, Office

EDITORS = (Role.SUB_BRANCH, Role.BRANCH, Role.BRANCH_HEAD, Role.REGION, Role.HEAD_OFFICE, Role.SYSTEM)
YEARS = (2024, 2035)


@dataclass(frozen=True)
class Cell:
    day: int
    kind: str
    title: str
    is_today: bool
    is_market: bool
    is_ramadan: bool


class DayForm(forms.Form):
    """A day to add; ``calendar_day.add`` checks again."""

    kind = forms.ChoiceField()
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    every_days = forms.ChoiceField(required=False)
    name = forms.CharField(max_length=80)

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        kinds, every, day, name = (self.fields[field] for field in ("kind", "every_days", "day", "name"))
        assert isinstance(kinds, forms.ChoiceField)
        assert isinstance(every, forms.ChoiceField)
        kinds.choices = [(kind, word) for kind, word in kind_words().items()]
        every.choices = [
            ("0", say("Sekali", "Once")),
            ("7", say("Setiap minggu", "Every week")),
            ("5", say("Setiap lima hari (pasaran)", "Every five days (Javanese week)")),
        ]
        kinds.label, day.label = say("Apa", "What"), say("Tanggal", "Date")
        every.label, name.label = say("Berulang (hari pasar)", "Repeats (market day)"), say("Keterangan", "Name")
        for field in self.fields.values():
            is_select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if is_select else "form-control"


def kind_words() -> dict[str, str]:
    return {
        "closed": say("Kantor tutup", "Office closed"),
        "open": say("Tetap buka", "Open all the same"),
        "market": say("Hari pasar", "Market day"),
    }


@audience(*READERS)
def calendar_page(request: PageRequest, office_id: int) -> HttpResponse:
    """``year`` in the address; a POST adds a day or, with ``remove``, takes one away."""
    shown = _get(request, office_id)
    today = branch_day(request.work.now, shown.timezone)
    year = _year(request.GET.get("year", ""), today)
    may = request.viewer.role in EDITORS and request.viewer.office.id in shown.path
    form, refused = DayForm(request.POST or None), None
    if request.method == "POST":
        if not may:
            raise Refused("E2006")
        try:
            if _change(request, shown, form, today):
                return HttpResponseRedirect(request.get_full_path())
        except Refused as error:
            refused = error
    own = calendar.of_office(request.work, shown.id)
    context = {
        "office": shown,
        "year": year,
        "years": [one for one in (year - 1, year + 1) if YEARS[0] <= one <= YEARS[1]],
        "months": _months(own, year, today),
        "named": _named(own, year),
        "added": list(CalendarDay.objects.filter(office=shown, removed_at__isnull=True).order_by("day", "id")[:200]),
        "kinds": kind_words(),
        "form": form if may else None,
        "refused": refused and refused.answer(),
        "ramadan": [span for span in (calendar.ramadan(year - 580 + n) for n in range(4)) if _touches(span, year)],
        "zone": own.zone,
        "fifteenths": _fifteenths(own, year),
        "week": say("Sn Sl Rb Km Jm Sb Mg", "Mo Tu We Th Fr Sa Su").split(),
    }
    status = refused.status if refused else (422 if request.method == "POST" else 200)
    return render(request, "offices/calendar.html", context, status=status)


def _change(request: PageRequest, shown: Office, form: DayForm, today: date) -> bool:
    """Whether something was changed; False where the form is to be shown again."""
    if "remove" in request.POST:
        calendar_day.remove(request.work, office=shown, day_id=get_id(request.POST["remove"], "E1004"))
        messages.success(request, say("Dihapus dari kalender.", "Removed from the calendar."))
        return True
    if not form.is_valid():
        return False
    told = form.cleaned_data
    calendar_day.add(
        request.work,
        office=shown,
        kind=told["kind"],
        day=told["day"],
        name=told["name"],
        every_days=int(told["every_days"] or 0),
        today=today,
    )
    messages.success(request, say("Tersimpan di kalender.", "Saved in the calendar."))
    return True


def _months(own: calendar.Calendar, year: int, today: date) -> list[dict[str, object]]:
    weeks = Weeks(firstweekday=0)
    found: list[dict[str, object]] = []
    for month in range(1, 13):
        rows = [
            [_cell(day, own, today) if day.month == month else None for day in week]
            for week in weeks.monthdatescalendar(year, month)
        ]
        working = sum(one is not None and one.kind == DayKind.WORKING for row in rows for one in row)
        found.append({"first": date(year, month, 1), "weeks": rows, "working": working})
    return found


def _cell(day: date, own: calendar.Calendar, today: date) -> Cell:
    told, markets = calendar.told(day, own, language=words.language()), calendar.markets_on(day, own)
    title = "; ".join(part for part in (told.name, *markets) if part)
    return Cell(day.day, told.kind, title, day == today, bool(markets), calendar.is_ramadan(day))


def _named(own: calendar.Calendar, year: int) -> list[tuple[date, str, str]]:
    """Days off with a name, in order."""
    found = []
    for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
        day = date(year, 1, 1) + timedelta(days=n)
        told = calendar.told(day, own, language=words.language())
        if told.kind in (DayKind.HOLIDAY, DayKind.COLLECTIVE_LEAVE, DayKind.CLOSED):
            found.append((day, str(told.kind), told.name))
    return found


def _fifteenths(own: calendar.Calendar, year: int) -> list[tuple[date, date]]:
    """Where employers' due date moves: (the 15th, the next working day)."""
    days = [date(year, month, 15) for month in range(1, 13)]
    return [(day, moved) for day in days if (moved := calendar.next_working(day, own)) != day]


def _touches(span: tuple[date, date], year: int) -> bool:
    return year in (span[0].year, span[1].year)


def _year(text: str, today: date) -> int:
    asked = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year
    return min(max(asked, YEARS[0]), YEARS[1])


def _get(request: PageRequest, office_id: int) -> Office:
    """An office of my part of the tree, or one above mine whose days hold for me."""
    found = Office.objects.filter(pk=office_id).first()
    mine = request.viewer.office
    if found is None or not (mine.id in found.path or found.id in mine.path):
        raise Refused("E1004")
    return found
