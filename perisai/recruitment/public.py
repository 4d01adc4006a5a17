"""``/daftar-agen/``: somebody without an account applies, comes back by link or code, completes, reads and withdraws."""

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from perisai.accounts import limit, own_page
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.accounts.words import language, say
from perisai.errors import Refused
from perisai.events import world
from perisai.events.clock import Clock, SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.given import find_number
from perisai.members.enrolments.example import make_example
from perisai.recruitment import application, document, link, own, pipeline, place, rules
from perisai.recruitment.form import ApplicationForm, read_account

SENT_BY_ADDRESS: Final = 40
"""Applications in an hour: a whole market may stand behind one address of a phone network."""
SENT_FOR_NUMBER: Final = 5
PICTURES: Final = 40
HOUR: Final = timedelta(hours=1)
KINDS: Final = {
    "id_card": ("Foto KTP", "Photo of the ID card"),
    "face": ("Foto wajah", "Photo of your face"),
    "certificate": ("Foto ijazah terakhir", "Photo of the last school certificate"),
    "bank_book": ("Foto buku rekening", "Photo of the bank book"),
    "membership": (
        "Foto kartu peserta BPU atau bukti bayar iuran terakhir",
        "Photo of your BPU member's card or of your last proof of payment",
    ),
}
SAID: Final = {
    "applied": ("Lamaran Anda sedang diperiksa", "Your application is being looked at"),
    "screened": ("Berkas Anda lolos", "Your papers are in order"),
    "in_training": ("Anda dalam pelatihan", "You are in training"),
    "examined": ("Anda lulus ujian", "You have passed the exam"),
    "licensed": ("Selamat, Anda agen Perisai", "Congratulations, you are a Perisai agent"),
    "refused": ("Lamaran Anda belum diterima", "Your application was not accepted"),
    "withdrawn": ("Lamaran sudah Anda tarik", "You have withdrawn your application"),
}
NEXT: Final = {
    "applied": (
        "Petugas kantor cabang membaca setiap lamaran. Kabarnya ada di halaman ini.",
        "An officer of the branch reads every application. You will find the news on this page.",
    ),
    "screened": (
        "Berikutnya: kantor cabang memanggil Anda ke pelatihan.",
        "Next: the branch calls you to the training.",
    ),
    "in_training": (
        "Berikutnya: selesaikan pelatihan, lalu ikut ujian.",
        "Next: finish the training, then take the exam.",
    ),
    "examined": (
        "Berikutnya: kantor cabang menerbitkan izin dan tanda pengenal Anda.",
        "Next: the branch issues your licence and badge.",
    ),
    "licensed": ("Buka aplikasi agen di HP Anda.", "Open the agent's app on your phone."),
    "refused": ("", ""),
    "withdrawn": ("Anda boleh melamar lagi kapan saja.", "You may apply again at any time."),
}
STAGES: Final = ("applied", "screened", "in_training", "examined", "licensed")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The form of a branch, or first the choice of one. ``kantor`` names a branch or agency office, ``undangan`` an invitation
    (``1501-...``). Raises E1005 above the limits."""
    clock, ip = SystemClock(), client_ip(request)
    own_page.take_look(request, kind="candidate")
    code = request.GET.get("undangan", "")[:40].upper()
    found = place.find(find_number(request.GET.get("kantor", "") or code.partition("-")[0]) or 0)
    if found is None:
        return _page(request, "recruitment/choose.html", {"provinces": place.branches()})
    if request.method == "POST":
        limit.take(kind="candidate_sent", key=ip, limit=SENT_BY_ADDRESS, per=HOUR, now=clock.now())
    return _form(request, found[0], found[1], code, clock)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """From the code that was written down to the own page. Raises E1005 after ten wrong ones in an hour."""
    if request.method != "POST":
        return _page(request, "recruitment/find.html", {})
    typed = request.POST.get("code", "")[:60]
    try:
        owner = own_page.by_code(request, typed, kind="candidate", find=_by_code)
    except Refused as refused:
        if refused.code != "E9109":
            raise
        return _page(request, "recruitment/find.html", {"refused": refused.answer(), "typed": typed}, 404)
    return HttpResponseRedirect(link.make(owner))


@public
@require_safe
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """The own application. Raises E9109, E1005."""
    return _mine(request, token, _owner(request, token))


@public
@require_POST
def add_picture(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """One picture. What is wrong with it is said on the page; the others stay. Raises E9109, E1005."""
    owner = _owner(request, token)
    now = SystemClock().now()
    limit.take(kind="candidate_picture", key=owner.candidate_id.hex, limit=PICTURES, per=HOUR, now=now)
    try:
        sent = request.FILES.get("picture")
        if sent is None or isinstance(sent, list):
            raise Refused("E9107")
        if (sent.size or 0) > document.MOST_BYTES:
            raise Refused("E9108", limit=f"{document.MOST_BYTES // 1024 // 1024} MB")
        picture = document.read(kind, sent.read())
        with Work.open(scope=Scope.branch(owner.branch_id)) as work:
            own.add_picture(work, owner, picture)
    except Refused as refused:
        return _mine(request, token, owner, refused, kind)
    return HttpResponseRedirect(f"{link.PATH}{token}/#dokumen")


@public
@require_POST
def complete(request: HttpRequest, token: str) -> HttpResponse:
    """Account or KPJ, where they were missing. Raises E9109, E1005."""
    owner = _owner(request, token)
    given = {name: request.POST.get(name, "").strip()[:120] for name in ("bank", "account", "holder", "kpj")}
    try:
        given |= {"account": _digits(given["account"]), "kpj": _kpj(given["kpj"])}
        if given["account"] and not (given["bank"] and given["holder"]):
            raise Refused("E3001", field="bank")
        with Work.open(scope=Scope.branch(owner.branch_id)) as work:
            own.complete(work, owner, **given)
    except Refused as refused:
        return _mine(request, token, owner, refused, "complete", given)
    return HttpResponseRedirect(f"{link.PATH}{token}/")


@public
@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Raises E9109, E1005."""
    owner = _owner(request, token)
    if request.POST.get("sure") != "yes":
        return _page(request, "recruitment/withdraw.html", {"token": token, "path": link.PATH})
    try:
        with Work.open(scope=Scope.branch(owner.branch_id)) as work:
            own.withdraw(work, owner)
    except Refused as refused:
        return _mine(request, token, owner, refused)
    return HttpResponseRedirect(f"{link.PATH}{token}/")


