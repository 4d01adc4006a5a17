"""What a proposed change would do to the bills of present members.

Each branch's members, by what they are billed for, priced by the rules in force and by the proposed ones, month by month.
Set-based: members with equal facts are priced once. Nothing is written but the outcome."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

import orjson

from perisai.contributions.rule_changes import text as rule_text
from perisai.contributions.rule_changes.change import get
from perisai.contributions.rules.in_force import Rules, load
from perisai.contributions.tariffs.pricing import Asked, MonthPrice, price_many
from perisai.contributions.tariffs.tariff import PriceError, months_from
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work

MONTHS: Final = 12
LARGEST: Final = 10

# Members to whom nothing happens within the months are told by the first one: terms, wages and fundings are read once for the whole
# branch and joined by hashing, so that a million members take seconds. The others are few: month by month, by their keys.
_MEMBERS: LiteralString = """
WITH moved AS (
  SELECT enrolment_id FROM contributions_terms
  WHERE branch_id = %(branch)s AND from_month > %(first)s AND from_month <= %(last)s
  UNION SELECT enrolment_id FROM employers_wage
  WHERE branch_id = %(branch)s AND from_month > %(first)s AND from_month <= %(last)s
  UNION SELECT enrolment_id FROM payers_funding
  WHERE branch_id = %(branch)s AND coalesce(last_month, first_month) >= first_month
    AND (first_month > %(first)s AND first_month <= %(last)s OR last_month >= %(first)s AND last_month < %(last)s)
), still AS (
  SELECT e.id, e.segment, e.risk, coalesce(w.wage, t.income, e.income) AS income,
    CASE WHEN f.programmes IS NULL THEN coalesce(t.programmes, e.programmes)
      ELSE ARRAY(SELECT p FROM unnest(coalesce(t.programmes, e.programmes)) AS p WHERE p = ANY (f.programmes)) END AS programmes,
    coalesce(t.transport, e.transport) AS transport, coalesce(f.is_state, false) AS is_state
  FROM members_enrolment e
  LEFT JOIN (
    SELECT DISTINCT ON (enrolment_id) enrolment_id, income, programmes, transport FROM contributions_terms
    WHERE branch_id = %(branch)s AND from_month <= %(first)s ORDER BY enrolment_id, from_month DESC
  ) t ON t.enrolment_id = e.id
  LEFT JOIN (
    SELECT DISTINCT ON (enrolment_id) enrolment_id, wage FROM employers_wage
    WHERE branch_id = %(branch)s AND from_month <= %(first)s ORDER BY enrolment_id, from_month DESC, id DESC
  ) w ON w.enrolment_id = e.id
  LEFT JOIN (
    SELECT enrolment_id, is_state, programmes FROM payers_funding
    WHERE branch_id = %(branch)s AND first_month <= %(first)s AND coalesce(last_month, %(first)s) >= %(first)s
  ) f ON f.enrolment_id = e.id
  WHERE e.branch_id = %(branch)s AND e.state = 'active' AND e.id NOT IN (SELECT enrolment_id FROM moved)
), each AS (
  SELECT e.id, e.segment, e.risk, jsonb_agg(jsonb_build_array(
      coalesce(w.wage, t.income, e.income),
      CASE WHEN f.programmes IS NULL THEN coalesce(t.programmes, e.programmes)
        ELSE ARRAY(SELECT p FROM unnest(coalesce(t.programmes, e.programmes)) AS p WHERE p = ANY (f.programmes)) END,
      coalesce(t.transport, e.transport), coalesce(f.is_state, false)) ORDER BY m.month) AS facts
  FROM moved v
  JOIN members_enrolment e ON e.branch_id = %(branch)s AND e.id = v.enrolment_id AND e.state = 'active'
  CROSS JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 month') AS m (month)
  LEFT JOIN LATERAL (
    SELECT income, programmes, transport FROM contributions_terms
    WHERE branch_id = %(branch)s AND enrolment_id = e.id AND from_month <= m.month ORDER BY from_month DESC LIMIT 1
  ) t ON true
  LEFT JOIN LATERAL (
    SELECT wage FROM employers_wage WHERE branch_id = %(branch)s AND enrolment_id = e.id AND from_month <= m.month
    ORDER BY from_month DESC, id DESC LIMIT 1
  ) w ON true
  LEFT JOIN payers_funding f ON f.branch_id = %(branch)s AND f.enrolment_id = e.id AND f.first_month <= m.month
    AND coalesce(f.last_month, m.month) >= m.month
  GROUP BY e.id, e.segment, e.risk
)
SELECT segment, risk, jsonb_build_array(jsonb_build_array(income, programmes, transport, is_state))::text, count(*)::int,
  (array_agg(id ORDER BY id))[1:10]
