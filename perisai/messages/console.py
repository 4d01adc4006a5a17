"""The staff page of texts to workers: what went out, what waits, and what could not be sent and why."""

from typing import Any, LiteralString

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from perisai.accounts.audience import STAFF, PageRequest, Role, audience
from perisai.given import find_id
from perisai.messages.gateway import find_gateway
from perisai.messages.models import MessageState
from perisai.offices.models import Office

PAGE = 50
TONES: dict[str, tuple[str | Promise, str, str]] = {
    "queued": (_("Waiting to be sent"), "note", "hourglass"),
    "sent": (_("Taken by the gateway"), "done", "check"),
    "failed": (_("Not sent"), "stop", "ban"),
    "dropped": (_("Not needed any more"), "", "minus"),
}
"""Word, tone and icon."""
PURPOSES: dict[str, str | Promise] = {
    "consent_code": _("Consent code"),
    "reminder": _("Reminder of dues"),
    "care_moved": _("Another agent takes over"),
    "funding_ends": _("A sponsor stops paying"),
    "cash_receipt": _("Receipt for cash"),
    "agent_cash": _("To the agent: cash to deposit"),
    "agent_file": _("To the agent: something new in the file"),
    "agent_licence": _("To the agent: about the licence"),
    "invitation": _("Invitation to become an agent"),
    "candidate": _("News on an application as an agent"),
    "agency_application": _("News on an application of an agency office"),
    "alert": _("Alert to staff"),
    "alert_whatsapp": _("Alert to staff"),
    "alert_sms": _("Alert to staff"),
    "alert_code_whatsapp": _("Code to confirm a number for alerts"),
    "alert_code_sms": _("Code to confirm a number for alerts"),
    "report": _("Regular report to staff"),
    "feed_paused": _("To staff: a web hook is paused"),
}

# Newest first by the primary key (branch_id, id); what is not sent by message_state.
_LIST: LiteralString = """
SELECT m.branch_id, m.id, m.purpose, m.phone_masked, m.state, m.tries, m.queued_at, m.ended_at, m.problem, m.reference,
  m.channel, m.cost, m.not_before,
  a.full_name AS agent
FROM messages_message m LEFT JOIN agents_agent a ON a.branch_id = m.branch_id AND a.id = m.agent_id
WHERE """


@audience(*STAFF, Role.HEAD_OFFICE, Role.AUDITOR)
@require_GET
def message_list(request: PageRequest) -> HttpResponse:
    """Filters in the address: ``state``, and ``before`` for older ones."""
    state = request.GET.get("state", "") if request.GET.get("state", "") in MessageState else ""
    rows = _find(request, state)
    offices = Office.objects.in_bulk({row["branch_id"] for row in rows[:PAGE]})
    context = {
        "rows": [
            row
            | {
                "word": TONES[row["state"]][0],
                "tone": TONES[row["state"]][1],
                "icon": TONES[row["state"]][2],
                "about": PURPOSES.get(row["purpose"], row["purpose"]),
                "office": offices.get(row["branch_id"]),
            }
            for row in rows[:PAGE]
        ],
        "after": rows[PAGE - 1]["id"] if len(rows) > PAGE else None,
        "state": state,
        "states": {name: word for name, (word, _tone, _icon) in TONES.items()},
        "has_gateway": find_gateway() is not None,
    }
    return render(request, "messages/list.html", context)


def _find(request: PageRequest, state: str) -> list[dict[str, Any]]:
    """A page and one more. An officer of a sub-branch sees what its own agents had sent."""
    viewer = request.viewer
    conditions: list[LiteralString] = ["TRUE"]
    params: list[Any] = []
    if viewer.branches is not None:
        conditions.append("m.branch_id = ANY(%s)")
        params.append(list(viewer.branches))
    if viewer.sub_branch_id is not None:
        conditions.append("a.sub_branch_id = %s")
        params.append(viewer.sub_branch_id)
    if state:
        conditions.append("m.state = %s")
        params.append(state)
    before = find_id(request.GET.get("before"))
    if before is not None:
        conditions.append("m.id < %s")
        params.append(before)
    sql = _LIST + " AND ".join(conditions) + " ORDER BY m.id DESC LIMIT %s"
    return request.work.dicts(sql, [*params, PAGE + 1])
