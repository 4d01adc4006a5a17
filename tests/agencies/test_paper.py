"""The agreement on paper: generated, printed the same later, and the scan that comes back."""

from datetime import date

import pytest
import typst

from perisai.agencies import paper, scan
from perisai.errors import Refused
from tests.agencies.offices import draft, make_agency_office, make_signed
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def keep(branch: Branch, agreement_id: object, data: bytes) -> None:
    with system_work(branch) as work:
        scan.keep(work, branch_id=branch.id, agreement_id=agreement_id, data=data)  # type: ignore[arg-type]


def test_pdf_of_a_draft_and_of_a_signed_agreement() -> None:
    branch = make_branch(target=None)
    drafted = draft(branch, make_agency_office(branch), FIRST, LAST)
    signed = make_signed(branch, make_agency_office(branch), FIRST, LAST)
    with system_work(branch) as work:
        name, plain = paper.agreement_pdf(work, branch_id=branch.id, agreement_id=drafted)
        _, other = paper.agreement_pdf(work, branch_id=branch.id, agreement_id=signed)
    assert name.startswith("PKS-KP-")
    assert name.endswith("-2026-1-v1.pdf")
    assert plain[:5] == other[:5] == b"%PDF-"


def test_draft_keeps_the_parties_and_the_figures_of_its_first_day() -> None:
    """From the facts kept with the draft."""
    branch = make_branch(target=None)
    office_id = make_agency_office(branch)
    agreement_id = draft(branch, office_id, date(2021, 1, 1), date(2022, 12, 31))
    with system_work(branch) as work:
        row = work.row(
            "SELECT facts->>'agents_least', facts->'branch'->>'name' FROM agencies_agreement WHERE id = %s",
            [agreement_id],
        )
    assert row == ("3", f"KC Uji {branch.id}"), "the rules of its first day, not of today"


def test_scan_is_kept_without_what_is_not_a_page_and_only_encrypted() -> None:
    branch = make_branch(target=None)
    agreement_id = make_signed(branch, make_agency_office(branch), FIRST, LAST)
    made = typst.compile(b'#set document(author: "Pemindai Rahasia")\nSatu#pagebreak()Dua')
    assert isinstance(made, bytes)
    assert b"Pemindai" in made or "Pemindai".encode("utf-16-be") in made
    keep(branch, agreement_id, made)
    with system_work(branch) as work:
        back = scan.open_scan(work, branch_id=branch.id, agreement_id=agreement_id)
        row = work.row("SELECT sha256, size FROM agencies_scan WHERE agreement_id = %s", [agreement_id])
    assert row is not None
    assert row[1] == len(back)
    assert b"Pemindai" not in back
    assert "Pemindai".encode("utf-16-be") not in back
    assert not scan._path(branch.id, bytes(row[0])).read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"%PDF-1.7 garbage", b"%PDF-" + b"x" * scan.MOST_BYTES])
def test_scan_that_is_no_pdf_or_too_big_is_refused(data: bytes) -> None:
    branch = make_branch(target=None)
    agreement_id = draft(branch, make_agency_office(branch), FIRST, LAST)
    with pytest.raises(Refused, match="E9010"):
        keep(branch, agreement_id, data)


def test_pages_laid_anew_at_another_second_are_the_same_file() -> None:
    made = scan.lay_anew(typst.compile(b"Halaman"))
    assert b"/CreationDate" not in made
    assert b"/ModDate" not in made


def test_scan_of_another_branch_is_not_there() -> None:
    branch, other = make_branch(target=None), make_branch(target=None)
    agreement_id = draft(other, make_agency_office(other), FIRST, LAST)
    with pytest.raises(Refused, match="E1004"):
        keep(branch, agreement_id, typst.compile(b"Halaman"))
    with pytest.raises(Refused, match="E1004"), system_work(branch) as work:
        scan.open_scan(work, branch_id=branch.id, agreement_id=agreement_id)
