"""The demo's past: every figure of it has its events, entries and papers behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import psycopg
import pytest

from perisai.events import partitions
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.recount import recount
from perisai.events.scope import Scope
from perisai.events.vault import keyed_hash, unseal
from perisai.events.work import Work
from perisai.figures import cohort, reading
from perisai.figures.period import Period
from perisai.offices.scopes import BRANCH, Watch
from perisai.payments.books import ledger
from perisai.targets.quotas import quota
from perisai.web.demo import two_years
from perisai.web.demo.past_life import Life, Past
from perisai.web.demo.people import DemoAgent
from perisai.web.demo.places import Spot
from tests.world import make_agent, make_branch

ZONE = "Asia/Jakarta"
END = datetime(2026, 11, 23, 3, tzinfo=UTC)
FIRST, LAST = date(2025, 4, 1), date(2026, 9, 20)
LOOKED = date(2026, 3, 31)


@dataclass(frozen=True)
class Built:
    branch_id: int
    lives: list[Life]


@pytest.fixture(scope="module")
def built(database: object, module_owner_url: str) -> Iterator[Built]:
    del database
    partitions.ensure(FIRST, 24)
    with psycopg.connect(module_owner_url) as connection:
        connection.execute("INSERT INTO events_world (kind) VALUES ('demo')")
    try:
        branch = make_branch(target=None)
        agents = [
            DemoAgent(branch.id, make_agent(branch).id, number, "Agen Uji", Spot(150121, None, ("15.71.08",)))
            for number in (1, 2)
        ]
        then = FixedClock(datetime.combine(LOOKED.replace(day=1), time(9), UTC))
        with Work(scope=Scope.branch(branch.id), clock=then) as work:
            quota.set_quota(work, branch_id=branch.id, period=LOOKED.replace(day=1), target=5)
        past = Past(FIRST, LAST, END, seed=7, villages={"15.71.08": ["15.71.08.1001"]})
        yield Built(branch.id, two_years.build_branch(branch.id, agents, past, pace=16))
    finally:
        with psycopg.connect(module_owner_url) as connection:
            connection.execute("DELETE FROM events_world")


@pytest.fixture(scope="module")
def module_owner_url(database: object) -> str:
    from perisai.web import config as configuration

    return configuration.resolve(str(database)).owner_url


def test_counters_equal_events_and_the_books_balance(built: Built) -> None:
    with Work(scope=Scope.branch(built.branch_id)) as work:
        proved = recount(work, branch_id=built.branch_id)
        assert proved.proved, proved.differences[:3]
        assert proved.events > 4 * len(built.lives) / 2 > 200
        assert ledger.prove(work, built.branch_id) == []


def test_people_have_their_papers(built: Built) -> None:
    with Work(scope=Scope.branch(built.branch_id)) as work:
        sql = "SELECT nik_sealed, nik_hash FROM members_person WHERE branch_id = %s AND id = %s"
        sealed, hashed = work.row(sql, [built.branch_id, built.lives[0].person_id]) or (b"", b"")
        lost = work.row(
            """
            SELECT count(*) FROM members_enrolment e WHERE e.branch_id = %s AND (
              NOT EXISTS (SELECT FROM members_heir h WHERE h.branch_id = e.branch_id AND h.enrolment_id = e.id)
              OR NOT EXISTS (SELECT FROM payments_payment_code c WHERE c.code = e.payment_code AND c.enrolment_id = e.id)
              OR (e.state = 'active') <> EXISTS (SELECT FROM contributions_spell s
                WHERE s.branch_id = e.branch_id AND s.enrolment_id = e.id AND upper_inf(s.during)))
            """,
            [built.branch_id],
        )
        nik, claim = built.lives[0].body["nik"], "SELECT enrolment_id FROM members_claim_niks('BPU', %s, %s, %s, now())"
        holder = work.row(claim, [built.branch_id, [keyed_hash("nik", nik)], [uuid7()]])
    assert unseal(sealed).decode() == nik
    assert bytes(hashed) == keyed_hash("nik", nik)
    assert holder == (built.lives[0].id,), "the country's registry knows whose NIK it is"
    assert lost == (0,)


def test_states_are_those_of_a_branch_that_lives(built: Built) -> None:
    states = {one.state for one in built.lives}
    assert states == {"active", "lapsed", "ended", "cancelled"}
    assert any(len(one.spells) > 1 for one in built.lives), "somebody came back"
    assert any(one.received - one.captured > timedelta(days=1) for one in built.lives), "something came late"
    assert not any(one.day == date(2025, 8, 17) for one in built.lives), "nobody works on a national holiday"


# Every number of members that stands on the first of a month, and what the lists of that day add up to.
_NUMBERS_AND_LISTS = """
WITH day AS (
  SELECT d::date AS day FROM generate_series(%(first)s::date, %(last)s::date, interval '1 month') d
), listed AS (
  SELECT d.day, s.* FROM day d CROSS JOIN members_enrolment e CROSS JOIN LATERAL (
    SELECT * FROM figures_member h WHERE h.branch_id = e.branch_id AND h.enrolment_id = e.id AND h.day <= d.day
    ORDER BY h.day DESC LIMIT 1) AS s (branch_id, enrolment_id, since, cover, state, through, agent_id, sub_branch_id, office_id,
      owed)
  WHERE e.branch_id = %(branch)s
), counted AS (
  SELECT l.day, k.level, k.key, count(*) FILTER (WHERE cover = 'paying') AS paying,
    count(*) FILTER (WHERE cover = 'catch_up') AS catch_up, count(*) FILTER (WHERE cover = 'ended') AS ended,
    count(*) FILTER (WHERE owed > 0) AS arrears_members, sum(owed) AS arrears
  FROM listed l CROSS JOIN LATERAL (VALUES ('b', l.branch_id::text), ('o', l.office_id::text), ('a', l.agent_id::text))
    AS k (level, key)
  GROUP BY 1, 2, 3
)
SELECT s.day, s.level, s.key, s.paying, s.catch_up, s.ended, s.arrears_members, s.arrears,
  coalesce(c.paying, 0), coalesce(c.catch_up, 0), coalesce(c.ended, 0), coalesce(c.arrears_members, 0), coalesce(c.arrears, 0)
