"""What each member of an agent owes and stands to lose, for the phone and for pages: four statements, whatever their number.

The amount is that of the open bills for what is missing, and for months nobody has billed yet their price, less what is held for
the member; whoever pays it is protected again. Rupiah; months are first days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson

from perisai.contributions.cover import cover
from perisai.contributions.cover.cover import Standing
from perisai.contributions.cover.lapse import cannot_return
from perisai.contributions.cover.rule import add_months
from perisai.contributions.tariffs import pricing
from perisai.contributions.tariffs.tariff import PriceError
from perisai.events.work import Work
from perisai.payments.crediting import held

MONTH, TOTAL = 0, 6
"""Where month and total stand in a line of a bill."""

# Carried by enrolment_agent, or by the primary key; the person and the contact row by theirs.
_MEMBERS: LiteralString = """
SELECT e.id, e.segment, e.state, e.paid_through, e.income, e.programmes, e.transport, e.risk, e.payment_code, e.place,
  e.region_code, e.captured_on, e.agent_id, p.name, p.phone, p.birth_date, c.stopped, c.is_sick, c.promised_on, c.outcome,
  c.outcome_on
FROM members_enrolment e
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN reminders_contact c ON c.branch_id = e.branch_id AND c.enrolment_id = e.id
WHERE e.branch_id = %(branch)s AND e.state = ANY ('{accepted,active,lapsed}')
"""
_OF_AGENT: LiteralString = " AND e.agent_id = %(agent)s ORDER BY e.id"
_OF_IDS: LiteralString = " AND e.id = ANY (%(ids)s::uuid[]) ORDER BY e.id"

# Carried by bill_enrolment. What a sponsor pays costs the member nothing.
_BILLS: LiteralString = """
SELECT enrolment_id, lines, CASE WHEN sponsor_id IS NULL THEN amount ELSE 0 END, pay_by FROM contributions_bill
WHERE branch_id = %s AND enrolment_id = ANY (%s::uuid[]) AND state = 'open'
ORDER BY enrolment_id, first_month, id
"""
_FUNDED: LiteralString = """
SELECT enrolment_id, first_month, last_month FROM payers_funding
WHERE branch_id = %s AND enrolment_id = ANY (%s::uuid[]) AND (last_month IS NULL OR last_month >= first_month)
"""


@dataclass(frozen=True, slots=True)
class Due:
    """``months``: what is missing to be safe, in order: owed ones, or the next one of who is protected. ``lost``: why they could
    not come back once it has ended: age, sick or ''. ``is_funded``: somebody else pays the first of these months. ``held``: money
    of theirs that no bill has taken yet; ``amount`` is what they still have to bring beside it."""

    enrolment_id: UUID
    agent_id: UUID | None
    segment: str
    state: str
    name: str
    phone: str | None
    region_code: str
    place: dict[str, float] | None
    standing: Standing
    months: tuple[date, ...]
    amount: int
    held: int
    payment_code: str | None
    pay_by: datetime | None
    """Of somebody who has never paid: when the code stops working."""
    captured_on: date
    is_funded: bool
    lost: str
    stopped: str
    promised_on: date | None
    outcome: str
    outcome_on: date | None

    @property
    def ends_on(self) -> date | None:
        """The last day on which paying still keeps what there is."""
        if self.standing.word == "none":
            return self.pay_by.date() if self.pay_by else None
        return self.standing.catch_up_until or self.standing.protected_through


def of_agent(work: Work, *, branch_id: int, agent_id: UUID, today: date) -> list[Due]:
    """Of everybody in the agent's care."""
    return _dues(work, branch_id, work.dicts(_MEMBERS + _OF_AGENT, {"branch": branch_id, "agent": agent_id}), today)


def of_enrolments(work: Work, *, branch_id: int, enrolment_ids: Sequence[UUID], today: date) -> list[Due]:
    rows = work.dicts(_MEMBERS + _OF_IDS, {"branch": branch_id, "ids": list(enrolment_ids)})
    return _dues(work, branch_id, rows, today)


