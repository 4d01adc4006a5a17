"""The one machine interface: its OpenAPI document is ``/api/v1/openapi.json``."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from perisai.errors import Refused
from perisai.events import world
from perisai.feeds.alerts_api import router as read_alerts
from perisai.feeds.api import router as read
from perisai.feeds.figures_api import router as read_figures
from perisai.payments.api import router as snap
from perisai.sync.api import router as sync
from perisai.sync.custody_api import router as custody
from perisai.sync.dues_api import router as dues
from perisai.sync.employers_api import router as employers
from perisai.sync.groups_api import router as groups
from perisai.sync.learning_api import router as learning
from perisai.sync.papers_api import router as papers
from perisai.web.problems import problem, too_large

_PROBLEMS = [{"$ref": f"#/components/schemas/{name}"} for name in ("Problem", "ReadProblem")]


class MachineApi(NinjaAPI):
    """Says in its document that problems are ``application/problem+json``; ninja knows one media type for all answers."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**options)
        document["info"]["x-world"] = world.kind()
        for operations in document["paths"].values():
            for operation in operations.values():
                for answer in operation["responses"].values():
                    content = answer.get("content", {})
                    if content.get("application/json", {}).get("schema") in _PROBLEMS:
                        content["application/problem+json"] = content.pop("application/json")
        return document


api = MachineApi(title="Perisai", version="1.0.0", openapi_url="/api/v1/openapi.json", docs_url="/api/v1/docs")
api.add_router("/api/v1/", sync)
api.add_router("/api/v1/", learning)
api.add_router("/api/v1/", papers)
api.add_router("/api/v1/", custody)
api.add_router("/api/v1/", dues)
api.add_router("/api/v1/", groups)
api.add_router("/api/v1/", employers)
api.add_router("/api/v1/read/", read)
api.add_router("/api/v1/read/", read_figures)
api.add_router("/api/v1/read/", read_alerts)
api.add_router("/snap/v1.0/", snap)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    told = problem(error)
    if error.code == "E5401":
        told["WWW-Authenticate"] = "Bearer"
    return told


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0] if error.errors else {}
    where = [str(part) for part in first.get("loc", ())]
    if request.path.startswith("/api/v1/read/"):  # no phone asks there
        return problem(Refused("E5409", field=".".join(where[1:]), reason=str(first.get("msg", ""))[:200]))
    return problem(Refused("E1002", reason="/".join(where)))


@api.exception_handler(HttpError)
def unparsable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is no JSON, however it fails to be."""
    return problem(Refused("E1002", reason="JSON"))


@api.exception_handler(RequestDataTooBig)
def body_too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem(too_large())


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(Refused("E1004"))
