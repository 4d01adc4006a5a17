"""Judges enrolments as a set: form, licence, clock, identity, quota, then person, enrolment and bill.

The number of statements does not depend on how many there are. Order of locks: NIK registry (sorted), quota (sorted by
period), numbering of payment codes; the end of the Work then takes position and counters.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.agents.licence import Gate, Standing
from perisai.contributions.bills import bill
from perisai.contributions.cover.eligibility import Applicant, check_entry
from perisai.errors import Refused
from perisai.events import world
from perisai.events.vault import keyed_hash
from perisai.events.work import Happened, Work
from perisai.members.decision import Decision
from perisai.members.enrolments import store
from perisai.members.enrolments.candidate import Asked, Candidate, Site
from perisai.members.enrolments.entry import Entry, read
from perisai.members.persons import identity
from perisai.members.persons.names import name_key
from perisai.members.persons.nik import Beside, check_nik
from perisai.members.reviews import queue
from perisai.messages import consent_code
from perisai.payments.codes import code as codes
from perisai.payments.codes import lease
from perisai.targets.quotas import quota

# Villages that exist, and telephones that are agents' (by branch, a handful of rows), in one go.
_KNOWN = """
SELECT code, NULL::uuid FROM offices_region WHERE code = ANY (%s) AND level = 4
UNION ALL
SELECT phone, id FROM agents_agent WHERE branch_id = %s AND phone = ANY (%s) AND state <> 'ended'
"""

_REVIEW_CODES = {"quota": "E5001", "licence": "E3020", "clock": "E6004", "contact": "E3015", "consent": "E3016"}


def review_code(reason: str | None) -> str:
    """What the agent may know of why a person looks at an enrolment: of a doubt about identity, or the rules, only that there
    is one, for its cause may be another person's data."""
    return _REVIEW_CODES.get(reason or "", "E3010")


def enrol_many(
    work: Work, *, branch_id: int, timezone: str, standing: Standing, device_id: UUID | None, asked: list[Asked]
) -> dict[UUID, Decision]:
    """Decides each enrolment and stores what is safe to store. Refusals store nothing but their event."""
    site = Site(branch_id, timezone, standing, device_id)
    decisions: dict[UUID, Decision] = {}
    through: list[Candidate] = []
    for one in asked:
        try:
            through.append(_read(one, site))
        except Refused as error:
            decisions[one.op_id] = Decision("rejected", error.code, {"params": error.params})
    _check_known(work, site, through, decisions)
    _check_consent(work, site, through)
    _check_identity(work, branch_id, through)
    _take_slots(work, site, through, decisions)
    _number(work, site, through)
    store.insert(work, site=site, candidates=through)
    _bill(work, site, through)
    queue.open_many(work, branch_id=branch_id, items=[_to_review(one, site) for one in through if one.reason])
    for one in asked:
        if one.op_id in decisions:
            _report_rejected(work, site, one, decisions[one.op_id])
    for candidate in through:
        decisions[candidate.id] = _decision(candidate)
        _report(work, site, candidate)
    return decisions


def _read(one: Asked, site: Site) -> Candidate:
    """The gates that need no database. Raises ``Refused``."""
    captured_on = one.captured.estimate.astimezone(ZoneInfo(site.timezone)).date()
    entry = read(one.body)
    beside = Beside(entry.kk, entry.birth_date, entry.sex, entry.region[:2], entry.birth_known)
    report = check_nik(entry.nik, on=captured_on, beside=beside)
    if report.refusals:
        raise Refused("E3003", reason=report.refusals[0])
    world.refuse_real(report.digits)
    if entry.birth_date > captured_on:
        raise Refused("E3001", field="birth_date")
    doubts = _check_rules(entry, captured_on)
    when = one.captured
    gate, held = site.standing.gate(when.earliest, when.latest, when.estimate, site.timezone)
    if gate is Gate.CLOSED:
        raise Refused(site.standing.refusal(when.estimate, site.timezone))
    candidate = Candidate(
        id=one.op_id,
        asked=one,
        entry=entry,
        captured_on=captured_on,
        nik=report.digits,
        nik_hash=keyed_hash("nik", report.digits),
        kk_hash=keyed_hash("kk", entry.kk) if entry.kk else None,
        name_key=name_key(entry.name),
        warnings=(*report.warnings, *_witness_warnings(entry, site)),
        licence_id=held.id if held else None,
    )
    if gate is Gate.CHANGED:
        candidate.reason = "licence"
    elif one.captured.doubtful:
        candidate.reason = "clock"
    elif doubts:
        candidate.reason = "rules"
    return candidate


