"""The page where staff write a course, its preview, and publishing."""

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, audience
from perisai.errors import Refused
from perisai.training import authoring, content, media, queries, reading
from perisai.training.authoring import Draft, stored
from perisai.training.console import said
from perisai.training.shelf import AUTHORS, open_own, own


@audience(*STAFF, *ABOVE)
@require_GET
def preview(request: PageRequest, version_id: UUID) -> HttpResponse:
    """A version as the phone shows it, with the right answers marked."""
    version = _version(request, version_id)
    shown = stored(version["content"])
    context = {"version": version, "modules": shown.modules, "lacking": content.problem(shown)}
    return render(request, "training/preview.html", context)


@audience(*AUTHORS)
@require_GET
def draft(request: PageRequest, version_id: UUID) -> HttpResponse:
    return _draft_page(request, version_id)


@audience(*AUTHORS)
@require_POST
def edit(request: PageRequest, version_id: UUID) -> HttpResponse:
    """One change of a draft; ``act`` says which."""
    given = request.POST
    branch_id = own(request.viewer, _version(request, version_id))
    try:
        authoring.edit(
            request.work,
            branch_id=branch_id,
            version_id=version_id,
            revision=reading.whole(given, "revision", 0),
            change=lambda draft: _changed(request, branch_id, draft, given),
        )
    except Refused as refused:
        return _draft_page(request, version_id, refused)
    anchor = given.get("module", "")
    return redirect(f"/console/training/drafts/{version_id}/" + (f"#m-{anchor}" if anchor.isalnum() else ""))


@audience(*AUTHORS)
@require_POST
def publish(request: PageRequest, version_id: UUID) -> HttpResponse:
    version = _version(request, version_id)
    owner_id = own(request.viewer, version)
    try:
        revision = reading.whole(request.POST, "revision", 0)
        number = authoring.publish(request.work, branch_id=owner_id, version_id=version_id, revision=revision)
    except Refused as refused:
        return _draft_page(request, version_id, refused)
    messages.success(request, _("Version %(number)s is offered now.") % {"number": number})
    return redirect("training:course", course_id=version["course_id"])


def _version(request: PageRequest, version_id: UUID) -> dict[str, Any]:
    open_own(request.work, request.viewer)
    return queries.version(request.work, viewer=request.viewer, version_id=version_id)


def _changed(request: PageRequest, branch_id: int, draft: Draft, given: QueryDict) -> dict[str, Any]:
    """New values of a draft's fields. Raises E9209, E1004."""
    act = given.get("act", "")
    if act == "about":
        return {
            "title": given.get("title", ""),
            "summary": given.get("summary", ""),
            "credit_minutes": reading.whole(given, "credit_minutes"),
            "pass_percent": reading.whole(given, "pass_percent"),
        }
    module_id = given.get("module", "") or None
    if act == "module":
        old = draft.content.module(module_id or "")
        parts = old.parts if old else ()
        new = content.checked(content.Module, id=module_id or _fresh(), title=given.get("title", ""), parts=parts)
        return {"content": content.with_module(draft.content, new)}
    module = draft.content.module(module_id or "")
    if module is None:
        raise Refused("E9201")
    part_id = given.get("part", "") or None
    if act in ("up", "down"):
        return {"content": content.moved(draft.content, module.id, part_id, -1 if act == "up" else 1)}
    if act == "delete":
        return {"content": content.without(draft.content, module.id, part_id)}
    part = _part(request, branch_id, act, part_id or _fresh(), given)
    return {"content": content.with_module(draft.content, content.with_part(module, part))}


def _part(request: PageRequest, branch_id: int, act: str, part_id: str, given: QueryDict) -> Any:
    if act == "text":
        return content.checked(content.Text, id=part_id, text=given.get("text", "").replace("\r\n", "\n"))
    if act == "question":
        return _question(part_id, given)
    if act == "media":
        address = given.get("sha256", "")
        if len(address) != 64 or not set(address) <= set("0123456789abcdef"):
            raise Refused("E9207")
        found = media.find(request.work, branch_id=branch_id, sha256=address)
        kind = content.Picture if found.media_type == "image/jpeg" else content.Video
        about = {"sha256": address, "size": found.size, "type": found.media_type, "alt": given.get("alt", "")}
        return content.checked(kind, id=part_id, **about)
    raise Refused("E9209", field="act")


def _question(part_id: str, given: QueryDict) -> Any:
    """Empty answers are left out; which are right is told by their place in the form."""
    written = [" ".join(text.split()) for text in given.getlist("option")]
    kept = [place for place, text in enumerate(written) if text]
    marked = {int(text) for text in given.getlist("right") if text.isascii() and text.isdecimal() and len(text) < 3}
    right = tuple(at for at, place in enumerate(kept) if place in marked)
    options = tuple(written[place] for place in kept)
    if not right:
        raise Refused("E9209", field="right")
    about = {"text": given.get("text", ""), "why": given.get("why", "")}
    if len(options) < 2 or len(set(options)) < len(options):
        raise Refused("E9209", field="options")
    return content.checked(content.Question, id=part_id, options=options, right=right, **about)


def _fresh() -> str:
    return secrets.token_hex(4)


def _draft_page(request: PageRequest, version_id: UUID, refused: Refused | None = None) -> HttpResponse:
    version = _version(request, version_id)
    own(request.viewer, version)
    if version["published_at"] is not None:
        messages.error(request, _("This version is published and never changes. Begin a new draft."))
        return redirect("training:course", course_id=version["course_id"])
    shown = stored(version["content"])
    given = request.POST if refused else QueryDict()
    context = {
        "version": version,
        "modules": shown.modules,
        "lacking": content.problem(shown),
        "size": sum(one.size for one in shown.media().values()),
        "given": given,
        "given_options": [*given.getlist("option"), *[""] * 6][:6],
        "given_right": given.getlist("right"),
        "six": range(6),
        "refused": refused and said(refused),
        "most_video": media.MOST_VIDEO,
        "most_picture": media.MOST_PICTURE,
    }
    return render(request, "training/draft.html", context, status=refused.status if refused else 200)
