"""Targets of the demo world from head office to the agent, a change in mid-year, a proposal that waits, and the labour force.

The labour force of the kecamatan is synthetic: people by regency as of 2025 (jumlah penduduk), 34 % of them in the labour force, as
518,632 insured workers were 40 % of the province's in 2024; how a regency's people spread over its kecamatan is made up.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.accounts.models import User
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.offices import labour_force
from perisai.offices.labour_force import Force
from perisai.offices.models import Office
from perisai.targets.plans import decide as plan_decide
from perisai.targets.plans import plan
from perisai.targets.plans import proposal as plan_proposal
from perisai.targets.plans.place import Home, children, get_home, months
from perisai.targets.plans.plan import Cell
from perisai.targets.plans.proposal import Wish
from perisai.targets.plans.split import split
from perisai.web.demo.people import HISTORY, agents
from perisai.web.demo.places import BUNGO, HEAD, JAMBI, KANWIL

ZONE = ZoneInfo("Asia/Jakarta")
AN_AGENT = {("BPU", "persons"): 39, ("PU", "persons"): 1, ("BPU", "contributions"): 1_900_000, ("BPU", "outreach"): 24}
"""Of an agent and month."""
NEXT_YEAR = AN_AGENT | {("BPU", "persons"): 42, ("BPU", "contributions"): 2_050_000}
PLANNING = (10, 11)
"""Months in which the coming year is planned; in December it is settled."""
MORE = 15
"""Persons a month that a branch passes on beyond what it was given, for one sub-branch."""
PEOPLE = {
    "15.01": 268_951, "15.02": 397_461, "15.03": 313_097, "15.04": 307_361, "15.05": 457_238, "15.06": 336_978, "15.07": 244_905,
    "15.08": 380_027, "15.09": 376_541, "15.71": 649_656, "15.72": 102_224,
}  # fmt: skip
IN_LABOUR_FORCE, INFORMAL, MICRO = 34, 58, 9
"""Per cent: of the people, and of the labour force."""
MAKERS = {HEAD: "pusat", KANWIL: "kanwil", JAMBI: "petugas.jambi", BUNGO: "petugas.bungo"}
APPROVERS = {HEAD: "pusat2", KANWIL: "pusat", JAMBI: "kepala.jambi", BUNGO: "kepala.bungo"}
MOVED = 20
"""Persons a month that the region moves from one branch to the other, from next month on."""
CHANGED_BEFORE, ASKED_BEFORE = timedelta(days=6), timedelta(days=2)
Share = Mapping[tuple[str, str], int]


def build_targets(end: datetime) -> None:
    """Plans of the years that the story touches, in force since its begin; offices that have one keep theirs."""
    begin, today = end - HISTORY, end.astimezone(ZONE).date()
    coming = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    _bring_labour_force(begin)
    people = dict(User.objects.values_list("username", "id"))
    for year in sorted({begin.astimezone(ZONE).year, today.year, coming.year}):
        for office, shares in cascade().items():
            settle(office, months(year)[0], shares, people, begin)


def change_targets(end: datetime) -> None:
    """What happened lately: the region moved a part from one branch to the other, which asks for less; the other, the region and a
    sub-branch ask for more."""
    today = end.astimezone(ZONE).date()
    coming = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    people = dict(User.objects.values_list("username", "id"))
    with Work.open(scope=Scope.nation()) as work:
        done = work.row("SELECT 1 FROM targets_upper_proposal WHERE office_id = %s LIMIT 1", [KANWIL])
    if done:
        return
    shares = {
        ("branch", str(JAMBI)): {("BPU", "persons"): 390 + MOVED},
        ("branch", str(BUNGO)): {("BPU", "persons"): 195 - MOVED},
    }
    settle(KANWIL, coming, shares, people, end - CHANGED_BEFORE, is_change=True)
    asked = (
        (KANWIL, "branch", BUNGO, "kepala.bungo", 160, "Dua agen cuti sampai akhir tahun"),
        (KANWIL, "branch", JAMBI, "kepala.jambi", 430, "Pasar Angso Duo dibuka malam mulai Desember"),
        (HEAD, "region", KANWIL, "kanwil", 600, "Panen sawit mundur ke Januari"),
        (JAMBI, "sub_branch", 150112, "kcp.tungkal", 90, "Pasar Tanggo Rajo buka lagi"),
    )
    for office, level, key, by, value, reason in asked:
        with _work(people[by], end - ASKED_BEFORE) as work:
            wish = Wish(level, str(key), "BPU", "persons", coming, coming, value, reason)
            plan_proposal.put(work, parent=get_home(work, office), year=coming.year, wish=wish)


def plan_next_year(end: datetime) -> None:
    """As at the turn of a year: head office and the region have approved the coming year, one branch waits for approval with sums
    that are not what it was given, the other still drafts, and those beneath have nothing yet."""
    today = end.astimezone(ZONE).date()
    if today.month not in PLANNING:
        return
    first, people = date(today.year + 1, 1, 1), dict(User.objects.values_list("username", "id"))
    shares = cascade(NEXT_YEAR)
    settle(HEAD, first, shares[HEAD], people, end - timedelta(days=18))
    settle(KANWIL, first, shares[KANWIL], people, end - timedelta(days=11))
    more = {child: dict(of) for child, of in shares[JAMBI].items()}
    more["sub_branch", "150112"]["BPU", "persons"] += MORE
    _draft(JAMBI, first, more, people, end - timedelta(days=4), is_proposed=True)
    _draft(BUNGO, first, shares[BUNGO], people, end - timedelta(days=1, hours=3))


def _draft(
    office: int, since: date, shares: Mapping[tuple[str, str], Share], people: Mapping[str, UUID], at: datetime,
    *, is_proposed: bool = False,
) -> None:  # fmt: skip
    """Unless the office has a version of that year."""
    with _work(people[MAKERS[office]], at) as work:
        home = get_home(work, office)
        if work.row(
            "SELECT 1 FROM targets_plan WHERE branch_id = %s AND office_id = %s AND year = %s",
            [office, office, since.year],
        ):
            return
        plan_id = plan.start(work, home=home, year=since.year, from_month=since)
        plan.edit(work, home=home, plan_id=plan_id, revision=0, cells=_cells(work, home, since, shares))
        if is_proposed:
            plan_decide.propose(work, home=home, plan_id=plan_id, revision=1)


def _cells(work: Work, home: Home, since: date, shares: Mapping[tuple[str, str], Share]) -> dict[Cell, int | None]:
    """The same in every month from ``since`` on."""
    there = {child.id for child in children(work, home)} | {("nation", "all")}
    return {
        Cell(*child, month, segment, measure): value
        for child, values in shares.items()
        if child in there
        for (segment, measure), value in values.items()
        for month in months(since.year)[since.month - 1 :]
    }


def cascade(an_agent: Share = AN_AGENT) -> dict[int, dict[tuple[str, str], dict[tuple[str, str], int]]]:
    """By office: what each child gets a month. From the agents up, so that every sum agrees."""
    found: dict[int, dict[tuple[str, str], dict[tuple[str, str], int]]] = {}
    _add(found, an_agent, HEAD, ("nation", "all"), len(agents()))
    _add(found, an_agent, HEAD, ("region", str(KANWIL)), len(agents()))
    for agent in agents():
        spot = agent.spot
        _add(found, an_agent, KANWIL, ("branch", str(agent.branch_id)))
        if spot.sub_branch is not None:
            _add(found, an_agent, agent.branch_id, ("sub_branch", str(spot.sub_branch)))
        _add(found, an_agent, spot.sub_branch or agent.branch_id, ("agency_office", str(spot.agency)))
        _add(found, an_agent, spot.agency, ("agent", str(agent.id)))
    return found


def _add(
    found: dict[int, dict[tuple[str, str], dict[tuple[str, str], int]]],
    an_agent: Share,
    office: int,
    child: tuple[str, str],
    n: int = 1,
) -> None:
    of = found.setdefault(office, {}).setdefault(child, dict.fromkeys(an_agent, 0))
    for kind, value in an_agent.items():
        of[kind] += n * value


def settle(
    office: int,
    since: date,
    shares: Mapping[tuple[str, str], Share],
    people: Mapping[str, UUID],
    at: datetime,
    *,
    is_change: bool = False,
) -> None:
    """A version with the same figures in every month from ``since`` on, made by one person and approved by another."""
    branch = office if office in MAKERS else int(str(office)[:4])
    maker, approver = people[MAKERS[branch]], people[APPROVERS[branch]]
    with _work(maker, at) as work:
        home = get_home(work, office)
        table = "targets_upper_plan" if home.is_upper else "targets_plan"
        asked = [at.astimezone(ZONE).date(), office, since.year]
        known = work.row(
            "SELECT coalesce(bool_or(approved_on >= %s), false), count(*) FROM "
            + table
            + " WHERE office_id = %s AND year = %s",
            asked,
        )
        if known is None or known[0] or bool(known[1]) != is_change:
            return
        cells = _cells(work, home, since, shares)
        plan_id = plan.start(work, home=home, year=since.year, from_month=since)
        plan.edit(work, home=home, plan_id=plan_id, revision=0, cells=cells)
        plan_decide.propose(work, home=home, plan_id=plan_id, revision=1)
    with _work(approver, at + timedelta(minutes=20)) as work:
        reason = "Pembagian baru antar cabang" if is_change else "Pembagian awal"
        plan_decide.approve(work, home=home, plan_id=plan_id, revision=2, reason=reason)


def _bring_labour_force(at: datetime) -> None:
    """Of all kecamatan of the region's branches, unless somebody brought it already."""
    year = at.astimezone(ZONE).year
    with Work.open(scope=Scope.nation(), clock=FixedClock(at)) as work:
        office = Office.objects.get(id=KANWIL)
        area = labour_force.area_of(work, office)
        if labour_force.of(work, districts=[one.code for one in area], year=year):
            return
        rows: dict[str, Force] = {}
        for regency, people in PEOPLE.items():
            mine = [one.code for one in area if one.code.startswith(regency + ".")]
            shares = split(people * IN_LABOUR_FORCE // 100, [_size(code) for code in mine])
            rows |= {
                code: Force(all_, all_ * INFORMAL // 100, all_ * MICRO // 100, "Sintetis (demo)")
                for code, all_ in zip(mine, shares, strict=True)
            }
        if rows:
            labour_force.bring(
                work, office=office, year=year, rows=rows, data=b"demo", today=at.astimezone(ZONE).date()
            )


def _size(code: str) -> int:
    """The same in every demo world: from 60 to 187."""
    return 60 + hashlib.sha256(code.encode()).digest()[0] % 128


def _work(user_id: UUID, at: datetime) -> Work:
    return Work.open(scope=Scope.nation(), actor=Actor(user_id=user_id), clock=FixedClock(at))
