"""Spreadsheets of staff pages of targets: a whole plan out and in, the labour force out and in."""

import base64
import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import PageRequest, Role, audience
from perisai.errors import Refused
from perisai.offices import labour_force
from perisai.offices.labour_force import Force
from perisai.offices.tree import Office
from perisai.tables.reading import Unreadable
from perisai.targets import plan, plan_sheet
from perisai.targets import plan_labels as labels
from perisai.targets.plan_console import OFFICES, home_of, said, switched, switches
from perisai.targets.plan_edit_console import MAKERS, back, makes, revision_of, show
from perisai.targets.plan_place import NATION, WHOLE, Child, Home, at, children, named
from perisai.targets.plan_sheet import Finding

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
    year, version = row
    figures = plan.figures(request.work, home=home, plan_id=plan_id)
    data = plan_sheet.write_plan(year, _rows_of(request, home, figures), figures)
    return download(data, f"target-{home.code}-{year}-v{version}.xlsx")


@audience(*MAKERS)
@require_POST
def bring(request: PageRequest, office_id: int, plan_id: UUID) -> HttpResponse:
    """Takes all figures of a file, or none: with a wrong row the file comes back with red cells."""
    home = makes(request, office_id)
    year, *_rest = switches(request)
    data = b""
    try:
        data = sent(request)
        version = plan.lock(request.work, home=home, plan_id=plan_id, revision=revision_of(request), state="draft")
        figures = plan.figures(request.work, home=home, plan_id=plan_id)
        read = plan_sheet.read_plan(
            data, year=version.year, there=_rows_of(request, home, figures), since=version.from_month, known=figures
        )
        if other := read.other_year(version.year):
            raise Refused("E5022", found=other[:40], year=version.year)
        if read.wrong:
            lines = len({one.line for one in read.wrong})
            more = wrong_of(
                data,
                plan_sheet.PLAN_SHEET,
                plan_sheet.PLAN_NAMES,
                read.wrong,
                f"target-{home.code}-{year}-perbaiki.xlsx",
            )
            return show(request, home, Refused("E5023", count=lines), more=more)
        if not read.found:
            raise Refused("E5021", why=str(labels.UNREADABLE["empty"]))
        changed = plan.edit(
            request.work, home=home, plan_id=plan_id, revision=version.revision, cells=read.found, act="imported"
        )
    except Unreadable as told:
        return show(request, home, _unreadable(told))
    except Refused as refused:
        return show(request, home, refused)
    messages.success(request, _("Taken from the file: %(n)s figures differ from before.") % {"n": changed})
    return back(request, home)


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
        brought = labour_force.bring(
            request.work, office=office, year=year, rows=read.found, data=data, today=home.today(request.work.now)
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
    return download(plan_sheet.write_labour(year, area, known), f"angkatan-kerja-{home.code}-{year}.xlsx")


def sent(request: PageRequest) -> bytes:
    """The bytes of what was uploaded. Raises E5021 before a large file is read."""
    given = request.FILES.get("file")
    if given is None or given.size is None:
        raise Refused("E5021", why=str(labels.UNREADABLE["empty"]))
    if given.size > plan_sheet.LIMITS.size:
        raise Refused("E5021", why=plan_sheet.LIMITS.said_size)
    data: bytes = given.read()
    return data


def wrong_of(data: bytes, sheet: str, names: Mapping[str, str], wrong: list[Finding], name: str) -> dict[str, Any]:
    """What ``wrong_rows.html`` shows. The file goes back with the page and is kept nowhere."""
    words = {key: str(text) for key, text in labels.FINDINGS.items()}
    marked = plan_sheet.sent_back(data, sheet, names, wrong, words)
    return {
        "wrong_rows": [
            {"line": one.line, "title": one.title, "text": labels.FINDINGS.get(one.key, one.key)}
            for one in wrong[:SHOWN]
        ],
        "wrong_more": max(0, len(wrong) - SHOWN),
        "wrong_file": base64.b64encode(marked).decode(),
        "wrong_name": name,
    }


def download(data: bytes, name: str) -> HttpResponse:
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", name)
    headers = {"Content-Disposition": f'attachment; filename="{safe}"', "Cache-Control": "no-store"}
    return HttpResponse(data, content_type=XLSX, headers=headers)


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
