"""One bill for all: an employer's month, every worker's own bill under one code, paid all or nothing.

The owner's own first bill (BPU) of the same visit is under that code too, so that the visit leaves one sum and one code.

What was reported after it was made does not change it: its bills are cancelled by counter-entry, its
code ends, and another is made. The owner's bill is not the employer's to cancel: it stays open with its own code.
Order of locks: the employer, the enrolments, their bills, the order.
"""

from datetime import date, datetime, timedelta
from typing import LiteralString, NamedTuple
from uuid import UUID

from perisai.contributions.bills import bill as bills
from perisai.contributions.cover.rule import due_on
from perisai.contributions.runs import run
from perisai.contributions.tariffs import pricing
from perisai.contributions.tariffs.tariff import PriceError
from perisai.employers.employer import Employer
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work, branch_day
from perisai.offices import calendar
from perisai.payments.codes import registry
from perisai.payments.orders import order

_TIMEZONE: LiteralString = "SELECT timezone FROM offices_office WHERE id = %s"
# Carried by job_employer; the wage of the month by wage_of_month, bills by bill_enrolment. A month that was billed is owed though a
# later one is paid.
_WORKERS: LiteralString = """
SELECT j.enrolment_id, coalesce(w.wage, e.income), e.programmes, e.risk FROM employers_job j
JOIN members_enrolment e ON e.branch_id = j.branch_id AND e.id = j.enrolment_id
LEFT JOIN LATERAL (
  SELECT w.wage FROM employers_wage w
  WHERE w.branch_id = j.branch_id AND w.enrolment_id = j.enrolment_id AND w.from_month <= %(month)s
  ORDER BY w.from_month DESC, w.id DESC LIMIT 1
) w ON true
WHERE j.branch_id = %(branch)s AND j.employer_id = %(employer)s AND j.first_month <= %(month)s
  AND coalesce(j.last_month, %(month)s) >= %(month)s AND e.state IN ('accepted', 'active')
  AND (coalesce(e.paid_through, '-infinity') < %(month)s OR EXISTS (
    SELECT FROM contributions_bill b WHERE b.branch_id = j.branch_id AND b.enrolment_id = j.enrolment_id AND b.state = 'open'
      AND b.first_month = %(month)s AND b.sponsor_id IS NULL))
ORDER BY j.enrolment_id
"""
_LOCK_WORKERS: LiteralString = """
SELECT e.id FROM members_enrolment e WHERE e.branch_id = %s AND e.id = ANY (%s) ORDER BY e.id FOR NO KEY UPDATE
"""
# Carried by bill_enrolment.
_OPEN_BILLS: LiteralString = """
SELECT b.id, b.enrolment_id, b.amount FROM contributions_bill b
WHERE b.branch_id = %s AND b.enrolment_id = ANY (%s) AND b.state = 'open' AND b.first_month = %s AND b.sponsor_id IS NULL
"""
# The first bill of the owner whom the same agent enrolled, under one code of the employer at most; a phone may name anybody, so the
# owner's NIK decides where it is known. By primary keys, bill_enrolment and order_bill's key.
_OWNER_BILL: LiteralString = """
SELECT b.id FROM employers_employer m
JOIN members_enrolment e ON e.branch_id = m.branch_id AND e.id = m.owner_enrolment_id AND e.segment = 'BPU'
  AND e.state = 'accepted' AND e.agent_id IS NOT DISTINCT FROM m.agent_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
  AND (m.owner_nik_hash IS NULL OR p.nik_hash = m.owner_nik_hash)
JOIN contributions_bill b ON b.branch_id = e.branch_id AND b.enrolment_id = e.id AND b.state = 'open' AND b.origin = 'first'
  AND b.sponsor_id IS NULL
WHERE m.branch_id = %(branch)s AND m.id = %(employer)s AND NOT EXISTS (
  SELECT FROM employers_bill o JOIN payments_order_bill q ON q.branch_id = o.branch_id AND q.order_id = o.order_id
  WHERE o.branch_id = m.branch_id AND o.employer_id = m.id AND o.state = 'open' AND q.bill_id = b.id)
ORDER BY b.first_month LIMIT 1
"""
_INSERT: LiteralString = """
INSERT INTO employers_bill (branch_id, id, employer_id, month, order_id, payment_code, workers, amount, due_on, state, made_at,
  reason)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'open', %s, '')
"""
_SETTLE: LiteralString = """
UPDATE employers_bill b SET state = 'paid', ended_at = o.ended_at FROM payments_order o
WHERE b.branch_id = %s AND b.employer_id = %s AND b.state = 'open' AND o.branch_id = b.branch_id AND o.id = b.order_id
  AND o.state = 'paid'
"""
_OPEN: LiteralString = """
SELECT b.id, b.month, b.order_id, b.payment_code, b.workers, b.amount, b.due_on, o.state
FROM employers_bill b JOIN payments_order o ON o.branch_id = b.branch_id AND o.id = b.order_id
WHERE b.branch_id = %s AND b.employer_id = %s AND b.state = 'open' ORDER BY b.month
"""
_CANCEL: LiteralString = """
UPDATE employers_bill SET state = 'cancelled', ended_at = %s, reason = %s WHERE branch_id = %s AND id = %s
"""
_AMOUNTS: LiteralString = """
SELECT q.enrolment_id, c.amount, c.state FROM payments_order_bill q
JOIN contributions_bill c ON c.branch_id = q.branch_id AND c.id = q.bill_id WHERE q.branch_id = %s AND q.order_id = %s
"""


