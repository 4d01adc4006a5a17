"""Staff page of mandates to debit: what is permitted, what it costs, who consented where."""

from typing import Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, PageRequest, Role, audience
from perisai.accounts.words import Word
from perisai.errors import Refused
from perisai.given import get_id
from perisai.payments.banks import mandate

SEES: Final = (Role.BRANCH, Role.BRANCH_HEAD, *ABOVE)
CHANGES: Final = (Role.BRANCH, Role.BRANCH_HEAD)
STATES: Final[dict[str, Word]] = {
    "proposed": Word(gettext_lazy("Waits for a second person"), "needs", icon="clock"),
    "active": Word(gettext_lazy("In force"), "done", icon="check"),
    "ended": Word(gettext_lazy("Ended"), "note", icon="ban"),
}


@audience(*SEES)
@require_GET
def mandates(request: PageRequest) -> HttpResponse:
    return _page(request)


@audience(*CHANGES)
@require_POST
def mandates_act(request: PageRequest) -> HttpResponse:
    """Propose one, put it in force as a second person, or end it."""
    branch_id = request.viewer.office.branch_id or request.viewer.office.id
    given = request.POST
    try:
        with transaction.atomic():  # a refusal is shown on the page, and leaves nothing
            if given.get("act") == "propose":
                mandate.propose(request.work, branch_id=branch_id, given=given.dict())
            else:
                state, reason = given.get("act", ""), given.get("reason", "")
                id_ = get_id(given.get("mandate"), "E1004")
                mandate.decide(request.work, branch_id=branch_id, mandate_id=id_, state=state, reason=reason)
    except Refused as refused:
        return _page(request, refused)
    messages.success(request, _("Saved."))
    return redirect("payments:mandates")


def _page(request: PageRequest, refused: Refused | None = None) -> HttpResponse:
    rows = mandate.listed(request.work, branches=request.viewer.branch_ids)
    context = {
        "rows": [row | {"label": STATES[row["state"]]} for row in rows],
        "may_change": request.viewer.role in CHANGES,
        "me": request.viewer.user.id,
        "given": request.POST if refused else {},
        "highest": mandate.HIGHEST_COST,
        "refused": refused and refused.answer(),
    }
    return render(request, "payments/mandates.html", context, status=refused.status if refused else 200)
