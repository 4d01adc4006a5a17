"""Staff pages about employers: the list, one employer with workers, wages, bills and files, and a form for another."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.agents.queries import names
from perisai.contributions.rules.in_force import load
from perisai.employers import bill, employer, job, labels, link, queries
from perisai.employers.employer import Care, Form
from perisai.employers.job import From, Leaver, NewWage
from perisai.employers.wage import KINDS, Kind, Told
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.given import find_day
from perisai.members import labels as member_labels
from perisai.offices.part import Part
from perisai.tables.cell import read_month

EDITORS: Final = (Role.AGENCY, *STAFF)
READERS: Final = (*EDITORS, *ABOVE)


@audience(*READERS)
@require_GET
def employer_list(request: PageRequest) -> HttpResponse:
    """Search in the address: name, owner, NPP, telephone, the owner's NIK; a part of the country and days of registration."""
    q = request.GET.get("q", "").strip()[:100]
    today = branch_day(request.work.now, request.viewer.office.timezone)
    asked = request.GET
    behind = queries.Behind(
        Part.of(asked), *(find_day(asked.get(name, "")) for name in ("day_from", "day_to", "known"))
    )
    rows = queries.find_all(request.work, viewer=request.viewer, q=q, today=today, behind=behind)
    is_narrow = behind.part.is_some or behind.first or behind.last
    who = names(request.work, ((row["branch_id"], row["agent_id"]) for row in rows))
    for row in rows:
        row["agent"] = who.get(row["agent_id"], "")
    return render(
        request,
        "employers/list.html",
        {
            "rows": rows,
            "q": q,
            "labels": labels,
            "may_edit": request.viewer.role in EDITORS,
            "most": queries.PAGE,
            "part": behind.part,
            "part_name": behind.part.name(request.work),
            "day_from": behind.first,
            "day_to": behind.last,
            "total": queries.count_behind(request.work, viewer=request.viewer, behind=behind) if is_narrow else None,
        },
    )


@audience(*EDITORS)
@require_http_methods(["GET", "POST"])
def new(request: PageRequest) -> HttpResponse:
    """The form; what is wrong, or looks like one that is here, is said on it with what was typed."""
    refused: Refused | None = None
    alike: list[employer.Alike] = []
    if request.method == "POST":
        form, branch_id, mark = form_of(request.POST), request.viewer.own_branch_id, request.work.mark()
        try:
            with transaction.atomic():  # a refusal is shown on the page, and leaves nothing
                made, _alike = employer.register(
                    request.work,
                    branch_id=branch_id,
                    form=form,
                    care=_care(request),
                    source="console",
                    is_another=bool(request.POST.get("is_another")),
                )
            messages.success(request, _("The employer is registered. Add its workers next."))
            return redirect("employers:employer", made)
        except Refused as error:
            request.work.forget_since(mark)
            refused = error
            if error.code == "E4402":
                found = employer.find_alike(request.work, branch_id=branch_id, form=form, apart_from=UUID(int=0))
                seen = queries.seen_of(request.work, viewer=request.viewer, ids=[one.id for one in found])
                alike = [one for one in found if one.id in seen]
                names = [one.name for one in alike] + [_("one of another office")] * (len(alike) < len(found))
                refused = Refused("E4402", names=", ".join(names))
    context = _form_context(request, request.POST, refused, alike)
    return render(request, "employers/new.html", context, status=_status(refused))


@audience(*EDITORS)
@require_http_methods(["GET", "POST"])
def edit(request: PageRequest, employer_id: UUID) -> HttpResponse:
    known = queries.get(request.work, viewer=request.viewer, employer_id=employer_id)
    refused: Refused | None = None
    if request.method == "POST":
        mark = request.work.mark()
        try:
            with transaction.atomic():
                employer.change(
                    request.work, branch_id=known["branch_id"], employer_id=employer_id, form=form_of(request.POST)
                )
            messages.success(request, _("Saved."))
            return redirect("employers:employer", employer_id)
        except Refused as error:
            request.work.forget_since(mark)
            refused = error
    given = request.POST if request.method == "POST" else known | {"region": known["region_code"]}
    context = _form_context(request, given, refused, []) | {"known": known}
    return render(request, "employers/new.html", context, status=_status(refused))


@audience(*READERS)
@require_GET
def employer_page(request: PageRequest, employer_id: UUID) -> HttpResponse:
    known = queries.get(request.work, viewer=request.viewer, employer_id=employer_id)
    return render(request, "employers/employer.html", page_context(request, known))


