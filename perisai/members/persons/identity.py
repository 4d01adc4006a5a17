"""Is this person here already? Decided before anything is paid (design section 5)."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from perisai.contributions.rules.in_force import load
from perisai.events.work import Work, array_of
from perisai.members.persons.names import similarity, telling_share
from perisai.members.persons.nik import is_stand_in

SAME = "identity_same"
SIMILAR = "identity_similar"

_CLAIM = "SELECT nik_hash, branch_id, enrolment_id FROM members_claim_niks(%s, %s, %s::bytea[], %s::uuid[], %s)"

# Equality first, each leg by its own index (person_birth, person_phone, person_kk, person_name_key); then likeness on what is
# left. Under row-level security a trigram search first cannot use its index, because `%` is not leakproof. LATERAL with a
# limit keeps the planner from hashing the whole branch, and a phone or card that hundreds share from flooding a push.
# Nothing but a name in common stays under the threshold (rules/identity.yaml), so that leg asks for the year of birth as well.
_CANDIDATES = """
WITH asked AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb)
    AS a (place int, nik_hash bytea, name_key text, birth_date date, year_from date, year_to date, stand_in boolean,
          phone text, kk_hash bytea)
), found AS (
  SELECT a.place, p.id FROM asked a CROSS JOIN LATERAL (
    SELECT p.id FROM members_person p
    WHERE p.branch_id = %(branch)s AND p.birth_date = a.birth_date AND NOT a.stand_in LIMIT 60) p
  UNION
  SELECT a.place, p.id FROM asked a CROSS JOIN LATERAL (
    SELECT p.id FROM members_person p WHERE p.branch_id = %(branch)s AND p.phone = a.phone LIMIT 60) p
  UNION
  SELECT a.place, p.id FROM asked a CROSS JOIN LATERAL (
    SELECT p.id FROM members_person p WHERE p.branch_id = %(branch)s AND p.kk_hash = a.kk_hash LIMIT 60) p
  UNION
  SELECT a.place, p.id FROM asked a CROSS JOIN LATERAL (
    SELECT p.id FROM members_person p
    WHERE p.branch_id = %(branch)s AND p.name_key = a.name_key AND a.name_key <> ''
      AND p.birth_date BETWEEN a.year_from AND a.year_to LIMIT 60) p
)
SELECT f.place, p.id, p.name, p.birth_date, p.birth_place, p.sex, CASE WHEN p.phone_owner IN ('own', 'family') THEN p.phone END,
  p.kk_hash, p.region_code, e.id, p.birth_known = 'day', p.phone_owner = 'own'
FROM found f
JOIN asked a ON a.place = f.place
CROSS JOIN LATERAL (SELECT * FROM members_person p WHERE p.branch_id = %(branch)s AND p.id = f.id LIMIT 1) p
CROSS JOIN LATERAL (
  SELECT e.id FROM members_enrolment e
  WHERE e.branch_id = %(branch)s AND e.person_id = f.id
    AND e.segment = %(segment)s AND e.state IN ('review', 'accepted', 'active', 'lapsed') LIMIT 1) e
WHERE p.nik_hash <> a.nik_hash
  AND (similarity(p.name_key, a.name_key) >= 0.3
       OR (p.birth_date = a.birth_date)::int + coalesce((p.phone = a.phone)::int, 0)
          + coalesce((p.kk_hash = a.kk_hash)::int, 0) >= 2)