def _witness_warnings(entry: Entry, site: Site) -> Iterator[str]:
    """A witness is somebody else than the worker and the agent; two may bear one name, so it is only told."""
    witness = entry.signature.witness
    if witness is None:
        return
    if name_key(witness.name) == name_key(entry.name):
        yield "witness_named_as_worker"
    if name_key(witness.name) == name_key(site.standing.name):
        yield "witness_named_as_agent"


def _check_rules(entry: Entry, on: date) -> bool:
    """Who may enrol and for what, by the rules of the captured day. Raises E3002 or E3001; True: a person should look."""
    applicant = Applicant(
        birth_on=entry.birth_date,
        income=entry.income,
        jobs=len(entry.jobs),
        programmes=frozenset(entry.programmes),
        months=entry.months,
        employs_others=entry.employs_others,
    )
    findings = check_entry(applicant, on=on)
    for finding in findings:
        if finding.verdict == "refuse":
            raise Refused("E3002") if finding.field.startswith("birth") else Refused("E3001", field=finding.field)
    return bool(findings)


def _check_known(work: Work, site: Site, through: list[Candidate], decisions: dict[UUID, Decision]) -> None:
    """Villages must exist. A telephone that is the agent's own is refused; another agent's is looked at."""
    if not through:
        return
    regions = sorted({one.entry.region for one in through})
    phones = sorted({one.entry.phone for one in through if one.entry.phone})
    known: dict[str, UUID | None] = dict(work.rows(_KNOWN, [regions, site.branch_id, phones], prepared=True))
    for one in list(through):
        holder = known.get(one.entry.phone) if one.entry.phone else None
        if one.entry.region not in known:
            decisions[one.id] = Decision("rejected", "E3001", {"params": {"field": "region"}})
        elif holder == site.standing.agent_id:
            decisions[one.id] = Decision("rejected", "E3014", None)
        else:
            if holder is not None:
                one.doubt("contact", "phone_of_agent")
            continue
        through.remove(one)


def _check_consent(work: Work, site: Site, through: list[Candidate]) -> None:
    """Codes that workers read out must be those that were sent to them."""
    asked = [_spoken(one) for one in through if one.entry.signature.kind == "spoken"]
    if not asked:
        return
    good = consent_code.confirm_many(
        work, branch_id=site.branch_id, agent_id=site.standing.agent_id, spoken=[one for one in asked if one.phone]
    )
    unsure = {one.enrolment_id for one in asked} - good
    for one in through:
        if one.id in unsure:
            one.doubt("consent", "consent_unconfirmed")


def _spoken(one: Candidate) -> consent_code.Spoken:
    signed, when = one.entry.signature, one.asked.captured
    assert signed.challenge is not None
    return consent_code.Spoken(
        enrolment_id=one.id,
        challenge=signed.challenge,
        code=signed.code or "",
        phone=one.entry.phone,
        earliest=when.earliest,
        latest=when.latest,
        estimate=when.estimate,
    )


def _check_identity(work: Work, branch_id: int, through: list[Candidate]) -> None:
    doubts = identity.decide_many(work, branch_id=branch_id, asked=[_identity(one) for one in through])
    for one in through:
        doubt = doubts.get(one.id)
        if doubt is not None:
            one.reason, one.candidates = doubt.reason, doubt.candidates


def _identity(one: Candidate) -> identity.Identity:
    entry = one.entry
    return identity.Identity(
        enrolment_id=one.id,
        nik_hash=one.nik_hash,
        name=entry.name,
        name_key=one.name_key,
        birth_date=entry.birth_date,
        birth_place=entry.birth_place or "",
        sex=entry.sex,
        phone=entry.phone if entry.phone_owner in ("own", "family") else None,
        kk_hash=one.kk_hash,
        region_code=entry.region,
        is_birth_known=entry.birth_known == "day",
        is_phone_own=entry.phone_owner == "own",
    )