def page_context(request: PageRequest, known: dict[str, Any]) -> dict[str, Any]:
    work, branch_id, employer_id = request.work, known["branch_id"], known["id"]
    today = branch_day(work.now, known["timezone"])
    month = read_month(request.GET.get("month", "")) or today.replace(day=1)
    workers = queries.workers_of(work, branch_id=branch_id, employer_id=employer_id, month=month)
    return {
        "employer": known,
        "agent": names(work, [(branch_id, known["agent_id"])]).get(known["agent_id"]),
        "owner_enrolment": queries.owner_enrolment(work, known),
        "workers": workers,
        "present": [one for one in workers if not one["is_gone"]],
        "month": month,
        "this_month": today.replace(day=1),
        "earlier": job.month_before(month),
        "later": date(month.year + month.month // 12, month.month % 12 + 1, 1),
        "bills": queries.bills_of(work, branch_id=branch_id, employer_id=employer_id),
        "changes": queries.changes_of(work, branch_id=branch_id, employer_id=employer_id),
        "imports": queries.imports_of(work, branch_id=branch_id, employer_id=employer_id),
        "states": member_labels.STATES,
        "labels": labels,
        "has_link": known["link_until"] is not None and known["link_until"] >= today,
        "kinds": labels.KINDS,
        "may_edit": request.viewer.role in EDITORS and known["state"] == "active",
        "may_open": request.viewer.role in EDITORS,
        "sum": sum(one["shares"]["total"] for one in workers if not one["is_gone"]),
    }


@audience(*EDITORS)
@require_POST
def leave(request: PageRequest, employer_id: UUID, enrolment_id: UUID) -> HttpResponse:
    known = _known(request, employer_id)
    last = read_told_month(request.POST.get("month", ""))
    today = branch_day(request.work.now, bill.timezone_of(request.work, known.branch_id))
    job.leave(request.work, employer=known, leavers=[Leaver(enrolment_id, last)], told_by=From("console"), today=today)
    bill.renew(request.work, employer=known)
    messages.success(request, _("Noted. Nothing is billed after that month."))
    return redirect("employers:employer", employer_id)


@audience(*EDITORS)
@require_POST
def stay(request: PageRequest, employer_id: UUID, enrolment_id: UUID) -> HttpResponse:
    known = _known(request, employer_id)
    job.stay(request.work, employer=known, enrolment_id=enrolment_id, told_by=From("console"))
    bill.renew(request.work, employer=known)
    messages.success(request, _("Corrected: the worker stays."))
    return redirect("employers:employer", employer_id)


@audience(*EDITORS)
@require_POST
def change_wage(request: PageRequest, employer_id: UUID, enrolment_id: UUID) -> HttpResponse:
    known = _known(request, employer_id)
    today = branch_day(request.work.now, bill.timezone_of(request.work, known.branch_id))
    wage = NewWage(enrolment_id, read_told_month(request.POST.get("month", "")), told_of(request.POST))
    job.change_wages(request.work, employer=known, wages=[wage], told_by=From("console"), today=today)
    bill.renew(request.work, employer=known)
    messages.success(request, _("The wage is noted."))
    return redirect("employers:employer", employer_id)


@audience(*EDITORS)
@require_POST
def make_bill(request: PageRequest, employer_id: UUID) -> HttpResponse:
    known = _known(request, employer_id)
    bill.renew(request.work, employer=known)
    made = bill.make(request.work, employer=known, month=read_told_month(request.POST.get("month", "")))
    messages.success(request, _("The bill is ready."))
    return redirect("employers:bill", employer_id, made.id)


@audience(*READERS)
@require_GET
def bill_page(request: PageRequest, employer_id: UUID, bill_id: UUID) -> HttpResponse:
    known = queries.get(request.work, viewer=request.viewer, employer_id=employer_id)
    found = [
        one
        for one in queries.bills_of(request.work, branch_id=known["branch_id"], employer_id=employer_id)
        if one["id"] == bill_id
    ]
    if not found:
        raise Refused("E1004")
    lines = queries.bill_lines(request.work, branch_id=known["branch_id"], order_id=found[0]["order_id"])
    context = {"employer": known, "bill": found[0], "lines": lines, "labels": labels, "sums": _sums(lines)}
    return render(request, "employers/bill.html", context)


@audience(*EDITORS)
@require_POST
def make_link(request: PageRequest, employer_id: UUID) -> HttpResponse:
    """Shown once, to hand to the employer."""
    known = queries.get(request.work, viewer=request.viewer, employer_id=employer_id)
    today = branch_day(request.work.now, known["timezone"])
    address, until = link.make(request.work, branch_id=known["branch_id"], employer_id=employer_id, today=today)
    answer = render(request, "employers/link.html", {"employer": known, "address": address, "until": until})
    answer["Cache-Control"] = "no-store"
    return answer


def form_of(given: QueryDict) -> Form:
    """What was typed; wrong figures are told as wrong, not left aside."""
    return Form(
        name=given.get("name", ""),
        owner_name=given.get("owner_name", ""),
        owner_nik=given.get("owner_nik", "").strip() or None,
        scale=given.get("scale", ""),
        risk=given.get("risk", ""),
        sector=given.get("sector", ""),
        region=(given.get("region", "") or given.get("village", "")).strip(),
        capital=amount_of(given.get("capital")),
        sales=amount_of(given.get("sales")),
        optional=frozenset(given.getlist("optional")),
        phone=_phone(given.get("phone", "")),
        address=given.get("address", ""),
        nib=given.get("nib", "").strip() or None,
        npwp=given.get("npwp", "").strip() or None,
        npp=given.get("npp", "").strip() or None,
    )


def amount_of(typed: Any) -> int | None:
    """Rupiah as typed; None where nothing was, -1 for what is no amount."""
    text = "".join(letter for letter in str(typed or "") if letter not in ". ").removeprefix("Rp")
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1


def told_of(given: QueryDict) -> Told:
    """Raises E4414."""
    kind = given.get("kind", "monthly")
    texts = (
        [given.get(name, "") for name in ("wage_3", "wage_2", "wage")] if kind == "piece" else [given.get("wage", "")]
    )
    digits = ["".join(letter for letter in text if letter not in "Rp. ") for text in texts if text.strip()]
    if not all(text.isascii() and text.isdigit() and len(text) < 11 for text in digits):
        raise Refused("E4414")
    found: Kind = next((one for one in KINDS if one == kind), "monthly")
    return Told(found, tuple(int(text) for text in digits))


def _phone(text: str) -> str | None:
    digits = "".join(letter for letter in text if letter.isdigit() or letter == "+")
    if not digits:
        return None
    return digits if digits.startswith("+") else f"+62{digits.removeprefix('62').removeprefix('0')}"


def _form_context(
    request: PageRequest, given: Any, refused: Refused | None, alike: list[employer.Alike]
) -> dict[str, Any]:
    from perisai.employers import form_console  # which reads what is typed as this page does

    today = branch_day(request.work.now, request.viewer.office.timezone)
    region = given.get("region", "") or ""
    text = given.get("village", "") or region
    chosen = given.getlist("optional") if isinstance(given, QueryDict) else given.get("optional", [])
    return {
        "given": given,
        "chosen": chosen,
        "refused": refused.answer() if refused else None,
        "alike": [(one, [labels.WHY_ALIKE[why] for why in one.why]) for one in alike],
        "scales": [(name, scale) for name, scale in load().pu.scales.items()],
        "risks": labels.RISKS,
        "sectors": list(employer.groups()),
        **form_console.village_context(request, text, region),
        **form_console.scale_context(given, today),
    }


def _known(request: PageRequest, employer_id: UUID) -> employer.Employer:
    """The employer, locked. Raises E1004 for one that is not the viewer's."""
    known = queries.get(request.work, viewer=request.viewer, employer_id=employer_id)
    return employer.lock(request.work, branch_id=known["branch_id"], employer_id=employer_id)


def read_told_month(text: str) -> date:
    """Raises E4405."""
    month = read_month(text)
    if month is None or not 2000 <= month.year < 3000:
        raise Refused("E4405", why="?")
    return month


def _sums(lines: list[dict[str, Any]]) -> dict[str, int]:
    sums = {name: sum(line[name] for line in lines) for name in ("employer", "worker", "amount")}
    return sums | {name: sum(line["parts"][name] for line in lines) for name in ("JKK", "JKM", "JHT", "JP", "JKP")}


def _care(request: PageRequest) -> Care:
    viewer = request.viewer
    return Care(viewer.agent_id, viewer.sub_branch_id, viewer.agency_office_id)


def _status(refused: Refused | None) -> int:
    return refused.status if refused else 200
