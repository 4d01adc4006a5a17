"""What many members owe or paid, by member and programme: on pages, on paper and in the table, adding up to the rupiah."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from pypdf import PdfReader

from perisai.accounts.models import Role
from perisai.custody import parts
from perisai.documents import facts, order_table_file, papers
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices.models import Office
from perisai.payments.books import shares
from perisai.payments.books.ledger import Income
from perisai.payments.orders import order
from tests.accounts.people import logged_in, make_user
from tests.documents.money import bill_of
from tests.payers.people import member_of
from tests.world import Branch, jakarta_today, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
MONTH = jakarta_today().replace(day=1)


def text_of(made: papers.Made) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made.data)).pages)


def make_order(branch: Branch, count: int) -> UUID:
    bills = [bill_of(branch, member_of(branch, name=f"Pekerja {n:03d}"), MONTH) for n in range(count)]
    with system_work(branch) as work:
        later = datetime.now(UTC) + timedelta(days=20)
        work.execute("UPDATE contributions_bill SET pay_by = %s WHERE id = ANY (%s)", [later, bills])
        made = order.make(work, branch_id=branch.id, timezone=branch.timezone, bill_ids=bills, payer_kind="other")
    return made.id


def test_shares_add_up_after_relief_and_take_the_months_that_are_asked_for() -> None:
    lines = [
        ["2026-11", 1_600_000, 16_000, 6_800, 32_000, 11_400, 43_400],
        ["2026-12", 1_600_000, 16_000, 6_800, 32_000, 0, 54_800],
    ]
    assert shares.named(shares.shares(lines)) == [("JKK", 24_000), ("JKM", 10_200), ("JHT", 64_000)]
    assert shares.shares(lines).total == 98_200
    november = date(2026, 11, 1)
    assert shares.shares(lines, first=november, last=november) == Income(8_000, 3_400, 32_000)


def test_order_says_on_page_paper_and_table_what_of_each_member_goes_where() -> None:
    branch = make_branch()
    made = make_order(branch, 3)
    desk = logged_in(make_user(Role.BRANCH, Office.objects.get(id=branch.id)))
    page = desk.get(f"/console/payments/orders/{branch.id}/{made}/").content.decode()
    assert page.count("JKK Rp14.000 · JKM Rp6.800 · JHT Rp28.000") == 3
    with Work(scope=Scope.branch(branch.id)) as work:
        said = text_of(papers.order(work, branch_id=branch.id, order_id=made, language="id"))
    for amount in ("Pekerja 001", "JKK", "Rp14.000", "Rp42.000", "Rp20.400", "Rp84.000", "Rp146.400"):
        assert amount in said, amount
    answer = desk.get(f"/console/documents/order/{branch.id}/{made}.csv")
    table = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig")), delimiter=";"))
    assert table[0][5:] == ["JKK", "JKM", "JHT", "JP", "JKP", "Jumlah"]
    assert sorted(row[0] for row in table[1:-1]) == [f"Pekerja {n:03d}" for n in range(3)]
    assert {tuple(row[5:]) for row in table[1:-1]} == {("14000", "6800", "28000", "0", "0", "48800")}
    assert table[-1][5:] == ["42000", "20400", "84000", "0", "0", "146400"]
    stranger = logged_in(make_user(Role.BRANCH, Office.objects.get(id=make_branch().id)))
    assert stranger.get(f"/console/documents/order/{branch.id}/{made}.csv").status_code == 404


def test_table_of_many_is_read_some_at_a_time_and_leaves_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    branch = make_branch()
    made = make_order(branch, 7)
    monkeypatch.setattr(facts, "_AT_ONCE", 3)
    with Work(scope=Scope.branch(branch.id)) as work:
        rows = order_table_file.lines(facts.order_table(work, branch.id, made), "en")
        text = b"".join(rows).decode("utf-8-sig")
    assert len(text.splitlines()) == 1 + 7 + 1
    assert len({line.split(";")[0] for line in text.splitlines()[1:-1]}) == 7


def test_receipt_for_cash_says_by_member_and_programme_what_it_is_for_and_nothing_of_an_instalment() -> None:
    branch = make_branch()
    agent = make_agent(branch)
    whole, part = member_of(branch, name="Lunas Sekali"), member_of(branch, name="Cicil Dulu")
    for who in (whole, part):
        bill_of(branch, who, MONTH)
    with system_work(branch) as work:
        taken = uuid7()
        work.execute(
            "INSERT INTO custody_receipt (branch_id, id, agent_id, kind, is_whole, number, said_number, payer_kind, payer_name,"
            " amount, captured_from, captured_at, received_at, due_on, state, review, review_note, void_reason)"
            " VALUES (%s, %s, %s, 'cash', false, 'K300100000019', '', 'employer', 'Usaha Bersama', 68800, now(), now(), now(),"
            " now(), 'held', '', '', '')",
            [branch.id, taken, agent.id],
        )
        for n, (who, amount) in enumerate(((whole, 48_800), (part, 20_000))):
            work.execute(
                "INSERT INTO custody_line (branch_id, receipt_id, n, enrolment_id, first_month, last_month, amount, settled)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, 0)",
                [branch.id, taken, n, who, MONTH, MONTH, amount],
            )
        assert parts.of_receipt(work, branch_id=branch.id, receipt_id=taken) == {0: Income(14_000, 6_800, 28_000)}
        said = text_of(papers.cash(work, branch_id=branch.id, receipt_id=taken, language="id"))
    for word in ("Tanda terima tunai", "Lunas Sekali", "Cicil Dulu", "Rp14.000", "Rp48.800", "Rp20.000", "Rp68.800"):
        assert word in said, word
    assert "belum di bank" in said
    desk = logged_in(make_user(Role.BRANCH, Office.objects.get(id=branch.id)))
    page = desk.get(f"/console/custody/{branch.id}/receipt/{taken}/").content.decode()
    assert page.count("JKK Rp14.000 · JKM Rp6.800 · JHT Rp28.000") == 1
    paper = desk.get(f"/console/documents/cash/{branch.id}/{taken}.pdf")
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    stranger = logged_in(make_user(Role.BRANCH, Office.objects.get(id=make_branch().id)))
    assert stranger.get(f"/console/documents/cash/{branch.id}/{taken}.pdf").status_code == 404
