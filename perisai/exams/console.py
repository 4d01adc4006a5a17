"""What all staff pages about exams share: the branch, the tabs, the words."""

from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.accounts.audience import PageRequest, Role
from perisai.errors import Refused
from perisai.offices.models import Office, OfficeKind

EDITORS = (Role.BRANCH, Role.BRANCH_HEAD)
"""Who writes questions and exams, and annuls results."""
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


def frame(request: PageRequest, office: Office | None, tab: str, **more: Any) -> dict[str, Any]:
    """Context of every page of the room."""
    return {
        "office": office,
        "tab": tab,
        "may_edit": request.viewer.role in EDITORS,
        "difficulties": DIFFICULTIES,
        "now": request.work.now,
    } | more


def told(refused: Refused | None) -> dict[str, Any] | None:
    """A refusal as ``exams/refused.html`` shows it."""
    return {"code": refused.code, "text": refused.text(), "action": refused.action()} if refused else None


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


def uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
