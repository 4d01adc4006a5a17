"""The demo world's employers: a bakery, a workshop and a stall with their workers, and a spreadsheet with rows to correct."""

import io
from datetime import date, datetime, time, timedelta
from typing import Any, LiteralString, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from openpyxl import load_workbook

from perisai.employers import bill, employer, import_file, workbook
from perisai.employers.employer import Care, Form
from perisai.employers.shape import COLUMNS, SHEET
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.web.demo.places import JAMBI

_AGENTS: LiteralString = """
SELECT a.id, a.sub_branch_id, a.agency_office_id FROM agents_agent a
WHERE a.branch_id = %s AND a.state = 'active' ORDER BY a.code LIMIT 3
"""
_VILLAGES: LiteralString = (
    "SELECT code FROM offices_region WHERE code LIKE '15.71.%%' AND level = 4 ORDER BY code LIMIT 3"
)


class Person(NamedTuple):
    name: str
    sex: str
    born: date
    kind: str
    wage: tuple[int, ...]


class Firm(NamedTuple):
    name: str
    owner: str
    scale: str
    risk: str
    sector: str
    npp: str | None
    people: tuple[Person, ...]


FIRMS = (
    Firm(
        "Roti Bakar Mekar Sari", "Hj. Nurhayati", "micro", "low", "food", "JB090101",
        (
            Person("Rahmat Hidayat", "L", date(1992, 4, 7), "bulanan", (2_400_000,)),
            Person("Yulia Safitri", "P", date(1998, 9, 21), "harian", (85_000,)),
            Person("Dedi Kurnia", "L", date(2001, 1, 30), "borongan", (2_100_000, 1_800_000, 2_400_000)),
        ),
    ),
    Firm(
        "Bengkel Las Cahaya Motor", "Suryadi", "small", "medium", "craft", None,
        (
            Person("Andi Saputra", "L", date(1989, 11, 2), "bulanan", (3_200_000,)),
            Person("Joko Prasetyo", "L", date(1995, 6, 14), "bulanan", (2_900_000,)),
            Person("Fitri Handayani", "P", date(1997, 3, 9), "bulanan", (2_700_000,)),
            Person("Riko Ananda", "L", date(2003, 12, 19), "harian", (95_000,)),
        ),
    ),
    Firm(
        "Warung Soto Mbok Inah", "Inah Suminah", "micro", "very_low", "food", None,
        (
            Person("Siti Maryam", "P", date(1990, 2, 11), "harian", (70_000,)),
            Person("Bagus Wicaksono", "L", date(2000, 8, 5), "harian", (75_000,)),
        ),
    ),
)  # fmt: skip


ZONE = ZoneInfo("Asia/Jakarta")
OPEN = (time(9, 25), time(14, 10), time(10, 45))


def build_employers(end: datetime) -> None:
    """A branch that has employers stays as it is."""
    with _work(end) as work:
        if work.row("SELECT 1 FROM employers_employer WHERE branch_id = %s LIMIT 1", [JAMBI]):
            return
        agents = work.rows(_AGENTS, [JAMBI])
        villages = [row[0] for row in work.rows(_VILLAGES)]
    if not agents or not villages:
        return
    for number, firm in enumerate(FIRMS):
        at = _in_the_days_before(end, number)
        agent_id, sub_branch_id, agency_office_id = agents[number % len(agents)]
        with _work(at) as work:
            made, _ = employer.register(
                work,
                branch_id=JAMBI,
                form=_form(firm, number, villages[number % len(villages)]),
                care=Care(agent_id, sub_branch_id, agency_office_id),
                source="console",
            )
        _bring_in(made, [_row(number, place, one) for place, one in enumerate(firm.people)], at + timedelta(minutes=5))
        with _work(at + timedelta(minutes=20)) as work:
            known = employer.lock(work, branch_id=JAMBI, employer_id=made)
            bill.make(work, employer=known, month=at.date().replace(day=1))
        if number == 0:
            _bring_in(made, _with_mistakes(), end - timedelta(hours=2))


def _in_the_days_before(end: datetime, number: int) -> datetime:
    """One firm a day, in the morning or afternoon: newcomers all of one moment would make today's pace a strange one."""
    day = end.astimezone(ZONE).date() - timedelta(days=len(FIRMS) - number)
    return datetime.combine(day, OPEN[number % len(OPEN)], ZONE)


def _form(firm: Firm, number: int, village: str) -> Form:
    sectors = {code for code, _ in employer.groups()}
    return Form(
        name=firm.name,
        owner_name=firm.owner,
        owner_nik=_nik(date(1970 + number, 5, 17), number, 90),
        scale=firm.scale,
        risk=firm.risk,
        sector=firm.sector if firm.sector in sectors else "food",
        region=village,
        phone=f"+628120009{number:04d}",
        address="Jl. Pattimura",
        npp=firm.npp,
    )


def _row(number: int, place: int, one: Person) -> dict[str, Any]:
    wages = dict(zip(("wage", "wage_2", "wage_3"), one.wage, strict=False))
    return {
        "change": "masuk",
        "nik": _nik(one.born, number, place, one.sex),
        "name": one.name,
        "birth_date": one.born.isoformat(),
        "sex": one.sex,
        "kind": one.kind,
        **wages,
    }


def _with_mistakes() -> list[dict[str, Any]]:
    """Two good rows, and mistakes as people make them."""
    born = date(1994, 7, 23)
    good = Person("Lina Marlina", "P", born, "harian", (80_000,))
    return [
        _row(5, 1, good),
        _row(5, 2, good._replace(name="Teguh Santoso", sex="L")) | {"birth_date": "kemarin"},
        _row(5, 3, good._replace(name="Wati")) | {"nik": "157108"},
        _row(5, 4, good._replace(name="Hasan Basri", sex="L", born=date(1988, 10, 4))) | {"kind": "tiap panen"},
        {"change": "keluar", "nik": _nik(born, 5, 9), "last_month": f"{born:%Y}"},
    ]


def _nik(born: date, number: int, place: int, sex: str = "L") -> str:
    """The serial of a synthetic person begins with 9."""
    day = born.day + 40 if sex == "P" else born.day
    return f"157109{day:02d}{born:%m%y}9{number}{place % 100:02d}"


def _bring_in(employer_id: UUID, rows: list[dict[str, Any]], at: datetime) -> None:
    book = load_workbook(io.BytesIO(workbook.template(at.date().replace(day=1))))
    for one in rows:
        book[SHEET].append([one.get(column.name) for column in COLUMNS])
    data = io.BytesIO()
    book.save(data)
    with _work(at) as work:
        made = import_file.send(
            work,
            branch_id=JAMBI,
            employer_id=employer_id,
            name="pekerja.xlsx" if len(rows) != len(_with_mistakes()) else "pekerja-november.xlsx",
            data=data.getvalue(),
            source="console",
        )
    import_file.run(JAMBI, made, FixedClock(at + timedelta(seconds=20)))


def _work(at: datetime) -> Work:
    return Work.open(scope=Scope.branch(JAMBI), clock=FixedClock(at))
