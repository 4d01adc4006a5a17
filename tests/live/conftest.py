"""Fixtures of the live tests. Models are imported late: conftest files are read before Django is set up."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from tests.running import free_port

if TYPE_CHECKING:
    from tests.live.listening import LiveProcess
    from tests.live.places import Country


@pytest.fixture(scope="session")
def live(database: Path) -> "Iterator[LiveProcess]":
    from tests.live.listening import LiveProcess

    process = LiveProcess(free_port())
    process.start()
    try:
        yield process
    finally:
        process.stop()


@pytest.fixture
def country(database: Path) -> "Country":
    from tests.live.places import make_country

    return make_country()


@pytest.fixture
def watcher(country: "Country") -> UUID:
    """A user of head office."""
    from perisai.accounts.models import Role
    from tests.live.places import make_user

    return UUID(str(make_user(Role.HEAD_OFFICE, country.head).pk))
