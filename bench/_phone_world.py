"""An agent with many members, loaded set-based, and activation codes for phones of theirs."""

from dataclasses import dataclass
from uuid import UUID

import httpx

from bench import _push_world
from perisai.accounts import device
from perisai.accounts.agent_card import find_card
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work

# A list as it looks after a year: most are paid for, some wait for their first payment, a few are looked at or gone.
_VARY = """
UPDATE members_enrolment e SET
  state = CASE n %% 20 WHEN 0 THEN 'review' WHEN 1 THEN 'accepted' WHEN 2 THEN 'accepted' WHEN 3 THEN 'lapsed' ELSE 'active' END,
  payment_code = lpad((8801500000000000 + %(branch)s * 100000 + n)::text, 16, '0'),
  paid_through = CASE WHEN n %% 20 > 2 THEN date_trunc('month', current_date)::date END,
  captured_on = current_date - (n %% 360)::int, region_code = '15.71.08.' || 1001 + n %% 5
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM members_enrolment WHERE branch_id = %(branch)s) numbered
WHERE e.branch_id = %(branch)s AND e.id = numbered.id
"""
_MASKS = """
UPDATE members_person SET nik_masked = '1571**********' || lpad((abs(hashtext(id::text)) %% 100)::text, 2, '0')
WHERE branch_id = %s
"""


@dataclass(frozen=True)
class Agent:
    """An agent in a branch of their own, and codes for phones of theirs, each good for one: while Playwright runs, Django lets
    nobody ask the database."""

    branch_id: int
    id: UUID
    codes: list[str]

    def new_code(self) -> str:
        return self.codes.pop()


def make_agent(origin: str, members: int, codes: int) -> Agent:
    """With an event for each member, so that a phone pulls them all."""
    with httpx.Client(base_url=origin, trust_env=False) as client:
        (lane,) = _push_world.make_lanes(_push_world.next_free_branch(), 1, members, client)
    branch = lane.branch_id
    with Work(scope=Scope.branch(branch)) as work:
        work.execute(_VARY, {"branch": branch})
        work.execute(_MASKS, [branch])
        ((agent,),) = work.rows("SELECT id FROM agents_agent WHERE branch_id = %s", [branch])
        made = work.rows("SELECT id, region_code FROM members_enrolment WHERE branch_id = %s ORDER BY id", [branch])
        for enrolment, region in made:
            work.report(
                Happened("enrolment_accepted", branch, subject_id=enrolment, agent_id=agent, region_code=region)
            )
        card = find_card(work, branch_id=branch, agent_id=agent)
        assert card is not None
        return Agent(branch, agent, [device.issue_code(work, agent=card).code for _ in range(codes)])
