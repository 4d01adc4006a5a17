"""Staff pages on agents' phones: who has which, a code for a new one, the end of a lost one."""

from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from perisai.accounts import device, queries
from perisai.accounts.agent_card import get_card
from perisai.accounts.audience import ABOVE, STAFF, PageRequest, audience
from perisai.accounts.code import in_groups
from perisai.accounts.models import Role
from perisai.accounts.words import say
from perisai.given import get_id

ISSUERS = (Role.AGENCY, *STAFF)
"""Who hands out codes and ends phones, each for the agents they see."""
READERS = (*ISSUERS, *ABOVE)

REASON_WORDS = {
    "lost": ("Hilang", "Lost"),
    "stolen": ("Dicuri", "Stolen"),
    "replaced": ("Ganti HP", "New phone"),
    "left": ("Agen berhenti", "The agent left"),
    "misuse": ("Disalahgunakan", "Misused"),
    "other": ("Lainnya", "Other"),
}


@audience(*READERS)
def agent_list(request: PageRequest) -> HttpResponse:
    """Agents I see, with how many phones each has; ``q`` and ``page`` in the address."""
    text, page = request.GET.get("q", "").strip(), request.GET.get("page", "1")
    number = int(page) if page.isdecimal() and len(page) < 5 and int(page) else 1
    rows = queries.agents_with_phones(request.work, viewer=request.viewer, text=text, page=number)
    context = {
        "agents": rows[: queries.PAGE],
        "q": text,
        "previous": number - 1,
        "next": number + 1 if len(rows) > queries.PAGE else None,
    }
    return render(request, "accounts/device_list.html", context)


@audience(*READERS)
def agent_phones(request: PageRequest, agent_id: UUID) -> HttpResponse:
    agent = get_card(request.work, viewer=request.viewer, agent_id=agent_id)
    phones = list(queries.phones_of(agent.branch_id, agent.id))
    replaceable = [phone for phone in phones if phone.state != "replaced"]
    context = {
        "agent": agent,
        "phones": [(phone, _end_words(phone.end_reason)) for phone in phones],
        "replaceable": replaceable,
        "lost": replaceable[0].id if replaceable and all(p.state == "revoked" for p in replaceable) else None,
        "reasons": [(code, say(*words)) for code, words in REASON_WORDS.items()],
        "may": request.viewer.role in ISSUERS,
        "waiting": queries.codes_waiting(agent.branch_id, agent.id, request.work.now),
    }
    return render(request, "accounts/device_page.html", context)


@audience(*ISSUERS)
@require_POST
def new_code(request: PageRequest, agent_id: UUID) -> HttpResponse:
    """A code, as text and as a QR, shown once. ``replaces`` names the phone that the new one takes the place of."""
    agent = get_card(request.work, viewer=request.viewer, agent_id=agent_id)
    old = request.POST.get("replaces")
    issued = device.issue_code(request.work, agent=agent, replaces=get_id(old, "E1004") if old else None)
    address = f"{settings.ORIGIN}/app/#/activate/{issued.code}"
    context = {
        "agent": agent,
        "code": in_groups(issued.code),
        "address": address,
        "expires_at": issued.expires_at,
        "qr": segno.make(address, error="m").svg_data_uri(scale=6, border=3, dark="#000", light="#fff"),
    }
    return render(request, "accounts/device_code.html", context)


@audience(*ISSUERS)
@require_POST
def revoke(request: PageRequest, agent_id: UUID, device_id: UUID) -> HttpResponse:
    agent = get_card(request.work, viewer=request.viewer, agent_id=agent_id)
    device.revoke(
        request.work,
        agent=agent,
        device_id=device_id,
        reason=request.POST.get("reason", ""),
        note=request.POST.get("note", ""),
    )
    messages.success(
        request,
        say("HP dicabut. Mulai sekarang ia tidak dapat mengirim.", "Revoked. From now on the phone cannot send."),
    )
    return HttpResponseRedirect(reverse("accounts_device", args=[agent.id]))


def _end_words(reason: str) -> str:
    """``lost: di angkot`` in the reader's words, with the note as it was written."""
    word, _colon, note = reason.partition(": ")
    return " · ".join(part for part in (say(*REASON_WORDS.get(word, (word, word))), note) if part)
