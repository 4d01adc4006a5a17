"""Spreadsheets of an employer on staff pages: template, sending, progress, the wrong rows, undoing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import PageRequest, audience
from perisai.employers import import_file, labels, queries, workbook
from perisai.employers.console import EDITORS, READERS
from perisai.employers.shape import COLUMNS
from perisai.errors import Refused
from perisai.events.work import Work, branch_day
from perisai.tables.download import download
from perisai.tables.reading import Unreadable


@audience(*READERS)
@require_GET
def template(request: PageRequest) -> HttpResponse:
    today = branch_day(request.work.now, request.viewer.office.timezone)
    return download(workbook.template(today.replace(day=1)), "perisai-pekerja.xlsx")


@audience(*EDITORS)
@require_POST
def send(request: PageRequest, employer_id: UUID) -> HttpResponse:
    known = queries.get(request.work, viewer=request.viewer, employer_id=employer_id)
    name, data = read_sent(request.FILES.get("file"))
    made = import_file.send(
        request.work, branch_id=known["branch_id"], employer_id=employer_id, name=name, data=data, source="console"
    )
    return redirect("employers:file", employer_id, made)


@audience(*READERS)
@require_GET
def file_page(request: PageRequest, employer_id: UUID, import_id: UUID) -> HttpResponse:
    return render(request, "employers/file.html", _context(request, employer_id, import_id))


@audience(*READERS)
@require_GET
def state(request: PageRequest, employer_id: UUID, import_id: UUID) -> HttpResponse:
    """The part of the page that changes while the work goes on."""
    return render(request, "employers/state.html", _context(request, employer_id, import_id))


@audience(*READERS)
@require_GET
def wrong(request: PageRequest, employer_id: UUID, import_id: UUID) -> HttpResponse:
    """The rows that were not taken, red with their reasons."""
    known = queries.get(request.work, viewer=request.viewer, employer_id=employer_id)
    queries.import_of(request.work, branch_id=known["branch_id"], employer_id=employer_id, import_id=import_id)
    return download(wrong_book(request.work, known["branch_id"], import_id), "perisai-pekerja-perbaiki.xlsx")


@audience(*EDITORS)
@require_POST
def undo(request: PageRequest, employer_id: UUID, import_id: UUID) -> HttpResponse:
    known = queries.get(request.work, viewer=request.viewer, employer_id=employer_id)
    queries.import_of(request.work, branch_id=known["branch_id"], employer_id=employer_id, import_id=import_id)
    import_file.undo(request.work, branch_id=known["branch_id"], import_id=import_id, timezone=known["timezone"])
    messages.success(request, _("The import is undone. Nothing of it is billed."))
    return redirect("employers:file", employer_id, import_id)


def read_sent(given: Any) -> tuple[str, bytes]:
    """(name, bytes) of what was uploaded. Raises E4407 before a large file is read."""
    if given is None or given.size is None:
        raise Refused("E4407", why="-")
    if given.size > workbook.MOST_BYTES:
        raise Refused("E4407", why=workbook.LIMITS.said_size)
    return given.name or "", given.read()


def wrong_book(work: Work, branch_id: int, import_id: UUID) -> bytes:
    """Raises E1004 where nothing is kept."""
    data = import_file.content(work, branch_id=branch_id, import_id=import_id)
    found = import_file.wrong_rows(work, branch_id=branch_id, import_id=import_id)
    if data is None or not found:
        raise Refused("E1004")
    said = {line: [(name, words(key, detail)) for name, key, detail in one] for line, one in found.items()}
    try:
        return workbook.sent_back(data, said)
    except Unreadable as told:
        raise import_file.refusal(told) from told


def words(key: str, detail: str = "") -> str:
    """In the language of the page."""
    said = str(labels.FINDINGS.get(key, key))
    return f"{said} {detail}" if detail else said


def said_rows(work: Work, branch_id: int, import_id: UUID) -> list[dict[str, Any]]:
    titles = {column.name: column.title for column in COLUMNS}
    return [
        one | {"said": [(titles.get(name, ""), words(key, detail)) for name, key, detail in one["findings"]]}
        for one in queries.rows_of(work, branch_id=branch_id, import_id=import_id)
    ]


def _context(request: PageRequest, employer_id: UUID, import_id: UUID) -> dict[str, Any]:
    known = queries.get(request.work, viewer=request.viewer, employer_id=employer_id)
    branch_id = known["branch_id"]
    found = queries.import_of(request.work, branch_id=branch_id, employer_id=employer_id, import_id=import_id)
    return {
        "employer": known,
        "file": found,
        "rows": said_rows(request.work, branch_id, import_id) if found["state"] == "done" else [],
        "is_working": found["state"] in ("waiting", "running"),
        "labels": labels,
        "may_edit": request.viewer.role in EDITORS,
    }
