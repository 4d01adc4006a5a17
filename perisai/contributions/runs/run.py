"""The month's bills of a branch: chunk by chunk, each in one transaction with its event and its ledger entries, and nothing
twice whoever runs it, how often, and wherever it was killed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, LiteralString
from uuid import UUID

import orjson

from perisai.contributions.bills.bill import last_moment_of, lines_of
from perisai.contributions.cover import rule as cover_rule
from perisai.contributions.rules.in_force import Rules, load
from perisai.contributions.tariffs import pricing
from perisai.contributions.tariffs.tariff import PriceError, months_from
from perisai.events.work import Happened, Work
from perisai.payments.books import ledger

CHUNK: Final = 10_000
FIRST: Final = UUID(int=0)
Segment = Literal["BPU", "PU"]
SKIPPED: Final = ("billed", "paid", "over", "no_code", "no_price")
"""Why somebody gets no bill: has one, another system was paid, membership is over by now, no payment code, the rules price none."""

# Wage earners only for the months they work in (employers_job, by its key).
_STATES: Final[dict[str, LiteralString]] = {
    "BPU": "e.state = 'active'",
    "PU": "e.state IN ('accepted', 'active') AND NOT EXISTS (SELECT FROM employers_job j WHERE j.branch_id = e.branch_id"
    " AND j.enrolment_id = e.id AND (j.first_month > %(month)s OR j.last_month < %(month)s))",
}
_ASKED: Final[LiteralString] = " AND e.id = ANY (%(ids)s::uuid[])"
_WHOSE: Final[LiteralString] = " AND e.enrolment_id = ANY (%(ids)s::uuid[])"

# Carried by enrolment_state, in the order of ids. Locked in a statement of its own: the next one must see what others, whom it
# waited for, have billed.
_LOCK: LiteralString = """
WITH locked AS (
  SELECT e.id FROM members_enrolment e
  WHERE e.branch_id = %(branch)s AND {state} AND e.segment = %(segment)s AND e.id > %(after)s{asked}
  ORDER BY e.id LIMIT %(most)s FOR NO KEY UPDATE
)
SELECT count(*), max(id::text)::uuid FROM locked
"""

# While a run writes, statistics know nothing of its bills yet: a plan that looks them up one by one may read all of the branch for
# each member, so that none is taken.
_WHOLE: LiteralString = "SELECT set_config('enable_nestloop', %s, true)"

# A row for each combination of facts that has one price: how many, and who they are, as text that goes back as it came. Bills
# and wages are read once for the whole chunk, by the range of its enrolments in bill_one_a_month and wage_of_month; terms by
# their key; who is funded is joined as a whole.
_COMBINE: LiteralString = """
WITH chunk AS (
  SELECT e.id, e.payment_code, coalesce(t.income, e.income) AS income,
    coalesce(t.programmes, e.programmes) AS programmes, coalesce(t.transport, e.transport) AS transport, e.months,
    t.until AS terms_until, e.paid_through {wage_column}
  FROM members_enrolment e
  LEFT JOIN LATERAL (
    SELECT t.income, t.programmes, t.transport, n.from_month AS until
    FROM (SELECT 1) AS one
    LEFT JOIN LATERAL (
      SELECT income, programmes, transport FROM contributions_terms
      WHERE branch_id = e.branch_id AND enrolment_id = e.id AND from_month <= %(month)s ORDER BY from_month DESC LIMIT 1
    ) t ON true
    LEFT JOIN LATERAL (
      SELECT from_month FROM contributions_terms
      WHERE branch_id = e.branch_id AND enrolment_id = e.id AND from_month > %(month)s ORDER BY from_month LIMIT 1
    ) n ON true
  ) t ON %(has_terms)s
  {wage_join}
  WHERE e.branch_id = %(branch)s AND {state} AND e.segment = %(segment)s AND e.id > %(after)s AND e.id <= %(last)s{asked}
), facts AS (
  SELECT c.id, c.payment_code, c.income, c.transport, c.risk, f.sponsor_id,
    coalesce(f.is_state, false) AS is_state,
    CASE WHEN f.programmes IS NULL THEN c.programmes
      ELSE ARRAY(SELECT p FROM unnest(c.programmes) AS p WHERE p = ANY (f.programmes) ORDER BY p) END AS programmes,
    CASE WHEN %(segment)s = 'PU' OR f.id IS NOT NULL THEN 1 ELSE least(c.months,
      12 * (extract(year FROM u.until) - extract(year FROM %(month)s::date))
        + extract(month FROM u.until) - extract(month FROM %(month)s::date))::int END AS months,
    CASE WHEN b.covers THEN 'billed' WHEN c.paid_through >= %(month)s THEN 'paid'
      WHEN c.paid_through <= %(lapsed_through)s THEN 'over' WHEN c.payment_code IS NULL THEN 'no_code' END AS skipped
  FROM chunk c
  LEFT JOIN (
    SELECT enrolment_id, bool_or(first_month <= %(month)s) AS covers, min(first_month) AS next FROM contributions_bill
    WHERE branch_id = %(branch)s AND enrolment_id > %(after)s AND enrolment_id <= %(last)s AND state IN ('open', 'paid')
      AND first_month > %(month)s::date - interval '12 months'
      AND first_month + make_interval(months => months::int) > %(month)s
    GROUP BY enrolment_id
  ) b ON b.enrolment_id = c.id
  LEFT JOIN payers_funding f ON f.branch_id = %(branch)s AND f.enrolment_id = c.id AND f.first_month <= %(month)s
    AND coalesce(f.last_month, %(month)s) >= %(month)s
  LEFT JOIN (
    SELECT enrolment_id, min(first_month) AS first_month FROM payers_funding
    WHERE branch_id = %(branch)s AND first_month > %(month)s AND coalesce(last_month, first_month) >= first_month
    GROUP BY enrolment_id
  ) n ON n.enrolment_id = c.id
  CROSS JOIN LATERAL (SELECT least(b.next, n.first_month, c.terms_until) AS until) u
)
SELECT skipped, income, programmes, transport, risk, is_state, sponsor_id, months, count(*)::int,
  array_agg(id ORDER BY id)::text, array_agg(payment_code ORDER BY id)::text
