"""What the holder of a link may know about cover: the three states in plain words."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from perisai.contributions.cover.cover import OVER, Standing, standing
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.payers import resting
from perisai.payers.resting import Resting
from perisai.portal.link import Link

# By primary key.
_FACTS: LiteralString = """
SELECT e.state, e.paid_through, e.segment, o.timezone
FROM members_enrolment e JOIN offices_office o ON o.id = e.branch_id WHERE e.branch_id = %s AND e.id = %s
"""


@dataclass(frozen=True)
class Cover:
    """``may_pay_ahead``: an active member of their own. ``rests``: programmes that nobody pays while a sponsor pays the others."""

    stands: Standing
    may_pay_ahead: bool
    rests: Resting | None = None


def find_cover(link: Link, *, at: datetime) -> Cover | None:
    """None where the enrolment is gone."""
    with Work.open(scope=Scope.branch(link.branch_id)) as work:
        row = work.row(_FACTS, [link.branch_id, link.enrolment_id])
        if row is None:
            return None
        state, paid_through, segment, timezone = row
        rests = resting.find(
            work,
            branch_id=link.branch_id,
            enrolment_ids=[link.enrolment_id],
            month=branch_day(at, timezone).replace(day=1),
        )
    stands = standing(state=state, paid_through=paid_through, today=branch_day(at, timezone), segment=segment)
    may = state == "active" and segment == "BPU" and stands.word != "ended"
    return Cover(stands, may, None if state in OVER else rests.get(link.enrolment_id))
