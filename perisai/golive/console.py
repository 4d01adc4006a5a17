"""The page where a branch that already has agents begins: send a workbook, read what is wrong, bring it in."""

from typing import Any, Final, LiteralString
from uuid import UUID

import orjson
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import PageRequest, Role, audience
from perisai.accounts.words import language
from perisai.errors import Refused
from perisai.golive import file, handout, workbook
from perisai.golive.labels import PROBLEMS
from perisai.golive.shape import SHEETS
from perisai.members.consents import due as consent_due
from perisai.tables.download import download
from perisai.written import number

OFFICERS = (Role.BRANCH, Role.BRANCH_HEAD)

_LIST: LiteralString = """
SELECT f.id, f.name, f.state, f.counts, f.progress, f.begun_at, f.sent_at, f.imported_at, f.problems,
  f.content_sealed IS NOT NULL AS is_kept,
  s.full_name AS sender, i.full_name AS importer, o.timezone
FROM golive_file f JOIN offices_office o ON o.id = f.branch_id
LEFT JOIN accounts_user s ON s.id = f.sent_by LEFT JOIN accounts_user i ON i.id = f.imported_by
WHERE f.branch_id = %s
"""

# Carried by golive_certificate_file.
_BROUGHT: LiteralString = """
SELECT c.old_code, a.id, a.code, a.full_name, c.number, c.dated_on, c.exam_number, c.examined_on, o.name AS office
FROM golive_certificate c JOIN agents_agent a ON a.branch_id = c.branch_id AND a.id = c.agent_id
LEFT JOIN offices_office o ON o.id = a.agency_office_id
WHERE c.branch_id = %s AND c.file_id = %s ORDER BY c.old_code
"""
MOST_SHOWN: Final = 500


@audience(*OFFICERS)
@require_GET
def page(request: PageRequest) -> HttpResponse:
    """The files of the branch, newest first, and the form for another."""
    files = _files(request, _LIST + " ORDER BY f.sent_at DESC LIMIT 50", [request.viewer.own_branch_id])
    return render(request, "golive/page.html", {"files": files, "sheets": _sheets(), "most": workbook.MOST_ROWS})


@audience(*OFFICERS)
@require_POST
def send(request: PageRequest) -> HttpResponse:
    given = request.FILES.get("file")
    if given is None or given.size is None:
        raise Refused("E9601")
    if given.size > workbook.MOST_BYTES:
        raise Refused("E9602", bytes="5 MB", rows=number(workbook.MOST_ROWS))
    file_id = file.send(request.work, branch_id=request.viewer.own_branch_id, name=given.name or "", data=given.read())
    return redirect("golive:file", file_id)


@audience(*OFFICERS)
@require_GET
def template(request: PageRequest) -> HttpResponse:
    return download(workbook.template(), "perisai-impor-awal.xlsx")


@audience(*OFFICERS)
@require_GET
def file_page(request: PageRequest, file_id: UUID) -> HttpResponse:
    return render(request, "golive/file.html", _context(request, file_id))


@audience(*OFFICERS)
@require_GET
def state(request: PageRequest, file_id: UUID) -> HttpResponse:
    """The part of the page that changes while the work goes on."""
    return render(request, "golive/state.html", _context(request, file_id))


@audience(*OFFICERS)
@require_GET
def report(request: PageRequest, file_id: UUID) -> HttpResponse:
    """The workbook with its wrong cells marked; the list alone where the workbook is kept no more."""
    found = _find(request, file_id)
    titles = [str(_("Sheet")), str(_("Row")), str(_("Column")), str(_("What is wrong"))]
    rows = [(one["sheet"], one["line"], one["column"], one["said"]) for one in _said(found["problems"])]
    data = file.read_kept(request.work, branch_id=request.viewer.own_branch_id, file_id=file_id)
    try:
        book = workbook.marked(data, titles, rows) if data else workbook.report(titles, rows)
    except Refused:  # what cannot be read cannot be marked
        book = workbook.report(titles, rows)
    return download(book, "perisai-impor-awal-temuan.xlsx")


