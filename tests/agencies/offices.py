"""Agency offices for tests."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from itertools import count
from uuid import UUID

from perisai.agencies import agreement, signature
from perisai.agencies.agreement import Signatories
from perisai.agencies.application import Applicant
from perisai.errors import Refused
from perisai.events.clock import FixedClock
from tests.world import Branch, make_agent, system_work

_ids = count(70_001, 50)
"""Far from those of branches in tests: an approved office takes the next number after the highest."""


def make_agency_office(branch: Branch) -> int:
    """An agency office under the branch, without an agreement."""
    office_id = next(_ids)
    with system_work(branch) as work:
        work.execute(
            "INSERT INTO offices_office (id, kind, parent_id, branch_id, path, code, name, timezone, province_code, regencies,"
            " address, is_demo, is_open) VALUES (%s, 'agency', %s, %s, %s, %s, %s, 'Asia/Jakarta', '15', '{}', '', true, true)",
            [office_id, branch.id, branch.id, [branch.id, office_id], f"KP-{office_id}", f"Kantor Perisai {office_id}"],
        )
    return office_id


SIGNATORIES = Signatories("Rahmat Hidayat", "Kepala Kantor Cabang", "Nurhayati Zainal", "Ketua")
APPLICANT = Applicant(
    name="Koperasi Pasar Uji",
    form="cooperative",
    address="Jl. Pasar 1",
    leader_name="Nurhayati Zainal",
    leader_title="Ketua",
    leader_phone="0812 3456 7890",
    candidates=5,
)


def at(day: date) -> FixedClock:
    """Ten in the morning, Jakarta."""
    return FixedClock(datetime.combine(day, time(3), UTC))


def draft(branch: Branch, office_id: int, valid_from: date, valid_to: date, *, amends: bool = False) -> UUID:
    with system_work(branch, at(valid_from)) as work:
        return agreement.draft(
            work,
            branch_id=branch.id,
            office_id=office_id,
            valid_from=valid_from,
            valid_to=valid_to,
            signatories=SIGNATORIES,
            amends=amends,
        )


def sign(branch: Branch, agreement_id: UUID, party: str, signed_on: date) -> bool:
    with system_work(branch, at(signed_on)) as work:
        return signature.sign(
            work,
            branch_id=branch.id,
            agreement_id=agreement_id,
            party=party,
            name="Nurhayati",
            title="Ketua",
            signed_on=signed_on,
        )


def make_signed(branch: Branch, office_id: int, valid_from: date, valid_to: date) -> UUID:
    """An agreement that both sides signed on its first day."""
    agreement_id = draft(branch, office_id, valid_from, valid_to)
    sign(branch, agreement_id, "branch", valid_from)
    assert sign(branch, agreement_id, "office", valid_from)
    return agreement_id


def make_members_of(branch: Branch, office_id: int, count: int) -> list[UUID]:
    """Licensed agents of the office."""
    agents = [make_agent(branch).id for _ in range(count)]
    with system_work(branch) as work:
        work.execute(
            "UPDATE agents_agent SET agency_office_id = %s WHERE branch_id = %s AND id = ANY(%s)",
            [office_id, branch.id, agents],
        )
    return agents


def standing(branch: Branch, office_id: int, on: date) -> str | None:
    with system_work(branch) as work:
        return agreement.in_order(work, branch.id, office_id, on)


def refused(act: Callable[[], object]) -> str:
    """The code that an act is refused with."""
    try:
        act()
    except Refused as error:
        return error.code
    return ""
