"""What a member declares from a month on: income, jobs, programmes. Paid months stay; open bills from that month on are
cancelled by counter-entry and issued anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from perisai.contributions.bills import advance, month_facts
from perisai.contributions.cover.eligibility import Applicant, check_entry
from perisai.contributions.cover.rule import add_months
from perisai.contributions.rules.in_force import load
from perisai.contributions.tariffs import tariff
from perisai.contributions.tariffs.tariff import PriceError, months_from
from perisai.errors import Refused
from perisai.events.work import Happened, Work, branch_day
from perisai.members.decision import Decision
from perisai.payments.books import ledger
from perisai.payments.orders import broken
from perisai.training.told import Learner, Told

MOST_AHEAD = 12
"""Months: nobody declares today what they earn in two years."""
REASONS: Final = ("entered_wrong", "told_in_time", "authority")
"""Why the head of a branch lets a change hold for months that have begun."""

_LOCK: LiteralString = """
SELECT e.state, e.paid_through, e.payment_code, e.segment, e.income, e.base_income, e.programmes, e.jobs, e.transport,
  e.employs_others, e.first_month, e.agent_id, e.sub_branch_id, e.agency_office_id, e.region_code, p.birth_date
FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE e.branch_id = %s AND e.id = %s AND (%s::uuid IS NULL OR e.agent_id = %s) FOR UPDATE OF e
"""
# The facts so far are written once, so that months before the first change keep them; what was planned for later months gives way.
_WRITE: LiteralString = """
WITH later AS (
  UPDATE contributions_terms SET income = %(income)s, base_income = %(base)s, programmes = %(programmes)s, jobs = %(jobs)s,
    transport = %(transport)s, employs_others = %(employs)s, changed_at = %(now)s, changed_by = %(user)s
  WHERE branch_id = %(branch)s AND enrolment_id = %(enrolment)s AND from_month >= %(month)s RETURNING from_month
)
INSERT INTO contributions_terms (branch_id, enrolment_id, from_month, income, base_income, programmes, jobs, transport,
  employs_others, changed_at, changed_by)
SELECT %(branch)s, %(enrolment)s, %(month)s, %(income)s::bigint, %(base)s::bigint, %(programmes)s::text[], %(jobs)s::text[],
  %(transport)s::boolean, %(employs)s::boolean, %(now)s::timestamptz, %(user)s::uuid
WHERE %(month)s::date NOT IN (SELECT from_month FROM later)
UNION ALL
SELECT e.branch_id, e.id, least(coalesce(e.first_month, %(month)s), %(month)s::date - interval '1 month')::date, e.income,
  e.base_income, e.programmes, e.jobs, e.transport, e.employs_others, e.received_at, NULL
FROM members_enrolment e WHERE e.branch_id = %(branch)s AND e.id = %(enrolment)s AND NOT EXISTS (
  SELECT FROM contributions_terms t WHERE t.branch_id = e.branch_id AND t.enrolment_id = e.id)
"""
# By the key of contributions_terms; only enrolments that differ are touched.
_EFFECT: LiteralString = """
UPDATE members_enrolment e SET income = t.income, base_income = t.base_income, programmes = t.programmes, jobs = t.jobs,
  transport = t.transport, employs_others = t.employs_others
FROM (
  SELECT DISTINCT ON (enrolment_id) * FROM contributions_terms
  WHERE branch_id = %(branch)s AND from_month <= %(today)s AND (%(enrolment)s::uuid IS NULL OR enrolment_id = %(enrolment)s)
  ORDER BY enrolment_id, from_month DESC
) t
WHERE e.branch_id = %(branch)s AND e.id = t.enrolment_id AND e.segment = 'BPU'
  AND (e.income, e.programmes, e.jobs, e.transport, e.employs_others)
    IS DISTINCT FROM (t.income, t.programmes, t.jobs, t.transport, t.employs_others)
"""
# Carried by bill_one_a_month; what a sponsor pays follows the terms too.
_CANCEL: LiteralString = """
UPDATE contributions_bill SET state = 'cancelled'
WHERE branch_id = %s AND enrolment_id = %s AND state = 'open' AND first_month + make_interval(months => months::int) > %s
RETURNING id, first_month, months, lines, amount, sponsor_id
"""
_NEWEST: LiteralString = """
SELECT from_month, income, programmes, jobs, changed_at FROM contributions_terms
WHERE branch_id = %s AND enrolment_id = %s ORDER BY from_month
"""


class Wanted(BaseModel):
    """What holds from ``from_month`` on. ``confirmation``: how the member agreed, as in an enrolment; staff have it on paper."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    enrolment: UUID
    from_month: date
    income: int = Field(ge=0, le=10**12)
    jobs: tuple[str, ...] = Field(min_length=1, max_length=10)
    programmes: frozenset[str]
    employs_others: bool = False

    @field_validator("from_month", mode="before")
    @classmethod
    def _month(cls, value: Any) -> Any:
        return f"{value}-01" if isinstance(value, str) and len(value) == 7 else value

    @field_validator("jobs", mode="before")
    @classmethod
    def _codes(cls, value: Any) -> Any:
        return (
            [one.get("code") if isinstance(one, dict) else one for one in value] if isinstance(value, list) else value
        )