@audience(*OFFICERS)
@require_GET
def agents(request: PageRequest, file_id: UUID) -> HttpResponse:
    """Which code every agent of a file has now."""
    _find(request, file_id)
    titles = [
        str(one)
        for one in (
            *(_("Old code"), _("Code"), _("Name"), _("Agency office")),
            *(_("Certificate"), _("Dated"), _("Certificate of the exam"), _("Dated")),
        )
    ]
    rows = [
        [
            *(one["old_code"], one["code"], one["full_name"], one["office"]),
            *(one["number"], one["dated_on"], one["exam_number"], one["examined_on"]),
        ]
        for one in request.work.dicts(_BROUGHT, [request.viewer.own_branch_id, file_id])
    ]
    return download(workbook.report(titles, rows), "perisai-impor-awal-agen.xlsx")


@audience(*OFFICERS)
@require_POST
def hand_out(request: PageRequest, file_id: UUID) -> HttpResponse:
    """First passwords and activation codes as PDF, made now and shown only there."""
    _find(request, file_id)
    made = handout.make(request.work, viewer=request.viewer, branch_id=request.viewer.own_branch_id, file_id=file_id)
    return download(made, "perisai-serah-awal.pdf", "application/pdf")


@audience(*OFFICERS)
@require_POST
def begin_import(request: PageRequest, file_id: UUID) -> HttpResponse:
    file.begin_import(request.work, branch_id=request.viewer.own_branch_id, file_id=file_id)
    messages.success(request, _("The import has begun. You can leave this page."))
    return redirect("golive:file", file_id)


def _context(request: PageRequest, file_id: UUID) -> dict[str, Any]:
    found = _find(request, file_id)
    brought = request.work.dicts(_BROUGHT + " LIMIT %s", [request.viewer.own_branch_id, file_id, MOST_SHOWN])
    offices, phones, without = (0, 0, 0)
    if found["state"] == "imported":
        offices, phones = handout.waiting(request.work, branch_id=request.viewer.own_branch_id, file_id=file_id)
        without = consent_due.count(request.work, request.viewer.own_branch_id)
    counts = [(title, found["counts"].get(name, 0)) for name, (title, _columns) in SHEETS.items()]
    return {
        "file": found,
        "counts": counts,
        "agents": brought,
        "offices_waiting": offices,
        "phones_waiting": phones,
        "members_without_consent": without,
        "problems": _said(found["problems"]),
        "all_problems": found["counts"].get("problems", 0),
        "is_working": found["state"] in ("checking", "importing"),
        "is_given_up": found["state"] in ("checking", "importing")
        and found["begun_at"] <= request.work.now - file.GIVEN_UP
        and file.is_free(request.work, request.viewer.own_branch_id),
    }


def _find(request: PageRequest, file_id: UUID) -> dict[str, Any]:
    """Raises E1004 for a file of another branch."""
    rows = _files(request, _LIST + " AND f.id = %s", [request.viewer.own_branch_id, file_id])
    if not rows:
        raise Refused("E1004")
    return rows[0]


def _files(request: PageRequest, sql: LiteralString, params: list[Any]) -> list[dict[str, Any]]:
    found = request.work.dicts(sql, params)
    return [one | {name: orjson.loads(one[name]) for name in ("counts", "problems")} for one in found]


def _said(problems: list[list[Any]]) -> list[dict[str, Any]]:
    """In the language of the page."""
    return [
        {"sheet": sheet, "line": line, "column": column, "said": _words(key, detail)}
        for sheet, line, column, key, detail in problems
    ]


def _words(key: str, detail: str) -> str:
    if key == "refused":
        told = Refused(detail)
        spoken = language()
        return f"{told.text()[spoken]} {told.action()[spoken]}"
    said = str(PROBLEMS.get(key, key))
    return f"{said} {detail}" if detail else said


def _sheets() -> list[tuple[str, str]]:
    return [(title, ", ".join(column.title for column in columns)) for title, columns in SHEETS.values()]
