"""The trial balance of a branch at any moment, and the entries behind an account.

Entries are never changed and none is dated into a closed month, so the balance of a past moment is the same whenever it is asked
for. It is added up from the last month that was closed before it.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

from perisai.events.work import Work

PAGE: Final = 100

# The close by period_standing, entries by ledger_at.
_AT: LiteralString = """
WITH base AS (
  SELECT p.ends_at, p.balance FROM payments_period p
  WHERE p.branch_id = %(branch)s AND p.reopened_at IS NULL AND p.ends_at <= %(until)s ORDER BY p.ends_at DESC LIMIT 1
), recent AS (
  SELECT e.debit, e.credit, e.amount FROM payments_ledger_entry e
  WHERE e.branch_id = %(branch)s AND e.at < %(until)s AND e.at >= coalesce((SELECT ends_at FROM base), '-infinity'::timestamptz)
), moved AS (
  SELECT b.account, b.debit, b.credit FROM base CROSS JOIN LATERAL
    jsonb_to_recordset(base.balance) AS b (account text, debit bigint, credit bigint)
  UNION ALL SELECT debit, amount, 0 FROM recent
  UNION ALL SELECT credit, 0, amount FROM recent
)
SELECT account, sum(debit)::bigint, sum(credit)::bigint FROM moved GROUP BY account ORDER BY account
"""

# Newest first by ledger_at. A payment of an earlier day than its entry is late: value_on says which.
_ENTRIES: LiteralString = """
SELECT e.id, e.at, e.debit, e.credit, e.amount, e.bill_id, e.payment_id, p.paid_at, p.source, coalesce(p.part_of, p.id) AS told_by,
  EXISTS (SELECT FROM payments_notification n WHERE n.id = coalesce(p.part_of, p.id)) AS is_told,
  coalesce(b.enrolment_id, p.enrolment_id) AS enrolment_id, b.payment_code, b.first_month, b.months
FROM payments_ledger_entry e
LEFT JOIN payments_payment p ON p.branch_id = e.branch_id AND p.id = e.payment_id
LEFT JOIN contributions_bill b ON b.branch_id = e.branch_id AND b.id = coalesce(e.bill_id, p.bill_id)
WHERE e.branch_id = %(branch)s AND e.at < %(until)s AND %(account)s IN (e.debit, e.credit)
  AND (%(before_at)s::timestamptz IS NULL OR (e.at, e.id) < (%(before_at)s::timestamptz, %(before)s::uuid))
ORDER BY e.at DESC, e.id DESC LIMIT %(most)s
"""


# By the primary key of events_event (branch_id, received_at): what was reported in the transactions of these entries.
_EVENTS: LiteralString = """
SELECT e.received_at, e.number, e.kind, e.subject_id FROM events_event e
WHERE e.branch_id = %s AND e.received_at = ANY (%s) ORDER BY e.number LIMIT 1000
"""


class Row(NamedTuple):
    """All that was moved to (debit) and from (credit) an account. Rupiah."""

    account: str
    debit: int
    credit: int

    @property
    def balance(self) -> int:
        return self.debit - self.credit


def before(work: Work, *, branch_id: int, until: datetime) -> list[Row]:
    """Of all entries before ``until``; debits and credits add up to the same."""
    return [Row(*row) for row in work.rows(_AT, {"branch": branch_id, "until": until})]


def entries(
    work: Work, *, branch_id: int, account: str, until: datetime, after: tuple[datetime, UUID] | None = None
) -> list[dict[str, Any]]:
    """A page of an account's entries before ``until``, newest first; ``after`` is the last one of the page before.

    ``late_on``: the day when the customer paid, where the entry is dated a day or more after it."""
    at, id_ = after or (None, None)
    asked = {"branch": branch_id, "until": until, "account": account, "before_at": at, "before": id_, "most": PAGE}
    return [row | {"late_on": _late(row)} for row in work.dicts(_ENTRIES, asked)]


def events(work: Work, *, branch_id: int, moments: Iterable[datetime]) -> dict[datetime, list[dict[str, Any]]]:
    """The events that were reported with entries of these moments, each with its number in the branch's record."""
    found: dict[datetime, list[dict[str, Any]]] = {}
    for row in work.dicts(_EVENTS, [branch_id, sorted(set(moments))]):
        found.setdefault(row["received_at"], []).append(row)
    return found


def _late(row: dict[str, Any]) -> date | None:
    paid_at: datetime | None = row["paid_at"]
    if paid_at is None or row["at"] - paid_at < timedelta(days=1):
        return None
    return paid_at.date()
