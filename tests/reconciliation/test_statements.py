"""Statements: taken whole or not at all; lines found among what the bank told us; what differs decided; the day closed."""

import io
import re
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from openpyxl import Workbook

from perisai.accounts.models import Role
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.payments.books import ledger
from perisai.payments.snap.exchange import bank_day
from perisai.reconciliation import day, deciding, jobs, matching, report, taking
from perisai.web.simulate.bank import BankSimulator
from tests.accounts.people import tree
from tests.payments.place import make_billed, notifications, read
from tests.payments.second import approve_all
from tests.reconciliation.books import NUMBER, Statement, client, make_account_bank
from tests.world import Branch

pytestmark = pytest.mark.usefixtures("database")
TODAY = bank_day(datetime.now(UTC))


def _take(bank: BankSimulator, data: bytes) -> UUID:
    with Work(scope=Scope.nation()) as work:
        return taking.take(work, bank_id=bank.credentials.client_key, name="mutasi.sta", data=data)


def _items(bank: BankSimulator) -> list[dict[str, Any]]:
    with Work(scope=Scope.nation()) as work:
        return work.dicts(
            "SELECT * FROM reconciliation_item WHERE bank_id = %s ORDER BY id", [bank.credentials.client_key]
        )


def _state(bank: BankSimulator, on: date = TODAY) -> day.DayState:
    with Work(scope=Scope.nation()) as work:
        return day.state(work, bank_id=bank.credentials.client_key, day=on)


def _kept(bank: BankSimulator) -> tuple[int, int]:
    with Work(scope=Scope.nation()) as work:
        (row,) = work.rows(
            "SELECT (SELECT count(*) FROM reconciliation_statement WHERE account_id = %(b)s),"
            " (SELECT count(*) FROM reconciliation_line WHERE bank_id = %(b)s)",
            {"b": bank.credentials.client_key},
        )
    return row[0], row[1]


def _pay(bank: BankSimulator, **changes: Any) -> Any:
    owed = make_billed(**changes)
    assert bank.pay(owed.code, owed.amount).status_code == 200
    return owed


@pytest.mark.parametrize("form", ["mt940", "csv"])
def test_take_statement_whose_lines_all_agree_closes_the_day(form: str) -> None:
    bank = make_account_bank()
    first, second = _pay(bank), _pay(bank)
    statement = Statement()
    statement.add(first.amount, f"VA {bank.credentials.service_id}{first.code} SITI AMINAH")
    statement.add(second.amount, f"TRF {notifications(bank)[1]['payment_request_id']}", "X1", days=1)
    _take(bank, getattr(statement, form)())
    assert _items(bank) == []
    state = _state(bank)
    assert (state.figures["found"], state.figures["notices"], state.is_explained) == (2, 2, True)
    with Work(scope=Scope.nation()) as work:
        assert day.close(work, bank_id=bank.credentials.client_key, day=TODAY).is_explained
    with Work(scope=Scope.nation()) as work, pytest.raises(Refused, match="E4808"):
        day.close(work, bank_id=bank.credentials.client_key, day=TODAY)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda s: s.mt940(closing=s.closing + 1), "E4802"),
        (lambda s: s.csv().replace(b"1.027.800,00", b"1.027.801,00"), "E4802"),
        (lambda s: s.mt940(account="999888777"), "E4806"),
        (lambda s: s.mt940().replace(b":61:", b":61:X"), "E4801"),
        (lambda s: s.mt940().replace(b"IDR", b"USD"), "E4801"),
        (lambda s: s.mt940().replace(b"22800,00", b"22800,50"), "E4817"),
        (lambda s: s.csv().replace(b"22.800,00", b"22.800,50"), "E4817"),
        (lambda s: s.csv().replace(b"22.800,00", b"22800.5"), "E4817"),
        (lambda s: s.csv().replace(b"1.022.800,00", b"1.022.800,01"), "E4817"),
        (lambda s: s.csv().replace(b"22.800,00", b"22.8.00"), "E4801"),
        (lambda s: s.csv().replace(b"22.800,00", b"dua puluh"), "E4801"),
        (lambda s: b"PK\x03\x04 no workbook", "E4801"),
        (lambda s: b"", "E4801"),
        (lambda s: Statement(opening=10**25, lines=s.lines).csv(), "E4801"),
        (lambda s: Statement(lines=[(TODAY, 10**19, "VA", "")]).mt940(), "E4801"),
        (lambda s: s.mt940().replace(b"NONREF//", b"NONREF//12\x0034"), "E4801"),
        (lambda s: Statement(lines=[(date(2006, 1, 2), 1_000, "VA", ""), *s.lines]).csv(), "E4801"),
    ],
)  # fmt: skip
def test_take_wrong_statement_refused_and_nothing_kept(spoil: Any, code: str) -> None:
    bank, statement = make_account_bank(), Statement()
    statement.add(22_800, "VA 1")
    statement.add(5_000, "VA 2")
    with pytest.raises(Refused, match=code):
        _take(bank, spoil(statement))
    assert _kept(bank) == (0, 0)


