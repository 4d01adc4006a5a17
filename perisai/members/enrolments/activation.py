"""What a confirmed payment does to an enrolment: cover begins or goes on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.contributions.cover import reactivate, spell
from perisai.events.work import Happened, Work

# Through which month somebody is paid once a payment is settled: to the month before the first bill that is still open, for a
# later month paid first (by a code for chosen bills) is no cover for an earlier one. Carried by bill_enrolment and the primary key
# of the paid months.
_THROUGH: LiteralString = """greatest(e.paid_through, (
    SELECT coalesce(
      (SELECT max(m.month) FROM contributions_paid_month m
       WHERE m.branch_id = e.branch_id AND m.enrolment_id = e.id AND m.month < coalesce(o.month, 'infinity')),
      (o.month - interval '1 month')::date)
    FROM (SELECT min(b.first_month) AS month FROM contributions_bill b
      WHERE b.branch_id = e.branch_id AND b.enrolment_id = e.id AND b.state = 'open') AS o))"""

# By primary key.
_ACTIVATE: LiteralString = f"""
UPDATE members_enrolment e SET
  state = 'active',
  activated_at = coalesce(e.activated_at, %(now)s),
  cover_from = CASE WHEN e.state = 'active' THEN e.cover_from ELSE %(confirmed_at)s END,
  first_month = coalesce(e.first_month, %(first_month)s),
  paid_through = {_THROUGH}
WHERE e.branch_id = %(branch)s AND e.id = %(enrolment)s AND e.state IN ('accepted', 'active', 'lapsed')
"""

# As ``_THROUGH`` says it, for all of them at once: asked for one by one, a plan that knows nothing yet of 10,000 bills just issued
# reads all open ones of the branch for each.
_ACTIVATE_MANY: LiteralString = """
WITH owed AS (
  SELECT b.enrolment_id, min(b.first_month) AS month FROM contributions_bill b
  WHERE b.branch_id = %(branch)s AND b.enrolment_id = ANY (%(enrolments)s::uuid[]) AND b.state = 'open' GROUP BY 1
), paid AS (
  SELECT m.enrolment_id, max(m.month) AS month FROM contributions_paid_month m
  LEFT JOIN owed o ON o.enrolment_id = m.enrolment_id
  WHERE m.branch_id = %(branch)s AND m.enrolment_id = ANY (%(enrolments)s::uuid[]) AND m.month < coalesce(o.month, 'infinity')
  GROUP BY 1
)
UPDATE members_enrolment e SET
  state = 'active',
  activated_at = coalesce(e.activated_at, %(now)s),
  cover_from = CASE WHEN e.state = 'active' THEN e.cover_from ELSE %(confirmed_at)s END,
  first_month = coalesce(e.first_month, p.first_month),
  paid_through = greatest(e.paid_through, coalesce(d.month, (o.month - interval '1 month')::date))
FROM unnest(%(enrolments)s::uuid[], %(firsts)s::date[]) AS p (enrolment_id, first_month)
LEFT JOIN owed o ON o.enrolment_id = p.enrolment_id
LEFT JOIN paid d ON d.enrolment_id = p.enrolment_id
WHERE e.branch_id = %(branch)s AND e.id = p.enrolment_id AND e.id = ANY (%(enrolments)s::uuid[])
  AND e.state IN ('accepted', 'active', 'lapsed')
"""
_WHOLE: LiteralString = "SELECT set_config('enable_nestloop', %s, true)"
MANY: Final = 200
"""From so many on each part is read as a whole."""

# What is left after months were taken back: the last month paid before them; the month before them where later ones are still
# paid, or where the member came to us with months paid elsewhere; else nobody ever paid.
_TAKE_BACK = """
UPDATE members_enrolment e SET
  paid_through = r.through,
  first_month = CASE WHEN r.through IS NULL THEN NULL WHEN e.first_month < %(first_month)s::date THEN e.first_month
    ELSE coalesce(r.first_left, e.first_month) END,
  state = CASE WHEN r.through IS NULL AND e.state = 'active' THEN 'accepted' ELSE e.state END,
  activated_at = CASE WHEN r.through IS NULL THEN NULL ELSE e.activated_at END,
  cover_from = CASE WHEN r.through IS NULL THEN NULL ELSE e.cover_from END
