"""Every page of a practice world says that nothing in it is real: put in by one middleware, so that no page can forget it."""

import json
import re
from collections.abc import Callable
from typing import Final

from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase

from perisai.events import world

ID: Final = "LATIHAN – tidak ada yang nyata"
EN: Final = "PRACTICE – nothing here is real"
_STRIP: Final = (
    '<aside class="practice-strip" aria-label="Latihan / Practice">'
    f'<a href="/latihan/"><b lang="id">{ID}</b> <span lang="en">{EN}</span></a></aside>'
).encode()
_BODY: Final = re.compile(rb"<body[^>]*>")
_STYLE: Final = b'<link rel="stylesheet" href="/static/practice.css"></head>'


class StripMiddleware:
    """Outermost, so that it also marks what other middlewares and failures answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not world.is_practice():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if is_page and isinstance(response, HttpResponse):
            response.content = mark_page(response.content)
            if "Content-Length" in response.headers:
                response.headers["Content-Length"] = str(len(response.content))
        return response


def mark_page(page: bytes) -> bytes:
    """A whole page with the strip on top and LATIHAN in its title; a part of a page, and the field app's, stay as they are."""
    found = _BODY.search(page)
    if found is None or b'data-world="practice"' in page:
        return page
    marked = page[: found.end()] + _STRIP + page[found.end() :]
    return marked.replace(b"</head>", _STYLE, 1).replace(b"<title>", b"<title>LATIHAN \xc2\xb7 ", 1)


def mark_app(shell: bytes) -> bytes:
    """The field app's first page: it draws the strip itself, also offline, because the phone keeps this page."""
    return shell.replace(b'<html lang="id">', b'<html lang="id" data-world="practice">', 1)


def mark_manifest(manifest: bytes) -> bytes:
    """The installed app has another name than the real one."""
    told = json.loads(manifest)
    return json.dumps(told | {"name": "Perisai LATIHAN", "short_name": "LATIHAN"}, ensure_ascii=False).encode()
