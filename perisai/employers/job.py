"""Who joins, who leaves and what they earn, month by month: the only writer of jobs, wages and changes.

Set-based, and every verb holds the employer's row (``employer.lock``), so that what is reported of one employer comes one after the
other. A wage or a change is never altered: another row corrects it.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import orjson

from perisai.employers.employer import Employer
from perisai.employers.wage import Told, of_month
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.members.enrolments import workers
from perisai.members.enrolments.workers import Enrolled, Worker

_CODES = {"paid": "E4415", "before": "E4416", "left": "E4417"}

# Carried by job_employer; wage_of_month for each.
_NOW: LiteralString = """
SELECT j.enrolment_id, j.first_month, j.last_month, e.state, e.paid_through, w.id, w.wage, w.kind, w.from_month
FROM employers_job j
JOIN members_enrolment e ON e.branch_id = j.branch_id AND e.id = j.enrolment_id
LEFT JOIN LATERAL (
  SELECT w.id, w.wage, w.kind, w.from_month FROM employers_wage w
  WHERE w.branch_id = j.branch_id AND w.enrolment_id = j.enrolment_id ORDER BY w.from_month DESC, w.id DESC LIMIT 1
) w ON true
WHERE j.branch_id = %s AND j.employer_id = %s AND j.enrolment_id = ANY (%s)
"""
_JOBS: LiteralString = """
INSERT INTO employers_job (branch_id, enrolment_id, employer_id, first_month, import_id)
SELECT %s, j.enrolment_id, %s, j.first_month, %s FROM jsonb_to_recordset(%s::jsonb) AS j (enrolment_id uuid, first_month date)
"""
_WAGES: LiteralString = """
INSERT INTO employers_wage (branch_id, id, enrolment_id, from_month, wage, kind, detail, corrects, recorded_at, recorded_by,
  source, import_id)
SELECT %s, w.id, w.enrolment_id, w.from_month, w.wage, w.kind, w.detail, w.corrects, %s, %s, %s, %s
FROM jsonb_to_recordset(%s::jsonb)
  AS w (id uuid, enrolment_id uuid, from_month date, wage bigint, kind text, detail jsonb, corrects uuid)
"""
# Of a worker each report is later than the one before, also two of one push: the id is the op's, made when its form was opened, and
# says nothing about which was told last. The employer is locked. Carried by change_enrolment.
_CHANGES: LiteralString = """
INSERT INTO employers_change (branch_id, id, employer_id, enrolment_id, kind, month, wage, corrects, at, by, source, import_id)
SELECT %(branch)s, c.id, %(employer)s, c.enrolment_id, c.kind, c.month, c.wage, c.corrects, greatest(%(now)s::timestamptz, (
    SELECT max(b.at) + interval '1 microsecond' FROM employers_change b
    WHERE b.branch_id = %(branch)s AND b.enrolment_id = c.enrolment_id)), %(by)s::uuid, %(source)s,
  %(import)s::uuid
FROM jsonb_to_recordset(%(rows)s::jsonb) AS c (id uuid, enrolment_id uuid, kind text, month date, wage bigint, corrects uuid)
"""
_LEAVE: LiteralString = """
UPDATE employers_job j SET last_month = l.last_month
FROM jsonb_to_recordset(%s::jsonb) AS l (enrolment_id uuid, last_month date)
WHERE j.branch_id = %s AND j.employer_id = %s AND j.enrolment_id = l.enrolment_id
"""
_WAGE_OF_MONTH: LiteralString = """
SELECT a.id, w.wage FROM unnest(%(ids)s::uuid[]) AS a (id) CROSS JOIN LATERAL (
  SELECT w.wage FROM employers_wage w WHERE w.branch_id = %(branch)s AND w.enrolment_id = a.id AND w.from_month <= %(month)s
  ORDER BY w.from_month DESC, w.id DESC LIMIT 1
) w
"""
# Who is billed for a month they worked can be paid for until they are. Bills by bill_enrolment.
_LEFT: LiteralString = """
SELECT j.enrolment_id FROM employers_job j JOIN members_enrolment e ON e.branch_id = j.branch_id AND e.id = j.enrolment_id
WHERE j.branch_id = %s AND j.last_month < %s AND e.state IN ('accepted', 'active', 'lapsed')
  AND (%s::uuid[] IS NULL OR j.enrolment_id = ANY (%s)) AND NOT EXISTS (
    SELECT FROM contributions_bill b WHERE b.branch_id = j.branch_id AND b.enrolment_id = j.enrolment_id AND b.state = 'open'
      AND b.first_month <= j.last_month)