class Made(NamedTuple):
    """An employer's bill. ``state`` is its order's: open, paid, expired or cancelled."""

    id: UUID
    month: date
    order_id: UUID
    payment_code: str
    workers: int
    amount: int
    due_on: date
    state: str


def make(work: Work, *, employer: Employer, month: date) -> Made:
    """Bills every worker of the month who has not paid it, under one code. There it is already: that one. The employer is locked.

    Raises E4410 where there is nobody to bill.
    """
    settle(work, employer)
    known = next((one for one in open_bills(work, employer) if one.month == month), None)
    if known is not None and known.state == "open":
        return known
    if known is not None:
        _cancel(work, employer, known, "late")
    made = _make(work, employer, month)
    if made is None:
        raise Refused("E4410")
    return made


def _make(work: Work, employer: Employer, month: date) -> Made | None:
    """None where there is nobody to bill."""
    asked = _asked(work, employer, month)
    timezone = timezone_of(work, employer.branch_id)
    ids = _issue(work, employer, month, asked, timezone) if asked else []
    if not ids:
        return None
    owner = _owner_bill(work, employer)
    made = order.make(
        work,
        branch_id=employer.branch_id,
        timezone=timezone,
        bill_ids=[*ids, *owner],
        payer_kind="employer",
        payer_id=employer.id,
    )
    due_on = due_day(work, employer.branch_id, month)
    bill_id = uuid7()
    code = _slip_code(work, employer, made.id) or made.code
    workers = made.count - len(owner)
    values = [bill_id, employer.id, month, made.id, code, workers, made.amount, due_on, work.now]
    work.execute(_INSERT, [employer.branch_id, *values])
    detail = {"bill": bill_id, "order": made.id, "month": f"{month:%Y-%m}", "workers": workers}
    work.report(employer.happened("employer_billed", amount=made.amount, detail=detail))
    return Made(bill_id, month, made.id, code, workers, made.amount, due_on, "open")


def _owner_bill(work: Work, employer: Employer) -> list[UUID]:
    """The owner's own first bill, where it is to be paid along; else nothing."""
    if employer.owner_enrolment_id is None:
        return []
    rows = work.rows(_OWNER_BILL, {"branch": employer.branch_id, "employer": employer.id})
    return [row[0] for row in rows]


def renew(work: Work, *, employer: Employer) -> list[Made]:
    """Makes those open bills anew that say something else than what was reported since, or whose code has ended; returns the new
    ones. The employer is locked."""
    settle(work, employer)
    fresh: list[Made] = []
    for known in open_bills(work, employer):
        if known.state == "open" and _is_right(work, employer, known):
            continue
        _cancel(work, employer, known, "changed" if known.state == "open" else "late")
        made = _make(work, employer, known.month)
        if made is not None:
            fresh.append(made)
    return fresh


def cancel_open(work: Work, *, employer: Employer, reason: str) -> None:
    """Cancels all that is not paid: by counter-entry. The employer is locked."""
    settle(work, employer)
    for known in open_bills(work, employer):
        _cancel(work, employer, known, reason)


def settle(work: Work, employer: Employer) -> None:
    """What the bank has confirmed is paid."""
    work.execute(_SETTLE, [employer.branch_id, employer.id])


def open_bills(work: Work, employer: Employer) -> list[Made]:
    return [Made(*row) for row in work.rows(_OPEN, [employer.branch_id, employer.id])]


def due_day(work: Work, branch_id: int, month: date) -> date:
    """The day by which the rules have an employer pay a month, or the next working day of the branch."""
    return calendar.next_working(due_on(month, segment="PU"), calendar.of_office(work, branch_id))


def timezone_of(work: Work, branch_id: int) -> str:
    row = work.row(_TIMEZONE, [branch_id])
    return str(row[0]) if row else "Asia/Jakarta"


def _slip_code(work: Work, employer: Employer, order_id: UUID) -> str | None:
    """The code that the employer left with on the first visit, where no other open bill has it: it pays this one too."""
    code = employer.payment_code
    if code is None or any(one.payment_code == code for one in open_bills(work, employer)):
        return None
    is_led = registry.lead_to_order(work, branch_id=employer.branch_id, order_id=order_id, code=code)
    return code if is_led else None


