"""``/p/<token>/dokumen/...``: receipts, bill and yearly statement for whoever holds the member's link; no name, no number."""

from typing import Any, LiteralString

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from perisai.accounts import limit, words
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.documents import papers
from perisai.documents.facts import as_paid_now
from perisai.errors import Refused
from perisai.events.clock import Clock, SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.given import get_id
from perisai.payments.crediting.judgement import payable_now
from perisai.portal.link import Link, read
from perisai.written import Language

# Carried by payment_enrolment, bill_enrolment and the primary key of paid months.
_LIST: LiteralString = """
(SELECT 'receipt' AS kind, y.id, y.amount, b.first_month, b.months, y.confirmed_at AS at FROM payments_payment y
 JOIN contributions_bill b ON b.branch_id = y.branch_id AND b.id = y.bill_id
 WHERE y.branch_id = %(branch)s AND y.enrolment_id = %(enrolment)s AND y.reversed_at IS NULL
 ORDER BY y.confirmed_at DESC LIMIT 6)
UNION ALL
(SELECT 'bill', b.id, b.amount, b.first_month, b.months, b.issued_at FROM contributions_bill b
 WHERE b.branch_id = %(branch)s AND b.enrolment_id = %(enrolment)s AND b.state = 'open' ORDER BY b.first_month LIMIT 3)
UNION ALL
(SELECT DISTINCT ON (extract(year FROM m.month)) 'year', m.enrolment_id, 0, m.month, 12, m.paid_at
 FROM contributions_paid_month m WHERE m.branch_id = %(branch)s AND m.enrolment_id = %(enrolment)s
 AND m.month <= %(now)s
 ORDER BY extract(year FROM m.month) DESC LIMIT 3)
"""


def listed(work: Work, link: Link) -> list[dict[str, Any]]:
    """What papers there are, newest receipts first; bills as they would be paid now. A year that is only paid ahead has no
    statement yet."""
    found = work.dicts(_LIST, {"branch": link.branch_id, "enrolment": link.enrolment_id, "now": work.now})
    payables = payable_now(work, branch_id=link.branch_id, enrolment_id=link.enrolment_id, at=work.now)
    now = {one.id: one for one in payables}
    return [one | as_paid_now(now[one["id"]]) if one["kind"] == "bill" and one["id"] in now else one for one in found]


def find_papers(link: Link, *, clock: Clock | None = None) -> list[dict[str, Any]]:
    with Work.open(scope=Scope.branch(link.branch_id), clock=clock or SystemClock()) as work:
        return listed(work, link)


@public
@require_safe
def paper(request: HttpRequest, token: str, kind: str, of: str) -> HttpResponse:
    """One paper. Raises E1004 for a wrong or old link and for another member's paper, E1005 as the page itself."""
    link = _holder(request, token)
    language = words.language()
    with Work.open(scope=Scope.branch(link.branch_id)) as work:
        made = _make(work, link, kind, of, language)
    answer = HttpResponse(made.data, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{made.name}"'
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _make(work: Work, link: Link, kind: str, of: str, language: Language) -> papers.Made:
    mine: dict[str, Any] = {"branch_id": link.branch_id, "enrolment_id": link.enrolment_id, "language": language}
    if kind == "tahun" and of.isdecimal() and len(of) == 4:
        return papers.year(work, of=int(of), is_public=True, **mine)
    subject = get_id(of, "E1004")
    if kind == "kuitansi":
        return papers.receipt(work, payment_id=subject, **mine)
    if kind == "tagihan":
        return papers.bill(work, bill_id=subject, **mine)
    raise Refused("E1004")


def _holder(request: HttpRequest, token: str) -> Link:
    from perisai.portal.pay import GUESSES, LOOKS, PER

    now, ip = SystemClock().now(), client_ip(request)
    limit.check(kind="pay_guess", key=ip, limit=GUESSES, per=PER, now=now)
    limit.take(kind="pay_look", key=ip, limit=LOOKS, per=PER, now=now)
    link = read(token)
    if link is None:
        limit.take(kind="pay_guess", key=ip, limit=GUESSES, per=PER, now=now)
    if link is None or link.expires_at <= now:
        raise Refused("E1004")
    return link
