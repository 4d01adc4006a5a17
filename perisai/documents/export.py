"""Exports: asked for on a page, made by a job row by row, kept sealed for a week, and remembered for ever as an event."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, LiteralString
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from perisai.accounts.audience import STAFF, Role, Viewer
from perisai.documents.datasets import DATASETS, Dataset
from perisai.documents.sinks import Parquet, Sink, Workbook
from perisai.errors import Refused
from perisai.events.clock import Clock, SystemClock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.vault import seal, unseal
from perisai.events.work import Happened, Work

FORMS: Final = ("xlsx", "parquet")
REASONS: Final = ("core_correction", "audit", "law", "complaint")
"""Why somebody needs whole NIKs."""
BATCH: Final = 5_000
PIECE: Final = 1024 * 1024
KEPT: Final = timedelta(days=7)
STUCK: Final = timedelta(minutes=10)
"""Without a sign of life a running export is given up."""
MOST_YEARS: Final = 10
_OF_NIK: Final = ("p.nik_masked", "p.nik_sealed")

_ASK: LiteralString = """
INSERT INTO documents_export (id, owner_id, office_id, what, form, branches, sub_branch_id, agency_office_id, first_day, last_day,
  reason, purpose, language, state, rows_done, size, asked_at, beat_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'waiting', 0, 0, %s, %s)
"""
_TAKE: LiteralString = """
UPDATE documents_export SET state = 'running', beat_at = %s WHERE id = %s AND state = 'waiting'
RETURNING owner_id, what, form, branches, sub_branch_id, agency_office_id, first_day, last_day, reason, purpose, language
"""
_LIST: LiteralString = """
SELECT id, what, form, branches, first_day, last_day, reason, state, rows_done, size, asked_at, ended_at FROM documents_export
WHERE owner_id = %s AND office_id = %s ORDER BY asked_at DESC LIMIT 20
"""


@dataclass(frozen=True)
class Asked:
    """``branch_id`` None: every branch that the viewer may see. ``reason`` empty: NIKs are masked."""

    what: str
    form: str
    first_day: date
    last_day: date
    branch_id: int | None = None
    reason: str = ""
    purpose: str = ""
    """Why an auditor takes a copy; nobody else is asked."""


@dataclass(frozen=True)
class _Job:
    owner_id: UUID
    what: str
    form: str
    branches: tuple[int, ...] | None
    sub_branch_id: int | None
    agency_office_id: int | None
    first_day: date
    last_day: date
    reason: str
    purpose: str
    language: str

    @property
    def dataset(self) -> Dataset:
        return DATASETS[self.what]


def ask(work: Work, *, viewer: Viewer, asked: Asked, language: str) -> UUID:
    """Keeps the wish and starts the job. Raises E4902 for what is incomplete or beyond the role, E4903 while another runs."""
    from perisai.documents.jobs import run_export

    _check(viewer, asked)
    branches = viewer.branch_ids
    if asked.branch_id is not None:
        branches = [asked.branch_id]
    export_id = uuid7()
    place = [branches, viewer.sub_branch_id, viewer.agency_office_id]
    span = [asked.first_day, asked.last_day, asked.reason, asked.purpose, language, work.now, work.now]
    try:
        with transaction.atomic():
            work.execute(_ASK, [export_id, viewer.user.id, viewer.office.id, asked.what, asked.form, *place, *span])
    except IntegrityError:
        raise Refused("E4903") from None
    run_export.defer(export_id=str(export_id))
    return export_id


def of_viewer(work: Work, viewer: Viewer) -> list[dict[str, Any]]:
    """The viewer's own exports, newest first; none from an office where they no longer are."""
    return work.dicts(_LIST, [viewer.user.id, viewer.office.id])


