"""Answers to "have you already paid somebody?", through the page that a reminder's link opens."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.messages import preference
from perisai.reminders import case, link, plan
from tests.reminders.owing import member
from tests.world import FieldAgent, jakarta_today, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")

TODAY = jakarta_today()


class World:
    """A member with a planned reminder, and the page of its link."""

    def __init__(self) -> None:
        self.agent: FieldAgent = make_agent(make_branch())
        self.phone = f"+62812{self.agent.branch.id:05d}77"
        self.enrolment = member(self.agent, paid_through=None, phone=self.phone)
        with system_work(self.agent.branch) as work:
            work.execute(
                "INSERT INTO reminders_reminder (branch_id, rule, subject, subject_id, about_on, planned_on, state, reason,"
                " amount, planned_at) VALUES (%s, 'first_payment', 'member', %s, %s, %s, 'sent', '', 16800, now())",
                [self.agent.branch.id, self.enrolment, TODAY, TODAY],
            )
            row = work.row("SELECT id FROM reminders_reminder WHERE subject_id = %s", [self.enrolment])
        assert row is not None
        self.reminder: UUID = row[0]
        self.address = link.PATH + link.make(self.agent.branch.id, self.reminder)
        self.client = Client(SERVER_NAME="localhost", REMOTE_ADDR=f"10.7.{self.agent.branch.id % 250}.9")

    def say(self, **told: str) -> int:
        return int(self.client.post(self.address, told).status_code)

    def rows(self, sql: Any) -> list[dict[str, Any]]:
        with system_work(self.agent.branch) as work:
            return work.dicts(sql, [self.agent.branch.id])

    def cases(self) -> list[tuple[str, bool | None, str]]:
        found = self.rows("SELECT kind, has_receipt, decision FROM reminders_case WHERE branch_id = %s ORDER BY id")
        return [(one["kind"], one["has_receipt"], one["decision"]) for one in found]

    def stopped(self) -> str:
        return str(self.rows("SELECT stopped FROM reminders_contact WHERE branch_id = %s")[0]["stopped"])


def test_paid_somebody_becomes_a_case_and_tells_that_no_receipt_is_known() -> None:
    world = World()
    shown = world.client.get(world.address).content.decode()
    assert "Sudah bayar ke seseorang?" in shown
    assert "<script" not in shown
    told = {"said": "paid", "whom": "agent", "name": "Pak Joko", "paid_on": TODAY.isoformat(), "amount": "Rp16.800"}
    assert world.say(**told) == 302
    assert world.cases() == [("paid_somebody", False, "")]
    (kept,) = world.rows("SELECT * FROM reminders_answer WHERE branch_id = %s")
    assert (kept["whom"], kept["amount"], kept["paid_on"]) == ("agent", 16800, TODAY)
    assert b"Joko" not in bytes(kept["whom_sealed"])
    assert "tersimpan" in world.client.get(world.address + "?terima=1").content.decode()


def test_answer_may_be_changed_and_takes_its_case_with_it() -> None:
    world = World()
    assert world.say(said="paid", whom="other") == 302
    assert world.say(said="not_paid") == 302
    assert world.say(said="not_paid") == 302
    assert len(world.rows("SELECT id FROM reminders_answer WHERE branch_id = %s")) == 2
    assert world.cases() == [("paid_somebody", False, "taken_back")]
    for _ in range(12):
        world.say(said="paid", whom="bank")
        world.say(said="stopped")
    assert len(world.rows("SELECT id FROM reminders_answer WHERE branch_id = %s")) <= 10


@pytest.mark.parametrize(
    ("said", "stopped", "kind"), [("stopped", "stopped_working", "stopped"), ("wrong", "wrong_number", "wrong_number")]
)
def test_who_stopped_or_is_somebody_else_is_not_reminded_until_the_branch_mends_it(
    said: str, stopped: str, kind: str
) -> None:
    world = World()
    assert world.say(said=said) == 302
    assert (world.stopped(), world.cases()[0][0]) == (stopped, kind)
    (row,) = world.rows("SELECT id FROM reminders_case WHERE branch_id = %s")
    with system_work(world.agent.branch) as work:
        case.close(work, branch_id=world.agent.branch.id, case_id=row["id"], decision="untrue", note="")
    assert world.stopped() == ""
    with system_work(world.agent.branch) as work, pytest.raises(Refused, match="E4605"):
        case.close(work, branch_id=world.agent.branch.id, case_id=row["id"], decision="untrue", note="")


@pytest.mark.parametrize(
    "told",
    [
        {"said": ""},
        {"said": "maybe"},
        {"said": "paid", "whom": "nobody"},
        {"said": "paid", "whom": "agent", "amount": "-5"},
        {"said": "paid", "whom": "agent", "amount": "99999999999"},
        {"said": "paid", "whom": "agent", "paid_on": "2999-01-01"},
        {"said": "paid", "whom": "agent", "paid_on": "31/12/2026"},
        {"said": "paid", "whom": "agent", "name": "x" * 81},
        {"said": "paid", "whom": "agent", "name": "a\x00b"},
    ],
)
def test_answer_that_makes_no_sense_is_refused_and_nothing_is_kept(told: dict[str, str]) -> None:
    world = World()
    assert world.say(**told) == (400 if "\x00" in told.get("name", "") else 422)  # a NUL comes no further than the gate
    assert world.rows("SELECT id FROM reminders_answer WHERE branch_id = %s") == []


def test_stop_holds_for_the_number_and_may_be_taken_back() -> None:
    world = World()
    for told, is_stopped in (({}, True), ({"again": "1"}, False)):
        assert world.client.post(world.address + "/berhenti", told).status_code == 302
        with system_work(world.agent.branch) as work:
            found = preference.find_preference(work, branch_id=world.agent.branch.id, phone=world.phone)
        assert found[0] is is_stopped


def test_way_that_a_number_wants_first_outlives_stop_and_again() -> None:
    world = World()
    assert world.client.post(world.address + "/lewat", {"way": "whatsapp"}).status_code == 302
    for told in ({}, {"again": "1"}):
        world.client.post(world.address + "/berhenti", told)
    with system_work(world.agent.branch) as work:
        found = preference.find_preference(work, branch_id=world.agent.branch.id, phone=world.phone)
    assert found == (False, "whatsapp", "")
    assert '<option value="whatsapp" selected>' in world.client.get(world.address).content.decode()
    assert world.client.post(world.address + "/lewat", {"way": "pigeon"}).status_code == 422
    assert world.client.post(world.address + "/lewat", {"way": "", "language": "xx"}).status_code == 422
    assert world.client.post(world.address + "/lewat", {"way": "sms", "language": "en"}).status_code == 302
    with system_work(world.agent.branch) as work:
        assert preference.find_preference(work, branch_id=world.agent.branch.id, phone=world.phone) == (
            False,
            "sms",
            "en",
        )


def test_wrong_links_say_nothing_and_are_counted() -> None:
    world = World()
    token = link.make(world.agent.branch.id, world.reminder)
    assert world.client.get("/j/" + token[:-2]).status_code == 404
    assert link.read(token.replace(token[5], "A" if token[5] != "A" else "B", 1)) is None
    assert [world.client.get("/j/" + "x" * n).status_code for n in range(1, 12)][-1] == 429


def test_reminder_of_long_ago_is_answered_no_more() -> None:
    world = World()
    with system_work(world.agent.branch) as work:
        work.execute(
            "UPDATE reminders_reminder SET planned_at = now() - interval '91 days' WHERE id = %s", [world.reminder]
        )
    assert world.client.get(world.address).status_code == 410
    assert world.say(said="not_paid") == 410


def test_who_said_stop_or_promised_is_not_planned(database: object) -> None:
    world = World()
    world.say(said="stopped")
    with system_work(world.agent.branch) as work:
        work.execute(
            "UPDATE members_enrolment SET state = 'active', paid_through = '2026-11-01' WHERE id = %s",
            [world.enrolment],
        )
    day = date(2026, 11, 23)
    with system_work(world.agent.branch, FixedClock(datetime(2026, 11, 23, 3, tzinfo=UTC))) as work:
        found = plan.plan(work, branch_id=world.agent.branch.id, today=day)
    assert (found.planned, found.dropped) == (0, 1)