def test_sen_of_nothing_are_taken_and_real_ones_are_said_with_their_line() -> None:
    for plain in (b"5.000,00", b"5,000.00", b"5000", b"5000.0", b"Rp5.000"):
        bank, statement = make_account_bank(), Statement()
        statement.add(5_000, "VA 2")
        _take(bank, statement.csv().replace(b";5.000,00;", b";" + plain + b";"))
        assert _kept(bank) == (1, 1), plain
    bank, statement = make_account_bank(), Statement()
    statement.add(22_800, "VA 1")
    statement.add(5_000, "BUNGA")
    with pytest.raises(Refused) as refused:
        _take(bank, statement.csv().replace(b";5.000,00;", b";5.000,37;"))
    assert refused.value.code == "E4817"
    said = refused.value.text()
    assert "Baris atau saldo 2 " in said["id"]
    assert "Rp5.000,37" in said["id"]
    assert "Line or balance 2 " in said["en"]


def test_take_same_file_gap_and_overlap_refused_and_what_follows_taken() -> None:
    bank, statement = make_account_bank(), Statement(on=TODAY - timedelta(days=3))
    statement.add(5_000, "SETORAN 123456")
    _take(bank, statement.mt940())
    with pytest.raises(Refused, match="E4805"):
        _take(bank, statement.mt940())
    overlap = Statement(opening=statement.closing, on=statement.on)
    overlap.add(7_000, "SETORAN 77")
    with pytest.raises(Refused, match="E4804"):
        _take(bank, overlap.mt940())
    late = Statement(opening=statement.closing + 1, on=TODAY)
    late.add(7_000, "SETORAN 77")
    with pytest.raises(Refused, match="E4803"):
        _take(bank, late.mt940())
    late.opening = statement.closing
    _take(bank, late.csv())
    assert _kept(bank) == (2, 2)
    assert _state(bank, TODAY - timedelta(days=1)).is_covered


def test_match_finds_by_code_with_the_bank_clock_a_day_off_and_net_of_its_fee() -> None:
    bank = make_account_bank(fee_each=1_500)
    owed, dear = _pay(bank), _pay(bank, income=5_000_000)
    statement = Statement(on=TODAY - timedelta(days=1))
    statement.add(owed.amount, f"VA {owed.code}")
    statement.add(dear.amount - 1_500, f"VA {dear.code}", days=1)
    _take(bank, statement.mt940())
    assert _items(bank) == []
    assert _state(bank).figures["fees"] == 1_500
    account = ledger.bank_account(bank.credentials.client_key)
    with Work(scope=Scope.nation()) as work:
        for back in (1, 0):
            day.close(work, bank_id=bank.credentials.client_key, day=TODAY - timedelta(days=back))
    for one, fee in ((owed, 0), (dear, 1_500)):
        with Work(scope=Scope.branch(one.branch.id)) as work:
            booked = ledger.balance(work, one.branch.id)
            assert (booked[account], booked.get(ledger.FEE, 0)) == (one.amount - fee, fee), "as the statement says"
            assert ledger.prove(work, one.branch.id) == []


