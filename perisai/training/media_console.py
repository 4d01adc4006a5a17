"""Pictures and videos come from the browser of staff in pieces, and are shown to staff."""

import re
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.accounts.refusal import problem
from perisai.errors import Refused
from perisai.training import media
from perisai.training.shelf import AUTHORS, open_own

SHOWN_AT_ONCE = 8
"""Pieces in one answer: a video is played while it comes."""


@audience(*AUTHORS)
@require_POST
def begin(request: PageRequest) -> HttpResponse:
    """Opens an upload of ``size`` bytes: its address and how long a piece may be."""
    try:
        upload_id = media.begin(request.work, branch_id=_owner(request), size=_number(request.GET.get("size", "")))
    except Refused as refused:
        return problem(refused)
    return JsonResponse({"upload": str(upload_id), "piece": media.MOST_UPLOAD_PIECE})


@audience(*AUTHORS)
@require_POST
def piece(request: PageRequest, upload_id: UUID) -> HttpResponse:
    """Adds the body at ``offset``; without an offset the whole is checked and kept."""
    work, branch_id, offset = request.work, _owner(request), request.GET.get("offset")
    try:
        if offset is None:
            return JsonResponse(vars(media.finish(work, branch_id=branch_id, upload_id=upload_id)))
        if _length(request) > media.MOST_UPLOAD_PIECE:
            raise media.too_large(_length(request), media.MOST_UPLOAD_PIECE)
        here = media.add_piece(
            work, branch_id=branch_id, upload_id=upload_id, offset=_number(offset), piece=request.body
        )
    except Refused as refused:
        return problem(refused)
    return JsonResponse({"offset": here})


@audience(Role.AGENCY, *STAFF, *ABOVE)
@require_GET
def show(request: PageRequest, branch_id: int, sha256: str) -> HttpResponse:
    """A picture whole; of a video the asked range, at most ``SHOWN_AT_ONCE`` pieces."""
    viewer = request.viewer
    if not (viewer.sees_branch(branch_id) or branch_id in viewer.office.path) or not re.fullmatch(
        r"[0-9a-f]{64}", sha256
    ):
        raise Refused("E1004")
    found = media.find(request.work, branch_id=branch_id, sha256=sha256)
    wanted = re.fullmatch(r"bytes=(\d{1,9})-(\d{1,9})?", request.headers.get("Range", ""))
    headers = {"Cache-Control": "private, max-age=86400", "Accept-Ranges": "bytes", "Content-Disposition": "inline"}
    first = int(wanted[1]) if wanted else 0
    if first >= found.size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{found.size}"})
    number = first // media.PIECE
    many = SHOWN_AT_ONCE if wanted else 10_000
    parts = media.pieces(request.work, branch_id=branch_id, sha256=sha256, first=number, last=number + many - 1)
    data = b"".join(parts)[first - number * media.PIECE :]
    if wanted and wanted[2]:
        data = data[: max(1, int(wanted[2]) - first + 1)]
    if wanted:
        headers["Content-Range"] = f"bytes {first}-{first + len(data) - 1}/{found.size}"
    return HttpResponse(data, status=206 if wanted else 200, content_type=found.media_type, headers=headers)


def _owner(request: PageRequest) -> int:
    return open_own(request.work, request.viewer)


def _number(text: str) -> int:
    """Raises E1002 for what is no number of bytes."""
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise Refused("E1002", reason="bytes")
    return int(text)


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdecimal() else 0