def _asked(work: Work, employer: Employer, month: date) -> dict[UUID, pricing.Asked]:
    """What each worker of the month is priced by."""
    rows = work.rows(_WORKERS, {"branch": employer.branch_id, "employer": employer.id, "month": month})
    return {
        enrolment_id: pricing.Asked("PU", wage, frozenset(programmes), False, risk, (month,))
        for enrolment_id, wage, programmes, risk in rows
    }


def _issue(work: Work, employer: Employer, month: date, asked: dict[UUID, pricing.Asked], timezone: str) -> list[UUID]:
    """The open bill of each worker. Such as stand there at another price are taken back by counter-entry first."""
    branch_id, ids = employer.branch_id, list(asked)
    work.rows(_LOCK_WORKERS, [branch_id, ids])
    owed = owed_by(asked)
    standing = work.rows(_OPEN_BILLS, [branch_id, ids, month])
    wrong = [enrolment_id for _, enrolment_id, amount in standing if owed.get(enrolment_id, amount) != amount]
    bills.cancel_many(work, branch_id=branch_id, enrolment_ids=wrong, first_month=month)
    run.issue_month(work, branch_id=branch_id, timezone=timezone, month=month, enrolment_ids=ids, segment="PU")
    made = [bill_id for bill_id, _, _ in work.rows(_OPEN_BILLS, [branch_id, ids, month])]
    until = bills.last_moment(work.now + timedelta(days=bills.DAYS_TO_PAY), timezone)
    bills.prolong(work, branch_id=branch_id, bill_ids=made, until=until)
    return made


def owed_by(asked: dict[UUID, pricing.Asked]) -> dict[UUID, int]:
    """What each worker's month costs; whom the rules do not price is left out."""
    owed: dict[UUID, int] = {}
    for enrolment_id, one in asked.items():
        total = shares_of(one)["total"]
        if total:
            owed[enrolment_id] = total
    return owed


def _is_right(work: Work, employer: Employer, known: Made) -> bool:
    """Whether a bill says what is known today, worker by worker."""
    stands = {id_: (amount, state) for id_, amount, state in work.rows(_AMOUNTS, [employer.branch_id, known.order_id])}
    asked = _asked(work, employer, known.month)
    if not _is_owner_right(work, employer, known, stands):
        return False
    if set(asked) != set(stands) or any(state != "open" for _, state in stands.values()):
        return False
    owed = owed_by(asked)
    return all(owed.get(enrolment_id) == amount for enrolment_id, (amount, _) in stands.items())


def _is_owner_right(work: Work, employer: Employer, known: Made, stands: dict[UUID, tuple[int, str]]) -> bool:
    """Whether the code pays the owner's first bill as it is now: a first bill is priced for the month in which it is paid.
    Takes the owner out of ``stands``."""
    owner = employer.owner_enrolment_id
    if owner is None or owner not in stands:
        return True
    _amount, state = stands.pop(owner)
    made = order.find(work, branch_id=employer.branch_id, order_id=known.order_id)
    timezone = timezone_of(work, employer.branch_id)
    return (
        state == "open"
        and made is not None
        and branch_month(made.made_at, timezone) == branch_month(work.now, timezone)
    )


def branch_month(at: datetime, timezone: str) -> date:
    return branch_day(at, timezone).replace(day=1)


def _cancel(work: Work, employer: Employer, known: Made, reason: str) -> None:
    """The workers' open bills by counter-entry, then the code. Where only the code's time is over, the bills stand."""
    ids = [row[0] for row in work.rows(_AMOUNTS, [employer.branch_id, known.order_id])]
    work.rows(_LOCK_WORKERS, [employer.branch_id, ids])
    if known.state == "open":
        found = order.lock(work, branch_id=employer.branch_id, order_id=known.order_id)
        if found is not None and found.state == "paid":
            settle(work, employer)
            return
        order.cancel(work, branch_id=employer.branch_id, order_id=known.order_id)
    if reason != "late":
        hands = [one for one in ids if one != employer.owner_enrolment_id]
        bills.cancel_many(work, branch_id=employer.branch_id, enrolment_ids=hands, first_month=known.month)
    work.execute(_CANCEL, [work.now, reason, employer.branch_id, known.id])
    detail = {"bill": known.id, "order": known.order_id, "month": f"{known.month:%Y-%m}", "reason": reason}
    work.report(employer.happened("employer_bill_cancelled", amount=known.amount, detail=detail))


def shares_of(worker: pricing.Asked) -> dict[str, int]:
    """What the employer and the worker bear of one month, rupiah: ``employer``, ``worker``, ``total``. All 0 where the rules price
    none."""
    try:
        ((price,),) = pricing.price_many([worker])
    except PriceError:
        return {"employer": 0, "worker": 0, "total": 0}
    mine = price.jht_worker + price.jp_worker
    return {"employer": price.total - mine, "worker": mine, "total": price.total}
