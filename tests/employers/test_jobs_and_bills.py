"""Joiners, leavers and wages by month, and one bill for all of an employer's workers."""

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perisai.errors import Refused
from tests.employers.conftest import TODAY, Firm, form, month, register, row
from tests.employers.test_pages import client_of
from tests.payments.place import make_bank
from tests.world import make_branch, system_work


def ids(firm: Firm) -> list[UUID]:
    return [one[0] for one in firm.ask("SELECT enrolment_id FROM employers_job WHERE branch_id = %s ORDER BY 1")]


def told(amount: int) -> Any:
    from perisai.employers.wage import Told

    return Told("monthly", (amount,))


def office() -> Any:
    from perisai.employers.job import From

    return From("console")


def bill(firm: Firm, at: int = 0) -> Any:
    from perisai.employers import bill

    return firm.act(bill.make, month=month(at))


def renew(firm: Firm) -> Any:
    from perisai.employers import bill

    return firm.act(bill.renew)


def leave(firm: Firm, who: UUID, last: date) -> None:
    from perisai.employers import job

    firm.act(job.leave, leavers=[job.Leaver(who, last)], told_by=office(), today=TODAY)


def test_one_bill_for_all_is_made_anew_when_somebody_joins_leaves_or_earns_more(firm: Firm) -> None:
    from perisai.employers import job
    from perisai.employers.job import NewWage

    firm.bring_in([row(wage=2_000_000), row(wage=1_000_000)])
    made = bill(firm)
    assert (made.workers, made.amount) == (2, 3_000_000 * (54 + 30) // 10_000)
    assert bill(firm) == made
    assert made.due_on >= month(1).replace(day=15)
    assert renew(firm) == []
    firm.bring_in([row(wage=1_500_000)])
    ((state, workers),) = firm.ask(
        "SELECT string_agg(state, ',' ORDER BY made_at), max(workers) FROM employers_bill WHERE branch_id = %s"
    )
    assert (state, workers) == ("cancelled,open", 3)
    ((who,),) = firm.ask("SELECT id FROM members_enrolment WHERE branch_id = %s AND income = 1000000")
    firm.act(job.change_wages, wages=[NewWage(who, month(0), told(4_000_000))], told_by=office(), today=TODAY)
    (again,) = renew(firm)
    assert again.amount == 7_500_000 * 84 // 10_000
    leave(firm, who, month(-1))
    (less,) = renew(firm)
    assert (less.workers, less.amount) == (2, 3_500_000 * 84 // 10_000)
    balance = firm.ask(
        "SELECT sum(CASE WHEN debit = 'receivable' THEN amount ELSE 0 END)"
        " - sum(CASE WHEN credit = 'receivable' THEN amount ELSE 0 END) FROM payments_ledger_entry WHERE branch_id = %s"
    )
    assert balance == [(less.amount,)]


def test_nobody_is_billed_after_leaving_and_a_mistake_is_corrected(firm: Firm) -> None:
    from perisai.contributions.runs import run
    from perisai.employers import job

    firm.bring_in([row(), row()])
    who, other = ids(firm)
    leave(firm, who, month(0))
    leave(firm, who, month(0))  # twice is once
    assert bill(firm).workers == 2
    assert bill(firm, 1).workers == 1
    with system_work(firm.branch) as work:
        issued = run.issue_month(work, branch_id=firm.branch.id, timezone="Asia/Jakarta", month=month(2), segment="PU")
    assert issued.bills == 1
    firm.act(job.stay, enrolment_id=who, told_by=office())
    assert renew(firm)[0].workers == 2
    kinds = firm.ask(
        "SELECT kind FROM employers_change WHERE branch_id = %s AND enrolment_id = %s ORDER BY id",
        [firm.branch.id, who],
    )
    assert [kind for (kind,) in kinds] == ["joined", "left", "stays"]
    with pytest.raises(Refused, match="E4416"):
        leave(firm, other, month(-3))


def test_cover_of_who_left_ends_with_the_month(firm: Firm) -> None:
    from perisai.employers import job

    firm.bring_in([row(), row()])
    who, _ = ids(firm)
    leave(firm, who, month(0))
    with system_work(firm.branch) as work:
        assert job.end_who_left(work, branch_id=firm.branch.id, today=TODAY) == 0
        assert job.end_who_left(work, branch_id=firm.branch.id, today=month(1)) == 1
        assert job.end_who_left(work, branch_id=firm.branch.id, today=month(1)) == 0
    assert firm.ask("SELECT state FROM members_enrolment WHERE branch_id = %s ORDER BY id") == [
        ("ended",),
        ("accepted",),
    ]


def test_programmes_follow_the_scale(database: object) -> None:
    branch = make_branch()
    small = Firm(branch, register(branch, scale="small", risk="high"))
    medium = Firm(branch, register(branch, scale="medium", optional=frozenset({"JKP"})))
    small.bring_in([row(wage=2_000_000)])
    medium.bring_in([row(wage=2_000_000, birth_date="1995-05-05")])
    got = small.ask("SELECT employer_id, programmes FROM members_enrolment WHERE branch_id = %s")
    assert dict(got) == {small.id: ["JHT", "JKK", "JKM"], medium.id: ["JHT", "JKK", "JKM", "JKP", "JP"]}
    assert bill(small).amount == 2_000_000 * (127 + 30 + 370 + 200) // 10_000
    assert bill(medium).amount == 2_000_000 * (54 + 30 + 370 + 200 + 200 + 100) // 10_000


def test_a_lookalike_is_told_and_an_npp_belongs_to_one_in_the_country(firm: Firm) -> None:
    from perisai.employers import employer

    other = make_branch()
    with system_work(firm.branch) as work:
        phone = work.row("SELECT phone FROM employers_employer WHERE branch_id = %s", [firm.branch.id])
        assert phone is not None
        with pytest.raises(Refused, match="E4402"):
            employer.register(
                work, branch_id=firm.branch.id, form=form(phone=phone[0]), care=employer.Care(), source="console"
            )
        made, alike = employer.register(
            work,
            branch_id=firm.branch.id,
            form=form(phone=phone[0]),
            care=employer.Care(),
            source="console",
            is_another=True,
        )
        assert [(one.id, one.why) for one in alike] == [(firm.id, ("phone",))]
        npp = f"JB{firm.branch.id:06d}"
        employer.set_npp(work, branch_id=firm.branch.id, employer_id=made, npp=npp)
    there = register(other)
    with system_work(other) as work, pytest.raises(Refused, match="E4403"):
        employer.set_npp(work, branch_id=other.id, employer_id=there, npp=npp.lower())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nib": "12"}, "nib"),
        ({"npwp": "x"}, "npwp"),
        ({"region": "15"}, "region"),
        ({"scale": "big"}, "scale"),
        ({"owner_nik": "1"}, "owner_nik"),
    ],
)
def test_a_wrong_field_is_named(firm: Firm, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused, match=f"E4401.*{field}"):
        register(firm.branch, **changes)


