"""Staff pages about candidates: the board, the list, one candidate, a decision, a document."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts import limit
from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.errors import Refused
from perisai.events.work import Happened
from perisai.messages import outbox
from perisai.offices.models import Office, OfficeKind, Region
from perisai.recruitment import candidate, document, erasure, labels, link, membership, pipeline, queries, rules
from perisai.recruitment.pipeline import Reason

LOOKUPS_AN_HOUR = 60
TEXT_GOOD_FOR = timedelta(days=3)
CLOSED = ("refused", "withdrawn")
INVITERS = (Role.AGENCY, *STAFF)
BY_HAND = (("applied", "screened"), ("screened", "in_training"), ("refused", "applied"))
"""(From, to): where an officer may lead a candidate, beside a refusal. Back from the exam to the training is a fact, not a hand."""
TOLD = ("screened", "in_training", "refused")


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def board(request: PageRequest) -> HttpResponse:
    """A column a stage, the newest first, with how many there are. Staff drag cards; every drop is judged by ``decide``."""
    stages = (*pipeline.OPEN, "licensed")
    counts = queries.counts(request.work, viewer=request.viewer, states=stages)
    rows = queries.board(request.work, viewer=request.viewer, states=stages)
    shown = _shown([row for column in rows.values() for row in column])
    context = {
        "columns": [
            {
                "state": state,
                "label": labels.STATES[state],
                "count": counts.get(state, 0),
                "rows": [row for row in shown if row["state"] == state],
                "more": counts.get(state, 0) - len(rows[state]),
                "after": rows[state][-1]["id"] if counts.get(state, 0) > len(rows[state]) > 0 else None,
                "to": _lit(state),
                "empty": labels.EMPTY[state],
            }
            for state in stages
        ],
        "closed": [(state, labels.STATES[state]) for state in CLOSED],
        "is_empty": not counts,
        "may_invite": request.viewer.role in INVITERS,
        "may_move": request.viewer.role in STAFF,
        "reasons": [(code, rules.reason(code).text({})) for code in rules.reasons()],
    }
    return render(request, "recruitment/board.html", context)


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def column(request: PageRequest, state: str) -> HttpResponse:
    """The next cards of one column of the board, by key. Raises E1004 for a stage that no board shows."""
    if state not in (*pipeline.OPEN, "licensed"):
        raise Refused("E1004")
    filters = queries.Filters.of({"state": state, "after": request.GET.get("after", "")})
    rows = queries.find(request.work, viewer=request.viewer, filters=filters, limit=queries.COLUMN + 1)
    here = rows[: queries.COLUMN]
    context = {
        "rows": _shown(here),
        "state": state,
        "to": _lit(state),
        "after": here[-1]["id"] if len(rows) > len(here) else None,
        "may_move": request.viewer.role in STAFF,
    }
    return render(request, "recruitment/board_cards.html", context)


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def candidate_list(request: PageRequest) -> HttpResponse:
    """Search and filters in the address, pages by key."""
    filters = queries.Filters.of(request.GET)
    rows: list[dict[str, Any]] = []
    if _may_look(request, filters):
        rows = queries.find(request.work, viewer=request.viewer, filters=filters)
    else:
        messages.error(request, _("Auditors search by name or phone."))
    more = len(rows) > queries.PAGE
    context = {
        "rows": _shown(rows[: queries.PAGE]),
        "after": rows[queries.PAGE - 1]["id"] if more else None,
        "filters": filters,
        "states": labels.STATES,
        "may_invite": request.viewer.role in INVITERS,
        **_choices(request),
    }
    return render(request, "recruitment/list.html", context)


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def candidate_page(request: PageRequest, branch_id: int, candidate_id: UUID) -> HttpResponse:
    """Everything about one candidate. Photos only for staff of the branch; an agency office sees its own candidates, and nothing
    that a register holds of them."""
    viewer, work = request.viewer, request.work
    row = queries.get(work, viewer=viewer, branch_id=branch_id, candidate_id=candidate_id)
    facts = candidate.get_facts(work, branch_id, candidate_id)
    parts = queries.parts(work, row=row)
    is_staff = viewer.role in STAFF
    sees_register = viewer.role is not Role.AGENCY
    refusable = row["state"] in pipeline.OPEN
    context = {
        "candidate": _shown([row])[0],
        "findings": [one for one in facts.findings if sees_register or one.code not in rules.REGISTERED],
        "sees_register": sees_register,
        "is_open": refusable,
        "missing": [labels.DOCUMENTS[kind] for kind in facts.missing_documents],
        "documents": [one | {"word": labels.DOCUMENTS[one["kind"]]} for one in parts["documents"]],
        "steps": [one | {"word": labels.STATES[one["to_state"]]} | _said(one) for one in parts["steps"]],
        "others": [
            one | {"label": labels.STATES[one["state"]], "full_name": one["full_name"] or labels.ERASED}
            for one in parts["others"]
            if sees_register
        ],
        "membership": facts.membership,
        "register": labels.REGISTER[facts.membership.register],
        "proof": next((one for one in parts["documents"] if one["kind"] == "membership"), None),
        "erased_on": erasure.erased_on(row["state_since"], row["timezone"]) if row["state"] in CLOSED else None,
        "education": labels.EDUCATION[row["education"]],
        "next": labels.NEXT[row["state"]],
        "acts": [(to, labels.ACTS[to]) for to in _acts(row)],
        "reasons": _reasons(facts.findings) if refusable else [],
        "is_staff": is_staff,
        "has_agent": row["state"] in ("in_training", "examined", "licensed"),
        "districts": Region.objects.filter(code__in=row["districts"]).order_by("name"),
    }
    return render(request, "recruitment/candidate.html", context)


@audience(*STAFF)
@require_POST
def decide(request: PageRequest, branch_id: int, candidate_id: UUID) -> HttpResponse:
    """One move by an officer, who says what they saw; the board's script asks for JSON. Raises what ``pipeline.move`` raises, E9104
    for a state that no hand sets, E9106 for one that only a fact sets."""
    work, asked = request.work, request.POST
    to = asked.get("to", "")
    queries.get(work, viewer=request.viewer, branch_id=branch_id, candidate_id=candidate_id)
    if to in pipeline.BY_FACT:
        raise Refused("E9106", what_id="", what_en="")
    if to not in {*(act[1] for act in BY_HAND), "refused"}:
        raise Refused("E9104", from_id="…", from_en="…", to_id=to[:20], to_en=to[:20])
    reason = Reason(asked.get("reason", ""), asked.get("note", "")) if to == "refused" else pipeline.NONE
    facts = pipeline.move(
        work, branch_id=branch_id, candidate_id=candidate_id, to=to, expected=asked.get("expected", ""), reason=reason
    )
    if to in TOLD:
        _tell(request, branch_id, facts, to)
    if "json" in request.headers.get("Accept", ""):
        return JsonResponse({"said": _done(to)})
    messages.success(request, _done(to))
    return redirect("recruitment:candidate", branch_id=branch_id, candidate_id=candidate_id)


@audience(*STAFF)
@require_POST
def judge_proof(request: PageRequest, branch_id: int, candidate_id: UUID, document_id: UUID) -> HttpResponse:
    """Takes a picture as proof of membership, or takes that back. Raises E1004, E9110, E9112."""
    queries.get(request.work, viewer=request.viewer, branch_id=branch_id, candidate_id=candidate_id)
    is_accepted = request.POST.get("accepted") == "yes"
    membership.accept_proof(
        request.work, branch_id=branch_id, candidate_id=candidate_id, document_id=document_id, is_accepted=is_accepted
    )
    messages.success(request, _("The proof is accepted.") if is_accepted else _("The proof is not accepted any more."))
    return redirect("recruitment:candidate", branch_id=branch_id, candidate_id=candidate_id)


@audience(*STAFF)
@require_GET
def picture(request: PageRequest, branch_id: int, candidate_id: UUID, kind: str) -> HttpResponse:
    """A document, decrypted on the way and never cached; each opening is an event. Raises E1004."""
    queries.get(request.work, viewer=request.viewer, branch_id=branch_id, candidate_id=candidate_id)
    found = document.find_id(request.work, branch_id=branch_id, candidate_id=candidate_id, kind=kind)
    data = document.find_picture(request.work, branch_id=branch_id, candidate_id=candidate_id, kind=kind)
    if found is None or data is None:
        raise Refused("E1004")
    request.work.report(
        Happened(
            kind="candidate_document_seen",
            branch_id=branch_id,
            subject_id=candidate_id,
            detail={"document": str(found), "kind": kind},
        )
    )
    headers = {"Cache-Control": "no-store", "Content-Disposition": "inline"}
    return HttpResponse(data, content_type="image/jpeg", headers=headers)


def _may_look(request: PageRequest, filters: queries.Filters) -> bool:
    """Counts a look-up by NIK together with those of members; raises E1005 above the limit. False for auditors, whose reading
    cannot count."""
    if not filters.nik:
        return True
    if not request.viewer.may_change:
        return False
    key = str(request.viewer.user.id)
    limit.take(kind="nik", key=key, limit=LOOKUPS_AN_HOUR, per=timedelta(hours=1), now=request.work.now)
    return True


def _acts(row: dict[str, Any]) -> list[str]:
    """Where a hand may lead this candidate, beside a refusal."""
    return [] if row["erased_at"] else [to for to in pipeline.NEXT[row["state"]] if (row["state"], to) in BY_HAND]


def _lit(state: str) -> str:
    """Stages that light up for a card from this one: where a hand may lead it."""
    return " ".join(to for to in pipeline.NEXT[state] if (state, to) in BY_HAND or to == "refused")


def _reasons(findings: tuple[rules.Finding, ...]) -> list[tuple[str, dict[str, str], bool]]:
    """(code, text, found by a rule) with what the rules found first."""
    found = {one.code: one.text for one in findings if one.effect == "refuse"}
    hands = [code for code in rules.reasons() if code not in rules.conditions()]
    return [
        *((code, text, True) for code, text in found.items()),
        *((c, rules.reason(c).text({}), False) for c in hands),
    ]


def _said(step: dict[str, Any]) -> dict[str, Any]:
    code = step["reason_code"]
    return {"reason": rules.reason(code).text({}) if code in rules.reasons() else None}


def _tell(request: PageRequest, branch_id: int, facts: candidate.Facts, to: str) -> None:
    """A text with the candidate's own link; it holds neither name nor number."""
    word = pipeline.WORDS[to][facts.language]
    address = f"{settings.ORIGIN}{link.make(link.Owner(branch_id, facts.candidate_id))}"
    bodies = {
        "id": f"Kabar lamaran agen Perisai Anda: {word}. Baca di {address}",
        "en": f"News on your application as a Perisai agent: {word}. Read it at {address}",
    }
    text = outbox.Text("candidate", facts.phone, bodies[facts.language], request.work.now + TEXT_GOOD_FOR)
    outbox.queue(request.work, branch_id=branch_id, agent_id=None, text=text)


