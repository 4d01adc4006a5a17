"""Placements with districts of the agents in the field."""

from datetime import date, timedelta

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.web.demo.people import AGENTS, HISTORY, DemoAgent, agents

MOVED = 10
"""The agent in Jambi who came from another sub-branch a month ago."""


def build_placements(today: date) -> None:
    """One statement a branch; agents who are placed already stay where they are."""
    since = today - HISTORY - timedelta(days=30)
    moved_on = today - timedelta(days=33)
    for branch_id in AGENTS:
        mine = [agent for agent in agents() if agent.branch_id == branch_id]
        rows = [row for agent in mine for row in _stays(agent, since, moved_on)]
        with Work.open(scope=Scope.branch(branch_id)) as work:
            work.execute(
                """
                INSERT INTO agents_placement (branch_id, agent_id, sub_branch_id, agency_office_id, districts, during, reason,
                  placed_at)
                SELECT %s, n.agent, n.sub, n.agency, string_to_array(n.districts, ' '), daterange(n.since, n.until), n.reason, %s
                FROM unnest(%s::uuid[], %s::int[], %s::int[], %s::text[], %s::date[], %s::date[], %s::text[])
                  AS n (agent, sub, agency, districts, since, until, reason)
                WHERE NOT EXISTS (SELECT FROM agents_placement p WHERE p.branch_id = %s AND p.agent_id = n.agent)
                """,
                [branch_id, work.now, *(list(column) for column in zip(*rows, strict=True)), branch_id],
            )


def _stays(agent: DemoAgent, since: date, moved_on: date) -> list[tuple[object, ...]]:
    spot = agent.spot
    here = " ".join(spot.districts)
    if agent.number != MOVED:
        return [(agent.id, spot.sub_branch, spot.agency, here, since, None, "")]
    return [
        (agent.id, 150112, spot.agency, "15.06.02", since, moved_on, ""),
        (agent.id, spot.sub_branch, spot.agency, here, moved_on, None, "Pasar Sengeti belum ada agennya"),
    ]
