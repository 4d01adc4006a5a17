"""Spreadsheets of staff pages of targets: a whole plan out and in, the labour force out and in."""

import base64
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from perisai.accounts.audience import PageRequest, Role, audience
from perisai.errors import Refused
from perisai.offices import labour_force
from perisai.offices.labour_force import Force
from perisai.offices.tree import Office
from perisai.tables.download import download
from perisai.tables.reading import Unreadable
from perisai.targets.plans import clash as plan_clash
from perisai.targets.plans import labels, plan
from perisai.targets.plans import merge as plan_merge
from perisai.targets.plans import sheet as plan_sheet
from perisai.targets.plans.console import OFFICES, a_uuid, form_of, home_of, said, switched, switches
from perisai.targets.plans.edit_console import MAKERS, ask, back, makes, revision_of, show
from perisai.targets.plans.grid import Filled
from perisai.targets.plans.merge import Merged
from perisai.targets.plans.place import NATION, WHOLE, Child, Home, at, children, named
from perisai.targets.plans.sheet import Finding, Read

SHOWN: Final = 40
"""Wrong cells that a page lists; the file has all."""
BRINGERS: Final = (Role.BRANCH, Role.BRANCH_HEAD, Role.REGION, Role.HEAD_OFFICE)


@audience(*OFFICES)
@require_GET
def export(request: PageRequest, office_id: int, plan_id: UUID) -> HttpResponse:
    """A version with all its segments and measures, ready to be changed and sent back."""
    home = home_of(request, str(office_id))
    row = request.work.row(at(home, plan.OF_ID), home.params(plan=plan_id))
    if row is None:
        raise Refused("E1004")
    year, version, revision = row
    figures = plan.figures(request.work, home=home, plan_id=plan_id)
    mark = f"{plan_id}:{revision}"
    data = plan_sheet.write_plan(year, _rows_of(request, home, figures), figures, mark)
    return download(data, f"target-{home.code}-{year}-v{version}.xlsx")


@audience(*MAKERS)
@form_of("targets:plan")
def bring(request: PageRequest, office_id: int, plan_id: UUID) -> HttpResponse:
    """Takes all figures of a file, or none: with a wrong row the file comes back with red cells. What others changed since the
    file was made stays; what both changed is asked about."""
    home = makes(request, office_id)
    year, *_rest = switches(request)
    data = b""
    try:
        data = sent(request)
        version = plan.lock(request.work, home=home, plan_id=plan_id, revision=None, state="draft")
        figures = plan.figures(request.work, home=home, plan_id=plan_id)
        read = plan_sheet.read_plan(
            data, year=version.year, there=_rows_of(request, home, figures), since=version.from_month, known=figures
        )
        if other := read.other_year(version.year):
            raise Refused("E5022", found=other[:40], year=version.year)
        name = f"target-{home.code}-{year}-perbaiki.xlsx"
        if read.wrong:
            lines = len({one.line for one in read.wrong})
            more = wrong_of(data, plan_sheet.PLAN_SHEET, plan_sheet.PLAN_NAMES, read.wrong, name)
            return show(request, home, Refused("E5023", count=lines), more=more)
        if not read.found:
            raise Refused("E5021", why=str(labels.UNREADABLE["empty"]))
        since = _made_of(data, plan_id, revision_of(request))
        merged = plan_merge.merge(
            request.work, home=home, plan_id=plan_id, revision=since, cells=read.found, act="imported"
        )
    except Unreadable as told:
        return show(request, home, _unreadable(told))
    except Refused as refused:
        return show(request, home, refused)
    if len(merged.clashes) > plan_clash.MOST:
        return _clashes_back(
            request, home, merged, data, read.places, f"{plan_id}:{version.revision + bool(merged.changed)}"
        )
    if merged.clashes:
        return ask(request, home, merged, Filled(since=since, clashes=merged.clashes))
    messages.success(request, _("Taken from the file: %(n)s figures differ from before.") % {"n": merged.changed})
    return back(request, home)


def _made_of(data: bytes, plan_id: UUID, shown: int) -> int:
    """The revision that a file was made of; of a file that does not say so, or of another version, the one that the page showed."""
    of, _colon, revision = plan_sheet.mark_of(data).partition(":")
    is_ours = of == str(plan_id) and revision.isascii() and revision.isdigit() and len(revision) < 9
    return int(revision) if is_ours else shown


