"""A small country of its own for live tests: a region office with two branches; sub-branches, agency offices, agents, targets."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.accounts.models import Role, User
from perisai.events.clock import Clock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.offices.models import Office, OfficeKind
from tests.world import give_plan

_regions = count(9700, 10)
REGENCIES = {
    "15.71": "Kota Jambi",
    "15.05": "Kab. Muaro Jambi",
    "15.04": "Kab. Batanghari",
    "15.72": "Kota Sungai Penuh",
}


@dataclass
class BranchPlace:
    id: int
    sub_branch: int
    agency_office: int
    agents: list[UUID] = field(default_factory=list)
    """The first sits in the sub-branch, the others in the agency office."""


@dataclass
class Country:
    head: int
    region: int
    branches: list[BranchPlace]


def make_country(first: int | None = None, agents: int = 3) -> Country:
    """Ids from ``first`` on: region, then ten for each branch. Everything is committed."""
    first = next(_regions) * 10 if first is None else first
    head = _head()
    _office(first, OfficeKind.REGION, head, None, [head], f"KW-{first}", f"Kanwil Uji {first}")
    branches = [_branch(first + 10 * n, first, [head, first], agents) for n in (1, 2)]
    return Country(head, first, branches)


def enrol(
    branch: BranchPlace, *, agent: int = 0, kind: str = "enrolment_accepted", amount: int = 16_800, times: int = 1,
    region: str = "15.71.08.1001", day: date | None = None, clock: Clock | None = None,
) -> None:  # fmt: skip
    """One Work that reports enrolment-like events of one agent."""
    with Work(scope=Scope.branch(branch.id), clock=clock) as work:
        for _ in range(times):
            work.report(
                Happened(
                    kind=kind,
                    branch_id=branch.id,
                    subject_id=uuid7(),
                    agent_id=branch.agents[agent],
                    sub_branch_id=branch.sub_branch if agent == 0 else None,
                    agency_office_id=branch.agency_office if agent else None,
                    region_code=region,
                    amount=amount,
                    day=day,
                )
            )


def make_user(role: Role, office: int, *, agent_id: UUID | None = None, password: str | None = None) -> User:
    name = f"live-{role.value}-{uuid7().hex[-10:]}"
    return User.objects.create_user(
        name, password, role=role, office_id=office, agent_id=agent_id, full_name=f"Pengguna {role.label}"
    )


def today(timezone: str = "Asia/Jakarta") -> date:
    return datetime.now(ZoneInfo(timezone)).date()


def _head() -> int:
    found = Office.objects.filter(kind=OfficeKind.HEAD).first()
    if found is None:
        found = _office(9699, OfficeKind.HEAD, None, None, [], "KP-9699", "Kantor Pusat Uji")
    return found.id


def _plan(work: Work, place: BranchPlace, month: date) -> None:
    """Forty persons an agent, handed down by the branch to its offices and by those to their agents."""
    first, *others = (("agent", str(agent)) for agent in place.agents)
    of_offices = {
        ("sub_branch", str(place.sub_branch)): 40,
        ("agency_office", str(place.agency_office)): 40 * len(others),
    }
    give_plan(work, place.id, place.id, month, of_offices)
    give_plan(work, place.id, place.sub_branch, month, {first: 40})
    give_plan(work, place.id, place.agency_office, month, dict.fromkeys(others, 40))


def _branch(branch_id: int, region: int, above: list[int], agents: int) -> BranchPlace:
    place = BranchPlace(branch_id, branch_id + 1, branch_id + 2, [uuid7() for _ in range(agents)])
    _office(branch_id, OfficeKind.BRANCH, region, branch_id, above, f"KC-{branch_id}", f"KC Uji {branch_id}")
    path = [*above, branch_id]
    _office(
        place.sub_branch, OfficeKind.SUB_BRANCH, branch_id, branch_id, path, f"KCP-{branch_id}", f"KCP Uji {branch_id}"
    )
    _office(
        place.agency_office, OfficeKind.AGENCY, branch_id, branch_id, path, f"WD-{branch_id}", f"Wadah Uji {branch_id}"
    )
    month = today().replace(day=1)
    with Work(scope=Scope.branch(branch_id)) as work:
        work.execute("INSERT INTO events_position (branch_id, number) VALUES (%s, 0)", [branch_id])
        work.execute(
            "INSERT INTO targets_quota (branch_id, period, target, cap_percent, cap, mode, consumed, leased, over, grandfathered)"
            " VALUES (%s, %s, 400, 100, 400, 'queue', 0, 0, 0, 0)",
            [branch_id, month],
        )
        for number, agent_id in enumerate(place.agents):
            work.execute(
                "INSERT INTO agents_agent (branch_id, id, code, full_name, phone, state, since, sub_branch_id, agency_office_id)"
                " VALUES (%s, %s, %s, %s, '', 'active', %s, %s, %s)",
                [
                    *(branch_id, agent_id, f"P-{branch_id}-{number:04}", f"Agen Uji {number}", month),
                    place.sub_branch if number == 0 else None,
                    place.agency_office if number else None,
                ],
            )
        _plan(work, place, month)
        for code, name in {"15": "Jambi", **REGENCIES}.items():
            work.execute(
                "INSERT INTO offices_region (code, parent_code, level, name) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [code, None if code == "15" else "15", 1 if code == "15" else 2, name],
            )
    return place


def _office(
    id_: int, kind: str, parent: int | None, branch: int | None, above: list[int], code: str, name: str
) -> Office:
    return Office.objects.create(
        id=id_, kind=kind, parent_id=parent, branch_id=branch, path=[*above, id_], code=code, name=name, province_code="15",
        regencies=list(REGENCIES) if kind == OfficeKind.BRANCH else [], is_demo=True,
    )  # fmt: skip


def utc_now() -> datetime:
    return datetime.now(UTC)
