"""An employer of a branch of its own, and spreadsheets filled through the template that it downloads."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import pytest
from openpyxl import load_workbook

from tests.sync.conftest import http, phone_of
from tests.world import VILLAGE, Branch, make_branch, system_work, worker

__all__ = ["http", "phone_of"]

TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date()


def month(ahead: int) -> date:
    index = TODAY.year * 12 + TODAY.month - 1 + ahead
    return date(index // 12, index % 12 + 1, 1)


@dataclass
class Firm:
    branch: Branch
    id: UUID
    more: dict[str, Any] = field(default_factory=dict)

    def send(self, rows: list[dict[str, Any]] | bytes) -> UUID:
        from perisai.employers import import_file

        data = rows if isinstance(rows, bytes) else fill(rows)
        with system_work(self.branch) as work:
            return import_file.send(
                work, branch_id=self.branch.id, employer_id=self.id, name="p.xlsx", data=data, source="console"
            )

    def bring_in(self, rows: list[dict[str, Any]] | bytes) -> dict[str, Any]:
        from perisai.employers import import_file

        made = self.send(rows)
        import_file.run(self.branch.id, made)
        return self.file(made)

    def file(self, import_id: UUID) -> dict[str, Any]:
        with system_work(self.branch) as work:
            sql = "SELECT * FROM employers_import WHERE branch_id = %s AND id = %s"
            found = work.dicts(sql, [self.branch.id, import_id])[0]
        return found | {"counts": orjson.loads(found["counts"])}

    def findings(self, import_id: UUID) -> dict[int, list[tuple[str, str, str]]]:
        from perisai.employers import import_file

        with system_work(self.branch) as work:
            return import_file.wrong_rows(work, branch_id=self.branch.id, import_id=import_id)

    def ask(self, sql: Any, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
        with system_work(self.branch) as work:
            return work.rows(sql, params or [self.branch.id])

    def act(self, do: Callable[..., Any], **given: Any) -> Any:
        """A verb that needs the locked employer."""
        from perisai.employers import employer

        with system_work(self.branch) as work:
            known = employer.lock(work, branch_id=self.branch.id, employer_id=self.id)
            return do(work, employer=known, **given)


def row(**changes: Any) -> dict[str, Any]:
    body = worker()
    return {
        "change": "masuk",
        "nik": body["nik"],
        "name": body["name"],
        "birth_date": body["birth_date"],
        "sex": "L",
        "phone": body["phone"],
        "wage": 2_000_000,
    } | changes


def fill(rows: list[dict[str, Any]]) -> bytes:
    """The template with these rows, as somebody would send it."""
    from perisai.employers import workbook
    from perisai.employers.shape import COLUMNS, SHEET

    book = load_workbook(io.BytesIO(workbook.template(month(0))))
    for one in rows:
        book[SHEET].append([one.get(column.name) for column in COLUMNS])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def form(**changes: Any) -> Any:
    from perisai.employers.employer import Form

    body = worker()
    return Form(
        **{
            "name": f"Toko {body['name']}",
            "owner_name": "Pemilik Uji",
            "scale": "micro",
            "risk": "low",
            "sector": "food",
            "region": VILLAGE,
            "phone": body["phone"],
        }
        | changes
    )


def register(branch: Branch, **changes: Any) -> UUID:
    from perisai.employers.employer import Care, register

    with system_work(branch) as work:
        made, _ = register(work, branch_id=branch.id, form=form(**changes), care=Care(), source="console")
    return made


@pytest.fixture
def firm(database: object) -> Firm:
    branch = make_branch()
    return Firm(branch, register(branch))
