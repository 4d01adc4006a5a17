"""After a bulk load PostgreSQL knows at once what the tables hold that grew, and of small work it is not asked to look."""

import os
from datetime import date

import psycopg
import pytest
from django.db import connection

from perisai.events import work as works
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")

_LOAD = """
INSERT INTO figures_cohort (branch_id, level, month, stage, key, segment, persons, taken_at)
SELECT %s, 'a', %s, 'accepted', 'grown-' || n, 'BPU', 1, now() FROM generate_series(1, %s) n
"""
_ANALYSED = "SELECT analyze_count FROM pg_stat_user_tables WHERE relname = 'figures_cohort'"


def load(branch: Branch, rows: int) -> None:
    with system_work(branch) as work:
        work.execute(_LOAD, [branch.id, date(2020, 1, 1), rows])


def expected(branch: Branch) -> int:
    """Rows of the branch, as PostgreSQL plans with them."""
    with system_work(branch) as work:
        asked = "EXPLAIN (FORMAT JSON) SELECT FROM figures_cohort WHERE branch_id = %s AND level = 'a'"
        return int(work.rows(asked, [branch.id])[0][0][0]["Plan"]["Plan Rows"])


def analysed() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_ANALYSED)
        return int(cursor.fetchone()[0])


def test_bulk_load_is_planned_with_as_soon_as_it_is_there() -> None:
    branch = make_branch(target=None)
    load(branch, works.BULK)
    assert works.BULK / 2 < expected(branch) < works.BULK * 2


def test_small_work_makes_nobody_look_at_tables() -> None:
    branch = make_branch(target=None)
    before = analysed()
    load(branch, works.BULK - 100)
    assert analysed() == before
    load(make_branch(target=None), works.BULK)
    assert analysed() == before + 1, "it is seen where somebody looks"


def test_load_does_not_wait_for_who_looks_already() -> None:
    branch = make_branch(target=None)
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as other:
        other.execute("ANALYZE figures_cohort")  # holds its lock until the end of the transaction
        load(branch, works.BULK)
        with system_work(branch) as work:
            assert work.rows("SELECT count(*) FROM figures_cohort WHERE branch_id = %s", [branch.id]) == [(works.BULK,)]
