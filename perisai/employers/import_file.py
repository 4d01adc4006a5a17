"""A spreadsheet from being sent to being brought in: chunk by chunk in the background, each row once, and undone while nothing is
paid.

Every chunk is one transaction that also notes the line it came to, under the import's row and the employer's: what was killed goes
on after it, and whoever runs the same file beside finds the line further on.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson

from perisai.employers import employer as employers
from perisai.employers import job, workbook
from perisai.employers.bring_in import bring_in
from perisai.employers.job import From, NewWage
from perisai.employers.wage import Told
from perisai.employers.workbook import Row
from perisai.errors import Refused
from perisai.events.clock import Clock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.vault import seal, unseal
from perisai.events.work import Work, branch_day
from perisai.tables.reading import Unreadable
from perisai.tables.reading import check as check_bytes

CHUNK: Final = 500
STILL: Final = timedelta(minutes=2)

_SAME: LiteralString = """
SELECT i.sent_at, o.timezone FROM employers_import i JOIN offices_office o ON o.id = i.branch_id
WHERE i.branch_id = %s AND i.employer_id = %s AND i.sha256 = %s AND i.state NOT IN ('undone', 'unreadable')
"""
_NOT_DONE: Final = {
    "waiting": {"id": "belum diproses", "en": "it is not processed yet"},
    "running": {"id": "masih diproses", "en": "it is still being processed"},
    "undone": {"id": "sudah dibatalkan", "en": "it is undone already"},
    "unreadable": {"id": "tidak ada yang diambil", "en": "nothing of it was taken"},
}
_INSERT: LiteralString = """
INSERT INTO employers_import (branch_id, id, employer_id, name, sha256, size, content_sealed, state, why, why_detail, rows, line,
  counts, sent_at, sent_by, source)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'waiting', '', '', 0, 1, '{}', %s, %s, %s)
"""
_LOAD: LiteralString = """
SELECT i.content_sealed, i.state, i.employer_id, i.sent_by, i.source, o.timezone
FROM employers_import i JOIN offices_office o ON o.id = i.branch_id WHERE i.branch_id = %s AND i.id = %s
"""
_BEGIN: LiteralString = """
UPDATE employers_import SET state = 'running', rows = %s WHERE branch_id = %s AND id = %s AND state IN ('waiting', 'running')
"""
_LOCK: LiteralString = "SELECT line, state, counts FROM employers_import WHERE branch_id = %s AND id = %s FOR UPDATE"
_STEP: LiteralString = (
    "UPDATE employers_import SET line = %s, counts = %s, stepped_at = %s WHERE branch_id = %s AND id = %s"
)
_END: LiteralString = """
UPDATE employers_import SET state = %s, why = %s, why_detail = %s, ended_at = %s WHERE branch_id = %s AND id = %s
"""
_FORGET_RIGHT: LiteralString = """
UPDATE employers_import SET content_sealed = NULL WHERE branch_id = %s AND id = %s AND NOT counts ? 'wrong'
"""
_WRONG: LiteralString = """
SELECT line, findings FROM employers_import_row WHERE branch_id = %s AND import_id = %s AND state = 'wrong' ORDER BY line
"""
# What an import changed and nobody reported otherwise since.
_MADE: LiteralString = """
SELECT c.enrolment_id, c.kind, c.month, e.paid_through,
  EXISTS (SELECT FROM employers_change n WHERE n.branch_id = c.branch_id AND n.enrolment_id = c.enrolment_id AND n.id > c.id
    AND n.import_id IS DISTINCT FROM c.import_id) AS is_changed
