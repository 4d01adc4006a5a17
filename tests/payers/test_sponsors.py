"""Whom a sponsor funds until when: by list, by spreadsheet, ended and prolonged; nobody's month twice."""

import io
from datetime import date
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from perisai.errors import Refused
from perisai.payers import funding_file, sponsor
from perisai.payers.labels import REFUSALS
from perisai.tables.reading import Book, Limits
from perisai.tables.writing import Sheet, write_xlsx
from tests.payers.people import member_of, work_at
from tests.world import Branch, make_branch

FIRST, LAST = date(2026, 7, 1), date(2026, 12, 1)
Months = dict[UUID, tuple[date, date]]


def make(branch: Branch, **changes: Any) -> UUID:
    given: dict[str, Any] = {"kind": "village", "name": "Desa Uji", "first_month": FIRST, "last_month": LAST}
    with work_at(branch) as work:
        return sponsor.make(work, branch_id=branch.id, given=given | changes)


def fund(branch: Branch, by: UUID, *who: UUID, first: date = FIRST, last: date = LAST) -> sponsor.Funded:
    with work_at(branch) as work:
        return sponsor.fund(
            work, branch_id=branch.id, sponsor_id=by, wanted=[sponsor.ToFund(one, first, last) for one in who]
        )


def months(branch: Branch, by: UUID) -> Months:
    sql = "SELECT enrolment_id, first_month, last_month FROM payers_funding WHERE branch_id = %s AND sponsor_id = %s"
    with work_at(branch) as work:
        return {row[0]: (row[1], row[2]) for row in work.rows(sql, [branch.id, by])}


def test_fund_many_says_whom_not_and_why(database: object) -> None:
    branch = make_branch()
    good, ended, unknown = member_of(branch), member_of(branch, state="ended"), UUID(int=7)
    by = make(branch)
    done = fund(branch, by, good, ended, unknown)
    assert done.funded == {good}
    assert done.refused == {ended: "not_member", unknown: "unknown"}
    again = fund(branch, make(branch), good, first=date(2026, 12, 1))
    assert again.refused == {good: "funded"}
    assert months(branch, by) == {good: (FIRST, LAST)}


def test_fund_outside_the_contract_is_refused(database: object) -> None:
    branch = make_branch()
    who = member_of(branch)
    assert fund(branch, make(branch), who, first=date(2026, 6, 1)).refused == {who: "month"}


def test_fund_what_the_member_has_not_is_refused(database: object) -> None:
    branch = make_branch()
    who = member_of(branch)
    assert fund(branch, make(branch, programmes=["JKK", "JKM", "JHT"]), who).refused == {who: "programmes"}


