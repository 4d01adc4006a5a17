"""`/console/outbox/`: takes what a phone could not send, from the file that its agent brought."""

from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from perisai.accounts.audience import PageRequest, audience
from perisai.accounts.device_console import ISSUERS
from perisai.accounts.words import Word
from perisai.errors import Refused
from perisai.events.clock import SystemClock
from perisai.sync.carried import MOST_FILE_BYTES, Imported, Outcome, take_file

STATUSES: dict[str, Word] = {
    "accepted": Word(_("Accepted"), "done", icon="check"),
    "review": Word(_("To be checked"), "needs", icon="clipboard-search"),
    "held": Word(_("Waits for an earlier record"), "note", icon="hourglass"),
    "received": Word(_("Safe, judged shortly"), "note", icon="hourglass"),
    "rejected": Word(_("Refused"), "stop", icon="ban"),
    "conflict": Word(_("Other content under the same number"), "stop", icon="ban"),
    "invalid": Word(_("Cannot be read"), "stop", icon="file-broken"),
}
KINDS: dict[str, str | Promise] = {"enrol": _("Enrolment"), "cancel": _("Cancellation")}


@dataclass(frozen=True)
class Line:
    outcome: Outcome
    label: Word
    kind: str | Promise


@audience(*ISSUERS, work=False)
@require_http_methods(["GET", "POST"])
def page(request: PageRequest) -> HttpResponse:
    """The form, and after a file what came of each record in it. Nothing in it is taken twice, so that reloading is harmless.

    The verb opens Works of its own: a large file is many transactions.
    """
    if request.method == "GET":
        return _show(request, {})
    file = request.FILES.get("file")
    try:
        if not isinstance(file, UploadedFile) or not file.size:
            raise Refused("E6025")
        if file.size > MOST_FILE_BYTES:
            raise Refused("E1003", limit=f"{MOST_FILE_BYTES // 2**20} MB")
        taken = take_file(cast(BinaryIO, file.file), viewer=request.viewer, clock=SystemClock())
    except Refused as refused:
        told = refused.answer()
        return _show(request, {"refused": told}, status=refused.status)
    return _show(request, _told(taken))


def _told(taken: Imported) -> dict[str, Any]:
    """What needs somebody first, in the order of the file."""
    order = list(reversed(STATUSES))
    lines = [Line(one, STATUSES[one.status], KINDS.get(one.kind, "–")) for one in taken.outcomes]
    lines.sort(key=lambda line: (order.index(line.outcome.status), not line.outcome.is_new, line.outcome.seq or 0))
    return {
        "agent": taken.agent,
        "phone_state": taken.phone.state,
        "lines": lines,
        "fresh": sum(one.is_new for one in taken.outcomes),
        "here": sum(not one.is_new and one.status not in ("invalid", "conflict") for one in taken.outcomes),
        "refused_lines": sum(one.status in ("invalid", "conflict") for one in taken.outcomes),
        "photos": taken.photos,
    }


def _show(request: PageRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    most = MOST_FILE_BYTES // 2**20
    return render(request, "console/outbox_import.html", {"most": most, **context}, status=status)