FROM employers_change c JOIN members_enrolment e ON e.branch_id = c.branch_id AND e.id = c.enrolment_id
WHERE c.branch_id = %s AND c.import_id = %s ORDER BY c.id
"""
_WAGE_BEFORE: LiteralString = """
SELECT w.id, b.wage, b.kind FROM employers_wage w
CROSS JOIN LATERAL (
  SELECT b.wage, b.kind FROM employers_wage b
  WHERE b.branch_id = w.branch_id AND b.enrolment_id = w.enrolment_id AND b.from_month <= w.from_month AND b.id < w.id
  ORDER BY b.from_month DESC, b.id DESC LIMIT 1
) b
WHERE w.branch_id = %s AND w.import_id = %s AND w.enrolment_id = %s AND w.from_month = %s
"""
_WAITING: LiteralString = """
SELECT id FROM employers_import WHERE branch_id = %s AND state IN ('waiting', 'running') AND coalesce(stepped_at, sent_at) < %s
ORDER BY sent_at LIMIT 20
"""


def send(work: Work, *, branch_id: int, employer_id: UUID, name: str, data: bytes, source: str) -> UUID:
    """Keeps a spreadsheet and has it processed. Raises E4407 for what is none, E4408 for one that was sent before, E1004, E4413."""
    from perisai.employers.jobs import run_import

    try:
        check_bytes(data, workbook.LIMITS, packed=True)
    except Unreadable as told:
        raise refusal(told) from told
    known = employers.lock(work, branch_id=branch_id, employer_id=employer_id)  # two at once: one after the other
    digest = hashlib.sha256(data).digest()
    before = work.row(_SAME, [branch_id, employer_id, digest])
    if before is not None:
        raise Refused("E4408", on=f"{branch_day(before[0], before[1]):%d-%m-%Y}")
    made = uuid7()
    shown = "".join(letter for letter in name if letter.isprintable())[:120] or "pekerja.xlsx"
    common = [branch_id, made, employer_id, shown, digest, len(data), seal(data), work.now, work.actor.user_id, source]
    work.execute(_INSERT, common)
    run_import.defer(branch_id=branch_id, import_id=str(made))
    work.report(known.happened("employer_file_sent", detail={"file": made, "source": source}))
    return made


def refusal(told: Unreadable) -> Refused:
    return Refused("E4407", why=told.said)


def run(branch_id: int, import_id: UUID, clock: Clock | None = None) -> None:
    """Brings in what is left of an import. Twice at once, or again after being killed, brings in nothing twice."""
    with Work(scope=Scope.branch(branch_id)) as work:
        found = work.row(_LOAD, [branch_id, import_id])
    if found is None or found[1] not in ("waiting", "running") or found[0] is None:
        return
    content, _, employer_id, sent_by, source, timezone = found
    data = unseal(bytes(content))
    try:
        rows = list(workbook.read(data))
        if not rows:
            raise Unreadable("empty")
    except Unreadable as told:
        end(branch_id, import_id, "unreadable", told.why, told.detail)
        return
    with Work(scope=Scope.branch(branch_id), clock=clock) as work:
        work.execute(_BEGIN, [len(rows), branch_id, import_id])
    first_of: dict[str, int] = {}
    for row in rows:
        if row.change == "join" and row["nik"]:
            first_of.setdefault(row["nik"], row.line)
    for chunk in _chunks(rows):
        with Work(scope=Scope.branch(branch_id), actor=Actor(user_id=sent_by), clock=clock) as work:
            _take(work, branch_id, import_id, employer_id, chunk, first_of, source, timezone)
    finish(branch_id, import_id, employer_id, clock)


def _chunks(rows: Sequence[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def _take(
    work: Work,
    branch_id: int,
    import_id: UUID,
    employer_id: UUID,
    chunk: list[Row],
    first_of: dict[str, int],
    source: str,
    timezone: str,
) -> None:
    known = employers.lock(work, branch_id=branch_id, employer_id=employer_id)
    line, state, counts = work.row(_LOCK, [branch_id, import_id]) or (0, "", "{}")
    left = [row for row in chunk if row.line > line]
    if state != "running" or not left:
        return
    told_by = From("link" if source == "link" else "file", import_id)
    today = branch_day(work.now, timezone)
    new = bring_in(work, employer=known, rows=left, first_of=first_of, told_by=told_by, today=today)
    sums = orjson.loads(counts)
    for name, count in new.items():
        sums[name] = sums.get(name, 0) + count
    work.execute(_STEP, [left[-1].line, orjson.dumps(sums).decode(), work.now, branch_id, import_id])


def finish(branch_id: int, import_id: UUID, employer_id: UUID, clock: Clock | None = None) -> None:
    """Notes the end, once. Bills that were made before the change are made anew."""
    from perisai.employers import bill

    with Work(scope=Scope.branch(branch_id), clock=clock) as work:
        known = employers.lock(work, branch_id=branch_id, employer_id=employer_id)
        _, state, counts = work.row(_LOCK, [branch_id, import_id]) or (0, "", "{}")
        if state != "running":
            return
        work.execute(_END, ["done", "", "", work.now, branch_id, import_id])
        work.execute(_FORGET_RIGHT, [branch_id, import_id])
        sums = {name: orjson.loads(counts).get(name, 0) for name in ("accepted", "review", "already", "wrong")}
        work.report(known.happened("employer_file_done", detail={"file": import_id} | sums))
        bill.renew(work, employer=known)


def end(branch_id: int, import_id: UUID, state: str, why: str, detail: str) -> None:
    """Nothing more is taken over: the file cannot be read."""
    with Work(scope=Scope.branch(branch_id)) as work:
        _, now, _ = work.row(_LOCK, [branch_id, import_id]) or (0, "", "")
        if now in ("waiting", "running"):
            work.execute(_END, [state, why, detail[:200], work.now, branch_id, import_id])


def undo(work: Work, *, branch_id: int, import_id: UUID, timezone: str) -> None:
    """Takes back all that an import brought: who joined, who left, every wage. Raises E4409 where something of it is paid, or was
    reported otherwise since, or it still runs; E1004."""
    from perisai.employers import bill

    row = work.row("SELECT employer_id FROM employers_import WHERE branch_id = %s AND id = %s", [branch_id, import_id])
    if row is None:
        raise Refused("E1004")
    known = employers.lock(work, branch_id=branch_id, employer_id=row[0])
    _, state, _ = work.row(_LOCK, [branch_id, import_id]) or (0, "", "")
    if state != "done":
        raise Refused("E4409", why=_NOT_DONE.get(state, state))
    made = work.rows(_MADE, [branch_id, import_id])
    if any(kind == "joined" and paid is not None for _, kind, _, paid, _ in made):
        raise Refused("E4409", why={"id": "sudah ada yang dibayar", "en": "something is paid"})
    if any(is_changed for *_, is_changed in made):
        raise Refused("E4409", why={"id": "sudah ada laporan sesudahnya", "en": "something was reported since"})
    bill.cancel_open(work, employer=known, reason="changed")
    told_by, today = From("file", None), branch_day(work.now, timezone)
    joined = [enrolment_id for enrolment_id, kind, *_ in made if kind == "joined"]
    for enrolment_id, kind, month, *_ in made:
        if kind == "left" and enrolment_id not in joined:
            job.stay(work, employer=known, enrolment_id=enrolment_id, told_by=told_by)
        elif kind == "wage" and enrolment_id not in joined:
            _wage_back(work, known, import_id, enrolment_id, month, told_by, today)
    if joined:
        job.take_back(work, employer=known, enrolment_ids=joined, told_by=told_by)
    work.execute(
        "UPDATE employers_import SET state = 'undone', undone_by = %s, ended_at = %s, content_sealed = NULL"
        " WHERE branch_id = %s AND id = %s",
        [work.actor.user_id, work.now, branch_id, import_id],
    )
    work.report(known.happened("employer_file_undone", detail={"file": import_id, "workers": len(joined)}))
    bill.renew(work, employer=known)


def _wage_back(
    work: Work,
    known: employers.Employer,
    import_id: UUID,
    enrolment_id: UUID,
    month: Any,
    told_by: From,
    today: Any,
) -> None:
    """A row with the wage of before."""
    before = work.row(_WAGE_BEFORE, [known.branch_id, import_id, enrolment_id, month])
    if before is not None:
        mistaken, wage, _ = before
        back = NewWage(enrolment_id, month, Told("monthly", (wage,)), mistaken)
        job.change_wages(work, employer=known, wages=[back], told_by=told_by, today=today)


def wrong_rows(work: Work, *, branch_id: int, import_id: UUID) -> dict[int, list[tuple[str, str, str]]]:
    """Findings by line, of the rows that were not taken."""
    return {
        line: [tuple(one) for one in (orjson.loads(found) if isinstance(found, str) else found)]
        for line, found in work.rows(_WRONG, [branch_id, import_id])
    }


def content(work: Work, *, branch_id: int, import_id: UUID) -> bytes | None:
    """The file as it came; None where it is kept no more."""
    row = work.row(
        "SELECT content_sealed FROM employers_import WHERE branch_id = %s AND id = %s", [branch_id, import_id]
    )
    return unseal(bytes(row[0])) if row and row[0] is not None else None


def waiting(work: Work, *, branch_id: int) -> list[UUID]:
    """Imports that are not done and have not moved for a while, the oldest first: for who looks whether one was killed."""
    return [row[0] for row in work.rows(_WAITING, [branch_id, work.now - STILL])]