def _form(request: HttpRequest, branch_id: int, agency: int | None, code: str, clock: Clock) -> HttpResponse:
    with Work.open(scope=Scope.branch(branch_id), clock=clock) as work:
        offered = place.get(work, branch_id)
        invited = place.find_invitation(work, branch_id, code) if code else None
        zone = work.row("SELECT timezone FROM offices_office WHERE id = %s", [branch_id])
    today = branch_day(clock.now(), zone[0] if zone else "UTC")
    context: dict[str, Any] = {"place": offered, "invited": invited, "consent": application.consent_on(today).text}
    initial: dict[str, Any] = {"agency_office": agency or (invited.agency_office_id if invited else None)}
    if world.is_practice():
        example = make_example(today)
        initial |= {"full_name": example.name, "nik": example.nik, "birth_date": example.born_on}
    if request.method != "POST":
        return _page(
            request, "recruitment/apply.html", context | {"form": ApplicationForm(offered, today, initial=initial)}
        )
    form = ApplicationForm(offered, today, request.POST)
    if not form.is_valid():
        return _page(request, "recruitment/apply.html", context | {"form": form}, 422)
    limit.take(
        kind="candidate_number", key=form.cleaned_data["phone"], limit=SENT_FOR_NUMBER, per=HOUR, now=clock.now()
    )
    given = form.application(language=language(), invitation=invited.id if invited else None)
    with Work.open(scope=Scope.branch(branch_id), clock=clock) as work:
        sent = application.apply(work, branch_id=branch_id, given=given)
    return HttpResponseRedirect(f"{sent.path}?kode={sent.code}")


def _mine(
    request: HttpRequest,
    token: str,
    owner: link.Owner,
    refused: Refused | None = None,
    where: str = "",
    given: dict[str, str] | None = None,
) -> HttpResponse:
    with Work.open(scope=Scope.branch(owner.branch_id)) as work:
        shown = own.get(work, owner)
    code = request.GET.get("kode", "")[:30]
    read = link.read_code(code) if code else None
    context = {
        "mine": shown,
        "token": token,
        "path": link.PATH,
        "address": f"{settings.ORIGIN}{link.PATH}{token}/",
        "code": code if read and read[0] == owner.branch_id else "",
        "title": say(*SAID[shown.state]),
        "next": say(*NEXT[shown.state]),
        "stages": _stages(shown.state),
        "documents": [
            (kind, say(*KINDS[kind]), kind in shown.here, kind == where, kind in rules.REQUIRED_DOCUMENTS)
            for kind in KINDS
        ],
        "needs": {finding.code for finding in shown.findings} | (set() if shown.is_member_said else {"bpu_membership"}),
        "findings": [f for f in shown.findings if f.code != "bank_account"],
        "refused": refused.answer() if refused else None,
        "where": where,
        "given": given or {},
    }
    return _page(request, "recruitment/mine.html", context, refused.status if refused else 200)


def _stages(state: str) -> list[tuple[str, str]]:
    """(word, ``done``, ``here`` or nothing) of each stage; none where the way has ended."""
    if state not in STAGES:
        return []
    here = STAGES.index(state)
    words = [say(pipeline.WORDS[each]["id"], pipeline.WORDS[each]["en"]) for each in STAGES]
    return [(word, "done" if at < here else "here" if at == here else "") for at, word in enumerate(words)]


def _owner(request: HttpRequest, token: str) -> link.Owner:
    return own_page.by_link(request, token, kind="candidate", read=link.read)


def _by_code(typed: str) -> link.Owner | None:
    code = link.read_code(typed)
    if code is None:
        return None
    with Work.open(scope=Scope.branch(code[0])) as work:
        return own.find_by_code(work, *code)


def _digits(text: str) -> str:
    from django.forms import ValidationError

    try:
        return read_account(text)
    except ValidationError:
        raise Refused("E3001", field="account") from None


def _kpj(text: str) -> str:
    digits = "".join(text.split()).replace("-", "")
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) == 11):
        raise Refused("E3001", field="kpj")
    return digits


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
