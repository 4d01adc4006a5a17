"""An enrolment that waits for a decision, and what comes of it once it is accepted: number, bill, event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from perisai.contributions.bills import bill
from perisai.events.vault import unseal
from perisai.events.work import Happened, Work
from perisai.payments.codes import code as codes

COLUMNS: LiteralString = """e.id, e.segment, e.agent_id, e.sub_branch_id, e.agency_office_id, e.region_code, e.device_id,
  e.captured_from, e.captured_to, e.captured_on, e.income, e.programmes, e.transport, e.months, p.nik_hash, p.nik_sealed,
  e.payment_code"""
"""Of members_enrolment ``e`` and members_person ``p``, in the order of ``Waiting``."""


@dataclass(frozen=True)
class Waiting:
    """Locked. ``payment_code``: the leased one that the worker left with, reserved for them. ``quota_period``: of a slot that it
    holds already."""

    id: UUID
    segment: str
    agent_id: UUID | None
    sub_branch_id: int | None
    agency_office_id: int | None
    region_code: str
    device_id: UUID | None
    captured_from: datetime
    captured_to: datetime
    captured_on: date
    income: int
    programmes: list[str]
    transport: bool
    months: int
    nik_hash: bytes
    nik_sealed: bytes
    payment_code: str | None
    quota_period: date | None = None
    quota_over: bool = False


def number(work: Work, branch_id: int, segment: str, accepted: Sequence[Waiting]) -> dict[UUID, str]:
    """The code that each left with, otherwise a new one. A wage earner is not found by NIK: it is the code of the person's own dues
    (BPU), if they have any."""
    kept = {one.id: one.payment_code for one in accepted if one.payment_code}
    if segment == "PU":
        new = [one.id for one in accepted if one.id not in kept]
        fresh = codes.take_numbers(work, branch_id=branch_id, count=len(new))
        return codes.issue_many(work, branch_id=branch_id, niks={}, kept=kept | dict(zip(new, fresh, strict=True)))
    niks = {one.id: unseal(one.nik_sealed).decode() for one in accepted}
    return codes.issue_many(work, branch_id=branch_id, niks=niks, kept=kept)


def bill_first(
    work: Work, branch_id: int, timezone: str, segment: str, accepted: Sequence[Waiting], numbers: dict[UUID, str]
) -> dict[UUID, bill.Issued]:
    """Empty for wage earners, whose employer is billed for all of them by the month."""
    if segment == "PU":
        return {}
    wanted = [
        bill.ToBill(one.id, numbers[one.id], one.income, frozenset(one.programmes), one.transport, one.months)
        for one in accepted
    ]
    return bill.issue_many(work, branch_id=branch_id, timezone=timezone, wanted=wanted)


def report_accepted(work: Work, branch_id: int, one: Waiting, issued: bill.Issued | None, **detail: str) -> None:
    month = issued.first_month if issued else one.captured_on.replace(day=1)
    told = detail | {"first_month": month.isoformat(), "months": one.months}
    report(work, branch_id, one, "review_accepted", told, amount=issued.amount if issued else 0)


def report(work: Work, branch_id: int, one: Waiting, kind: str, detail: dict[str, Any], *, amount: int = 0) -> None:
    subject = (one.id, one.agent_id, one.sub_branch_id, one.agency_office_id, one.region_code)
    captured = {"captured_from": one.captured_from, "captured_to": one.captured_to, "day": one.captured_on}
    about = {"segment": one.segment, "amount": amount, "device_id": one.device_id}
    work.report(Happened.to(kind, branch_id, subject, detail=detail, **about, **captured))
