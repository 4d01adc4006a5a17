"""Every statement of the spine's reads and of figures finds its rows by an index that bounds them, as the web role under row-level
security: none reads a large table whole."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role
from perisai.events import country, queries
from perisai.events.clock import FixedClock
from perisai.events.queries import BranchDay, Moved
from perisai.events.reading import Reading, read
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.figures import agents_then, kept, rank, rank_branches, readings, take
from perisai.figures.period import Period
from perisai.figures.place import find
from perisai.members import search
from perisai.offices.models import Office
from perisai.offices.part import Part
from perisai.offices.scopes import AGENCY_OFFICE, AGENT, BRANCH, NATION, REGION, SUB_BRANCH, WHOLE, Watch
from perisai.payments.codes import lease as code_lease
from perisai.sync import me
from perisai.targets.plans.reading import Want, read_targets
from perisai.targets.quotas import lease as slots
from perisai.web import config as configuration
from perisai.web.console import today as home
from tests.accounts.people import make_user
from tests.conftest import DATA
from tests.exams.test_plans import nodes
from tests.world import Branch, make_agent, make_branch

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
TODAY, MONTH = date(2026, 11, 23), Period.month(date(2026, 11, 1))
LONG = Period(date(2026, 3, 5), date(2026, 11, 23))
PAST = date(2026, 11, 11)
TABLES = (
    "targets_figure", "targets_upper_figure", "targets_quota_told",
    "events_counter", "events_country", "figures_standing", "figures_cohort", "members_enrolment", "contributions_bill",
    "custody_receipt", "custody_line", "figures_member",
)  # fmt: skip
LARGE = re.compile("(events_event_2026_(09|10|11)|" + "|".join(TABLES) + ")$")
SCOPE_ALONE = re.compile(r"\(?branch_id = ANY \(\(InitPlan \d+\)\.col1\)\)?( AND )?")
WHOLE_COUNTRY = Watch(NATION, WHOLE)


def of_branch(branch: Branch) -> Watch:
    return Watch(BRANCH, str(branch.id))


def targets_of(branch: Branch, agent: str) -> list[Want]:
    keys = {NATION: WHOLE, REGION: "7", BRANCH: str(branch.id), SUB_BRANCH: "8", AGENCY_OFFICE: "9", AGENT: agent}
    months, days = (date(2026, 1, 1), date(2026, 12, 1)), (None, PAST)
    return [Want(level, key, *months, day, branch.id) for level, key in keys.items() for day in days]


def day(branch: Branch) -> BranchDay:
    return BranchDay(branch.id, TODAY, branch.timezone)


def branches_alike(branch: Branch) -> Reading[Any]:
    found = yield from find(of_branch(branch))
    return (yield from rank_branches.as_of(found, PAST, NOW))


READS: dict[str, Callable[[Branch, str], Reading[Any]]] = {
    "sums": lambda branch, _: queries.sums([day(branch)], ("b", "r", "s", "o", "a")),
    "moved sums": lambda branch, agent: queries.moved_sums([Moved((branch.id, "a", agent), TODAY)]),
    "hours": lambda branch, _: queries.hours([day(branch)], within=False),
    "hours within": lambda branch, _: queries.hours([day(branch)], within=True),
    "hours of days": lambda branch, _: queries.hours_of_days({branch.id: branch.timezone}, "b", "", [TODAY, PAST]),
    "country": lambda branch, _: country.counted([country.Asked(0, branch.timezone, *MONTH, *LONG)], ["captured"]),
    "country by day": lambda branch, _: country.counted_by_day(
        [country.Asked(0, branch.timezone, *LONG, *LONG)], ["captured"]
    ),
    "hours of the country": lambda branch, _: country.hours_of_days({branch.timezone: TODAY}, [TODAY, PAST]),
    "new events": lambda branch, _: queries.new_events({branch.id: (1, 9)}, NOW - timedelta(days=1)),
    "told events": lambda branch, _: queries.told_events({branch.id: 9}, NOW - timedelta(days=1)),
    "last events of an agent": lambda branch, agent: queries.last_events(branch.id, "a", agent),
    "last events of a sub-branch": lambda branch, _: queries.last_events(branch.id, "s", "7"),
    "last events of an office": lambda branch, _: queries.last_events(branch.id, "o", "7"),
    "branch": lambda branch, _: readings.of(of_branch(branch), MONTH, TODAY, NOW),
    "branch of a past day": lambda branch, _: readings.of(of_branch(branch), LONG, PAST, NOW, compare=MONTH),
    "agent": lambda _, agent: readings.of(Watch(AGENT, agent), MONTH, TODAY, NOW),
    "nation": lambda *_: readings.of(WHOLE_COUNTRY, MONTH, TODAY, NOW),
    "nation of a past day": lambda *_: readings.of(WHOLE_COUNTRY, MONTH, PAST, NOW),
    "beneath a branch": lambda branch, _: readings.children(of_branch(branch), MONTH, TODAY, NOW),
    "beneath a branch on a past day": lambda branch, _: readings.children(of_branch(branch), MONTH, PAST, NOW),
    "beneath the nation": lambda *_: readings.children(WHOLE_COUNTRY, MONTH, TODAY, NOW),
    "series": lambda branch, _: readings.series(of_branch(branch), "accepted", LONG, TODAY, NOW),
    "series of standings": lambda branch, _: readings.series(of_branch(branch), "paying", LONG, TODAY, NOW),
    "series of targets": lambda branch, _: readings.series(of_branch(branch), "target", LONG, TODAY, NOW),
    "targets of all levels": lambda branch, agent: read_targets(targets_of(branch, agent)),
    "late": lambda branch, _: readings.late(of_branch(branch), MONTH, PAST, NOW),
    "run rate": lambda *_: readings.rate(WHOLE_COUNTRY, MONTH, TODAY, NOW),
    "pace": lambda *_: readings.pace_of(WHOLE_COUNTRY, TODAY, NOW),
    "agents alike": lambda branch, _: rank.ranked([(branch.id, TODAY)], {}),
    "agents alike of a past day": lambda branch, _: rank.ranked([(branch.id, PAST)], {}, is_past=True),
    "branches alike of a past day": lambda branch, _: branches_alike(branch),
    "kecamatan": lambda branch, _: readings.areas(of_branch(branch), "d", MONTH, TODAY, NOW),
}


def unbound(work: Work, sql: str, params: Any) -> list[str]:
    """Reads of large tables without a condition of their own on the index. Small tables are read whole by choice, which is taken
    away; partitions of months to come are empty."""
    for other_way in ("seqscan", "bitmapscan"):
        work.execute(f"SET LOCAL enable_{other_way} = off")  # type: ignore[arg-type]
    ((found,),) = work.rows("EXPLAIN (FORMAT JSON) " + sql, params)  # type: ignore[operator]
    return [
        f"{node['Node Type']} {node['Relation Name']} {node.get('Index Cond')}"
        for node in nodes(found[0]["Plan"])
        if LARGE.match(node.get("Relation Name", ""))
        and node["Node Type"] != "ModifyTable"
        and not SCOPE_ALONE.sub("", node.get("Index Cond", "")).strip("() ")
    ]


_AS_IF_LARGE = """
SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', %s::text, 'relpages', 1, 'reltuples', 1e8::real)
"""


@pytest.fixture(scope="module", autouse=True)
def large(database: object) -> Iterator[None]:
    """PostgreSQL is told that these tables hold a hundred million rows, so that it plans as it would at size."""
    partitions = [f"events_event_2026_{month:02d}" for month in (9, 10, 11)]
    with psycopg.connect(configuration.resolve(str(DATA)).owner_url, autocommit=True) as owner:
        made = {row[0] for row in owner.execute("SELECT relname FROM pg_class WHERE relkind = 'r'")}
        tables = [table for table in (*TABLES, *partitions) if table in made]
        for table in tables:
            owner.execute(_AS_IF_LARGE, [table])
        yield
        for table in tables:
            owner.execute(f"ANALYZE {table}")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def place(database: object) -> tuple[Branch, str]:
    branch = make_branch(target=None)
    return branch, str(make_agent(branch).id)


@pytest.mark.parametrize("scope", ["branch", "nation"])
@pytest.mark.parametrize("what", READS)
def test_read_is_bounded_by_an_index(place: tuple[Branch, str], what: str, scope: str) -> None:
    branch, agent = place
    of = Scope.branch(branch.id) if scope == "branch" else Scope.nation()
    asked: list[tuple[str, dict[str, Any]]] = []
    with Work(scope=of, clock=FixedClock(NOW)) as work:

        def rows(sql: Any, params: dict[str, Any]) -> list[dict[str, Any]]:
            asked.append((sql, params))
            return work.dicts(sql, params)

        read(READS[what](branch, agent), rows)
        assert asked
        for sql, params in asked:
            assert unbound(work, sql, params) == [], sql


def test_taking_a_standing_reads_one_branch_by_its_indexes(place: tuple[Branch, str]) -> None:
    branch, _ = place
    with Work(scope=Scope.branch(branch.id)) as work:
        facts = {
            "branch": branch.id,
            "day": TODAY,
            "now": NOW,
            "expiring": TODAY,
            "words": "[]",
            "quota": "[]",
            "number": 1,
        }
        assert unbound(work, take._TAKE, facts) == []
        assert unbound(work, take._GONE, facts) == []


def test_numbers_of_the_home_page_are_bounded_by_an_index(place: tuple[Branch, str]) -> None:
    branch, agent = place
    for level, key in (("b", None), ("a", agent)):
        with Work(scope=Scope.branch(branch.id)) as work:
            facts = [[branch.id], level, TODAY, level, TODAY.replace(day=1), key]
            assert unbound(work, home._NUMBERS, facts) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"metric": "contributions", "day_from": "2026-11-01", "day_to": "2026-11-23", "known": "2026-11-22"},
        {"metric": "accepted", "day_from": "2026-11-01", "level": "agent"},
        {"cover": "arrears"},
        {"cover": "paid", "as_of": "2026-11-11"},
        {"cover": "arrears", "as_of": "2026-11-11", "level": "agent"},
    ],
)
def test_members_behind_a_figure_are_found_by_an_index(
    place: tuple[Branch, str], asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    branch, agent = place
    viewer = Viewer.of(make_user(Role.BRANCH, Office.objects.get(id=branch.id)))
    statements: list[tuple[str, Any]] = []
    with Work(scope=viewer.scope) as work:
        monkeypatch.setattr(work, "dicts", lambda sql, params: statements.append((sql, params)) or [])
        named = asked | {"key": agent} if "level" in asked else asked
        search.find(work, viewer=viewer, filters=search.Filters.of(named, TODAY))
        ((sql, params),) = statements
        assert unbound(work, sql, params) == []


def test_agents_of_a_past_day_are_found_by_an_index(place: tuple[Branch, str], monkeypatch: pytest.MonkeyPatch) -> None:
    branch, agent = place
    part = Part(Watch(AGENT, agent))
    statements: list[tuple[str, Any]] = []
    with Work(scope=Scope.branch(branch.id)) as work:
        monkeypatch.setattr(work, "dicts", lambda sql, params: statements.append((sql, params)) or [])
        agents_then.find(work, branches=[branch.id], narrow=("TRUE", []), part=part, day=PAST, which="cash")
        ((sql, params),) = statements
        assert unbound(work, sql, params) == []
        kept.told(work, branches=[branch.id], part=part, day=PAST)
        assert unbound(work, kept._TOLD + "TRUE", [PAST, [branch.id], [branch.id]]) == []


_DAYS_OF_MANY = """
INSERT INTO events_counter (branch_id, level, key, day_captured, day_received, segment, metric, value)
SELECT %(branch)s, 'a', CASE n WHEN 1 THEN %(agent)s ELSE gen_random_uuid()::text END, %(today)s::date - d, %(today)s::date - d,
  'BPU', m, 1