def test_a_worker_accepted_by_a_person_is_billed_with_the_others(firm: Firm) -> None:
    from perisai.members.reviews import review

    person = row()
    firm.bring_in([person])
    other = Firm(firm.branch, register(firm.branch))
    other.bring_in([person, row()])
    leave(firm, ids(firm)[0], month(0))
    ((review_id,),) = other.ask("SELECT id FROM members_review WHERE branch_id = %s AND state = 'open'")
    with system_work(firm.branch) as work:
        decided = review.accept(work, branch_id=firm.branch.id, timezone="Asia/Jakarta", review_id=review_id)
    assert decided.issued is None
    assert other.ask("SELECT count(*) FROM contributions_bill WHERE branch_id = %s") == [(0,)]
    assert bill(other).workers == 2


def test_a_paid_bill_is_paid_and_a_later_joiner_gets_a_bill_of_its_own(firm: Firm) -> None:
    firm.bring_in([row(), row()])
    made = bill(firm)
    with system_work(firm.branch) as work:
        work.execute(
            "UPDATE payments_order SET state = 'paid', ended_at = now() WHERE branch_id = %s AND id = %s",
            [firm.branch.id, made.order_id],
        )
        work.execute(
            "UPDATE contributions_bill SET state = 'paid' WHERE branch_id = %s AND first_month = %s",
            [firm.branch.id, month(0)],
        )
        work.execute(
            "UPDATE members_enrolment SET state = 'active', paid_through = %s WHERE branch_id = %s",
            [month(0), firm.branch.id],
        )
    assert renew(firm) == []
    firm.bring_in([row()])
    again = bill(firm)
    assert (again.workers, again.id == made.id) == (1, False)
    assert firm.ask("SELECT state FROM employers_bill WHERE branch_id = %s ORDER BY made_at") == [("paid",), ("open",)]
    with pytest.raises(Refused, match="E4415"):
        leave(firm, ids(firm)[0], month(-1))


