"""Staff pages about members: list, export, one member, the number behind the mask, the photo of the ID card."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts import limit
from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.accounts.words import say
from perisai.agents import queries as agents
from perisai.agents.queries import names
from perisai.contributions import labels as bill_labels
from perisai.contributions.rules.in_force import consents_on, load
from perisai.custody import queries as custody
from perisai.errors import Refused
from perisai.events.kinds import kinds
from perisai.events.vault import unseal
from perisai.events.work import Happened, branch_day
from perisai.figures import kept
from perisai.figures.definition import figures
from perisai.members import labels, portfolio, queries, search
from perisai.members.consents import due as consent_due
from perisai.members.cover import cover_of
from perisai.members.export import as_csv, as_xlsx, shown_code
from perisai.members.photos.photo import open_photo
from perisai.messages import consent_code
from perisai.offices.models import Office, OfficeKind, Region
from perisai.reminders import of_member as reminders

LOOKUPS_AN_HOUR = 60
UNMASKS_AN_HOUR = 20
REASONS = ("identity_check", "member_asked", "core_correction", "complaint")


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def member_list(request: PageRequest) -> HttpResponse:
    """Search and filters in the address; an exact NIK is found only within the viewer's own part."""
    filters = _asked(request)
    rows: list[dict[str, Any]] = []
    after: search.Cursor | None = None
    if _may_look(request, filters):
        rows, after = search.find(
            request.work, viewer=request.viewer, filters=filters, after=search.Cursor.of(request.GET.get("after", ""))
        )
    else:
        messages.error(request, _("Auditors search by name, KPJ or payment code."))
    context = {
        "rows": _shown(request, rows),
        "after": after,
        "filters": filters,
        "states": labels.STATES,
        "past": _past(request, filters),
        **_counted(request, filters, rows, after),
        "place": _place_name(filters),
        "district": filters.district and (Region.objects.filter(code=filters.district).first() or filters.district),
        "agents": agents.options(request.work, viewer=request.viewer),
        **_choices(request),
    }
    return render(request, "members/list.html", context)


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def member_export(request: PageRequest, form: str) -> HttpResponseBase:
    """The whole list as a file, read inside the page's Work."""
    filters = _asked(request)
    if not _may_look(request, filters):
        raise Refused("E2006")
    rows = _named(request, search.each(request.work, viewer=request.viewer, filters=filters))
    as_of = f"-{say('per', 'as-of')}-{filters.as_of:%Y%m%d}" if filters.as_of else ""
    name = f"perisai-{_('members')}{as_of}-{request.work.now:%Y%m%d-%H%M}.{form}"
    if form == "csv":
        return StreamingHttpResponse(
            as_csv(rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    return FileResponse(as_xlsx(rows), as_attachment=True, filename=name)


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def member_page(request: PageRequest, branch_id: int, enrolment_id: UUID) -> HttpResponse:
    """Everything about one enrolment. What a review found is for staff, not for an agency office."""
    viewer = request.viewer
    member = queries.get_member(request.work, viewer=viewer, branch_id=branch_id, enrolment_id=enrolment_id)
    parts = queries.member_parts(request.work, branch_id=branch_id, enrolment_id=enrolment_id)
    is_staff = viewer.role is not Role.AGENCY
    today = branch_day(request.work.now, member["timezone"])
    offices = Office.objects.in_bulk([i for i in (member["sub_branch_id"], member["agency_office_id"]) if i])
    context = {
        "member": member,
        "state": labels.STATES[member["state"]],
        "core": labels.CORE[member["core_state"]],
        "cover": cover_of(
            state=member["state"], paid_through=member["paid_through"], today=today, segment=member["segment"]
        ),
        "region": _region_line(member["region_code"]),
        "agent_name": names(request.work, [(branch_id, member["agent_id"])]).get(member["agent_id"]),
        "care": portfolio.history(request.work, branch_id=branch_id, enrolment_id=enrolment_id),
        "sub_branch": offices.get(member["sub_branch_id"]),
        "agency_office": offices.get(member["agency_office_id"]),
        "jobs": [_job(code) for code in member["jobs"]],
        "warnings": [labels.WARNINGS.get(code, code) for code in member["warnings"]],
        "series": [
            each | {"label": labels.STATES[each["state"]]}
            for each in queries.series(request.work, viewer=viewer, member=member)
        ],
        "today": today,
        "wordings": _wordings(today),
        "is_photo_late": member["photo_due_on"] is not None and member["photo_due_on"] < today,
        "spoken": _spoken(request, branch_id, enrolment_id, parts["consents"]),
        "payment_code": shown_code(member["payment_code"]),
        "bill_origins": bill_labels.ORIGINS,
        "licence": _licence(request, branch_id, member),
        "is_staff": is_staff,
        "cash": custody.of_member(request.work, branch_id, enrolment_id),
        "contacts": reminders.context(request.work, branch_id=branch_id, enrolment_id=enrolment_id),
        "wishes": reminders.wishes(request.work, branch_id=branch_id, phone=member["phone"]),
        "may_wish": bool(member["phone"]) and viewer.role in STAFF,
        "may_unmask": viewer.role in STAFF,
        "unmask_reasons": _unmask_reasons(),
        "labels": labels,
        **parts,
        "reviews": parts["reviews"] if is_staff else [],
        "bills": [bill | {"shown_code": shown_code(bill["payment_code"])} for bill in parts["bills"]],
        "timeline": [_said(event) for event in parts["timeline"] if is_staff or not event["kind"].startswith("review")],
    }
    return render(request, "members/member.html", context)


@audience(*STAFF)
@require_POST
def member_unmask(request: PageRequest, branch_id: int, enrolment_id: UUID) -> HttpResponse:
    """Shows NIK and No. KK once, for a reason that stays on record. Raises E8005 without one, E1005 above the limit."""
    reason = request.POST.get("reason", "")
    if reason not in REASONS:
        raise Refused("E8005")
    viewer, work = request.viewer, request.work
    member = queries.get_member(work, viewer=viewer, branch_id=branch_id, enrolment_id=enrolment_id)
    limit.take(kind="unmask", key=str(viewer.user.id), limit=UNMASKS_AN_HOUR, per=timedelta(hours=1), now=work.now)
    row = work.row(
        "SELECT nik_sealed, kk_sealed FROM members_person WHERE branch_id = %s AND id = %s",
        [branch_id, member["person_id"]],
    )
    assert row is not None
    work.report(
        Happened(
            kind="nik_unmasked",
            branch_id=branch_id,
            subject_id=enrolment_id,
            agent_id=member["agent_id"],
            sub_branch_id=member["sub_branch_id"],
            agency_office_id=member["agency_office_id"],
            detail={"reason": reason},
        )
    )
    opened = {"nik": unseal(row[0]).decode(), "kk": unseal(row[1]).decode() if row[1] else None}
    response = render(request, "members/unmasked.html", opened)
    response["Cache-Control"] = "no-store"
    return response


@audience(*STAFF, Role.AUDITOR, Role.HEAD_OFFICE)
@require_GET
def member_photo(request: PageRequest, branch_id: int, enrolment_id: UUID, sha256: str) -> HttpResponse:
    """The photo of the ID card, decrypted on the way and never cached."""
    queries.get_member(request.work, viewer=request.viewer, branch_id=branch_id, enrolment_id=enrolment_id)
    row = request.work.row(
        "SELECT media_type FROM members_photo WHERE branch_id = %s AND sha256 = decode(%s, 'hex') AND enrolment_id = %s",
        [branch_id, sha256, enrolment_id],
    )
    if row is None:
        raise Refused("E1004")
    data = open_photo(request.work, branch_id, bytes.fromhex(sha256))
    return HttpResponse(
        data, content_type=row[0], headers={"Cache-Control": "no-store", "Content-Disposition": "inline"}
    )


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def member_find(request: PageRequest, enrolment_id: UUID) -> HttpResponse:
    """From an enrolment's id alone (a link of the live feed) to its page. Raises E1004."""
    sql, params = request.viewer.narrow("e")
    row = request.work.row(
        "SELECT e.branch_id FROM members_enrolment e WHERE e.id = %s AND " + sql, [enrolment_id, *params]
    )
    if row is None:
        raise Refused("E1004")
    return redirect("members:member", branch_id=row[0], enrolment_id=enrolment_id)


def _asked(request: PageRequest) -> search.Filters:
    return search.Filters.of(request.GET, branch_day(request.work.now, request.viewer.office.timezone))


def _past(request: PageRequest, filters: search.Filters) -> kept.Told | None:
    """What is known of the past day that the list is of."""
    if filters.as_of is None:
        return None
    viewer = request.viewer
    branches = viewer.branches if filters.branch is None else [filters.branch]
    is_of_all = viewer.sub_branch_id is None and viewer.agency_office_id is None
    return kept.told(request.work, branches=branches, part=filters.within, day=filters.as_of, is_of_all=is_of_all)


def _may_look(request: PageRequest, filters: search.Filters) -> bool:
    """Counts a look-up by NIK; raises E1005 above the limit. False for auditors, who read inside a read-only transaction,
    which cannot count: they search by name or code."""
    if not filters.is_nik:
        return True
    if not request.viewer.may_change:
        return False
    key = str(request.viewer.user.id)
    limit.take(kind="nik", key=key, limit=LOOKUPS_AN_HOUR, per=timedelta(hours=1), now=request.work.now)
    return True


def _shown(request: PageRequest, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the names of agent, village and office, and cover in its word."""
    who = names(request.work, ((row["branch_id"], row["agent_id"]) for row in rows))
    regions = Region.objects.in_bulk({row["region_code"] for row in rows} | {row["region_code"][:5] for row in rows})
    offices = Office.objects.in_bulk({row["branch_id"] for row in rows})
    today = {branch_id: branch_day(request.work.now, office.timezone) for branch_id, office in offices.items()}
    return [
        row
        | {
            "label": labels.STATES[row["state"]],
            "core": labels.CORE[row["core_state"]],
            "agent": who.get(row["agent_id"], ""),
            "village": regions.get(row["region_code"]),
            "regency": regions.get(row["region_code"][:5]),
            "office": offices.get(row["branch_id"]),
            "shown_code": shown_code(row["payment_code"]),
            "cover": cover_of(
                state=row["state"],
                paid_through=row["paid_through"],
                today=row["stood_on"] or today[row["branch_id"]],
                segment=row["segment"],
            ),
        }
        for row in rows
    ]


def _named(request: PageRequest, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Adds names of agents and offices, remembered, so that a long file asks for each once."""
    offices = dict(Office.objects.values_list("id", "name"))
    known: dict[UUID, str] = {}
    for row in rows:
        if row["agent_id"] not in known:
            known |= names(request.work, [(row["branch_id"], row["agent_id"])])
        yield row | {
            "agent": known.get(row["agent_id"], ""),
            "office": offices.get(row["sub_branch_id"]) or offices.get(row["branch_id"], ""),
        }


def _choices(request: PageRequest) -> dict[str, Any]:
    """Sub-branches and regencies to filter by; branches for those who see several."""
    viewer = request.viewer
    if viewer.branches is not None and len(viewer.branches) == 1:
        branch = viewer.branches[0]
        offices = list(
            Office.objects.filter(branch_id=branch, kind__in=[OfficeKind.SUB_BRANCH, OfficeKind.BRANCH]).order_by(
                "name"
            )
        )
        codes = {code for office in offices for code in office.regencies}
        return {
            "sub_branches": [o for o in offices if o.kind == OfficeKind.SUB_BRANCH and viewer.sub_branch_id is None],
            "regencies": Region.objects.filter(code__in=codes).order_by("name"),
        }
    branches = Office.objects.filter(kind=OfficeKind.BRANCH).order_by("name")
    if viewer.branches is not None:
        branches = branches.filter(id__in=viewer.branches)
    return {"branches": branches[:500]}


def _counted(
    request: PageRequest, filters: search.Filters, rows: list[dict[str, Any]], after: search.Cursor | None
) -> dict[str, Any]:
    """What the number behind which these members stand is called, and what they add up to where one page shows them all."""
    of = "arrears" if filters.is_arrears else filters.metric
    if not of:
        return {}
    figure = figures().get(of)
    name = say(figure.label.id, figure.label.en) if figure else labels.METRICS.get(of, of)
    is_whole = after is None and not request.GET.get("after")
    return {
        "metric": name,
        "is_money": figure is not None and figure.unit == "rupiah",
        "total": sum(row["share"] for row in rows) if is_whole else None,
    }


def _place_name(filters: search.Filters) -> str:
    """What the level and key of the address are called."""
    if filters.level == "r":
        return str(Region.objects.filter(code=filters.key[:5]).first() or filters.key)
    if filters.level in ("b", "s", "o", "w") and filters.key.isdecimal():
        return str(Office.objects.filter(id=int(filters.key)).first() or filters.key)
    return ""


def _region_line(code: str) -> str:
    """``Kelurahan, kecamatan, kota``: from the smallest."""
    codes = [code, code[:8], code[:5]]
    found = Region.objects.in_bulk(codes)
    return ", ".join(found[c].name for c in codes if c in found) or code


def _job(code: str) -> dict[str, str]:
    """An occupation in both languages; its code where today's rules no longer have it."""
    group, _sep, job = code.partition(".")
    for each in load().occupations:
        if each.code == group and job in each.jobs:
            return {"id": each.jobs[job].id, "en": each.jobs[job].en}
    return {"id": code, "en": code}


def _licence(request: PageRequest, branch_id: int, member: dict[str, Any]) -> dict[str, Any] | None:
    if member["licence_id"] is None:
        return None
    found = request.work.dicts(
        "SELECT number, valid_from, valid_to FROM agents_licence WHERE branch_id = %s AND id = %s",
        [branch_id, member["licence_id"]],
    )
    return found[0] if found else None


def _wordings(today: date) -> list[dict[str, str]]:
    """What a member signs on paper, in the language of the members."""
    chosen = consents_on(today)
    asked = [one for purpose, one in chosen.items() if one.required or purpose == consent_due.OPTIONAL]
    return [{"title": one.title.id, "text": one.text.id} for one in asked]


def _spoken(
    request: PageRequest, branch_id: int, enrolment_id: UUID, consents: list[dict[str, Any]]
) -> consent_code.Shown | None:
    """The one-time code behind a consent that was read aloud, where it was the right one."""
    challenge = next((c["signature"]["challenge"] for c in consents if c["signature"].get("challenge")), None)
    if challenge is None:
        return None
    return consent_code.find_confirmed(
        request.work, branch_id=branch_id, challenge=UUID(challenge), enrolment_id=enrolment_id
    )


def _said(event: dict[str, Any]) -> dict[str, Any]:
    kind = kinds()[event["kind"]]
    return event | {"texts": {"id": kind.id, "en": kind.en}}


def _unmask_reasons() -> list[tuple[str, str]]:
    return [
        ("identity_check", _("Compare with the ID card")),
        ("member_asked", _("The member is here and asks")),
        ("core_correction", _("Correct it in the core system")),
        ("complaint", _("Handle a complaint")),
    ]
