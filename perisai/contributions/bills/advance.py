"""Months paid in advance: any number up to what the rules take, counted from the first that is not paid, priced month by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from perisai.contributions.bills import bill, month_facts
from perisai.contributions.cover.eligibility import in_force
from perisai.contributions.cover.rule import add_months
from perisai.contributions.rules.in_force import load
from perisai.contributions.runs.run import pay_by_day
from perisai.contributions.tariffs import pricing
from perisai.contributions.tariffs.tariff import MonthPrice, PriceError, months_from
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work, branch_day
from perisai.members.decision import Decision
from perisai.payments.books import ledger
from perisai.training.told import Learner, Told

_LOCK: LiteralString = """
SELECT e.state, e.paid_through, e.payment_code, e.agent_id, e.sub_branch_id, e.agency_office_id, e.region_code, e.segment
FROM members_enrolment e WHERE e.branch_id = %s AND e.id = %s AND (%s::uuid IS NULL OR e.agent_id = %s)
"""
_FOR_UPDATE: Final[LiteralString] = " FOR UPDATE"
# Carried by bill_one_a_month.
_BILLED: LiteralString = """
SELECT first_month, months, state, lines, pay_by, sponsor_id IS NOT NULL FROM contributions_bill
WHERE branch_id = %s AND enrolment_id = %s AND state IN ('open', 'paid')
  AND first_month + make_interval(months => months::int) > %s ORDER BY first_month
"""
_INSERT: LiteralString = """
INSERT INTO contributions_bill (branch_id, id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules,
  issued_at, priced_at, pay_by, origin, replaces_id, sponsor_id)
SELECT %(branch)s, b.id, %(enrolment)s, %(code)s, 'open', b.first_month, b.months, b.lines, b.amount, %(rules)s, %(now)s, %(now)s,
  b.pay_by, %(origin)s, b.replaces, b.sponsor
FROM jsonb_to_recordset(%(rows)s::jsonb)
  AS b (id uuid, first_month date, months int, lines jsonb, amount bigint, pay_by timestamptz, replaces uuid, sponsor uuid)
"""


class Wanted(BaseModel):
    """The op ``advance_bill``; ``months`` counted from the first that is not paid."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    enrolment: UUID
    months: int = Field(ge=1, le=60)


@dataclass(frozen=True)
class Month:
    """One month of a plan as people see it. Rupiah; ``is_billed``: on a bill that is open already."""

    month: date
    jkk: int
    jkm: int
    jht: int
    relief: int
    total: int
    is_billed: bool

    @property
    def gross(self) -> int:
        return self.jkk + self.jkm + self.jht


@dataclass(frozen=True)
class Plan:
    """What paying so many months comes to: ``amount`` for all ``months``; of them ``fresh`` are on no bill yet. ``until``: the
    last moment to pay the first of them."""

    payment_code: str
    months: tuple[Month, ...]
    fresh: tuple[date, ...]
    until: datetime

    @property
    def amount(self) -> int:
        return sum(one.total for one in self.months)


@dataclass(frozen=True)
class _Member:
    state: str
    paid_through: date | None
    payment_code: str
    whom: tuple[Any, ...]
    segment: str


def most_months() -> int:
    """How many months the rules take at once."""
    rule = load().entry.rules.months_most
    return in_force(rule, max(rule.values))


def plan(
    work: Work, *, branch_id: int, timezone: str, enrolment_id: UUID, months: int, agent_id: UUID | None = None
) -> Plan:
    """What it would come to; writes nothing. Raises as ``issue``."""
    member = _member(work, branch_id, enrolment_id, agent_id, lock=False)
    return _plan(work, branch_id, timezone, enrolment_id, member, months)


def issue(
    work: Work, *, branch_id: int, timezone: str, enrolment_id: UUID, months: int, agent_id: UUID | None = None
) -> Plan:
    """Bills what is not billed yet of so many months from the first unpaid one, payable with the member's code.

    Raises E1004, E4105 (no active member), E4101 (number of months), E4102 (too far ahead), E4103 (a sponsor pays one of them),
    E4104 (the rules price none).
    """
    member = _member(work, branch_id, enrolment_id, agent_id, lock=True)
    found = _plan(work, branch_id, timezone, enrolment_id, member, months)
    if found.fresh:
        _write(work, branch_id, timezone, enrolment_id, member, found.fresh)
    return found