def test_an_order_paid_at_a_bank_covers_every_worker_for_the_month_worked(firm: Firm) -> None:
    """The first month of wage earners, paid in a later month, is the month they worked: only what a self-employed
    person has never paid moves to the month of payment."""
    from perisai.documents import papers
    from perisai.payments.books import ledger

    bank = make_bank(scheme="asymmetric")
    firm.bring_in([row(from_month=month(-1), wage=2_000_000), row(from_month=month(-1), wage=1_000_000)])
    earlier, now = bill(firm, -1), bill(firm)
    asked = bank.inquire(earlier.payment_code).json()["virtualAccountData"]
    assert asked["totalAmount"]["value"] == f"{earlier.amount}.00"
    for made in (earlier, now):
        assert bank.pay(made.payment_code, made.amount).json()["responseCode"] == "2002500"
    workers = firm.ask("SELECT state, paid_through, first_month FROM members_enrolment WHERE branch_id = %s")
    assert workers == [("active", month(0), month(-1))] * 2
    paid = firm.ask(
        "SELECT month, count(*), count(DISTINCT enrolment_id) FROM contributions_paid_month WHERE branch_id = %s"
        " GROUP BY 1 ORDER BY 1"
    )
    assert paid == [(month(-1), 2, 2), (month(0), 2, 2)]
    shown = client_of(firm).get(f"/console/employers/{firm.id}/").content.decode()
    assert shown.count('class="state done"') >= 4, "two bills paid, two workers covered"
    with pytest.raises(Refused, match="E4410"):
        bill(firm)
    assert firm.ask("SELECT DISTINCT state FROM employers_bill WHERE branch_id = %s") == [("open",)]
    assert renew(firm) == []
    assert firm.ask("SELECT DISTINCT state FROM employers_bill WHERE branch_id = %s") == [("paid",)]
    ((payment, *_),) = firm.ask("SELECT id FROM payments_payment WHERE branch_id = %s ORDER BY id LIMIT 1")
    with system_work(firm.branch) as work:
        receipt = papers.receipt(work, branch_id=firm.branch.id, payment_id=payment, language="id")
        assert receipt.data.startswith(b"%PDF")
        assert ledger.prove(work, firm.branch.id) == []


def test_a_change_of_one_month_leaves_the_bill_of_another_alone(firm: Firm) -> None:
    from perisai.employers import job
    from perisai.employers.job import NewWage

    bank = make_bank(scheme="asymmetric")
    firm.bring_in([row(from_month=month(-1), wage=2_000_000), row(from_month=month(-1), wage=1_000_000)])
    earlier, now = bill(firm, -1), bill(firm)
    firm.act(job.change_wages, wages=[NewWage(ids(firm)[0], month(0), told(4_000_000))], told_by=office(), today=TODAY)
    (again,) = renew(firm)
    assert (again.month, again.amount > now.amount) == (month(0), True)
    assert bank.pay(again.payment_code, again.amount).json()["responseCode"] == "2002500"
    assert renew(firm) == [], "the month before is owed though a later one is paid"
    firm.ask("UPDATE payments_order SET state = 'expired' WHERE branch_id = %s AND state = 'open' RETURNING id")
    (late,) = renew(firm)
    assert (late.month, late.amount) == (month(-1), earlier.amount)
    assert bank.pay(late.payment_code, late.amount).json()["responseCode"] == "2002500"
    assert firm.ask("SELECT count(*) FROM contributions_paid_month WHERE branch_id = %s") == [(4,)]


def test_a_closed_employer_owes_what_was_worked_and_nothing_after(firm: Firm) -> None:
    from perisai.employers import job

    officer = client_of(firm)
    page = f"/console/employers/{firm.id}/"
    firm.bring_in([row(from_month=month(-1)), row(from_month=month(1))])
    made = bill(firm, -1)
    bill(firm)
    assert officer.post(f"{page}close/", {"reason": "?", "month": f"{month(-1):%Y-%m}"}).status_code == 422
    assert officer.post(f"{page}close/", {"reason": "ended", "month": f"{month(-1):%Y-%m}"}).status_code == 302
    states = firm.ask("SELECT state, count(*) FROM members_enrolment WHERE branch_id = %s GROUP BY 1 ORDER BY 1")
    assert states == [("accepted", 1), ("cancelled", 1)], "one owes a month; who was to begin next month never did"
    owed = firm.ask("SELECT month, state FROM employers_bill WHERE branch_id = %s ORDER BY month")
    assert owed == [(month(-1), "open"), (month(0), "cancelled")]
    with pytest.raises(Refused, match="E4413"):
        bill(firm)
    paid = make_bank(scheme="asymmetric").pay(made.payment_code, made.amount)
    assert paid.json()["responseCode"] == "2002500", "the code of what was worked is good still"
    with system_work(firm.branch) as work:
        assert job.end_who_left(work, branch_id=firm.branch.id, today=TODAY) == 1
    assert f"{page}open/" in officer.get(page).content.decode()
    assert officer.post(f"{page}open/").status_code == 302
    assert f"{page}close/" in officer.get(page).content.decode()


