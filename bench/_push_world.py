"""Branches with members, agents and phones for the push bench, loaded set-based."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from cryptography.hazmat.primitives import serialization
from django.db import connection

from perisai.contributions.rules.in_force import consents_on, load, text_hash
from perisai.events.clock import SystemClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members.persons.names import name_key
from perisai.targets.quotas import quota
from perisai.web.simulate.phone import Phone

WORDS = [
    "Adi",
    "Agus",
    "Aminah",
    "Andi",
    "Asep",
    "Ayu",
    "Bambang",
    "Budi",
    "Citra",
    "Darma",
    "Dedi",
    "Dewi",
    "Dian",
    "Eka",
    "Eko",
    "Endang",
    "Fajar",
    "Fitri",
    "Gunawan",
    "Hadi",
    "Hasan",
    "Hendra",
    "Indah",
    "Irwan",
    "Joko",
    "Kartini",
    "Kurnia",
    "Lestari",
    "Lukman",
    "Maya",
    "Mulyadi",
    "Ningsih",
    "Nur",
    "Putra",
    "Rahman",
    "Ratna",
    "Rini",
    "Rizal",
    "Rudi",
    "Sari",
    "Setiawan",
    "Siti",
    "Slamet",
    "Sri",
    "Suharti",
    "Sulastri",
    "Suparman",
    "Surya",
    "Susilo",
    "Taufik",
    "Teguh",
    "Tri",
    "Umar",
    "Wahyu",
    "Wati",
    "Yanti",
    "Yusuf",
    "Zainal",
    "Zulfikar",
    "Harahap",
    "Siregar",
    "Tambunan",
    "Chaniago",
    "Tanjung",
    "Koto",
    "Piliang",
    "Rajagukguk",
    "Sinaga",
    "Manurung",
    "Lubis",
    "Batubara",
]

# Known to the core: otherwise the worker would register a hundred thousand members there while it is measured.
_MEMBERS = """
WITH rows AS (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb)
    AS r (person uuid, id uuid, nik text, name text, key text, birth date, sex text, phone text, kk text)
), persons AS (
  INSERT INTO members_person (branch_id, id, nik_sealed, nik_hash, nik_masked, kk_sealed, kk_hash, name, name_key, birth_place,
    birth_date, sex, phone, phone_owner, email, address, region_code, created_at)
  SELECT %(branch)s, person, '', sha256(nik::bytea), '1571**********00', NULL, sha256(kk::bytea), name, key, 'Jambi', birth, sex,
    phone, 'own', NULL, '', '15.71.08.1001', now() FROM rows
)
INSERT INTO members_enrolment (branch_id, id, person_id, segment, state, agent_id, region_code, captured_from, captured_to,
  captured_on, received_at, jobs, income, base_income, transport, employs_others, programmes, months, rules, quota_over,
  warnings, core_state, core_is_demo)
SELECT %(branch)s, id, person, 'BPU', 'active', %(agent)s, '15.71.08.1001', now(), now(), current_date - 40, now(), '{trade}',
  1500000, 1600000, false, false, '{JKK,JKM}', 1, 'bench', false, '{}', 'registered', false FROM rows
