"""What decides the price of each month of one enrolment: the terms of that month, and whether somebody else pays it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, LiteralString
from uuid import UUID

from perisai.contributions.tariffs import pricing
from perisai.contributions.tariffs.tariff import MonthPrice
from perisai.events.work import Work

# Terms by their key; fundings by funding_once_a_month, the wage by wage_of_month.
_FACTS: LiteralString = """
SELECT m.month::date, CASE e.segment WHEN 'PU' THEN coalesce(w.wage, e.income) ELSE coalesce(t.income, e.income) END,
  coalesce(t.programmes, e.programmes), coalesce(t.transport, e.transport), e.risk, e.segment, f.sponsor_id,
  coalesce(f.is_state, false), f.programmes
FROM members_enrolment e CROSS JOIN unnest(%(months)s::date[]) AS m (month)
LEFT JOIN LATERAL (
  SELECT income, programmes, transport FROM contributions_terms
  WHERE branch_id = e.branch_id AND enrolment_id = e.id AND from_month <= m.month ORDER BY from_month DESC LIMIT 1
) t ON true
LEFT JOIN LATERAL (
  SELECT wage FROM employers_wage WHERE branch_id = e.branch_id AND enrolment_id = e.id AND from_month <= m.month
  ORDER BY from_month DESC, id DESC LIMIT 1
) w ON e.segment = 'PU'
LEFT JOIN payers_funding f ON f.branch_id = e.branch_id AND f.enrolment_id = e.id AND f.first_month <= m.month
  AND coalesce(f.last_month, m.month) >= m.month
WHERE e.branch_id = %(branch)s AND e.id = %(enrolment)s ORDER BY 1
"""


@dataclass(frozen=True)
class MonthFacts:
    """One month's. ``sponsor_id``: who pays it instead of the member; ``programmes`` are those that are billed then."""

    month: date
    income: int
    programmes: frozenset[str]
    transport: bool
    risk: str | None
    segment: Literal["BPU", "PU"]
    sponsor_id: UUID | None
    is_state: bool


def facts_of(work: Work, *, branch_id: int, enrolment_id: UUID, months: Sequence[date]) -> list[MonthFacts]:
    """Of each of ``months``, in their order. One statement."""
    rows = work.rows(_FACTS, {"branch": branch_id, "enrolment": enrolment_id, "months": list(months)})
    found = []
    for month, income, programmes, transport, risk, segment, sponsor_id, is_state, funded in rows:
        billed = frozenset(programmes) if funded is None else frozenset(programmes) & frozenset(funded)
        found.append(MonthFacts(month, income, billed, transport, risk, segment, sponsor_id, is_state))
    return found


def price_each(facts: Sequence[MonthFacts]) -> list[MonthPrice]:
    """What each month costs. Pure; raises ``tariff.PriceError``."""
    asked = [
        pricing.Asked(one.segment, one.income, one.programmes, one.transport, one.risk, (one.month,), one.is_state)
        for one in facts
    ]
    return [prices[0] for prices in pricing.price_many(asked)]
