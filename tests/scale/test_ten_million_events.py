"""The spine at size: ten million events, loaded set-based, worked on by real Works, and proved by recount.

Full size (`make test-full`): 10 branches x 1,000,000 events. `make test` runs the same with 2 x 10,000. Around the load the test
works on as people do, so that what is proved is not only what the loader wrote.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from perisai.events.ids import uuid7
from perisai.events.recount import COUNT, counting, recount
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.sync.pull import CHANGED
from tests.world import Branch, make_branch, system_work

AGENTS, DAYS, WORKS = 200, 60, 50

# Numbers go on from where the branch stands; an event a moment, evenly over the days; kinds, agents and regencies by turns.
_EVENTS = """
INSERT INTO events_event (branch_id, number, id, received_at, kind, agent_id, region_code, segment, subject_id, quantity, amount,
  captured_from, captured_to, day_captured, day_received, detail)
SELECT %(branch)s, %(start)s + n, uuidv7(), t.at, (ARRAY['enrolment_accepted', 'payment_confirmed', 'member_activated',
  'enrolment_cancelled'])[1 + n %% 4], (%(agents)s::uuid[])[1 + n %% %(agent_count)s],
  '15.' || lpad((1 + n %% 9)::text, 2, '0') || '.01.1001', 'BPU', uuidv7(), 1, 1000 + n %% 97, t.at, t.at,
  (t.at AT TIME ZONE 'Asia/Jakarta')::date, (t.at AT TIME ZONE 'Asia/Jakarta')::date, '{}'
FROM generate_series(1, %(count)s) AS n
CROSS JOIN LATERAL (SELECT %(from)s::timestamptz + n * (%(span)s::interval / %(count)s) AS at) t
"""


@pytest.mark.parametrize(
    ("branches", "events"), [(2, 10_000), pytest.param(10, 1_000_000, marks=pytest.mark.full)], ids=["small", "full"]
)
def test_recount_proves_what_was_loaded_and_worked_on(database: Path, branches: int, events: int) -> None:
    agents = [uuid7() for _ in range(AGENTS)]
    made = [make_branch(target=None) for _ in range(branches)]
    for branch in made:
        _work(branch, agents)
        _load(branch, agents, events)
        _work(branch, agents)
    for branch in made:
        with system_work(branch) as work:
            proof = recount(work, branch_id=branch.id)
        assert proof.proved, (branch, proof.differences[:3])
        assert proof.events == events + 2 * WORKS
        _assert_reads_use_their_index(branch, agents[0], events)


def _work(branch: Branch, agents: list[UUID]) -> None:
    for index in range(WORKS):
        with Work(scope=Scope.branch(branch.id)) as work:
            facts: dict[str, Any] = {
                "agent_id": agents[index % AGENTS],
                "region_code": "15.03.01.1001",
                "amount": index + 1,
            }
            work.report(Happened(kind="payment_confirmed", branch_id=branch.id, subject_id=uuid7(), **facts))


def _load(branch: Branch, agents: list[UUID], count: int) -> None:
    """As the owner, in one transaction: events, counters and position, each by one statement."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        row = owner.execute(
            "SELECT number FROM events_position WHERE branch_id = %s FOR UPDATE", [branch.id]
        ).fetchone()
        assert row is not None
        facts = {
            "branch": branch.id,
            "start": row[0],
            "count": count,
            "agents": agents,
            "agent_count": AGENTS,
            "from": datetime.now(UTC) - timedelta(days=DAYS),
            "span": timedelta(days=DAYS),
        }
        owner.execute(_EVENTS, facts)
        owner.execute(COUNT, counting(branch.id, row[0]))
        owner.execute("UPDATE events_position SET number = number + %s WHERE branch_id = %s", [count, branch.id])


def _assert_reads_use_their_index(branch: Branch, agent_id: UUID, events: int) -> None:
    """A phone's pull late in a long history reads what its agent has since, not the branch's history; as the web role, under
    row-level security."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("ANALYZE events_event")
    with system_work(branch) as work:
        asked = {
            "branch": branch.id,
            "agent": agent_id,
            "cursor": events // 2,
            "limit": 500,
            "place": events // 2 << 20,
        }
        plan = work.rows("EXPLAIN (FORMAT JSON) " + CHANGED, asked)[0][0]
    scanned = [node for node in _nodes(plan[0]["Plan"]) if node["Node Type"] == "Seq Scan"]
    # Partitions of months to come are empty: reading nothing by a scan is right.
    assert all(node["Plan Rows"] < 100 for node in scanned), scanned


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from _nodes(below)
