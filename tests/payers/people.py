"""Members, groups and clocks for tests of payers: set-based, through the tables that their rooms own."""

from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID

from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.vault import keyed_hash, seal
from perisai.events.work import Work
from tests.world import VILLAGE, Branch, FieldAgent, system_work

_serials = count(1)

_PERSON = """
INSERT INTO members_person (branch_id, id, nik_sealed, nik_hash, nik_masked, name, name_key, birth_place, birth_date, sex, phone,
  phone_owner, address, region_code, created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'Jambi', '1990-05-17', 'F', %s, 'own', '', %s, now())
"""
_ENROLMENT = """
INSERT INTO members_enrolment (branch_id, id, person_id, segment, state, agent_id, region_code, captured_from, captured_to,
  captured_on, received_at, jobs, income, base_income, transport, employs_others, programmes, months, rules, quota_over, warnings,
  first_month, paid_through, core_state, core_is_demo, payment_code, activated_at, cover_from, group_id)
VALUES (%s, %s, %s, 'BPU', %s, %s, %s, now(), now(), now(), now(), '{}', 1500000, 1400000, false, false, %s, 1, 'test', false,
  '{}', %s, %s, 'none', false, %s, now(), now(), %s)
"""


def member_of(
    branch: Branch,
    *,
    nik: str | None = None,
    name: str | None = None,
    agent: FieldAgent | None = None,
    group: UUID | None = None,
    state: str = "active",
    programmes: tuple[str, ...] = ("JKK", "JKM"),
    first_month: date | None = date(2026, 1, 1),
    paid_through: date | None = date(2026, 11, 1),
    phone: str | None = "+6281200000001",
) -> UUID:
    """A person and their enrolment, as if enrolled long ago."""
    serial, person, enrolment = next(_serials), uuid7(), uuid7()
    nik = nik or f"157108570590{serial:04d}"
    with system_work(branch) as work:
        name = name or f"Orang Uji {serial}"
        work.execute(
            _PERSON,
            [
                *(branch.id, person, seal(nik.encode()), keyed_hash("nik", nik), f"{nik[:4]}********{nik[-4:]}", name),
                *(name.lower(), phone, VILLAGE),
            ],
        )
        work.execute(
            _ENROLMENT,
            [
                *(branch.id, enrolment, person, state, agent.id if agent else None, VILLAGE, list(programmes)),
                *(first_month, paid_through, f"8{branch.id}{serial:08d}", group),
            ],
        )
    return enrolment


def work_at(branch: Branch, at: datetime | None = None, officer: UUID | None = None) -> Work:
    return Work(scope=Scope.branch(branch.id), actor=Actor(officer), clock=FixedClock(at or datetime.now(UTC)))
