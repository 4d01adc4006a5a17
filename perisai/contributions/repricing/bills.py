"""Open bills whose months the rules in force price otherwise: found set-based, taken down by counter-entry, issued anew.

Facts are those of each month (terms, wage, who pays), as ``month_facts`` has them of one enrolment. Months before the change keep
the lines they were billed with; what is paid is never looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import orjson

from perisai.contributions.bills.bill import lines_of
from perisai.contributions.rules.in_force import Rules
from perisai.contributions.tariffs import pricing
from perisai.contributions.tariffs.tariff import PriceError
from perisai.events.work import Happened, Work
from perisai.payments.books import ledger

# A bill whose code has stopped working waits for late news of its payment alone, and is left as it is. ``issued_after`` and
# ``version``: only such as were issued since by other rules.
_OPEN: LiteralString = """b.branch_id = %(branch)s AND b.state = 'open' AND b.pay_by >= %(now)s
    AND b.first_month + make_interval(months => b.months::int) > %(since)s
    AND (%(issued_after)s::timestamptz IS NULL OR b.issued_at >= %(issued_after)s AND b.rules <> %(version)s)"""
_COUNT: LiteralString = f"SELECT count(*)::int FROM contributions_bill b WHERE {_OPEN}"
# Carried by bill_one_a_month, in the order of enrolments; the bills of one are never parted.
_WINDOW: LiteralString = f"""
SELECT count(*)::int, max(enrolment_id::text)::uuid FROM (
  SELECT b.enrolment_id FROM contributions_bill b WHERE {_OPEN} AND b.enrolment_id > %(after)s
  ORDER BY b.enrolment_id FETCH FIRST %(most)s ROWS WITH TIES
) AS w
"""
# While bills are written, statistics know nothing of them yet (``run``): a plan that looks them up one by one may read all of the
# branch for each, so that bills, enrolments and fundings of the window are each read as a whole.
_WHOLE: LiteralString = "SELECT set_config('enable_nestloop', %s, true)"
# Bills with equal facts and lines are one row. By the ranges or keys of the enrolments in bill_one_a_month and the primary key,
# terms by their key, wages by wage_of_month. One whose payer is another by now is left to who issues it to that one.
_LOOK: LiteralString = f"""
WITH owed AS (
  SELECT b.id, b.enrolment_id, b.first_month, b.months, b.lines, b.sponsor_id, e.segment, e.risk, e.income, e.programmes,
    e.transport
  FROM contributions_bill b
  JOIN members_enrolment e ON e.branch_id = b.branch_id AND e.id = b.enrolment_id AND e.state IN ('accepted', 'active')
  WHERE {_OPEN} AND {{bills}} AND {{members}}
), funded AS (
  SELECT f.enrolment_id, f.first_month, f.last_month, f.sponsor_id, f.is_state, f.programmes FROM payers_funding f
  WHERE f.branch_id = %(branch)s AND {{funded}}
), facts AS (
  SELECT o.id, o.enrolment_id, o.segment, o.risk, o.lines, jsonb_agg(jsonb_build_array(
      to_char(m.month, 'YYYY-MM-DD'),
      CASE o.segment WHEN 'PU' THEN coalesce(w.wage, o.income) ELSE coalesce(t.income, o.income) END,
      CASE WHEN f.programmes IS NULL THEN coalesce(t.programmes, o.programmes)
        ELSE ARRAY(SELECT p FROM unnest(coalesce(t.programmes, o.programmes)) AS p WHERE p = ANY (f.programmes)) END,
      coalesce(t.transport, o.transport), coalesce(f.is_state, false)) ORDER BY m.month) AS each
  FROM owed o
  CROSS JOIN LATERAL generate_series(greatest(o.first_month, date_trunc('month', %(since)s::date)),
    o.first_month + make_interval(months => o.months - 1), interval '1 month') AS m (month)
  LEFT JOIN LATERAL (
    SELECT income, programmes, transport FROM contributions_terms
    WHERE branch_id = %(branch)s AND enrolment_id = o.enrolment_id AND from_month <= m.month ORDER BY from_month DESC LIMIT 1
  ) t ON true
  LEFT JOIN LATERAL (
    SELECT wage FROM employers_wage
    WHERE branch_id = %(branch)s AND enrolment_id = o.enrolment_id AND from_month <= m.month
    ORDER BY from_month DESC, id DESC LIMIT 1
  ) w ON o.segment = 'PU'
  LEFT JOIN funded f ON f.enrolment_id = o.enrolment_id AND f.first_month <= m.month AND coalesce(f.last_month, m.month) >= m.month
  GROUP BY o.id, o.enrolment_id, o.segment, o.risk, o.lines
  HAVING bool_and(f.sponsor_id IS NOT DISTINCT FROM o.sponsor_id)
)
SELECT segment, risk, lines::text, each::text, array_agg(id), array_agg(enrolment_id) FROM facts GROUP BY 1, 2, 3, 4
"""
_IN_WINDOW: LiteralString = "{of} > %(after)s AND {of} <= %(last)s"
_THESE: LiteralString = "{of} = ANY (%(whose)s::uuid[])"
# In the order of ids, as runs and payments lock them.
_LOCK: LiteralString = """
SELECT id, segment, agent_id, sub_branch_id, agency_office_id, region_code FROM members_enrolment
WHERE branch_id = %(branch)s AND id = ANY (%(whose)s::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""
_CANCEL: LiteralString = """
UPDATE contributions_bill SET state = 'cancelled' WHERE branch_id = %s AND id = ANY (%s) AND state = 'open'
RETURNING id, lines, amount
"""
# What it was issued for, when it can be paid, with which code and by whom stays.
_INSERT: LiteralString = """
INSERT INTO contributions_bill (branch_id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules, issued_at,
  priced_at, pay_by, origin, run_id, replaces_id, sponsor_id)
SELECT b.branch_id, b.enrolment_id, b.payment_code, 'open', b.first_month, b.months, p.lines, p.amount, %(version)s, %(now)s,
  %(now)s, b.pay_by, b.origin, %(run)s, b.id, b.sponsor_id
FROM jsonb_to_recordset(%(prices)s::jsonb) AS p (lines jsonb, amount bigint, bills uuid[])
CROSS JOIN LATERAL unnest(p.bills) AS w (id)
JOIN contributions_bill b ON b.branch_id = %(branch)s AND b.id = w.id
ORDER BY b.enrolment_id, b.first_month
RETURNING id, replaces_id, enrolment_id, first_month, amount
"""
# Carried by return_enrolment.
_RETURNS: LiteralString = """
UPDATE contributions_return r SET bill_id = b.id FROM contributions_bill b
WHERE r.branch_id = %(branch)s AND r.enrolment_id = ANY (%(whose)s::uuid[]) AND r.ended_as IS NULL
  AND b.branch_id = r.branch_id AND b.enrolment_id = r.enrolment_id AND b.replaces_id = r.bill_id AND b.state = 'open'
"""


class Asked(NamedTuple):
    """Which bills of a branch: those with a month from ``since`` on; where ``issued_after`` is given, only such as were issued
    from then on by other ``rules``."""

    branch_id: int
    since: date
    rules: Rules
    issued_after: Any = None


@dataclass
class Anew:
    """What was looked at up to ``cursor`` (None: nobody was left), and what was issued anew: rupiah before and after."""

    looked_at: int = 0
    cursor: UUID | None = None
    issued: int = 0
    before: int = 0
    after: int = 0
    unpriced: int = 0


class _Wrong(NamedTuple):
    """Bills that should say otherwise: their new lines, and what each of them comes to then."""

    lines: list[list[Any]]
    amount: int
    bills: list[UUID]
    whose: list[UUID]


def count(work: Work, asked: Asked) -> int:
    """How many bills there are to look at."""
    (found,) = work.rows(_COUNT, _parameters(work, asked))[0]
    return int(found)


def issue_anew(work: Work, asked: Asked, *, after: UUID, most: int, run_id: UUID) -> Anew:
    """Looks at ``most`` bills or a few more after an enrolment and issues anew those that are priced otherwise. Locks only the
    enrolments of these, and looks at them again then. A fixed number of statements, an event for each bill issued anew."""
    parameters = _parameters(work, asked) | {"after": after, "most": most}
    looked_at, last = work.rows(_WINDOW, parameters)[0]
    if last is None:
        return Anew()
    done = Anew(looked_at, last)
    wrong, done.unpriced = _look(work, asked, parameters | {"last": last}, _IN_WINDOW)
    if wrong:
        whose = [one for each in wrong for one in each.whose]
        locked = work.rows(_LOCK, parameters | {"whose": whose})
        wrong, _ = _look(work, asked, parameters | {"whose": whose}, _THESE)
        if wrong:
            _write(work, asked, wrong, {row[0]: row[1:] for row in locked}, run_id, done)
    return done


def _parameters(work: Work, asked: Asked) -> dict[str, Any]:
    return {
        "branch": asked.branch_id,
        "now": work.now,
        "since": asked.since.replace(day=1),
        "issued_after": asked.issued_after,
        "version": asked.rules.version,
    }


def _look(work: Work, asked: Asked, parameters: dict[str, Any], whose: LiteralString) -> tuple[list[_Wrong], int]:
    """Bills that should say otherwise, and how many the rules do not price."""
    wrong, unpriced = [], 0
    work.execute(_WHOLE, ["off"])
    found = work.rows(_look_at(whose), parameters)
    work.execute(_WHOLE, ["on"])
    for segment, risk, lines, facts, bills, enrolments in found:
        before = orjson.loads(lines)
        try:
            after = _priced(segment, risk, before, orjson.loads(facts), asked.rules)
        except PriceError:
            unpriced += len(bills)
            continue
        amount = sum(line[6] for line in after)
        if amount <= 0:
            unpriced += len(bills)
        elif after != before:
            wrong.append(_Wrong(after, amount, bills, enrolments))
    return wrong, unpriced


def _look_at(whose: LiteralString) -> LiteralString:
    return (
        _LOOK.replace("{bills}", whose.replace("{of}", "b.enrolment_id"))
        .replace("{members}", whose.replace("{of}", "e.id"))
        .replace("{funded}", whose.replace("{of}", "f.enrolment_id"))
    )


def _priced(
    segment: Any, risk: str | None, before: list[list[Any]], facts: Sequence[Sequence[Any]], rules: Rules
) -> list[list[Any]]:
    """The bill's lines as they should be. Raises ``PriceError``."""
    wanted = [
        pricing.Asked(segment, income, frozenset(programmes), transport, risk, (date.fromisoformat(month),), is_state)
        for month, income, programmes, transport, is_state in facts
    ]
    fresh = {line[0]: line for prices in pricing.price_many(wanted, rules=rules) for line in lines_of(prices)}
    return [fresh.get(line[0], line) for line in before]


def _write(
    work: Work, asked: Asked, wrong: list[_Wrong], whom: dict[UUID, tuple[Any, ...]], run_id: UUID, done: Anew
) -> None:
    """The old ones out of the books, the new ones into them. The enrolments' rows are locked."""
    branch_id = asked.branch_id
    old = {
        bill_id: (orjson.loads(lines) if isinstance(lines, str | bytes) else lines, amount)
        for bill_id, lines, amount in work.rows(_CANCEL, [branch_id, [one for each in wrong for one in each.bills]])
    }
    ledger.reverse_billing(work, branch_id, *ledger.Income.of(line for lines, _ in old.values() for line in lines))
    rows = [
        {"lines": one.lines, "amount": one.amount, "bills": "{" + ",".join(map(str, one.bills)) + "}"} for one in wrong
    ]
    told = {"branch": branch_id, "version": asked.rules.version, "now": work.now, "run": run_id}
    made = work.rows(_INSERT, told | {"prices": orjson.dumps(rows).decode()})
    if len(made) != len(old):
        raise RuntimeError(f"{len(old)} bills were cancelled and {len(made)} issued")
    ledger.record_billing(
        work, branch_id, *ledger.Income.of(line for one in wrong for _ in one.bills for line in one.lines)
    )
    work.execute(_RETURNS, {"branch": branch_id, "whose": list(whom)})
    for new_id, old_id, enrolment_id, first_month, amount in made:
        before = old[old_id][1]
        done.issued += 1
        done.before += before
        done.after += amount
        detail = {"bill": new_id, "old_amount": before, "first_month": first_month, "replaces": old_id}
        segment, *care = whom[enrolment_id]
        told = {"segment": segment, "amount": amount - before, "detail": detail}
        work.report(Happened.to("bill_repriced", branch_id, (enrolment_id, *care), **told))
