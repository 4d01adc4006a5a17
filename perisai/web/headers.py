"""Headers that tell the browser what a page may do and what nobody may keep."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_SELF = "'self'"
_POLICY = {
    "default-src": "'none'",
    "script-src": _SELF,
    "style-src": _SELF,
    "img-src": "'self' data: blob:",
    "font-src": _SELF,
    "connect-src": f"'self' {settings.LIVE_ORIGIN}",
    "manifest-src": _SELF,
    "worker-src": _SELF,
    "media-src": "'self' blob:",
    "form-action": _SELF,
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_BY_PREFIX: dict[str, dict[str, str]] = {
    # unfold's Alpine.js evaluates expressions and sets inline styles; only superusers come here.
    "/admin/": {"script-src": "'self' 'unsafe-eval' 'unsafe-inline'", "style-src": "'self' 'unsafe-inline'"},
    # No script at all on the page a member opens.
    "/p/": {"script-src": "'none'", "connect-src": "'none'", "worker-src": "'none'", "img-src": "'self' data:"},
    "/j/": {"script-src": "'none'", "connect-src": "'none'", "worker-src": "'none'", "img-src": "'self' data:"},
    "/daftar-agen/": {
        "script-src": "'none'",
        "connect-src": "'none'",
        "worker-src": "'none'",
        "img-src": "'self' data:",
    },
    "/daftar-kantor/": {
        "script-src": "'none'",
        "connect-src": "'none'",
        "worker-src": "'none'",
        "img-src": "'self' data:",
    },
    "/berkas/": {
        "script-src": "'none'",
        "connect-src": "'none'",
        "worker-src": "'none'",
        "img-src": "'self' data:",
    },
    "/kuitansi/": {"script-src": "'none'", "connect-src": "'none'", "worker-src": "'none'", "img-src": "'self' data:"},
    # The card reader runs a WebAssembly program over a picture of somebody's ID card, and may speak to nobody.
    "/app/assets/card-reader-": {
        "script-src": "'self' 'wasm-unsafe-eval'",
        "connect-src": "'none'",
        "worker-src": "'none'",
    },
    # The documentation of the interface is drawn by scripts of its own library, from this origin.
    "/api/v1/docs": {"script-src": "'self' 'unsafe-inline'", "style-src": "'self' 'unsafe-inline'"},
}
_NOTHING = (
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()"
)
_FIELD = _NOTHING.replace("camera=()", "camera=(self)").replace("geolocation=()", "geolocation=(self)")
_PERSONAL = (
    *("/console/", "/accounts/", "/admin/", "/api/", "/snap/"),
    *("/p/", "/j/", "/daftar-agen/", "/daftar-kantor/", "/berkas/", "/ujian/", "/latihan/", "/kuitansi/"),
)
_REFERENCE = "/api/v1/reference/"


def policy_for(path: str) -> str:
    """The Content-Security-Policy of an address: no inline script anywhere but under ``/admin/``."""
    parts = dict(_POLICY)
    for prefix, changed in _BY_PREFIX.items():
        if path.startswith(prefix):
            parts |= changed
    return "; ".join(f"{name} {value}" for name, value in parts.items())


class HeadersMiddleware:
    """Adds what is missing and leaves what a view set itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        path = request.path
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy_for(path))
        headers.setdefault("Permissions-Policy", _FIELD if path.startswith("/app/") else _NOTHING)
        # Not no-referrer, even where the address is a secret: it makes Origin null and forms of the page fail.
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if path.startswith(_PERSONAL) and not path.startswith(_REFERENCE):
            headers.setdefault("Cache-Control", "no-store")
        return response
