"""Many processes at once: no deadlock, nothing lost, counters equal events. Sizes: 16 processes, 50 branches, 40 Works each."""

import random
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from perisai.events.recount import recount
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from tests.processes import run_together
from tests.world import Branch, make_branch, system_work

PROCESSES, BRANCHES, WORKS = 16, 50, 40


def _job(seed: int, branches: list[Branch]) -> Callable[[], int]:
    def run() -> int:
        rng = random.Random(seed)
        reported = 0
        for _ in range(WORKS):
            branch = rng.choice(branches)
            with Work(scope=Scope.branch(branch.id)) as work:
                for _ in range(rng.randrange(1, 8)):
                    work.report(
                        Happened(
                            kind="payment_confirmed",
                            branch_id=branch.id,
                            agent_id=uuid4() if rng.random() < 0.3 else None,
                            sub_branch_id=rng.randrange(1, 4),
                            region_code=f"15.{rng.randrange(1, 12):02d}.01.1001",
                            amount=rng.randrange(1, 100_000),
                        )
                    )
                    reported += 1
        return reported

    return run


def test_sixteen_processes_over_fifty_branches_end_without_deadlock(database: Path) -> None:
    branches = [make_branch(target=None) for _ in range(BRANCHES)]
    before = _deadlocks()
    reported = sum(run_together([_job(seed, branches) for seed in range(PROCESSES)]))
    events = 0
    for branch in branches:
        with system_work(branch) as work:
            proof = recount(work, branch_id=branch.id)
        assert proof.proved, (branch, proof.differences[:3])
        events += proof.events
    assert events == reported
    assert _deadlocks() == before


def test_counters_taken_in_any_order_do_deadlock(database: Path) -> None:
    """The pair of the test above: the same two rows, locked crosswise, end in a deadlock; so the order is what helps."""
    import os
    import threading

    branch = make_branch()
    with system_work(branch) as work:
        for region in ("15.01", "15.02"):
            work.report(
                Happened(kind="payment_confirmed", branch_id=branch.id, region_code=f"{region}.01.1001", amount=1)
            )
    met = threading.Barrier(2)
    outcomes: list[str] = []

    def cross(first: str, second: str) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"]) as bare:
            bare.execute("SELECT set_config('perisai.branches', %s, true)", [f"{{{branch.id}}}"])
            update = "UPDATE events_counter SET value = value WHERE branch_id = %s AND level = 'r' AND key = %s"
            bare.execute(update, [branch.id, first])
            met.wait(60)
            try:
                bare.execute(update, [branch.id, second])
                outcomes.append("through")
            except psycopg.errors.DeadlockDetected:
                outcomes.append("deadlock")

    threads = [
        threading.Thread(target=cross, args=pair, daemon=True) for pair in (("15.01", "15.02"), ("15.02", "15.01"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["deadlock", "through"]


def test_work_without_scope_raises_instead_of_returning_nothing(database: Path) -> None:
    from django.db import DatabaseError, connection, transaction

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM members_person")


def test_web_role_owns_nothing_and_cannot_pass_row_security(database: Path) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = current_user"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT has_table_privilege('events_event', 'UPDATE') OR has_table_privilege('events_event', 'DELETE')"
            " OR has_table_privilege('payments_ledger_entry', 'UPDATE')"
            " OR has_table_privilege('members_nik_claim', 'SELECT')"
        )
        assert cursor.fetchone() == (False,)


def test_rows_of_another_branch_are_neither_seen_nor_written(database: Path) -> None:
    from django.db import DatabaseError

    mine, other = make_branch(), make_branch()
    with Work(scope=Scope.branch(mine.id)) as work:
        assert work.rows("SELECT 1 FROM targets_quota WHERE branch_id = %s", [other.id]) == []
    with pytest.raises(DatabaseError), Work(scope=Scope.branch(mine.id)) as work:
        work.execute(
            "INSERT INTO agents_agent (branch_id, code, full_name, phone, state, since) VALUES (%s, 'x', 'x', '', 'active', now())",
            [other.id],
        )


def test_every_operational_table_has_row_security(database: Path) -> None:
    from django.db import connection

    apart = {"accounts_device", "accounts_activation_code", "members_nik_claim", "offices_office", "events_position"}
    apart |= {
        "payments_payment_code",
        "payments_notification",
        "reconciliation_item",
        "payments_code_block",
        "members_kpj",
        "members_kpj_block",
        "agents_licence_number",
        "recruitment_nik_claim",
        "recruitment_bar",
        "employers_npp",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'branch_id'
            WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity
              AND NOT c.relispartition
            """
        )
        open_tables = {row[0] for row in cursor.fetchall()}
    assert open_tables <= apart, open_tables - apart


def _deadlocks() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
