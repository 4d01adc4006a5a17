"""Wage earners (PU): persons and enrolments of workers whom an employer enrols, through identity decision and quota.

The number of statements does not depend on how many there are. Order of locks: NIK registry (sorted), quota (sorted by period),
numbering of payment codes. What they owe is billed by the run of their month, all of an employer's workers under one order.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

import orjson

from perisai.contributions.rules.in_force import load
from perisai.events.captured import Captured
from perisai.events.ids import uuid7
from perisai.events.vault import keyed_hash, seal
from perisai.events.work import Happened, Work
from perisai.members.enrolments.entry import ConsentEntry, HeirEntry, Signature
from perisai.members.persons import identity
from perisai.members.persons.names import name_key
from perisai.members.reviews import queue
from perisai.payments.codes import code as codes
from perisai.targets.quotas import quota

SEGMENT = "PU"

_PERSONS: LiteralString = """
WITH told AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS t (id uuid, person_id uuid, nik_sealed bytea, nik_hash bytea,
    nik_masked text, kk_sealed bytea, kk_hash bytea, name text, name_key text, birth_place text, birth_date date,
    birth_known text, sex text, phone text, phone_owner text, address text, region text, job text, wage bigint,
    transport boolean, programmes text[], risk text, employer uuid, agent uuid, sub_branch int, office int, device uuid,
    state text, reason text, earliest timestamptz, latest timestamptz, captured_on date, place jsonb, price_shown bigint,
    licence uuid, period date, is_over boolean, warnings text[], payment_code text, heirs jsonb, consents jsonb, signature jsonb,
    series uuid)
), persons AS (
  INSERT INTO members_person (branch_id, id, nik_sealed, nik_hash, nik_masked, kk_sealed, kk_hash, name, name_key, birth_place,
    birth_date, birth_known, sex, phone, phone_owner, address, region_code, created_at)
  SELECT %(branch)s, person_id, nik_sealed, nik_hash, nik_masked, kk_sealed, kk_hash, name, name_key, birth_place, birth_date,
    birth_known, sex, phone, phone_owner, address, region, %(now)s FROM told
), enrolments AS (
  INSERT INTO members_enrolment (branch_id, id, person_id, segment, state, agent_id, sub_branch_id, agency_office_id, device_id,
    region_code, captured_from, captured_to, captured_on, received_at, place, jobs, income, base_income, transport,
    employs_others, programmes, months, price_shown, rules, licence_id, quota_period, quota_over, warnings, review_reason,
    payment_code, core_state, core_is_demo, series_id, employer_id, risk)
  SELECT %(branch)s, id, person_id, 'PU', state, agent, sub_branch, office, device, region, earliest, latest, captured_on,
    %(now)s, place, ARRAY[job], wage, wage, transport, false, programmes, 1, price_shown, %(rules)s, licence, period, is_over,
    warnings, reason, payment_code, 'none', false, series, employer, risk FROM told
), heirs AS (
  INSERT INTO members_heir (branch_id, enrolment_id, position, name, relation)
  SELECT %(branch)s, t.id, h.position, h.heir ->> 0, h.heir ->> 1
  FROM told t CROSS JOIN LATERAL jsonb_array_elements(t.heirs) WITH ORDINALITY AS h (heir, position)
), consents AS (
  INSERT INTO members_consent (branch_id, enrolment_id, purpose, version, sha256, given, captured_to, agent_id, signature)
  SELECT %(branch)s, t.id, c.purpose, c.version, decode(c.sha256, 'hex'), c.given, t.latest, t.agent, t.signature
  FROM told t CROSS JOIN LATERAL jsonb_to_recordset(t.consents) AS c (purpose text, version text, sha256 text, given boolean)
)
INSERT INTO members_consent_due (branch_id, enrolment_id, since, reason)
SELECT %(branch)s, id, %(now)s, 'employer' FROM told WHERE consents = '[]'::jsonb
"""

# Carried by person_nik.
_HOLDERS: LiteralString = """
SELECT e.id, p.nik_hash, e.state, e.income FROM members_person p
JOIN members_enrolment e ON e.branch_id = p.branch_id AND e.person_id = p.id AND e.segment = 'PU'
  AND e.state IN ('review', 'accepted', 'active', 'lapsed')
