"""Health told apart: a running database without worker and live is degraded, not down."""

from pathlib import Path

import pytest
from django.db import connection

from perisai.web import health


def _beat(seconds_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))",
            [seconds_ago],
        )


@pytest.mark.usefixtures("database")
def test_look_without_worker_and_live_is_degraded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERISAI_LIVE_INTERNAL", "http://127.0.0.1:9")
    assert health.look() == {
        "world": "real",
        "status": "degraded",
        "web": "ok",
        "database": "ok",
        "worker": "away",
        "live": "away",
    }


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("seconds_ago", "worker"), [(5, "ok"), (120, "away")])
def test_look_takes_a_worker_without_heartbeat_for_dead(
    monkeypatch: pytest.MonkeyPatch, seconds_ago: int, worker: str
) -> None:
    monkeypatch.setenv("PERISAI_LIVE_INTERNAL", "http://127.0.0.1:9")
    _beat(seconds_ago)
    assert health.look()["worker"] == worker


def test_connection_of_tests_is_the_web_role(database: Path) -> None:
    assert database.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("perisai_web",)
