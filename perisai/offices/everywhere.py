"""Jobs that look after branches, one after the other."""

import logging
from collections.abc import Callable, Iterable

from perisai.events.scope import Scope
from perisai.events.work import Work

_BRANCHES = (
    "SELECT p.branch_id, o.timezone FROM events_position p JOIN offices_office o ON o.id = p.branch_id ORDER BY 1"
)
Act = Callable[[int, str], object]
"""What is done for a branch, by its id and time zone."""


def in_every_branch(act: Act) -> None:
    """A branch that fails waits for the next time and stops no other."""
    with Work(scope=Scope.nation()) as work:
        branches = work.rows(_BRANCHES)
    in_each(branches, act)


def in_each(branches: Iterable[tuple[int, str]], act: Act) -> None:
    """As ``in_every_branch``, for some of them."""
    for branch_id, timezone in branches:
        try:
            act(branch_id, timezone)
        except Exception as error:  # noqa: BLE001 - told by its kind alone: a database's words may quote a person
            log = logging.getLogger(act.__module__)
            log.error("%s of branch %s failed: %s", act.__name__, branch_id, type(error).__name__)