@dataclass(frozen=True)
class Changed:
    """What became of the member's open bills: how many were issued anew, and what they came to before and now. Rupiah."""

    bills: int
    before: int
    now: int


@dataclass(frozen=True)
class Held:
    """What holds since a month."""

    from_month: date
    income: int
    programmes: list[str]
    jobs: list[str]
    changed_at: Any


def change(
    work: Work,
    *,
    branch_id: int,
    timezone: str,
    wanted: Wanted,
    agent_id: UUID | None = None,
    told_on: date | None = None,
    why: str = "",
) -> Changed:
    """Takes it down and issues open bills anew. A month that had begun when it was told (``told_on``, by default today) keeps its
    price, or arrears could be made smaller afterwards; the head of the branch may let it hold, with a reason (``why``).

    Raises E1004, E4105 (no active BPU member), E4109 (too early or too far ahead), E4115 (the month has begun), E4106 (the month is
    paid), E4107 (nothing changes), E4104 (against the rules of entry).
    """
    row = work.row(_LOCK, [branch_id, wanted.enrolment, agent_id, agent_id])
    if row is None:
        raise Refused("E1004")
    state, paid_through, code, segment, *facts = row
    income, _, programmes, jobs, _, employs, _, *whom, birth_date = facts
    if state != "active" or segment != "BPU":
        raise Refused("E4105")
    today = branch_day(work.now, timezone)
    _check_month(wanted, paid_through, today)
    _check_begun(wanted, min(told_on or today, today), why)
    if (wanted.income, wanted.programmes, wanted.jobs, wanted.employs_others) == (
        income, frozenset(programmes), tuple(jobs), employs,
    ) and not history(work, branch_id=branch_id, enrolment_id=wanted.enrolment):  # fmt: skip
        raise Refused("E4107")
    base = _check_rules(wanted, birth_date, today)
    work.execute(_WRITE, _row(work, branch_id, wanted, base))
    effect = {"branch": branch_id, "today": today, "enrolment": wanted.enrolment}
    if wanted.from_month <= today:
        work.execute(_EFFECT, effect)
    _report(work, branch_id, wanted, whom, why)
    return _issue_anew(work, branch_id, timezone, wanted, code, whom)


def take_effect(work: Work, *, branch_id: int, timezone: str) -> int:
    """Terms whose month has begun stand on the enrolment from then on; how many changed. One statement."""
    today = branch_day(work.now, timezone)
    return work.execute(_EFFECT, {"branch": branch_id, "today": today, "enrolment": None})


def history(work: Work, *, branch_id: int, enrolment_id: UUID) -> list[Held]:
    """What held since which month, and what will; nothing where it never changed."""
    return [Held(*row) for row in work.rows(_NEWEST, [branch_id, enrolment_id])]


