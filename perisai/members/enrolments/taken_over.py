"""Members whom another system enrolled: they come with their first month, what they have paid, and who acquired them.

No slot of a quota is taken and no incentive's month moves: the acquisition stays in its month.
"""

from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from perisai.contributions.cover import spell
from perisai.contributions.rules.in_force import load
from perisai.contributions.tariffs.tariff import Asked, price_many
from perisai.events.ids import uuid7
from perisai.events.vault import keyed_hash, seal
from perisai.events.work import Happened, Work
from perisai.members.persons.names import name_key
from perisai.payments.codes import code as codes

_CLAIM = "SELECT nik_hash, enrolment_id FROM members_claim_niks('BPU', %s, %s::bytea[], %s::uuid[], %s)"
_CLAIM_KPJ = """
INSERT INTO members_kpj (kpj, branch_id, enrolment_id, is_demo)
SELECT k.kpj, %s, k.enrolment_id, false FROM unnest(%s::text[], %s::uuid[]) AS k (kpj, enrolment_id) ORDER BY k.kpj
ON CONFLICT (kpj) DO NOTHING RETURNING enrolment_id
"""
_INSERT = """
WITH told AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS t (id uuid, person_id uuid, nik_sealed bytea, nik_hash bytea,
    nik_masked text, name text, name_key text, birth_place text, birth_date date, sex text, phone text, address text,
    region text, job text, income bigint, base bigint, transport boolean, programmes text[], agent_id uuid,
    acquired date, began timestamptz, paid_through date, state text, kpj text, payment_code text, heirs jsonb)
), persons AS (
  INSERT INTO members_person (branch_id, id, nik_sealed, nik_hash, nik_masked, name, name_key, birth_place, birth_date,
    birth_known, sex, phone, phone_owner, address, region_code, created_at)
  SELECT %(branch)s, person_id, nik_sealed, nik_hash, nik_masked, name, name_key, birth_place, birth_date, 'day', sex, phone,
    CASE WHEN phone IS NULL THEN 'none' ELSE 'own' END, address, region, %(now)s FROM told
), enrolments AS (
  INSERT INTO members_enrolment (branch_id, id, person_id, segment, state, agent_id, sub_branch_id, agency_office_id,
    region_code, captured_from, captured_to, captured_on, received_at, jobs, income, base_income, transport, employs_others,
    programmes, months, rules, quota_over, warnings, payment_code, activated_at, cover_from, first_month, paid_through,
    core_state, kpj, core_changed_at, core_is_demo)
  SELECT %(branch)s, t.id, t.person_id, 'BPU', t.state, a.id, a.sub_branch_id, a.agency_office_id, t.region, t.began, t.began,
    t.acquired, %(now)s, ARRAY[t.job], t.income, t.base, t.transport, false, t.programmes, 1, %(rules)s, false, '{}',
    t.payment_code, t.began, t.began, t.acquired, t.paid_through,
    CASE WHEN t.kpj IS NULL THEN 'none' ELSE 'registered' END, t.kpj, CASE WHEN t.kpj IS NOT NULL THEN %(now)s::timestamptz END,
    false
  FROM told t JOIN agents_agent a ON a.branch_id = %(branch)s AND a.id = t.agent_id
  RETURNING id, agent_id, sub_branch_id, agency_office_id, region_code
), heirs AS (
  INSERT INTO members_heir (branch_id, enrolment_id, position, name, relation)
  SELECT %(branch)s, t.id, h.position, h.heir ->> 0, h.heir ->> 1
  FROM told t CROSS JOIN LATERAL jsonb_array_elements(t.heirs) WITH ORDINALITY AS h (heir, position)
), consents AS (
  INSERT INTO members_consent_due (branch_id, enrolment_id, since, reason)
  SELECT %(branch)s, id, %(now)s, 'taken_over' FROM told
)
SELECT * FROM enrolments
"""


class Heir(NamedTuple):
    """``relation`` as ``members_heir`` has it."""

    name: str
    relation: str


