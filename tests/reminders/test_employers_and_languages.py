"""Employers answer reminders as members do; everybody is written to in their language, where it is known."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from perisai.accounts.models import Role
from perisai.events.clock import FixedClock
from perisai.messages import preference
from perisai.reminders import answer, compose, link, plan
from tests.employers.conftest import Firm, register, row
from tests.reminders.test_answers import World
from tests.reminders.test_pages import officer
from tests.world import jakarta_today, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")


class Owing:
    """An employer whose open bill is due today."""

    def __init__(self) -> None:
        from perisai.employers import bill

        branch = make_branch()
        self.phone = f"+62813{branch.id:05d}55"
        self.firm = Firm(branch, register(branch, phone=self.phone))
        self.firm.bring_in([row()])
        self.today: date = jakarta_today()
        self.made = self.firm.act(bill.make, month=self.today.replace(day=1))
        with system_work(branch) as work:
            work.execute("UPDATE employers_bill SET due_on = %s WHERE branch_id = %s", [self.today, branch.id])
        self.plan()
        self.reminder: UUID = self.reminders()[0]["id"]
        self.address = link.PATH + link.make(branch.id, self.reminder)
        self.client = Client(SERVER_NAME="localhost", REMOTE_ADDR=f"10.8.{branch.id % 250}.9")

    def plan(self) -> None:
        with system_work(self.firm.branch) as work:
            plan.plan(work, branch_id=self.firm.branch.id, today=self.today)

    def reminders(self) -> list[dict[str, Any]]:
        with system_work(self.firm.branch) as work:
            return work.dicts(
                "SELECT * FROM reminders_reminder WHERE branch_id = %s ORDER BY id", [self.firm.branch.id]
            )

    def text(self) -> str:
        from perisai.events.vault import unseal

        with system_work(self.firm.branch) as work:
            compose.queue_planned(
                work, branch_id=self.firm.branch.id, branch="KC Uji", timezone=self.firm.branch.timezone
            )
            (found,) = work.rows("SELECT body_sealed FROM messages_message WHERE branch_id = %s", [self.firm.branch.id])
        return unseal(found[0]).decode()


def test_an_employer_is_asked_whether_somebody_was_paid_and_the_branch_looks_into_it() -> None:
    owing = Owing()
    assert (
        f"Sudah bayar ke seseorang? Jawab dan cara bayar: http://localhost{owing.address}"
        in owing.text().replace("https://", "http://")
        or owing.address in owing.text()
    )
    shown = owing.client.get(owing.address).content.decode()
    assert "iuran BPJS Ketenagakerjaan pekerja Anda" in shown
    assert "Usaha ini sudah berhenti" in shown
    pay = shown.split('<a class="button" href="')[1].split('"')[0]
    assert owing.client.get(pay).status_code == 200
    told = {"said": "paid", "whom": "agent", "name": "Pak Joko", "amount": str(owing.made.amount)}
    assert owing.client.post(owing.address, told).status_code == 302
    assert owing.client.post(owing.address, told).status_code == 302
    client = officer(owing.firm.branch.id)
    queue = client.get("/console/reminders/?tab=cases").content.decode()
    address = queue.split('data-href="/console/reminders/cases/')[1].split('"')[0]
    assert queue.count('data-href="/console/reminders/cases/') == 1
    page = client.get("/console/reminders/cases/" + address).content.decode()
    assert "Pak Joko" in page
    assert f"/console/employers/{owing.firm.id}/" in page
    assert client.post("/console/reminders/cases/" + address, {"decision": "untrue"}).status_code == 302


def test_a_wrong_number_of_an_employer_gets_no_more_reminders() -> None:
    owing = Owing()
    owing.text()

    def wanted() -> str:
        with system_work(owing.firm.branch) as work:
            (found,) = work.rows("SELECT id FROM messages_message WHERE branch_id = %s", [owing.firm.branch.id])
            return compose.ReminderWatch().still_wanted(work, branch_id=owing.firm.branch.id, message_id=found[0])

    assert wanted() == ""
    assert owing.client.post(owing.address, {"said": "wrong"}).status_code == 302
    assert wanted() != ""
    assert owing.client.post(owing.address, {"said": "not_paid"}).status_code == 302
    assert wanted() == ""


def test_reminders_speak_the_language_that_was_chosen() -> None:
    owing = Owing()
    with system_work(owing.firm.branch) as work:
        preference.set_preference(work, branch_id=owing.firm.branch.id, phone=owing.phone, language="en")
        found = preference.languages(work, branch_id=owing.firm.branch.id, phones=[owing.phone, "+62811"])
    assert found == {owing.phone: "en"}
    assert owing.text().startswith("The dues of the workers of")


def test_the_office_notes_how_a_member_wants_to_be_written_to() -> None:
    world = World()
    branch_id = world.agent.branch.id
    client = officer(branch_id, Role.BRANCH)
    page = f"/console/members/{branch_id}/{world.enrolment}/"
    assert "How to write to them" in client.get(page).content.decode()
    address = f"/console/reminders/members/{branch_id}/{world.enrolment}/wishes/"
    assert client.post(address, {"way": "whatsapp", "language": "en"}).status_code == 302
    shown = client.get(page).content.decode()
    assert '<option value="whatsapp" selected>' in shown
    assert '<option value="en" selected>' in shown
    assert client.post(address, {"way": "pigeon"}).status_code == 422
    assert officer(make_branch().id, Role.BRANCH).post(address, {"way": ""}).status_code == 404
    with system_work(world.agent.branch, FixedClock(datetime.now(UTC))) as work:
        asked = answer.find_asked(work, branch_id=branch_id, reminder_id=world.reminder)
    assert asked is not None
    assert (asked.prefers, asked.language) == ("whatsapp", "en")
