"""Serves the built field app under ``/app/``: the shell always fresh, its hashed files for good, those of former builds too."""

import mimetypes
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from perisai.accounts.audience import public
from perisai.errors import Refused
from perisai.events import world
from perisai.events.clock import SystemClock
from perisai.practice import strip
from perisai.web import app_assets

mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("application/wasm", ".wasm")

PACKED = {"br": ".br", "gzip": ".gz"}
"""Best first: content coding and the ending of the file that the build made beside the plain one."""
MARKS = {"index.html": strip.mark_app, "manifest.webmanifest": strip.mark_manifest}
"""What says on a phone that its world is one to practise in."""


@public
def field_app(request: HttpRequest, file: str = "index.html") -> HttpResponseBase:
    """A file of the build, or a hashed one of a former build. Raises E1004 where there is none."""
    root = settings.FIELD_APP.resolve()
    if not (root / "index.html").is_file():
        return HttpResponse("The field app is not built: run `make build`.", status=503, content_type="text/plain")
    path = _find(root, file or "index.html")
    if path.name == "index.html":
        app_assets.keep_soon(root, settings.APP_ASSETS, now=SystemClock().now())
    response = _send_marked(path) if world.is_practice() and path.name in MARKS else _send(request, path)
    response["Cache-Control"] = "public, max-age=31536000, immutable" if _is_hashed(path) else "no-cache"
    if path.name == "sw.js":
        response["Service-Worker-Allowed"] = "/app/"
    return response


@public
@csrf_exempt
def shared_too_early(request: HttpRequest) -> HttpResponseBase:
    """A picture shared to the app while the phone has no service worker to take it: nothing of it is read or kept here."""
    if request.method != "POST":
        return HttpResponseRedirect("/app/")
    response = HttpResponse(status=303)
    response["Location"] = "/app/#/shared?problem=share_failed"
    return response


def _find(root: Path, file: str) -> Path:
    path = (root / file).resolve()
    if path.is_relative_to(root) and path.is_file():
        return path
    folder, _, name = file.rpartition("/")
    former = (settings.APP_ASSETS / name).resolve()
    # What begins with a dot is the store's own.
    if folder == "assets" and name[:1] not in ("", ".") and former.parent == settings.APP_ASSETS and former.is_file():
        return former
    raise Refused("E1004")


def _send_marked(path: Path) -> HttpResponse:
    return HttpResponse(MARKS[path.name](path.read_bytes()), content_type=mimetypes.guess_type(path.name)[0])


def _is_hashed(path: Path) -> bool:
    return path.parent.name == "assets" or path.parent == settings.APP_ASSETS


def _send(request: HttpRequest, path: Path) -> FileResponse:
    accepted = {coding.split(";")[0].strip() for coding in request.headers.get("Accept-Encoding", "").split(",")}
    kind = mimetypes.guess_type(path.name)[0]
    for coding, ending in PACKED.items():
        packed = path.with_name(path.name + ending)
        if coding in accepted and packed.is_file():
            response = FileResponse(packed.open("rb"), filename=path.name, content_type=kind)
            response["Content-Encoding"] = coding
            break
    else:
        response = FileResponse(path.open("rb"), content_type=kind)
    response["Vary"] = "Accept-Encoding"
    return response