FROM (
  SELECT n.id,
    (SELECT min(m.month) FROM contributions_paid_month m WHERE m.branch_id = n.branch_id AND m.enrolment_id = n.id) AS first_left,
    coalesce(
    (SELECT max(m.month) FROM contributions_paid_month m
     WHERE m.branch_id = n.branch_id AND m.enrolment_id = n.id AND m.month < %(first_month)s::date),
    CASE WHEN n.first_month < %(first_month)s::date OR EXISTS (
      SELECT FROM contributions_paid_month m WHERE m.branch_id = n.branch_id AND m.enrolment_id = n.id)
    THEN (%(first_month)s::date - interval '1 month')::date END) AS through
  FROM members_enrolment n WHERE n.branch_id = %(branch)s AND n.id = %(enrolment)s
) AS r
WHERE e.branch_id = %(branch)s AND e.id = r.id
"""

_FACTS: LiteralString = """
SELECT e.id, e.state, e.activated_at IS NULL OR e.state = 'accepted', e.activated_at IS NOT NULL, e.income, e.programmes,
  e.transport, e.agent_id, e.sub_branch_id, e.agency_office_id, e.region_code, e.segment, """
# Both by primary key.
_STANDING_FOUND: LiteralString = (
    _FACTS
    + """p.name
FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE e.branch_id = %s AND e.id = %s"""
)
_STANDING_LOCKED: LiteralString = _STANDING_FOUND + " FOR UPDATE OF e"
# Names apart: joined, a plan that knows nothing yet of 10,000 people just brought in reads all of them for each.
_STANDINGS_LOCKED: LiteralString = (
    _FACTS
    + "e.person_id FROM members_enrolment e WHERE e.branch_id = %s AND e.id = ANY (%s) ORDER BY e.id FOR UPDATE OF e"
)
_NAMES: LiteralString = "SELECT id, name FROM members_person WHERE branch_id = %s AND id = ANY (%s)"


@dataclass(frozen=True)
class Standing:
    """An enrolment as a payer meets it."""

    id: UUID
    state: str
    is_first: bool
    """Nothing was paid in this spell of membership: the first month is that of the payment."""
    was_member: bool
    """Something was ever paid."""
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


@dataclass(frozen=True)
class Paid:
    """A bill that a payment settled; ``months`` in order."""

    standing: Standing
    payment_id: UUID
    bill_id: UUID
    amount: int
    months: list[date]


def find_standing(work: Work, *, branch_id: int, enrolment_id: UUID) -> Standing | None:
    return _standing(work.row(_STANDING_FOUND, [branch_id, enrolment_id]))


def lock_standing(work: Work, *, branch_id: int, enrolment_id: UUID) -> Standing | None:
    """With the enrolment's row locked: the first lock of whoever pays or ends an enrolment, before its bills."""
    return _standing(work.row(_STANDING_LOCKED, [branch_id, enrolment_id], prepared=True))