"""


@dataclass(frozen=True)
class Lane:
    """One phone of one agent in a branch of its own."""

    branch_id: int
    phone: Phone


def make_lanes(first_branch: int, count: int, members_each: int, http: Any) -> list[Lane]:
    """``count`` branches from ``first_branch`` on, each with members and one phone."""
    return [_make_lane(first_branch + index, members_each, http) for index in range(count)]


def worker(rng: random.Random, serial: int) -> dict[str, Any]:
    """The body of an ``enrol`` op: a name as people have it, a family card, a phone, a spouse, three consents."""
    birth = date(1965, 1, 2) + timedelta(days=rng.randrange(14_000))
    consents = consents_on(datetime.now(UTC).date())
    return {
        "nik": f"157108{birth:%d%m%y}{serial % 9999 + 1:04d}" if serial < 9999 else _nik(birth, serial),
        "kk": f"157108{rng.randrange(10, 28)}0115{rng.randrange(1, 9999):04d}",
        "name": f"{rng.choice(WORDS)} {rng.choice(WORDS)}",
        "birth_place": "Jambi",
        "birth_date": birth.isoformat(),
        "sex": rng.choice("MF"),
        "phone": f"+62812{rng.randrange(10**8):08d}",
        "phone_owner": "own",
        "email": None,
        "address": "Pasar Angso Duo",
        "region": "15.71.08.1001",
        "jobs": [{"code": next(iter(load().sectors))}],
        "income": rng.randrange(1_000_000, 5_000_000),
        "transport": False,
        "employs_others": False,
        "programmes": ["JKK", "JKM"],
        "months": rng.choice((1, 1, 1, 3, 6)),
        "heirs": [{"name": f"{rng.choice(WORDS)} {rng.choice(WORDS)}", "relation": "spouse"}],
        "consents": [
            {"purpose": p, "version": c.version, "sha256": text_hash(c.text.id), "given": True}
            for p, c in consents.items()
        ],
        "signature": {"kind": "typed", "name": "Bench"},
        "id_card": {"sha256": f"{serial:064x}", "size": 90_000, "type": "image/jpeg"},
        "price_shown": None,
        "warnings": [],
    }


def _nik(birth: date, serial: int) -> str:
    """Another district for every ten thousand, so that no NIK comes twice."""
    district = 157101 + (serial // 9999) % 80
    return f"{district}{birth:%d%m%y}{serial % 9999 + 1:04d}"


def _make_lane(branch_id: int, members: int, http: Any) -> Lane:
    phone = Phone(http)
    agent_id, device_id = uuid7(), uuid7()
    phone.device = str(device_id)
    spki = phone.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    today = SystemClock().now().date()
    with Work(scope=Scope.branch(branch_id)) as work:
        _make_branch(work, branch_id)
        work.execute(
            "INSERT INTO agents_agent (branch_id, id, code, full_name, phone, state, since)"
            " VALUES (%s, %s, %s, 'Agen', '', 'active', %s)",
            [branch_id, agent_id, f"B-{branch_id}", today],
        )
        work.execute(
            "INSERT INTO agents_licence (branch_id, agent_id, number, valid_from, valid_to, state, state_since)"
            " VALUES (%s, %s, %s, %s, %s, 'valid', now())",
            [branch_id, agent_id, f"BL-{branch_id}", today - timedelta(days=100), today + timedelta(days=100)],
        )
        work.execute(
            "INSERT INTO accounts_user (id, username, email, full_name, role, office_id, agent_id, language, is_active,"
            " must_change_password, created_at, password, is_superuser)"
            " VALUES (%s, %s, '', 'Agen', 'agent', %s, %s, 'id', true, false, now(), '!', false)",
            [uuid7(), f"bench-{branch_id}-{agent_id.hex[-6:]}", branch_id, agent_id],
        )
        work.execute(
            "INSERT INTO accounts_device (id, branch_id, agent_id, public_key, name, app, state, activated_at, end_reason)"
            " VALUES (%s, %s, %s, %s, 'Bench', '1', 'active', now(), '')",
            [device_id, branch_id, agent_id, spki],
        )
        for month in (today.replace(day=1), (today.replace(day=1) - timedelta(days=1)).replace(day=1)):
            quota.set_quota(work, branch_id=branch_id, period=month, target=1_000_000)
        _load_members(work, branch_id, agent_id, members)
    return Lane(branch_id, phone)


def _make_branch(work: Work, branch_id: int) -> None:
    work.execute(
        "INSERT INTO offices_office (id, kind, branch_id, path, code, name, timezone, province_code, regencies, address,"
        " is_demo, is_open) VALUES (%s, 'branch', %s, ARRAY[%s::int], %s, %s, 'Asia/Jakarta', '15', '{15.71}', '', true, true)",
        [branch_id, branch_id, branch_id, f"BENCH-{branch_id}", f"Bench {branch_id}"],
    )
    work.execute("INSERT INTO events_position (branch_id, number) VALUES (%s, 0)", [branch_id])


def _load_members(work: Work, branch_id: int, agent_id: Any, count: int) -> None:
    rng = random.Random(branch_id)
    rows = []
    for index in range(count):
        name = f"{rng.choice(WORDS)} {rng.choice(WORDS)}"
        rows.append(
            {
                "person": uuid7(),
                "id": uuid7(),
                "nik": f"{branch_id}{index}",
                "name": name,
                "key": name_key(name),
                "birth": date(1965, 1, 2) + timedelta(days=rng.randrange(14_000)),
                "sex": rng.choice("MF"),
                "phone": f"+62813{rng.randrange(10**8):08d}",
                "kk": f"{branch_id}-{index // 3}",
            }
        )
    work.execute(_MEMBERS, {"branch": branch_id, "agent": agent_id, "rows": orjson.dumps(rows).decode()})


def analyze(owner_url: str) -> None:
    """Fresh statistics, as autovacuum would have made by then."""
    import psycopg

    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("ANALYZE")


def next_free_branch() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(coalesce(max(id), 0), 4000) + 1 FROM offices_office WHERE id < 9000")
        return int(cursor.fetchone()[0])
