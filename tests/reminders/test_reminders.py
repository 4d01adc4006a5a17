"""Reminders: who is reminded of what and when, once, and never who has paid."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perisai.contributions.cover.rule import add_months
from perisai.events.clock import FixedClock
from perisai.messages import outbox
from perisai.payments.crediting import held
from perisai.reminders import chase, dues, jobs, plan
from perisai.reminders.rules import reminder_rules
from tests.messages.operator import Operator, an_operator, set_ways
from tests.messages.test_ways import _at_once
from tests.reminders.owing import member, pay_through
from tests.world import Branch, FieldAgent, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")

NOVEMBER = date(2026, 11, 1)


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    with an_operator() as running:
        yield running


@pytest.fixture
def agent(operator: Operator) -> FieldAgent:
    operator.taken.clear()
    branch = make_branch()
    set_ways(branch, operator, ("sms", 450))
    return make_agent(branch)


def at(day: date, hour: int = 10) -> FixedClock:
    """An hour of the branch (WIB)."""
    return FixedClock(datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=7))


def remind(branch: Branch, day: date) -> None:
    jobs.remind_branch(branch.id, "KC Uji", branch.timezone, at(day))


def rows(branch: Branch) -> list[dict[str, Any]]:
    with system_work(branch) as work:
        return work.dicts("SELECT * FROM reminders_reminder WHERE branch_id = %s ORDER BY planned_on, id", [branch.id])


def send_all(branch: Branch, day: date) -> None:
    with system_work(branch) as work:
        queued = work.rows("SELECT id FROM messages_message WHERE branch_id = %s AND state = 'queued'", [branch.id])
    for (message_id,) in queued:
        with suppress(outbox.TryAgain):  # no day to write on: it waits
            outbox.send(branch_id=branch.id, message_id=message_id, gateway=None, clock=at(day), is_last_try=True)


def test_month_of_november_reminds_on_the_days_of_the_rules_and_never_twice(agent: FieldAgent) -> None:
    enrolment_id = member(agent, paid_through=NOVEMBER, name="Sulastri Binti Karto")
    day = date(2026, 11, 15)
    while day < date(2027, 3, 5):
        remind(agent.branch, day)
        remind(agent.branch, day)
        send_all(agent.branch, day)
        day += timedelta(days=1)
    found = [(row["rule"], row["planned_on"].isoformat(), row["state"]) for row in rows(agent.branch)]
    assert found == [
        ("member_before_7", "2026-11-23", "sent"),
        ("member_before_2", "2026-11-28", "sent"),
        ("member_last_day", "2026-11-30", "sent"),
        ("member_unpaid_1", "2027-01-01", "sent"),  # a holiday: held until the 2nd
        ("member_unpaid_2", "2027-02-01", "sent"),
        ("member_end_7", "2027-02-20", "sent"),  # the 21st is a Sunday
        ("member_end_2", "2027-02-26", "sent"),
    ]
    assert {row["subject_id"] for row in rows(agent.branch)} == {enrolment_id}


def test_text_names_nobody_but_by_first_name_and_carries_a_link(agent: FieldAgent, operator: Operator) -> None:
    body = {"name": "Sulastri Binti Karto", "nik": "1571084506800007"}
    member(agent, paid_through=NOVEMBER, birth_date="1980-06-05", sex="F", **body)
    remind(agent.branch, date(2026, 11, 23))
    send_all(agent.branch, date(2026, 11, 23))
    (sent,) = operator.texts("/sms")
    text = sent["text"]
    assert text.startswith("Sulastri, ")
    assert "Binti" not in text
    assert "1571084506800007" not in text
    assert "30 Nov 2026" in text
    assert "/j/" in text
    assert "Rp" in text
    assert len(text) <= 2 * 153


def hold(agent: FieldAgent, enrolment_id: UUID, amount: int) -> None:
    with system_work(agent.branch) as work:
        held.move(
            work, branch_id=agent.branch.id, moves=[held.Move(enrolment_id, amount, "received", UUID(int=amount))]
        )


def test_money_held_is_taken_off_and_who_has_enough_is_not_reminded(agent: FieldAgent, operator: Operator) -> None:
    day = date(2026, 11, 23)
    plain, some, enough = (member(agent, paid_through=NOVEMBER, phone=f"+62812000099{n:02d}") for n in range(3))
    with system_work(agent.branch) as work:
        (owed,) = dues.of_enrolments(work, branch_id=agent.branch.id, enrolment_ids=[plain], today=day)
    hold(agent, some, 5_000)
    hold(agent, enough, owed.amount)
    remind(agent.branch, day)
    told = {row["subject_id"]: (row["state"], row["reason"], row["amount"]) for row in rows(agent.branch)}
    assert told[plain] == ("planned", "", owed.amount)
    assert told[some] == ("planned", "", owed.amount - 5_000)
    assert told[enough][:2] == ("dropped", "held")
    hold(agent, plain, owed.amount)  # paid between the planning and the sending
    send_all(agent.branch, day)
    told = {row["subject_id"]: (row["state"], row["reason"], row["amount"]) for row in rows(agent.branch)}
    assert (told[plain][:2], told[some][:2]) == (("dropped", "held"), ("sent", ""))
    (sent,) = operator.texts("/sms")
    assert f"Rp{owed.amount - 5_000:,}".replace(",", ".") in sent["text"]
    with system_work(agent.branch) as work:
        chased = chase.for_agent(work, branch_id=agent.branch.id, agent_id=agent.id, today=day)
    assert [(one.due.enrolment_id, one.due.amount) for one in chased] == [(some, owed.amount - 5_000)]


def test_who_cannot_be_written_to_is_told_with_the_reason(agent: FieldAgent) -> None:
    member(agent, paid_through=NOVEMBER, contact=False)
    member(agent, paid_through=NOVEMBER, phone=None, phone_owner="none")
    remind(agent.branch, date(2026, 11, 23))
    assert {(row["state"], row["reason"]) for row in rows(agent.branch)} == {
        ("dropped", "no_consent"),
        ("dropped", "no_number"),
    }


def test_missed_night_is_made_up_and_too_late_is_left(agent: FieldAgent) -> None:
    member(agent, paid_through=NOVEMBER)
    remind(agent.branch, date(2026, 11, 25))
    assert [row["rule"] for row in rows(agent.branch)] == ["member_before_7"]
    other = make_agent(make_branch())
    member(other, paid_through=NOVEMBER)
    remind(other.branch, date(2026, 11, 26))
    remind(other.branch, date(2026, 12, 1))
    assert rows(other.branch) == [], "who is not protected any more is not told of a last day that was yesterday"


def test_first_payment_that_never_came_is_asked_for(agent: FieldAgent) -> None:
    enrolment_id = member(agent, paid_through=None)
    with system_work(agent.branch) as work:
        row = work.row("SELECT max(pay_by) FROM contributions_bill WHERE enrolment_id = %s", [enrolment_id])
    assert row is not None
    day = (row[0] + timedelta(hours=7)).date() - timedelta(days=5)
    remind(agent.branch, day)
    assert [(one["rule"], one["amount"] > 0) for one in rows(agent.branch)] == [("first_payment", True)]


def test_two_nights_at_once_remind_once(agent: FieldAgent) -> None:
    for _ in range(4):
        member(agent, paid_through=NOVEMBER)
    day = date(2026, 11, 23)
    _at_once([lambda: remind(agent.branch, day)] * 4)
    with system_work(agent.branch) as work:
        assert work.row("SELECT count(*) FROM messages_message WHERE branch_id = %s", [agent.branch.id]) == (4,)
    assert len({row["message_id"] for row in rows(agent.branch)}) == 4


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["nobody", "before_plan", "before_queue", "before_send"])),
        min_size=1,
        max_size=5,
    ),
    offset=st.integers(0, 95),
)
def test_no_reminder_goes_to_who_has_paid(operator: Operator, told: list[tuple[int, str]], offset: int) -> None:
    operator.taken.clear()
    branch = make_branch()
    set_ways(branch, operator, ("sms", 450))
    agent, day = make_agent(branch), date(2026, 11, 23) + timedelta(days=offset)
    this, phones = day.replace(day=1), {}
    people: list[tuple[UUID, str]] = []
    for at_place, (behind, when) in enumerate(told):
        phone = f"+62813{branch.id:05d}{at_place:03d}"
        one = member(agent, paid_through=add_months(this, -behind), phone=phone)
        people.append((one, when))
        phones[one] = phone

    def pay(when: str) -> None:
        for one, whose in people:
            if whose == when:
                pay_through(agent, one, add_months(this, 3))

    pay("before_plan")
    with system_work(branch, at(day)) as work:
        plan.plan(work, branch_id=branch.id, today=day)
    pay("before_queue")
    remind(branch, day)
    pay("before_send")
    send_all(branch, day)
    reminded = {body["to"] for body in operator.texts("/sms")}
    assert not reminded & {phones[one] for one, when in people if when != "nobody"}
    due = {row["subject_id"] for row in rows(branch) if row["state"] == "sent"}
    assert {phones[one] for one in due} == reminded


def test_every_text_of_the_rules_is_short_and_holds_what_it_needs() -> None:
    told = {"first": "x" * 20, "amount": "Rp1.234.567", "until": "30 Nov 2026", "ends": "28 Feb 2027", "link": "h" * 80}
    firm = {"name": "x" * 40, "month": "Nov 2026", "branch": "Kantor Cabang Jambi"}
    for name, rule in reminder_rules().reminders.items():
        for text in (rule.text.id, rule.text.en):
            filled = text.format(**told, **firm)
            assert len(filled) <= 2 * 153, name
            assert not re.search(r"(sebelum|before) \{ends\}", text), (
                f"{name}: paying on that day still keeps membership"
            )
            assert filled.isascii(), f"{name}: a letter outside GSM 03.38 makes a text cost twice"
            assert "{link}" in text, name
