"""``/daftar-kantor/``: an organisation without an account applies to become an agency office, and comes back by link or code to see
how it stands, complete it, withdraw it."""

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from perisai.accounts import limit, own_page
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.accounts.words import say
from perisai.agencies import application, document, labels, link, own
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.clock import SystemClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.given import get_id
from perisai.offices.tree import Office, OfficeKind

SENT: Final = 10
FILES: Final = 40
HOUR: Final = timedelta(hours=1)
FORMS: Final = {
    "cooperative": ("Koperasi", "Cooperative"),
    "association": ("Perkumpulan", "Association"),
    "foundation": ("Yayasan", "Foundation"),
    "community": ("Komunitas tanpa badan hukum", "Community without legal entity"),
    "cv": ("Persekutuan komanditer (CV)", "Partnership (CV)"),
    "pt": ("Perseroan terbatas (PT)", "Company (PT)"),
}
TEXTS: Final = ("name", "form", "address", "leader_name", "leader_title", "leader_phone")
SAID: Final = {
    "applied": ("Pengajuan Anda sedang diperiksa", "Your application is being checked"),
    "approved": ("Selamat, pengajuan Anda disetujui", "Congratulations, your application is approved"),
    "refused": ("Pengajuan Anda belum diterima", "Your application was not accepted"),
    "withdrawn": ("Pengajuan sudah Anda tarik", "You have withdrawn your application"),
}
NEXT: Final = {
    "applied": (
        "Petugas menghubungi penanggung jawab, melihat dokumen, dan mendatangi alamatnya. Hasil setiap pemeriksaan ada di bawah.",
        "An officer calls the responsible person, looks at the documents and visits the address. Each result stands below.",
    ),
    "approved": (
        "Berikutnya: perjanjian kerja sama (PKS). Kantor cabang menghubungi penanggung jawab untuk menandatanganinya.",
        "Next: the cooperation agreement (PKS). The branch calls the responsible person to sign it.",
    ),
    "refused": ("", ""),
    "withdrawn": ("Anda boleh mengajukan lagi kapan saja.", "You may apply again at any time."),
}


@public
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The form; then the applicant's own page. The same form sent twice is one application. Raises E1005 above 120 looks a minute
    or 10 applications an hour from one address."""
    clock, ip = SystemClock(), client_ip(request)
    own_page.take_look(request, kind="agency")
    branches = list(Office.objects.filter(kind=OfficeKind.BRANCH, is_open=True).order_by("name"))
    if request.method != "POST":
        return _form(request, branches, None)
    limit.take(kind="agency_sent", key=ip, limit=SENT, per=HOUR, now=clock.now())
    try:
        branch = next((one for one in branches if str(one.id) == request.POST.get("branch")), None)
        if branch is None:
            raise Refused("E9002", field="branch")
        applicant, key = _applicant(request), get_id(request.POST.get("key"), "E9002", field="key")
        code = link.code_of(branch.id, key)
        with Work.open(scope=Scope.branch(branch.id), clock=clock) as work:
            sent = application.apply(
                work,
                parent=branch,
                applicant=applicant,
                source="public",
                application_id=key,
                code_hash=link.hash_of(code),
            )
    except Refused as refused:
        return _form(request, branches, refused)
    return HttpResponseRedirect(f"{link.make(link.Owner(branch.id, sent))}?kode={code}")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """From the code that was written down to the own page. Raises E1005 after ten wrong ones in an hour."""
    if request.method != "POST":
        return _page(request, "agencies/public_find.html", {})
    typed = request.POST.get("code", "")[:60]
    try:
        owner = own_page.by_code(request, typed, kind="agency", find=_by_code)
    except Refused as refused:
        if refused.code != "E9109":
            raise
        return _page(request, "agencies/public_find.html", {"refused": refused.answer(), "typed": typed}, 404)
    return HttpResponseRedirect(link.make(owner))


@public
@require_safe
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """The own application. Raises E9109, E1005."""
    return _mine(request, token, _owner(request, token))


@public
@require_POST
def add_paper(request: HttpRequest, token: str, item: str) -> HttpResponse:
    """One photo or PDF. What is wrong with it is said on the page; the others stay. Raises E9109, E1005."""
    owner = _owner(request, token)
    limit.take(kind="agency_file", key=owner.application_id.hex, limit=FILES, per=HOUR, now=SystemClock().now())
    try:
        sent = request.FILES.get("file")
        if sent is None or isinstance(sent, list) or (sent.size or 0) > document.MOST_BYTES:
            raise document.unreadable()
        paper = document.read(sent.read())
        with Work.open(scope=Scope.branch(owner.branch_id)) as work:
            own.add_paper(work, owner, item, paper)
    except Refused as refused:
        return _mine(request, token, owner, refused, item)
    return HttpResponseRedirect(f"{link.PATH}{token}/#{item}")


@public
@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Asks first, for it cannot be taken back. Raises E9109, E1005."""
    owner = _owner(request, token)
    if request.POST.get("sure") != "yes":
        return _page(request, "agencies/public_withdraw.html", {"token": token, "path": link.PATH})
    try:
        with Work.open(scope=Scope.branch(owner.branch_id)) as work:
            own.withdraw(work, owner)
    except Refused as refused:
        return _mine(request, token, owner, refused)
    return HttpResponseRedirect(f"{link.PATH}{token}/")


def _form(request: HttpRequest, branches: list[Office], refused: Refused | None) -> HttpResponse:
    today = branch_day(SystemClock().now(), "Asia/Jakarta")
    context: dict[str, Any] = {
        "branches": branches,
        "forms": [(key, say(*words)) for key, words in FORMS.items()],
        "least": figure("office_agents_least", today),
        "given": request.POST,
        "key": request.POST.get("key") or str(uuid7()),
        "refused": refused and refused.answer() | {"field": refused.params.get("field")},
    }
    return render(request, "agencies/public_apply.html", context, status=refused.status if refused else 200)


def _mine(
    request: HttpRequest, token: str, owner: link.Owner, refused: Refused | None = None, where: str = ""
) -> HttpResponse:
    with Work.open(scope=Scope.branch(owner.branch_id)) as work:
        shown = own.get(work, owner)
    code = request.GET.get("kode", "")[:30]
    read = link.read_code(code) if code else None
    row = shown.row
    context = {
        "mine": shown,
        "token": token,
        "path": link.PATH,
        "address": f"{settings.ORIGIN}{link.PATH}{token}/",
        "code": code if read and read[0] == owner.branch_id else "",
        "title": say(*SAID[row["state"]]),
        "next": say(*NEXT[row["state"]]),
        "why": labels.REFUSALS.get(row["reason"], "") if row["state"] == "refused" else "",
        "met": sum(one.is_met is True for one in shown.items),
        "refused": refused.answer() if refused else None,
        "where": where,
    }
    return _page(request, "agencies/public_mine.html", context, refused.status if refused else 200)


def _owner(request: HttpRequest, token: str) -> link.Owner:
    return own_page.by_link(request, token, kind="agency", read=link.read)


def _by_code(typed: str) -> link.Owner | None:
    code = link.read_code(typed)
    if code is None:
        return None
    with Work.open(scope=Scope.branch(code[0])) as work:
        return own.find_by_code(work, *code)


def _applicant(request: HttpRequest) -> application.Applicant:
    count = request.POST.get("candidates", "").strip()
    if not count.isdecimal() or len(count) > 4:
        raise Refused("E9002", field="candidates")
    texts = {name: request.POST.get(name, "").strip() for name in TEXTS}
    return application.Applicant(**texts, candidates=int(count))


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "private, no-store"
    return response
