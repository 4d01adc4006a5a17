"""What all staff pages about exams share: the branch, the tabs, the words."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.accounts.audience import PageRequest, Role
from perisai.errors import Refused
from perisai.exams.queries import WRITERS
from perisai.offices.models import Office, OfficeKind
from perisai.training.shelf import open_shelf

EDITORS = (Role.BRANCH, Role.BRANCH_HEAD)
"""Who writes a branch's questions and exams, and annuls results."""
AUTHORS = WRITERS
WAITING: dict[str, str | Promise] = {
    "exams_to_schedule": _("Trainees without a link to the exam"),
    "exams_running": _("Exams in progress"),
    "exam_questions_doubtful": _("Questions to look at: doubtful by their answers"),
}
"""Words for the keys of ``queries.waiting``."""
DIFFICULTIES: dict[int, str | Promise] = {1: _("easy"), 2: _("medium"), 3: _("hard")}
STATES: dict[str, tuple[str | Promise, str, str]] = {
    "draft": (_("Draft"), "note", "pencil"),
    "open": (_("Open"), "done", "circle-check"),
    "closed": (_("Closed"), "", "lock"),
}
"""Word, tone, icon; so below."""
REASONS: dict[str, str | Promise] = {
    "cheating": _("Cheating (the attempt stays counted)"),
    "identity": _("Somebody else took it (the attempt stays counted)"),
    "question": _("A question was wrong (the attempt is given back)"),
    "technical": _("Technical trouble (the attempt is given back)"),
}


def branch_of(request: PageRequest, branch_id: int) -> Office:
    """Raises ``Refused`` E1004 for what is no branch within the viewer's part."""
    office = Office.objects.filter(id=branch_id, kind=OfficeKind.BRANCH).first() if branch_id < 2**31 else None
    if office is None or not request.viewer.sees_branch(branch_id):
        raise Refused("E1004")
    return office


def bank_of(request: PageRequest, office_id: int, *, writes: bool = False) -> Office:
    """The branch whose bank this is, or head office, whose bank every branch draws from. ``writes`` opens its shelf. Raises
    ``Refused`` E1004 for what is outside the viewer's part, or not theirs to write."""
    if office_id >= 2**31:
        raise Refused("E1004")
    office = Office.objects.filter(id=office_id, kind__in=(OfficeKind.BRANCH, OfficeKind.HEAD)).first()
    if office is None or (writes and not may_write(request, office)):
        raise Refused("E1004")
    if office.kind == OfficeKind.HEAD:
        if request.viewer.branches is not None:
            raise Refused("E1004")
        if writes:
            open_shelf(request.work, office.id)
    elif not request.viewer.sees_branch(office_id):
        raise Refused("E1004")
    return office


def may_write(request: PageRequest, office: Office | None) -> bool:
    """Head office its own bank; a branch its bank and exams."""
    if office is not None and office.kind == OfficeKind.HEAD:
        return request.viewer.role is Role.HEAD_OFFICE and request.viewer.office.id == office.id
    return request.viewer.role in EDITORS


def frame(request: PageRequest, office: Office | None, tab: str, **more: Any) -> dict[str, Any]:
    """Context of every page of the room."""
    return {
        "office": office,
        "tab": tab,
        "may_edit": may_write(request, office),
        "is_national": office is not None and office.kind == OfficeKind.HEAD,
        "difficulties": DIFFICULTIES,
        "now": request.work.now,
    } | more


def outcome(row: dict[str, Any]) -> tuple[str | Promise, str, str]:
    """How an attempt came out: word, tone, icon."""
    if row["ended_at"] is None:
        return _("In progress"), "note", "clock"
    if row.get("annulled_for"):
        return _("Annulled"), "stop", "ban"
    if row["passed"]:
        return _("Passed"), "done", "circle-check"
    return _("Not passed"), "needs", "alert-triangle"


def number(text: str | None, least: int = 0, most: int = 10_000) -> int | None:
    """A whole number within bounds; None for anything else."""
    if not text or not text.isascii() or not text.isdecimal() or len(text) > 6:
        return None
    return int(text) if least <= int(text) <= most else None
