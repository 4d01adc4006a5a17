"""The page where head office brings boundaries for the maps, and sees what was brought."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from perisai.accounts.audience import PageRequest, audience
from perisai.accounts.words import language, say
from perisai.errors import Refused
from perisai.offices import boundaries
from perisai.offices.boundaries import About, WrongFile
from perisai.offices.console import NATION

MOST_BYTES = 5_000_000
"""Of a file by the page; the command takes larger ones."""


@audience(*NATION)
@require_http_methods(["GET", "POST"])
def boundaries_page(request: PageRequest) -> HttpResponse:
    """A POST takes the whole file, or says which features are wrong and takes nothing."""
    if request.method == "GET":
        return _page(request)
    try:
        data, name = _sent(request)
        brought = boundaries.bring(request.work, data=data, file_name=name, about=_about(request))
    except WrongFile as wrong:
        place = 1 if language() == "en" else 0
        return _page(request, Refused("E7005"), [problem.texts[place] for problem in wrong.problems])
    except Refused as refused:
        return _page(request, refused)
    told = say("Diambil: {d} kecamatan dan {r} kabupaten/kota.", "Taken: {d} kecamatan and {r} regencies.")
    messages.success(request, told.format(d=brought.districts, r=brought.regencies))
    return HttpResponseRedirect(request.path)


def _sent(request: PageRequest) -> tuple[bytes, str]:
    """Bytes and name. Raises E7006 before a large file is read, E7009 without one."""
    given = request.FILES.get("file")
    if given is None or not given.size or not str(given.name).lower().endswith((".geojson", ".json")):
        raise Refused("E7009")
    if given.size > MOST_BYTES:
        raise Refused("E7006", limit="5 MB")
    data: bytes = given.read()
    return data, str(given.name)


def _about(request: PageRequest) -> About:
    return About(*(request.POST.get(name, "").replace("\x00", "") for name in ("source", "licence", "edition")))


def _page(request: PageRequest, refused: Refused | None = None, problems: list[str] | None = None) -> HttpResponse:
    many = boundaries.how_many(request.work)
    context = {
        "imports": boundaries.imports(request.work),
        "districts": many.get(3, (0, 0)),
        "regencies": many.get(2, (0, 0)),
        "problems": problems or [],
        "refused": refused and refused.answer(),
        "given": request.POST,
        "most": boundaries.LONGEST,
    }
    return render(request, "offices/boundaries.html", context, status=refused.status if refused else 200)
