"""A chunk of a spreadsheet's rows: checked cell by cell, the good ones brought in, the others told why."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

import orjson

from perisai.contributions.rules.in_force import load
from perisai.employers import job
from perisai.employers.employer import Employer
from perisai.employers.job import From, Joiner, Leaver, NewWage
from perisai.employers.wage import Kind, Told, of_month, piece_months
from perisai.employers.workbook import Row
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.members.enrolments import workers
from perisai.members.enrolments.workers import Holder, Worker
from perisai.members.persons.nik import check_nik

MONTHS_BACK, MONTHS_AHEAD = 3, 1
"""How far a report may lie from the present month."""

_REGIONS: LiteralString = "SELECT code FROM offices_region WHERE code = ANY (%s) AND level = 4"
_ROWS: LiteralString = """
INSERT INTO employers_import_row (branch_id, import_id, line, state, enrolment_id, findings)
SELECT %s, %s, r.line, r.state, r.enrolment_id, r.findings
FROM jsonb_to_recordset(%s::jsonb) AS r (line int, state text, enrolment_id uuid, findings jsonb)
"""


@dataclass
class _Chunk:
    """What becomes of each row, by line: (state, enrolment)."""

    employer: Employer
    today: date
    told_by: From
    done: dict[int, tuple[str, UUID | None]] = field(default_factory=dict)

    def settle(self, row: Row, state: str, enrolment_id: UUID | None = None) -> None:
        self.done[row.line] = (state, enrolment_id)


def bring_in(
    work: Work,
    *,
    employer: Employer,
    rows: Sequence[Row],
    first_of: dict[str, int],
    told_by: From,
    today: date,
) -> dict[str, int]:
    """Takes the rows that are right and notes of every row what became of it; returns how many of each state.

    The employer is locked. ``first_of``: the line where a NIK joins first in the file. A fixed number of statements.
    """
    chunk = _Chunk(employer, today, told_by)
    holders = workers.find_holders(
        work,
        branch_id=employer.branch_id,
        employer_id=employer.id,
        niks=[row["nik"] for row in rows if row["nik"] is not None],
    )
    jobs = job.jobs_now(work, employer=employer, enrolment_ids=[one.enrolment_id for one in holders.values()])
    _check(work, chunk, rows, first_of)
    joining = [row for row in rows if row.change == "join" and not row.findings]
    _join(work, chunk, [row for row in joining if not _is_here(chunk, row, holders)])
    _leave(work, chunk, [row for row in rows if row.change == "leave" and not row.findings], holders, jobs)
    _change_wages(work, chunk, [row for row in rows if row.change == "wage" and not row.findings], holders, jobs)
    return _write(work, chunk, rows)


def _check(work: Work, chunk: _Chunk, rows: Sequence[Row], first_of: dict[str, int]) -> None:
    """What needs more than one cell."""
    regions = sorted({row["region"] for row in rows if row["region"]})
    known = {found[0] for found in work.rows(_REGIONS, [regions])} if regions else set()
    for row in rows:
        if row["region"] and row["region"] not in known:
            row.blame("region", "no_region")
        for name in ("from_month", "last_month"):
            if row[name] and not _is_near(row[name], chunk.today):
                row.blame(name, "month_far")
        if row["birth_date"] and row["birth_date"] > chunk.today:
            row.blame("birth_date", "future")
        if row.change == "join" and row["nik"] and first_of.get(row["nik"], row.line) != row.line:
            row.blame("nik", "twice", str(first_of[row["nik"]]))
        if not row.findings and row.change != "leave":
            try:
                of_month(told_of(row, chunk.today), chunk.today.replace(day=1))
            except Refused:
                row.blame("wage", "rupiah")


def _is_near(month: date, today: date) -> bool:
    apart = (month.year - today.year) * 12 + month.month - today.month
    return -MONTHS_BACK <= apart <= MONTHS_AHEAD


def told_of(row: Row, on: date) -> Told:
    """The wage as the row tells it; of piece work the oldest month first."""
    kind: Kind = row["kind"] or "monthly"
    if kind != "piece":
        return Told(kind, (row["wage"],))
    earned = [row[name] for name in ("wage_3", "wage_2", "wage") if row[name]]
    return Told("piece", tuple(earned[-piece_months(on) :]))


def _is_here(chunk: _Chunk, row: Row, holders: dict[str, Holder]) -> bool:
    """Whether the person works here already: with this wage the row is done, with another it is told."""
    holder = holders.get(row["nik"])
    if holder is None:
        return False
    month = row["from_month"] or chunk.today.replace(day=1)
    if holder.wage == of_month(told_of(row, chunk.today), month).wage:
        chunk.settle(row, "already", holder.enrolment_id)
    else:
        row.blame("wage", "works_here")
    return True


def _join(work: Work, chunk: _Chunk, rows: Sequence[Row]) -> None:
    joiners = [_joiner(work, chunk, row) for row in rows]
    enrolled = job.join(work, employer=chunk.employer, joiners=joiners, told_by=chunk.told_by)
    for row, joiner in zip(rows, joiners, strict=True):
        reason = enrolled[joiner.worker.id].reason
        if reason is None:
            chunk.settle(row, "accepted", joiner.worker.id)
        else:
            row.blame(
                "nik" if reason.startswith("identity") else "",
                "identity" if reason.startswith("identity") else "review",
            )
            chunk.settle(row, "review", joiner.worker.id)


def _joiner(work: Work, chunk: _Chunk, row: Row) -> Joiner:
    employer, month = chunk.employer, row["from_month"] or chunk.today.replace(day=1)
    told = told_of(row, chunk.today)
    report = check_nik(row["nik"], on=chunk.today)
    worker = Worker(
        id=uuid7(),
        employer_id=employer.id,
        nik=row["nik"],
        name=row["name"],
        birth_date=row["birth_date"],
        birth_place=row["birth_place"] or "",
        sex=row["sex"],
        phone=row["phone"],
        address=row["address"] or "",
        region=row["region"] or employer.region,
        job=row["job"] or job_of(employer.sector),
        wage=of_month(told, month).wage,
        programmes=employer.programmes(row["birth_date"], chunk.today),
        risk=employer.risk,
        captured=workers.now_as_captured(work.now),
        captured_on=chunk.today,
        agent_id=employer.care.agent_id,
        sub_branch_id=employer.care.sub_branch_id,
        agency_office_id=employer.care.agency_office_id,
        warnings=report.warnings,
    )
    return Joiner(worker, month, told)


def job_of(sector: str) -> str:
    """An occupation of the employer's kind of business, where none is told."""
    group = next(one for one in load().occupations if one.code == sector)
    return f"{sector}.{'other' if 'other' in group.jobs else next(iter(group.jobs))}"


