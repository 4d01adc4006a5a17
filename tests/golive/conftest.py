"""Workbooks of a branch that goes live, filled through the template that it downloads."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import pytest
from openpyxl import load_workbook

from tests.world import VILLAGE, Branch, make_branch, some_job, system_work, worker

TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date()
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Live:
    branch: Branch
    rows: Rows

    def send(self, rows: Rows | None = None, *, data: bytes | None = None) -> UUID:
        from perisai.golive import file

        with system_work(self.branch) as work:
            return file.send(work, branch_id=self.branch.id, name="impor.xlsx", data=data or fill(rows or self.rows))

    def check(self, rows: Rows | None = None) -> dict[str, Any]:
        """The file after it was sent and checked."""
        from perisai.golive import file

        file_id = self.send(rows)
        file.run_check(self.branch.id, file_id)
        return self.file(file_id)

    def bring_in(self, file_id: UUID) -> dict[str, Any]:
        from perisai.golive import file

        with system_work(self.branch) as work:
            file.begin_import(work, branch_id=self.branch.id, file_id=file_id)
        file.run_import(self.branch.id, file_id)
        return self.file(file_id)

    def file(self, file_id: UUID) -> dict[str, Any]:
        sql = "SELECT * FROM golive_file WHERE branch_id = %s AND id = %s"
        with system_work(self.branch) as work:
            found = work.dicts(sql, [self.branch.id, file_id])[0]
        return found | {name: orjson.loads(found[name]) for name in ("counts", "problems")}

    def ask(self, sql: Any, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
        with system_work(self.branch) as work:
            return work.rows(sql, params or [self.branch.id])


def fill(rows: Rows) -> bytes:
    """The template with these rows, as an officer would send it."""
    from perisai.golive import workbook
    from perisai.golive.shape import SHEETS

    book = load_workbook(io.BytesIO(workbook.template()))
    for name, (title, columns) in SHEETS.items():
        for row in rows.get(name, []):
            book[title].append([row.get(column.name) for column in columns])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def member(**changes: Any) -> dict[str, Any]:
    body = worker()
    return {
        "nik": body["nik"],
        "name": body["name"],
        "birth_place": "Jambi",
        "birth_date": body["birth_date"],
        "sex": "L",
        "phone": body["phone"],
        "address": "Pasar",
        "region": VILLAGE,
        "job": some_job("other"),
        "income": 1_500_000,
        "jht": "tidak",
        "agent": "A-1",
        "acquired": "2024-03",
        "paid_through": month(1),
        "state": "aktif",
    } | changes


def month(back: int) -> str:
    """``2026-10`` is one back from November 2026."""
    index = TODAY.year * 12 + TODAY.month - 1 - back
    return f"{index // 12}-{index % 12 + 1:02d}"


@pytest.fixture
def live(database: object) -> Callable[[], Live]:
    """A branch with two offices, three agents and four members, all in order; two of them owe."""

    def make() -> Live:
        branch = make_branch()
        _leave_numbers(branch)
        mark = branch.id
        year = TODAY.year
        kept = member(
            jht="ya", kpj=f"21{mark:04d}00001", heir_1="Ana", relation_1="anak", heir_2="Budi", relation_2="saudara"
        )
        owing, lapsed = member(paid_through=month(4)), member(paid_through=month(6), state="nonaktif", agent="A-2")
        rows: Rows = {
            "offices": [
                {
                    "code": f"W{mark}A",
                    "name": "Wadah Melati",
                    "address": "Jl. Melati 1",
                    "leader": "Sri",
                    "title": "Ketua",
                },
                {"code": f"W{mark}B", "name": "Wadah Kenanga", "username": f"kenanga{mark}"},
            ],
            "agreements": [
                {
                    "office": f"W{mark}A",
                    "number": f"PKS/{mark}/7",
                    "since": date(year, 1, 1),
                    "until": date(year, 12, 31),
                    "signed_on": f"{year - 1}-12-20",
                    "branch_signer": "Budi",
                    "office_signer": "Sri",
                }
            ],
            "agents": [
                agent(mark, "A-1", f"W{mark}A", bank="BNI", account="1234 567-890", account_holder="Agen A-1"),
                agent(mark, "A-2", f"W{mark}A"),
                agent(mark, "A-3", None),
            ],
            "members": [member(), owing, lapsed, kept],
            "arrears": [{"nik": owing["nik"], "since": month(3), "until": month(0)}],
        }
        return Live(branch, rows)

    return make


def agent(mark: int, code: str, office: str | None, **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name": f"Agen {code}",
        "nik": worker()["nik"],
        "phone": "0812-3456-7890",
        "office": office,
        "since": "2023-02-01",
        "licence": f"LAMA-{mark}-{code}",
        "valid_from": date(TODAY.year, 1, 1),
        "valid_to": date(TODAY.year + 1, 12, 31),
        "certificate": f"S-{code}",
        "certified_on": "2023-01-20",
        "exam": f"U-{code}",
        "examined_on": "25 Januari 2023",
    } | changes


def _leave_numbers(branch: Branch) -> None:
    """New offices are numbered after the highest there is: away from the branches that tests make."""
    with system_work(branch) as work:
        work.execute(
            "INSERT INTO offices_office (id, kind, parent_id, branch_id, path, code, name, timezone, province_code, regencies,"
            " address, is_demo, is_open) VALUES (4000000, 'agency', %s, %s, ARRAY[%s::int, 4000000], 'KP-4000000', 'Tutup',"
            " 'Asia/Jakarta', '15', '{}', '', true, false) ON CONFLICT DO NOTHING",
            [branch.id, branch.id, branch.id],
        )