ORDER BY 1 LIMIT %s
"""


class Joiner(NamedTuple):
    """A worker who begins in ``first_month``; ``worker.wage`` is already that of a month."""

    worker: Worker
    first_month: date
    told: Told


class Leaver(NamedTuple):
    """``report_id``: the op that reports it."""

    enrolment_id: UUID
    last_month: date
    report_id: UUID | None = None


class NewWage(NamedTuple):
    """``corrects``: the row of before that was a mistake. ``report_id``: the op that reports it."""

    enrolment_id: UUID
    from_month: date
    told: Told
    corrects: UUID | None = None
    report_id: UUID | None = None


class JobNow(NamedTuple):
    """How things stand with one worker. ``wage`` is the last one reported."""

    enrolment_id: UUID
    first_month: date
    last_month: date | None
    state: str
    paid_through: date | None
    wage_id: UUID | None
    wage: int | None
    kind: str | None
    wage_from: date | None


class From(NamedTuple):
    """Where a report came from: a ``Source``, and the import."""

    source: str
    import_id: UUID | None = None


def jobs_now(work: Work, *, employer: Employer, enrolment_ids: Iterable[UUID]) -> dict[UUID, JobNow]:
    """One statement; who works elsewhere is left out."""
    rows = work.rows(_NOW, [employer.branch_id, employer.id, list(enrolment_ids)])
    return {row[0]: JobNow(*row) for row in rows}


def join(work: Work, *, employer: Employer, joiners: Sequence[Joiner], told_by: From) -> dict[UUID, Enrolled]:
    """Enrols workers and notes from which month they work here and for what. A fixed number of statements."""
    if not joiners:
        return {}
    enrolled = workers.enrol_workers(work, branch_id=employer.branch_id, workers=[joiner.worker for joiner in joiners])
    joiners = [one for one in joiners if enrolled[one.worker.id].reason != workers.REFUSED]
    if not joiners:
        return enrolled
    rows = [{"enrolment_id": one.worker.id, "first_month": one.first_month} for one in joiners]
    work.execute(_JOBS, [employer.branch_id, employer.id, told_by.import_id, orjson.dumps(rows).decode()])
    _record_wages(work, employer, [NewWage(one.worker.id, one.first_month, one.told) for one in joiners], told_by)
    _record_changes(
        work,
        employer,
        [_change(one.worker.id, "joined", one.first_month, one.worker.wage) for one in joiners],
        told_by,
    )
    for one in joiners:
        _report(work, "worker_joined", employer, one.worker.id, one.first_month, told_by)
    return enrolled


def leave(work: Work, *, employer: Employer, leavers: Sequence[Leaver], told_by: From, today: date) -> None:
    """They work through ``last_month`` and are billed for nothing after it. Reported again as it stands is once.

    Raises E1004 for somebody who does not work here, E4416 for a month before they came, E4415 for one before the last paid.
    """
    now = jobs_now(work, employer=employer, enrolment_ids=[one.enrolment_id for one in leavers])
    new = [one for one in leavers if _must_work_here(now, one.enrolment_id).last_month != one.last_month]
    for one in new:
        refuse(why_not_leave(now[one.enrolment_id], one.last_month))
    if not new:
        return
    rows = [one._asdict() for one in new]
    work.execute(_LEAVE, [orjson.dumps(rows).decode(), employer.branch_id, employer.id])
    changes = [_change(one.enrolment_id, "left", one.last_month, report_id=one.report_id) for one in new]
    _record_changes(work, employer, changes, told_by)
    workers.free_niks(work, branch_id=employer.branch_id, enrolment_ids=[one.enrolment_id for one in new])
    _end(work, employer.branch_id, today, len(new), [one.enrolment_id for one in new])
    for one in new:
        _report(work, "worker_left", employer, one.enrolment_id, one.last_month, told_by)


def stay(work: Work, *, employer: Employer, enrolment_id: UUID, told_by: From) -> None:
    """The report that they left was wrong. Raises E1004, E4406 where another employer enrolled them since. Twice is once."""
    now = _must_work_here(jobs_now(work, employer=employer, enrolment_ids=[enrolment_id]), enrolment_id)
    if now.last_month is None:
        return
    if not workers.come_back(work, branch_id=employer.branch_id, enrolment_id=enrolment_id):
        raise Refused("E4406")
    rows = orjson.dumps([{"enrolment_id": enrolment_id, "last_month": None}]).decode()
    work.execute(_LEAVE, [rows, employer.branch_id, employer.id])
    _record_changes(work, employer, [_change(enrolment_id, "stays", now.last_month)], told_by)
    _report(work, "worker_stays", employer, enrolment_id, now.last_month, told_by)


def change_wages(work: Work, *, employer: Employer, wages: Sequence[NewWage], told_by: From, today: date) -> list[UUID]:
    """Another wage from a month on; returns whose wage is another one now. Raises E1004, E4416 for a month before they came,
    E4417 for one after they left, E4415 for one that is paid; E4414."""
    now = jobs_now(work, employer=employer, enrolment_ids=[one.enrolment_id for one in wages])
    new: list[NewWage] = []
    for one in wages:
        job = _must_work_here(now, one.enrolment_id)
        if job.wage_from == one.from_month and job.wage == of_month(one.told, one.from_month).wage:
            continue
        refuse(why_no_wage(job, one.from_month))
        new.append(one)
    if not new:
        return []
    made = _record_wages(work, employer, new, told_by)
    _record_changes(
        work,
        employer,
        [
            _change(one.enrolment_id, "wage", one.from_month, made[one.enrolment_id], one.corrects, one.report_id)
            for one in new
        ],
        told_by,
    )
    set_today(work, employer.branch_id, [one.enrolment_id for one in new], today)
    for one in new:
        _report(work, "wage_changed", employer, one.enrolment_id, one.from_month, told_by, kind=one.told.kind)
    return [one.enrolment_id for one in new]


def take_back(work: Work, *, employer: Employer, enrolment_ids: Sequence[UUID], told_by: From) -> None:
    """Joins that were a mistake, of people nothing was paid for: as if they had never begun. Their bills are the caller's."""
    now = jobs_now(work, employer=employer, enrolment_ids=enrolment_ids)
    gone = workers.take_back(work, branch_id=employer.branch_id, enrolment_ids=list(now))
    ended = [one for one in now.values() if one.enrolment_id in gone]
    if not ended:
        return
    rows = [{"enrolment_id": one.enrolment_id, "last_month": month_before(one.first_month)} for one in ended]
    work.execute(_LEAVE, [orjson.dumps(rows).decode(), employer.branch_id, employer.id])
    _record_changes(work, employer, [_change(one.enrolment_id, "undone", one.first_month) for one in ended], told_by)