class Member(NamedTuple):
    """One member as another system has them. ``acquired`` and ``paid_through`` are first days of month. Whatever they signed there,
    no consent of theirs is here yet: that is noted, with the day, until it is collected (``consents.due``)."""

    id: UUID
    nik: str
    name: str
    birth_place: str
    birth_date: date
    sex: str
    phone: str | None
    address: str
    region: str
    job: str
    income: int
    programmes: frozenset[str]
    agent_id: UUID
    acquired: date
    paid_through: date
    state: str
    kpj: str | None
    heirs: tuple[Heir, ...] = ()

    @property
    def transport(self) -> bool:
        return load().sectors[self.job] == "transport"


def claim(work: Work, *, branch_id: int, members: list[Member]) -> tuple[set[UUID], set[UUID]]:
    """Enters NIKs and participant numbers in the national registries; returns the enrolments whose NIK and whose number somebody
    else holds. Two statements."""
    hashes = {keyed_hash("nik", one.nik): one.id for one in members}
    rows = work.rows(_CLAIM, [branch_id, list(hashes), list(hashes.values()), work.now])
    held = {hashes[bytes(nik_hash)] for nik_hash, holder in rows if holder != hashes[bytes(nik_hash)]}
    numbered = [(one.kpj, one.id) for one in members if one.kpj]
    kpj, ids = [number for number, _ in numbered], [enrolment_id for _, enrolment_id in numbered]
    got = {row[0] for row in work.rows(_CLAIM_KPJ, [branch_id, kpj, ids])} if numbered else set()
    return held, set(ids) - got


def take_over(work: Work, *, branch_id: int, timezone: str, members: list[Member]) -> dict[UUID, str]:
    """Writes members whose NIKs are claimed; returns their payment codes by enrolment. The agents are there already; the care is
    theirs from the month of acquisition. Five statements, however many."""
    if not members:
        return {}
    numbers = codes.issue_many(work, branch_id=branch_id, niks={one.id: one.nik for one in members})
    prices = price_many(Asked(one.income, one.programmes, one.transport, (one.acquired,)) for one in members)
    rows = [
        _row(one, base=priced[0].base, code=numbers[one.id], timezone=timezone)
        for one, priced in zip(members, prices, strict=True)
    ]
    common = {"branch": branch_id, "now": work.now, "rules": load().version}
    acquired = {one.id: one.acquired for one in members}
    for found in work.rows(_INSERT, common | {"rows": orjson.dumps(rows).decode()}):
        enrolment_id, agent_id, sub_branch_id, agency_office_id, region_code = found
        work.report(
            Happened(
                kind="member_taken_over",
                branch_id=branch_id,
                subject_id=enrolment_id,
                agent_id=agent_id,
                sub_branch_id=sub_branch_id,
                agency_office_id=agency_office_id,
                region_code=region_code,
                detail={"first_month": f"{acquired[enrolment_id]:%Y-%m}"},
            )
        )
    spell.begin_missing(work, branch_id=branch_id)
    return numbers


def _row(one: Member, *, base: int, code: str, timezone: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "person_id": uuid7(),
        "nik_sealed": "\\x" + seal(one.nik.encode()).hex(),
        "nik_hash": "\\x" + keyed_hash("nik", one.nik).hex(),
        "nik_masked": codes.mask_nik(one.nik),
        "name": one.name,
        "name_key": name_key(one.name),
        "birth_place": one.birth_place,
        "birth_date": one.birth_date,
        "sex": one.sex,
        "phone": one.phone,
        "address": one.address,
        "region": one.region,
        "job": one.job,
        "income": one.income,
        "base": base,
        "transport": one.transport,
        "programmes": sorted(one.programmes),
        "agent_id": one.agent_id,
        "acquired": one.acquired,
        "began": datetime.combine(one.acquired, time(), ZoneInfo(timezone)),
        "paid_through": one.paid_through,
        "state": one.state,
        "kpj": one.kpj,
        "payment_code": code,
        "heirs": [[heir.name, heir.relation] for heir in one.heirs],
    }
