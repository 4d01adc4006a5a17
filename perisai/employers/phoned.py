"""An employer and its workers as a phone registers them in one visit, perhaps without signal: ops ``employer`` and ``worker``.

What the agent may not do is rejected with its reason; what is in doubt goes to a person; nothing of the visit is lost. Duplicate
employers cannot be asked about offline: the employer is taken, marked as like another, and the agent is told.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from perisai.agents.licence import Gate, Standing, get_standing
from perisai.employers import bill, employer, job
from perisai.employers.bring_in import MONTHS_AHEAD, MONTHS_BACK
from perisai.employers.employer import Care, Employer, Form
from perisai.employers.job import From, Joiner
from perisai.employers.wage import Told as WageTold
from perisai.employers.wage import of_month
from perisai.errors import Refused
from perisai.events import world
from perisai.events.captured import Captured
from perisai.events.work import Work
from perisai.members.decision import Decision
from perisai.members.enrolments import worker_entry, workers
from perisai.members.enrolments.enrol import review_code
from perisai.members.enrolments.worker_entry import Phone, Region, WorkerEntry
from perisai.members.enrolments.workers import Worker
from perisai.members.persons.nik import Beside, check_nik
from perisai.messages import consent_code
from perisai.payments.codes import lease
from perisai.training.told import Learner, Told

_Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")
]
_Short = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9 ._-]*$")]
_REGIONS: LiteralString = "SELECT code FROM offices_region WHERE code = ANY (%s) AND level = 4"


class _Owner(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    name: _Line
    nik: _Short | None = None
    enrolment: UUID | None = None
    """The op that enrolled the owner (BPU), in the same visit or before."""


class _Employer(BaseModel):
    """Body of an op ``employer``."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: _Line
    owner: _Owner
    scale: _Short
    risk: _Short
    sector: _Short
    optional: Annotated[list[_Short], Field(max_length=5)] = []
    phone: Phone | None = None
    address: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00-\x08\x0b-\x1f]*$")] = ""
    region: Region
    nib: _Short | None = None
    npwp: _Short | None = None
    sales: Annotated[int, Field(ge=0, lt=10**15)] | None = None
    capital: Annotated[int, Field(ge=0, lt=10**15)] | None = None
    payment_code: _Short | None = None


