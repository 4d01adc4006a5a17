"""A workbook from being sent to being imported: looked at, tried without leaving a trace, then brought in once, whole."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Final
from uuid import UUID

import orjson
from django.db import connection

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.vault import seal, unseal
from perisai.events.work import Happened, Work, branch_day
from perisai.golive import check, workbook
from perisai.golive.bring_in import Claimed, bring_in
from perisai.golive.workbook import MOST_PROBLEMS, Book, Problem
from perisai.offices.tree import Office
from perisai.tables.reading import Unreadable
from perisai.tables.reading import check as check_bytes

_SAME = """
SELECT f.imported_at, o.timezone FROM golive_file f JOIN offices_office o ON o.id = f.branch_id
WHERE f.branch_id = %s AND f.sha256 = %s AND f.state = 'imported'
"""
# One file of a branch is worked on at a time: who comes second waits for the lock, then sees the first.
_BUSY = "SELECT 1 FROM golive_file WHERE branch_id = %s AND state IN ('checking', 'importing') AND begun_at > %s"
_INSERT = """
INSERT INTO golive_file (branch_id, id, name, sha256, size, content_sealed, state, counts, problems, progress, begun_at,
  sent_at, sent_by)
VALUES (%s, %s, %s, %s, %s, %s, 'checking', '{}', '[]', 0, %s, %s, %s)
"""
_FORGET = (
    "UPDATE golive_file SET content_sealed = NULL WHERE branch_id = %s AND id <> %s AND state IN ('wrong', 'ready')"
)
_CHECKED = """
UPDATE golive_file SET state = %s, counts = %s, problems = %s, progress = 100
WHERE branch_id = %s AND id = %s AND state IN ('checking', 'importing')
"""
_LOAD = "SELECT content_sealed, state, sent_by, imported_by FROM golive_file WHERE branch_id = %s AND id = %s"
_BEGIN = """
UPDATE golive_file SET state = 'importing', progress = 0, begun_at = %s, imported_by = %s
WHERE branch_id = %s AND id = %s AND content_sealed IS NOT NULL
  AND (state = 'ready' OR (state = 'importing' AND begun_at <= %s))
