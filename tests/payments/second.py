"""A second person who agrees to what the first one proposed."""

from uuid import UUID

from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.payments.proposals import proposal
from perisai.payments.proposals.console import DEEDS


def second(work: Work, branch_id: int, proposal_id: UUID) -> None:
    proposal.approve(work, branch_id=branch_id, proposal_id=proposal_id, deeds=DEEDS)


def approve_all(branch_id: int) -> None:
    """All that waits at the branch, by somebody who proposed none of it."""
    with Work(scope=Scope.branch(branch_id), actor=Actor(user_id=uuid7())) as work:
        rows = work.rows("SELECT id FROM payments_proposal WHERE branch_id = %s AND state = 'proposed'", [branch_id])
        assert rows
        for (waiting,) in rows:
            second(work, branch_id, waiting)
