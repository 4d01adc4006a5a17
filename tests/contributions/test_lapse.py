"""Memberships end by the branch's day, arrears are dropped, and coming back is a new first registration."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from perisai.contributions.bills import bill
from perisai.contributions.cover import lapse, reactivate, spell
from perisai.contributions.cover.cover import standing
from perisai.contributions.runs import run
from perisai.errors import Refused
from perisai.members.enrolments.activation import find_standing
from perisai.members.enrolments.expire import expire_unpaid
from perisai.payments.books import ledger
from tests.contributions.covered import Members, bills, make_members, pay
from tests.payments.place import make_bank, notifications

pytestmark = pytest.mark.usefixtures("database")
JULY, NOVEMBER, DECEMBER = date(2026, 7, 1), date(2026, 11, 1), date(2026, 12, 1)
NIGHT = datetime(2026, 10, 31, 17, tzinfo=UTC)
"""Midnight of 1 November at the branch."""


def _lapse(members: Members, at: datetime) -> int:
    with members.work(at) as work:
        return lapse.lapse_due(work, branch_id=members.branch.id, timezone=members.branch.timezone)


def _states(members: Members) -> list[str]:
    with members.work() as work:
        return [
            row[0]
            for row in work.rows(
                "SELECT state FROM members_enrolment WHERE branch_id = %s ORDER BY id", [members.branch.id]
            )
        ]


def _ask(members: Members, **answers: object) -> reactivate.Asked:
    said = reactivate.Answers.model_validate(
        {"enrolment": members.ids[0], "is_working": True, "is_well": True} | answers
    )
    with members.work(NOVEMBER) as work:
        return reactivate.ask(work, branch_id=members.branch.id, timezone=members.branch.timezone, answers=said)


def test_membership_ends_with_the_fourth_month_of_the_branch_and_not_a_second_before(database: Path) -> None:
    members = make_members(3, paid=JULY)
    assert _lapse(members, datetime(2026, 10, 31, 16, 59, 59, tzinfo=UTC)) == 0
    assert _lapse(members, NIGHT) == 3
    assert _lapse(members, NIGHT) == 0
    assert _states(members) == ["lapsed"] * 3


def test_lapse_drops_open_bills_by_counter_entry_and_closes_the_spell(database: Path) -> None:
    members = make_members(2, paid=JULY)
    for month in (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)):
        with members.work(month) as work:
            run.issue_month(work, branch_id=members.branch.id, timezone=members.branch.timezone, month=month)
    _lapse(members, NIGHT)
    assert {row[3] for row in bills(members)} == {"cancelled"}
    with members.work() as work:
        assert ledger.prove(work, members.branch.id) == []
        assert ledger.balance(work, members.branch.id).get("receivable", 0) == 0
        assert [s.ended for s in spell.history(work, branch_id=members.branch.id, enrolment_id=members.ids[0])] == [
            NOVEMBER
        ]
        events = work.rows(
            "SELECT (detail::jsonb ->> 'dropped')::bigint > 0 FROM events_event WHERE branch_id = %s AND kind = 'member_lapsed'",
            [members.branch.id],
        )
    assert events == [(True,), (True,)]


def test_who_comes_back_begins_a_new_spell_with_the_payment(database: Path) -> None:
    members = make_members(1, paid=JULY)
    _lapse(members, NIGHT)
    _ask(members)
    assert _states(members) == ["accepted"]
    at = datetime(2026, 11, 5, 3, tzinfo=UTC)
    pay(members, members.ids[0], at, make_bank().credentials.client_key)
    with members.work() as work:
        spells = spell.history(work, branch_id=members.branch.id, enrolment_id=members.ids[0])
        row = work.row(
            "SELECT state, paid_through, first_month, cover_from FROM members_enrolment WHERE branch_id = %s",
            [members.branch.id],
        )
        kinds = [
            k
            for (k,) in work.rows(
                "SELECT kind FROM events_event WHERE branch_id = %s ORDER BY number", [members.branch.id]
            )
        ]
        (ended,) = work.rows("SELECT ended_as FROM contributions_return WHERE branch_id = %s", [members.branch.id])
        assert ledger.prove(work, members.branch.id) == []
    assert [(one.began, one.ended) for one in spells] == [(date(2026, 6, 1), NOVEMBER), (date(2026, 11, 5), None)]
    assert spells[1].first_month == NOVEMBER
    assert row == ("active", NOVEMBER, date(2026, 6, 1), at)
    assert kinds[-2:] == ["payment_confirmed", "member_reactivated"]
    assert ended == ("paid",)


@pytest.mark.parametrize(
    ("changes", "birth", "code"),
    [
        ({"is_working": False}, date(1985, 3, 2), "E4111"),
        ({"is_well": False}, date(1985, 3, 2), "E4112"),
        ({}, date(1961, 11, 1), "E4113"),
        ({}, date(1961, 11, 2), None),
    ],
)
def test_who_does_not_work_is_ill_or_is_65_cannot_come_back(
    database: Path, changes: dict[str, object], birth: date, code: str | None
) -> None:
    members = make_members(1, paid=JULY, birth=birth)
    _lapse(members, NIGHT)
    if code is None:
        _ask(members, **changes)
        return
    with pytest.raises(Refused) as refused:
        _ask(members, **changes)
    assert refused.value.code == code
    assert _states(members) == ["lapsed"]


def test_member_past_65_goes_on_paying(database: Path) -> None:
    members = make_members(1, paid=date(2026, 10, 1), birth=date(1955, 1, 1))
    with members.work(NOVEMBER) as work:
        issued = run.issue_month(work, branch_id=members.branch.id, timezone="Asia/Jakarta", month=NOVEMBER)
    assert issued.bills == 1


def test_return_that_nobody_paid_lapses_again_and_keeps_the_nik(database: Path) -> None:
    members = make_members(1, paid=JULY)
    _lapse(members, NIGHT)
    asked = _ask(members)
    with members.work(asked.bill.pay_by + bill.LATE_NOTICE * 2) as work:
        assert expire_unpaid(work, branch_id=members.branch.id) == 1
    assert _states(members) == ["lapsed"]
    _ask(members)  # and may ask once more
    assert _states(members) == ["accepted"]


def test_member_who_has_not_lapsed_is_told_so(database: Path) -> None:
    members = make_members(1, paid=date(2026, 10, 1))
    with pytest.raises(Refused, match="E4110"):
        _ask(members)
    with members.work() as work:
        found = find_standing(work, branch_id=members.branch.id, enrolment_id=members.ids[0])
    assert found is not None
    assert found.state == "active"


@pytest.mark.parametrize(
    ("today", "word", "owed"),
    [
        (date(2026, 7, 31), "protected", 0),
        (date(2026, 8, 1), "catch_up", 1),
        (date(2026, 10, 31), "catch_up", 3),
        (date(2026, 11, 1), "ended", 0),
    ],
)
def test_three_states_of_cover_turn_on_their_days(today: date, word: str, owed: int) -> None:
    stands = standing(state="active", paid_through=JULY, today=today)
    assert (stands.word, len(stands.owed_months)) == (word, owed)
    assert stands.protected_through == date(2026, 7, 31)


def test_wage_earner_is_never_told_that_membership_ended_for_what_the_employer_owes() -> None:
    stands = standing(state="active", paid_through=JULY, today=date(2026, 12, 5), segment="PU")
    assert (stands.word, stands.catch_up_until, len(stands.owed_months)) == ("catch_up", date(2026, 12, 31), 5)
    assert standing(state="ended", paid_through=JULY, today=date(2026, 12, 5), segment="PU").word == "ended"


def test_old_code_of_somebody_who_lapsed_is_answered_clearly_and_the_money_waits(database: Path) -> None:
    members = make_members(1, paid=JULY)
    with members.work(date(2026, 8, 1)) as work:
        run.issue_month(work, branch_id=members.branch.id, timezone=members.branch.timezone, month=date(2026, 8, 1))
        (code,) = work.rows(
            "SELECT payment_code, amount FROM contributions_bill WHERE branch_id = %s", [members.branch.id]
        )
    _lapse(members, NIGHT)
    bank = make_bank()
    answer = bank.send("/transfer-va/payment", bank.payment(code[0], code[1])).json()
    assert "Membership has ended" in str(answer)
    assert [row["state"] for row in notifications(bank)] == ["suspense"]
    assert _states(members) == ["lapsed"]