def run(export_id: UUID, *, clock: Clock | None = None) -> int:
    """Makes the file; answers how many rows it has. Twice does no harm: what is not waiting is left alone."""
    clock = clock or SystemClock()
    with Work(scope=Scope(()), clock=clock) as work:
        row = work.row(_TAKE, [work.now, export_id])
    if row is None:
        return 0
    owner_id, what, form, branches, *rest = row
    job = _Job(owner_id, what, form, None if branches is None else tuple(branches), *rest)
    folder = Path(tempfile.mkdtemp(dir=_folder()))
    try:
        rows = write(job, folder / "plain", folder=folder, note=lambda done: _beat(export_id, done, clock))
        size = _seal(folder / "plain", path_of(export_id))
        _tell(job, export_id, rows, clock)
        with Work(scope=Scope(()), clock=clock) as work:
            work.execute(
                "UPDATE documents_export SET state = 'ready', rows_done = %s, size = %s, ended_at = %s WHERE id = %s",
                [rows, size, work.now, export_id],
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return rows


def write(job: _Job, path: Path, *, folder: Path, note: Callable[[int], None] | None = None) -> int:
    """Streams the rows of a job into a file through a cursor of the server, all within one Work; answers how many."""
    sink: Sink = Parquet(path, job.dataset) if job.form == "parquet" else Workbook(
        path, job.dataset, job.language, folder=folder
    )  # fmt: skip
    rows = 0
    with ThreadPoolExecutor(1) as aside, Work(scope=Scope(job.branches)):
        try:
            for batch in _batches(job):
                sink.write(batch)
                rows += len(batch)
                if note is not None and rows % (BATCH * 10) == 0:
                    aside.submit(note, rows)
        finally:
            aside.submit(connection.close)
            sink.close()
    return rows


def pieces(export_id: UUID) -> Iterator[bytes]:
    """The file as it was made, a piece at a time."""
    with path_of(export_id).open("rb") as kept:
        while head := kept.read(4):
            yield unseal(kept.read(int.from_bytes(head)))


def find_ready(work: Work, *, viewer: Viewer, export_id: UUID) -> dict[str, Any]:
    """Raises E1004 for another's or from another office, E4901 where the file is not there (yet, or any more)."""
    rows = work.dicts(
        "SELECT what, form, state, size, asked_at FROM documents_export"
        " WHERE id = %s AND owner_id = %s AND office_id = %s",
        [export_id, viewer.user.id, viewer.office.id],
    )
    if not rows:
        raise Refused("E1004")
    if rows[0]["state"] != "ready" or not path_of(export_id).exists():
        raise Refused("E4901")
    return rows[0]


def purge(clock: Clock | None = None) -> int:
    """Deletes files after a week, gives up what shows no sign of life, and clears what a killed job left; answers how many files
    went."""
    with Work(scope=Scope(()), clock=clock or SystemClock()) as work:
        work.execute(
            "UPDATE documents_export SET state = 'failed', ended_at = %s"
            " WHERE state IN ('waiting', 'running') AND beat_at < %s",
            [work.now, work.now - STUCK],
        )
        old = work.rows(
            "UPDATE documents_export SET state = 'deleted' WHERE state = 'ready' AND ended_at < %s RETURNING id",
            [work.now - KEPT],
        )
        alive = {row[0] for row in work.rows("SELECT id FROM documents_export WHERE state IN ('running', 'ready')")}
        busy = work.row("SELECT 1 FROM documents_export WHERE state = 'running' LIMIT 1")
    for entry in _folder().iterdir():
        if entry.is_dir() and not busy:
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.suffix == ".sealed" and UUID(entry.stem) not in alive:
            with suppress(FileNotFoundError):
                entry.unlink()
    return len(old)


def fail(export_id: UUID) -> None:
    with Work(scope=Scope(())) as work:
        work.execute(
            "UPDATE documents_export SET state = 'failed', ended_at = %s WHERE id = %s AND state IN ('waiting', 'running')",
            [work.now, export_id],
        )


def path_of(export_id: UUID) -> Path:
    return _folder() / f"{export_id}.sealed"


def _check(viewer: Viewer, asked: Asked) -> None:
    dataset = DATASETS.get(asked.what)
    wrong = {
        "what": dataset is None or (dataset.is_whole and (viewer.sub_branch_id or viewer.agency_office_id) is not None),
        "form": asked.form not in FORMS,
        "period": asked.last_day < asked.first_day or (asked.last_day - asked.first_day).days > 366 * MOST_YEARS,
        "branch": asked.branch_id is not None and not viewer.sees_branch(asked.branch_id),
        "purpose": (asked.purpose not in REASONS) if viewer.role is Role.AUDITOR else bool(asked.purpose),
        "reason": bool(asked.reason) and (asked.reason not in REASONS or viewer.role not in (*STAFF, Role.HEAD_OFFICE)),
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise Refused("E4902", field=field)


def _batches(job: _Job) -> Iterator[list[tuple[Any, ...]]]:
    place, params = _place(job)
    sql = job.dataset.sql.format(place=place, nik=_OF_NIK[1 if job.reason else 0])
    nik = next((at for at, column in enumerate(job.dataset.columns) if column.name == "nik"), None)
    with connection.connection.cursor(name="perisai_export") as cursor:
        cursor.execute(sql, params | {"first": job.first_day, "last": job.last_day})
        while batch := cursor.fetchmany(BATCH):
            if job.reason and nik is not None:
                yield [(*row[:nik], unseal(row[nik]).decode() if row[nik] else None, *row[nik + 1 :]) for row in batch]
            else:
                yield batch


def _place(job: _Job) -> tuple[str, dict[str, Any]]:
    parts = [f"{job.dataset.alias}.branch_id = ANY (%(branches)s)"] if job.branches is not None else ["TRUE"]
    if job.sub_branch_id is not None:
        parts.append("e.sub_branch_id = %(sub_branch)s")
    if job.agency_office_id is not None:
        parts.append("e.agency_office_id = %(agency)s")
    places = None if job.branches is None else list(job.branches)
    return " AND ".join(parts), {"branches": places, "sub_branch": job.sub_branch_id, "agency": job.agency_office_id}


def _beat(export_id: UUID, rows: int, clock: Clock) -> None:
    with Work(scope=Scope(()), clock=clock) as work:
        work.execute(
            "UPDATE documents_export SET rows_done = %s, beat_at = %s WHERE id = %s", [rows, work.now, export_id]
        )


def _seal(plain: Path, to: Path) -> int:
    """In pieces, each with its length before it; answers the plain size in bytes."""
    size = 0
    with plain.open("rb") as source, os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as kept:
        while piece := source.read(PIECE):
            sealed = seal(piece)
            kept.write(len(sealed).to_bytes(4) + sealed)
            size += len(piece)
    return size


def _tell(job: _Job, export_id: UUID, rows: int, clock: Clock) -> None:
    """An event in every branch whose data went out: a Work stays within one."""
    branches = job.branches
    if branches is None:
        with Work(scope=Scope(()), clock=clock) as work:
            branches = tuple(row[0] for row in work.rows("SELECT branch_id FROM events_position ORDER BY 1"))
    detail = {
        "export": str(export_id),
        "what": job.what,
        "form": job.form,
        "rows": rows,
        "nik": job.reason,
        "why": job.purpose,
    }
    for branch_id in branches:
        with Work(scope=Scope.branch(branch_id), actor=Actor(user_id=job.owner_id), clock=clock) as work:
            work.report(Happened(kind="data_exported", branch_id=branch_id, subject_id=export_id, detail=detail))


def _folder() -> Path:
    folder = Path(settings.DATA) / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
