"""``/p/o/<token>``: one code for many bills, for whoever pays it: for whom, the sum, for how many people and months, where, at
what fee."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from perisai.accounts import limit
from perisai.accounts.audience import public
from perisai.accounts.client import client_ip
from perisai.events.clock import Clock, SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.banks import qris as payload
from perisai.payments.orders import anew as order_anew
from perisai.payments.orders import link as order_link
from perisai.payments.orders import order
from perisai.payments.orders.link import OrderLink
from perisai.portal import qris
from perisai.portal.due import Place, find_places
from perisai.portal.pay import GUESSES, LOOKS, PER

# The order's bills by primary key. Members are nobody's business; a business, a group and a sponsor are told which is theirs.
_SUMS: LiteralString = """
SELECT o.name, o.address, o.timezone, count(DISTINCT q.enrolment_id), coalesce(sum(b.months), 0)::bigint,
  count(*) FILTER (WHERE b.state <> 'open'), min(b.first_month),
  max(b.first_month + (b.months - 1) * interval '1 month')::date,
  (SELECT coalesce(e.name, g.name, s.name, '') FROM payments_order r
   LEFT JOIN employers_employer e ON r.payer_kind = 'employer' AND e.branch_id = r.branch_id AND e.id = r.payer_id
   LEFT JOIN payers_group g ON r.payer_kind = 'group' AND g.branch_id = r.branch_id AND g.id = r.payer_id
   LEFT JOIN payers_sponsor s ON r.payer_kind = 'sponsor' AND s.branch_id = r.branch_id AND s.id = r.payer_id
   WHERE r.branch_id = %(branch)s AND r.id = %(order)s),
  (SELECT max(w.due_on) FROM employers_bill w WHERE w.branch_id = %(branch)s AND w.order_id = %(order)s)
FROM offices_office o
LEFT JOIN payments_order_bill q ON q.branch_id = o.id AND q.order_id = %(order)s
LEFT JOIN contributions_bill b ON b.branch_id = q.branch_id AND b.id = q.bill_id
WHERE o.id = %(branch)s GROUP BY o.name, o.address, o.timezone
"""


@dataclass(frozen=True)
class OrderDue:
    """``state``: ``open``, ``paid``, ``expired``, ``cancelled``, ``anew``: bills of it were issued anew, and ``newer`` is the page
    of the code for these; or ``broken``: one of its bills is paid or has ended, so that the code pays nothing any more. Rupiah."""

    state: str
    code: str
    amount: int
    people: int
    months: int
    count: int
    pay_by: datetime
    branch: str
    branch_address: str
    timezone: str
    places: tuple[Place, ...]
    newer: str = ""
    payer_kind: str = ""
    payer: str = ""
    """Of a business, a group or a sponsor."""
    first_month: date | None = None
    last_month: date | None = None
    due_on: date | None = None
    """Of an employer's bill. Its code works longer."""


@public
@require_safe
def order_due(request: HttpRequest, token: str) -> HttpResponse:
    """As the member's page: one answer for a link that is wrong, another for an old one. Raises ``Refused`` E1005 after 60 looks,
    or 10 wrong links, in a minute from one address."""
    return _answer(request, token, SystemClock())


def _answer(request: HttpRequest, token: str, clock: Clock) -> HttpResponse:
    now, ip = clock.now(), client_ip(request)
    limit.check(kind="pay_guess", key=ip, limit=GUESSES, per=PER, now=now)
    limit.take(kind="pay_look", key=ip, limit=LOOKS, per=PER, now=now)
    link = order_link.read(token)
    if link is None:
        limit.take(kind="pay_guess", key=ip, limit=GUESSES, per=PER, now=now)
    due = find_order(link, at=now) if link and link.expires_at > now else None
    state, status = (due.state, 200) if due else ("old", 410) if link and link.expires_at <= now else ("unknown", 404)
    shown = _qris(due, link.branch_id, now) if due and link and state == "open" else None
    context = {"state": state, "due": due, "qris": shown}
    response = render(request, "portal/order.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _qris(due: OrderDue, branch_id: int, now: datetime) -> qris.Shown | None:
    with Work.open(scope=Scope.of([])) as work:
        merchant = payload.find(work)
    if merchant is None:
        return None
    return qris.draw(merchant, branch_id=branch_id, code=due.code, amount=due.amount, until=due.pay_by, now=now)


def find_order(link: OrderLink, *, at: datetime) -> OrderDue | None:
    """The order as it would be paid at this instant; None where it is gone."""
    with Work.open(scope=Scope.branch(link.branch_id)) as work:
        found = order.find(work, branch_id=link.branch_id, order_id=link.order_id)
        row = work.row(_SUMS, {"branch": link.branch_id, "order": link.order_id})
        if found is None or row is None:
            return None
        name, address, timezone, people, months, lost, first_month, last_month, payer, due_on = row
        state = found.state
        if state == "open":
            state = "expired" if at > found.pay_by else "broken" if lost else "open"
        newer = ""
        if state in ("broken", "cancelled") and (
            anew := order_anew.find(work, branch_id=found.branch_id, order_id=found.id)
        ):
            state, newer = "anew", _page_of(anew.newer)
        places = find_places(work, found.code) if state == "open" else ()
    return OrderDue(
        state,
        found.code,
        found.amount,
        people,
        months,
        found.count,
        found.pay_by,
        name,
        address,
        timezone,
        places,
        newer,
        found.payer_kind,
        payer or "",
        first_month,
        last_month,
        due_on,
    )


def _page_of(newer: order.Order | None) -> str:
    return order_link.make(branch_id=newer.branch_id, order_id=newer.id, pay_by=newer.pay_by) if newer else ""