def _clashes_back(
    request: PageRequest,
    home: Home,
    merged: Merged,
    data: bytes,
    places: Mapping[plan.Cell, tuple[int, str]],
    mark: str,
) -> HttpResponse:
    """The file with every figure marked that both changed: sent again as it is, or with theirs in it, it says which of the two
    counts."""
    wrong = [
        Finding(*places[one.cell], _("%(by)s: %(theirs)s, before %(before)s") % {
            "by": one.by or "–", "theirs": _said(one.theirs), "before": _said(one.before),
        })
        for one in merged.clashes
    ]  # fmt: skip
    name = f"target-{home.code}-bandingkan.xlsx"
    more = wrong_of(data, plan_sheet.PLAN_SHEET, plan_sheet.PLAN_NAMES, wrong, name, mark=mark)
    told = None if merged.changed else plan_merge.told(merged.clashes)
    said_ = ngettext("%(n)s figure saved.", "%(n)s figures saved.", merged.changed) % {"n": merged.changed}
    return show(request, home, told, more=more | {"merged": said_, "wrong_is_clash": True})


def _said(value: int | None) -> str:
    return "–" if value is None else str(value)


@audience(*OFFICES)
@require_http_methods(["GET", "POST"])
def labour(request: PageRequest, office_id: int) -> HttpResponse:
    """The labour force of the office's kecamatan; sending a file takes what is new, or nothing."""
    home = home_of(request, str(office_id))
    if request.method == "GET":
        return _labour(request, home)
    if not _may_bring(request, home):
        raise Refused("E2006")
    year, *_rest = switches(request)
    office = Office.objects.get(id=home.id)
    area = labour_force.area_of(request.work, office)
    try:
        data = sent(request)
        read = plan_sheet.read_labour(data, year=year, area=area)
        if other := read.other_year(year):
            raise Refused("E5022", found=other[:40], year=year)
        if read.wrong:
            lines = len({one.line for one in read.wrong})
            more = wrong_of(
                data,
                plan_sheet.LABOUR_SHEET,
                plan_sheet.LABOUR_NAMES,
                read.wrong,
                f"angkatan-kerja-{year}-perbaiki.xlsx",
            )
            return _labour(request, home, Refused("E5023", count=lines), more)
        if not read.found:
            raise Refused("E5021", why=str(labels.UNREADABLE["empty"]))
        rows, clashes = _merge_labour(request, year, data, read)
        if clashes:
            name, mark = f"angkatan-kerja-{year}-bandingkan.xlsx", _mark(labour_force.newest(request.work, year))
            more = wrong_of(data, plan_sheet.LABOUR_SHEET, plan_sheet.LABOUR_NAMES, clashes, name, mark=mark)
            return _labour(request, home, Refused("E5032", count=len(clashes)), more | {"wrong_is_clash": True})
        if not rows:
            raise Refused("E5024")
        brought = labour_force.bring(
            request.work, office=office, year=year, rows=rows, data=data, today=home.today(request.work.now)
        )
    except Unreadable as told:
        return _labour(request, home, _unreadable(told))
    except Refused as refused:
        return _labour(request, home, refused)
    messages.success(request, _("Taken: %(n)s districts with new figures.") % {"n": brought.changed})
    return redirect(reverse("targets:labour", args=[home.id]) + f"?year={year}")


@audience(*OFFICES)
@require_GET
def labour_template(request: PageRequest, office_id: int) -> HttpResponse:
    home = home_of(request, str(office_id))
    year, *_rest = switches(request)
    area = labour_force.area_of(request.work, Office.objects.get(id=home.id))
    known = labour_force.of(request.work, districts=[one.code for one in area], year=year, exactly=True)
    mark = _mark(labour_force.newest(request.work, year))
    return download(plan_sheet.write_labour(year, area, known, mark), f"angkatan-kerja-{home.code}-{year}.xlsx")


NONE_YET: Final = UUID(int=0)
"""The import before all others: what a file is made of where nobody had brought anything."""


def _mark(made_of: UUID | None) -> str:
    return f"labour:{made_of or NONE_YET}"


