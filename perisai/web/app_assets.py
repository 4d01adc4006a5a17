"""Keeps the hashed files of former builds of the field app: a phone that still runs one may ask for a part of it that it has
not loaded yet. They lie in ``DATA/app-assets`` until 90 days after a newer build took their place."""

import logging
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

KEPT_FOR = timedelta(days=90)
_PRESENT = ".present"
_log = logging.getLogger(__name__)
_kept: dict[Path, int] = {}
_busy = threading.Lock()


def keep_soon(build: Path, store: Path, *, now: datetime) -> None:
    """As ``keep_once``, in a thread of its own: the first visitor after a release must not wait for the copies."""
    with suppress(OSError):
        made = (build / "index.html").stat().st_mtime_ns
        if _kept.get(build) != made and _busy.acquire(blocking=False):
            threading.Thread(target=_keep_and_let_go, args=(build, store, now), name="app-assets", daemon=True).start()


def _keep_and_let_go(build: Path, store: Path, now: datetime) -> None:
    try:
        keep_once(build, store, now=now)
    finally:
        _busy.release()


def keep_once(build: Path, store: Path, *, now: datetime) -> None:
    """As ``keep``, but does nothing for a build that this process has kept before; never raises: a full disk must not keep
    a phone from its app."""
    with suppress(OSError):
        made = (build / "index.html").stat().st_mtime_ns
        if _kept.get(build) == made:
            return
        try:
            keep(build, store, now=now)
        except OSError as failure:
            _log.warning("The field app's files could not be kept for later: %s", failure)
        else:
            _kept[build] = made


def keep(build: Path, store: Path, *, now: datetime) -> None:
    """Adds the build's hashed files to the store, dates those that it has replaced, and removes what was replaced long ago.

    Several processes may do this at once: a file appears whole or not at all.
    """
    store.mkdir(parents=True, exist_ok=True)
    present = {path.name for path in (build / "assets").iterdir() if path.is_file()}
    before = set(_read(store / _PRESENT))
    for name in sorted(present - {path.name for path in store.iterdir()}):
        _copy(build / "assets" / name, store / name)
    for name in sorted(before - present):
        with suppress(FileNotFoundError):
            os.utime(store / name, (now.timestamp(), now.timestamp()))
    if before != present:
        _write(store / _PRESENT, "".join(f"{name}\n" for name in sorted(present)))
    for path in _old(store, before=now - KEPT_FOR):
        if path.name not in present:
            path.unlink(missing_ok=True)


def _old(store: Path, *, before: datetime) -> Iterator[Path]:
    for path in store.iterdir():
        with suppress(FileNotFoundError):
            if path.name != _PRESENT and path.stat().st_mtime < before.timestamp():
                yield path


def _read(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return []


def _copy(source: Path, target: Path) -> None:
    """Dated now, not as the source: a build may have lain about for months."""
    part = _part(target)
    shutil.copyfile(source, part)
    part.replace(target)


def _write(path: Path, text: str) -> None:
    part = _part(path)
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _part(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}")