def _find(row: Row, holders: dict[str, Holder], jobs: dict[UUID, job.JobNow]) -> job.JobNow | None:
    holder = holders.get(row["nik"])
    found = jobs.get(holder.enrolment_id) if holder else None
    if found is None:
        row.blame("nik", "no_worker")
    return found


def _leave(
    work: Work, chunk: _Chunk, rows: Sequence[Row], holders: dict[str, Holder], jobs: dict[UUID, job.JobNow]
) -> None:
    leavers: dict[UUID, Leaver] = {}
    for row in rows:
        now = _find(row, holders, jobs)
        if now is None:
            continue
        why = job.why_not_leave(now, row["last_month"])
        if why:
            row.blame("last_month", why)
        elif now.last_month == row["last_month"] or now.enrolment_id in leavers:
            chunk.settle(row, "already", now.enrolment_id)
        else:
            leavers[now.enrolment_id] = Leaver(now.enrolment_id, row["last_month"])
            chunk.settle(row, "accepted", now.enrolment_id)
    job.leave(work, employer=chunk.employer, leavers=list(leavers.values()), told_by=chunk.told_by, today=chunk.today)


def _change_wages(
    work: Work, chunk: _Chunk, rows: Sequence[Row], holders: dict[str, Holder], jobs: dict[UUID, job.JobNow]
) -> None:
    wages: dict[UUID, NewWage] = {}
    for row in rows:
        now = _find(row, holders, jobs)
        if now is None:
            continue
        told = told_of(row, chunk.today)
        why = job.why_no_wage(now, row["from_month"])
        if now.wage_from == row["from_month"] and now.wage == of_month(told, row["from_month"]).wage:
            chunk.settle(row, "already", now.enrolment_id)
        elif why:
            row.blame("from_month", why)
        elif now.enrolment_id in wages:
            row.blame("nik", "twice", "")
        else:
            wages[now.enrolment_id] = NewWage(now.enrolment_id, row["from_month"], told)
            chunk.settle(row, "accepted", now.enrolment_id)
    job.change_wages(
        work, employer=chunk.employer, wages=list(wages.values()), told_by=chunk.told_by, today=chunk.today
    )


def _write(work: Work, chunk: _Chunk, rows: Sequence[Row]) -> dict[str, int]:
    counts: dict[str, int] = {}
    told: list[dict[str, Any]] = []
    for row in rows:
        state, enrolment_id = chunk.done.get(row.line, ("wrong", None))
        counts[state] = counts.get(state, 0) + 1
        told.append({"line": row.line, "state": state, "enrolment_id": enrolment_id, "findings": row.findings})
    work.execute(_ROWS, [chunk.employer.branch_id, chunk.told_by.import_id, orjson.dumps(told).decode()])
    return counts
