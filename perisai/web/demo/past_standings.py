"""What branches stood at on the days before the demo's told months, and with whom: members paying, who can catch up, arrears and
quota, worked out from how the members lived. Only a demo may write a past day."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, groupby
from typing import Final, LiteralString

import orjson

from perisai.contributions.cover.rule import add_months
from perisai.events.work import Work
from perisai.web.demo.past_life import ZONE, Life
from perisai.web.demo.people import DemoAgent

COUNTED: Final = ("paying", "catch_up", "ended", "arrears_members", "arrears")
Key = tuple[str, str]

_PUT: LiteralString = """
INSERT INTO figures_standing (branch_id, level, day, key, taken_at, sub_branch_id, agency_office_id, paying, paying_pu, catch_up,
  catch_up_pu, ended, ended_pu, arrears_members, arrears_members_pu, arrears, arrears_pu, custody, custody_overdue, agents_active,
  licences_ending, quota_cap, quota_consumed, quota_leased, quota_left)
SELECT %(branch)s, r.level, d.day, r.key, ((d.day + 1)::timestamp AT TIME ZONE %(zone)s) - interval '1 minute', r.sub, r.office,
  u.paying, 0, u.catch_up, 0, u.ended, 0, u.arrears_members, 0, u.arrears, 0, 0, 0, r.agents, 0, u.cap, u.taken,
  CASE WHEN u.cap IS NOT NULL THEN 0 END, greatest(0, u.cap - u.taken)
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (level text, key text, sub int, office int, agents int, paying int[], catch_up int[],
  ended int[], arrears_members int[], arrears bigint[], cap int[], taken int[])
CROSS JOIN LATERAL unnest(r.paying, r.catch_up, r.ended, r.arrears_members, r.arrears, r.cap, r.taken)
  WITH ORDINALITY AS u (paying, catch_up, ended, arrears_members, arrears, cap, taken, n)
CROSS JOIN LATERAL (SELECT %(first)s::date + u.n::int - 1 AS day) d
ON CONFLICT DO NOTHING
"""
_KEEP: LiteralString = """
WITH listed AS (
  INSERT INTO figures_listed (branch_id, since) VALUES (%(branch)s, %(first)s) ON CONFLICT DO NOTHING
)
INSERT INTO figures_member (branch_id, enrolment_id, day, cover, state, paid_through, agent_id, sub_branch_id, agency_office_id,
  owed)
SELECT %(branch)s, enrolment_id, day, cover, state, paid_through, agent_id, sub_branch_id, agency_office_id, owed
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (enrolment_id uuid, day date, cover text, state text, paid_through date,
  agent_id uuid, sub_branch_id int, agency_office_id int, owed bigint)
ON CONFLICT DO NOTHING
"""
_CAPS: LiteralString = "SELECT period, cap FROM targets_quota WHERE branch_id = %s AND segment = 'all' AND months = 1"


@dataclass(frozen=True)
class Span:
    """Days from ``first`` to ``last``."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def index(self, day: date) -> int:
        return max((day - self.first).days, 0)


def write(work: Work, branch_id: int, lives: Sequence[Life], agents: Sequence[DemoAgent], span: Span) -> None:
    """A row a day, level and key that somebody belongs to. A few statements."""
    moves = _moves(lives, span)
    of_agents = agents_of(branch_id, agents)
    caps, taken = dict(work.rows(_CAPS, [branch_id])), _taken(lives, span)
    rows = []
    for level, key in sorted(moves.keys() | of_agents.keys()):
        mine = moves.get((level, key), {})
        row: dict[str, object] = {"level": level, "key": key, "agents": len(of_agents.get((level, key), ()))}
        row |= {name: list(accumulate(mine.get(name, [0] * len(span.days)))) for name in COUNTED}
        if level == "b":
            of_days = [caps.get(day.replace(day=1)) for day in span.days]
            row["cap"] = of_days
            row["taken"] = [None if cap is None else used for cap, used in zip(of_days, taken, strict=True)]
        if level == "a":
            spot = of_agents[level, key][0].spot
            row |= {"sub": spot.sub_branch, "office": spot.agency}
        rows.append(row)
    asked = {"branch": branch_id, "zone": ZONE.key, "first": span.first, "rows": orjson.dumps(rows).decode()}
    work.execute(_PUT, asked)
    kept = orjson.dumps([row for one in lives for row in _kept(one, span)]).decode()
    work.execute(_KEEP, {"branch": branch_id, "first": span.first, "rows": kept})


