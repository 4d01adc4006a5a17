"""To the core system and back: the files' form, rows that fail alone, nothing taken twice, and the demo's own numbers."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from perisai.contributions.tariffs import tariff
from perisai.errors import Refused
from perisai.events.scope import Scope
from perisai.events.vault import keyed_hash
from perisai.events.work import Work
from perisai.members.core import bring_in as core_import
from perisai.members.core import file as core_file
from perisai.members.core import jobs as core_jobs
from perisai.members.core import port as core
from perisai.payments.books import ledger
from perisai.web.simulate.bank import BankSimulator
from tests.payments.place import Billed, make_bank, make_billed, read
from tests.world import Branch, jakarta_today, make_branch

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module")
def bank(database: object) -> BankSimulator:
    return make_bank(scheme="asymmetric")


def _member(branch: Branch, bank: BankSimulator | None = None) -> tuple[Billed, str]:
    """An enrolment with a NIK that is found again, paid where a bank is given."""
    billed = make_billed(branch)
    nik = f"157108010180{int(billed.code[-6:-1]) % 10000:04d}"
    with Work(scope=Scope.branch(branch.id)) as work:
        work.execute(
            "UPDATE members_person SET nik_hash = %s WHERE branch_id = %s AND id ="
            " (SELECT person_id FROM members_enrolment WHERE branch_id = %s AND id = %s)",
            [keyed_hash("nik", nik), branch.id, branch.id, billed.enrolment_id],
        )
    if bank is not None:
        assert bank.pay(billed.code, billed.amount).status_code == 200
    return billed, nik


def _take(branch: Branch, *rows: dict[str, str]) -> tuple[bool, list[core_import.Outcome]]:
    text = io.StringIO()
    writer = csv.DictWriter(text, core_file.IMPORTED)
    writer.writeheader()
    writer.writerows(rows)
    with Work(scope=Scope.branch(branch.id)) as work:
        return core_import.take(work, branch_id=branch.id, timezone=branch.timezone, data=text.getvalue().encode())


def _core(billed: Billed) -> dict[str, Any]:
    with Work(scope=Scope.branch(billed.branch.id)) as work:
        (row,) = work.dicts(
            "SELECT core_state, kpj, core_is_demo FROM members_enrolment WHERE branch_id = %s AND id = %s",
            [billed.branch.id, billed.enrolment_id],
        )
    return row


def _export(branch: Branch, form: str) -> bytes:
    with Work(scope=Scope.branch(branch.id)) as work:
        return core.export(work, branch_id=branch.id, form=form)


def test_export_in_the_portals_order_and_once(bank: BankSimulator) -> None:
    branch = make_branch(target=None)
    paid, _ = _member(branch, bank)
    _member(branch)
    rows = list(csv.reader(io.StringIO(_export(branch, "csv").decode("utf-8-sig"))))
    assert tuple(rows[0]) == core_file.EXPORTED
    assert len(rows) == 2, "only who is paid for"
    assert (len(rows[1][0]), rows[1][1], rows[1][5]) == (16, "Siti Aminah Uji", "P")
    assert _core(paid)["core_state"] == "exported"
    with pytest.raises(Refused, match="E4021"):
        _export(branch, "csv")


def test_export_xlsx_keeps_numbers_as_text(bank: BankSimulator) -> None:
    branch = make_branch(target=None)
    _member(branch, bank)
    sheet = load_workbook(io.BytesIO(_export(branch, "xlsx"))).worksheets[0]
    nik = sheet["A2"].value
    assert isinstance(nik, str)
    assert len(nik) == 16


def test_write_formula_in_a_name_stays_text() -> None:
    data = core_file.write_csv(("Nama",), [("=HYPERLINK(1)",)])
    assert b"'=HYPERLINK" in data


def test_import_registers_and_tells_row_by_row(bank: BankSimulator) -> None:
    branch = make_branch(target=None)
    (one, nik), (two, other) = _member(branch, bank), _member(branch, bank)
    rows = [
        {"NIK": nik, "KPJ": "21012345678", "Status": "Terdaftar"},
        {"NIK": other, "KPJ": "21012345678", "Status": "Terdaftar"},
        {"NIK": "1571080101809999", "KPJ": "21012345679"},
        {"NIK": "12", "KPJ": "21012345670"},
        {"NIK": other, "KPJ": "123"},
        {"NIK": other, "Status": "entah"},
        {"NIK": other, "Status": "Ditolak"},
    ]
    seen, outcomes = _take(branch, *rows)
    assert not seen
    assert [one.what for one in outcomes] == [
        "registered", "error_kpj_taken", "error_unknown", "error_nik", "error_kpj", "error_status", "registered",
    ]  # fmt: skip
    assert [one.line for one in outcomes] == list(range(2, 9))
    assert _core(one) == {"core_state": "registered", "kpj": "21012345678", "core_is_demo": False}
    assert _core(two)["core_state"] == "refused"


def test_import_same_file_or_same_rows_again_changes_nothing(bank: BankSimulator) -> None:
    branch = make_branch(target=None)
    _, nik = _member(branch, bank)
    row = {"NIK": nik, "KPJ": f"2101{branch.id:07d}", "Status": "Terdaftar"}
    assert _take(branch, row)[0] is False
    assert _take(branch, row) == (True, [])
    again, outcomes = _take(branch, row, {})
    assert (again, [one.what for one in outcomes]) == (False, ["nothing_new"]) or outcomes[0].what == "nothing_new"
    with Work(scope=Scope.branch(branch.id)) as work:
        found = work.row(
            "SELECT count(*) FROM events_event WHERE branch_id = %s AND kind = 'core_registered'", [branch.id]
        )
    assert found == (1,)


def _outside(nik: str, reference: str, months: int = 1) -> dict[str, str]:
    """A payment at a shop three days ago, for months from this one on, at the tariff."""
    first = jakarta_today().replace(day=1)
    prices = tariff.price(1_500_000, frozenset({"JKK", "JKM"}), False, tariff.months_from(first, months))
    return {
        "NIK": nik,
        "Bulan Awal": f"{first:%Y-%m}",
        "Jumlah Bulan": str(months),
        "Jumlah Bayar": f"{tariff.total(prices)}",
        "Tanggal Bayar": f"{datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}",
        "Referensi": reference,
    }


def test_import_outside_payment_makes_member_active_once() -> None:
    branch = make_branch(target=None)
    billed, nik = _member(branch)
    row = _outside(nik, "ALFA-1", months=3)
    _, outcomes = _take(branch, row)
    assert [one.what for one in outcomes] == ["paid"]
    books = read(billed)
    assert (books["state"], books["bill"], books["payments"], books["months"]) == ("active", "paid", 1, 3)
    assert books["cover_from"] < datetime.now(UTC) - timedelta(days=1)
    _, outcomes = _take(branch, row, {"NIK": nik})
    assert [one.what for one in outcomes] == ["nothing_new", "nothing_new"]
    _, outcomes = _take(branch, row | {"Referensi": "ALFA-2"})
    assert [(one.what, one.detail) for one in outcomes] == [("error_payment", "E4006")]
    with Work(scope=Scope.branch(branch.id)) as work:
        assert ledger.prove(work, branch.id) == []


def test_import_outside_payment_of_wrong_amount_or_incomplete_told() -> None:
    branch = make_branch(target=None)
    billed, nik = _member(branch)
    wrong = _outside(nik, "X") | {"Jumlah Bayar": "1"}
    _, outcomes = _take(branch, wrong, _outside(nik, ""), wrong | {"Bulan Awal": "kemarin", "Referensi": "Y"})
    assert [one.what for one in outcomes] == ["error_payment", "error_payment_incomplete", "error_payment_form"]
    assert read(billed)["state"] == "accepted"


def test_import_later_month_paid_outside_gets_a_bill_of_its_own(bank: BankSimulator) -> None:
    branch = make_branch(target=None)
    billed, nik = _member(branch, bank)
    row = _outside(nik, "DANA-9")
    after = (jakarta_today().replace(day=1) + timedelta(days=32)).replace(day=1)
    price = tariff.total(tariff.price(1_500_000, frozenset({"JKK", "JKM"}), False, [after]))
    _, outcomes = _take(branch, row | {"Bulan Awal": f"{after:%Y-%m}", "Jumlah Bayar": str(price)})
    assert [one.what for one in outcomes] == ["paid"]
    with Work(scope=Scope.branch(branch.id)) as work:
        assert ledger.prove(work, branch.id) == []
        sql = "SELECT paid_through FROM members_enrolment WHERE branch_id = %s AND id = %s"
        found = work.row(sql, [branch.id, billed.enrolment_id])
    assert found == (after,)


def test_import_code_of_the_core_finds_the_member_once(bank: BankSimulator) -> None:
    branch = make_branch(target=None)
    (_, nik), (_, other) = _member(branch, bank), _member(branch, bank)
    code = f"EPS{branch.id:09d}"
    _, outcomes = _take(branch, {"NIK": nik, "Kode Iuran": code}, {"NIK": nik, "Kode Iuran": nik})
    assert [one.what for one in outcomes] == ["registered", "nothing_new"]
    rows = [{"NIK": nik, "Kode Iuran": code}, {"NIK": other, "Kode Iuran": code}, {"NIK": other, "Kode Iuran": "?"}]
    _, outcomes = _take(branch, *rows)
    assert [one.what for one in outcomes] == ["nothing_new", "error_code_taken", "error_code"]
    assert bank.inquire("1" + code[-9:]).json()["responseCode"] == "4042412"


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04nonsense", b"\xff\xfe", b"Nama\nSiti\n", b"NIK\n\x00", b"x" * 3_000_000]
)
def test_import_unreadable_file_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="E4020"):
        core_file.read_lines(data)


def test_import_xlsx_read_like_csv() -> None:
    rows = [("1571080101809001", "21012345678"), ("1571080101809002", "")]
    data = core_file.write_xlsx(("No NIK".removeprefix("No "), "KPJ"), rows)
    assert [line.cells for line in core_file.read_lines(data)] == [
        {"nik": rows[0][0], "kpj": rows[0][1]},
        {"nik": rows[1][0]},
    ]


def test_demo_core_issues_marked_numbers_and_the_real_one_replaces_them(bank: BankSimulator) -> None:
    branch = make_branch(target=None)
    members = [_member(branch, bank) for _ in range(3)]
    _member(branch)
    assert core_jobs.register_everywhere(core.FileCore()) == 0
    assert core_jobs.register_everywhere(core.DemoCore()) >= 3
    found = [_core(billed) for billed, _ in members]
    assert all(one["core_is_demo"] and len(one["kpj"]) == core.KPJ_DIGITS for one in found)
    assert len({one["kpj"] for one in found}) == 3
    _, outcomes = _take(branch, {"NIK": members[0][1], "KPJ": f"2202{branch.id:07d}"})
    assert [one.what for one in outcomes] == ["registered"]
    assert _core(members[0][0]) == {"core_state": "registered", "kpj": f"2202{branch.id:07d}", "core_is_demo": False}


def test_get_port_by_setting() -> None:
    assert isinstance(core.get_port({"PERISAI_EMBEDDED": "1"}), core.DemoCore)
    assert isinstance(core.get_port({}), core.FileCore)
    assert isinstance(core.get_port({"PERISAI_EMBEDDED": "1", "PERISAI_CORE": "file"}), core.FileCore)
    with pytest.raises(ValueError, match="PERISAI_CORE"):
        core.get_port({"PERISAI_CORE": "other"})


def test_row_with_a_month_out_of_this_world_is_told_so() -> None:
    row = {"first_month": "9999-06", "months": "12", "amount": "16800", "paid_at": "2026-11-01", "reference": "R"}
    for month in ("9999-06", "0001-01"):
        with pytest.raises(core_import._Wrong) as told:
            core_import._read_outside(row | {"first_month": month}, "Asia/Jakarta", datetime.now(UTC))
        assert told.value.outcome[0] == "error_payment_form"


def test_import_tells_the_row_of_the_file_and_a_nik_that_lost_its_digits() -> None:
    data = core_file.write_xlsx(("NIK",), [["1571080101809001"], [""], [1571080101809002]])  # type: ignore[list-item]
    assert [(line.number, sorted(line.cut)) for line in core_file.read_lines(data)] == [(2, []), (4, ["nik"])]
