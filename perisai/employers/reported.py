"""Who left and whose wage changed, as an agent reports it at the employer's, perhaps without signal: ops ``worker_left`` and
``worker_wage``. An op with ``undoes`` takes an earlier one of its kind back.

Neither a licence nor a hold decides: what the employer said is worth knowing. The month is judged by the day it was told.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Annotated, Final, LiteralString, NamedTuple, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from perisai.employers import bill, employer, job
from perisai.employers.bring_in import MONTHS_AHEAD, MONTHS_BACK
from perisai.employers.employer import Employer
from perisai.employers.job import From, JobNow, Leaver, NewWage
from perisai.employers.wage import MOST, Kind, of_month
from perisai.employers.wage import Told as WageTold
from perisai.errors import Refused
from perisai.events.work import Work, branch_day
from perisai.members.decision import Decision
from perisai.training.told import Learner, Told

FROM: Final = From("phone")
_Month = Annotated[str, StringConstraints(pattern=r"^2\d{3}-(0[1-9]|1[0-2])$")]
_Amount = Annotated[int, Field(gt=0, le=MOST)]

# By primary key: the report of an op has the op's id.
_REPORTS: LiteralString = """
SELECT c.id, c.employer_id, c.enrolment_id, c.month, c.wage FROM employers_change c
WHERE c.branch_id = %s AND c.id = ANY (%s) AND c.kind = %s
"""
# Carried by wage_of_month: what held before the newest row of that month, where this one is the newest.
_BEFORE: LiteralString = """
SELECT now.id, before.wage, before.kind, before.detail FROM (
  SELECT w.id, w.wage, w.from_month FROM employers_wage w
  WHERE w.branch_id = %(branch)s AND w.enrolment_id = %(enrolment)s AND w.from_month = %(month)s ORDER BY w.id DESC LIMIT 1
) now CROSS JOIN LATERAL (
  SELECT w.wage, w.kind, w.detail FROM employers_wage w
  WHERE w.branch_id = %(branch)s AND w.enrolment_id = %(enrolment)s AND (w.from_month, w.id) < (now.from_month, now.id)
  ORDER BY w.from_month DESC, w.id DESC LIMIT 1
) before
WHERE now.wage = %(wage)s
"""


# Carried by change_enrolment: what was reported just before, where that was a leave too.
_LEFT_BEFORE: LiteralString = """
SELECT before.month FROM (
  SELECT c.kind, c.month FROM employers_change c
  WHERE c.branch_id = %(branch)s AND c.enrolment_id = %(enrolment)s AND c.kind IN ('left', 'stays')
    AND (c.at, c.id) < (SELECT r.at, r.id FROM employers_change r WHERE r.branch_id = %(branch)s AND r.id = %(report)s)
  ORDER BY c.at DESC, c.id DESC LIMIT 1
) before WHERE before.kind = 'left'
"""


class _Left(BaseModel):
    """Of an op ``worker_left``; ``month`` is the last one they work in."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    employer: UUID
    enrolment: UUID
    month: _Month