FROM generate_series(1, 200) n, generate_series(0, 29) d, unnest('{captured,accepted}'::text[]) m
"""


@pytest.fixture
def many_days(place: tuple[Branch, str]) -> Iterator[None]:
    """A month of two hundred agents, and statistics of it: what the database analyses by itself, and when, is left to no chance."""
    branch, agent = place
    given = {"branch": branch.id, "agent": agent, "today": TODAY}
    with psycopg.connect(configuration.resolve(str(DATA)).owner_url, autocommit=True) as owner:
        owner.execute("SELECT set_config('perisai.branches', %s, false)", [f"{{{branch.id}}}"])
        try:
            owner.execute(_DAYS_OF_MANY, given)
            owner.execute("ANALYZE events_counter")
            yield
        finally:
            owner.execute("DELETE FROM events_counter WHERE branch_id = %s AND level = 'a'", [branch.id])
            owner.execute(_AS_IF_LARGE, ["events_counter"])


@pytest.mark.usefixtures("many_days")
def test_phone_finds_the_days_of_its_own_agent_by_their_key(place: tuple[Branch, str]) -> None:
    """By level and day alone it would read the days of all agents of the branch, at each sync."""
    branch, agent = place
    given: dict[str, Any] = {"branch": branch.id, "agent": agent, "device": agent, "now": NOW, "rows": "[]", "days": 3}
    given |= {"first": MONTH.first, "from": MONTH.first, "to": TODAY, "today": TODAY, "least": 10, "most": 60}
    with Work(scope=Scope.branch(branch.id)) as work:
        for sql in (me._FIGURES, code_lease._HELD, slots._RENEW):
            ((found,),) = work.rows("EXPLAIN (FORMAT JSON) " + sql, given)
            told = [node for node in nodes(found[0]["Plan"]) if "(key = " in node.get("Index Cond", "")]
            assert [node["Index Name"] for node in told] == ["events_counter_pkey"], sql


def test_statement_that_reads_a_table_whole_is_found(place: tuple[Branch, str]) -> None:
    with Work(scope=Scope.branch(place[0].id)) as work:
        assert unbound(work, "SELECT sum(value) FROM events_counter WHERE value > %(n)s", {"n": 3}) != []
