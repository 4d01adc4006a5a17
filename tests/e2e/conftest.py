"""A running demo of their own for browser tests (they kill its web server), a Chromium, phones and people at desks."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.app import FieldApp
from tests.e2e.chromium import PHONE, chromium
from tests.e2e.desk import Desk
from tests.e2e.release import PRESENT, build
from tests.running import Running, run_demo

LAPTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}, "locale": "id-ID", "timezone_id": "Asia/Jakarta"}
NewPhone = Callable[[], FieldApp]
NewDesk = Callable[..., Desk]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The demo world, still, for browser tests only."""
    with run_demo(tmp_path_factory.mktemp("e2e")) as running:
        yield running


@pytest.fixture(scope="session")
def present(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app of this tree, built as the release ``PRESENT``."""
    return build(PRESENT, tmp_path_factory.mktemp("present") / "app")


@pytest.fixture
def new_phone(browser: Browser, field: Running) -> Iterator[NewPhone]:
    with ExitStack() as stack:

        def make() -> FieldApp:
            context = browser.new_context(**PHONE)
            stack.callback(context.close)
            return FieldApp(context, field.origin)

        yield make


@pytest.fixture
def phone(new_phone: NewPhone) -> FieldApp:
    return new_phone()


@pytest.fixture(scope="session")
def logged_in() -> dict[str, Any]:
    """Cookies of those who logged in before: a code of six digits works once."""
    return {}


@pytest.fixture
def new_desk(browser: Browser, field: Running, logged_in: dict[str, Any]) -> Iterator[NewDesk]:
    """``new_desk("petugas.jambi")``: a laptop where this person is logged in; without a name, nobody is."""
    with ExitStack() as stack:

        def make(username: str | None = None, *, size: dict[str, Any] = LAPTOP) -> Desk:
            context = browser.new_context(**size, storage_state=logged_in.get(username or ""))
            stack.callback(context.close)
            desk = Desk(context, field.origin)
            if username is not None and username not in logged_in:
                desk.log_in(login_of(field, username))
                logged_in[username] = context.storage_state()
            return desk

        yield make


def login_of(running: Running, username: str) -> dict[str, Any]:
    logins: list[dict[str, Any]] = running.credentials()["logins"]
    return next(login for login in logins if login["username"] == username)
