"""Papers of members and orders, for staff: made when they are asked for."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from perisai.accounts.audience import STAFF, PageRequest, Role, audience
from perisai.documents import facts, papers
from perisai.documents.words import Language
from perisai.errors import Refused
from perisai.members import queries
from perisai.payments import order_queries

MAKERS = (*STAFF, Role.REGION, Role.HEAD_OFFICE)
"""Auditors read inside a transaction that keeps nothing; a paper keeps its number."""


@audience(Role.AGENCY, *MAKERS)
@require_GET
def receipt(request: PageRequest, branch_id: int, payment_id: UUID) -> HttpResponse:
    found = facts.receipt(request.work, branch_id, payment_id)
    _check(request, branch_id, found["enrolment_id"])
    return as_pdf(papers.receipt(request.work, branch_id=branch_id, payment_id=payment_id, language=language()))


@audience(Role.AGENCY, *MAKERS)
@require_GET
def bill(request: PageRequest, branch_id: int, bill_id: UUID) -> HttpResponse:
    found = facts.bill(request.work, branch_id, bill_id)
    _check(request, branch_id, found["enrolment_id"])
    return as_pdf(papers.bill(request.work, branch_id=branch_id, bill_id=bill_id, language=language()))


@audience(Role.AGENCY, *MAKERS)
@require_GET
def year(request: PageRequest, branch_id: int, enrolment_id: UUID, of: int) -> HttpResponse:
    _check(request, branch_id, enrolment_id)
    made = papers.year(request.work, branch_id=branch_id, enrolment_id=enrolment_id, of=of, language=language())
    return as_pdf(made)


@audience(*MAKERS)
@require_GET
def order(request: PageRequest, branch_id: int, order_id: UUID) -> HttpResponse:
    """An order spans members of the branch: for those who may see all of its members."""
    if order_queries.find(request.work, viewer=request.viewer, branch_id=branch_id, order_id=order_id) is None:
        raise Refused("E1004")
    return as_pdf(papers.order(request.work, branch_id=branch_id, order_id=order_id, language=language()))


def as_pdf(made: papers.Made) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{made.name}"', "Cache-Control": "no-store"}
    return HttpResponse(made.data, content_type="application/pdf", headers=headers)


def language() -> Language:
    return "en" if (get_language() or "id").startswith("en") else "id"


def _check(request: PageRequest, branch_id: int, enrolment_id: UUID) -> None:
    """Raises E1004 for a member that the viewer may not see."""
    queries.get_member(request.work, viewer=request.viewer, branch_id=branch_id, enrolment_id=enrolment_id)
