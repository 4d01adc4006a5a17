"""Phones of agents of their own, each behind a line that the test can spoil; one server for all."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from tests.e2e.app import FieldApp
from tests.e2e.chromium import launched
from tests.e2e.line import line_to
from tests.e2e.mishaps.books import Books
from tests.e2e.mishaps.place import placed
from tests.e2e.mishaps.stall import PHONE_ANYWHERE, Stall
from tests.running import Running

AGENTS = 40


@pytest.fixture(scope="session")
def agents(field: Running) -> Iterator[list[str]]:
    """Two activation codes each for agents whom nobody else uses."""
    return iter(placed(field, AGENTS))


@pytest.fixture(scope="session")
def books(field: Running) -> Books:
    return Books(field)


@pytest.fixture
def stall(browser: Browser, field: Running, agents: Iterator[list[str]]) -> Iterator[Stall]:
    """An activated phone."""
    with ExitStack() as stack:
        yield activated(stack, browser, field, next(agents))


@pytest.fixture
def fresh_stall(browser: Browser, field: Running, agents: Iterator[list[str]]) -> Iterator[Stall]:
    """A phone that is not activated yet."""
    with ExitStack() as stack:
        yield opened(stack, browser, field, next(agents))


@pytest.fixture
def killable_stall(browser: Browser, field: Running, agents: Iterator[list[str]]) -> Iterator[Stall]:
    """An activated phone in a browser of its own: its page can be killed without harm to other tests."""
    with ExitStack() as stack:
        own = stack.enter_context(launched(browser.browser_type))
        yield activated(stack, own, field, next(agents))


def activated(stack: ExitStack, browser: Browser, field: Running, codes: list[str]) -> Stall:
    stall = opened(stack, browser, field, codes)
    stall.activate()
    return stall


def opened(stack: ExitStack, browser: Browser, field: Running, codes: list[str]) -> Stall:
    line = stack.enter_context(line_to(field.origin))
    context = browser.new_context(**PHONE_ANYWHERE)
    stack.callback(context.close)
    return Stall(FieldApp(context, line.origin), line, context, codes)