class _Paid(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: Kind
    amounts: Annotated[list[_Amount], Field(min_length=1, max_length=12)]


class _NewWage(BaseModel):
    """Of an op ``worker_wage``."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    employer: UUID
    enrolment: UUID
    from_month: _Month
    wage: _Paid


class _Undo(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    undoes: UUID


class _Report(NamedTuple):
    """What an earlier op reported."""

    id: UUID
    employer_id: UUID
    enrolment_id: UUID
    month: date
    wage: int | None


_Body = TypeVar("_Body", _Left, _NewWage)
_Take = Callable[[Work, Employer, list[tuple[UUID, _Body]], date], None]


def judge_left(work: Work, who: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Rejected: E3001, E1004 for an employer or worker who is not the agent's, E4405, E4413, E4415 to E4418."""
    return _judge(work, who, told, _Left, "left", _why_not_left, _take_left, _stay)


def judge_wages(work: Work, who: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Rejected: E3001, E1004, E4405, E4413 to E4418."""
    return _judge(work, who, told, _NewWage, "wage", _why_no_wage, _take_wages, _restore_wage)


def _judge(
    work: Work,
    who: Learner,
    told: list[Told],
    shape: type[_Body],
    kind: LiteralString,
    check: Callable[[_Body, JobNow], None],
    take: _Take[_Body],
    undo: Callable[[Work, Employer, _Report, date], None],
) -> dict[UUID, Decision]:
    """A fixed number of statements for each employer; more where one worker is reported of twice. What is taken back in the same
    push is not done at all."""
    bodies, undos, decisions = _read(told, shape, who)
    for op_id, undone in undos.items():
        if bodies.pop(undone, None) is not None:
            decisions |= {one: Decision("accepted", None, {"undone": True}) for one in (op_id, undone)}
    for employer_id in sorted({body.employer for body in bodies.values()}):
        some = [(op_id, body) for op_id, body in bodies.items() if body.employer == employer_id]
        decisions |= _of_employer(work, who, employer_id, some, check, take)
    left = {op_id: undone for op_id, undone in undos.items() if op_id not in decisions}
    rows = work.rows(_REPORTS, [who.branch_id, list(left.values()), kind]) if left else []
    reports = {row[0]: _Report(*row) for row in rows}
    for op_id, undone in left.items():
        decisions[op_id] = _take_back(work, who, reports.get(undone), undo)
    return decisions


def _read(
    told: list[Told], shape: type[_Body], who: Learner
) -> tuple[dict[UUID, _Body], dict[UUID, UUID], dict[UUID, Decision]]:
    """Reports by op, ops that are taken back by the op that does, and what cannot be read."""
    bodies: dict[UUID, _Body] = {}
    undos: dict[UUID, UUID] = {}
    decisions: dict[UUID, Decision] = {}
    for one in told:
        try:
            if isinstance(one.body, dict) and "undoes" in one.body:
                undos[one.op_id] = _Undo.model_validate(one.body).undoes
            else:
                body = shape.model_validate(one.body)
                _check_month(_month_of(body), branch_day(one.captured.estimate, who.timezone))
                bodies[one.op_id] = body
        except ValidationError as error:
            where = error.errors(include_url=False, include_input=False)[0]["loc"]
            decisions[one.op_id] = _rejected(Refused("E3001", field=".".join(map(str, where)) or "body"))
        except Refused as refused:
            decisions[one.op_id] = _rejected(refused)
    return bodies, undos, decisions


def _of_employer(
    work: Work,
    who: Learner,
    employer_id: UUID,
    some: list[tuple[UUID, _Body]],
    check: Callable[[_Body, JobNow], None],
    take: _Take[_Body],
) -> dict[UUID, Decision]:
    decisions: dict[UUID, Decision] = {}
    try:
        known = _lock_own(work, who, employer_id)
    except Refused as refused:
        return {op_id: _rejected(refused) for op_id, _ in some}
    today = branch_day(work.now, who.timezone)
    for wave in _waves(some):
        now = job.jobs_now(work, employer=known, enrolment_ids=[body.enrolment for _, body in wave])
        good: list[tuple[UUID, _Body]] = []
        for op_id, body in wave:
            try:
                if body.enrolment not in now:
                    raise Refused("E1004")
                check(body, now[body.enrolment])
                good.append((op_id, body))
                decisions[op_id] = Decision("accepted", None, {"enrolment": str(body.enrolment)})
            except Refused as refused:
                decisions[op_id] = _rejected(refused)
        if good:
            take(work, known, good, today)
    bill.renew(work, employer=known)
    return decisions


def _waves(some: Iterable[tuple[UUID, _Body]]) -> list[list[tuple[UUID, _Body]]]:
    """In the order of the chain, a worker once in each."""
    waves: list[list[tuple[UUID, _Body]]] = []
    seen: dict[UUID, int] = {}
    for op_id, body in some:
        at = seen.get(body.enrolment, 0)
        seen[body.enrolment] = at + 1
        if at == len(waves):
            waves.append([])
        waves[at].append((op_id, body))
    return waves


def _take_back(
    work: Work, who: Learner, report: _Report | None, undo: Callable[[Work, Employer, _Report, date], None]
) -> Decision:
    try:
        if report is None:
            raise Refused("E4418")
        known = _lock_own(work, who, report.employer_id)
        undo(work, known, report, branch_day(work.now, who.timezone))
        bill.renew(work, employer=known)
    except Refused as refused:
        return _rejected(refused)
    return Decision("accepted", None, {"enrolment": str(report.enrolment_id)})


def _why_not_left(body: _Left, now: JobNow) -> None:
    job.refuse(job.why_not_leave(now, _first_day(body.month)))


def _why_no_wage(body: _NewWage, now: JobNow) -> None:
    month = _first_day(body.from_month)
    job.refuse(job.why_no_wage(now, month))
    of_month(_told(body), month)


def _take_left(work: Work, known: Employer, good: Sequence[tuple[UUID, _Left]], today: date) -> None:
    leavers = [Leaver(body.enrolment, _first_day(body.month), op_id) for op_id, body in good]
    job.leave(work, employer=known, leavers=leavers, told_by=FROM, today=today)


def _take_wages(work: Work, known: Employer, good: Sequence[tuple[UUID, _NewWage]], today: date) -> None:
    wages = [NewWage(body.enrolment, _first_day(body.from_month), _told(body), report_id=op_id) for op_id, body in good]
    job.change_wages(work, employer=known, wages=wages, told_by=FROM, today=today)


def _stay(work: Work, known: Employer, report: _Report, today: date) -> None:
    """What an earlier report said holds again, where it was a leave too. Raises E4418 where something else was reported since,
    E4406, E4415 for an earlier month that was paid beyond."""
    now = job.jobs_now(work, employer=known, enrolment_ids=[report.enrolment_id]).get(report.enrolment_id)
    if now is None or now.last_month != report.month:
        raise Refused("E4418")
    asked = {"branch": known.branch_id, "enrolment": report.enrolment_id, "report": report.id}
    before = work.row(_LEFT_BEFORE, asked)
    if before is not None:
        job.leave(work, employer=known, leavers=[Leaver(report.enrolment_id, before[0])], told_by=FROM, today=today)
        return
    job.stay(work, employer=known, enrolment_id=report.enrolment_id, told_by=FROM)


def _restore_wage(work: Work, known: Employer, report: _Report, today: date) -> None:
    """Raises E4418 where something else was reported since, E4415 where it is paid."""
    asked = {
        "branch": known.branch_id,
        "enrolment": report.enrolment_id,
        "month": report.month,
        "wage": report.wage,
    }
    row = work.row(_BEFORE, asked)
    if row is None:
        raise Refused("E4418")
    mistake, wage, kind, kept = row
    detail = orjson.loads(kept) if isinstance(kept, str) else kept
    amounts = (detail["day"],) if kind == "daily" else tuple(detail["months"]) if kind == "piece" else (wage,)
    new = NewWage(report.enrolment_id, report.month, WageTold(kind, amounts), corrects=mistake)
    job.change_wages(work, employer=known, wages=[new], told_by=FROM, today=today)


def _lock_own(work: Work, who: Learner, employer_id: UUID) -> Employer:
    """Raises E1004 for one that is not in the agent's care, E4413 where it is closed."""
    known = employer.lock(work, branch_id=who.branch_id, employer_id=employer_id)
    if known.care.agent_id != who.trainee_id:
        raise Refused("E1004")
    return known


def _check_month(text: str, day: date) -> None:
    """Raises E4405 for a month far away."""
    month = _first_day(text)
    if not -MONTHS_BACK <= (month.year - day.year) * 12 + month.month - day.month <= MONTHS_AHEAD:
        raise Refused("E4405", why=text)


def _month_of(body: _Left | _NewWage) -> str:
    return body.month if isinstance(body, _Left) else body.from_month


def _told(body: _NewWage) -> WageTold:
    return WageTold(body.wage.kind, tuple(body.wage.amounts))


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _rejected(refused: Refused) -> Decision:
    return Decision("rejected", refused.code, {"params": refused.params})
