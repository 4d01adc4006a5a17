"""What the holder of a link may know about cover: the three states in plain words, and everything that is open to pay."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString

from perisai.contributions.cover import Standing, standing
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.portal.link import Link

# By primary key; bills by bill_one_a_month. What a sponsor pays is not asked of the member.
_FACTS: LiteralString = """
SELECT e.state, e.paid_through, e.segment, o.timezone,
  (SELECT array_agg(b.amount ORDER BY b.first_month) FROM contributions_bill b
    WHERE b.branch_id = e.branch_id AND b.enrolment_id = e.id AND b.state = 'open' AND b.sponsor_id IS NULL AND b.pay_by >= %s),
  (SELECT max(s.first_month) FROM contributions_spell s WHERE s.branch_id = e.branch_id AND s.enrolment_id = e.id
    AND upper_inf(s.during))
FROM members_enrolment e JOIN offices_office o ON o.id = e.branch_id WHERE e.branch_id = %s AND e.id = %s
"""


@dataclass(frozen=True)
class Cover:
    """``open_bills`` are amounts in rupiah, the oldest first. ``since``: the first paid month of the present membership."""

    stands: Standing
    open_bills: tuple[int, ...]
    may_pay_ahead: bool
    since: date | None

    @property
    def together(self) -> int:
        return sum(self.open_bills)


def find_cover(link: Link, *, at: datetime) -> Cover | None:
    """None where the enrolment is gone."""
    with Work.open(scope=Scope.branch(link.branch_id)) as work:
        row = work.row(_FACTS, [at, link.branch_id, link.enrolment_id])
    if row is None:
        return None
    state, paid_through, segment, timezone, amounts, since = row
    stands = standing(state=state, paid_through=paid_through, today=branch_day(at, timezone))
    may = state == "active" and segment == "BPU" and stands.word != "ended"
    return Cover(stands, tuple(amounts or ()), may, since)