WHERE p.branch_id = %s AND p.nik_hash = ANY (%s::bytea[]) AND e.employer_id = %s
"""
_RELEASE: LiteralString = "SELECT members_release_niks(%s, %s::uuid[])"
_CLAIM: LiteralString = (
    "SELECT enrolment_id FROM members_claim_niks('PU', %s, ARRAY[%s]::bytea[], ARRAY[%s]::uuid[], %s)"
)
_END: LiteralString = """
UPDATE members_enrolment SET state = 'ended', decided_at = %s
WHERE branch_id = %s AND id = ANY (%s) AND segment = 'PU' AND state IN ('accepted', 'active', 'lapsed')
RETURNING id, agent_id, sub_branch_id, agency_office_id, region_code
"""
_TAKE_BACK: LiteralString = """
UPDATE members_enrolment e SET state = 'cancelled', quota_period = NULL, quota_over = false, decided_at = %s
FROM members_enrolment o
WHERE e.branch_id = %s AND e.id = ANY (%s) AND e.segment = 'PU' AND e.state IN ('review', 'accepted')
  AND o.branch_id = e.branch_id AND o.id = e.id
RETURNING e.id, o.state, e.agent_id, e.sub_branch_id, e.agency_office_id, e.region_code, e.captured_on, o.quota_period,
  o.quota_over
