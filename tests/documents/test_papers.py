"""Receipts, bills and yearly statements: what stands there adds up, and anybody can check whether it is genuine."""

import io
from datetime import date
from uuid import UUID

import httpx
import pytest
from pypdf import PdfReader

from perisai.documents import number, papers
from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.portal import link
from perisai.portal.papers import listed as listed_papers
from tests.documents.money import AT, bill_of, pay
from tests.payers.people import member_of
from tests.world import Branch, make_branch

NAME = "Siti Rahmah Wulandari"


def text_of(made: papers.Made) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made.data)).pages)


def work_of(branch: Branch) -> Work:
    return Work(scope=Scope.branch(branch.id), clock=FixedClock(AT))


@pytest.fixture
def paid(database: object) -> tuple[Branch, UUID, UUID, UUID]:
    """(branch, enrolment, bill, payment) of October 2026."""
    branch = make_branch()
    enrolment = member_of(branch, name=NAME, programmes=("JHT", "JKK", "JKM"))
    return branch, enrolment, *pay(branch, enrolment, date(2026, 10, 1))


def test_receipt_says_what_was_paid_by_programme_in_both_languages(paid: tuple[Branch, UUID, UUID, UUID]) -> None:
    branch, _, _, payment = paid
    with work_of(branch) as work:
        ours = text_of(papers.receipt(work, branch_id=branch.id, payment_id=payment, language="id"))
        theirs = text_of(papers.receipt(work, branch_id=branch.id, payment_id=payment, language="en"))
    for said in ("Kuitansi iuran", NAME, "Rp48.800", "Rp14.000", "Rp6.800", "Rp28.000", "Oktober 2026", "REF-9"):
        assert said in ours, said
    assert "3 November 2026, 14.30 WIB" in ours
    for said in ("Receipt of contributions", "October 2026", "Rp48.800"):
        assert said in theirs, said
    assert "1571085705" not in ours + theirs, "the NIK stays masked"


def test_receipt_of_money_paid_back_says_so(paid: tuple[Branch, UUID, UUID, UUID]) -> None:
    branch, _, _, payment = paid
    with work_of(branch) as work:
        before = papers.receipt(work, branch_id=branch.id, payment_id=payment, language="id")
        work.execute("UPDATE payments_payment SET reversed_at = %s WHERE id = %s", [AT, payment])
        after = papers.receipt(work, branch_id=branch.id, payment_id=payment, language="id")
    assert "sudah dikembalikan" in text_of(after)
    assert before.number != after.number


def test_same_paper_has_the_same_number_and_another_one_another(paid: tuple[Branch, UUID, UUID, UUID]) -> None:
    branch, _, bill, payment = paid
    with work_of(branch) as work:
        first = papers.receipt(work, branch_id=branch.id, payment_id=payment, language="id")
        again = papers.receipt(work, branch_id=branch.id, payment_id=payment, language="id")
        other = papers.bill(work, branch_id=branch.id, bill_id=bill, language="id")
        kept = work.row("SELECT count(*) FROM documents_paper WHERE branch_id = %s", [branch.id])
    assert first.number == again.number != other.number
    assert kept == (2,)


def test_yearly_statement_adds_up_months_and_gathers_jht_of_all_years(paid: tuple[Branch, UUID, UUID, UUID]) -> None:
    branch, enrolment, _, _ = paid
    for month in (date(2026, 9, 1), date(2025, 12, 1)):
        pay(branch, enrolment, month)
    with work_of(branch) as work:
        said = text_of(papers.year(work, branch_id=branch.id, enrolment_id=enrolment, of=2026, language="id"))
        empty = text_of(papers.year(work, branch_id=branch.id, enrolment_id=enrolment, of=2024, language="id"))
        with pytest.raises(Refused, match="E4904"):
            papers.year(work, branch_id=branch.id, enrolment_id=enrolment, of=2027, language="id")
    assert "Rp97.600" in said, "two months of 48.800"
    assert "Rp84.000" in said, "JHT of three months, of which one is of last year"
    assert "tanpa hasil pengembangan" in said
    assert "Desember 2025" not in said
    assert "Tidak ada bulan yang dibayar" in empty


