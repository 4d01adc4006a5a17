"""Writes persons, enrolments, heirs, consents and photos of a batch. Three statements, whatever its size."""

from datetime import date, timedelta
from typing import Any, Final

import orjson

from perisai.contributions.rules.in_force import load
from perisai.contributions.tariffs.tariff import base_of
from perisai.events.ids import uuid7
from perisai.events.vault import seal
from perisai.events.work import Work
from perisai.members.enrolments.candidate import Candidate, Site
from perisai.payments.codes.code import mask_nik

MOST_DAYS_FOR_PHOTO: Final = 14

_PERSONS = """
INSERT INTO members_person (branch_id, id, nik_sealed, nik_hash, nik_masked, kk_sealed, kk_hash, name, name_key, birth_place,
  birth_date, birth_known, sex, phone, phone_owner, phone_whose, email, address, region_code, created_at)
SELECT %(branch)s, p.id, p.nik_sealed, p.nik_hash, p.nik_masked, p.kk_sealed, p.kk_hash, p.name, p.name_key, p.birth_place,
  p.birth_date, p.birth_known, p.sex, p.phone, p.phone_owner, p.phone_whose, p.email, p.address, p.region_code, %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS p (id uuid, nik_sealed bytea, nik_hash bytea, nik_masked text, kk_sealed bytea,
  kk_hash bytea, name text, name_key text, birth_place text, birth_date date, birth_known text, sex text, phone text,
  phone_owner text, phone_whose text, email text, address text, region_code text)
"""

_ENROLMENTS = """
INSERT INTO members_enrolment (branch_id, id, person_id, segment, state, agent_id, sub_branch_id, agency_office_id, device_id,
  region_code, captured_from, captured_to, captured_on, received_at, place, jobs, income, base_income, transport,
  employs_others, programmes, months, price_shown, rules, licence_id, quota_period, quota_over, warnings, review_reason,
  payment_code, core_state, core_is_demo, series_id, group_id, photo_due_on)
SELECT %(branch)s, e.id, e.person_id, 'BPU', e.state, %(agent)s, %(sub_branch)s, %(office)s, %(device)s,
  e.region_code, e.captured_from, e.captured_to, e.captured_on, %(now)s, e.place, e.jobs, e.income, e.base_income, e.transport,
  e.employs_others, e.programmes, e.months, e.price_shown, %(rules)s, e.licence_id, e.quota_period, e.quota_over, e.warnings,
  e.review_reason, e.payment_code, 'none', false, e.series_id, g.id, e.photo_due_on
FROM jsonb_to_recordset(%(rows)s::jsonb) AS e (id uuid, person_id uuid, state text, region_code text, captured_from timestamptz,
  captured_to timestamptz, captured_on date, place jsonb, jobs text[], income bigint, base_income bigint, transport boolean,
  employs_others boolean, programmes text[], months int, price_shown bigint, licence_id uuid, quota_period date,
  quota_over boolean, warnings text[], review_reason text, payment_code text, series_id uuid,
  group_id uuid, photo_due_on date)
LEFT JOIN payers_group g ON g.branch_id = %(branch)s AND g.id = e.group_id
"""

_BESIDE = """
WITH heirs AS (
  INSERT INTO members_heir (branch_id, enrolment_id, position, name, relation)
  SELECT %(branch)s, h.enrolment_id, h.position, h.name, h.relation
  FROM jsonb_to_recordset(%(heirs)s::jsonb) AS h (enrolment_id uuid, position int, name text, relation text)
), consents AS (
  INSERT INTO members_consent (branch_id, enrolment_id, purpose, version, sha256, given, captured_to, agent_id, signature)
  SELECT %(branch)s, c.enrolment_id, c.purpose, c.version, c.sha256, c.given, c.captured_to, %(agent)s, c.signature
  FROM jsonb_to_recordset(%(consents)s::jsonb) AS c (enrolment_id uuid, purpose text, version text, sha256 bytea, given boolean,
    captured_to timestamptz, signature jsonb)
)
INSERT INTO members_photo (branch_id, enrolment_id, sha256, size, media_type, named_at)
SELECT %(branch)s, p.enrolment_id, p.sha256, p.size, p.media_type, %(now)s
FROM jsonb_to_recordset(%(photos)s::jsonb) AS p (sha256 bytea, enrolment_id uuid, size int, media_type text)
"""


