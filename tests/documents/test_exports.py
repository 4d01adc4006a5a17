"""Exports stream whole tables into a file that only who asked for it gets, for a week, with an event in every branch."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role, User
from perisai.documents import export, sinks
from perisai.documents.datasets import BILLS
from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices.models import Office
from tests.accounts.people import logged_in, make_user
from tests.documents.money import bill_of, pay
from tests.payers.people import member_of
from tests.supervision.world_of_files import make_officer
from tests.world import Branch, make_branch, system_work

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def viewer_of(branch: Branch, role: str = "branch") -> Viewer:
    return Viewer.of(User.objects.get(id=make_officer(branch, role)))


def ask(viewer: Viewer, **changes: Any) -> UUID:
    given: dict[str, Any] = {"what": "bills", "form": "xlsx", "first_day": FIRST, "last_day": LAST} | changes
    with Work(scope=viewer.scope, actor=viewer.actor) as work:
        return export.ask(work, viewer=viewer, asked=export.Asked(**given), language="id")


def read(viewer: Viewer, export_id: UUID) -> bytes:
    with Work(scope=viewer.scope) as work:
        found = export.find_ready(work, viewer=viewer, export_id=export_id)
    data = b"".join(export.pieces(export_id))
    assert len(data) == found["size"]
    return data


def rows_of(data: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(io.BytesIO(data)).to_pylist()
    return found


@pytest.fixture
def branch(database: object) -> Branch:
    """Two members: one paid October and owes November, one owes January of another year."""
    branch = make_branch()
    first, second = member_of(branch, name="=Siti Uji", nik="1571085705907101"), member_of(branch)
    pay(branch, first, date(2026, 10, 1))
    bill_of(branch, first, date(2026, 11, 1))
    bill_of(branch, second, date(2027, 1, 1))
    return branch


def test_bills_of_a_period_as_workbook_and_parquet_are_the_same(branch: Branch) -> None:
    viewer = viewer_of(branch)
    sheet = load_workbook(io.BytesIO(read(viewer, made(viewer)))).active
    assert sheet is not None
    lines = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert lines[0][:4] == ["Cabang", "Tagihan", "Nama", "NIK"]
    table = rows_of(read(viewer, made(viewer, form="parquet")))
    assert [row["amount"] for row in table] == [48_800, 48_800]
    assert sorted(row["state"] for row in table) == ["open", "paid"]
    assert {line[1] for line in lines[1:]} == {row["bill"] for row in table}
    assert {line[2] for line in lines[1:]} == {"'=Siti Uji"}, "no cell starts a formula"
    assert {row["nik"] for row in table} == {"1571********7101"}, "masked unless there is a reason"


def made(viewer: Viewer, **changes: Any) -> UUID:
    export_id = ask(viewer, **changes)
    export.run(export_id)
    return export_id


def test_whole_niks_need_a_reason_that_stays_in_the_event(branch: Branch) -> None:
    viewer = viewer_of(branch)
    export_id = made(viewer, form="parquet", reason="audit")
    assert {row["nik"] for row in rows_of(read(viewer, export_id))} == {"1571085705907101"}
    with system_work(branch) as work:
        row = work.row(
            "SELECT actor_id, detail FROM events_event WHERE branch_id = %s AND kind = 'data_exported' AND subject_id = %s",
            [branch.id, export_id],
        )
    assert row is not None
    assert row[0] == viewer.user.id
    told = row[1] if isinstance(row[1], dict) else __import__("json").loads(row[1])
    assert (told["what"], told["rows"], told["nik"]) == ("bills", 2, "audit")


@pytest.mark.parametrize("what", ["payments", "ledger", "cover"])
def test_every_dataset_is_read_in_both_forms(branch: Branch, what: str) -> None:
    viewer = viewer_of(branch)
    for form in export.FORMS:
        assert read(viewer, made(viewer, what=what, form=form))


def test_nobody_gets_more_than_their_part(branch: Branch) -> None:
    there = make_branch()
    pay(there, member_of(there), date(2026, 10, 1))
    viewer = viewer_of(branch)
    table = rows_of(read(viewer, made(viewer, what="payments", form="parquet")))
    assert {row["branch"] for row in table} == {branch.id}
    with pytest.raises(Refused, match="E4902"):
        ask(viewer, branch_id=there.id)


def test_export_is_its_owners_alone_and_one_at_a_time(branch: Branch) -> None:
    viewer, other = viewer_of(branch), viewer_of(branch)
    waiting = ask(viewer)
    with pytest.raises(Refused, match="E4903"):
        ask(viewer)
    with pytest.raises(Refused, match="E4901"):
        read(viewer, waiting)
    export.run(waiting)
    with pytest.raises(Refused, match="E1004"):
        read(other, waiting)
    assert export.run(waiting) == 0, "what is made is not made again"


@pytest.mark.parametrize(
    "changes", [{"what": "everything"}, {"form": "pdf"}, {"last_day": date(2020, 1, 1)}, {"reason": "curious"}]
)
def test_wish_that_makes_no_sense_is_refused(branch: Branch, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="E4902"):
        ask(viewer_of(branch), **changes)


def test_file_is_sealed_and_deleted_after_a_week(branch: Branch) -> None:
    viewer = viewer_of(branch)
    export_id = made(viewer, form="parquet")
    kept = export.path_of(export_id)
    assert b"PAR1" not in kept.read_bytes()
    export.purge(FixedClock(datetime.now(UTC) + timedelta(days=6)))
    assert kept.exists()
    export.purge(FixedClock(datetime.now(UTC) + timedelta(days=8)))
    assert not kept.exists()
    with pytest.raises(Refused, match="E4901"):
        read(viewer, export_id)


def test_export_whose_maker_was_killed_is_given_up_and_may_be_asked_for_again(branch: Branch) -> None:
    viewer = viewer_of(branch)
    stuck = ask(viewer)
    with Work(scope=Scope(())) as work:
        work.execute("UPDATE documents_export SET state = 'running' WHERE id = %s", [stuck])
    export.purge(FixedClock(datetime.now(UTC) + timedelta(minutes=11)))
    assert ask(viewer) != stuck


def test_workbook_goes_on_in_another_sheet_at_the_row_limit(tmp_path: Path) -> None:
    book = sinks.Workbook(tmp_path / "book.xlsx", BILLS, "en", folder=tmp_path, most=3)
    book.write([[number] for number in range(5)])
    book.close()
    sheets = load_workbook(tmp_path / "book.xlsx").worksheets
    assert [[row[0] for row in sheet.iter_rows(min_row=2, max_col=1, values_only=True)] for sheet in sheets] == [
        [0, 1],
        [2, 3],
        [4],
    ]


def test_made_export_frees_the_button(database: None) -> None:
    """What replaces the list when the file is ready brings the button along; it was greyed while the file was made."""
    user = make_user(Role.BRANCH, Office.objects.get(id=make_branch().id))
    viewer, client = Viewer.of(user), logged_in(user)
    asked = ask(viewer)

    def button(address: str) -> str:
        page = client.get(f"/console/documents/exports/{address}").content.decode()
        return "".join(re.findall(r'<button[^>]*id="make-export"[^>]*>', page))

    assert " disabled" in button("")
    with Work(scope=Scope.nation()) as work:
        work.execute("UPDATE documents_export SET state = 'failed' WHERE id = %s", [asked])
    assert "hx-swap-oob" in button("state/")
    assert " disabled" not in button("state/")