"""


class Identity(NamedTuple):
    """What is compared of one worker. ``phone`` only where it is the worker's own or the family's: another's number may stand
    with a whole motor-taxi stand. Without ``is_birth_known`` the birth date is a stand-in, whatever it looks like."""

    enrolment_id: UUID
    nik_hash: bytes
    name: str
    name_key: str
    birth_date: date
    birth_place: str
    sex: str
    phone: str | None
    kk_hash: bytes | None
    region_code: str
    is_birth_known: bool = True
    is_phone_own: bool = True

    @property
    def is_stand_in(self) -> bool:
        return not self.is_birth_known or is_stand_in(self.birth_date)


@dataclass(frozen=True)
class Doubt:
    """Why a person has to look; ``candidates`` as ``Review.candidates`` holds them, best first."""

    reason: str
    candidates: list[dict[str, Any]]


def decide_many(work: Work, *, branch_id: int, asked: list[Identity], segment: str = "BPU") -> dict[UUID, Doubt]:
    """Claims each NIK in the national registry and looks for likenesses in the branch, both within the segment. Two statements.

    Returns only those in doubt. Who is in doubt because their NIK is held elsewhere holds no claim.
    """
    if not asked:
        return {}
    doubts = _claim(work, branch_id, asked, segment)
    found = work.rows(_CANDIDATES, {"branch": branch_id, "segment": segment, "rows": _asked_json(asked)}, prepared=True)
    likeness: dict[UUID, list[dict[str, Any]]] = {}
    for row in found:
        one = asked[row[0]]
        scored = _score(one, _Other(*row[1:]))
        if scored["score"] >= load().identity.thresholds.review:
            likeness.setdefault(one.enrolment_id, []).append({**scored, "branch": branch_id})
    _within_batch(asked, likeness, branch_id)
    most = load().identity.thresholds.candidates_most
    for enrolment_id, candidates in likeness.items():
        candidates.sort(key=lambda c: -c["score"])
        if enrolment_id not in doubts:
            doubts[enrolment_id] = Doubt(SIMILAR, candidates[:most])
    return doubts


class _Other(NamedTuple):
    person_id: UUID
    name: str
    birth_date: date
    birth_place: str
    sex: str
    phone: str | None
    kk_hash: bytes | None
    region_code: str
    enrolment_id: UUID
    is_birth_known: bool
    is_phone_own: bool


def _claim(work: Work, branch_id: int, asked: list[Identity], segment: str) -> dict[UUID, Doubt]:
    held = {
        bytes(nik_hash): (holder_branch, holder)
        for nik_hash, holder_branch, holder in work.rows(
            _CLAIM,
            [
                segment,
                branch_id,
                array_of(f'"\\\\x{a.nik_hash.hex()}"' for a in asked),
                array_of(str(a.enrolment_id) for a in asked),
                work.now,
            ],
            prepared=True,
        )
    }
    doubts: dict[UUID, Doubt] = {}
    for one in asked:
        holder_branch, holder = held[one.nik_hash]
        if holder != one.enrolment_id:
            same = {"enrolment": holder, "branch": holder_branch, "score": 1000, "same": ["nik"]}
            doubts[one.enrolment_id] = Doubt(SAME, [same])
    return doubts


def _asked_json(asked: list[Identity]) -> str:
    rows = [
        {
            "place": place,
            "nik_hash": "\\x" + one.nik_hash.hex(),
            "name_key": one.name_key,
            "birth_date": one.birth_date,
            "year_from": one.birth_date.replace(month=1, day=1),
            "year_to": one.birth_date.replace(month=12, day=31),
            "stand_in": one.is_stand_in,
            "phone": one.phone,
            "kk_hash": None if one.kk_hash is None else "\\x" + one.kk_hash.hex(),
        }
        for place, one in enumerate(asked)
    ]
    return orjson.dumps(rows).decode()


def _within_batch(asked: list[Identity], likeness: dict[UUID, list[dict[str, Any]]], branch_id: int) -> None:
    """Compares workers of one push with those before them that share a birth date, a phone or a family card."""
    buckets: dict[object, list[Identity]] = {}
    for one in asked:
        met: set[UUID] = set()
        keys: list[object] = [one.birth_date, one.name_key]
        keys += [key for key in (one.phone, one.kk_hash) if key]
        for key in keys:
            for other in buckets.setdefault(key, []):
                if other.nik_hash != one.nik_hash and other.enrolment_id not in met:
                    met.add(other.enrolment_id)
                    scored = _score(one, _as_other(other))
                    if scored["score"] >= load().identity.thresholds.review:
                        likeness.setdefault(one.enrolment_id, []).append({**scored, "branch": branch_id})
            buckets[key].append(one)


def _as_other(one: Identity) -> _Other:
    return _Other(
        one.enrolment_id,
        one.name,
        one.birth_date,
        one.birth_place,
        one.sex,
        one.phone,
        one.kk_hash,
        one.region_code,
        one.enrolment_id,
        one.is_birth_known,
        one.is_phone_own,
    )


def _score(one: Identity, other: _Other) -> dict[str, Any]:
    """Adds up the weights of ``rules/identity.yaml`` for what agrees."""
    weights = load().identity.weights
    points = {
        "name": _name_points(one.name, other.name),
        "birth_date": _birth_points(one, other),
        "phone": _phone_points(one, other),
        "kk": weights.kk_same if one.kk_hash and other.kk_hash and one.kk_hash == bytes(other.kk_hash) else 0,
        "region": weights.village_same if one.region_code == other.region_code else 0,
        "birth_place": weights.birth_place_same
        if one.birth_place and one.birth_place.casefold() == other.birth_place.casefold()
        else 0,
        "sex": weights.sex_differs if one.sex != other.sex else 0,
    }
    return {
        "enrolment": other.enrolment_id,
        "score": max(0, sum(points.values())),
        "same": [name for name, value in points.items() if value > 0],
    }


def _name_points(one: str, other: str) -> int:
    rules = load().identity
    alike = similarity(one, other)
    if alike * 1000 < rules.similarity.floor:
        return 0
    weight = rules.weights.name_equal if alike >= 0.999 else rules.weights.name_similar
    share = min(telling_share(one), telling_share(other))
    common = rules.weights.name_common_factor / 1000
    return round(weight * (common + (1 - common) * share))


def _phone_points(one: Identity, other: _Other) -> int:
    """A number that is said to be the family's is shared by honest people, and tells little."""
    if not one.phone or one.phone != other.phone:
        return 0
    weights = load().identity.weights
    return weights.phone_same if one.is_phone_own and other.is_phone_own else weights.phone_family_same


def _birth_points(one: Identity, other: _Other) -> int:
    weights = load().identity.weights
    first, second = one.birth_date, other.birth_date
    are_known = one.is_birth_known and other.is_birth_known
    if first == second:
        is_telling = are_known and not is_stand_in(first)
        return weights.birth_date_same if is_telling else weights.birth_date_stand_in_same
    if first.year != second.year:
        return 0
    swapped = are_known and first.day == second.month and first.month == second.day
    return weights.birth_date_day_month_swapped if swapped else weights.birth_year_only_same
