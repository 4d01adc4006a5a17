"""Staff pages of feeds: who reads by which key, where events are sent to, whether they arrive, and how a receiver verifies them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import PageRequest, audience
from perisai.accounts.words import Word, say
from perisai.errors import Refused
from perisai.events import world
from perisai.events.ids import uuid7
from perisai.events.kinds import kinds
from perisai.feeds import area, key, queries, replay, snippets, subscription
from perisai.feeds.models import Key, State, Subscription
from perisai.given import find_grouped, find_id

READERS: Final = area.READERS
MAKERS: Final = area.MAKERS
DAYS: Final = (30, 90, 180, 365, 730)


@audience(*READERS)
@require_GET
def index(request: PageRequest) -> HttpResponse:
    context = {
        "keys": [_key(request, row) for row in queries.keys(request.work, viewer=request.viewer)],
        "subscriptions": [_subscription(row) for row in queries.subscriptions(request.work, viewer=request.viewer)],
        "may": request.viewer.role in MAKERS,
        "is_practice": world.is_practice(),
        "origin": settings.ORIGIN,
    }
    return render(request, "feeds/index.html", context)


@audience(*READERS)
@require_GET
def verify(request: PageRequest) -> HttpResponse:
    """How a receiver makes sure that a message is ours, to copy."""
    shown = {"Python": snippets.PYTHON, "JavaScript": snippets.JAVASCRIPT}
    return render(request, "feeds/verify.html", {"snippets": shown})


@audience(*MAKERS)
@require_http_methods(["GET", "POST"])
def key_new(request: PageRequest) -> HttpResponse:
    refused = None
    if request.method == "POST":
        try:
            made, token = key.make_key(
                request.work, office=_office(request), asked=_asked_key(request.POST), form=_form_id(request)
            )
            return _shown(request, token, "key", made.name, reverse("feeds:key", args=[made.id]))
        except Refused as error:
            refused = error
    given = request.POST or QueryDict(
        "may=offices&may=events&may=figures&may=targets&may=alerts&per_minute=120&days=365"
    )
    context = {"parts": _parts(), "chosen": given.getlist("may"), "days": DAYS, "most": key.MOST_PER_MINUTE}
    return _form(request, "feeds/key_new.html", given, refused, context)


@audience(*READERS)
@require_GET
def key_page(request: PageRequest, key_id: UUID) -> HttpResponse:
    found = queries.keys(request.work, viewer=request.viewer, key_id=key_id)
    if not found:
        raise Refused("E1004")
    context = {
        "key": _key(request, found[0]),
        "secrets": queries.secrets_of(request.work, key_id) if found[0]["is_own"] else [],
        "uses": key.uses(key_id) if found[0]["is_own"] else [],
        "parts": _parts(),
        "now": request.work.now,
        "overlaps": _overlaps(),
        "may": request.viewer.role in MAKERS and found[0]["is_own"] and found[0]["revoked_at"] is None,
    }
    return render(request, "feeds/key.html", context)


@audience(*MAKERS)
@require_POST
def key_rotate(request: PageRequest, key_id: UUID) -> HttpResponse:
    found = _own_key(request, key_id)
    hours = find_grouped(request.POST.get("hours"))
    if hours is None:  # a secret never ends at once because a field was lost
        raise Refused("E5404", field="hours")
    token = key.rotate(request.work, key=found, hours=hours)
    return _shown(request, token, "key", found.name, reverse("feeds:key", args=[found.id]))


@audience(*MAKERS)
@require_POST
def key_revoke(request: PageRequest, key_id: UUID) -> HttpResponse:
    found = _own_key(request, key_id)
    key.revoke(request.work, key=found)
    messages.success(
        request, say("Kunci dicabut. Ia tidak membuka apa pun lagi.", "Revoked. It opens nothing any more.")
    )
    return HttpResponseRedirect(reverse("feeds:key", args=[found.id]))


@audience(*MAKERS)
@require_http_methods(["GET", "POST"])
def hook_new(request: PageRequest) -> HttpResponse:
    refused = None
    if request.method == "POST":
        try:
            made, secret = subscription.subscribe(
                request.work, office=_office(request), asked=_asked_hook(request.POST), form=_form_id(request)
            )
            return _shown(request, secret, "hook", made.name, reverse("feeds:hook", args=[made.id]))
        except Refused as error:
            refused = error
    context = {"kinds": _kinds(), "chosen": request.POST.getlist("kinds"), "is_practice": world.is_practice()}
    return _form(request, "feeds/hook_new.html", request.POST, refused, context)


@audience(*READERS)
@require_http_methods(["GET", "POST"])
def hook_page(request: PageRequest, subscription_id: UUID) -> HttpResponse:
    """A POST changes name, contact, address and kinds. ``failed`` and ``before`` in the address pick deliveries."""
    refused = None
    if request.method == "POST":
        found = _own_hook(request, subscription_id)
        try:
            subscription.change(request.work, subscription=found, asked=_asked_hook(request.POST))
            messages.success(request, say("Langganan tersimpan.", "The subscription is kept."))
            return HttpResponseRedirect(request.path)
        except Refused as error:
            refused = error
    context = _hook_context(request, subscription_id)
    given = request.POST if refused else None
    context |= {
        "kinds": _kinds(),
        "given": given or context["hook"],
        "chosen": given.getlist("kinds") if given else context["hook"]["kinds"],
        "refused": _said(refused),
        "today": request.work.now.date(),
    }
    return render(request, "feeds/hook.html", context, status=refused.status if refused else 200)


@audience(*READERS)
@require_GET
def hook_state(request: PageRequest, subscription_id: UUID) -> HttpResponse:
    """The part of the page that moves."""
    return render(request, "feeds/hook_state.html", _hook_context(request, subscription_id))


@audience(*MAKERS)
@require_POST
def hook_act(request: PageRequest, subscription_id: UUID, act: str) -> HttpResponse:
    """``on``, ``off``, ``test``, ``replay``, ``end`` and ``rotate``, which shows the new secret."""
    found = _own_hook(request, subscription_id)
    work, back = request.work, reverse("feeds:hook", args=[found.id])
    if act == "rotate":
        return _shown(request, subscription.rotate(work, subscription=found), "hook", found.name, back)
    acts: dict[str, Callable[[], str]] = {
        "on": lambda: _turn(request, found, True),
        "off": lambda: _turn(request, found, False),
        "test": lambda: _test(request, found),
        "replay": lambda: _replay(request, found),
        "end": lambda: _end(request, found),
    }
    if act not in acts:
        raise Refused("E1004")
    messages.success(request, acts[act]())
    return HttpResponseRedirect(back)


def _turn(request: PageRequest, found: Subscription, is_on: bool) -> str:
    subscription.turn(request.work, subscription=found, is_on=is_on)
    if is_on:
        return say("Dilanjutkan dari tempatnya berhenti.", "It goes on where it stopped.")
    return say(
        "Dihentikan. Tidak ada yang hilang: nanti dilanjutkan dari sini.",
        "Stopped. Nothing is lost: it goes on from here.",
    )


def _end(request: PageRequest, found: Subscription) -> str:
    subscription.end(request.work, subscription=found)
    return say("Langganan diakhiri. Tidak ada yang dikirim lagi.", "Ended. Nothing is sent any more.")


def _test(request: PageRequest, found: Subscription) -> str:
    from perisai.feeds.jobs import send_test

    subscription.ask_test(request.work, subscription=found)
    send_test.defer(subscription_id=str(found.id))
    return say(
        "Peristiwa uji sedang dikirim; hasilnya muncul di halaman ini.",
        "A test event is on its way; this page shows how it went.",
    )


def _replay(request: PageRequest, found: Subscription) -> str:
    """From a day of all branches, or from a number of one."""
    work, given = request.work, request.POST
    branch = given.get("branch", "").strip()
    if given.get("number", "").strip() and not branch:
        raise Refused("E5404", field="branch")
    if branch and not request.viewer.sees_branch(_number(branch)):
        raise Refused("E1004")
    if given.get("number", "").strip():
        moved = replay.from_number(
            work, subscription=found, branch_id=_number(branch), number=_number(given["number"].strip())
        )
    else:
        moved = replay.from_day(
            work, subscription=found, day=_day(given.get("day", "")), branch_id=_number(branch) if branch else None
        )
    if not moved:
        return say("Tidak ada yang lebih tua dari yang sudah dikirim.", "Nothing there is older than what was sent.")
    return say(f"Dikirim ulang untuk {moved} cabang.", f"Sent again for {moved} branches.")


def _hook_context(request: PageRequest, subscription_id: UUID) -> dict[str, Any]:
    found = queries.subscriptions(request.work, viewer=request.viewer, subscription_id=subscription_id)
    if not found:
        raise Refused("E1004")
    failed = request.GET.get("failed") == "1"
    before = find_id(request.GET.get("before"))
    rows = queries.deliveries(request.work, subscription_id, before=before, failed=failed)
    hook = _subscription(found[0])
    hook["test_problem"] = _problem(hook["test_problem"])
    cursors = [_told(row) for row in queries.cursors(request.work, subscription_id)]
    return {
        "hook": hook,
        "cursors": cursors,
        "is_gone": any(one["problem"] == "HTTP 410" for one in cursors),
        "deliveries": [_told(row) for row in rows[: queries.PAGE]],
        "older": rows[queries.PAGE - 1]["id"] if len(rows) > queries.PAGE else None,
        "failed": failed,
        "is_newest": before is None,
        "may": request.viewer.role in MAKERS and hook["is_own"] and hook["state"] != State.ENDED,
        "is_testing": hook["test_asked_at"] is not None and hook["test_at"] is None,
    }


def _form(
    request: PageRequest, template: str, given: QueryDict, refused: Refused | None, more: dict[str, Any]
) -> HttpResponse:
    context = {
        "offices": area.offices_for(request.viewer),
        "given": given,
        "form_id": _form_id(request) or uuid7(),
        "refused": _said(refused),
        **more,
    }
    return render(request, template, context, status=refused.status if refused else 200)


def _shown(request: PageRequest, secret: str, what: str, name: str, back: str) -> HttpResponse:
    """Once: no address leads here again. Without a secret: the form came twice."""
    if not secret:
        messages.info(
            request,
            say(
                "Formulir ini terkirim dua kali; dibuat satu saja. Rahasianya sudah tampil: bila tidak tersimpan, buat lagi.",
                "This form came twice; one was made. Its secret was shown: where it was not kept, make a new one here.",
            ),
        )
        return HttpResponseRedirect(back)
    context = {"secret": secret, "what": what, "name": name, "back": back, "origin": settings.ORIGIN}
    return render(request, "feeds/secret.html", context)


def _form_id(request: PageRequest) -> UUID | None:
    """Every form has its own: sent twice, it makes one."""
    return find_id(request.POST.get("form"))


def _office(request: PageRequest) -> Any:
    return area.get_office(request.viewer, _number(request.POST.get("office", "")))


def _own_key(request: PageRequest, key_id: UUID) -> Key:
    found = Key.objects.filter(pk=key_id, office__path__contains=[request.viewer.office.id]).first()
    if found is None:
        raise Refused("E1004")
    return found


def _own_hook(request: PageRequest, subscription_id: UUID) -> Subscription:
    found = Subscription.objects.filter(pk=subscription_id, office__path__contains=[request.viewer.office.id]).first()
    if found is None or request.viewer.role not in MAKERS:
        raise Refused("E1004")
    return found


def _asked_key(given: QueryDict) -> key.Asked:
    return key.Asked(
        name=given.get("name", ""),
        contact=given.get("contact", ""),
        may=given.getlist("may"),
        per_minute=_number(given.get("per_minute", "")),
        days=_number(given.get("days", "")),
    )


def _asked_hook(given: QueryDict) -> subscription.Asked:
    return subscription.Asked(
        name=given.get("name", ""),
        contact=given.get("contact", ""),
        url=given.get("address", ""),
        kinds=given.getlist("kinds"),
    )


def _number(text: str) -> int:
    """0 for what is none, which every check refuses."""
    return find_grouped(text) or 0


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        raise Refused("E5404", field="day") from None
    if not 2015 <= found.year <= 2100:
        raise Refused("E5404", field="day")
    return found


def _said(refused: Refused | None) -> dict[str, Any] | None:
    return refused.answer() if refused else None


def _key(request: PageRequest, row: dict[str, Any]) -> dict[str, Any]:
    now = request.work.now
    if row["revoked_at"] is not None:
        word = Word(say("dicabut", "revoked"), "stop", "ban")
    elif row["expires_at"] <= now:
        word = Word(say("habis masa", "expired"), "stop", "clock-off")
    elif row["expires_at"] <= now + timedelta(days=14):
        word = Word(say("segera habis", "ends soon"), "needs", "clock")
    else:
        word = Word(say("berlaku", "in force"), "done", "check")
    return row | {"word": word, "parts": [_parts()[part] for part in row["may"] if part in _parts()]}


def _subscription(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"word": _word(row)}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"problem": _problem(row["problem"])}


def _problem(text: str) -> str:
    """What a line or a name did, in words; a status as it came."""
    words = {
        "timeout": say("tidak menjawab dalam 15 detik", "no answer within 15 seconds"),
        "unknown host": say("nama alamat tidak dikenal", "the name is unknown"),
        "private address": say("nama menunjuk ke jaringan dalam", "the name points to a private network"),
        "address not allowed": say("alamat tidak boleh dituju", "nothing may be sent to this address"),
        "ConnectError": say("tidak tersambung", "no connection"),
    }
    return words.get(text) or (
        text if text.startswith("HTTP") or not text else say("sambungan putus", "the line broke")
    )


def _word(row: dict[str, Any]) -> Word:
    if row["state"] == State.ENDED:
        return Word(say("diakhiri", "ended"), "", "ban")
    if row["state"] == State.PAUSED:
        return Word(
            say("dihentikan: penerima tidak menerima", "paused: the receiver takes nothing"), "stop", "player-pause"
        )
    if row["state"] == State.OFF:
        return Word(say("mati", "off"), "", "minus")
    if row["failing_since"] is not None:
        return Word(say("gagal, dicoba lagi", "failing, tried again"), "needs", "alert-triangle")
    return Word(say("aktif", "on"), "done", "check")


def _parts() -> dict[str, str]:
    return {
        "offices": say("Pohon kantor", "Office tree"),
        "events": say("Peristiwa", "Events"),
        "figures": say("Angka", "Figures"),
        "targets": say("Target dan kuota", "Targets and quota"),
        "alerts": say("Peringatan", "Alerts"),
    }


def _overlaps() -> list[tuple[int, str]]:
    words = {
        0: say("langsung (bila bocor)", "at once (after a leak)"),
        24: say("sehari", "a day"),
        168: say("seminggu", "a week"),
        720: say("30 hari", "30 days"),
    }
    return [(hours, words[hours]) for hours in key.OVERLAPS]


def _kinds() -> list[tuple[str, str]]:
    return sorted(((kind.name, say(kind.id, kind.en)) for kind in kinds().values()), key=lambda one: one[1])