def _done(to: str) -> str:
    return {
        "screened": _("Papers are in order. The candidate is told by text."),
        "in_training": _("In training. Now issue a phone code, so that the courses are on the phone."),
        "refused": _("Refused. The candidate reads the reason on their own page and is told by text."),
        "applied": _("The application is open again."),
    }[to]


def _shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = {row[key] for row in rows for key in ("branch_id", "sub_branch_id", "agency_office_id") if row[key]}
    offices = Office.objects.in_bulk(ids)
    places = Region.objects.in_bulk({row["districts"][0] for row in rows if row["districts"]})
    return [
        row
        | {
            "full_name": row["full_name"] or labels.ERASED,
            "label": labels.STATES[row["state"]],
            "branch": offices.get(row["branch_id"]),
            "sub_branch": offices.get(row["sub_branch_id"]),
            "agency_office": offices.get(row["agency_office_id"]),
            "place": places.get(row["districts"][0]) if row["districts"] else None,
            "papers": len(set(rules.REQUIRED_DOCUMENTS) & set(row["documents"])),
        }
        for row in rows
    ]


def _choices(request: PageRequest) -> dict[str, Any]:
    viewer = request.viewer
    if viewer.branches is None or len(viewer.branches) != 1 or viewer.sub_branch_id or viewer.agency_office_id:
        return {}
    offices = list(Office.objects.filter(branch_id=viewer.branches[0]).order_by("name"))
    return {
        "sub_branches": [office for office in offices if office.kind == OfficeKind.SUB_BRANCH],
        "agency_offices": [office for office in offices if office.kind == OfficeKind.AGENCY],
    }