def judge_many(work: Work, learner: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Ops ``advance_bill`` of one phone (device protocol): the form of ``Wanted``."""
    return {one.op_id: _judge(work, learner, one) for one in told}


def insert(
    work: Work, *, branch_id: int, enrolment_id: UUID, payment_code: str, origin: str, rows: list[dict[str, Any]]
) -> None:
    """Writes open bills of a locked enrolment, and into the books. Two statements."""
    told = {"branch": branch_id, "enrolment": enrolment_id, "code": payment_code, "origin": origin, "now": work.now}
    work.execute(_INSERT, told | {"rules": load().version, "rows": orjson.dumps(rows).decode()})
    ledger.record_billing(work, branch_id, *ledger.Income.of(line for row in rows for line in row["lines"]))


def row_of(prices: Sequence[MonthPrice], *, timezone: str, **more: Any) -> dict[str, Any]:
    """One bill for months in a row, as ``insert`` takes it."""
    first = prices[0].month
    return {
        "id": uuid7(),
        "first_month": first,
        "months": len(prices),
        "lines": bill.lines_of(list(prices)),
        "amount": pricing.total(prices),
        "pay_by": bill.last_moment_of(pay_by_day(first), timezone),
    } | more


def _member(work: Work, branch_id: int, enrolment_id: UUID, agent_id: UUID | None, *, lock: bool) -> _Member:
    sql: LiteralString = _LOCK + _FOR_UPDATE if lock else _LOCK
    row = work.row(sql, [branch_id, enrolment_id, agent_id, agent_id])
    if row is None:
        raise Refused("E1004")
    state, paid_through, code, *whom, segment = row
    if state != "active" or segment != "BPU" or paid_through is None or code is None:
        raise Refused("E4105")
    return _Member(state, paid_through, code, tuple(whom), segment)


def _plan(work: Work, branch_id: int, timezone: str, enrolment_id: UUID, member: _Member, count: int) -> Plan:
    assert member.paid_through is not None
    if not 1 <= count <= most_months():
        raise Refused("E4101", most=most_months())
    today = branch_day(work.now, timezone)
    first = add_months(member.paid_through, 1)
    billed: dict[date, list[Any]] = {}
    paid: set[date] = set()
    whole: dict[date, date] = {}
    """Of months on open bills: the bill's first month; a bill is paid as a whole."""
    for begins, months, state, lines, _, is_sponsored in work.rows(_BILLED, [branch_id, enrolment_id, first]):
        covered = months_from(begins, months)
        if state == "paid" or is_sponsored:
            paid.update(covered)
        else:
            read = orjson.loads(lines) if isinstance(lines, str | bytes) else lines
            billed.update(zip(covered, read, strict=True))
            whole.update(dict.fromkeys(covered, begins))
    wanted = _unpaid(first, count, paid)
    wanted += sorted(month for month, begins in whole.items() if month > wanted[-1] >= begins)
    latest = add_months(today, most_months())
    if wanted[-1] > latest:
        raise Refused("E4102", month=f"{latest:%m-%Y}")
    facts = month_facts.facts_of(work, branch_id=branch_id, enrolment_id=enrolment_id, months=wanted)
    funded = next((one.month for one in facts if one.sponsor_id and one.month not in billed), None)
    if funded:
        raise Refused("E4103", month=f"{funded:%m-%Y}")
    prices = dict(zip(wanted, _priced(facts), strict=True))
    told = tuple(_month(month, prices[month], billed.get(month)) for month in wanted)
    until = bill.last_moment_of(max(pay_by_day(wanted[0]), today), timezone)
    return Plan(member.payment_code, told, tuple(m for m in wanted if m not in billed), until)


def _unpaid(first: date, count: int, paid: set[date]) -> list[date]:
    months: list[date] = []
    month = first
    while len(months) < count:
        if month not in paid:
            months.append(month)
        month = add_months(month, 1)
    return months


def _priced(facts: Sequence[month_facts.MonthFacts]) -> list[MonthPrice]:
    try:
        return month_facts.price_each(facts)
    except PriceError as error:
        raise Refused("E4104", reason=error.field, reason_en=error.field) from None


def _month(month: date, price: MonthPrice, line: list[Any] | None) -> Month:
    if line is not None:
        return Month(month, line[2], line[3], line[4], line[5], line[6], True)
    return Month(month, price.jkk, price.jkm, price.jht, price.relief, price.total, False)


def _write(
    work: Work, branch_id: int, timezone: str, enrolment_id: UUID, member: _Member, fresh: Sequence[date]
) -> None:
    """One bill for each run of months that follow one another."""
    facts = month_facts.facts_of(work, branch_id=branch_id, enrolment_id=enrolment_id, months=fresh)
    rows = [row_of(part, timezone=timezone) for part in _in_a_row(_priced(facts))]
    insert(
        work,
        branch_id=branch_id,
        enrolment_id=enrolment_id,
        payment_code=member.payment_code,
        origin="advance",
        rows=rows,
    )
    for row in rows:
        report_issued(work, branch_id=branch_id, enrolment_id=enrolment_id, whom=member.whom, row=row, origin="advance")


def report_issued(
    work: Work, *, branch_id: int, enrolment_id: UUID, whom: Sequence[Any], row: dict[str, Any], origin: str
) -> None:
    """The event of one bill; ``whom`` is agent, sub-branch, agency office and region."""
    work.report(
        Happened.to(
            "bill_issued",
            branch_id,
            (enrolment_id, *whom),
            amount=row["amount"],
            detail={
                "bill": row["id"],
                "first_month": row["first_month"],
                "months": row["months"],
                "origin": origin,
                "replaces": row.get("replaces"),
            },
        )
    )


def _in_a_row(prices: Sequence[MonthPrice]) -> list[list[MonthPrice]]:
    parts: list[list[MonthPrice]] = []
    for price in prices:
        if parts and add_months(parts[-1][-1].month, 1) == price.month:
            parts[-1].append(price)
        else:
            parts.append([price])
    return parts


def _judge(work: Work, learner: Learner, one: Told) -> Decision:
    try:
        wanted = Wanted.model_validate(one.body)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "body"
        return Decision("rejected", "E4114", {"params": {"field": field}})
    try:
        found = issue(
            work,
            branch_id=learner.branch_id,
            timezone=learner.timezone,
            enrolment_id=wanted.enrolment,
            months=wanted.months,
            agent_id=learner.trainee_id,
        )
    except Refused as refused:
        return Decision("rejected", refused.code, {"params": refused.params})
    result = {"enrolment": str(wanted.enrolment), "payment_code": found.payment_code, "amount": found.amount}
    return Decision("accepted", None, result)