def test_first_bill_of_a_month_gone_by_is_for_the_month_in_which_it_is_paid_on_page_and_paper(database: object) -> None:
    branch = make_branch()
    newcomer = member_of(
        branch, programmes=("JHT", "JKK", "JKM"), state="accepted", first_month=None, paid_through=None
    )
    bill, old = bill_of(branch, newcomer, date(2026, 10, 1)), member_of(branch, programmes=("JHT", "JKK", "JKM"))
    owed = bill_of(branch, old, date(2026, 10, 1))
    holder = link.Link(branch_id=branch.id, enrolment_id=newcomer, expires_at=AT)
    with work_of(branch) as work:
        said = text_of(papers.bill(work, branch_id=branch.id, bill_id=bill, language="id"))
        (listed,) = listed_papers(work, holder)
        owed_said = text_of(papers.bill(work, branch_id=branch.id, bill_id=owed, language="id"))
    assert "November 2026" in said
    assert "Oktober 2026" not in said
    assert (listed["id"], listed["first_month"]) == (bill, date(2026, 11, 1))
    assert "Oktober 2026" in owed_said


def test_check_of_a_number_or_link_says_genuine_and_nothing_more_of_the_person(
    http: httpx.Client, paid: tuple[Branch, UUID, UUID, UUID]
) -> None:
    branch, _, _, payment = paid
    with work_of(branch) as work:
        made = papers.receipt(work, branch_id=branch.id, payment_id=payment, language="id")
    typed = made.number.text.lower().replace("-", " ")
    page = http.get("/cek-dokumen/", params={"nomor": typed}, follow_redirects=True)
    assert page.status_code == 200
    assert "YA, dokumen asli" in page.text
    assert "Siti W." in page.text
    assert "Rp48.800" in page.text
    assert "Rahmah" not in page.text
    token = made.number.address.split(number.LINKS.path)[1]
    assert http.get(number.LINKS.path + token).text.count("YA, dokumen asli") == 1
    with work_of(branch) as work:
        work.execute("UPDATE payments_payment SET reversed_at = %s WHERE id = %s", [AT, payment])
    assert "tidak berlaku lagi" in http.get(number.LINKS.path + token).text


@pytest.mark.parametrize("asked", ["1501-AAAAA-AAAAA", "apa saja", "x" * 300])
def test_check_of_a_number_that_is_none_says_so(http: httpx.Client, asked: str) -> None:
    page = http.get("/cek-dokumen/", params={"nomor": asked})
    assert page.status_code == 404
    assert "tidak kami kenal" in page.text


def test_holder_of_a_members_link_gets_that_members_papers_without_the_name(
    http: httpx.Client, paid: tuple[Branch, UUID, UUID, UUID]
) -> None:
    branch, enrolment, _, payment = paid
    stranger = bill_of(branch, member_of(branch), date(2026, 11, 1))
    until = AT.replace(year=2099)
    address = link.make(enrolment_id=enrolment, branch_id=branch.id, expires_at=until)
    page = http.get(address)
    assert f"{address}/dokumen/kuitansi/{payment}.pdf" in page.text
    got = http.get(f"{address}/dokumen/kuitansi/{payment}.pdf")
    assert got.headers["content-type"] == "application/pdf"
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(got.content)).pages)
    assert "Siti W." in said
    assert NAME not in said
    assert http.get(f"{address}/dokumen/tahun/2026.pdf").status_code == 200
    assert http.get(f"{address}/dokumen/tagihan/{stranger}.pdf").status_code == 404
    old = link.make(enrolment_id=enrolment, branch_id=branch.id, expires_at=AT.replace(year=2020))
    assert http.get(f"{old}/dokumen/kuitansi/{payment}.pdf").status_code == 404
