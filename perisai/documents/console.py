"""Papers of members and orders, for staff: made when they are asked for."""

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from perisai.accounts.audience import ABOVE, STAFF, PageRequest, Role, audience
from perisai.accounts.words import language
from perisai.custody import queries as custody_queries
from perisai.documents import facts, order_table_file, papers
from perisai.errors import Refused
from perisai.events.work import Happened
from perisai.members import queries
from perisai.payments.orders import queries as order_queries

MAKERS = (*STAFF, *ABOVE)


@audience(Role.AGENCY, *MAKERS, copies=True)
@require_GET
def receipt(request: PageRequest, branch_id: int, payment_id: UUID) -> HttpResponse:
    found = facts.receipt(request.work, branch_id, payment_id)
    _check(request, branch_id, found["enrolment_id"])
    made = papers.receipt(request.work, branch_id=branch_id, payment_id=payment_id, language=language())
    return handed(request, branch_id, "receipt", made)


@audience(Role.AGENCY, *MAKERS, copies=True)
@require_GET
def bill(request: PageRequest, branch_id: int, bill_id: UUID) -> HttpResponse:
    found = facts.bill(request.work, branch_id, bill_id)
    _check(request, branch_id, found["enrolment_id"])
    made = papers.bill(request.work, branch_id=branch_id, bill_id=bill_id, language=language())
    return handed(request, branch_id, "bill", made)


@audience(Role.AGENCY, *MAKERS, copies=True)
@require_GET
def year(request: PageRequest, branch_id: int, enrolment_id: UUID, of: int) -> HttpResponse:
    _check(request, branch_id, enrolment_id)
    made = papers.year(request.work, branch_id=branch_id, enrolment_id=enrolment_id, of=of, language=language())
    return handed(request, branch_id, "year", made)


@audience(*MAKERS, copies=True)
@require_GET
def order(request: PageRequest, branch_id: int, order_id: UUID) -> HttpResponse:
    """An order spans members of the branch: for those who may see all of its members."""
    if order_queries.find(request.work, viewer=request.viewer, branch_id=branch_id, order_id=order_id) is None:
        raise Refused("E1004")
    made = papers.order(request.work, branch_id=branch_id, order_id=order_id, language=language())
    return handed(request, branch_id, "order", made)


@audience(*MAKERS, copies=True)
@require_GET
def order_table(request: PageRequest, branch_id: int, order_id: UUID) -> HttpResponseBase:
    """All bills of an order by member and programme, as a file; whoever may see the order, read inside the page's Work."""
    found = order_queries.find(request.work, viewer=request.viewer, branch_id=branch_id, order_id=order_id)
    if found is None:
        raise Refused("E1004")
    note_copy(request, branch_id, "order")
    rows = order_table_file.lines(facts.order_table(request.work, branch_id, order_id), language())
    name = f"perisai-{found['code']}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)


@audience(Role.AGENCY, *MAKERS, copies=True)
@require_GET
def cash(request: PageRequest, branch_id: int, receipt_id: UUID) -> HttpResponse:
    """A receipt for cash, for those who see its page."""
    custody_queries.receipt(request.work, viewer=request.viewer, branch_id=branch_id, receipt_id=receipt_id)
    made = papers.cash(request.work, branch_id=branch_id, receipt_id=receipt_id, language=language())
    return handed(request, branch_id, "cash", made)


def handed(request: PageRequest, branch_id: int, kind: str, made: papers.Made) -> HttpResponse:
    note_copy(request, branch_id, kind, made.number.text)
    return as_pdf(made)


def note_copy(request: PageRequest, branch_id: int, kind: str, number: str = "") -> None:
    """Staff make papers for members; an auditor takes them away for an audit, which the branch's events say."""
    if not request.viewer.may_change:
        detail = {"paper": number, "kind": kind, "why": "audit"}
        request.work.report(Happened(kind="paper_handed_out", branch_id=branch_id, detail=detail))


def as_pdf(made: papers.Made) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{made.name}"', "Cache-Control": "no-store"}
    return HttpResponse(made.data, content_type="application/pdf", headers=headers)


def _check(request: PageRequest, branch_id: int, enrolment_id: UUID) -> None:
    """Raises E1004 for a member that the viewer may not see."""
    queries.get_member(request.work, viewer=request.viewer, branch_id=branch_id, enrolment_id=enrolment_id)