def test_employers_are_reminded_before_the_15th_moved_to_a_working_day(firm: Firm) -> None:
    """The 15th of November 2026 is a Sunday: October is due on Monday the 16th."""
    from datetime import timedelta

    from perisai.employers import bill as employer_bill
    from perisai.reminders import plan

    october = date(2026, 10, 1)
    firm.bring_in([row()])
    made = bill(firm)
    with system_work(firm.branch) as work:
        due = employer_bill.due_day(work, firm.branch.id, october)
        assert due == date(2026, 11, 16)
        work.execute("UPDATE employers_bill SET month = %s, due_on = %s WHERE id = %s", [october, due, made.id])
    for day in range(5, 30):
        with system_work(firm.branch) as work:
            plan.plan(work, branch_id=firm.branch.id, today=date(2026, 11, 1) + timedelta(days=day))
    found = firm.ask(
        "SELECT rule, about_on, planned_on, state FROM reminders_reminder WHERE branch_id = %s AND subject = 'employer'"
        " ORDER BY planned_on"
    )
    assert found == [
        ("employer_before_5", due, date(2026, 11, 11), "planned"),
        ("employer_due", due, due, "planned"),
        ("employer_late_7", due, date(2026, 11, 23), "planned"),
    ]


MOVES = st.lists(
    st.tuples(st.sampled_from(["leave", "wage", "bill", "pay"]), st.integers(0, 2), st.integers(-2, 1)),
    min_size=6,
    max_size=9,
)


@settings(max_examples=4, deadline=None, derandomize=True, database=None)
@given(moves=MOVES)
def test_whatever_is_reported_billed_and_paid_nobody_is_billed_beside_their_work(database: object, moves: Any) -> None:
    from perisai.employers import job
    from perisai.payments.books import ledger

    branch = make_branch()
    firm, bank = Firm(branch, register(branch)), make_bank(scheme="asymmetric")
    firm.bring_in([row(from_month=month(at)) for at in (-2, -1, 0)])
    who = ids(firm)
    for move, one, at in moves:
        with suppress(Refused):
            if move == "leave":
                leave(firm, who[one], month(at))
            elif move == "wage":
                wage = job.NewWage(who[one], month(at), told(1_000_000 + 500_000 * (one + at + 2)))
                firm.act(job.change_wages, wages=[wage], told_by=office(), today=TODAY)
            elif move == "bill":
                bill(firm, at)
        renew(firm)
        if move == "pay":
            for code, amount in firm.ask(
                "SELECT code, amount FROM payments_order WHERE branch_id = %s AND state = 'open' ORDER BY id LIMIT 1"
            ):
                assert bank.pay(code, amount).json()["responseCode"] == "2002500"
    renew(firm)
    beside = (
        "SELECT b.first_month FROM contributions_bill b JOIN employers_job j ON j.branch_id = b.branch_id"
        " AND j.enrolment_id = b.enrolment_id WHERE b.branch_id = %s AND b.state IN ('open', 'paid')"
        " AND (b.first_month < j.first_month OR b.first_month > j.last_month)"
    )
    assert firm.ask(beside) == []
    twice = (
        "SELECT enrolment_id, first_month FROM contributions_bill WHERE branch_id = %s AND state IN ('open', 'paid')"
        " GROUP BY 1, 2 HAVING count(*) > 1"
    )
    assert firm.ask(twice) == []
    sums = (
        "SELECT o.state, o.amount, sum(c.amount), e.amount, bool_and(c.state = o.state) FROM employers_bill e"
        " JOIN payments_order o ON o.branch_id = e.branch_id AND o.id = e.order_id"
        " JOIN payments_order_bill q ON q.branch_id = o.branch_id AND q.order_id = o.id"
        " JOIN contributions_bill c ON c.branch_id = q.branch_id AND c.id = q.bill_id"
        " WHERE e.branch_id = %s AND e.state IN ('open', 'paid') GROUP BY o.id, o.state, o.amount, e.amount"
    )
    for _, order_amount, billed, shown, is_same in firm.ask(sums):
        assert (order_amount, shown, is_same) == (billed, billed, True)
    with system_work(branch) as work:
        assert ledger.prove(work, branch.id) == []
