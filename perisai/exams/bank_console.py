"""Staff pages of the question bank: list, search, new, edit as a new version, retire; import tried dry first."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, audience
from perisai.errors import Refused
from perisai.exams import bank, queries, question_file
from perisai.exams.bank import Content
from perisai.exams.console import AUTHORS, bank_of, frame, number
from perisai.given import find_id
from perisai.offices.tree import Office
from perisai.tables.download import download

_SALT = "exams.import"
_PREVIEW_SECONDS = 3600


@audience(*STAFF, *ABOVE)
@require_GET
def question_list(request: PageRequest, branch_id: int) -> HttpResponse:
    """Filters in the address: ``q``, ``topic``, ``difficulty``, ``state``, ``source``."""
    office, asked = bank_of(request, branch_id), request.GET
    state = asked.get("state", "active")
    rows = queries.questions(
        request.work,
        branch_id=office.id,
        q=asked.get("q", "").replace("\x00", "")[:100],
        topic=find_id(asked.get("topic")),
        difficulty=number(asked.get("difficulty"), 1, 3),
        state=state if state in ("active", "retired") else "",
        source=asked.get("source", ""),
    )
    topics = queries.topics(request.work, branch_id=office.id)
    context = frame(request, office, "bank", rows=rows, topics=topics, state=state)
    context["has_national"] = context["is_national"] or any(topic["national"] for topic in topics)
    return render(request, "exams/questions.html", context)


@audience(*AUTHORS)
@require_http_methods(["GET", "POST"])
def question_new(request: PageRequest, branch_id: int) -> HttpResponse:
    office = bank_of(request, branch_id, writes=True)
    if request.method == "POST":
        try:
            question_id = bank.add(request.work, branch_id=office.id, content=_content(request))
        except Refused as refused:
            return _form(request, office, None, refused)
        messages.success(request, _("The question is in the bank."))
        return redirect("exams:question", office.id, question_id)
    return _form(request, office, None)


@audience(*STAFF, *ABOVE)
@require_GET
def question(request: PageRequest, branch_id: int, question_id: Any) -> HttpResponse:
    office = bank_of(request, branch_id)
    found = queries.find_question(request.work, branch_id=office.id, question_id=question_id)
    if found is None:
        raise Refused("E1004")
    return _form(request, office, found)


@audience(*AUTHORS)
@require_POST
def question_change(request: PageRequest, branch_id: int, question_id: Any) -> HttpResponse:
    """A new version; ``from_version`` says which one the officer had before them."""
    office = bank_of(request, branch_id, writes=True)
    found = queries.find_question(request.work, branch_id=office.id, question_id=question_id)
    if found is None:
        raise Refused("E1004")
    try:
        version = bank.change(
            request.work,
            branch_id=office.id,
            question_id=question_id,
            from_version=number(request.POST.get("from_version")) or 0,
            content=_content(request),
        )
    except Refused as refused:
        return _form(request, office, found, refused)
    messages.success(request, _("Saved as version %(n)s. Papers that are being written keep theirs.") % {"n": version})
    return redirect("exams:question", office.id, question_id)


@audience(*AUTHORS)
@require_POST
def question_retire(request: PageRequest, branch_id: int, question_id: Any) -> HttpResponse:
    """Retires, or with ``act=revive`` takes back into use."""
    office = bank_of(request, branch_id, writes=True)
    if request.POST.get("act") == "revive":
        bank.revive(request.work, branch_id=office.id, question_id=question_id)
        messages.success(request, _("The question is in use again."))
    else:
        bank.retire(request.work, branch_id=office.id, question_id=question_id)
        messages.success(request, _("The question is retired: no new paper has it."))
    return redirect("exams:question", office.id, question_id)


@audience(*AUTHORS)
@require_POST
def topic_save(request: PageRequest, branch_id: int) -> HttpResponse:
    office, form = bank_of(request, branch_id, writes=True), request.POST
    names = {name: _plain(form.get(name, "")) for name in ("code", "name_id", "name_en")}
    bank.save_topic(request.work, branch_id=office.id, **names)
    messages.success(request, _("Topic saved."))
    return redirect("exams:questions", office.id)


@audience(*AUTHORS)
@require_http_methods(["GET", "POST"])
def import_preview(request: PageRequest, branch_id: int) -> HttpResponse:
    """Judges a file row by row and keeps nothing; the rows that are good travel in the page, signed, to be taken."""
    office = bank_of(request, branch_id, writes=True)
    context = frame(request, office, "bank", titles=question_file.TITLES)
    if request.method == "GET":
        return render(request, "exams/import.html", context)
    given = request.FILES.get("file")
    topics = _own_topics(request, office)
    try:
        if given is None or given.size is None or given.size > question_file.MOST_BYTES:
            raise Refused("E9316", reason="2 MB")
        known = queries.texts(request.work, branch_id=office.id)
        rows = question_file.judge(given.read(), {topic["code"]: topic["id"] for topic in topics}, known)
    except Refused as refused:
        return render(request, "exams/import.html", context | {"refused": refused.answer()}, status=refused.status)
    good = [asdict(row.content) for row in rows if row.content is not None]
    plain = [content | {"topic_id": str(content["topic_id"])} for content in good]
    context |= {
        "rows": sorted(rows, key=lambda row: (row.verdict != "error", row.line)),
        "good": len(good),
        "errors": sum(row.verdict == "error" for row in rows),
        "known": sum(row.verdict == "known" for row in rows),
        "sealed": signing.dumps([office.id, plain], salt=_SALT, compress=True) if good else "",
    }
    return render(request, "exams/import.html", context)


@audience(*AUTHORS)
@require_POST
def import_take(request: PageRequest, branch_id: int) -> HttpResponse:
    """Takes what the preview showed, all or nothing; what came into the bank meanwhile is left out."""
    office = bank_of(request, branch_id, writes=True)
    try:
        sealed_for, rows = signing.loads(request.POST.get("sealed", ""), salt=_SALT, max_age=_PREVIEW_SECONDS)
    except signing.BadSignature:
        raise Refused("E9318") from None
    if sealed_for != office.id:
        raise Refused("E9318")
    # Two officers with one file: the second sees what the first brought in.
    request.work.execute("SELECT pg_advisory_xact_lock(%s, %s)", [0x45584D, office.id])
    known = queries.texts(request.work, branch_id=office.id)
    contents = [_unsealed(row) for row in rows if row["text_id"].lower() not in known]
    made = bank.add_all(request.work, branch_id=office.id, contents=contents)
    text = ngettext("%(n)d question is in the bank now.", "%(n)d questions are in the bank now.", len(made))
    messages.success(request, text % {"n": len(made)})
    return redirect("exams:questions", office.id)


@audience(*AUTHORS)
@require_GET
def import_template(request: PageRequest, branch_id: int) -> HttpResponse:
    bank_of(request, branch_id, writes=True)
    return download(question_file.template(), "perisai-soal.xlsx")


def _form(
    request: PageRequest, office: Office, found: dict[str, Any] | None, refused: Refused | None = None
) -> HttpResponse:
    """What was typed is shown again where it was refused."""
    shown, is_own = found, found is None or found["branch_id"] == office.id
    if refused is not None:
        shown = (found or {}) | _typed(request)
    slots = [*(shown["options"] if shown else []), *({} for _slot in range(bank.MOST_OPTIONS))][: bank.MOST_OPTIONS]
    context = frame(
        request,
        office,
        "bank",
        question=shown,
        is_new=found is None,
        slots=list(enumerate(slots)),
        topics=_own_topics(request, office) if is_own else queries.topics(request.work, branch_id=office.id),
        versions=queries.versions(request.work, question_id=found["id"]) if found else [],
        refused=refused and refused.answer(),
    )
    context["may_edit"] = context["may_edit"] and is_own
    context["from_above"] = not is_own
    return render(request, "exams/question_form.html", context, status=refused.status if refused else 200)


def _own_topics(request: PageRequest, office: Office) -> list[dict[str, Any]]:
    """A question stands under a topic of its own bank."""
    return [one for one in queries.topics(request.work, branch_id=office.id) if one["branch_id"] == office.id]


def _typed(request: PageRequest) -> dict[str, Any]:
    form = request.POST
    correct = number(form.get("correct"))
    options = [
        {"id": form.get(f"option_id_{at}", ""), "en": form.get(f"option_en_{at}", ""), "is_correct": at == correct}
        for at in range(bank.MOST_OPTIONS)
    ]
    return {
        "text_id": form.get("text_id", ""),
        "text_en": form.get("text_en", ""),
        "topic_id": find_id(form.get("topic")),
        "difficulty": number(form.get("difficulty")),
        "options": options,
    }


def _content(request: PageRequest) -> Content:
    """Of a form: empty options are left out, a missing English text is the Indonesian one. Raises E9301."""
    typed = _typed(request)
    kept = [(at, option) for at, option in enumerate(typed["options"]) if option["id"].strip()]
    correct = next((place for place, (_at, option) in enumerate(kept) if option["is_correct"]), -1)
    if typed["topic_id"] is None:
        raise Refused("E9301", problem={"id": "topik", "en": "topic"})
    return Content(
        topic_id=typed["topic_id"],
        difficulty=typed["difficulty"] or 0,
        text_id=typed["text_id"],
        text_en=typed["text_en"].strip() or typed["text_id"],
        options=tuple((option["id"], option["en"].strip() or option["id"]) for _at, option in kept),
        correct=correct,
    )


def _unsealed(row: dict[str, Any]) -> Content:
    topic_id = find_id(row["topic_id"])
    assert topic_id is not None
    return Content(**(row | {"topic_id": topic_id, "options": tuple((one, other) for one, other in row["options"])}))


def _plain(text: str) -> str:
    return text.replace("\x00", "")[:200]