def _dues(work: Work, branch_id: int, rows: list[dict[str, Any]], today: date) -> list[Due]:
    ids = [row["id"] for row in rows]
    bills: dict[UUID, list[tuple[list[list[Any]], int, datetime]]] = {}
    for enrolment_id, lines, amount, pay_by in work.rows(_BILLS, [branch_id, ids]) if ids else []:
        told = orjson.loads(lines) if isinstance(lines, str | bytes) else lines
        bills.setdefault(enrolment_id, []).append((told, int(amount), pay_by))
    funded: dict[UUID, list[tuple[date, date | None]]] = {}
    for enrolment_id, first, last in work.rows(_FUNDED, [branch_id, ids]) if ids else []:
        funded.setdefault(enrolment_id, []).append((first, last))
    there = held.balance(work, branch_id=branch_id, enrolment_ids=ids) if ids else {}
    asked = [_missing(row, today) for row in rows]
    sums = _amounts(rows, [months for _standing, months in asked], bills)
    return [
        _due(
            row, standing, months, amount, there.get(row["id"], 0), bills.get(row["id"], []), funded.get(row["id"], [])
        )
        for row, (standing, months), amount in zip(rows, asked, sums, strict=True)
    ]


def _missing(row: dict[str, Any], today: date) -> tuple[Standing, tuple[date, ...]]:
    standing = cover.standing(state=row["state"], paid_through=row["paid_through"], today=today, segment=row["segment"])
    if standing.word not in ("protected", "catch_up"):
        return standing, ()
    return standing, standing.owed_months or (add_months(row["paid_through"], 1),)


def _amounts(
    rows: list[dict[str, Any]],
    asked: list[tuple[date, ...]],
    bills: dict[UUID, list[tuple[list[list[Any]], int, datetime]]],
) -> list[int]:
    """Of each: its open bills that hold a missing month, whole, and the price of what no bill holds."""
    billed, to_price, places = [0] * len(rows), [], []
    for at, (row, months) in enumerate(zip(rows, asked, strict=True)):
        left = {f"{month:%Y-%m}": month for month in months}
        for lines, amount, _pay_by in bills.get(row["id"], []):
            named = [line[MONTH] for line in lines]
            if not months or any(month in left for month in named):
                billed[at] += amount
                for month in named:
                    left.pop(month, None)
        if left:
            places.append(at)
            to_price.append(_question(row, tuple(sorted(left.values()))))
    for at, prices in zip(places, _priced(to_price), strict=True):
        billed[at] += prices
    return billed


def _question(row: dict[str, Any], months: tuple[date, ...]) -> pricing.Asked:
    programmes = frozenset(row["programmes"])
    return pricing.Asked(row["segment"], row["income"], programmes, row["transport"], row["risk"], months)


def _priced(asked: list[pricing.Asked]) -> list[int]:
    """Whose price cannot be told costs nothing here: the bill will say."""
    try:
        return [pricing.total(prices) for prices in pricing.price_many(asked)]
    except PriceError:
        return [_priced_alone(one) for one in asked]


def _priced_alone(one: pricing.Asked) -> int:
    try:
        return pricing.total(pricing.price_many([one])[0])
    except PriceError:
        return 0


def _due(
    row: dict[str, Any],
    standing: Standing,
    months: tuple[date, ...],
    amount: int,
    kept: int,
    bills: list[tuple[list[list[Any]], int, datetime]],
    funded: list[tuple[date, date | None]],
) -> Due:
    over = standing.catch_up_until or standing.protected_through
    lost = "sick" if row["is_sick"] else ""
    if over is not None and row["segment"] == "BPU" and cannot_return(row["birth_date"], on=over):
        lost = "age"
    first = months[0] if months else None
    return Due(
        enrolment_id=row["id"],
        agent_id=row["agent_id"],
        segment=row["segment"],
        state=row["state"],
        name=row["name"],
        phone=row["phone"],
        region_code=row["region_code"],
        place=_place(row["place"]),
        standing=standing,
        months=months,
        amount=max(amount - kept, 0),
        held=kept,
        payment_code=row["payment_code"],
        pay_by=max((pay_by for _lines, _amount, pay_by in bills), default=None),
        captured_on=row["captured_on"],
        is_funded=first is not None and any(since <= first and (last or first) >= first for since, last in funded),
        lost=lost,
        stopped=row["stopped"] or "",
        promised_on=row["promised_on"],
        outcome=row["outcome"] or "",
        outcome_on=row["outcome_on"],
    )


def _place(told: Any) -> dict[str, float] | None:
    found = orjson.loads(told) if isinstance(told, str | bytes) else told
    if not isinstance(found, dict):
        return None
    lat, lon = found.get("lat"), found.get("lon")
    return (
        {"lat": float(lat), "lon": float(lon)}
        if isinstance(lat, float | int) and isinstance(lon, float | int)
        else None
    )