def _merge_labour(
    request: PageRequest, year: int, data: bytes, read: Read[dict[str, Force]]
) -> tuple[dict[str, Force], list[Finding]]:
    """Rows that the file changed, and what is to be said of those that somebody else changed too since it was made. A file that
    does not say what it was made of is taken as it is."""
    labour_force.lock(request.work, year)
    kind, _colon, made_of = plan_sheet.mark_of(data).partition(":")
    until = a_uuid(made_of) if kind == "labour" else None
    if until is None:
        return read.found, []
    codes = list(read.found)
    now = labour_force.of(request.work, districts=codes, year=year, exactly=True)
    then = labour_force.of(request.work, districts=codes, year=year, exactly=True, until=until)
    rows, clashes = {}, []
    for code, mine in read.found.items():
        was, theirs = then.get(code), now.get(code)
        if was is not None and mine[:4] == was[:4]:
            continue
        rows[code] = mine
        if theirs != was and theirs is not None and mine[:4] != theirs[:4]:
            said_ = _("somebody else: %(theirs)s, before %(before)s") % {
                "theirs": _people(theirs),
                "before": _people(was),
            }
            clashes.append(Finding(read.lines[code], "Angkatan kerja", said_))
    return rows, clashes


def _people(force: Force | None) -> str:
    return "–" if force is None else " / ".join(str(part) for part in force[:3])


def sent(request: PageRequest) -> bytes:
    """The bytes of what was uploaded. Raises E5021 before a large file is read."""
    given = request.FILES.get("file")
    if given is None or given.size is None:
        raise Refused("E5021", why=str(labels.UNREADABLE["empty"]))
    if given.size > plan_sheet.LIMITS.size:
        raise Refused("E5021", why=plan_sheet.LIMITS.said_size)
    data: bytes = given.read()
    return data


def wrong_of(
    data: bytes, sheet: str, names: Mapping[str, str], wrong: list[Finding], name: str, *, mark: str = ""
) -> dict[str, Any]:
    """What ``wrong_rows.html`` shows. The file goes back with the page and is kept nowhere."""
    words = {key: str(text) for key, text in labels.FINDINGS.items()}
    marked = plan_sheet.sent_back(data, sheet, names, wrong, words, mark or plan_sheet.mark_of(data))
    return {
        "wrong_rows": [
            {"line": one.line, "title": one.title, "text": labels.FINDINGS.get(one.key, one.key)}
            for one in wrong[:SHOWN]
        ],
        "wrong_more": max(0, len(wrong) - SHOWN),
        "wrong_file": base64.b64encode(marked).decode(),
        "wrong_name": name,
    }


def _labour(
    request: PageRequest, home: Home, refused: Refused | None = None, more: dict[str, Any] | None = None
) -> HttpResponse:
    year, *_rest = switches(request)
    area = labour_force.area_of(request.work, Office.objects.get(id=home.id))
    known = labour_force.of(request.work, districts=[one.code for one in area], year=year)
    total = Force(
        sum(one.labour_force for one in known.values()),
        sum(one.informal for one in known.values()),
        sum(one.micro for one in known.values()),
    )
    context = {
        "home": home,
        "rows": [(one, known.get(one.code)) for one in area],
        "known": len(known),
        "total": total,
        "imports": labour_force.imports(request.work, office_id=home.id, year=year),
        "may_bring": _may_bring(request, home),
        "labels": labels,
        "refused": said(refused),
        **switched(request, year, None, "", "persons"),
        **(more or {}),
    }
    return render(request, "targets/labour.html", context, status=refused.status if refused else 200)


def _may_bring(request: PageRequest, home: Home) -> bool:
    return request.viewer.role in BRINGERS and request.viewer.office.id in home.path


def _rows_of(request: PageRequest, home: Home, figures: Mapping[plan.Cell, int]) -> list[Child]:
    """Children of today, those whom only the plan names, and of head office the whole."""
    there = children(request.work, home)
    gone = {(cell.level, cell.key) for cell in figures if cell.level != NATION} - {child.id for child in there}
    whole = [Child(NATION, WHOLE, "", str(_("The whole")))] if home.level == NATION else []
    return [*whole, *there, *named(request.work, home, gone)]


def _unreadable(told: Unreadable) -> Refused:
    words = str(labels.UNREADABLE.get(told.why, told.why))
    return Refused("E5021", why=f"{words}: {told.detail}" if told.detail else words)


__all__ = ["bring", "export", "labour", "labour_template"]
