"""Which group an enrolment belongs to: the one column of it that other rooms may set."""

from typing import LiteralString
from uuid import UUID

from perisai.events.work import Work

_SET: LiteralString = """
UPDATE members_enrolment SET group_id = %s
WHERE branch_id = %s AND id = ANY (%s) AND group_id IS DISTINCT FROM %s
"""


def set_group(work: Work, *, branch_id: int, group_id: UUID | None, enrolment_ids: list[UUID]) -> int:
    """Answers how many were in another group, or in none, before."""
    return work.execute(_SET, [group_id, branch_id, enrolment_ids, group_id])
