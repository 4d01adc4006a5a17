"""What the holder of a link may know: what to pay, where and until when, and nothing about the person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString

from perisai.contributions.bills.settlement import Payable, find_payables
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members.enrolments.activation import find_standing
from perisai.payments.crediting.judgement import check_dues, price_at
from perisai.payments.snap.answers import SnapRefused
from perisai.portal.link import Link

# The registry of codes by its primary key, and every bank that takes money now: reference data, a handful of rows.
_WHERE: LiteralString = """
SELECT b.name, b.channel, b.partner_service_id, c.code_masked, b.is_demo, b.fee_rupiah, b.amounts = 'open'
FROM payments_payment_code c JOIN payments_bank b ON b.channel = c.channel AND b.is_open
WHERE c.code = %s
ORDER BY b.fee_rupiah, b.name
"""
_BRANCH: LiteralString = "SELECT name, address, timezone FROM offices_office WHERE id = %s"


@dataclass(frozen=True)
class Place:
    """Where to pay. ``number`` is in groups of four; masked where the channel's code is the NIK. ``fee``: what the bank takes
    on top, rupiah."""

    bank: str
    number: str
    is_nik: bool
    is_demo: bool
    fee: int
    takes_any_amount: bool


@dataclass(frozen=True)
class Owed:
    """One bill. Rupiah; months are first days."""

    first_month: date
    last_month: date
    amount: int


@dataclass(frozen=True)
class Due:
    """``state``: ``open``, ``paid``, ``expired``, ``waiting`` (not accepted yet), ``sponsored`` (somebody else pays) or
    ``closed``. Rupiah; months are first days.
    ``amount`` is all that is owed less what is ``held`` for the member."""

    state: str
    branch: str
    branch_address: str
    timezone: str
    amount: int = 0
    first_month: date | None = None
    last_month: date | None = None
    pay_by: datetime | None = None
    places: tuple[Place, ...] = ()
    bills: tuple[Owed, ...] = ()
    held: int = 0


def find_due(link: Link, *, at: datetime) -> Due | None:
    """The bill as it would be paid at this instant; None where the branch or enrolment is gone."""
    with Work.open(scope=Scope.branch(link.branch_id)) as work:
        office = work.row(_BRANCH, [link.branch_id])
        standing = find_standing(work, branch_id=link.branch_id, enrolment_id=link.enrolment_id)
        if office is None or standing is None:
            return None
        bills = find_payables(work, branch_id=link.branch_id, enrolment_id=link.enrolment_id)
        newest = bills[0] if bills else None
        try:
            dues = [due.repriced for due in price_at(check_dues(bills, standing, at), at)]
            state = "open"
        except SnapRefused:
            dues, state = bills[:1], _state(newest, standing.state, at)
        places = find_places(work, dues[0].payment_code) if dues and state == "open" else ()
    return _due(state, office, dues, places, newest.held if newest else 0)


def _due(state: str, office: tuple[str, str, str], dues: list[Payable], places: tuple[Place, ...], held: int) -> Due:
    shown = dues if state in ("open", "paid") else []
    owed = sum(bill.amount for bill in shown)
    used = held if state == "open" and held < owed else 0
    return Due(
        state=state,
        branch=office[0],
        branch_address=office[1],
        timezone=office[2],
        amount=owed - used,
        first_month=shown[0].first_month if shown else None,
        last_month=shown[-1].last_month if shown else None,
        pay_by=min(bill.pay_by for bill in dues) if dues and state in ("open", "expired") else None,
        places=places,
        bills=tuple(Owed(bill.first_month, bill.last_month, bill.amount) for bill in shown),
        held=used,
    )


def _state(bill: Payable | None, standing: str, at: datetime) -> str:
    if standing == "review":
        return "waiting"
    if standing == "accepted" and (bill is None or bill.state == "cancelled"):
        return "sponsored"  # who has not paid yet has a bill, unless it is a sponsor's
    if bill is None or standing in ("rejected", "cancelled", "ended"):
        return "expired" if bill is not None and bill.state == "expired" else "closed"
    if bill.state == "paid" or bill.is_paid_elsewhere:
        return "paid"
    return "expired" if bill.state == "expired" or at > bill.pay_by else "closed"


def find_places(work: Work, code: str) -> tuple[Place, ...]:
    """Every bank that takes a code, the cheapest first. One statement."""
    return tuple(
        Place(
            bank=name,
            number=code_masked if channel == "nik" else _grouped(service_id + code_masked),
            is_nik=channel == "nik",
            is_demo=is_demo,
            fee=fee,
            takes_any_amount=takes_any,
        )
        for name, channel, service_id, code_masked, is_demo, fee, takes_any in work.rows(_WHERE, [code])
    )


def _grouped(digits: str) -> str:
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
