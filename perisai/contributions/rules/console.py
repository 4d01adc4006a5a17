"""Staff pages about rules: those in force on a day for everybody; their changes, which head office proposes and decides."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts import words
from perisai.accounts.audience import ABOVE, READERS, STAFF, PageRequest, Role, audience
from perisai.contributions.repricing import queries as reprice_queries
from perisai.contributions.rule_changes import change as rule_change
from perisai.contributions.rule_changes import form as rule_form
from perisai.contributions.rule_changes import queries as rule_queries
from perisai.contributions.rule_changes import text as rule_text
from perisai.contributions.rule_changes import trial as rule_trial
from perisai.contributions.rule_changes.tree import read_tree
from perisai.contributions.rules import view as rules_view
from perisai.contributions.rules import words as rule_words
from perisai.contributions.rules.in_force import CHANGEABLE, load
from perisai.errors import Refused
from perisai.events.work import branch_day

YEARS = range(2015, 2101)
STATES: dict[str | None, tuple[str | Promise, str, str]] = {
    None: (gettext_lazy("Waits for a decision"), "needs", "clock"),
    "approved": (gettext_lazy("Approved"), "done", "check"),
    "refused": (gettext_lazy("Refused"), "stop", "x"),
    "taken_back": (gettext_lazy("Taken back"), "note", "arrow-back-up"),
    "withdrawn": (gettext_lazy("Taken out before its day"), "stop", "arrow-back-up"),
}


@audience(*READERS)
@require_GET
def in_force(request: PageRequest) -> HttpResponse:
    """Every rule that holds on a day, with its source, and what changes next."""
    today = _today(request)
    day = _day(request.GET.get("day", "")) or today
    query = request.GET.get("q", "")[:100]
    context = {
        "groups": rules_view.on_day(day, language=words.language(), query=query),
        "coming": rules_view.coming(day, language=words.language()),
        "day_shown": day,
        "is_today": day == today,
        "query": query,
        "version": load().version,
        "may_change": request.viewer.role is Role.HEAD_OFFICE,
        "may_see_changes": request.viewer.role in (*STAFF, *ABOVE),
        "width": rules_view.WIDTH,
        "height": rules_view.HEIGHT,
    }
    return render(request, "contributions/rules.html", context)


@audience(*STAFF, *ABOVE)
@require_GET
def changes(request: PageRequest) -> HttpResponse:
    context = {
        "rows": [row | {"state": _state(row)} for row in rule_queries.changes(request.work)],
        "files": rule_words.FILES,
        "may_change": request.viewer.role is Role.HEAD_OFFICE,
    }
    return render(request, "contributions/rule_changes.html", context)


@audience(Role.HEAD_OFFICE)
@require_http_methods(["GET", "POST"])
def new(request: PageRequest, file: str) -> HttpResponse:
    """A figure by a form, or the whole text of a file."""
    if file not in CHANGEABLE:
        raise Refused("E1004")
    if request.method != "POST":
        return _new(request, file, rule_text.text_in_force(file))
    text = request.POST.get("text", "")[: rule_text.MOST_BYTES + 1]
    try:
        text = _proposed_text(request, file, text)
        change_id = rule_change.propose(
            request.work,
            file=file,
            text=text,
            why=request.POST.get("why", ""),
            is_correction=request.POST.get("correction") == "1",
            today=_today(request),
        )
    except Refused as refused:
        return _new(request, file, text or rule_text.text_in_force(file), refused)
    messages.success(request, _("Proposed. Try it on present members, then a colleague decides."))
    return redirect("rules:change", change_id)


@audience(*STAFF, *ABOVE)
@require_GET
def change(request: PageRequest, change_id: UUID) -> HttpResponse:
    return _change(request, change_id)


@audience(*STAFF, *ABOVE)
@require_GET
def trial(request: PageRequest, change_id: UUID) -> HttpResponse:
    """The part of the page that moves while the simulation runs."""
    found = rule_change.get(request.work, change_id)
    return render(request, "contributions/rule_trial.html", _of_trial(request, found))


@audience(*STAFF, *ABOVE)
@require_GET
def bills(request: PageRequest, change_id: UUID) -> HttpResponse:
    """The part of the page that moves while bills are issued anew."""
    found = rule_change.get(request.work, change_id)
    return render(request, "contributions/rule_bills.html", _of_bills(request, found))


@audience(Role.HEAD_OFFICE)
@require_POST
def try_it(request: PageRequest, change_id: UUID) -> HttpResponse:
    return _act(
        request, change_id, lambda: rule_trial.ask(request.work, change_id=change_id, today=_today(request)), ""
    )


@audience(Role.HEAD_OFFICE)
@require_POST
def approve(request: PageRequest, change_id: UUID) -> HttpResponse:
    reason, today = request.POST.get("reason", ""), _today(request)
    return _act(
        request,
        change_id,
        lambda: rule_change.approve(request.work, change_id=change_id, reason=reason, today=today),
        _("Approved and published. It takes effect by its date."),
    )


@audience(Role.HEAD_OFFICE)
@require_POST
def refuse(request: PageRequest, change_id: UUID) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _act(
        request,
        change_id,
        lambda: rule_change.refuse(request.work, change_id=change_id, reason=reason),
        _("Refused. Nothing was changed."),
    )


@audience(Role.HEAD_OFFICE)
@require_POST
def take_back(request: PageRequest, change_id: UUID) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _act(
        request,
        change_id,
        lambda: rule_change.take_back(request.work, change_id=change_id, reason=reason),
        _("Taken back. Nothing was changed."),
    )


@audience(Role.HEAD_OFFICE)
@require_POST
def withdraw(request: PageRequest, change_id: UUID) -> HttpResponse:
    reason, today = request.POST.get("reason", ""), _today(request)
    return _act(
        request,
        change_id,
        lambda: rule_change.withdraw(request.work, change_id=change_id, reason=reason, today=today),
        _("Withdrawn. The rules from before go on."),
    )


def _act(request: PageRequest, change_id: UUID, verb: Any, said: str) -> HttpResponse:
    try:
        verb()
    except Refused as refused:
        if refused.code == "E1004":
            raise
        return _change(request, change_id, refused)
    if said:
        messages.success(request, said)
    return redirect("rules:change", change_id)


def _change(request: PageRequest, change_id: UUID, refused: Refused | None = None) -> HttpResponse:
    found = rule_change.get(request.work, change_id)
    is_own = found.proposed_by == request.user.id
    may_decide = request.viewer.role is Role.HEAD_OFFICE
    today = _today(request)
    context = {
        **_of_trial(request, found),
        **_of_bills(request, found),
        "title": rule_words.FILES[found.file],
        "state": _state({"decided": found.decided, "withdrawn_at": found.is_withdrawn or None}),
        "differences": rule_queries.shown_differences(found, words.language()),
        "lines": rule_queries.text_difference(found),
        "steps": [step | {"state": STATES[step["kind"]]} for step in rule_queries.steps(request.work, change_id)],
        "proposer": rule_queries.name_of(request.work, found.proposed_by),
        "may_approve": may_decide and not found.decided and not is_own,
        "may_take_back": may_decide and not found.decided and is_own,
        "may_withdraw": may_decide
        and found.decided == "approved"
        and not found.is_withdrawn
        and not found.is_correction
        and found.holds_from > today,
        "refused": refused and refused.answer(),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "contributions/rule_change.html", context, status=refused.status if refused else 200)


def _of_trial(request: PageRequest, found: rule_change.Change) -> dict[str, Any]:
    trial = rule_queries.trial(request.work, found.id)
    if trial:
        trial["is_stuck"] = trial["state"] == "running" and (request.work.now - trial["moved_at"]).total_seconds() > 600
        if request.viewer.branches is not None:
            _only_own(trial["result"], request.viewer.branches)
    return {
        "change": found,
        "trial": trial,
        "may_try": request.viewer.role is Role.HEAD_OFFICE and not found.decided,
    }


def _of_bills(request: PageRequest, found: rule_change.Change) -> dict[str, Any]:
    passes = reprice_queries.of_change(request.work, found.id) if found.decided == "approved" else []
    return {
        "change": found,
        "passes": passes,
        "is_part": request.viewer.branches is not None,
        "goes_on": any(one["goes_on"] for one in passes),
    }


def _only_own(result: dict[str, Any], branches: tuple[int, ...]) -> None:
    """The sums of the country are everybody's; branches and members are their own offices'."""
    for part in ("branches", "largest"):
        result[part] = [one for one in result.get(part, ()) if one["branch"] in branches]


def _new(request: PageRequest, file: str, text: str, refused: Refused | None = None) -> HttpResponse:
    language = words.language()
    tree = read_tree(rule_text.path_in_force(file))
    context = {
        "file": file,
        "title": rule_words.FILES[file],
        "text": text,
        "fields": [
            (one.key, rule_words.title(one.path, one.around, one.tree, language), UNITS.get(one.unit, one.unit))
            for one in rule_form.fields(tree)
        ],
        "given": request.POST,
        "refused": refused and refused.answer(),
        "problems": (refused.members.get("problems") or []) if refused else [],
    }
    return render(request, "contributions/rule_new.html", context, status=refused.status if refused else 200)


UNITS: dict[str, str | Promise] = {
    "per ten thousand": gettext_lazy("per ten thousand (0.24% is 24)"),
    "per ten thousand a month": gettext_lazy("per ten thousand a month (2% is 200)"),
    "rupiah a month": gettext_lazy("rupiah a month"),
    "years": gettext_lazy("years"),
    "months": gettext_lazy("months"),
    "days": gettext_lazy("days"),
    "jobs": gettext_lazy("jobs"),
}


def _proposed_text(request: PageRequest, file: str, text: str) -> str:
    """By the form, from an uploaded file, or as typed. Raises ``Refused``."""
    if request.POST.get("by") == "form":
        since = _day(request.POST.get("since", ""))
        value = request.POST.get("value", "").replace(".", "").replace(" ", "")
        reference = request.POST.get("reference", "").strip()
        if since is None or not value.isascii() or not value.isdecimal() or len(value) > 12 or len(reference) < 5:
            raise Refused("E4216")
        key = request.POST.get("figure", "")
        return rule_form.add_value(
            rule_text.text_in_force(file), key=key, since=since, value=int(value), reference=reference[:500]
        )
    sent = request.FILES.get("file")
    if sent is None:
        return text
    if (sent.size or 0) > rule_text.MOST_BYTES:
        raise Refused("E4202", most=rule_text.MOST_BYTES // 1000)
    try:
        return str(sent.read(), "utf-8")
    except UnicodeDecodeError:
        said = f"{file}:1: is not UTF-8"
        raise Refused("E4203", reason=said, members={"problems": [said]}) from None


def _state(row: dict[str, Any]) -> tuple[str | Promise, str, str]:
    return STATES["withdrawn"] if row["withdrawn_at"] else STATES[row["decided"]]


def _today(request: PageRequest) -> date:
    return branch_day(request.work.now, request.viewer.office.timezone)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if day.year in YEARS else None