"""
_CLOSE_REVIEWS: LiteralString = """
UPDATE members_review SET state = 'closed', decided_at = %s, note = 'import undone'
WHERE branch_id = %s AND enrolment_id = ANY (%s) AND state = 'open'
"""
_SET_WAGE: LiteralString = """
UPDATE members_enrolment e SET income = w.wage, base_income = w.wage
FROM unnest(%s::uuid[], %s::bigint[]) AS w (id, wage)
WHERE e.branch_id = %s AND e.id = w.id AND e.segment = 'PU'
"""
_COME_BACK: LiteralString = """
UPDATE members_enrolment SET state = CASE WHEN activated_at IS NULL THEN 'accepted' ELSE 'active' END
WHERE branch_id = %s AND id = %s AND segment = 'PU' AND state = 'ended'
"""
_NIK_HASH: LiteralString = """
SELECT p.nik_hash FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE e.branch_id = %s AND e.id = %s FOR UPDATE OF e
"""


REFUSED: Final = "quota_closed"


class Worker(NamedTuple):
    """One worker whom an employer enrols. ``wage`` is a month's, rupiah; ``reason`` set: a person has to look, whatever else.
    Without ``consents`` it is noted that theirs is still to be collected."""

    id: UUID
    employer_id: UUID
    nik: str
    name: str
    birth_date: date
    sex: str
    phone: str | None
    address: str
    region: str
    job: str
    wage: int
    programmes: frozenset[str]
    risk: str
    captured: Captured
    captured_on: date
    agent_id: UUID | None
    sub_branch_id: int | None
    agency_office_id: int | None
    kk: str | None = None
    birth_place: str = ""
    birth_known: str = "day"
    phone_owner: str = "own"
    device_id: UUID | None = None
    licence_id: UUID | None = None
    place: dict[str, float] | None = None
    price_shown: int | None = None
    series: UUID | None = None
    warnings: tuple[str, ...] = ()
    reason: str | None = None
    heirs: tuple[HeirEntry, ...] = ()
    consents: tuple[ConsentEntry, ...] = ()
    signature: Signature | None = None

    @property
    def nik_hash(self) -> bytes:
        return keyed_hash("nik", self.nik)


class Enrolled(NamedTuple):
    """``reason`` None: accepted; ``REFUSED``: the quota is closed to agents, nothing was stored; else why a person has to look."""

    reason: str | None
    payment_code: str | None


class Holder(NamedTuple):
    """A living enrolment of somebody who works for an employer."""

    enrolment_id: UUID
    state: str
    wage: int


def find_holders(work: Work, *, branch_id: int, employer_id: UUID, niks: Sequence[str]) -> dict[str, Holder]:
    """Who of these NIKs works for the employer already, by NIK. One statement."""
    hashes = {keyed_hash("nik", nik): nik for nik in niks}
    if not hashes:
        return {}
    rows = work.rows(_HOLDERS, [branch_id, list(hashes), employer_id])
    return {hashes[bytes(nik_hash)]: Holder(id_, state, wage) for id_, nik_hash, state, wage in rows}


def enrol_workers(work: Work, *, branch_id: int, workers: Sequence[Worker]) -> dict[UUID, Enrolled]:
    """Stores each worker, accepted or in review. Whose NIK the agency's own office should have checked by form is the caller's."""
    if not workers:
        return {}
    doubts = identity.decide_many(work, branch_id=branch_id, asked=[_identity(one) for one in workers], segment=SEGMENT)
    reasons = {one.id: doubts[one.id].reason if one.id in doubts else one.reason for one in workers}
    slots = _take_slots(work, branch_id, workers, reasons)
    refused = {one.id: Enrolled(REFUSED, None) for one in workers if reasons[one.id] == REFUSED}
    if refused:
        free_niks(work, branch_id=branch_id, enrolment_ids=list(refused))
        workers = [one for one in workers if one.id not in refused]
    clear = [one.id for one in workers if reasons[one.id] is None]
    numbers = dict(zip(clear, codes.take_numbers(work, branch_id=branch_id, count=len(clear)), strict=True))
    codes.issue_many(work, branch_id=branch_id, niks={}, kept=numbers)
    rows = [_row(one, reasons[one.id], slots.get(one.id), numbers.get(one.id)) for one in workers]
    common = {"branch": branch_id, "now": work.now, "rules": load().version}
    work.execute(_PERSONS, common | {"rows": orjson.dumps(rows).decode()})
    queue.open_many(
        work,
        branch_id=branch_id,
        items=[
            queue.ToReview(
                reason=reasons[one.id] or "",
                enrolment_id=one.id,
                op_id=one.id if one.device_id else None,
                device_id=one.device_id,
                agent_id=one.agent_id,
                candidates=doubts[one.id].candidates if one.id in doubts else [],
            )
            for one in workers
            if reasons[one.id]
        ],
    )
    for one in workers:
        _report(work, branch_id, one, reasons[one.id])
    return refused | {one.id: Enrolled(reasons[one.id], numbers.get(one.id)) for one in workers}


def end(work: Work, *, branch_id: int, enrolment_ids: Sequence[UUID]) -> None:
    """They work there no more and the last month is over: the cover ends. Twice is once. One statement."""
    for found in work.rows(_END, [work.now, branch_id, list(enrolment_ids)]):
        _report_end(work, branch_id, "worker_cover_ended", found)


def free_niks(work: Work, *, branch_id: int, enrolment_ids: Sequence[UUID]) -> None:
    """Whoever left may be enrolled by another employer from now on."""
    if enrolment_ids:
        work.row(_RELEASE, [branch_id, list(enrolment_ids)])


def come_back(work: Work, *, branch_id: int, enrolment_id: UUID) -> bool:
    """A leave that was a mistake: the enrolment lives again. False where another employer enrolled the person since."""
    row = work.row(_NIK_HASH, [branch_id, enrolment_id])
    if row is None:
        return False
    holder = work.row(_CLAIM, [branch_id, row[0], enrolment_id, work.now])
    if holder is None or holder[0] != enrolment_id:
        return False
    work.execute(_COME_BACK, [branch_id, enrolment_id])
    return True


def take_back(work: Work, *, branch_id: int, enrolment_ids: Sequence[UUID]) -> set[UUID]:
    """Cancels those that nothing was paid for; returns which. Their NIKs and slots are free again."""
    if not enrolment_ids:
        return set()
    rows = work.rows(_TAKE_BACK, [work.now, branch_id, list(enrolment_ids)])
    ids = [row[0] for row in rows]
    free_niks(work, branch_id=branch_id, enrolment_ids=ids)
    quota.give_back(
        work, branch_id=branch_id, slots=[quota.Held(row[7], row[8], SEGMENT) for row in rows if row[7] is not None]
    )
    work.execute(_CLOSE_REVIEWS, [work.now, branch_id, ids])
    for row in rows:
        kind = "enrolment_cancelled" if row[1] == "accepted" else "review_cancelled"
        _report_end(
            work, branch_id, kind, (row[0], *row[2:6]), day=row[6], detail={"reason": "mistake", "from_state": row[1]}
        )
    return set(ids)


def set_wages(work: Work, *, branch_id: int, wages: dict[UUID, int]) -> None:
    """What the record of an enrolment shows as its wage today. One statement."""
    if wages:
        work.execute(_SET_WAGE, [list(wages), list(wages.values()), branch_id])


def _identity(one: Worker) -> identity.Identity:
    return identity.Identity(
        enrolment_id=one.id,
        nik_hash=one.nik_hash,
        name=one.name,
        name_key=name_key(one.name),
        birth_date=one.birth_date,
        birth_place=one.birth_place,
        sex=one.sex,
        phone=one.phone if one.phone_owner in ("own", "family") else None,
        kk_hash=keyed_hash("kk", one.kk) if one.kk else None,
        region_code=one.region,
        is_birth_known=one.birth_known == "day",
        is_phone_own=one.phone_owner == "own",
    )


def _take_slots(
    work: Work, branch_id: int, workers: Sequence[Worker], reasons: dict[UUID, str | None]
) -> dict[UUID, tuple[date, bool]]:
    """Slot of each that is clear: (period, above the cap). Whoever gets none is put into ``reasons``."""
    clear = [one for one in workers if reasons[one.id] is None]
    device = next((one.device_id for one in clear if one.device_id), None)
    wanted = Counter(quota.period_of(one.captured_on) for one in clear)
    granted = quota.take(work, branch_id=branch_id, wanted=wanted, segment=SEGMENT, device_id=device)
    taken: dict[UUID, tuple[date, bool]] = {}
    for one in clear:
        slots = granted.get(quota.period_of(one.captured_on))
        if slots is None:
            continue
        if slots.within:
            slots.within -= 1
            taken[one.id] = slots.period, False
        elif slots.above:
            slots.above -= 1
            taken[one.id] = slots.period, True
        else:
            reasons[one.id] = REFUSED if slots.refuses and one.device_id else "quota"
    return taken


def _row(one: Worker, reason: str | None, slot: tuple[date, bool] | None, code: str | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "person_id": uuid7(),
        **_secrets(one),
        "name": one.name,
        "name_key": name_key(one.name),
        "birth_place": one.birth_place,
        "birth_date": one.birth_date,
        "birth_known": one.birth_known,
        "sex": one.sex,
        "phone": one.phone,
        "phone_owner": one.phone_owner if one.phone else "none",
        "address": one.address,
        "region": one.region,
        "job": one.job,
        "wage": one.wage,
        "transport": load().sectors.get(one.job) == "transport",
        "programmes": sorted(one.programmes),
        "risk": one.risk,
        "employer": one.employer_id,
        "agent": one.agent_id,
        "sub_branch": one.sub_branch_id,
        "office": one.agency_office_id,
        "device": one.device_id,
        "state": "review" if reason else "accepted",
        "reason": reason,
        "earliest": one.captured.earliest,
        "latest": one.captured.latest,
        "captured_on": one.captured_on,
        "place": one.place,
        "price_shown": one.price_shown,
        "licence": one.licence_id,
        "period": slot[0] if slot else None,
        "is_over": slot[1] if slot else False,
        "warnings": sorted(one.warnings),
        "payment_code": code,
        "heirs": [[heir.name, heir.relation] for heir in one.heirs],
        "consents": [consent.model_dump() for consent in one.consents],
        "signature": one.signature.model_dump(mode="json", exclude_none=True, exclude={"code"})
        if one.signature
        else {},
        "series": one.series,
    }


def _secrets(one: Worker) -> dict[str, str | None]:
    return {
        "nik_sealed": "\\x" + seal(one.nik.encode()).hex(),
        "nik_hash": "\\x" + one.nik_hash.hex(),
        "nik_masked": codes.mask_nik(one.nik),
        "kk_sealed": "\\x" + seal(one.kk.encode()).hex() if one.kk else None,
        "kk_hash": "\\x" + keyed_hash("kk", one.kk).hex() if one.kk else None,
    }


def _report(work: Work, branch_id: int, one: Worker, reason: str | None) -> None:
    detail: dict[str, Any] = {"op": str(one.id)}
    if reason:
        detail["reason"] = reason
    else:
        detail |= {"programmes": sorted(one.programmes), "months": 1}
    work.report(
        Happened(
            kind="enrolment_in_review" if reason else "enrolment_accepted",
            branch_id=branch_id,
            subject_id=one.id,
            agent_id=one.agent_id,
            sub_branch_id=one.sub_branch_id,
            agency_office_id=one.agency_office_id,
            region_code=one.region,
            segment=SEGMENT,
            device_id=one.device_id,
            captured_from=one.captured.earliest,
            captured_to=one.captured.latest,
            captured_at=one.captured.estimate,
            day=one.captured_on,
            detail=detail,
        )
    )


def _report_end(
    work: Work,
    branch_id: int,
    kind: str,
    row: tuple[Any, ...],
    *,
    day: date | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    enrolment_id, agent_id, sub_branch_id, agency_office_id, region_code = row
    work.report(
        Happened(
            kind=kind,
            branch_id=branch_id,
            subject_id=enrolment_id,
            agent_id=agent_id,
            sub_branch_id=sub_branch_id,
            agency_office_id=agency_office_id,
            region_code=region_code,
            segment=SEGMENT,
            day=day,
            detail=detail or {},
        )
    )


def now_as_captured(now: datetime) -> Captured:
    """Of what an office types in or a file brings: it happens when it is received."""
    return Captured(now, now, now, False)
