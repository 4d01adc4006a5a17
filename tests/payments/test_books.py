"""The books: what a bill's lines put on which account, balances of any moment, months closed and opened again."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import orjson
import pytest
from django.db import ProgrammingError, transaction

from perisai.accounts.models import Role
from perisai.contributions.bills.bill import lines_of
from perisai.contributions.tariffs import tariff_pu
from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.payments.books import ledger, period, trial_balance
from perisai.payments.books import report as books_report
from perisai.payments.books.ledger import Income
from perisai.payments.snap import notify
from perisai.payments.snap.partner import Call, get_partner
from tests.accounts.people import client_of, make_user, tree
from tests.payments.place import make_bank, make_billed, notifications
from tests.world import Branch, jakarta_today, make_branch

pytestmark = pytest.mark.usefixtures("database")
AUGUST = datetime(2026, 8, 20, 3, tzinfo=UTC)
AUGUST_FIRST = date(2026, 8, 1)
LATER = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "owed"),
    [
        ([["2026-11", 1_600_000, 16_000, 6_800, 0, 0, 22_800]], (16_000, 6_800, 0, 0, 0)),
        ([["2026-11", 1_600_000, 16_000, 6_800, 32_000, 11_400, 43_400]], (8_000, 3_400, 32_000, 0, 0)),
        ([["2026-11", 3_000_000, 12_000, 9_000, 171_000, 0, 284_200, 90_000, 2_200]], (12_000, 9_000, 171_000, 90_000, 2_200)),
        (
            [["2020-09", 3_000_000, 16_200, 9_000, 0, 25_100, 90_100, 90_000, 0, [16_150, 8_950, 0, 0, 0]]],
            (50, 50, 0, 90_000, 0),
        ),
        (
            [
                ["2026-11", 1_600_000, 16_000, 6_800, 0, 0, 22_800],
                ["2026-12", 3_000_000, 12_000, 9_000, 0, 0, 111_000, 90_000, 0],
            ],
            (28_000, 15_800, 0, 90_000, 0),
        ),
    ],
)  # fmt: skip
def test_income_of_lines_by_programme(lines: list[list[object]], owed: tuple[int, ...]) -> None:
    income = Income.of(lines)
    assert tuple(income) == owed
    assert income.total == sum(line[6] for line in lines)  # type: ignore[misc]
    assert sum(income.reversed()) == -income.total


@pytest.mark.parametrize("wage", [577_777, 1_122_217, 2_133_331, 4_000_000])
def test_relief_of_a_wage_earner_is_booked_as_it_was_taken_off_each_programme(wage: int) -> None:
    """Without JP too, and to the rupiah: the phone's receipt says the same."""
    (price,) = tariff_pu.price_pu(wage, frozenset({"JKK", "JKM", "JHT"}), "medium", [date(2020, 9, 1)])
    income = Income.of(lines_of([price]))
    owed = (price.jkk - price.relief_jkk, price.jkm - price.relief_jkm, price.jht, 0, 0)
    assert (tuple(income), income.total) == (owed, price.total)


def test_income_of_a_line_that_does_not_add_up_raises() -> None:
    with pytest.raises(ValueError, match="add up"):
        Income.of([["2026-11", 1_600_000, 16_000, 6_800, 0, 0, 22_801]])


def _moved(branch: Branch, at: datetime, jkk: int) -> None:
    with Work(scope=Scope.branch(branch.id), clock=FixedClock(at)) as work:
        ledger.record_billing(work, branch.id, jkk, 0, 0)
        ledger.reverse_billing(work, branch.id, jkk, 0, 0)


def _balance(branch: Branch, until: datetime) -> dict[str, tuple[int, int]]:
    with Work(scope=Scope.branch(branch.id)) as work:
        rows = trial_balance.before(work, branch_id=branch.id, until=until)
    assert sum(row.balance for row in rows) == 0
    return {row.account: (row.debit, row.credit) for row in rows}


def _close(branch: Branch, month: date, at: datetime = LATER, by: UUID | None = None) -> UUID:
    with Work(scope=Scope.branch(branch.id), clock=FixedClock(at), actor=Actor(by)) as work:
        return period.close(work, branch_id=branch.id, month=month)