def lock_standings(work: Work, *, branch_id: int, enrolment_ids: list[UUID]) -> dict[UUID, Standing]:
    """As ``lock_standing`` for many, locked in order of id. Two statements."""
    rows = work.rows(_STANDINGS_LOCKED, [branch_id, enrolment_ids])
    names = dict(work.rows(_NAMES, [branch_id, [row[-1] for row in rows]]))
    return {row[0]: found for row in rows if (found := _standing((*row[:-1], names[row[-1]])))}


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
    from ``confirmed_at`` where it was not covered, and then in a new spell. Reports the events. One statement, two more
    where membership begins.
    """
    work.execute(
        _ACTIVATE,
        {
            "branch": branch_id,
            "enrolment": standing.id,
            "now": work.now,
            "confirmed_at": confirmed_at,
            "first_month": months[0],
        },
        prepared=True,
    )
    paid = Paid(standing, payment_id, bill_id, amount, months)
    if standing.state != "active":
        _begin_spells(work, branch_id, [paid], confirmed_at)
    _report(work, branch_id, bank_id, paid, begins=standing.state != "active")


def activate_many(work: Work, *, branch_id: int, paid: list[Paid], bank_id: str, confirmed_at: datetime) -> None:
    """As ``activate`` for what settled bills of locked enrolments, several of one among them. One statement, two more for many, and
    two where a membership begins."""
    firsts: dict[UUID, date] = {}
    for one in paid:
        key = one.standing.id
        firsts[key] = min(one.months[0], firsts.get(key, one.months[0]))
    asked = {
        "branch": branch_id,
        "now": work.now,
        "confirmed_at": confirmed_at,
        "enrolments": list(firsts),
        "firsts": list(firsts.values()),
    }
    is_many = len(firsts) >= MANY
    if is_many:
        work.execute(_WHOLE, ["off"])
    work.execute(_ACTIVATE_MANY, asked)
    if is_many:
        work.execute(_WHOLE, ["on"])
    _begin_spells(work, branch_id, paid, confirmed_at)
    begun: set[UUID] = set()
    for one in sorted(paid, key=lambda each: each.months[0]):
        begins = one.standing.state != "active" and one.standing.id not in begun
        begun.add(one.standing.id)
        _report(work, branch_id, bank_id, one, begins=begins)


def _begin_spells(work: Work, branch_id: int, paid: list[Paid], at: datetime) -> None:
    """Memberships that begin with these payments; wishes to come back among them have come true."""
    firsts: dict[UUID, date] = {}
    for one in paid:
        if one.standing.state != "active":
            key = one.standing.id
            firsts[key] = min(one.months[0], firsts.get(key, one.months[0]))
    if firsts:
        spell.begin_many(work, branch_id=branch_id, firsts=firsts, at=at)
    back = sorted({one.standing.id for one in paid if one.standing.id in firsts and one.standing.was_member})
    if back:
        reactivate.end_waiting(work, branch_id=branch_id, enrolment_ids=back, ended_as="paid")


def take_back(work: Work, *, branch_id: int, enrolment_id: UUID, first_month: date) -> None:
    """Months from ``first_month`` on are no longer paid: cover follows what is left. The enrolment's row is locked. Two
    statements."""
    work.execute(_TAKE_BACK, {"branch": branch_id, "enrolment": enrolment_id, "first_month": first_month})
    spell.end_unpaid(work, branch_id=branch_id, enrolment_id=enrolment_id)


def common_facts(branch_id: int, standing: Standing) -> dict[str, Any]:
    """What an event about an enrolment says of whom it is counted for."""
    return {
        "branch_id": branch_id,
        "subject_id": standing.id,
        "agent_id": standing.agent_id,
        "sub_branch_id": standing.sub_branch_id,
        "agency_office_id": standing.agency_office_id,
        "region_code": standing.region_code,
        "segment": standing.segment,
    }


def _report(work: Work, branch_id: int, bank_id: str, paid: Paid, *, begins: bool) -> None:
    common = common_facts(branch_id, paid.standing)
    first, count = paid.months[0], len(paid.months)
    told = {"bill": paid.bill_id, "payment": paid.payment_id, "bank": bank_id, "months": count, "first_month": first}
    work.report(Happened(kind="payment_confirmed", amount=paid.amount, detail=told, **common))
    if begins:
        kind = "member_reactivated" if paid.standing.was_member else "member_activated"
        work.report(Happened(kind=kind, detail={"bill": paid.bill_id, "first_month": first}, **common))


def _standing(row: tuple[Any, ...] | None) -> Standing | None:
    if row is None:
        return None
    id_, state, is_first, was_member, income, programmes, *rest = row
    return Standing(id_, state, is_first, was_member, income, frozenset(programmes), *rest)


def short_name(name: str) -> str:
    """The first name and initials: enough for a payer to know whom they pay for, no register of names for a bank."""
    first, *rest = name.split() or [""]
    return " ".join([first, *(f"{part[0]}." for part in rest)])[:50]
