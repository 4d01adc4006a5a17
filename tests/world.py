"""Small worlds for tests: a branch with offices, agents and phones, made through the tables that their rooms own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from perisai.contributions.rules.in_force import consents_on, text_hash
from perisai.events.clock import Clock, SystemClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day

_branches = count(3001)
_serials = count(9001)
VILLAGE = "15.71.08.1001"


@dataclass(frozen=True)
class Branch:
    id: int
    timezone: str = "Asia/Jakarta"


@dataclass(frozen=True)
class FieldAgent:
    branch: Branch
    id: UUID
    user_id: UUID


def jakarta_today() -> date:
    """The day that branches of tests have, which is another one than UTC's from 17 to 24 o'clock there."""
    return branch_day(datetime.now(UTC), "Asia/Jakarta")


def make_branch(*, target: int | None = 10_000, mode: str = "queue", at: datetime | None = None) -> Branch:
    """A branch of its own for one test, with a quota for last, this and next month (none where ``target`` is None)."""
    from perisai.targets.quotas import quota

    branch_id = next(_branches)
    with Work(scope=Scope.branch(branch_id)) as work:
        work.execute(
            "INSERT INTO offices_office (id, kind, branch_id, path, code, name, timezone, province_code, regencies, address,"
            " is_demo, is_open) VALUES (%s, 'branch', %s, ARRAY[%s::int], %s, %s, 'Asia/Jakarta', '15', '{15.71}', '', true, true)",
            [branch_id, branch_id, branch_id, f"KC-{branch_id}", f"KC Uji {branch_id}"],
        )
        work.execute("INSERT INTO events_position (branch_id, number) VALUES (%s, 0)", [branch_id])
        work.execute(
            "INSERT INTO offices_region (code, parent_code, level, name) VALUES (%s, '15.71.08', 4, 'Jelutung')"
            " ON CONFLICT DO NOTHING",
            [VILLAGE],
        )
        if target is not None:
            for period in _periods(at or datetime.now(UTC)):
                quota.set_quota(work, branch_id=branch_id, period=period, target=target, mode=mode)
    return Branch(branch_id)


def make_agent(branch: Branch, *, valid_from: date | None = None, valid_to: date | None = None) -> FieldAgent:
    """A licensed agent with a login, at the branch itself."""
    agent_id, user_id = uuid7(), uuid7()
    today = jakarta_today()
    with Work(scope=Scope.branch(branch.id)) as work:
        work.execute(
            "INSERT INTO agents_agent (branch_id, id, code, full_name, phone, state, since)"
            " VALUES (%s, %s, %s, 'Agen Uji', '', 'active', %s)",
            [branch.id, agent_id, f"P-{branch.id}-{agent_id.hex[-6:]}", today],
        )
        work.execute(
            "INSERT INTO agents_licence (branch_id, agent_id, number, valid_from, valid_to, state, state_since)"
            " VALUES (%s, %s, %s, %s, %s, 'valid', now())",
            [
                branch.id,
                agent_id,
                f"L-{agent_id.hex[-8:]}",
                valid_from or today - timedelta(days=200),
                valid_to or today + timedelta(days=160),
            ],
        )
        work.execute(
            "INSERT INTO accounts_user (id, username, email, full_name, role, office_id, agent_id, language, is_active,"
            " must_change_password, created_at, password, is_superuser)"
            " VALUES (%s, %s, '', 'Agen Uji', 'agent', %s, %s, 'id', true, false, now(), '!', false)",
            [user_id, f"agent-{agent_id.hex[-10:]}", branch.id, agent_id],
        )
    return FieldAgent(branch, agent_id, user_id)


def give_target(work: Work, branch_id: int, agents: Iterable[UUID], month: date, persons: int) -> None:
    """An approved plan of the branch in which each of these agents has this many persons in a month."""
    give_plan(work, branch_id, branch_id, month, {("agent", str(agent)): persons for agent in agents})


def give_plan(work: Work, branch_id: int, office_id: int, month: date, figures: Mapping[tuple[str, str], int]) -> None:
    """An approved plan of an office of the branch: persons of a month by level and key of who gets them."""
    plan_id = uuid7()
    work.execute(
        "INSERT INTO targets_plan (branch_id, id, office_id, year, version, state, from_month, revision, made_at)"
        " VALUES (%s, %s, %s, %s, 1, 'draft', %s, 0, now())",
        [branch_id, plan_id, office_id, month.year, month],
    )
    work.execute(
        "INSERT INTO targets_figure (branch_id, plan_id, month, segment, measure, child_level, child_key, value)"
        " SELECT %s, %s, %s, 'BPU', 'persons', c.level, c.key, c.value"
        " FROM unnest(%s::text[], %s::text[], %s::int[]) AS c (level, key, value)",
        [
            *(branch_id, plan_id, month),
            [level for level, _ in figures],
            [key for _, key in figures],
            list(figures.values()),
        ],
    )
    work.execute(
        "UPDATE targets_plan SET state = 'approved', approved_at = now(), approved_on = %s WHERE branch_id = %s AND id = %s",
        [month, branch_id, plan_id],
    )


def make_device(agent: FieldAgent, public_key: bytes, *, device_id: UUID | None = None) -> UUID:
    """An active phone with this key (SubjectPublicKeyInfo), as if activated."""
    device_id = device_id or uuid7()
    with Work(scope=Scope.branch(agent.branch.id)) as work:
        work.execute(
            "INSERT INTO accounts_device (id, branch_id, agent_id, public_key, name, app, state, activated_at, end_reason)"
            " VALUES (%s, %s, %s, %s, 'Uji', '1', 'active', now(), '')",
            [device_id, agent.branch.id, agent.id, public_key],
        )
    return device_id


def worker(**changes: Any) -> dict[str, Any]:
    """The body of an ``enrol`` op of a worker nobody else is: another NIK, name, birth date and phone each time."""
    serial = next(_serials)
    birth = date(1970, 1, 2) + timedelta(days=(serial * 211) % 11_000)
    last = serial % 9_000 // 9 * 10 + serial % 9 + 1  # never 0000, nor any that ends in a nought and is looked at twice
    nik = f"157108{birth:%d%m%y}{last:04d}"
    body: dict[str, Any] = {
        "nik": nik,
        "kk": None,
        "name": _name(serial),
        "birth_place": f"Kampung {serial % 97}",
        "birth_date": birth.isoformat(),
        "sex": "M",
        "phone": f"+62812{serial:08d}",
        "phone_owner": "own",
        "email": None,
        "address": "Pasar",
        "region": VILLAGE,
        "jobs": [{"code": some_job("other")}],
        "income": 1_500_000,
        "transport": False,
        "employs_others": False,
        "programmes": ["JKK", "JKM"],
        "months": 1,
        "heirs": [{"name": "Ahli Waris", "relation": "spouse"}],
        "consents": [consent("enrolment"), consent("photo")],
        "signature": {"kind": "typed", "name": "Uji"},
        "id_card": None,
        "price_shown": None,
        "warnings": [],
    }
    return body | changes


def consent(purpose: str, *, given: bool = True) -> dict[str, Any]:
    """What a phone keeps of a worker's answer to the text that is shown today."""
    shown = consents_on(jakarta_today())[purpose]
    return {"purpose": purpose, "version": shown.version, "sha256": text_hash(shown.text.id), "given": given}


def some_job(sector: str) -> str:
    from perisai.contributions.rules.in_force import load

    return next(code for code, of in load().sectors.items() if of == sector)


def system_work(branch: Branch, clock: Clock | None = None) -> Work:
    return Work(scope=Scope.branch(branch.id), clock=clock or SystemClock())


def _name(serial: int) -> str:
    """Two words of rare syllables, different for every serial."""
    syllables = ("ba", "ki", "ru", "so", "me", "ta", "wi", "lo", "du", "ne", "pa", "gi", "ju", "ro", "nu", "hi")
    digits = [(serial >> shift) & 15 for shift in (0, 4, 8, 12)]
    mixed = [(digit * 7 + index * 5) % 16 for index, digit in enumerate(digits)]
    return (syllables[mixed[0]] + syllables[mixed[1]] + "n " + syllables[mixed[2]] + syllables[mixed[3]] + "r").title()


def _periods(at: datetime) -> list[date]:
    first = branch_day(at, "Asia/Jakarta").replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return [before, first, after]