def _kept(one: Life, span: Span) -> Iterator[dict[str, object]]:
    """A row for each day on which a member came to stand at something else, as the figures of that day count them."""
    turns = sorted(((day, name, by) for name, day, by in _turns(one) if day <= span.last), key=lambda turn: turn[0])
    spot, covers, owed = one.agent.spot, Counter[str](), 0
    whose = {"enrolment_id": one.id, "agent_id": one.agent.id, "sub_branch_id": spot.sub_branch}
    whose["agency_office_id"] = spot.agency
    paid = sorted((each.at.astimezone(ZONE).date(), add_months(each.after, -1)) for each in one.paid if each.at)
    for day, moved in groupby(turns, key=lambda turn: max(turn[0], span.first)):
        for _, name, by in moved:
            if name == "arrears":
                owed += by
            elif name != "arrears_members":
                covers[name] += by
        cover = next((name for name, count in covers.items() if count), "")
        through = max((month for at, month in paid if at <= day), default=None)
        state = "lapsed" if cover == "ended" else "active"
        yield whose | {"day": day, "cover": cover, "state": state, "paid_through": through, "owed": owed}


def _moves(lives: Sequence[Life], span: Span) -> dict[Key, dict[str, list[int]]]:
    """By key and figure: by how much it moves on each day."""
    found: dict[Key, dict[str, list[int]]] = {}
    size = len(span.days)
    for one in lives:
        moved = [(name, span.index(day), by) for name, day, by in _turns(one) if day <= span.last]
        for key in _keys(one):
            mine = found.setdefault(key, {name: [0] * size for name in COUNTED})
            for name, index, by in moved:
                mine[name][index] += by
    return found


def _turns(one: Life) -> Iterator[tuple[str, date, int]]:
    """(figure, day, by how much) of everything that changes where a member stands."""
    said = ""
    for word, day in _words(one):
        if said:
            yield said, day, -1
        yield word, day, 1
        said = word
    for name, since, until, amount in _owed(one):
        yield name, since, amount
        if until:
            yield name, until, -amount


def _words(one: Life) -> Iterator[tuple[str, date]]:
    """paying, catch_up or ended, each with the day it begins on, in the order of time."""
    covered: date | None = None
    lapses = [over for _, _, over in one.spells if over]
    for each in sorted(one.paid, key=lambda paid: (paid.at, paid.first)):
        assert each.at is not None
        day = each.at.astimezone(ZONE).date()
        if covered is None or day > covered:
            yield from _after(covered, lapses, day)
            if each.after > day:
                yield "paying", day
                covered = each.after
        else:
            covered = max(covered, each.after)
    yield from _after(covered, lapses, date.max)


def _after(covered: date | None, lapses: Sequence[date], until: date) -> Iterator[tuple[str, date]]:
    """What came once cover had ended on the day before ``covered``."""
    if covered is None:
        return
    yield "catch_up", covered
    over = next((day for day in lapses if covered < day <= until), None)
    if over:
        yield "ended", over


def _owed(one: Life) -> Iterator[tuple[str, date, date | None, int]]:
    """Bills that were open when their month was over: (figure, from, until, by how much)."""
    until: date | None = None
    for each in one.bills:
        if each.origin != "run":
            continue
        since = add_months(each.first, 1)
        ends = each.at.astimezone(ZONE).date() if each.at else None
        if ends and ends <= since:
            continue
        yield "arrears", since, ends, each.amount
        if until is None or since >= until:
            yield "arrears_members", since, ends, 1
            until = ends or date.max


def _keys(one: Life) -> list[Key]:
    spot, region = one.agent.spot, one.body["region"]
    keys = [("b", str(one.agent.branch_id)), ("o", str(spot.agency)), ("a", str(one.agent.id)), ("r", region[:5])]
    keys.append(("d", region[:8]))
    return [*keys, ("s", str(spot.sub_branch))] if spot.sub_branch else keys


def agents_of(branch_id: int, agents: Sequence[DemoAgent]) -> dict[Key, list[DemoAgent]]:
    """Who works where, by level and key."""
    found: defaultdict[Key, list[DemoAgent]] = defaultdict(list)
    for agent in agents:
        found["b", str(branch_id)].append(agent)
        found["o", str(agent.spot.agency)].append(agent)
        found["a", str(agent.id)].append(agent)
        if agent.spot.sub_branch:
            found["s", str(agent.spot.sub_branch)].append(agent)
    return dict(found)


def _taken(lives: Sequence[Life], span: Span) -> list[int]:
    """Slots of the month that were taken by the end of each day."""
    on: defaultdict[date, int] = defaultdict(int)
    for one in lives:
        if one.ended is None:
            on[one.day] += 1
    found, sum_ = [], 0
    for day in span.days:
        sum_ = on[day] + (sum_ if day.day > 1 else 0)
        found.append(sum_)
    return found
