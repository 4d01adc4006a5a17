"""The embedded PostgreSQL: real cluster, real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from perisai.web.postgres import Cluster, DatabaseInUse, running

WITH_DATABASE = """
import sys
from pathlib import Path
from perisai.web.postgres import running
with running(Path(sys.argv[1])) as cluster:
    print(cluster.find_postmaster().pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pg")


@pytest.fixture
def cluster(folder: Path) -> Iterator[Cluster]:
    cluster = Cluster(folder)
    cluster.start()
    yield cluster
    cluster.stop()


def _ask(cluster: Cluster, statement: str, role: str = "web") -> object:
    with psycopg.connect(cluster.url(role)) as connection:  # type: ignore[arg-type]
        row = connection.execute(statement).fetchone()  # type: ignore[call-overload]
        return row[0] if row else None


@pytest.fixture
def start_user(folder: Path) -> Iterator[Callable[[], "tuple[subprocess.Popen[str], int]"]]:
    """Starts a process that uses the database until its input closes; answers it and the postmaster's pid."""
    started: list[subprocess.Popen[str]] = []

    def start() -> "tuple[subprocess.Popen[str], int]":
        command = [sys.executable, "-c", WITH_DATABASE, str(folder)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        return process, int(process.stdout.readline())

    yield start
    for process in started:
        process.kill()
        process.__exit__(None, None, None)


def test_start_prepares_a_durable_database_with_powerless_web_role(cluster: Cluster) -> None:
    durable = [
        _ask(cluster, f"SELECT current_setting('{s}')") for s in ("fsync", "full_page_writes", "synchronous_commit")
    ]
    assert durable == ["on", "on", "on"]
    role = "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert _ask(cluster, role) is False
    assert _ask(cluster, role, "owner") is False
    owner = "SELECT datdba::regrole::text || nspowner::regrole FROM pg_database, pg_namespace"
    assert _ask(cluster, f"{owner} WHERE datname = 'perisai' AND nspname = 'public'") == "perisai_ownerperisai_owner"
    assert str(_ask(cluster, "SELECT string_agg(extname, ' ') FROM pg_extension")).count("pg_trgm") == 1
    assert _ask(cluster, "SELECT current_setting('listen_addresses')") == ""


def test_web_role_cannot_make_tables(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url("web")) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE mine (id int)")


def test_wrong_password_is_refused(cluster: Cluster) -> None:
    address = cluster.url("web").split("@", 1)[1]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://perisai_web:wrong@{address}")


def test_start_after_kill_recovers_what_was_committed(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url("owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (id int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    postmaster = cluster.find_postmaster()
    assert postmaster is not None
    postmaster.send_signal(signal.SIGKILL)
    psutil.wait_procs([postmaster], timeout=60)
    cluster.start()
    assert _ask(cluster, "SELECT id FROM kept", "owner") == 7


def test_start_ignores_a_pid_file_whose_pid_is_another_program(folder: Path) -> None:
    (folder / "pg" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}/pg\n1\n5432\n\n\n\nready\n")
    cluster = Cluster(folder)
    assert cluster.find_postmaster() is None
    cluster.start()
    cluster.stop()


def test_start_of_a_second_owner_is_refused_plainly(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perisai.web.postgres.START_SECONDS", 0.2)
    with pytest.raises(DatabaseInUse, match=r"already running on .* another --data folder"):
        Cluster(cluster.data).start()


def test_running_shares_one_database_until_the_last_command_is_done(
    folder: Path, start_user: Callable[[], "tuple[subprocess.Popen[str], int]"]
) -> None:
    (first, first_pid), (second, second_pid) = start_user(), start_user()
    assert first_pid == second_pid
    assert first.stdin is not None
    assert second.stdin is not None
    first.stdin.close()
    with pytest.raises(subprocess.TimeoutExpired):
        first.wait(0.5)
    assert Cluster(folder).is_ready()
    second.stdin.close()
    second.wait(60)
    first.wait(60)
    assert Cluster(folder).find_postmaster() is None


def test_killed_owner_takes_the_database_down_cleanly(
    folder: Path, start_user: Callable[[], "tuple[subprocess.Popen[str], int]"]
) -> None:
    owner, pid = start_user()
    postmaster = psutil.Process(pid)
    owner.kill()
    owner.wait()
    psutil.wait_procs([postmaster], timeout=60)
    assert "database system is shut down" in (folder / "log" / "postgres.log").read_text().splitlines()[-1]


def test_long_data_path_gets_a_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("a-long-name-" * 8)
    with running(deep) as cluster:
        assert not str(cluster.socket_folder).startswith(str(deep))
        assert _ask(cluster, "SELECT 1") == 1
    cluster.socket_folder.rmdir()
