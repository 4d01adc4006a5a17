"""An officer brings in an employer's workers by spreadsheet: bad rows come back red, are corrected, and then all are there.

Size: one employer of the demo, five rows, two of them wrong.
"""

import io
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.e2e.axe import serious
from tests.e2e.conftest import NewDesk
from tests.running import Running

FIRM = "Bengkel Las Cahaya Motor"
DONE_MS = 60_000
PEOPLE = (
    ("1571091203929601", "Gilang Ramadhan", "1992-03-12", "L", "bulanan", "2800000"),
    ("1571095407949602", "Melati Kusuma", "1994-07-14", "P", "harian", "90000"),
    ("1571090910909603", "Surya Dinata", "1990-10-09", "L", "borongan", "2100000"),
    ("157109", "Kurang Angka", "1991-11-11", "L", "bulanan", "2500000"),
    ("1571091511989605", "Tanpa Tanggal", "kemarin", "L", "bulanan", "2500000"),
)
CORRECT = {"Kurang Angka": ("NIK", "1571091111919604"), "Tanpa Tanggal": ("Tanggal lahir", "1998-11-15")}
TITLES = ("NIK", "Nama", "Tanggal lahir", "L/P", "Jenis upah", "Upah")


def fill(data: bytes) -> bytes:
    book = load_workbook(io.BytesIO(data))
    sheet = book["Pekerja"]
    columns = [[cell.value for cell in sheet[1]].index(title) + 1 for title in TITLES]
    for line, person in enumerate(PEOPLE, start=2):
        for column, value in zip(columns, person, strict=True):
            sheet.cell(line, column, value)
    return saved(book)


def correct(data: bytes) -> bytes:
    """Only the red cells are mended."""
    book = load_workbook(io.BytesIO(data))
    sheet = book["Pekerja"]
    titles = [cell.value for cell in sheet[1]]
    assert sheet.max_row == 1 + len(CORRECT)
    for row in sheet.iter_rows(min_row=2):
        title, value = CORRECT[str(row[titles.index("Nama")].value)]
        cell = row[titles.index(title)]
        assert cell.comment is not None
        cell.value, cell.comment = value, None
    return saved(book)


def saved(book: object) -> bytes:
    data = io.BytesIO()
    book.save(data)  # type: ignore[attr-defined]
    return data.getvalue()


def send(page: Page, data: bytes, path: Path) -> None:
    path.write_bytes(data)
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="Kirim lembar kerja").click()


def test_wrong_rows_come_back_and_after_correction_everybody_is_there(
    new_desk: NewDesk, field: Running, tmp_path: Path
) -> None:
    page = new_desk("petugas.jambi").page
    page.goto(f"{field.origin}/console/employers/")
    page.get_by_role("link", name=FIRM).click()
    employer = page.url
    with page.expect_download() as template:
        page.get_by_role("link", name="Contoh lembar kerja").click()
    send(page, fill(Path(template.value.path()).read_bytes()), tmp_path / "pekerja.xlsx")
    expect(page.locator("p[role=status]")).to_contain_text("Selesai, ada yang perlu diperbaiki", timeout=DONE_MS)
    expect(page.locator(".figures")).to_contain_text("3")
    expect(page.locator("table")).to_contain_text("Bukan NIK 16 angka")
    assert serious(page) == []
    with page.expect_download() as wrong:
        page.get_by_role("link", name="Baris yang perlu diperbaiki").click()
    page.goto(employer)
    send(page, correct(Path(wrong.value.path()).read_bytes()), tmp_path / "perbaikan.xlsx")
    expect(page.locator("p[role=status] .state.done")).to_be_visible(timeout=DONE_MS)
    page.goto(employer)
    for _nik, name, *_rest in PEOPLE:
        expect(page.get_by_role("link", name=name)).to_be_visible()
    assert serious(page) == []
    send(page, correct(Path(wrong.value.path()).read_bytes()), tmp_path / "lagi.xlsx")
    expect(page.locator("p[role=status]")).to_contain_text("Selesai", timeout=DONE_MS)
    expect(page.locator(".figure", has_text="Sudah ada")).to_contain_text("2")