def test_trial_balance_of_a_past_moment_stays_and_is_the_same_from_a_closed_month() -> None:
    branch = make_branch(target=None)
    _moved(branch, AUGUST, 10_000)
    _moved(branch, AUGUST + timedelta(days=40), 5_000)
    asked = [AUGUST, AUGUST + timedelta(days=1), AUGUST + timedelta(days=45)]
    before = [_balance(branch, at) for at in asked]
    assert [one.get("receivable") for one in before] == [None, (10_000, 10_000), (15_000, 15_000)]
    _close(branch, AUGUST_FIRST)
    assert [_balance(branch, at) for at in asked] == before
    with Work(scope=Scope.branch(branch.id)) as work:
        found = trial_balance.entries(work, branch_id=branch.id, account="income:jkk", until=asked[1])
    assert [(one["debit"], one["amount"]) for one in found] == [("income:jkk", 10_000), ("receivable", 10_000)]


def test_closed_month_takes_no_entry_whatever_the_clock_says() -> None:
    branch = make_branch(target=None)
    _moved(branch, AUGUST, 10_000)
    _close(branch, AUGUST_FIRST)
    with Work(scope=Scope.branch(branch.id)) as work:
        assert work.row("SELECT current_user") == ("perisai_web",)
        insert = (
            "INSERT INTO payments_ledger_entry (branch_id, at, debit, credit, amount)"
            " VALUES (%s, %s, 'receivable', 'income:jkk', 1)"
        )
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            work.execute(insert, [branch.id, AUGUST])
        for change in ("UPDATE payments_period SET balance = '[]'", "DELETE FROM payments_period"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                work.execute(change)  # type: ignore[arg-type]
    _moved(branch, AUGUST + timedelta(minutes=5), 7_000)
    assert _balance(branch, LATER)["receivable"] == (17_000, 17_000)
    with Work(scope=Scope.branch(branch.id)) as work:
        assert period.verify(work, branch_id=branch.id) == []
        late = trial_balance.entries(work, branch_id=branch.id, account="receivable", until=LATER)
    assert late[0]["at"] == datetime(2026, 8, 31, 17, tzinfo=UTC), "the first instant of September at the branch"


def test_close_out_of_turn_twice_or_too_early_refused() -> None:
    branch = make_branch(target=None)
    _moved(branch, AUGUST, 10_000)
    with pytest.raises(Refused, match="E4811"):
        _close(branch, AUGUST_FIRST, at=datetime(2026, 8, 31, 17, 30, tzinfo=UTC))
    with pytest.raises(Refused, match="E4812"):
        _close(branch, date(2026, 9, 1))
    _close(branch, AUGUST_FIRST)
    with pytest.raises(Refused, match="E4812"):
        _close(branch, AUGUST_FIRST)


def test_close_with_money_in_suspense_refused_until_it_is_listed() -> None:
    bank, owed = make_bank(), make_billed()
    bank.pay(owed.code, owed.amount + 1)
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        month = period.next_month(work, branch_id=owed.branch.id)
    assert month is not None
    clock = FixedClock(datetime.now(UTC) + timedelta(days=70))
    with Work(scope=Scope.branch(owed.branch.id), clock=clock) as work:
        missing = period._missing
        with pytest.raises(Refused, match="suspense: 1"):
            period.close(work, branch_id=owed.branch.id, month=month)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(period, "_missing", lambda *given: [one for one in missing(*given) if "<" not in one])
            period.close(work, branch_id=owed.branch.id, month=month, lists_undecided=True)
        (closed,) = period.closes(work, branch_id=owed.branch.id)
    assert str(notifications(bank)[0]["id"]) in str(closed["listed"])


def test_reopen_needs_a_reason_and_a_second_person_and_stays_visible() -> None:
    branch, first, second = make_branch(target=None), make_user(Role.BRANCH_HEAD).id, make_user(Role.BRANCH_HEAD).id
    _moved(branch, AUGUST, 10_000)
    closed = _close(branch, AUGUST_FIRST, by=first)

    def act(by: UUID, verb: Callable[..., None], **given: str) -> None:
        with Work(scope=Scope.branch(branch.id), actor=Actor(by)) as work:
            verb(work, branch_id=branch.id, period_id=closed, **given)

    with pytest.raises(Refused, match="E4814"):
        act(first, period.ask_to_reopen, reason="salah")
    with pytest.raises(Refused, match="E4814"):
        act(second, period.reopen)
    act(first, period.ask_to_reopen, reason="setoran 12 Agustus salah cabang")
    with pytest.raises(Refused, match="E4815"):
        act(first, period.reopen)
    act(second, period.reopen)
    with pytest.raises(Refused, match="E4813"):
        act(second, period.reopen)
    again = _close(branch, AUGUST_FIRST, by=second)
    with Work(scope=Scope.branch(branch.id)) as work:
        assert [one["id"] for one in period.closes(work, branch_id=branch.id)] == [again, closed]
        assert period.verify(work, branch_id=branch.id) == []
        kinds = work.rows("SELECT kind FROM events_event WHERE branch_id = %s ORDER BY number", [branch.id])
    assert [kind for (kind,) in kinds] == ["period_closed", "period_reopen_asked", "period_reopened", "period_closed"]


def test_notification_told_before_a_close_and_judged_after_it_is_booked_in_the_present_and_shown_as_late() -> None:
    bank = make_bank(scheme="asymmetric", reuse="replay")
    owed = make_billed(at=AUGUST)
    at = AUGUST + timedelta(hours=1)
    message = bank.payment(owed.code, owed.amount) | {"trxDateTime": at.isoformat(timespec="seconds")}
    _close(owed.branch, AUGUST_FIRST)
    call = Call("POST", "/", _headers(), orjson.dumps(message), at)
    assert notify.notify(call, get_partner(bank.credentials.client_key)).status == 200
    with Work(scope=Scope.branch(owed.branch.id)) as work:
        found = trial_balance.entries(
            work, branch_id=owed.branch.id, account=f"bank:{bank.credentials.client_key}", until=LATER
        )
        assert ledger.prove(work, owed.branch.id) == []
        assert period.verify(work, branch_id=owed.branch.id) == []
    assert [(one["at"], one["late_on"]) for one in found] == [(datetime(2026, 8, 31, 17, tzinfo=UTC), at.date())]


def _headers() -> dict[str, str]:
    return {"Content-Type": "application/json", "X-EXTERNAL-ID": "77001", "CHANNEL-ID": "95051"}


def test_pages_of_the_books_drill_close_and_open() -> None:
    branch_id = tree().branch.id
    owed = make_billed(Branch(branch_id))
    make_bank(scheme="asymmetric").pay(owed.code, owed.amount)
    head, other, clerk = (client_of(role) for role in (Role.BRANCH_HEAD, Role.BRANCH_HEAD, Role.BRANCH))
    page = clerk.get("/console/payments/books/")
    assert (page.status_code, "receivable" in page.content.decode()) == (200, True)
    account = clerk.get("/console/payments/books/account/", {"account": "receivable"})
    assert (account.status_code, owed.code in account.content.decode()) == (200, True)
    events = re.findall(r"<div>([^<]+) <span class=\"code muted\">(\d+)</span></div>", account.content.decode())
    with Work(scope=Scope.branch(branch_id)) as work:
        known = {number for (number,) in work.rows("SELECT number FROM events_event WHERE branch_id = %s", [branch_id])}
    assert events, "each entry names what happened"
    assert {int(number) for _, number in events} <= known
    act = "/console/payments/books/period/"
    assert clerk.post(act, {"act": "close"}).status_code == 403
    assert "E4811" in head.post(act, {"act": "close", "month": f"{jakarta_today():%Y-%m}"}).content.decode()
    assert "E4813" in other.post(act, {"act": "reopen", "period": ""}).content.decode()
    assert clerk.get("/console/payments/books/", {"branch": "1"}).status_code == 404
    for odd in ("9999-12-31T23:59", "0001-01-01T00:00+14:00"):
        assert clerk.get("/console/payments/books/", {"at": odd}).status_code == 200
        assert clerk.get("/console/payments/books/account/", {"at": odd, "account": "held"}).status_code == 200
    asked = {"act": "propose", "holder_kind": "member", "holder": "15\x0001"}
    form = {"data": urlencode(asked), "content_type": "application/x-www-form-urlencoded"}
    assert clerk.post("/console/payments/mandates/act/", **form).status_code == 400
    assert books_report.tell(branch_id=branch_id, at=None) == 0
