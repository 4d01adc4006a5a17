"""A go-live workbook of made-up people, other ones every time, so that every trainee can bring one in."""

import io
import secrets
from datetime import date, timedelta
from typing import Any

from openpyxl import load_workbook

from perisai.golive import workbook
from perisai.golive.shape import SHEETS

AGENTS, MEMBERS = 3, 12
FIRST = ("Arlen", "Borisa", "Cekmat", "Delvan", "Ermon", "Faresa", "Galuh", "Hendri", "Ilma", "Juma", "Karsi", "Lestu")
LAST = ("Contoh", "Latihan", "Misalnya", "Cobaan")
DISTRICT, VILLAGE, JOB = "157108", "15.71.08.1001", "trade.market"

Row = dict[str, Any]


def sample(today: date) -> bytes:
    """XLSX in order, as the template asks for it; one member owes."""
    mark = f"{secrets.randbelow(10**6):06d}"
    office = f"LAT{mark}"
    agents = [_agent(mark, number, office, today) for number in range(1, AGENTS + 1)]
    members = [_member(mark, number, today) for number in range(MEMBERS)]
    members[0]["paid_through"] = _month(today, 4)
    rows = {
        "offices": [
            {"code": office, "name": f"Kantor Latihan {mark}", "address": "Jl. Latihan 1", "leader": "Sri Contoh"}
        ],
        "agreements": [_agreement(mark, office, today)],
        "agents": agents,
        "members": members,
        "arrears": [{"nik": members[0]["nik"], "since": _month(today, 3), "until": _month(today, 0)}],
    }
    book = load_workbook(io.BytesIO(workbook.template()))
    for name, (title, columns) in SHEETS.items():
        for row in rows[name]:
            book[title].append([row.get(column.name) for column in columns])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _agreement(mark: str, office: str, today: date) -> Row:
    return {
        "office": office,
        "number": f"PKS/LATIHAN/{mark}",
        "since": today - timedelta(days=100),
        "until": today + timedelta(days=200),
        "signed_on": today - timedelta(days=110),
        "branch_signer": "Budi Contoh",
        "office_signer": "Sri Contoh",
    }


def _agent(mark: str, number: int, office: str, today: date) -> Row:
    return {
        "code": f"A{mark}-{number}",
        "name": f"{FIRST[number]} {LAST[0]}",
        "nik": _nik(date(1985, number, 10), mark),
        "phone": f"08120009{number}{mark[:3]}",
        "office": office,
        "since": date(today.year - 2, 2, 1),
        "licence": f"LATIHAN-{mark}-{number}",
        "valid_from": today - timedelta(days=100),
        "valid_to": today + timedelta(days=264),
        "certificate": f"S-{mark}-{number}",
        "certified_on": today - timedelta(days=400),
    }


def _member(mark: str, number: int, today: date) -> Row:
    born = date(1975 + number, number % 12 + 1, number + 3)
    return {
        "nik": _nik(born, mark),
        "name": f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]}",
        "birth_place": "Jambi",
        "birth_date": born,
        "sex": "L",
        "phone": f"0812000{secrets.randbelow(10**5):05d}",
        "address": f"Lorong Latihan {number + 1}",
        "region": VILLAGE,
        "job": JOB,
        "income": 1_500_000,
        "jht": "tidak",
        "agent": f"A{mark}-{number % AGENTS + 1}",
        "acquired": _month(today, 20),
        "paid_through": _month(today, 0 if number else 4),
        "state": "aktif",
    }


def _nik(born: date, mark: str) -> str:
    """Of a man of the sample's district. Not one of ``mark``'s serials is used for two of them: their birthdays differ."""
    return f"{DISTRICT}{born:%d%m%y}9{mark[-3:]}"


def _month(today: date, back: int) -> str:
    index = today.year * 12 + today.month - 1 - back
    return f"{index // 12}-{index % 12 + 1:02d}"