FROM day d JOIN figures_standing s ON s.branch_id = %(branch)s AND s.day = d.day AND s.level IN ('b', 'o', 'a')
LEFT JOIN counted c ON (c.day, c.level, c.key) = (s.day, s.level, s.key)
"""


def test_lists_of_past_days_hold_as_many_as_their_figures(built: Built) -> None:
    with Work(scope=Scope.branch(built.branch_id)) as work:
        rows = work.rows(_NUMBERS_AND_LISTS, {"branch": built.branch_id, "first": FIRST, "last": LAST})
        assert [row for row in rows if row[3:8] != row[8:]] == []
    assert sum(row[3] for row in rows) > 0 < sum(row[5] for row in rows)
    assert sum(row[7] for row in rows) > 0
    assert len({row[0] for row in rows}) == 18


def test_a_past_month_says_what_it_was(built: Built) -> None:
    """What stood at its end is what payments say that were known by then."""
    scope, month = Watch(BRANCH, str(built.branch_id)), Period(LOOKED.replace(day=1), LOOKED)
    with Work(scope=Scope.branch(built.branch_id)) as work:
        of = reading.of(work, scope, month, LOOKED).values
        paying = work.row(
            """
            SELECT count(DISTINCT enrolment_id) FROM contributions_paid_month
            WHERE branch_id = %s AND month >= %s AND paid_at < %s::timestamp AT TIME ZONE %s
            """,
            [built.branch_id, month.first, LOOKED + timedelta(days=1), ZONE],
        )
    assert (of["paying"],) == paying
    assert of["quota_consumed"] == sum(one.day.replace(day=1) == month.first and not one.ended for one in built.lives)
    assert of["quota_cap"] >= of["quota_consumed"] > 0
    assert of["target"] == 5
    assert all(
        (of[name] or 0) > 0
        for name in ("captured", "accepted", "active", "contributions", "arrears", "catch_up", "ended")
    )


def test_cohorts_grow_smaller_with_the_months(built: Built) -> None:
    with Work(scope=Scope.branch(built.branch_id)) as work:
        cohort.tell(work, branch_id=built.branch_id, timezone=ZONE)
        sql = "SELECT stage, sum(persons) FROM figures_cohort WHERE branch_id = %s AND level = 'b' AND month < %s GROUP BY 1"
        stages = dict(work.rows(sql, [built.branch_id, date(2025, 10, 1)]))
    came = [stages[name] for name in ("accepted", "first_paid", "paying_3", "paying_6", "paying_12")]
    assert came == sorted(came, reverse=True)
    assert came[0] > came[-1] > 0