def judge_many(work: Work, learner: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Ops ``change_terms`` of one phone (device protocol): the form of ``Wanted`` with the member's ``confirmation``."""
    return {one.op_id: _judge(work, learner, one) for one in told}


def _judge(work: Work, learner: Learner, one: Told) -> Decision:
    try:
        wanted = Wanted.model_validate(one.body)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "body"
        return Decision("rejected", "E4114", {"params": {"field": field}})
    confirmation = one.body.get("confirmation")
    if not isinstance(confirmation, dict) or not str(confirmation.get("name") or "").strip():
        return Decision("rejected", "E4108", None)
    try:
        changed = change(
            work,
            branch_id=learner.branch_id,
            timezone=learner.timezone,
            wanted=wanted,
            agent_id=learner.trainee_id,
            told_on=None if one.captured.doubtful else branch_day(one.captured.estimate, learner.timezone),
        )
    except Refused as refused:
        return Decision("rejected", refused.code, {"params": refused.params})
    return Decision("accepted", None, {"enrolment": str(wanted.enrolment), "amount": changed.now})


def _check_month(wanted: Wanted, paid_through: date | None, today: date) -> None:
    if paid_through is not None and wanted.from_month <= paid_through:
        raise Refused("E4106", month=f"{wanted.from_month:%m-%Y}")
    latest = add_months(today, MOST_AHEAD)
    earliest = add_months(paid_through, 1) if paid_through else today.replace(day=1)
    if wanted.from_month.day != 1 or not earliest <= wanted.from_month <= latest:
        raise Refused("E4109", month=f"{earliest:%m-%Y}")


def _check_begun(wanted: Wanted, told_on: date, why: str) -> None:
    if why not in ("", *REASONS):
        raise Refused("E4114", field="why")
    following = add_months(told_on, 1)
    if wanted.from_month < following and not why:
        raise Refused("E4115", month=f"{following:%m-%Y}")


def _check_rules(wanted: Wanted, birth_date: date, today: date) -> int:
    """The base of the new income. Age is asked only where somebody enters."""
    if any(job not in load().sectors for job in wanted.jobs):
        raise Refused("E4114", field="jobs")
    applicant = Applicant(birth_date, wanted.income, len(wanted.jobs), 1, wanted.programmes, wanted.employs_others)
    unmet = [one for one in check_entry(applicant, on=today) if one.verdict == "refuse" and one.field != "birth_date"]
    if unmet:
        raise Refused("E4104", reason=unmet[0].text.id, reason_en=unmet[0].text.en)
    if not wanted.programmes <= tariff.OFFERED:
        raise Refused("E4114", field="programmes")
    try:
        return tariff.base_of(wanted.income, wanted.from_month)
    except PriceError as error:
        raise Refused("E4104", reason=error.field, reason_en=error.field) from None


def _row(work: Work, branch_id: int, wanted: Wanted, base: int) -> dict[str, Any]:
    return {
        "branch": branch_id,
        "enrolment": wanted.enrolment,
        "month": wanted.from_month,
        "income": wanted.income,
        "base": base,
        "programmes": sorted(wanted.programmes),
        "jobs": list(wanted.jobs),
        "transport": load().sectors[wanted.jobs[0]] == "transport",
        "employs": wanted.employs_others,
        "now": work.now,
        "user": work.actor.user_id,
    }


def _issue_anew(work: Work, branch_id: int, timezone: str, wanted: Wanted, code: str, whom: Sequence[Any]) -> Changed:
    """Each open bill from the month on: the old one out of the books, a new one for the same months into them."""
    cancelled = work.rows(_CANCEL, [branch_id, wanted.enrolment, wanted.from_month])
    if not cancelled:
        return Changed(0, 0, 0)
    broken.mark(work, branch_id=branch_id, bill_ids=[row[0] for row in cancelled])
    lines = [orjson.loads(row[3]) if isinstance(row[3], str | bytes) else row[3] for row in cancelled]
    ledger.reverse_billing(work, branch_id, *ledger.Income.of(line for each in lines for line in each))
    rows = []
    for bill_id, first_month, months, _, amount, sponsor_id in sorted(cancelled, key=lambda row: row[1]):
        every = months_from(first_month, months)
        facts = month_facts.facts_of(work, branch_id=branch_id, enrolment_id=wanted.enrolment, months=every)
        prices = month_facts.price_each(facts)
        rows.append(advance.row_of(prices, timezone=timezone, replaces=bill_id, sponsor=sponsor_id))
        _report_cancelled(work, branch_id, wanted.enrolment, whom, (bill_id, first_month, months, amount))
    advance.insert(
        work, branch_id=branch_id, enrolment_id=wanted.enrolment, payment_code=code, origin="terms", rows=rows
    )
    for row in rows:
        advance.report_issued(
            work, branch_id=branch_id, enrolment_id=wanted.enrolment, whom=whom, row=row, origin="terms"
        )
    return Changed(len(rows), sum(row[4] for row in cancelled), sum(row["amount"] for row in rows))


def _report(work: Work, branch_id: int, wanted: Wanted, whom: Sequence[Any], why: str) -> None:
    detail = {
        "from_month": f"{wanted.from_month:%Y-%m}",
        "income": wanted.income,
        "programmes": sorted(wanted.programmes),
        "why": why,
    }
    work.report(Happened.to("terms_changed", branch_id, (wanted.enrolment, *whom), detail=detail))


def _report_cancelled(
    work: Work, branch_id: int, enrolment_id: UUID, whom: Sequence[Any], told: tuple[UUID, date, int, int]
) -> None:
    bill_id, first_month, months, amount = told
    detail = {"bill": bill_id, "first_month": first_month, "months": months, "reason": "terms"}
    work.report(Happened.to("bill_cancelled", branch_id, (enrolment_id, *whom), amount=amount, detail=detail))
