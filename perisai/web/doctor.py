"""``perisai doctor``: what is missing and how to mend it. Looks only (an embedded database is started for it)."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from perisai.web.config import Config

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Check:
    state: State
    what: str
    mend: str = ""


Look = Callable[[Config], Iterator[Check]]


def examine(config: Config) -> int:
    """Prints a line a check and the mend below it; the exit code is 1 when something fails."""
    from perisai.web import doctor_database, doctor_machine

    looks: list[Look] = [*doctor_machine.LOOKS, *doctor_database.LOOKS]
    worst: set[State] = set()
    with _database(config):
        for look in looks:
            for check in _guarded(look, config):
                worst.add(check.state)
                print(f"{check.state:<5} {check.what}", flush=True)
                if check.mend and check.state != "ok":
                    print(f"      mend: {check.mend}")
    print("Something must be mended." if "fail" in worst else "All is well." if "warn" not in worst else "It can run.")
    return 1 if "fail" in worst else 0


def _guarded(look: Look, config: Config) -> Iterator[Check]:
    """One broken check is a finding, not the end of the examination."""
    try:
        yield from look(config)
    except Exception as error:  # noqa: BLE001 - whatever it is, the person wants to read it
        yield Check("fail", f"{look.__name__.strip('_').replace('_', ' ')}: {error}".strip())


@contextmanager
def _database(config: Config) -> Iterator[None]:
    """An installation that was never started is looked at as it is: nothing is made for the doctor's sake."""
    if config.embedded and not (config.data / "pg" / "PG_VERSION").exists():
        yield
        return
    from perisai.web.commands import CannotRun, database
    from perisai.web.postgres import DatabaseFailed, DatabaseInUse

    os.environ.setdefault("PERISAI_LOG_LEVEL", "ERROR")
    opened = database(config)
    try:
        opened.__enter__()
    except (CannotRun, DatabaseFailed, DatabaseInUse) as error:
        print(f"fail  {error}")
        yield
        return
    try:
        yield
    finally:
        opened.__exit__(None, None, None)
