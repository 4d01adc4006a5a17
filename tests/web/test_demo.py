"""The demo world: loaded once, complete, synthetic, and its books are right."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import psycopg

from tests.running import Running
from tests.web.demo_givens import find_missing

ROLES = {"agent", "agency", "sub_branch", "branch", "branch_head", "region", "head_office", "auditor", "system"}


def rows(demo: Running, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(demo.database_url) as connection:
        connection.execute("SELECT set_config('perisai.branches', '{1501,1502}', false)")
        return connection.execute(sql).fetchall()  # type: ignore[arg-type]  # only literals of this file


def test_load_again_changes_nothing_but_codes(demo: Running) -> None:
    tables = ("members_enrolment", "accounts_user", "payments_payment", "offices_office")
    sql = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
    before, known = rows(demo, sql), demo.credentials()
    demo.run("manage", "load_demo")
    again = json.loads(demo.run("demo", "--credentials").stdout)
    assert rows(demo, sql) == before
    assert again["logins"] == known["logins"]
    codes = {agent["activation_code"] for told in (known, again) for agent in told["agents"]}
    assert len(codes) == 2 * len(known["agents"])


def test_logins_cover_every_role_with_a_second_factor(demo: Running) -> None:
    logins = demo.credentials()["logins"]
    assert {login["role"] for login in logins} == ROLES
    assert all(len(login["password"]) >= 12 and login["totp_secret"] and login["recovery_codes"] for login in logins)


def test_branch_jambi_has_ten_licensed_agents_in_two_offices_of_five(demo: Running) -> None:
    found = rows(
        demo,
        """
        SELECT a.agency_office_id, count(*) FROM agents_agent a JOIN agents_licence l USING (branch_id)
        WHERE l.agent_id = a.id AND a.branch_id = 1501 AND current_date BETWEEN l.valid_from AND l.valid_to AND l.state = 'valid'
        GROUP BY 1 ORDER BY 1
        """,
    )
    assert [count for _, count in found] == [5, 5]


def test_members_are_in_every_state_of_the_story(demo: Running) -> None:
    states = dict(rows(demo, "SELECT state, count(*) FROM members_enrolment GROUP BY 1"))
    assert all(states.get(state, 0) > 0 for state in ("accepted", "active", "review", "cancelled"))
    assert sum(states.values()) >= 300
    reasons = {reason for (reason,) in rows(demo, "SELECT DISTINCT reason FROM members_review")}
    assert reasons >= {"identity_same", "identity_similar"}
    waiting = rows(
        demo, "SELECT DISTINCT branch_id, reason FROM members_review WHERE state = 'open' AND reason LIKE 'identity_%'"
    )
    assert {*waiting} == {(branch, f"identity_{kind}") for branch in (1501, 1502) for kind in ("same", "similar")}
    assert rows(demo, "SELECT count(*) FROM payments_notification WHERE state = 'suspense'")[0][0] > 0
    assert rows(demo, "SELECT count(*) FROM members_photo WHERE complete_at IS NOT NULL")[0][0] > 0


def test_all_that_is_taken_as_given_is_there(demo: Running) -> None:
    assert find_missing(demo.database_url, datetime.now(UTC)) == {}


def test_decisions_are_made_in_office_hours(demo: Running) -> None:
    hours = rows(
        demo,
        "SELECT DISTINCT extract(hour FROM decided_at AT TIME ZONE 'Asia/Jakarta') FROM members_review"
        " WHERE decided_at < now() - interval '1 day'",
    )
    assert {int(hour) for (hour,) in hours} <= {*range(9, 16)}


def test_worker_tells_the_simulated_bank_all_codes_over_http_with_signatures(demo: Running) -> None:
    """The job itself, in the worker, to the bank's desk at the web server; the desk's own book says what it was told."""
    demo.run("manage", "procrastinate", "defer", "payments.register_codes", '{"timestamp": 0}')
    sql = (
        "SELECT count(*) FILTER (WHERE known > 0), count(*) FILTER (WHERE error ~ '^[0-9]') FROM payments_code_at_bank"
    )
    book = demo.data / "run" / "simulated-bank.json"
    deadline = time.monotonic() + 180
    while (found := rows(demo, sql)[0])[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert found[0] > 20, found
    assert found[1] == 0, "a bank as strict as a real one refused none"
    held = json.loads(book.read_text(encoding="utf-8"))["codes"]
    known = dict(rows(demo, "SELECT code, known FROM payments_code_at_bank WHERE known > 0"))
    assert {code: f"{amount}.00" for code, amount in known.items()}.items() <= held.items()


def test_people_are_nobody(demo: Running) -> None:
    shown = [row[0] for row in rows(demo, "SELECT nik_masked FROM members_person")]
    phones = [row[0] for row in rows(demo, "SELECT phone FROM members_person WHERE phone IS NOT NULL")]
    assert all(nik.startswith("15") for nik in shown)
    assert all(phone.startswith("+62812000") for phone in phones)


def test_regions_of_the_whole_country_are_there(demo: Running) -> None:
    assert rows(demo, "SELECT count(*) FROM offices_region")[0][0] > 83_000


def test_recount_proves_the_counters(demo: Running) -> None:
    said = demo.run("audit", "recount").stdout
    assert "counters equal events" in said
