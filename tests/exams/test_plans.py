"""Lists and searches of agents, candidates and exams read what they show: every large table through an index and a condition of its
own, not only the one that row-level security adds. As the web role, which cannot choose a plan that skips that."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role
from perisai.agents import queries as agents
from perisai.events.work import Work
from perisai.exams import queries as exams
from perisai.offices.models import Office
from perisai.recruitment import queries as candidates
from perisai.recruitment.queries import Filters
from tests.accounts.people import make_user, tree
from tests.exams.place import Place, make_place
from tests.world import make_agent

pytestmark = pytest.mark.usefixtures("database")
LARGE = {
    "agents_agent", "agents_licence", "recruitment_candidate", "recruitment_word", "recruitment_document", "exams_seat",
    "exams_attempt", "exams_result", "exams_paper_line", "events_counter",
}  # fmt: skip
TODAY = date(2026, 11, 23)
OF_SCOPE = re.compile(r"\(?branch_id = ANY \(\(InitPlan \d+\)\.col1\)\)?( AND )?")

Read = Callable[[Work, Viewer, Place], object]
READS: dict[str, Read] = {
    "agents": lambda work, viewer, _: agents.find(work, viewer=viewer, today=TODAY),
    "agents by name": lambda work, viewer, _: agents.find(work, viewer=viewer, today=TODAY, q="sulas"),
    "agents expiring": lambda work, viewer, _: agents.find(work, viewer=viewer, today=TODAY, licence="expiring"),
    "candidates": lambda work, viewer, _: candidates.find(work, viewer=viewer, filters=Filters()),
    "candidates of a state": lambda work, viewer, _: candidates.find(
        work, viewer=viewer, filters=Filters(state="applied")
    ),
    "candidates by a word": lambda work, viewer, _: candidates.find(work, viewer=viewer, filters=Filters(q="sulas")),
    "candidates by words": lambda work, viewer, _: candidates.find(
        work, viewer=viewer, filters=Filters(q="sulastri za")
    ),
    "candidates by phone": lambda work, viewer, _: candidates.find(
        work, viewer=viewer, filters=Filters(q="0813-0001-9999")
    ),
    "exams": lambda work, _, place: exams.exams(work, branch_id=place.branch.id),
    "attempts": lambda work, viewer, place: exams.attempts(work, viewer=viewer, branch_id=place.branch.id),
    "attempts by name": lambda work, viewer, place: exams.attempts(
        work, viewer=viewer, branch_id=place.branch.id, q="su"
    ),
    "failed": lambda work, viewer, place: exams.attempts(
        work, viewer=viewer, branch_id=place.branch.id, outcome="failed"
    ),
    "annulled": lambda work, viewer, place: exams.attempts(
        work, viewer=viewer, branch_id=place.branch.id, outcome="annulled"
    ),
    "running": lambda work, viewer, place: exams.attempts(
        work, viewer=viewer, branch_id=place.branch.id, outcome="running"
    ),
    "seats": lambda work, viewer, place: exams.seats(
        work, viewer=viewer, branch_id=place.branch.id, exam_id=place.exam_id
    ),
    "dates": lambda work, _, place: exams.sittings(work, branch_id=place.branch.id, exam_id=place.exam_id),
}


@pytest.fixture(scope="module")
def place(database: object) -> Place:
    made = make_place()
    made.trainee = make_agent(made.branch).id
    made.enter()
    made.take(3)
    return made


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def wide(work: Work, sql: str) -> list[str]:
    """Large tables that a statement reads without a condition of its own. Small tables are read whole by choice; that choice is
    taken away."""
    for other_way in ("seqscan", "bitmapscan"):
        work.execute(f"SET LOCAL enable_{other_way} = off")
    ((found,),) = work.rows(f"EXPLAIN (FORMAT JSON) {sql}".replace("%", "%%"))
    return [
        f"{node['Node Type']} {node['Relation Name']} {node.get('Index Cond')}"
        for node in nodes(found[0]["Plan"])
        if node.get("Relation Name") in LARGE and not OF_SCOPE.sub("", node.get("Index Cond", "")).strip("() ")
    ]


@pytest.fixture(scope="module")
def viewers(place: Place) -> dict[Role, Viewer]:
    offices = {Role.HEAD_OFFICE: tree().head, Role.BRANCH: Office.objects.get(id=place.branch.id)}
    return {role: Viewer.of(make_user(role, office)) for role, office in offices.items()}


@pytest.mark.parametrize("role", [Role.HEAD_OFFICE, Role.BRANCH])
@pytest.mark.parametrize("what", READS)
def test_list_reads_no_large_table_whole(place: Place, viewers: dict[Role, Viewer], what: str, role: Role) -> None:
    viewer = viewers[role]
    with Work(scope=viewer.scope) as work:
        with CaptureQueriesContext(connection) as asked:
            READS[what](work, viewer, place)
        assert asked.captured_queries
        for one in asked.captured_queries:
            assert wide(work, one["sql"]) == []


def test_statement_that_reads_a_table_whole_is_found(place: Place) -> None:
    with place.work() as work:
        assert wide(work, "SELECT count(*) FROM exams_attempt WHERE minutes > 3") != []