def judge_employers(work: Work, who: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Registers each under the id of its op. A visit has one, so one by one."""
    standing = get_standing(work, branch_id=who.branch_id, agent_id=who.trainee_id)
    return {one.op_id: _one_employer(work, who, standing, one) for one in told}


def judge_workers(work: Work, who: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Enrols workers, employer by employer; a fixed number of statements for each employer."""
    standing = get_standing(work, branch_id=who.branch_id, agent_id=who.trainee_id)
    decisions: dict[UUID, Decision] = {}
    by_employer: dict[UUID, list[tuple[Told, WorkerEntry]]] = {}
    for one in told:
        try:
            entry = worker_entry.read(one.body)
            by_employer.setdefault(entry.employer, []).append((one, entry))
        except Refused as refused:
            decisions[one.op_id] = _rejected(refused)
    for employer_id, some in sorted(by_employer.items()):
        try:
            known = employer.lock(work, branch_id=who.branch_id, employer_id=employer_id)
            if known.care.agent_id != who.trainee_id:
                raise Refused("E1004")
        except Refused as refused:
            decisions |= {one.op_id: _rejected(refused) for one, _ in some}
            continue
        decisions |= _workers_of(work, who, standing, known, some)
    return decisions


def _one_employer(work: Work, who: Learner, standing: Standing, one: Told) -> Decision:
    mark = work.mark()
    try:
        body = _Employer.model_validate(one.body)
        _check_gate(standing, one.captured, who.timezone)
        with transaction.atomic():
            made, alike = employer.register(
                work,
                branch_id=who.branch_id,
                form=_form(body),
                care=Care(standing.agent_id, standing.sub_branch_id, standing.agency_office_id),
                source="phone",
                employer_id=one.op_id,
                is_another=True,
                payment_code=_claim_code(work, who, one, body.payment_code),
            )
    except ValidationError as error:
        where = error.errors(include_url=False, include_input=False)[0]["loc"]
        return Decision("rejected", "E4401", {"params": {"field": ".".join(map(str, where)) or "body"}})
    except Refused as refused:
        work.forget_since(mark)
        return _rejected(refused)
    return Decision("accepted", None, {"employer": str(made), "alike": len(alike)})


def _form(body: _Employer) -> Form:
    return Form(
        name=body.name,
        owner_name=body.owner.name,
        owner_nik=body.owner.nik,
        owner_enrolment_id=body.owner.enrolment,
        scale=body.scale,
        risk=body.risk,
        sector=body.sector,
        region=body.region,
        optional=frozenset(body.optional),
        phone=body.phone,
        address=body.address,
        nib=body.nib,
        npwp=body.npwp,
        sales=body.sales,
        capital=body.capital,
    )


def _claim_code(work: Work, who: Learner, one: Told, code: str | None) -> str | None:
    """The code on the slip, where it was honestly leased."""
    if not code:
        return None
    asked = [lease.Asked(one.op_id, code, one.captured.earliest)]
    claimed = lease.claim_many(work, branch_id=who.branch_id, agent_id=who.trainee_id, asked=asked)
    return claimed.kept.get(one.op_id) or claimed.late.get(one.op_id)


def _workers_of(
    work: Work, who: Learner, standing: Standing, known: Employer, some: Sequence[tuple[Told, WorkerEntry]]
) -> dict[UUID, Decision]:
    decisions: dict[UUID, Decision] = {}
    regions = {row[0] for row in work.rows(_REGIONS, [sorted({entry.region for _, entry in some})])}
    here = workers.find_holders(
        work, branch_id=who.branch_id, employer_id=known.id, niks=[entry.nik for _, entry in some]
    )
    unsure = _unconfirmed(work, who, some)
    joiners: list[Joiner] = []
    met: set[str] = set()
    for one, entry in some:
        try:
            if entry.nik in here or entry.nik in met:
                raise Refused("E4404")
            if entry.region not in regions:
                raise Refused("E3001", field="region")
            joiners.append(_joiner(who, standing, known, one, entry, is_unsure=one.op_id in unsure))
            met.add(entry.nik)
        except Refused as refused:
            decisions[one.op_id] = _rejected(refused)
    enrolled = job.join(work, employer=known, joiners=joiners, told_by=From("phone"))
    for worker_id, done in enrolled.items():
        if done.reason == workers.REFUSED:
            decisions[worker_id] = Decision("rejected", "E5003", None)
            continue
        result = {"enrolment": worker_id, "employer": str(known.id)}
        decisions[worker_id] = (
            Decision("review", review_code(done.reason), result) if done.reason else Decision("accepted", None, result)
        )
    _bill(work, who, known, [one for one in joiners if enrolled[one.worker.id].reason != workers.REFUSED])
    return decisions


def _bill(work: Work, who: Learner, known: Employer, joiners: Sequence[Joiner]) -> None:
    """The bill of the month that the visit began with, so that the code on the slip can be paid."""
    bill.renew(work, employer=known)
    month = work.now.astimezone(ZoneInfo(who.timezone)).date().replace(day=1)
    if any(one.first_month <= month for one in joiners):
        try:
            with transaction.atomic():
                bill.make(work, employer=known, month=month)
        except Refused:
            return  # all of them wait for a person


def _joiner(
    who: Learner, standing: Standing, known: Employer, one: Told, entry: WorkerEntry, *, is_unsure: bool
) -> Joiner:
    """Raises ``Refused`` for what no person could let pass."""
    gate, licence_id = _check_gate(standing, one.captured, who.timezone)
    day = one.captured.estimate.astimezone(ZoneInfo(who.timezone)).date()
    if entry.birth_date > day:
        raise Refused("E3001", field="birth_date")
    beside = Beside(entry.kk, entry.birth_date, entry.sex, entry.region[:2], entry.birth_known)
    report = check_nik(entry.nik, on=day, beside=beside)
    if report.refusals:
        raise Refused("E3003", reason=report.refusals[0])
    world.refuse_real(report.digits)
    month = _first_month(entry, day)
    told = WageTold(entry.wage.kind, tuple(entry.wage.amounts))
    reason = "licence" if gate is Gate.CHANGED else "clock" if one.captured.doubtful else None
    worker = Worker(
        id=one.op_id,
        employer_id=known.id,
        nik=report.digits,
        kk=entry.kk,
        name=entry.name,
        birth_date=entry.birth_date,
        birth_place=entry.birth_place,
        birth_known=entry.birth_known,
        sex=entry.sex,
        phone=entry.phone,
        phone_owner=entry.phone_owner,
        address=entry.address,
        region=entry.region,
        job=entry.job,
        wage=of_month(told, month).wage,
        programmes=known.programmes(entry.birth_date, day),
        risk=known.risk,
        captured=one.captured,
        captured_on=day,
        agent_id=who.trainee_id,
        sub_branch_id=standing.sub_branch_id,
        agency_office_id=standing.agency_office_id,
        device_id=who.device_id,
        licence_id=licence_id,
        place=one.place,
        price_shown=entry.price_shown,
        series=entry.series,
        warnings=report.warnings,
        reason=reason or ("consent" if is_unsure else None),
        heirs=tuple(entry.heirs),
        consents=tuple(entry.consents),
        signature=entry.signature,
    )
    return Joiner(worker, month, told)


def _first_month(entry: WorkerEntry, day: date) -> date:
    """Raises E4405 for a month far away."""
    month = date.fromisoformat(f"{entry.from_month}-01") if entry.from_month else day.replace(day=1)
    apart = (month.year - day.year) * 12 + month.month - day.month
    if not -MONTHS_BACK <= apart <= MONTHS_AHEAD:
        raise Refused("E4405", why=f"{month:%Y-%m}")
    return month


def _check_gate(standing: Standing, when: Captured, timezone: str) -> tuple[Gate, UUID | None]:
    """Raises ``Refused`` where the agent had no licence at any time it can have been."""
    gate, held = standing.gate(when.earliest, when.latest, when.estimate, timezone)
    if gate is Gate.CLOSED:
        raise Refused(standing.refusal(when.estimate, timezone))
    return gate, held.id if held else None


def _unconfirmed(work: Work, who: Learner, some: Sequence[tuple[Told, WorkerEntry]]) -> set[UUID]:
    """Workers whose spoken code is not the one that was sent to them."""
    asked = [
        consent_code.Spoken(
            enrolment_id=one.op_id,
            challenge=entry.signature.challenge,
            code=entry.signature.code or "",
            phone=entry.phone,
            earliest=one.captured.earliest,
            latest=one.captured.latest,
            estimate=one.captured.estimate,
        )
        for one, entry in some
        if entry.signature.kind == "spoken" and entry.signature.challenge is not None
    ]
    if not asked:
        return set()
    good = consent_code.confirm_many(
        work, branch_id=who.branch_id, agent_id=who.trainee_id, spoken=[one for one in asked if one.phone]
    )
    return {one.enrolment_id for one in asked} - good


def _rejected(refused: Refused) -> Decision:
    return Decision("rejected", refused.code, {"params": refused.params})
