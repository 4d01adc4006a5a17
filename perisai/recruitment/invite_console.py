"""The staff page of invitations: paste or upload numbers, see what would become of each, then send."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from perisai.accounts.audience import STAFF, PageRequest, Role, audience
from perisai.accounts.words import Word
from perisai.errors import Refused
from perisai.offices.tree import Office, OfficeKind
from perisai.recruitment import invitation, labels

OUTCOMES: dict[str, Word] = {
    "new": Word(_("Will be invited"), "done", icon="send"),
    "no_number": Word(_("No Indonesian mobile number"), "stop", icon="circle-x"),
    "twice": Word(_("Twice in this list"), "", icon="copy"),
    "invited": Word(_("Invited already"), "note", icon="mail"),
    "candidate": Word(_("Applied already"), "note", icon="user-check"),
    "agent": Word(_("Number of one of your agents"), "note", icon="id-badge-2"),
}
KNOWN = Word(_("The branch knows this number already"), "note", icon="user-check")
SENT = Word(_("Invited now"), "done", icon="check")
TITLES: dict[str, str | Promise] = {"preview": _("What would happen"), "send": _("What happened")}


@audience(Role.AGENCY, *STAFF)
@require_http_methods(["GET", "POST"])
def page(request: PageRequest) -> HttpResponse:
    """``act`` is preview or send; what is wrong with the list is said above it, and the list stays. An agency office invites to
    itself alone, sees its own invitations, and learns of a number that the branch knows only that it is known."""
    branch_id = request.viewer.office.branch_id
    if branch_id is None:
        raise Refused("E2006")
    own = request.viewer.agency_office_id
    offices = Office.objects.filter(branch_id=branch_id, kind=OfficeKind.AGENCY, is_open=True).order_by("name")
    agencies = list(offices.filter(id=own) if own else offices)
    context: dict[str, Any] = {
        "agencies": [] if own else agencies,
        "may_invite": True,
        "most": invitation.ROWS_MOST,
    }
    if request.method == "POST":
        context |= _posted(request, branch_id, {office.id for office in agencies})
    context["latest"] = [
        row | {"label": labels.STATES.get(row["state"]), "is_over": row["good_until"] < request.work.now}
        for row in invitation.latest(request.work, branch_id=branch_id, agency_office_id=own)
    ]
    status = 422 if "refused" in context else 200  # at 4xx nothing of a half act is kept
    return render(request, "recruitment/invitations.html", context, status=status)


def _posted(request: PageRequest, branch_id: int, agencies: set[int]) -> dict[str, Any]:
    act = "send" if request.POST.get("act") == "send" else "preview"
    chosen = request.POST.get("agency_office", "")
    agency = int(chosen) if chosen.isdecimal() and len(chosen) < 10 and int(chosen) in agencies else None
    own = request.viewer.agency_office_id
    if own is not None and own not in agencies:
        raise Refused("E2006")
    agency = own or agency
    text = ""
    try:
        text = _text(request)
        rows = invitation.read(text)
        if act == "send":
            judged = invitation.invite(request.work, branch_id=branch_id, rows=rows, agency_office_id=agency)
        else:
            judged = invitation.judge(request.work, branch_id=branch_id, rows=rows)
    except Refused as refused:
        return {"refused": refused.answer(), "text": text, "agency_office": agency}
    words = OUTCOMES | ({"new": SENT} if act == "send" else {})
    if own is not None:
        words |= dict.fromkeys(("invited", "candidate", "agent"), KNOWN)
    return {
        "act": act,
        "title": TITLES[act],
        "rows": [(row, words[row.outcome]) for row in judged],
        "fresh": sum(row.outcome == "new" for row in judged),
        "text": "" if act == "send" else text,
        "agency_office": agency,
    }


def _text(request: PageRequest) -> str:
    """The file's text where there is one, else what was pasted. Raises E9111."""
    sent = request.FILES.get("file")
    if sent is None or isinstance(sent, list):
        return request.POST.get("numbers", "")[: invitation.BYTES_MOST]
    if (sent.size or 0) > invitation.BYTES_MOST:
        raise Refused("E9111", reason=f"> {invitation.BYTES_MOST // 1000} kB")
    return invitation.read_file(sent.read())
