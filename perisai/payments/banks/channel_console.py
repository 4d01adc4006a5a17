"""Staff pages about how a bank is reached: its keys, our QRIS code there, our desk at the bank and what it does not know yet."""

from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import PageRequest, Role, audience
from perisai.errors import Refused
from perisai.events import world
from perisai.given import get_id
from perisai.payments.banks import keys as bank_keys
from perisai.payments.banks import qris, virtual_account

SEES: Final = (Role.HEAD_OFFICE, Role.AUDITOR)
_BANK = "SELECT id, name, signature_scheme, public_key, client_secret_sealed FROM payments_bank WHERE id = %s"
_QRIS = "SELECT * FROM payments_qris WHERE bank_id = %s"


@audience(*SEES)
@require_GET
def channels(request: PageRequest, bank_id: str) -> HttpResponse:
    return _page(request, bank_id)


@audience(Role.HEAD_OFFICE)
@require_POST
def channels_save(request: PageRequest, bank_id: str) -> HttpResponse:
    """A new key beside the old one, the end of an old one, or the settings of QRIS and of our desk at the bank."""
    try:
        with transaction.atomic():  # a refusal is shown on the page, and leaves nothing
            _act(request, bank_id)
    except Refused as refused:
        return _page(request, bank_id, refused)
    messages.success(request, _("Saved. The new settings hold from now on."))
    return redirect("payments:channels", bank_id)


def _act(request: PageRequest, bank_id: str) -> None:
    if world.is_practice():
        raise Refused("E9607")
    work, given = request.work, request.POST
    _get_bank(request, bank_id)
    act = given.get("act", "")
    if act == "rotate":
        hours = given.get("hours", "")
        if not hours.isdecimal():
            raise Refused("E4010", field="overlap")
        overlap = timedelta(hours=int(hours[:6]))
        bank_keys.rotate(
            work, bank_id=bank_id, kind=given.get("kind", ""), value=given.get("value", ""), overlap=overlap
        )
    elif act == "end":
        bank_keys.end(work, bank_id=bank_id, key_id=get_id(given.get("key"), "E4912"))
    elif act == "qris":
        qris.save(work, bank_id=bank_id, given=given.dict())
    elif act == "desk":
        virtual_account.save_desk(work, bank_id=bank_id, given=given.dict())
    else:
        raise Refused("E4911", field="act")


def _page(request: PageRequest, bank_id: str, refused: Refused | None = None) -> HttpResponse:
    bank = _get_bank(request, bank_id)
    rows = request.work.dicts(_QRIS, [bank_id])
    posted = request.POST.dict() if refused else {}
    context: dict[str, Any] = {
        "bank": bank,
        "keys": bank_keys.listed(request.work, bank_id=bank_id),
        "present": bank_keys.fingerprint(bank["public_key"].encode()),
        "qris": posted if posted.get("act") == "qris" else rows[0] if rows else {},
        "criteria": qris.CRITERIA,
        "desk": posted if posted.get("act") == "desk" else virtual_account.find_desk(request.work, bank_id) or {},
        "told": virtual_account.told(request.work, bank_id=bank_id),
        "failed": virtual_account.failed(request.work, bank_id=bank_id),
        "may_edit": request.viewer.role is Role.HEAD_OFFICE,
        "refused": refused and refused.answer(),
    }
    return render(request, "payments/channels.html", context, status=refused.status if refused else 200)


def _get_bank(request: PageRequest, bank_id: str) -> dict[str, Any]:
    rows = request.work.dicts(_BANK, [bank_id])
    if not rows:
        raise Refused("E1004")
    return rows[0]