def test_two_who_fund_one_member_at_once_fund_them_once(database: object) -> None:
    from django.db import connection

    branch = make_branch()
    who, both, done, gate = member_of(branch), [make(branch), make(branch)], [], Barrier(2)

    def act(by: UUID) -> None:
        gate.wait(60)
        done.append(fund(branch, by, who))
        connection.close()

    threads = [Thread(target=act, args=[by], daemon=True) for by in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(len(one.funded) for one in done) == [0, 1]


def test_budget_of_the_state_is_always_state_and_a_village_as_it_is_said(database: object) -> None:
    branch = make_branch()
    for given, expected in (
        ({"kind": "local_budget"}, True),
        ({"kind": "village"}, False),
        ({"kind": "village", "is_state": True}, True),
    ):
        who = member_of(branch)
        fund(branch, make(branch, **given), who)
        with work_at(branch) as work:
            row = work.row(
                "SELECT is_state FROM payers_funding WHERE branch_id = %s AND enrolment_id = %s", [branch.id, who]
            )
        assert row == (expected,), given


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "E4502"),
        ({"kind": "rich uncle"}, "E4502"),
        ({"budget": -1}, "E4502"),
        ({"first_month": None}, "E4502"),
        ({"last_month": date(2026, 6, 1)}, "E4508"),
        ({"last_month": date(2062, 6, 1)}, "E4502"),
        ({"programmes": ["JHT"]}, "E4502"),
    ],
)
def test_sponsor_of_nonsense_is_refused(database: object, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        make(make_branch(), **changes)


def test_end_gives_back_what_lies_after_and_leaves_what_lies_before(database: object) -> None:
    branch = make_branch()
    first, later = member_of(branch), member_of(branch)
    by = make(branch)
    fund(branch, by, first)
    fund(branch, by, later, first=date(2026, 11, 1))
    with work_at(branch) as work:
        assert sponsor.end(work, branch_id=branch.id, sponsor_id=by, last_month=date(2026, 9, 1)) == 2
    assert months(branch, by) == {first: (FIRST, date(2026, 9, 1)), later: (date(2026, 11, 1), date(2026, 10, 1))}
    assert fund(branch, make(branch), later, first=date(2026, 11, 1)).funded == {later}, "free for another sponsor"
    with pytest.raises(Refused, match="E4503"):
        fund(branch, by, first)


def test_prolong_moves_the_end_but_for_whom_another_funds(database: object) -> None:
    branch = make_branch()
    stays, goes = member_of(branch), member_of(branch)
    by, next_year = make(branch), date(2027, 1, 1)
    fund(branch, by, stays, goes)
    fund(branch, make(branch, last_month=date(2027, 6, 1)), goes, first=next_year, last=date(2027, 6, 1))
    with work_at(branch) as work:
        moved = sponsor.prolong(work, branch_id=branch.id, sponsor_id=by, last_month=date(2027, 3, 1), budget=5_000_000)
    assert moved == 1
    assert months(branch, by) == {stays: (FIRST, date(2027, 3, 1)), goes: (FIRST, LAST)}


def take(branch: Branch, by: UUID, data: bytes) -> funding_file.Taken:
    with work_at(branch) as work:
        return funding_file.take(work, branch_id=branch.id, sponsor_id=by, months=(FIRST, LAST), data=data)


def book(*rows: list[Any]) -> bytes:
    return write_xlsx(Sheet("Peserta", ["NIK", "Nama", "Bulan pertama", "Bulan terakhir"], rows))


def test_spreadsheet_funds_the_good_rows_and_returns_the_others_with_a_reason(database: object) -> None:
    branch = make_branch()
    by = make(branch)
    fine, short = "1571085705907001", "1571085705907002"
    who, other = member_of(branch, nik=fine), member_of(branch, nik=short)
    data = book(
        [fine, "Satu", None, None],
        [short, "Dua", "2026-09", "2026-10"],
        [1571085705907003, "Angka", None, None],
        ["123", "Pendek", None, None],
        [fine, "Lagi", None, None],
        ["1571085705907009", "Bukan siapa-siapa", None, None],
    )
    done = take(branch, by, data)
    assert done.funded == 2
    assert [row.why for row in done.refused] == ["nik_cut", "nik_form", "nik_twice", "unknown"]
    assert months(branch, by) == {who: (FIRST, LAST), other: (date(2026, 9, 1), date(2026, 10, 1))}
    words = {key: str(word) for key, word in REFUSALS.items()}
    with Book(funding_file.returned(done, words), Limits(size=10**6, rows=100)) as back:
        rows = list(back.lines(None, funding_file.NAMES))
    assert [row.cells["name"] for row in rows] == ["Angka", "Pendek", "Lagi", "Bukan siapa-siapa"]


def test_same_spreadsheet_is_taken_once(database: object) -> None:
    branch = make_branch()
    by, data = make(branch), book(["1571085705907011", "Satu", None, None])
    member_of(branch, nik="1571085705907011")
    assert take(branch, by, data).funded == 1
    with pytest.raises(Refused, match="E4506"):
        take(branch, by, data)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no book", b"Nama\nSatu\n", book()])
def test_file_that_is_none_is_refused_and_changes_nothing(database: object, data: bytes) -> None:
    branch = make_branch()
    by = make(branch)
    with pytest.raises(Refused, match="E4505"):
        take(branch, by, data)
    assert months(branch, by) == {}


def test_ten_thousand_rows_are_a_fixed_number_of_statements(database: object) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    branch = make_branch()
    by = make(branch)
    member_of(branch, nik="1571085705900001")
    data = "NIK\n" + "".join(f"157108570590{serial:04d}\n" for serial in range(1, 10_000))
    with CaptureQueriesContext(connection) as seen:
        done = take(branch, by, data.encode())
    assert done.funded == 1
    assert len(done.refused) == 9_998
    assert len(seen) <= 14, [one["sql"][:60] for one in seen]


def test_merged_cells_fund_nobody_but_whom_the_first_of_them_names(database: object) -> None:
    branch = make_branch()
    by, fine = make(branch), "1571085705907021"
    who = member_of(branch, nik=fine)
    made = load_workbook(io.BytesIO(book([fine, "Satu", None, None], ["1571085705907022", "Dua", None, None])))
    made["Peserta"].merge_cells("A2:A3")
    data = io.BytesIO()
    made.save(data)
    done = take(branch, by, data.getvalue())
    assert [(row.name, row.why) for row in done.refused] == [("Dua", "nik_form")]
    assert months(branch, by) == {who: (FIRST, LAST)}