FROM (
  SELECT skipped, CASE WHEN skipped IS NULL THEN income END AS income,
    CASE WHEN skipped IS NULL THEN programmes END AS programmes, CASE WHEN skipped IS NULL THEN transport END AS transport,
    CASE WHEN skipped IS NULL THEN risk END AS risk, CASE WHEN skipped IS NULL THEN is_state END AS is_state,
    CASE WHEN skipped IS NULL THEN sponsor_id END AS sponsor_id, CASE WHEN skipped IS NULL THEN months END AS months,
    id, payment_code
  FROM facts
) AS told
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""
_NO_WAGE: LiteralString = ", NULL::text AS risk"
_WAGE: LiteralString = ", e.risk"
_WAGE_JOIN: LiteralString = """LEFT JOIN (
    SELECT DISTINCT ON (enrolment_id) enrolment_id, wage AS income FROM employers_wage AS e
    WHERE branch_id = %(branch)s AND enrolment_id > %(after)s AND enrolment_id <= %(last)s{whose} AND from_month <= %(month)s
    ORDER BY enrolment_id, from_month DESC, id DESC
  ) w ON w.enrolment_id = e.id"""

_INSERT: LiteralString = """
INSERT INTO contributions_bill (branch_id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules,
  issued_at, priced_at, pay_by, origin, run_id, sponsor_id)
SELECT %(branch)s, b.enrolment_id, b.payment_code, 'open', %(month)s, p.months, p.lines, p.amount, %(rules)s,
  %(now)s, %(now)s, %(pay_by)s, 'run', %(run)s, p.sponsor_id
FROM jsonb_to_recordset(%(prices)s::jsonb)
  AS p (months int, lines jsonb, amount bigint, sponsor_id uuid, ids text, codes text)
CROSS JOIN LATERAL unnest(p.ids::uuid[], p.codes::text[]) AS b (enrolment_id, payment_code)
ORDER BY b.enrolment_id
"""
_HAS_TERMS = "SELECT EXISTS (SELECT FROM contributions_terms WHERE branch_id = %s)"


@dataclass
class Issued:
    """What one chunk came to. ``looked_at`` members, of whom ``bills`` got one for ``amount`` rupiah together; ``cursor`` is the
    last of them, None where nobody was left."""

    bills: int = 0
    amount: int = 0
    looked_at: int = 0
    cursor: UUID | None = None
    skipped: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Combination:
    """Members who pay the same for the same months."""

    income: int
    programmes: frozenset[str]
    transport: bool
    risk: str | None
    is_state: bool
    sponsor_id: UUID | None
    months: int
    count: int
    ids: str
    codes: str


def issue_month(
    work: Work,
    *,
    branch_id: int,
    timezone: str,
    month: date,
    enrolment_ids: Iterable[UUID] | None = None,
    segment: Segment = "BPU",
    after: UUID | None = None,
    run_id: UUID | None = None,
    most: int = CHUNK,
) -> Issued:
    """Bills for ``month`` for up to ``most`` members after ``after`` in the order of ids who have none: for the months they
    pay at once, or up to the next month that is billed, funded or on other terms. Eight
    statements, whatever their number.

    What a sponsor pays is marked with it. Reports one event; the ledger gets an entry a programme.
    """
    assert month.day == 1
    ids = None if enrolment_ids is None else [str(one) for one in enrolment_ids]
    asked = {
        "branch": branch_id,
        "segment": segment,
        "month": month,
        "after": after or FIRST,
        "most": most,
        "ids": None if ids is None else "{" + ",".join(ids) + "}",
        "lapsed_through": cover_rule.ended_before(month) if segment == "BPU" else date.min,
    }
    count, last = _lock(work, asked)
    if last is None:
        return Issued()
    told, skipped = _combine(work, asked | {"last": last})
    rules = load()
    prices = _price(told, month, segment, skipped, rules)
    bills = sum(one.count for one, _, _ in prices)
    amount = sum(one.count * total for one, _, total in prices)
    if bills:
        _write(work, branch_id, timezone, month, run_id, prices, rules.version)
        _report(work, branch_id, month, segment, run_id, bills, amount)
    return Issued(bills, amount, count, last, skipped)