def _take_slots(work: Work, site: Site, through: list[Candidate], decisions: dict[UUID, Decision]) -> None:
    """What is clear takes a slot of its captured month, in the order of the ops; the rest waits in review, or is refused where
    the branch has closed its quota (and its NIK is free again)."""
    clear = [one for one in through if one.reason is None]
    wanted = Counter(quota.period_of(one.captured_on) for one in clear)
    granted = quota.take(work, branch_id=site.branch_id, wanted=wanted, device_id=site.device_id)
    refused: list[UUID] = []
    for one in clear:
        slots = granted.get(quota.period_of(one.captured_on))
        if slots is None:
            continue
        if slots.within:
            slots.within -= 1
            one.period = slots.period
        elif slots.above:
            slots.above -= 1
            one.period, one.over = slots.period, True
        elif slots.refuses:
            refused.append(one.id)
            decisions[one.id] = Decision("rejected", "E5003", None)
        else:
            one.reason = "quota"
    if refused:
        work.execute("SELECT members_release_niks(%s, %s::uuid[])", [site.branch_id, refused])
        through[:] = [one for one in through if one.id not in decisions]


def _number(work: Work, site: Site, through: list[Candidate]) -> None:
    """The code that the worker left with, where it was honestly leased, also reserved for who is in review; else a new one
    for who is accepted."""
    brought = [
        lease.Asked(one.id, one.entry.payment_code, one.asked.captured.earliest)
        for one in through
        if one.entry.payment_code
    ]
    agent_id = site.standing.agent_id
    claimed = lease.claim_many(work, branch_id=site.branch_id, agent_id=agent_id, asked=brought)
    numbers = codes.issue_many(
        work,
        branch_id=site.branch_id,
        niks={one.id: one.nik for one in through if one.reason is None},
        kept=claimed.kept,
        beside=claimed.late,
    )
    for one in through:
        one.payment_code = numbers.get(one.id)


def _bill(work: Work, site: Site, through: list[Candidate]) -> None:
    wanted = [
        bill.ToBill(
            enrolment_id=one.id,
            payment_code=one.payment_code,
            income=one.entry.income,
            programmes=frozenset(one.entry.programmes),
            transport=one.entry.transport,
            months=one.entry.months,
        )
        for one in through
        if one.reason is None and one.payment_code is not None
    ]
    issued = bill.issue_many(work, branch_id=site.branch_id, timezone=site.timezone, wanted=wanted)
    for one in through:
        one.issued = issued.get(one.id)


def _to_review(one: Candidate, site: Site) -> queue.ToReview:
    return queue.ToReview(
        reason=one.reason or "",
        enrolment_id=one.id,
        op_id=one.id,
        device_id=site.device_id,
        agent_id=site.standing.agent_id,
        candidates=one.candidates or [],
    )


def _decision(one: Candidate) -> Decision:
    """What the phone hears. Whoever is in doubt hears the same, whatever the reason of the doubt about identity."""
    if one.reason is not None:
        reserved = {"payment_code": one.payment_code} if one.payment_code else {}
        return Decision("review", review_code(one.reason), {"enrolment": one.id, **reserved})
    assert one.issued is not None
    return Decision(
        "accepted",
        None,
        {
            "enrolment": one.id,
            "payment_code": one.issued.payment_code,
            "amount": one.issued.amount,
            "pay_by": one.issued.pay_by,
        },
    )


def _report(work: Work, site: Site, one: Candidate) -> None:
    detail: dict[str, Any] = {"op": str(one.id)}
    if one.issued is None:
        detail["reason"] = one.reason
    else:
        detail |= {
            "programmes": sorted(one.entry.programmes),
            "months": one.entry.months,
            "first_month": f"{one.issued.first_month:%Y-%m}",
            "transport": one.entry.transport,
        }
    work.report(
        _happened(
            "enrolment_in_review" if one.issued is None else "enrolment_accepted",
            site,
            one.asked,
            region_code=one.entry.region,
            amount=one.issued.amount if one.issued else 0,
            day=one.captured_on,
            detail=detail,
        )
    )


def _report_rejected(work: Work, site: Site, one: Asked, decision: Decision) -> None:
    day = one.captured.estimate.astimezone(ZoneInfo(site.timezone)).date()
    detail = {"op": str(one.op_id), "code": decision.code}
    work.report(_happened("enrolment_rejected", site, one, region_code=None, amount=0, day=day, detail=detail))


def _happened(
    kind: str, site: Site, one: Asked, *, region_code: str | None, amount: int, day: date, detail: dict[str, Any]
) -> Happened:
    return Happened(
        kind=kind,
        branch_id=site.branch_id,
        subject_id=one.op_id,
        agent_id=site.standing.agent_id,
        sub_branch_id=site.standing.sub_branch_id,
        agency_office_id=site.standing.agency_office_id,
        region_code=region_code,
        amount=amount,
        device_id=site.device_id,
        captured_from=one.captured.earliest,
        captured_to=one.captured.latest,
        captured_at=one.captured.estimate,
        day=day,
        detail=detail,
    )