def end_who_left(work: Work, *, branch_id: int, today: date, most: int = 1000) -> int:
    """Whose last month is over, and who is not billed for one that they worked: the cover ends. Returns how many; for a job that
    runs every night."""
    return _end(work, branch_id, today, most, None)


def _end(work: Work, branch_id: int, today: date, most: int, asked: list[UUID] | None) -> int:
    ids = [row[0] for row in work.rows(_LEFT, [branch_id, today.replace(day=1), asked, asked, most])]
    if ids:
        workers.end(work, branch_id=branch_id, enrolment_ids=ids)
    return len(ids)


def set_today(work: Work, branch_id: int, enrolment_ids: Sequence[UUID], today: date) -> None:
    """What the enrolments show is the wage of the present month."""
    rows = work.rows(_WAGE_OF_MONTH, {"ids": list(enrolment_ids), "branch": branch_id, "month": today.replace(day=1)})
    workers.set_wages(work, branch_id=branch_id, wages=dict(rows))


def refuse(why: str) -> None:
    """Raises ``Refused`` where there is a reason."""
    if why:
        raise Refused(_CODES[why])


def why_not_leave(job: JobNow, last_month: date) -> str:
    """A key of ``labels.FINDINGS``; empty where the month fits."""
    if job.paid_through is not None and last_month < job.paid_through:
        return "paid"
    return "before" if last_month < month_before(job.first_month) else ""


def why_no_wage(job: JobNow, from_month: date) -> str:
    if from_month < job.first_month:
        return "before"
    if job.paid_through is not None and from_month <= job.paid_through:
        return "paid"
    return "left" if job.last_month is not None and from_month > job.last_month else ""


def month_before(month: date) -> date:
    index = month.year * 12 + month.month - 2
    return date(index // 12, index % 12 + 1, 1)


def _must_work_here(now: dict[UUID, JobNow], enrolment_id: UUID) -> JobNow:
    if enrolment_id not in now:
        raise Refused("E1004")
    return now[enrolment_id]


def _record_wages(work: Work, employer: Employer, wages: Sequence[NewWage], told_by: From) -> dict[UUID, int]:
    """The wages of a month, by enrolment."""
    rows: list[dict[str, Any]] = []
    for one in wages:
        wage, detail = of_month(one.told, one.from_month)
        rows.append(
            {
                "id": uuid7(),
                "enrolment_id": one.enrolment_id,
                "from_month": one.from_month,
                "wage": wage,
                "kind": one.told.kind,
                "detail": detail,
                "corrects": one.corrects,
            }
        )
    common = [employer.branch_id, work.now, work.actor.user_id, *told_by]
    work.execute(_WAGES, [*common, orjson.dumps(rows).decode()])
    return {row["enrolment_id"]: row["wage"] for row in rows}


def _change(
    enrolment_id: UUID,
    kind: str,
    month: date,
    wage: int | None = None,
    corrects: UUID | None = None,
    report_id: UUID | None = None,
) -> dict[str, Any]:
    return {
        "id": report_id or uuid7(),
        "enrolment_id": enrolment_id,
        "kind": kind,
        "month": month,
        "wage": wage,
        "corrects": corrects,
    }


def _record_changes(work: Work, employer: Employer, rows: list[dict[str, Any]], told_by: From) -> None:
    about = {"branch": employer.branch_id, "employer": employer.id, "now": work.now, "by": work.actor.user_id}
    about |= {"source": told_by.source, "import": told_by.import_id, "rows": orjson.dumps(rows).decode()}
    work.execute(_CHANGES, about)


def _report(
    work: Work, event: str, employer: Employer, enrolment_id: UUID, month: date, told_by: From, **more: str
) -> None:
    detail = {"employer": employer.id, "month": f"{month:%Y-%m}", "source": told_by.source, **more}
    work.report(employer.happened(event, subject_id=enrolment_id, detail=detail))
