"""What every test may use.

``database``: PostgreSQL with all migrations, this process set up as the web role (no rows; pure tests do not need it).
``demo``: the whole still demo world under its supervisor (web, live, worker), shared by the session.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.prepared import put_migrated
from tests.running import Running, run_demo

DATA = Path(tempfile.mkdtemp(prefix="perisai-test-"))
PAST = date(2024, 1, 1)
"""Tests tell events from then on: each month has its partition, for none can be made once the default one has its rows."""


def pytest_configure(config: pytest.Config) -> None:
    """Settings must be there before test modules import models; nothing is started yet."""
    for variable in [v for v in os.environ if v.startswith(("PERISAI_", "DATABASE_")) and v != "PERISAI_CHROMIUM"]:
        del os.environ[variable]
    from perisai.web import config as configuration

    configuration.export(configuration.resolve(str(DATA)))
    import django

    django.setup()
    _fork_apart()
    _draw_the_same(config)


def _fork_apart() -> None:
    """A forked process opens connections of its own. Tests close theirs before they fork, but the thread that follows the rules
    (``wsgi.py``) may open one in between, and two processes on one connection read each other's answers. What is left behind is
    kept: to tidy it up would take locks that the other process may have held."""
    from django.db.backends.postgresql.base import DatabaseWrapper

    pools, left = DatabaseWrapper._connection_pools, []

    def forget() -> None:
        left.append(dict(pools))
        pools.clear()

    os.register_at_fork(after_in_child=forget)


def _draw_the_same(config: pytest.Config) -> None:
    """Examples of property tests are the same in each run of `make test`; `make test-full` draws others each time. How long a
    busy machine takes to draw them is no fault of theirs."""
    from hypothesis import HealthCheck, settings

    is_same, slow = config.option.markexpr == "not full", [HealthCheck.too_slow]
    settings.register_profile("same", derandomize=is_same, database=None, deadline=None, suppress_health_check=slow)
    settings.load_profile("same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop in this thread until the session ends, and Django refuses
    to be called from under one."""
    items.sort(key=lambda item: "e2e" in item.path.parts)


def pytest_unconfigure(config: pytest.Config) -> None:
    del config
    shutil.rmtree(DATA, ignore_errors=True)


@pytest.fixture(scope="session")
def database() -> Iterator[Path]:
    """The data folder of a migrated, empty database; Django's connection is the web role's."""
    from django.db import connections

    from perisai.events import partitions
    from perisai.web import config as configuration
    from perisai.web.postgres import running

    config = configuration.resolve(str(DATA))
    put_migrated(DATA)
    configuration.ensure_folders(config)
    with running(DATA):
        ahead = datetime.now(UTC).date() + timedelta(days=100)
        partitions.ensure(PAST, 12 * (ahead.year - PAST.year) + ahead.month)
        yield DATA
        for connection in connections.all():
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Do not kill it: tests that do start one of their own with ``run_demo``."""
    with run_demo(tmp_path_factory.mktemp("demo")) as running_demo:
        yield running_demo
