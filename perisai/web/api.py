"""The one machine interface: its OpenAPI document is ``/api/v1/openapi.json``."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from perisai.errors import Refused
from perisai.payments.api import router as snap
from perisai.sync.api import router as sync

api = NinjaAPI(title="Perisai", version="1.0.0", openapi_url="/api/v1/openapi.json", docs_url="/api/v1/docs")
api.add_router("/api/v1/", sync)
api.add_router("/snap/v1.0/", snap)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return problem(error)


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    where = "/".join(str(part) for part in error.errors[0].get("loc", ())) if error.errors else ""
    return problem(Refused("E1002", reason=where))


def problem(error: Refused) -> HttpResponse:
    """Problem details of RFC 9457."""
    response = JsonResponse(error.problem(), status=error.status, content_type="application/problem+json")
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response
