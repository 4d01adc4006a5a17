"""What lies before the demo's told months, for screens that look back: two years of members, dues, lapses and returns, targets,
quotas and standings of both branches. Members are people with papers like the told ones, and every figure has its events and
entries behind it; they are only written set-based instead of through the verbs."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from perisai.accounts.models import User
from perisai.contributions.cover.rule import add_months
from perisai.events import partitions, recount
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.web.demo import past_rows, past_standings, targets
from perisai.web.demo.past_life import PACE, ZONE, Life, Past
from perisai.web.demo.people import AGENTS, HISTORY, DemoAgent, agents
from perisai.web.demo.plan import villages

SEED: Final = 2411
LAST_YEAR: Final = {("BPU", "persons"): 5, ("BPU", "contributions"): 500_000, ("BPU", "outreach"): 10}
THIS_YEAR: Final = {("BPU", "persons"): 7, ("BPU", "contributions"): 900_000, ("BPU", "outreach"): 14}
"""Of an agent and month, before the told months."""

_IS_THERE: LiteralString = "SELECT EXISTS (SELECT FROM members_enrolment WHERE branch_id = %s)"
# Who came earlier has the licences of earlier years, each for a year.
_SINCE: LiteralString = """
WITH moved AS (
  UPDATE agents_agent SET since = %(since)s WHERE branch_id = %(branch)s AND since > %(since)s RETURNING id
), placed AS (
  UPDATE agents_placement p SET during = daterange(%(since)s, upper(p.during)) FROM moved
  WHERE p.branch_id = %(branch)s AND p.agent_id = moved.id AND lower(p.during) = %(begin)s
)
INSERT INTO agents_licence (branch_id, agent_id, number, valid_from, valid_to, state, state_since)
SELECT l.branch_id, l.agent_id, l.number || '/' || y.n, y.first, y.last, 'valid', y.first
FROM agents_licence l
CROSS JOIN LATERAL (
  SELECT n, greatest(%(since)s::date, l.valid_from - 365 * n) AS first, l.valid_from - 365 * (n - 1) - 1 AS last
  FROM generate_series(1, 3) AS n
) y
WHERE l.branch_id = %(branch)s AND y.first <= y.last
"""
_LICENCES: LiteralString = (
    "SELECT agent_id, valid_from, id FROM agents_licence WHERE branch_id = %s ORDER BY valid_from"
)


def build_two_years(end: datetime, years: int) -> str:
    """Once, before anybody is told of: an installation with members keeps what it has. Answers a line about it."""
    begin = (end - HISTORY).astimezone(ZONE).date()
    first = (end - timedelta(days=365 * years)).astimezone(ZONE).date().replace(day=1)
    if years == 0 or _is_there():
        return "the past is as it was"
    partitions.ensure(first, 12 * years + partitions.MONTHS_AHEAD)
    _build_targets(begin, end)
    count, places, last = 0, villages(), begin - timedelta(days=1)
    for branch_id in AGENTS:
        mine = [agent for agent in agents() if agent.branch_id == branch_id]
        past = Past(first, last, end - timedelta(days=1), seed=SEED + branch_id, villages=places)
        count += len(build_branch(branch_id, mine, past, PACE[branch_id]))
    return f"{count} members of {years} years"


def _is_there() -> bool:
    for branch_id in AGENTS:
        with Work(scope=Scope.branch(branch_id)) as work:
            row = work.row(_IS_THERE, [branch_id])
        if row and row[0]:
            return True
    return False


def _build_targets(begin: date, end: datetime) -> None:
    """Smaller ones before the told months; in those the agency offices are new, and so is the plan."""
    people = dict(User.objects.values_list("username", "id"))
    this = begin.replace(month=1, day=1)
    for year, an_agent in ((add_months(this, -12), LAST_YEAR), (this, THIS_YEAR)):
        for office, shares in targets.cascade(an_agent).items():
            targets.settle(office, year, shares, people, _soon_before(year))
    for office, shares in targets.cascade().items():
        targets.settle(office, begin.replace(day=1), shares, people, end - HISTORY, is_change=True)


def _soon_before(year: date) -> datetime:
    return datetime(year.year - 1, 12, 15, 10, tzinfo=ZONE)


def build_branch(branch_id: int, mine: Sequence[DemoAgent], past: Past, pace: int) -> list[Life]:
    """The members of a branch whom its agents ``mine`` enrolled, with everything that belongs to them. A fixed number of
    statements."""
    lives = past.draw(mine, pace)
    with Work(scope=Scope.branch(branch_id), clock=FixedClock(past.end)) as work:
        begin = past.last + timedelta(days=1)
        since = past.first - timedelta(days=30)
        work.execute(_SINCE, {"branch": branch_id, "since": since, "begin": begin - timedelta(days=30)})
        around = past_rows.Around(branch_id, _licences(work, branch_id))
        row = work.row("SELECT number FROM events_position WHERE branch_id = %s", [branch_id])
        lives = past_rows.write(work, around, lives)
        work.execute(recount.COUNT, recount.counting(branch_id, row[0] if row else 0))
        past_standings.write(work, branch_id, lives, mine, past_standings.Span(past.first, past.last))
    return lives


def _licences(work: Work, branch_id: int) -> dict[UUID, list[tuple[date, UUID]]]:
    found: defaultdict[UUID, list[tuple[date, UUID]]] = defaultdict(list)
    for agent_id, since, id_ in work.rows(_LICENCES, [branch_id]):
        found[agent_id].append((since, id_))
    return dict(found)
