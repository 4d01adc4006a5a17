"""The doctor finds what is wrong, says how to mend it, and fails only for what keeps Perisai from running."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from perisai.web import config as configuration
from perisai.web import doctor_database, doctor_machine
from perisai.web.config import Config
from perisai.web.doctor import Check, examine
from perisai.web.postgres import Cluster


@pytest.fixture(scope="module")
def config(database: Path) -> Iterator[Config]:
    """Databases of tests are not durable through the death of the machine; while the doctor looks, this one is."""
    with psycopg.connect(Cluster(database).url("superuser"), autocommit=True) as connection:
        for name in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = on")
        connection.execute("SELECT pg_reload_conf()")
        yield configuration.resolve(str(database))
        connection.execute("ALTER SYSTEM RESET ALL")
        connection.execute("SELECT pg_reload_conf()")


def _look(name: str, config: Config) -> list[Check]:
    looks = {look.__name__: look for look in (*doctor_machine.LOOKS, *doctor_database.LOOKS)}
    return list(looks[name](config))


def test_database_in_order_is_all_ok(config: Config) -> None:
    checks = [check for name in ("_database", "_migrations", "_partitions", "_keys") for check in _look(name, config)]
    assert {check.state for check in checks} == {"ok"}
    assert any("obeys row-level security" in check.what for check in checks)


def test_owner_in_place_of_the_web_role_fails_with_the_mend(config: Config) -> None:
    checks = _look("_database", replace(config, database_url=config.owner_url))
    (role,) = [check for check in checks if check.state == "fail"]
    assert "owns" in role.what
    assert "roles.sql" in role.mend


def test_superuser_in_place_of_the_web_role_fails(config: Config, database: Path) -> None:
    checks = _look("_database", replace(config, database_url=Cluster(database).url("superuser")))
    assert any(check.state == "fail" and "superuser" in check.what for check in checks)


def test_unreachable_server_fails_without_a_traceback(config: Config) -> None:
    away = replace(config, embedded=False, database_url="postgresql://nobody@127.0.0.1:9/none")
    assert [check.state for check in _look("_database", away)] == ["fail"]


def test_lost_key_of_an_installation_in_use_fails(config: Config, tmp_path: Path) -> None:
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "PG_VERSION").write_text("18\n")
    (tmp_path / "keys").mkdir(mode=0o700)
    checks = _look("_keys", replace(config, data=tmp_path))
    assert checks[0].state == "fail"
    assert "backup" in checks[0].mend


def test_plain_http_on_a_public_name_warns_that_phones_will_not_install(config: Config) -> None:
    (check,) = _look("_tls", replace(config, origin="http://perisai.example"))
    assert check.state == "warn"
    assert "Caddyfile" in check.mend


def test_examine_prints_the_mend_and_returns_failure(
    config: Config, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor_machine, "ROOT", tmp_path)
    assert examine(config) == 1
    printed = capsys.readouterr().out
    assert "fail  front end field not built" in printed
    assert "mend: make build" in printed
