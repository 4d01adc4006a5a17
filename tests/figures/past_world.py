"""The branch of ``behind_world`` over three days: what it stood at on two days that are over, while members paid, stopped, were
handed over and had money taken back since. Days pass by moving what was taken of this branch a day back, as only the owner of the
tables can; what a day was taken as, ``take`` wrote."""

from datetime import date, timedelta
from typing import LiteralString
from uuid import UUID

import psycopg

from perisai.figures import take
from perisai.members import portfolio
from perisai.members.enrolments import activation
from perisai.web import config as configuration
from tests.conftest import DATA
from tests.figures.behind_world import ZONE, Known, known_branch, today
from tests.world import system_work

_TABLES: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("figures_standing", "day"),
    ("figures_member", "day"),
    ("figures_listed", "since"),
)
JOINED = date(2026, 6, 1)
"""The first month of ``make_members``."""
_OF: LiteralString = "SELECT id, agent_id FROM members_enrolment WHERE branch_id = %s ORDER BY id"
_PAY: LiteralString = (
    "UPDATE members_enrolment SET state = 'active', paid_through = %s WHERE branch_id = %s AND id = ANY (%s)"
)
_SETTLE: LiteralString = (
    "UPDATE contributions_bill SET state = 'paid', paid_at = now() WHERE branch_id = %s AND enrolment_id = %s"
)
_OWE: LiteralString = "UPDATE contributions_bill SET state = 'open' WHERE branch_id = %s AND enrolment_id = %s"
_LAPSE: LiteralString = "UPDATE members_enrolment SET state = 'lapsed' WHERE branch_id = %s AND id = %s"
_DEPOSIT: LiteralString = """
WITH settled AS (
  UPDATE custody_line l SET settled = l.amount FROM custody_receipt r
  WHERE l.branch_id = %s AND r.branch_id = l.branch_id AND r.id = l.receipt_id AND r.agent_id = %s
)
UPDATE custody_receipt SET state = 'settled', settled_at = now() WHERE branch_id = %s AND agent_id = %s
"""
_WITHDRAW: LiteralString = (
    "UPDATE agents_licence SET state = 'revoked', state_since = now() WHERE branch_id = %s AND agent_id = %s"
)


def a_day_passes(branch_id: int, days: int = 1) -> None:
    """What was taken is of so many days earlier. In two steps, for a key may stand only once."""
    with psycopg.connect(configuration.resolve(str(DATA)).owner_url) as owner:
        for table, day in _TABLES:
            for by in (-5_000, 5_000 - days):
                owner.execute(f"UPDATE {table} SET {day} = {day} + %s WHERE branch_id = %s", [by, branch_id])


def take_now(branch_id: int, known: Known) -> None:
    with system_work(known.branch) as work:
        take.take(work, branch_id=branch_id, timezone=ZONE)


def world_that_moved() -> tuple[Known, date, date]:
    """With the two days that are over, the earlier first."""
    known = known_branch()
    branch_id, this = known.branch.id, today().replace(day=1)
    with system_work(known.branch) as work:
        rows: list[tuple[UUID, UUID]] = work.rows(_OF, [branch_id])
    ids = [row[0] for row in rows]
    placed, loose = (UUID(known.scopes[name].key) for name in ("agent", "other agent"))
    a_day_passes(branch_id)
    with system_work(known.branch) as work:
        work.execute(_PAY, [this, branch_id, [ids[4], ids[7]]])
        work.execute(_SETTLE, [branch_id, ids[4]])
        work.execute(_LAPSE, [branch_id, ids[6]])
        work.execute(_DEPOSIT, [branch_id, placed, branch_id, placed])
        portfolio.move(
            work,
            branch_id=branch_id,
            this_month=this,
            from_agent_id=placed,
            to_agent_id=loose,
            from_month=this,
            enrolment_ids=ids[:2],
        )
    take_now(branch_id, known)
    a_day_passes(branch_id)
    with system_work(known.branch) as work:
        activation.take_back(work, branch_id=branch_id, enrolment_id=ids[2], first_month=JOINED)
        work.execute(_OWE, [branch_id, ids[4]])
        work.execute(_WITHDRAW, [branch_id, loose])
        work.execute(_PAY, [this, branch_id, [ids[5]]])
        portfolio.move(
            work,
            branch_id=branch_id,
            this_month=this,
            from_agent_id=loose,
            to_agent_id=placed,
            from_month=this,
        )
    take_now(branch_id, known)
    return known, today() - timedelta(days=2), today() - timedelta(days=1)
