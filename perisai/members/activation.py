"""What a confirmed payment does to an enrolment: cover begins or goes on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from perisai.events.work import Happened, Work

# By primary key.
_ACTIVATE = """
UPDATE members_enrolment e SET
  state = 'active',
  activated_at = coalesce(e.activated_at, %(now)s),
  cover_from = CASE WHEN e.state = 'active' THEN e.cover_from ELSE %(confirmed_at)s END,
  first_month = coalesce(e.first_month, %(first_month)s),
  paid_through = greatest(e.paid_through, %(last_month)s)
WHERE e.branch_id = %(branch)s AND e.id = %(enrolment)s AND e.state IN ('accepted', 'active', 'lapsed')
"""

# Both by primary key.
_STANDING = """
SELECT e.id, e.state, e.activated_at IS NULL, e.income, e.programmes, e.transport, e.agent_id, e.sub_branch_id,
  e.agency_office_id, e.region_code, e.segment, p.name
FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE e.branch_id = %s AND e.id = %s
"""
_STANDING_LOCKED = _STANDING + " FOR UPDATE OF e"


@dataclass(frozen=True)
class Standing:
    """An enrolment as a payer meets it."""

    id: UUID
    state: str
    is_first: bool
    """No contribution was ever paid: the first month is that of the payment."""
    income: int
    programmes: frozenset[str]
    transport: bool
    agent_id: UUID | None
    sub_branch_id: int | None
    agency_office_id: int | None
    region_code: str
    segment: str
    name: str

    @property
    def can_pay(self) -> bool:
        return self.state in ("accepted", "active", "lapsed")

    @property
    def shown_name(self) -> str:
        return short_name(self.name)


def find_standing(work: Work, *, branch_id: int, enrolment_id: UUID) -> Standing | None:
    return _standing(work.row(_STANDING, [branch_id, enrolment_id]))


def lock_standing(work: Work, *, branch_id: int, enrolment_id: UUID) -> Standing | None:
    """With the enrolment's row locked: the first lock of whoever pays or ends an enrolment, before its bills."""
    return _standing(work.row(_STANDING_LOCKED, [branch_id, enrolment_id], prepared=True))


def activate(
    work: Work,
    *,
    branch_id: int,
    standing: Standing,
    payment_id: UUID,
    bill_id: UUID,
    bank_id: str,
    amount: int,
    months: list[date],
    confirmed_at: datetime,
) -> None:
    """Books ``months`` (first days of month, in order) that a payment settled for a locked enrolment: active, covered
    from ``confirmed_at`` where it was not covered. Reports the events. One statement.
    """
    work.execute(
        _ACTIVATE,
        {
            "branch": branch_id,
            "enrolment": standing.id,
            "now": work.now,
            "confirmed_at": confirmed_at,
            "first_month": months[0],
            "last_month": months[-1],
        },
        prepared=True,
    )
    common: dict[str, Any] = {
        "branch_id": branch_id,
        "subject_id": standing.id,
        "agent_id": standing.agent_id,
        "sub_branch_id": standing.sub_branch_id,
        "agency_office_id": standing.agency_office_id,
        "region_code": standing.region_code,
        "segment": standing.segment,
    }
    told = {"bill": bill_id, "payment": payment_id, "bank": bank_id, "months": len(months), "first_month": months[0]}
    work.report(Happened(kind="payment_confirmed", amount=amount, detail=told, **common))
    if standing.state != "active":
        detail = {"bill": bill_id, "first_month": months[0]}
        work.report(Happened(kind="member_activated", detail=detail, **common))


def _standing(row: tuple[Any, ...] | None) -> Standing | None:
    if row is None:
        return None
    id_, state, is_first, income, programmes, *rest = row
    return Standing(id_, state, is_first, income, frozenset(programmes), *rest)


def short_name(name: str) -> str:
    """The first name and initials: enough for a payer to know whom they pay for, no register of names for a bank."""
    first, *rest = name.split() or [""]
    return " ".join([first, *(f"{part[0]}." for part in rest)])[:50]