def test_match_a_line_that_sums_a_day() -> None:
    bank = make_account_bank(settles="day", fee_bps=70)
    paid = [_pay(bank) for _ in range(3)]
    statement = Statement()
    statement.add(sum(one.amount - one.amount * 70 // 10_000 for one in paid), "SETTLEMENT QRIS")
    _take(bank, statement.mt940())
    assert _items(bank) == []
    assert _state(bank).figures["found"] == 3


def _odd(bank: BankSimulator) -> tuple[Statement, list[Any]]:
    """A statement with a line of every kind that does not agree."""
    paid = [_pay(bank), _pay(bank), _pay(bank), make_billed()]
    statement = Statement()
    statement.add(paid[0].amount, f"VA {paid[0].code}", "REF0000001")
    statement.add(paid[0].amount, f"VA {paid[0].code}", "REF0000001")
    statement.add(paid[1].amount - 777, f"VA {paid[1].code}", "REF0000002")
    statement.add(paid[3].amount, f"VA {paid[3].code}", "REF0000004")
    statement.add(-6_500, "BIAYA ADM")
    return statement, paid


def test_list_names_each_kind_and_decisions_close_the_day() -> None:
    bank = make_account_bank()
    statement, paid = _odd(bank)
    _take(bank, statement.mt940())
    items = {one["kind"]: one for one in _items(bank)}
    assert set(items) == {"double", "amount", "missing", "outgoing", "unmatched"}
    assert items["missing"]["branch_id"] == paid[3].branch.id
    assert (items["amount"]["other"], items["amount"]["amount"]) == (paid[1].amount, paid[1].amount - 777)
    branch = Scope.of([one.branch.id for one in paid])
    with Work(scope=branch, actor=Actor(user_id=uuid7())) as work:
        deciding.credit(work, item_id=items["missing"]["id"], code=paid[3].code, note="")
    assert read(paid[3])["state"] == "accepted", "one person alone books nothing"
    approve_all(paid[3].branch.id)
    assert read(paid[3])["state"] == "active"
    with Work(scope=Scope.nation()) as work, pytest.raises(Refused, match="E4808"):
        deciding.credit(work, item_id=items["missing"]["id"], code=paid[3].code, note="")
    with Work(scope=branch, actor=Actor(user_id=uuid7())) as work:
        back = deciding.refund(work, item_id=items["double"]["id"], note="")
        assert work.row("SELECT state FROM payments_notification WHERE id = %s", [back]) == ("suspense",)
    approve_all(paid[0].branch.id)
    with Work(scope=branch) as work:
        assert work.row("SELECT state FROM payments_notification WHERE id = %s", [back]) == ("resolved",)
    with Work(scope=Scope.nation()) as work, pytest.raises(Refused, match="E4807"):
        day.close(work, bank_id=bank.credentials.client_key, day=TODAY)
    with Work(scope=Scope.branch(paid[2].branch.id)) as work, pytest.raises(Refused, match="E4809"):
        deciding.explain(work, item_id=items["unmatched"]["id"], reason="reversed_by_bank", note="")
    for kind, reason in (("amount", "bank_error"), ("outgoing", "bank_fee"), ("unmatched", "cut_off")):
        where = items[kind]["branch_id"]
        with Work(scope=Scope.branch(where) if where else Scope.nation()) as work:
            deciding.explain(work, item_id=items[kind]["id"], reason=reason, note="")
    with Work(scope=Scope.nation()) as work:
        assert day.close(work, bank_id=bank.credentials.client_key, day=TODAY).figures["explained"] == 1
        for one in paid:
            assert ledger.prove(work, one.branch.id) == []


def test_more_on_the_statement_than_was_told_is_explained_with_a_note_alone() -> None:
    bank = make_account_bank()
    owed = _pay(bank)
    statement = Statement()
    statement.add(owed.amount + 5_000, f"VA {owed.code}", "REF0000009")
    _take(bank, statement.mt940())
    (item,) = _items(bank)
    assert (item["kind"], item["amount"] - item["other"]) == ("amount", 5_000)
    for reason, note, code in (("bank_error", "", "E4816"), ("bank_error", "  salah  ", "E4816"), ("other", "", "E4816"),
                               ("bank_fee", "biaya bank dikembalikan", "E4809")):  # fmt: skip
        with Work(scope=Scope.nation()) as work, pytest.raises(Refused, match=code):
            deciding.explain(work, item_id=item["id"], reason=reason, note=note)
    with Work(scope=Scope.nation()) as work:
        deciding.explain(work, item_id=item["id"], reason="bank_error", note="bank menarik 5.000 besok")
    assert _items(bank)[0]["state"] == "decided"


def test_later_statement_clears_what_waited() -> None:
    bank = make_account_bank()
    owed = _pay(bank)
    statement = Statement(on=TODAY)
    statement.add(-1_000, "BIAYA")
    _take(bank, statement.mt940())
    waiting = next(one for one in _items(bank) if one["kind"] == "unmatched")
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        deciding.wait(work, item_id=waiting["id"], until=TODAY + timedelta(days=2), note="bank: besok")
    later = Statement(opening=statement.closing, on=TODAY + timedelta(days=1))
    later.add(owed.amount, f"VA {owed.code}")
    _take(bank, later.mt940())
    assert {one["kind"]: one["state"] for one in _items(bank)} == {"unmatched": "cleared", "outgoing": "open"}


def test_attach_joins_halves_only_where_no_money_is_left_over() -> None:
    bank = make_account_bank()
    owed = _pay(bank)
    statement = Statement()
    for amount in (owed.amount + 1, owed.amount - 2_500):
        statement.add(amount, "SETORAN TUNAI")
    _take(bank, statement.mt940())
    more, less, notice = sorted(_items(bank), key=lambda one: (one["kind"], -one["amount"]))
    joined = {"other_id": notice["id"], "note": ""}
    with Work(scope=Scope.nation()) as work, pytest.raises(Refused, match="E4809"):
        deciding.attach(work, item_id=more["id"], **joined | {"note": "setoran lewat teller"})
    with Work(scope=Scope.nation()) as work, pytest.raises(Refused, match="E4809"):
        deciding.attach(work, item_id=less["id"], **joined)
    with Work(scope=Scope.nation()) as work:
        deciding.attach(work, item_id=less["id"], **joined | {"note": "biaya kliring bank"})
    assert [one["state"] for one in _items(bank) if one["id"] != more["id"]] == ["decided", "decided"]


def test_match_while_a_person_decides_about_a_line_gives_it_to_nobody_else() -> None:
    """The bank tells the payment late, just as somebody has its line booked."""
    bank = make_account_bank()
    owed = make_billed()
    statement = Statement()
    statement.add(owed.amount, f"VA {owed.code}")
    _take(bank, statement.mt940())
    (item,) = _items(bank)
    assert bank.pay(owed.code, owed.amount).status_code == 200

    def match() -> None:
        try:
            with Work(scope=Scope.nation()) as work:
                matching.match(work, bank_id=bank.credentials.client_key)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with Work(scope=Scope.branch(owed.branch.id)) as work:
            deciding.to_suspense(work, item_id=item["id"], note="")
            matched = pool.submit(match)
            wait([matched], timeout=0.5)
        matched.result()
    with Work(scope=Scope.nation()) as work:
        rows = work.rows("SELECT 1 FROM reconciliation_match WHERE line_id = %s", [item["line_id"]])
    assert len(rows) == 1
    assert sorted(one["kind"] for one in _items(bank)) == ["missing", "unmatched"]


def test_decision_of_another_branch_refused() -> None:
    bank = make_account_bank()
    statement, _ = _odd(bank)
    _take(bank, statement.mt940())
    item = next(one for one in _items(bank) if one["kind"] == "missing")
    with Work(scope=Scope.branch(make_billed().branch.id)) as work, pytest.raises(Refused, match="E1004"):
        deciding.to_suspense(work, item_id=item["id"], note="")


def test_job_matches_what_the_bank_tells_after_its_statement_and_home_counts_what_is_old() -> None:
    bank, owed = make_account_bank(), make_billed()
    statement = Statement()
    statement.add(owed.amount, f"VA {owed.code}")
    _take(bank, statement.mt940())
    assert [one["kind"] for one in _items(bank)] == ["missing"]
    head = client(Role.HEAD_OFFICE)
    count = _old_at_home(head)
    with Work(scope=Scope.nation()) as work:
        sql = "UPDATE reconciliation_item SET opened_at = opened_at - interval '3 days' WHERE bank_id = %s"
        work.execute(sql, [bank.credentials.client_key])
    assert _old_at_home(head) == count + 1
    assert bank.pay(owed.code, owed.amount).status_code == 200
    assert jobs.match_all.func(0) >= 1
    assert [one["state"] for one in _items(bank)] == ["cleared"]
    assert _old_at_home(head) == count


def _old_at_home(head: Client) -> int:
    page = head.get("/console/").content.decode()
    found = re.search(r'<a data-row href="/console/reconciliation/">.*?<b>(\d+)</b>', page)
    return int(found[1]) if found else 0


def test_payment_that_the_bank_took_back_leads_to_its_refund_with_all_filled_in() -> None:
    bank, branch_id = make_account_bank(), tree().branch.id
    owed = make_billed(Branch(branch_id))
    assert bank.pay(owed.code, owed.amount).status_code == 200
    statement = Statement()
    statement.add(-6_500, "BIAYA ADM")
    _take(bank, statement.mt940())
    clerk = client(Role.BRANCH)
    item = next(one for one in _items(bank) if one["kind"] == "unmatched")
    page = clerk.get(f"/console/reconciliation/items/{item['id']}/").content.decode()
    (address,) = re.findall(r'href="(/console/payments/refunds/[^"]+)"', page)
    form = clerk.get(address.replace("&amp;", "&")).content.decode()
    chosen = re.findall(r'<option value="([^"]+)" selected', form)
    assert [str(item["notification_id"]), "bank_error"] == chosen
    sent = {"payment": chosen[0], "reason": chosen[1], "amount": "0", "note": "mutasi"}
    assert clerk.post(address.partition("?")[0], sent).status_code == 302


def _picture(bank: BankSimulator) -> Any:
    with Work(scope=Scope.nation()) as work:
        return work.rows(
            "SELECT l.number, l.state, n.payment_request_id, i.kind FROM reconciliation_line l"
            " LEFT JOIN reconciliation_match m ON m.line_id = l.id LEFT JOIN payments_notification n ON n.id = m.notification_id"
            " LEFT JOIN reconciliation_item i ON i.line_id = l.id WHERE l.bank_id = %s ORDER BY l.number",
            [bank.credentials.client_key],
        )


def test_match_killed_in_the_middle_leaves_nothing_and_runs_again_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = make_account_bank()
    statement, _ = _odd(bank)
    listed = matching._LIST_NOTICES
    monkeypatch.setattr(
        matching, "_LIST_NOTICES", ", dies AS (SELECT pg_terminate_backend(pg_backend_pid())) SELECT * FROM dies"
    )
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the driver says of a connection that is gone
        _take(bank, statement.mt940())
    connection.close()
    assert _kept(bank) == (0, 0)
    monkeypatch.setattr(matching, "_LIST_NOTICES", listed)
    _take(bank, statement.mt940())
    once, items = _picture(bank), _items(bank)
    with Work(scope=Scope.nation()) as work:
        matching.match(work, bank_id=bank.credentials.client_key)
    assert (_picture(bank), _items(bank)) == (once, items)


def test_same_file_sent_twice_at_once_is_taken_once() -> None:
    bank = make_account_bank()
    statement, _ = _odd(bank)
    data = statement.mt940()

    def send() -> str:
        try:
            _take(bank, data)
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(one.result() for one in [pool.submit(send), pool.submit(send)]) == ["E4805", "taken"]
    assert _kept(bank) == (1, len(statement.lines))


def test_pages_take_clear_up_and_close(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bank = make_account_bank()
    bank_id = bank.credentials.client_key
    head, clerk = client(Role.HEAD_OFFICE), client(Role.BRANCH)
    owed = _pay(bank)
    statement = Statement()
    statement.add(owed.amount, f"VA {owed.code}")
    statement.add(-6_500, "BIAYA ADM")
    wrong = SimpleUploadedFile("mutasi.sta", statement.mt940(closing=1))
    refused = head.post("/console/reconciliation/send/", {"bank": bank_id, "file": wrong})
    assert (refused.status_code, "E4802" in refused.content.decode(), _kept(bank)) == (422, True, (0, 0))
    assert clerk.post("/console/reconciliation/send/", {"bank": bank_id}).status_code == 403
    right = SimpleUploadedFile("mutasi.sta", statement.mt940())
    assert head.post("/console/reconciliation/send/", {"bank": bank_id, "file": right}).status_code == 302
    assert report.reconcile(on=TODAY, bank_id=bank_id) == 1
    assert "left outgoing: 1, Rp6500" in capsys.readouterr().out
    address = f"/console/reconciliation/items/{_items(bank)[0]['id']}/"
    assert "BIAYA ADM" in head.get(address).content.decode()
    assert clerk.get(address).status_code == 404
    day_address = f"/console/reconciliation/days/{bank_id}/{TODAY}/"
    assert "E4807" in head.post(f"{day_address}close/").content.decode()
    assert "E4809" in head.post(f"{address}decide/", {"act": "explain", "reason": "interest"}).content.decode()
    assert head.post(f"{address}decide/", {"act": "explain", "reason": "bank_fee", "note": "Nov"}).status_code == 302
    assert head.post(f"{day_address}close/").status_code == 302
    assert head.get(day_address).status_code == 200
    assert report.reconcile(on=TODAY, bank_id=bank_id) == 0
    assert head.get("/console/reconciliation/").status_code == 200
    file = tmp_path / "mutasi.csv"
    file.write_bytes(statement.csv())
    assert report.reconcile(on=None, bank_id=bank_id, statement=str(file)) == 1
    assert "E4804" in capsys.readouterr().out


def test_account_settings_checked_and_number_never_shown() -> None:
    bank, head = make_account_bank(), client(Role.HEAD_OFFICE)
    address = f"/console/reconciliation/accounts/{bank.credentials.client_key}/"
    form = {
        "number": "",
        "settles": "day",
        "window_days": "1",
        "fee_each": "0",
        "fee_bps": "70",
        "columns": "Tgl Trx = booked_on",
    }
    assert NUMBER not in head.get(address).content.decode()
    for days in ("99", "0" * 9 + "9" * 12):
        assert head.post(address, form | {"window_days": days}).status_code == 422
    assert head.post(address, form | {"columns": "Tgl = nothing"}).status_code == 422
    assert head.post(address, form).status_code == 302
    assert "Tgl Trx = booked_on" in head.get(address).content.decode()


def test_statement_whose_amounts_are_merged_cells_is_refused_and_nothing_kept() -> None:
    bank, statement = make_account_bank(), Statement()
    statement.add(22_800, "VA 1")
    statement.add(5_000, "VA 2")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in statement.csv().decode().splitlines():
        sheet.append(line.split(";"))
    sheet.merge_cells("E3:E4")
    data = io.BytesIO()
    book.save(data)
    with pytest.raises(Refused, match=r"E480[12]"):
        _take(bank, data.getvalue())
    assert _kept(bank) == (0, 0)