"""
_DONE = """
UPDATE golive_file SET state = 'imported', content_sealed = NULL, progress = 100, imported_at = %s
WHERE branch_id = %s AND id = %s AND state = 'importing'
"""
_PROGRESS = "UPDATE golive_file SET progress = %s WHERE branch_id = %s AND id = %s"


GIVEN_UP: Final = timedelta(minutes=2)
"""A worker that was killed never says so. Whoever works holds a lock that ends with it: after this long without the lock its
file stands in nobody's way and can be imported again. One that only waits for its turn does no harm: what is imported is imported
once."""
_READ: Final = 30
"""Percent of the work that is done when the workbook is read."""
_HELD = (
    "SELECT NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database()) AND objsubid = 1"
    " AND (classid::bigint << 32 | objid::bigint) = hashtextextended('golive_work', %s))"
)


class _OnlyTried(Exception):
    """Undoes a trial that went well."""


def send(work: Work, *, branch_id: int, name: str, data: bytes) -> UUID:
    """Keeps a workbook and has it checked. Raises ``Refused`` E9601, E9602, E9603 for one that was imported, E9605 while
    another file of the branch is worked on."""
    from perisai.golive.jobs import check_file

    try:
        check_bytes(data, workbook.LIMITS, packed=True)
    except Unreadable as told:
        raise workbook.refusal(told) from told
    work.execute("SELECT pg_advisory_xact_lock(hashtextextended('golive', %s))", [branch_id])
    sha256 = hashlib.sha256(data).digest()
    before = work.row(_SAME, [branch_id, sha256])
    if before is not None:
        raise Refused("E9603", on=f"{branch_day(before[0], before[1]):%d-%m-%Y}")
    if _is_busy(work, branch_id):
        raise Refused("E9605")
    file_id = uuid7()
    shown = "".join(letter for letter in name if letter.isprintable())[:120] or "impor.xlsx"
    values = [branch_id, file_id, shown, sha256, len(data), seal(data), work.now, work.now, work.actor.user_id]
    work.execute(_INSERT, values)
    work.execute(_FORGET, [branch_id, file_id])
    check_file.defer(branch_id=branch_id, file_id=str(file_id))
    work.report(Happened(kind="golive_sent", branch_id=branch_id, subject_id=file_id))
    return file_id


def begin_import(work: Work, *, branch_id: int, file_id: UUID) -> None:
    """Has a file that is in order imported. Raises ``Refused`` E9604, E9605. Twice at once is once."""
    from perisai.golive.jobs import import_file

    work.execute("SELECT pg_advisory_xact_lock(hashtextextended('golive', %s))", [branch_id])
    if _is_busy(work, branch_id):
        raise Refused("E9605")
    if not work.execute(_BEGIN, [work.now, work.actor.user_id, branch_id, file_id, work.now - GIVEN_UP]):
        raise Refused("E9604")
    import_file.defer(branch_id=branch_id, file_id=str(file_id))


def _is_busy(work: Work, branch_id: int) -> bool:
    return bool(work.row(_BUSY, [branch_id, work.now - GIVEN_UP])) or not is_free(work, branch_id)


def is_free(work: Work, branch_id: int) -> bool:
    """Whether nobody checks or imports a file of this branch at this moment."""
    row = work.row(_HELD, [branch_id])
    return row is not None and bool(row[0])


def read_kept(work: Work, *, branch_id: int, file_id: UUID) -> bytes | None:
    """The workbook as it was sent; None where it is kept no more."""
    found = work.dicts(_LOAD, [branch_id, file_id])
    return unseal(found[0]["content_sealed"]) if found and found[0]["content_sealed"] is not None else None


def run_check(branch_id: int, file_id: UUID) -> None:
    """Reads the file and tries the whole import, which is undone; keeps what was found."""
    book = _try(branch_id, file_id, keep=False)
    if book is not None:
        _keep_findings(branch_id, file_id, book)


def run_import(branch_id: int, file_id: UUID) -> None:
    """Brings it in, whole, or says what has come between since it was checked."""
    book = _try(branch_id, file_id, keep=True)
    if book is not None and book.problems:
        _keep_findings(branch_id, file_id, book)


def _try(branch_id: int, file_id: UUID, *, keep: bool) -> Book | None:
    """The workbook with what is wrong in it; None where there was nothing to do (it was done before)."""
    book = Book({}, [])
    wanted, user = ("importing", "imported_by") if keep else ("checking", "sent_by")
    with Work(scope=Scope.branch(branch_id)) as work:
        found = work.dicts(_LOAD, [branch_id, file_id])
    if not found or found[0]["content_sealed"] is None or found[0]["state"] != wanted:
        return None
    try:
        book = workbook.read(
            unseal(found[0]["content_sealed"]),
            tell=lambda rows: _note_progress(branch_id, file_id, min(_READ, 2 + rows // 500)),
        )
        _note_progress(branch_id, file_id, _READ)
        with Work(scope=Scope.branch(branch_id), actor=Actor(user_id=found[0][user])) as work:
            work.execute("SELECT pg_advisory_xact_lock(hashtextextended('golive_work', %s))", [branch_id])
            branch = Office.objects.get(id=branch_id)
            known = check.check(work, book, branch_id=branch_id, today=branch_day(work.now, branch.timezone))
            if book.problems:
                return book
            bring_in(work, book, known, branch=branch, file_id=file_id, tell=_teller(branch_id, file_id))
            if not keep:
                raise _OnlyTried
            if not work.execute(_DONE, [work.now, branch_id, file_id]):
                raise _OnlyTried  # another worker was quicker
    except (_OnlyTried, Claimed):
        pass
    except Refused as refused:
        book.problems.append(Problem("", None, None, "refused", refused.code))
    return book


def _keep_findings(branch_id: int, file_id: UUID, book: Book) -> None:
    problems = check.sorted_problems(book.problems)
    told = orjson.dumps([one.stored() for one in problems[:MOST_PROBLEMS]]).decode()
    counts = orjson.dumps(book.counts() | {"problems": len(problems)}).decode()
    state = "wrong" if problems else "ready"
    with Work(scope=Scope.branch(branch_id)) as work:
        work.execute(_CHECKED, [state, counts, told, branch_id, file_id])


def _teller(branch_id: int, file_id: UUID) -> Callable[[int], None]:
    """Says how far it is while the transaction that does the work is still open: from a connection of its own."""

    def tell(percent: int) -> None:
        whole = _READ + percent * (100 - _READ) // 100
        thread = Thread(target=_note_apart, args=(branch_id, file_id, whole))
        thread.start()
        thread.join()

    return tell


def _note_apart(branch_id: int, file_id: UUID, percent: int) -> None:
    try:
        _note_progress(branch_id, file_id, percent)
    finally:
        connection.close()


def _note_progress(branch_id: int, file_id: UUID, percent: int) -> None:
    with Work(scope=Scope.branch(branch_id)) as work:
        work.execute(_PROGRESS, [percent, branch_id, file_id])


def give_up(branch_id: int, file_id: UUID) -> None:
    """A defect of ours: nothing was brought in, and the branch can send the file again."""
    _keep_findings(branch_id, file_id, Book({}, [Problem("", None, None, "defect")]))
