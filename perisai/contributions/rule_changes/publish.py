"""Brings the rules in force from the database to the data folder of this machine, where every process looks (``rules.load``).

The database says what is in force; the folder is a copy. A set is written whole under a name of its own, then the pointer is moved,
so that a reader sees one set or the other and a process that is killed leaves the set before."""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Thread
from time import sleep
from uuid import uuid4

import orjson
from django.db import Error, connection

from perisai.contributions.rules import in_force as rules

log = logging.getLogger(__name__)

_NEWEST = "SELECT number, files FROM contributions_rule_set ORDER BY number DESC LIMIT 1"
_LOOK_EVERY = 20.0


def refresh() -> bool:
    """Makes the folder say what the database says; whether it had to. Cheap where it does already."""
    folder = rules.published_folder()
    if folder is None:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        wanted, files = _newest()
        if wanted == _pointed(folder):
            return False
        if wanted is None:
            (folder / rules.POINTER).unlink(missing_ok=True)
        else:
            _write(folder, wanted, files)
    return True


def follow() -> None:
    """Looks at the database now and then for as long as the process lives: another machine may have published."""
    Thread(target=_follow, name="rules", daemon=True).start()


def _follow() -> None:
    while True:
        sleep(_LOOK_EVERY)
        try:
            refresh()
        except (Error, OSError) as away:
            log.warning("the rules in force could not be looked up: %s", type(away).__name__)
        finally:
            connection.close()


def _newest() -> tuple[str | None, Mapping[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        row = cursor.fetchone()
    if row is None:
        return None, {}
    files = orjson.loads(row[1]) if isinstance(row[1], str | bytes) else row[1]
    content = orjson.dumps(files, option=orjson.OPT_SORT_KEYS)
    return f"{row[0]}-{sha256(content).hexdigest()[:8]}", files


def _pointed(folder: Path) -> str | None:
    try:
        name = (folder / rules.POINTER).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    return name if (folder / name).is_dir() else None


def _write(folder: Path, name: str, files: Mapping[str, str]) -> None:
    made = folder / f".{name}.{uuid4().hex}"
    made.mkdir()
    for file, text in files.items():
        if file in rules.CHANGEABLE:
            _write_whole(made / file, text)
    shutil.rmtree(folder / name, ignore_errors=True)
    made.rename(folder / name)
    pointer = folder / f".{rules.POINTER}.{uuid4().hex}"
    _write_whole(pointer, f"{name}\n")
    os.replace(pointer, folder / rules.POINTER)


def _write_whole(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process of this machine writes at a time."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
