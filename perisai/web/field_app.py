"""Serves the built field app under ``/app/``: the shell always fresh, its hashed files for good."""

import mimetypes

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from perisai.accounts.audience import public
from perisai.errors import Refused

mimetypes.add_type("application/manifest+json", ".webmanifest")


@public
def field_app(request: HttpRequest, file: str = "index.html") -> HttpResponseBase:
    """A file of the build. Raises E1004 where there is none."""
    root = settings.FIELD_APP.resolve()
    path = (root / (file or "index.html")).resolve()
    if not root.exists():
        return HttpResponse("The field app is not built: run `make build`.", status=503, content_type="text/plain")
    if not path.is_relative_to(root) or not path.is_file():
        raise Refused("E1004")
    packed = path.with_name(f"{path.name}.gz")
    if packed.is_file() and "gzip" in request.headers.get("Accept-Encoding", ""):
        response = FileResponse(packed.open("rb"), content_type=mimetypes.guess_type(path.name)[0])
        response["Content-Encoding"] = "gzip"
    else:
        response = FileResponse(path.open("rb"), content_type=mimetypes.guess_type(path.name)[0])
    response["Vary"] = "Accept-Encoding"
    hashed = path.parent.name == "assets"
    response["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
    if path.name == "sw.js":
        response["Service-Worker-Allowed"] = "/app/"
    return response
