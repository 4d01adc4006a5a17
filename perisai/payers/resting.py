"""Programmes that rest: a sponsor pays some of a member's, and the rest of these months nobody may pay beside them (decision
0011). Said to the member and to whoever visits them, with who pays, what rests and until when."""

from collections.abc import Sequence
from datetime import date
from typing import LiteralString, NamedTuple
from uuid import UUID

from perisai.events.work import Work

# Carried by funding_once_a_month; enrolments and sponsors by their keys. What a member has in a month are its terms.
_RESTING: LiteralString = """
SELECT f.enrolment_id, r.programmes, s.name, f.first_month, f.last_month, e.employs_others AND 'JHT' = ANY (r.programmes)
FROM payers_funding f
JOIN members_enrolment e ON e.branch_id = f.branch_id AND e.id = f.enrolment_id
JOIN payers_sponsor s ON s.branch_id = f.branch_id AND s.id = f.sponsor_id
LEFT JOIN LATERAL (
  SELECT programmes FROM contributions_terms
  WHERE branch_id = f.branch_id AND enrolment_id = f.enrolment_id AND from_month <= greatest(f.first_month, %(month)s)
  ORDER BY from_month DESC LIMIT 1
) t ON true
CROSS JOIN LATERAL (
  SELECT ARRAY(SELECT p FROM unnest(coalesce(t.programmes, e.programmes)) AS p WHERE p <> ALL (f.programmes) ORDER BY p)
    AS programmes
) r
WHERE f.branch_id = %(branch)s AND f.enrolment_id = ANY (%(who)s::uuid[]) AND f.programmes IS NOT NULL
  AND coalesce(f.last_month, 'infinity') >= greatest(f.first_month, %(month)s) AND r.programmes <> '{}'
ORDER BY f.enrolment_id, f.first_month DESC
"""


class Resting(NamedTuple):
    """``programmes`` are on no bill from ``first_month`` to ``last_month`` (None: nobody knows yet), for ``sponsor`` pays others.
    ``is_obligatory``: one of them may not rest, for the member has begun to employ others since."""

    programmes: tuple[str, ...]
    sponsor: str
    first_month: date
    last_month: date | None
    is_obligatory: bool


def find(work: Work, *, branch_id: int, enrolment_ids: Sequence[UUID], month: date) -> dict[UUID, Resting]:
    """By enrolment: what rests in ``month``, else what will next; nothing for whom nothing does. One statement."""
    asked = {"branch": branch_id, "who": list(enrolment_ids), "month": month}
    return {row[0]: Resting(tuple(row[1]), *row[2:]) for row in work.rows(_RESTING, asked)}
