"""What the holder of a link may know: what to pay, where and until when, and nothing about the person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString

from perisai.contributions.settlement import Payable, find_payable
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members.activation import find_standing
from perisai.payments.answers import SnapRefused
from perisai.payments.judgement import check_due
from perisai.portal.link import Link

# The registry of codes by its primary key, and every bank that takes money now: reference data, a handful of rows.
_WHERE: LiteralString = """
SELECT b.name, b.channel, b.partner_service_id, c.code_masked, b.is_demo
FROM payments_payment_code c JOIN payments_bank b ON b.channel = c.channel AND b.is_open
WHERE c.code = %s
ORDER BY b.name
"""
_BRANCH: LiteralString = "SELECT name, address, timezone FROM offices_office WHERE id = %s"


@dataclass(frozen=True)
class Place:
    """Where to pay. ``number`` is in groups of four; masked where the channel's code is the NIK."""

    bank: str
    number: str
    is_nik: bool
    is_demo: bool


@dataclass(frozen=True)
class Due:
    """``state``: ``open``, ``paid``, ``expired``, ``waiting`` (not accepted yet) or ``closed``. Rupiah; months are first days."""

    state: str
    branch: str
    branch_address: str
    timezone: str
    amount: int = 0
    first_month: date | None = None
    last_month: date | None = None
    pay_by: datetime | None = None
    places: tuple[Place, ...] = ()


def find_due(link: Link, *, at: datetime) -> Due | None:
    """The bill as it would be paid at this instant; None where the branch or enrolment is gone."""
    with Work.open(scope=Scope.branch(link.branch_id)) as work:
        office = work.row(_BRANCH, [link.branch_id])
        standing = find_standing(work, branch_id=link.branch_id, enrolment_id=link.enrolment_id)
        if office is None or standing is None:
            return None
        bill = find_payable(work, branch_id=link.branch_id, enrolment_id=link.enrolment_id)
        try:
            due: Payable | None = check_due(bill, standing, at).repriced
            state = "open"
        except SnapRefused:
            due, state = bill, _state(bill, standing.state, at)
        shown = due if state in ("open", "paid") else None
        places = _places(work, due.payment_code) if due and state == "open" else ()
    return Due(
        state=state,
        branch=office[0],
        branch_address=office[1],
        timezone=office[2],
        amount=shown.amount if shown else 0,
        first_month=shown.first_month if shown else None,
        last_month=shown.last_month if shown else None,
        pay_by=due.pay_by if due and state in ("open", "expired") else None,
        places=places,
    )


def _state(bill: Payable | None, standing: str, at: datetime) -> str:
    if standing == "review":
        return "waiting"
    if bill is None or standing in ("rejected", "cancelled", "ended"):
        return "expired" if bill is not None and bill.state == "expired" else "closed"
    if bill.state == "paid" or bill.is_paid_elsewhere:
        return "paid"
    return "expired" if bill.state == "expired" or at > bill.pay_by else "closed"


def _places(work: Work, code: str) -> tuple[Place, ...]:
    return tuple(
        Place(
            bank=name,
            number=code_masked if channel == "nik" else _grouped(service_id + code_masked),
            is_nik=channel == "nik",
            is_demo=is_demo,
        )
        for name, channel, service_id, code_masked, is_demo in work.rows(_WHERE, [code])
    )


def _grouped(digits: str) -> str:
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