FROM still GROUP BY segment, risk, income, programmes, transport, is_state
UNION ALL
SELECT segment, risk, facts::text, count(*)::int, (array_agg(id ORDER BY id))[1:10] FROM each GROUP BY segment, risk, facts
"""
_BRANCHES: LiteralString = "SELECT id FROM offices_office WHERE kind = 'branch' ORDER BY id"
_BEGIN: LiteralString = """
INSERT INTO contributions_rule_trial (id, change_id, state, first_month, months, branches, done, result, asked_at, asked_by,
  moved_at)
VALUES (%s, %s, 'running', %s, %s, %s, 0, '{}', %s, %s, %s)
"""
_RUNNING: LiteralString = """
SELECT 1 FROM contributions_rule_trial
WHERE change_id = %s AND state = 'running' AND moved_at > %s::timestamptz - interval '10 minutes'
"""
_GIVE_UP: LiteralString = """
UPDATE contributions_rule_trial SET state = 'failed', moved_at = %s WHERE change_id = %s AND state = 'running'
"""
_MOVE: LiteralString = """
UPDATE contributions_rule_trial SET done = %s, result = %s, moved_at = %s, state = %s WHERE id = %s AND state = 'running'
"""
_ASKED: LiteralString = (
    "SELECT change_id, first_month, months FROM contributions_rule_trial WHERE id = %s AND state = 'running'"
)


class Group(NamedTuple):
    """Members of a branch with equal facts; ``some`` are at most ten of them. ``facts`` is JSON: [income, programmes, transport,
    paid by a public budget] of each month, or of all where there is one alone."""

    segment: str
    risk: str | None
    facts: str
    members: int
    some: list[UUID]

    def asked(self, months: tuple[date, ...]) -> list[Asked]:
        facts = orjson.loads(self.facts)
        each = (
            [(facts[0], months)]
            if len(facts) == 1
            else [(one, (month,)) for one, month in zip(facts, months, strict=True)]
        )
        segment: Any = self.segment
        return [
            Asked(segment, income, frozenset(programmes), transport, self.risk, some, is_state)
            for (income, programmes, transport, is_state), some in each
        ]


@dataclass
class Sum:
    """Bills (one a member and month), how many change, and rupiah before and after."""

    bills: int = 0
    changed: int = 0
    before: int = 0
    after: int = 0

    def add(self, members: int, before: int, after: int) -> None:
        self.bills += members
        self.changed += members if before != after else 0
        self.before += members * before
        self.after += members * after

    def told(self) -> dict[str, int]:
        return {"bills": self.bills, "changed": self.changed, "before": self.before, "after": self.after}


@dataclass
class Outcome:
    """What the trial has found so far. ``largest``: (difference of a member over all months, branch, enrolment, before, after)."""

    whole: Sum = field(default_factory=Sum)
    branches: dict[int, Sum] = field(default_factory=dict)
    bands: dict[tuple[str, int], Sum] = field(default_factory=dict)
    months: dict[date, Sum] = field(default_factory=dict)
    largest: list[tuple[int, int, str, int, int]] = field(default_factory=list)
    members: int = 0
    members_changed: int = 0
    unpriced: int = 0
    """Members whom one of the two sets of rules cannot price."""

    def told(self) -> dict[str, Any]:
        """As it is kept: lists for the page, in its order."""
        bands = sorted(self.bands.items())
        return {
            **self.whole.told(),
            "members": self.members,
            "members_changed": self.members_changed,
            "unpriced": self.unpriced,
            "branches": [{"branch": branch, **one.told()} for branch, one in self.branches.items()],
            "bands": [{"segment": segment, "base": base, **one.told()} for (segment, base), one in bands],
            "months": [{"month": f"{month:%Y-%m}", **one.told()} for month, one in sorted(self.months.items())],
            "largest": [
                {"branch": branch, "enrolment": enrolment, "before": before, "after": after}
                for _, branch, enrolment, before, after in sorted(self.largest, key=lambda one: (-one[0], one[1:]))
            ],
        }


def ask(work: Work, *, change_id: UUID, today: date) -> UUID:
    """Has a change tried by a job. Raises ``Refused`` E1004, E4208, E4215 while one runs."""
    from perisai.contributions.rule_changes.jobs import try_change

    work.execute("SELECT pg_advisory_xact_lock(hashtextextended('contributions_rule_trial', 0))")
    change = get(work, change_id)
    if change.decided:
        raise Refused("E4208")
    if work.row(_RUNNING, [change_id, work.now]):
        raise Refused("E4215")
    work.execute(_GIVE_UP, [work.now, change_id])
    branches = len(work.rows(_BRANCHES))
    first = max(change.holds_from, today).replace(day=1)
    if change.holds_from > today and change.holds_from.day != 1:
        first = months_from(first, 2)[1]
    trial_id = uuid7()
    values = [trial_id, change_id, first, MONTHS, branches, work.now, work.actor.user_id, work.now]
    work.execute(_BEGIN, values)
    try_change.defer(trial_id=str(trial_id))
    return trial_id


def run(trial_id: UUID) -> None:
    """Looks at branch after branch, keeping what was found after each. Twice does no harm: one that is done is left alone."""
    with Work(scope=Scope.of(())) as work:
        asked = work.row(_ASKED, [trial_id])
        if asked is None:
            return
        change_id, first, count = asked
        change = get(work, change_id)
        branches = [branch for (branch,) in work.rows(_BRANCHES)]
    old, new = load(), rule_text.check(change.file, change.text).rules
    months = tuple(months_from(first, count))
    outcome = Outcome()
    for done, branch_id in enumerate(branches, 1):
        with Work(scope=Scope.branch(branch_id)) as work:
            rows = work.rows(_MEMBERS, {"branch": branch_id, "first": months[0], "last": months[-1]})
            add_branch(outcome, branch_id, [Group(*row) for row in rows], months, old, new)
            state = "done" if done == len(branches) else "running"
            told = orjson.dumps(outcome.told()).decode()
            work.execute(_MOVE, [done, told, work.now, state, trial_id])
    if not branches:
        with Work(scope=Scope.of(())) as work:
            work.execute(_MOVE, [0, orjson.dumps(outcome.told()).decode(), work.now, "done", trial_id])


def fail(trial_id: UUID) -> None:
    """The job could not do it."""
    with Work(scope=Scope.of(())) as work:
        work.execute(
            "UPDATE contributions_rule_trial SET state = 'failed', moved_at = %s WHERE id = %s AND state = 'running'",
            [work.now, trial_id],
        )


def add_branch(
    outcome: Outcome, branch_id: int, groups: Iterable[Group], months: tuple[date, ...], old: Rules, new: Rules
) -> None:
    """Adds the members of a branch. Pure."""
    for group in groups:
        asked = group.asked(months)
        outcome.members += group.members
        try:
            before, after = (list(chain.from_iterable(price_many(asked, rules=rules))) for rules in (old, new))
        except PriceError:
            outcome.unpriced += group.members
            continue
        _add(outcome, branch_id, group, before, after)


def _add(outcome: Outcome, branch_id: int, group: Group, before: list[MonthPrice], after: list[MonthPrice]) -> None:
    for old, new in zip(before, after, strict=True):
        band = (group.segment, old.base if group.segment == "BPU" else pay_band(old.base))
        for one in (
            outcome.whole,
            outcome.branches.setdefault(branch_id, Sum()),
            outcome.bands.setdefault(band, Sum()),
            outcome.months.setdefault(old.month, Sum()),
        ):
            one.add(group.members, old.total, new.total)
    sums = sum(month.total for month in before), sum(month.total for month in after)
    if any(old.total != new.total for old, new in zip(before, after, strict=True)):
        outcome.members_changed += group.members
        for enrolment in group.some[:LARGEST]:
            heapq.heappush(outcome.largest, (abs(sums[1] - sums[0]), branch_id, str(enrolment), *sums))
            if len(outcome.largest) > LARGEST:
                heapq.heappop(outcome.largest)


def pay_band(wage: int) -> int:
    """Wages are shown by the million they begin with."""
    return wage // 1_000_000 * 1_000_000