def _lock(work: Work, asked: dict[str, Any]) -> tuple[int, UUID | None]:
    row = work.row(_shaped(_LOCK, asked), asked)
    assert row is not None
    return row[0], row[1]


def _shaped(sql: LiteralString, asked: dict[str, Any]) -> LiteralString:
    is_pu = asked["segment"] == "PU"
    return (
        sql.replace("{state}", _STATES[asked["segment"]])
        .replace("{asked}", "" if asked["ids"] is None else _ASKED)
        .replace("{wage_column}", _WAGE if is_pu else _NO_WAGE)
        .replace("{wage_join}", _WAGE_JOIN if is_pu else "")
        .replace("{whose}", "" if asked["ids"] is None else _WHOSE)
        .replace(
            "coalesce(t.income, e.income)", "coalesce(w.income, e.income)" if is_pu else "coalesce(t.income, e.income)"
        )
    )


def _combine(work: Work, asked: dict[str, Any]) -> tuple[list[_Combination], dict[str, int]]:
    has_terms = work.row(_HAS_TERMS, [asked["branch"]])
    work.execute(_WHOLE, ["off"])
    rows = work.rows(_shaped(_COMBINE, asked), asked | {"has_terms": bool(has_terms and has_terms[0])})
    work.execute(_WHOLE, ["on"])
    told: list[_Combination] = []
    skipped: dict[str, int] = {}
    for reason, income, programmes, transport, risk, is_state, sponsor_id, months, count, ids, codes in rows:
        if reason is not None:
            skipped[reason] = skipped.get(reason, 0) + count
            continue
        facts = (income, frozenset(programmes), transport, risk, is_state, sponsor_id, months, count, ids, codes)
        told.append(_Combination(*facts))
    return told, skipped


Priced = tuple[_Combination, list[list[Any]], int]
"""A combination, the lines of its bills, and what each bill comes to."""


def _price(
    told: list[_Combination], month: date, segment: Segment, skipped: dict[str, int], rules: Rules
) -> list[Priced]:
    """Every combination priced once, all by one version of the rules; those that they do not price are skipped."""
    priced: list[Priced] = []
    for one in told:
        months = tuple(months_from(month, one.months))
        asked = pricing.Asked(segment, one.income, one.programmes, one.transport, one.risk, months, one.is_state)
        try:
            (prices,) = pricing.price_many([asked], rules=rules)
        except PriceError:
            skipped["no_price"] = skipped.get("no_price", 0) + one.count
            continue
        priced.append((one, lines_of(prices), pricing.total(prices)))
    return priced


def _write(
    work: Work,
    branch_id: int,
    timezone: str,
    month: date,
    run_id: UUID | None,
    prices: Sequence[Priced],
    version: str,
) -> None:
    """The bills, and what they come to for each programme in the ledger."""
    rows = [
        {
            "months": one.months,
            "lines": lines,
            "amount": total,
            "sponsor_id": one.sponsor_id,
            "ids": one.ids,
            "codes": one.codes,
        }
        for one, lines, total in prices
    ]
    work.execute(
        _INSERT,
        {
            "branch": branch_id,
            "month": month,
            "rules": version,
            "now": work.now,
            "pay_by": last_moment_of(pay_by_day(month), timezone),
            "run": run_id,
            "prices": orjson.dumps(rows).decode(),
        },
    )
    each = [(one.count, ledger.Income.of(lines)) for one, lines, _ in prices]
    sums = (sum(count * income[at] for count, income in each) for at in range(len(ledger.Income._fields)))
    ledger.record_billing(work, branch_id, *sums)


def pay_by_day(month: date) -> date:
    """The last day on which the bill of a month can be paid, where the months before it are: then membership ends."""
    return cover_rule.boundaries(cover_rule.add_months(month, -1), on=month).catch_up_until


def _report(
    work: Work, branch_id: int, month: date, segment: str, run_id: UUID | None, bills: int, amount: int
) -> None:
    work.report(
        Happened(
            kind="bills_issued",
            branch_id=branch_id,
            subject_id=run_id,
            segment=segment,
            quantity=bills,
            amount=amount,
            detail={"run": run_id, "month": f"{month:%Y-%m}", "bills": bills},
        )
    )