def insert(work: Work, *, site: Site, candidates: list[Candidate]) -> None:
    """Stores each candidate as accepted, or as in review where it has a reason."""
    if not candidates:
        return
    common = {
        "branch": site.branch_id,
        "now": work.now,
        "agent": site.standing.agent_id,
        "sub_branch": site.standing.sub_branch_id,
        "office": site.standing.agency_office_id,
        "device": site.device_id,
        "rules": load().version,
    }
    persons = [_person(one) for one in candidates]
    enrolments = [_enrolment(one, person["id"]) for one, person in zip(candidates, persons, strict=True)]
    work.execute(_PERSONS, common | {"rows": _json(persons)}, prepared=True)
    work.execute(_ENROLMENTS, common | {"rows": _json(enrolments)}, prepared=True)
    beside = {
        name: _json([row for one in candidates for row in rows(one)])
        for name, rows in (("heirs", _heirs), ("consents", _consents), ("photos", _photos))
    }
    work.execute(_BESIDE, common | beside, prepared=True)


def _person(one: Candidate) -> dict[str, Any]:
    entry = one.entry
    return {
        "id": uuid7(),
        "nik_sealed": _bytes(seal(one.nik.encode())),
        "nik_hash": _bytes(one.nik_hash),
        "nik_masked": mask_nik(one.nik),
        "kk_sealed": _bytes(seal(entry.kk.encode())) if entry.kk else None,
        "kk_hash": _bytes(one.kk_hash) if one.kk_hash else None,
        "name": entry.name,
        "name_key": one.name_key,
        "birth_place": entry.birth_place or "",
        "birth_date": entry.birth_date,
        "birth_known": entry.birth_known,
        "sex": entry.sex,
        "phone": entry.phone,
        "phone_owner": entry.phone_owner,
        "phone_whose": entry.phone_whose or None if entry.phone_owner in ("family", "other") else None,
        "email": entry.email,
        "address": entry.address,
        "region_code": entry.region,
    }


def _enrolment(one: Candidate, person_id: Any) -> dict[str, Any]:
    entry = one.entry
    month = date(one.captured_on.year, one.captured_on.month, 1)
    return {
        "id": one.id,
        "person_id": person_id,
        "state": "review" if one.reason else "accepted",
        "region_code": entry.region,
        "captured_from": one.asked.captured.earliest,
        "captured_to": one.asked.captured.latest,
        "captured_on": one.captured_on,
        "place": one.asked.place,
        "jobs": [job.code for job in entry.jobs],
        "income": entry.income,
        "base_income": base_of(entry.income, month),
        "transport": entry.transport,
        "employs_others": entry.employs_others,
        "programmes": sorted(entry.programmes),
        "months": entry.months,
        "price_shown": entry.price_shown.total if entry.price_shown else None,
        "licence_id": one.licence_id,
        "quota_period": one.period,
        "quota_over": one.over,
        "warnings": sorted(one.warnings),
        "review_reason": one.reason,
        "payment_code": one.payment_code,
        "series_id": entry.series,
        "group_id": entry.group,
        "photo_due_on": _photo_due_on(one),
    }


def _photo_due_on(one: Candidate) -> date | None:
    """The day until which the agent brings a picture that was not taken at the stall; at most ``MOST_DAYS_FOR_PHOTO`` on."""
    promised = one.entry.id_card_by
    if promised is None or one.entry.id_card is not None or not one.entry.wants_photo:
        return None
    latest = one.captured_on + timedelta(days=MOST_DAYS_FOR_PHOTO)
    return max(min(promised, latest), one.captured_on)


def _heirs(one: Candidate) -> list[dict[str, Any]]:
    return [
        {"enrolment_id": one.id, "position": position, "name": heir.name, "relation": heir.relation}
        for position, heir in enumerate(one.entry.heirs, start=1)
    ]


def _consents(one: Candidate) -> list[dict[str, Any]]:
    signature = one.entry.signature.model_dump(exclude_none=True, exclude={"code"})
    return [
        {
            "enrolment_id": one.id,
            "purpose": consent.purpose,
            "version": consent.version,
            "sha256": f"\\x{consent.sha256}",
            "given": consent.given,
            "captured_to": one.asked.captured.latest,
            "signature": signature,
        }
        for consent in one.entry.consents
    ]


def _photos(one: Candidate) -> list[dict[str, Any]]:
    card = one.entry.id_card
    if card is None or not one.entry.wants_photo:
        return []
    return [{"sha256": f"\\x{card.sha256}", "enrolment_id": one.id, "size": card.size, "media_type": card.type}]


def _bytes(data: bytes) -> str:
    return "\\x" + data.hex()


def _json(rows: list[dict[str, Any]]) -> str:
    return orjson.dumps(rows).decode()
