"""Stretches of membership: each begins with a confirmed payment and ends with a lapse; the three months of JKM count from the
beginning of the present one (Permenaker 1/2025)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from perisai.events.work import Work

# By spell_once: a spell begins where the one before it ended, also where a bank or the core system tells of the payment late.
_BEGIN: LiteralString = """
INSERT INTO contributions_spell (branch_id, enrolment_id, during, first_month)
SELECT %(branch)s, b.enrolment,
  daterange(greatest((%(at)s::timestamptz AT TIME ZONE o.timezone)::date, s.ended), NULL), b.first_month
FROM unnest(%(enrolments)s::uuid[], %(firsts)s::date[]) AS b (enrolment, first_month)
JOIN offices_office o ON o.id = %(branch)s
CROSS JOIN LATERAL (
  SELECT max(upper(s.during)) AS ended, coalesce(bool_or(upper_inf(s.during)), false) AS lasts FROM contributions_spell s
  WHERE s.branch_id = %(branch)s AND s.enrolment_id = b.enrolment) AS s
WHERE NOT s.lasts
"""
# Carried by spell_open. Who began on the very day that membership ends had it for that day.
_END: LiteralString = """
UPDATE contributions_spell SET during = daterange(lower(during), greatest(%s::date, lower(during) + 1))
WHERE branch_id = %s AND enrolment_id = ANY (%s::uuid[]) AND upper_inf(during)
"""
_END_UNPAID: LiteralString = """
UPDATE contributions_spell s SET during = daterange(lower(s.during),
  greatest((%(at)s::timestamptz AT TIME ZONE o.timezone)::date, lower(s.during) + 1))
FROM members_enrolment e JOIN offices_office o ON o.id = e.branch_id
WHERE s.branch_id = %(branch)s AND s.enrolment_id = %(enrolment)s AND upper_inf(s.during)
  AND e.branch_id = s.branch_id AND e.id = s.enrolment_id AND e.state <> 'active'
"""
_MISSING: LiteralString = """
INSERT INTO contributions_spell (branch_id, enrolment_id, during, first_month)
SELECT e.branch_id, e.id, daterange((e.cover_from AT TIME ZONE o.timezone)::date,
    CASE e.state WHEN 'lapsed' THEN greatest((e.paid_through + interval '4 months')::date,
      (e.cover_from AT TIME ZONE o.timezone)::date + 1) END),
  coalesce(e.first_month, date_trunc('month', e.cover_from AT TIME ZONE o.timezone)::date)
FROM members_enrolment e JOIN offices_office o ON o.id = e.branch_id
WHERE e.branch_id = %s AND e.state IN ('active', 'lapsed') AND e.cover_from IS NOT NULL
  AND NOT EXISTS (SELECT FROM contributions_spell s WHERE s.branch_id = e.branch_id AND s.enrolment_id = e.id)
"""
_ALL: LiteralString = """
SELECT lower(during), upper(during), first_month FROM contributions_spell
WHERE branch_id = %s AND enrolment_id = %s ORDER BY lower(during)
"""


@dataclass(frozen=True)
class Stretch:
    """From the day ``began`` on; ``ended`` is the first day without membership, None while it lasts."""

    began: date
    ended: date | None
    first_month: date


def begin_many(work: Work, *, branch_id: int, firsts: Mapping[UUID, date], at: datetime) -> None:
    """Memberships begin on the branch's day of ``at``, each with its first paid month; nothing where one goes on. One
    statement."""
    told = {"branch": branch_id, "at": at, "enrolments": list(firsts), "firsts": list(firsts.values())}
    work.execute(_BEGIN, told)


def end_many(work: Work, *, branch_id: int, enrolment_ids: Iterable[UUID], on: date) -> None:
    """Their present spells end with the day before ``on``. One statement."""
    work.execute(_END, [on, branch_id, list(enrolment_ids)])


def end_unpaid(work: Work, *, branch_id: int, enrolment_id: UUID) -> None:
    """Ends the spell whose payment was taken back and left nobody a member. One statement."""
    work.execute(_END_UNPAID, {"branch": branch_id, "enrolment": enrolment_id, "at": work.now})


def begin_missing(work: Work, *, branch_id: int) -> None:
    """The spell that members without any are in: for members who were not activated by a payment here. One statement."""
    work.execute(_MISSING, [branch_id])


def history(work: Work, *, branch_id: int, enrolment_id: UUID) -> list[Stretch]:
    """All spells, the first one first."""
    return [Stretch(*row) for row in work.rows(_ALL, [branch_id, enrolment_id])]
