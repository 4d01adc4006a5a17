"""``/usaha/``: an employer sees its workers and bills by a personal link, sends a spreadsheet, and reports who left or earns
otherwise; the page needs no account and no script."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from perisai.accounts import limit, own_page
from perisai.accounts.audience import public
from perisai.employers import bill, employer, file_console, import_file, job, labels, link, queries, workbook
from perisai.employers.console import told_of
from perisai.employers.job import From, Leaver, NewWage
from perisai.employers.link import Owner
from perisai.errors import Refused
from perisai.events.clock import SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.payments.orders import link as order_link
from perisai.tables.cell import read_month
from perisai.tables.download import download

KIND: Final = "own_employer"
SENT: Final = 60
HOUR: Final = timedelta(hours=1)


@public
@require_safe
def own(request: HttpRequest, token: str) -> HttpResponse:
    """Raises E4412 for a link that has ended, E9109 for what is none, E1005 above the limits."""
    return _page(request, token, _named(request, token))


@public
@require_safe
def template(request: HttpRequest, token: str) -> HttpResponse:
    branch_id, link_id = _named(request, token)
    with _work(branch_id) as work:
        owner = link.require_owner(work, branch_id=branch_id, link_id=link_id)
        month = branch_day(work.now, owner.timezone).replace(day=1)
    return download(workbook.template(month), "perisai-pekerja.xlsx")


@public
@require_POST
def send(request: HttpRequest, token: str) -> HttpResponse:
    """A spreadsheet; what is wrong with it as a whole is said on the page."""
    named = _counted(request, token)
    try:
        name, data = file_console.read_sent(request.FILES.get("file"))
        with _work(named[0]) as work:
            owner = link.require_owner(work, branch_id=named[0], link_id=named[1])
            import_file.send(
                work, branch_id=owner.branch_id, employer_id=owner.employer_id, name=name, data=data, source="link"
            )
    except Refused as refused:
        return _page(request, token, named, refused)
    return HttpResponseRedirect(f"{link.PATH}{token}/?terkirim=berkas#berkas")


@public
@require_POST
def leave(request: HttpRequest, token: str, enrolment_id: UUID) -> HttpResponse:
    def act(work: Work, owner: Owner, known: employer.Employer) -> None:
        month = read_month(request.POST.get("month", ""))
        if month is None:
            raise Refused("E4405", why="?")
        today = branch_day(work.now, owner.timezone)
        job.leave(work, employer=known, leavers=[Leaver(enrolment_id, month)], told_by=From("link"), today=today)

    return _report(request, token, act)


@public
@require_POST
def change_wage(request: HttpRequest, token: str, enrolment_id: UUID) -> HttpResponse:
    def act(work: Work, owner: Owner, known: employer.Employer) -> None:
        month = read_month(request.POST.get("month", ""))
        if month is None:
            raise Refused("E4405", why="?")
        today = branch_day(work.now, owner.timezone)
        new = NewWage(enrolment_id, month, told_of(request.POST))
        job.change_wages(work, employer=known, wages=[new], told_by=From("link"), today=today)

    return _report(request, token, act)


@public
@require_safe
def wrong(request: HttpRequest, token: str, import_id: UUID) -> HttpResponse:
    branch_id, link_id = _named(request, token)
    with _work(branch_id) as work:
        owner = link.require_owner(work, branch_id=branch_id, link_id=link_id)
        queries.import_of(work, branch_id=branch_id, employer_id=owner.employer_id, import_id=import_id)
        data = file_console.wrong_book(work, branch_id, import_id)
    return download(data, "perisai-pekerja-perbaiki.xlsx")


def _report(request: HttpRequest, token: str, act: Any) -> HttpResponse:
    named = _counted(request, token)
    try:
        with _work(named[0]) as work:
            owner = link.require_owner(work, branch_id=named[0], link_id=named[1])
            known = employer.lock(work, branch_id=owner.branch_id, employer_id=owner.employer_id)
            act(work, owner, known)
            bill.renew(work, employer=known)
    except Refused as refused:
        return _page(request, token, named, refused)
    return HttpResponseRedirect(f"{link.PATH}{token}/?terkirim=laporan")


def _page(request: HttpRequest, token: str, named: tuple[int, UUID], refused: Refused | None = None) -> HttpResponse:
    branch_id, link_id = named
    with _work(branch_id) as work:
        owner = link.require_owner(work, branch_id=branch_id, link_id=link_id)
        month = branch_day(work.now, owner.timezone).replace(day=1)
        ids: dict[str, Any] = {"branch_id": branch_id, "employer_id": owner.employer_id}
        files = queries.imports_of(work, **ids)
        context: dict[str, Any] = {
            "employer": queries.of_branch(work, **ids),
            "workers": queries.workers_of(work, **ids, month=month),
            "bills": _bills(branch_id, queries.bills_of(work, **ids)),
            "files": files[:5],
        }
    context |= {
        "month": month,
        "action": f"{link.PATH}{token}/",
        "labels": labels,
        "refused": refused.answer() if refused else None,
        "sent": request.GET.get("terkirim") if refused is None else None,
        "is_working": any(one["state"] in ("waiting", "running") for one in files),
    }
    answer = render(request, "employers/own.html", context, status=refused.status if refused else 200)
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _bills(branch_id: int, bills: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest that count. One to be paid has the address of the page that tells each bank's number, its fee and QRIS."""
    shown = [one for one in bills if one["state"] != "cancelled"][:6]
    for one in shown:
        if one["state"] != "paid":
            one["where"] = order_link.make(branch_id=branch_id, order_id=one["order_id"], pay_by=one["pay_by"])
    return shown


def _named(request: HttpRequest, token: str) -> tuple[int, UUID]:
    """(branch, link)."""
    return own_page.by_link(request, token, kind=KIND, read=link.LINKS.read)


def _counted(request: HttpRequest, token: str) -> tuple[int, UUID]:
    named = _named(request, token)
    limit.take(kind=f"{KIND}_sent", key=str(named[1]), limit=SENT, per=HOUR, now=SystemClock().now())
    return named


def _work(branch_id: int) -> Work:
    return Work.open(scope=Scope.branch(branch_id))
