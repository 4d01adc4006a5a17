"""Alerts where a user's eyes would find fault: wrong figures, nights, Ramadan, holidays, zones, many at once, two who answer, a
branch that was closed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client

from perisai.accounts.models import Role, User
from perisai.alerts import jobs, keep, setting, tell, way
from perisai.alerts.look import Found
from perisai.alerts.rules import watched
from perisai.contributions.rules.in_force import DIRECTORY
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.messages import sending
from perisai.offices.calendar import Calendar
from perisai.offices.models import Office
from perisai.rulefile import RulesError
from tests.accounts.people import logged_in, make_user
from tests.alerts.test_alerts import PAGE, World
from tests.alerts.test_unanswered import MONDAY, Line
from tests.payments.place import make_bank
from tests.world import system_work


@pytest.fixture
def line(database: Path) -> Iterator[Line]:
    del database
    made = Line()
    yield made
    User.objects.filter(pk=made.country.pk).update(is_active=False)  # head office is everybody's


WRONG = ("", "0", "-3", "1.5", "1,5", "\u0663", "1e3", "99999999999", "20 orang", "1.0000")


def test_figure_that_makes_no_sense_changes_nothing(line: Line) -> None:
    client = logged_in(line.head)
    tries = [("burst", "least", text) for text in WRONG]
    tries += [("cap_near", "percent", "101"), ("bank_silent", "hours", "169"), ("silent_agent", "working_days", "61")]
    for kind, name, text in tries:
        given = {figure: str(value) for figure, value in watched()[kind].figures.items()}
        answer = client.post(f"{PAGE}settings/", given | {"kind": kind, name: text, "is_on": "1"})
        assert (answer.status_code, "E5202" in answer.content.decode()) == (422, True), text
    assert line.ask("SELECT kind FROM alerts_setting WHERE branch_id = %s") == []
    assert client.post(f"{PAGE}settings/", {"kind": "no such", "is_on": "1"}).status_code == 422


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("silent_agent:", "silent_agents:"),
        ("figures: {working_days: 3}", "figures: {days: 3}"),
        ("figures: {percent: 90}", "figures: {percent: 0}"),
        ("figures: {percent: 90}", "figures: {percent: banyak}"),
        ("tell: [branch, branch_head]", "tell: []"),
        ("tell: [branch, branch_head]", "tell: [everybody]"),
        ("{hours: 4, upto: head_office}", "{hours: 4, upto: agent}"),
        ("tone: stop", "tone: loud"),
        ("burst:", "burst: ["),
    ],
)
def test_rule_file_that_was_changed_wrong_is_told_by_its_place(tmp_path: Path, old: str, new: str) -> None:
    told = (DIRECTORY / "alerts.yaml").read_text(encoding="utf-8")
    assert old in told
    (tmp_path / "alerts.yaml").write_text(told.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulesError, match=r"alerts\.yaml:\d+: "):
        watched(tmp_path)


def test_thousands_are_written_as_people_write_them(line: Line) -> None:
    answer = logged_in(line.head).post(f"{PAGE}settings/", {"kind": "cash_late", "rupiah": "1.250.000", "is_on": "1"})
    assert answer.status_code == 302
    with system_work(line.branch) as work:
        assert setting.of_branch(work, line.branch.id)["cash_late"].figures == {"rupiah": 1_250_000}


def test_branch_has_its_own_figures_for_a_silent_bank(database: Path) -> None:
    del database
    world, bank = World(), make_bank().credentials.client_key
    world.told(bank, [7, 7, 7, 14, 14, 14, 21, 21, 21, 28, 28, 28])
    world.told(bank, [0], hours=4)
    for hours, silent in ((3, [bank]), (6, [])):
        with system_work(world.branch) as work:
            figures = {"hours": hours, "least": 3, "weeks": 4}
            user = world.agent.user_id
            assert user is not None
            setting.change(
                work, branch_id=world.branch.id, kind="bank_silent", is_on=True, figures=figures, user_id=user
            )
        with Work(scope=Scope.nation(), clock=FixedClock(world.now)) as work:
            assert [one.key for one in jobs.silent_banks(work).get(world.branch.id, [])] == silent


@pytest.mark.parametrize(
    ("zone", "raised", "written"),
    [
        ("Asia/Jakarta", "2026-11-17 23:50", "2026-11-18 08:00"),  # before midnight and after it: one morning
        ("Asia/Jakarta", "2026-11-18 00:10", "2026-11-18 08:00"),
        ("Asia/Jayapura", "2026-11-17 19:40", "2026-11-18 08:00"),  # 17.40 in Jakarta
        ("Asia/Makassar", "2026-11-18 07:55", "2026-11-18 08:00"),
        ("Asia/Makassar", "2026-02-19 16:40", "2026-02-20 09:00"),  # Ramadan
        ("Asia/Jayapura", "2026-02-20 08:30", "2026-02-20 09:00"),
        ("Asia/Jakarta", "2026-08-15 20:00", "2026-08-18 08:00"),  # a Sunday and Independence Day in between
        ("Asia/Jayapura", "2026-12-24 20:00", "2026-12-26 08:00"),  # Christmas
    ],
)
def test_alert_is_written_about_in_the_branchs_next_decent_hour(
    line: Line, zone: str, raised: str, written: str
) -> None:
    Office.objects.filter(pk=line.branch.id).update(timezone=zone)
    at, then = (datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) for text in (raised, written))
    for moment in (at, then - timedelta(seconds=1)):
        jobs.look_at(line.branch.id, "KC Uji", zone, FixedClock(moment))
        assert line.mails() == []
    jobs.look_at(line.branch.id, "KC Uji", zone, FixedClock(then))
    ((message, good_until),) = line.ask("SELECT id, good_until FROM messages_message WHERE branch_id = %s")
    assert good_until > then + timedelta(hours=11)
    asked: dict[str, Any] = {"branch_id": line.branch.id, "message_id": message, "gateway": None, "is_last_try": False}
    with pytest.raises(sending.TryAgain) as held:
        sending.send(clock=FixedClock(at), **asked)
    assert held.value.at == then, "nor is what was queued sent before"


def test_five_hundred_at_once_are_one_message_a_person(line: Line) -> None:
    with system_work(line.branch, FixedClock(MONDAY)) as work:
        found = [Found("licence_ends", "a", str(line.agent.id)[:-4] + f"{n:04d}") for n in range(500)]
        raised = keep.keep(work, branch_id=line.branch.id, kinds=["licence_ends"], found=found)
        way.choose(work, user_id=line.head.pk, kind="sms", phone="+6281377000500")
        work.execute("UPDATE alerts_way SET confirmed_at = %s WHERE user_id = %s", [work.now, line.head.pk])
        officer = make_user(Role.BRANCH, Office.objects.get(id=line.branch.id))
        User.objects.filter(pk=officer.pk).update(email="petugas@example.test", language="en")
        sets = setting.of_branch(work, line.branch.id)
        told = tell.tell(work, branch_id=line.branch.id, branch="KC Uji", sets=sets, own=Calendar())
    assert (len(raised), told) == (500, 2)
    texts = {to: body for _purpose, to, body in line.mails()}
    assert "500 things to know" in texts["petugas@example.test"]
    assert "and 490 more" in texts["petugas@example.test"]
    assert len(texts["petugas@example.test"].splitlines()) < 20
    assert "and 497 more" in texts["+6281377000500"]
    assert len(texts["+6281377000500"]) <= 320


def test_two_who_answer_at_once_are_one_answer(line: Line) -> None:
    line.look(MONDAY)
    marked, together = line.alert(), Barrier(2, timeout=60)
    people = [(logged_in(line.head), "Cabang"), (logged_in(line.above), "Kanwil")]

    def take(client: Client, note: str) -> str:
        together.wait()
        try:
            return str(client.post(f"{PAGE}take/", {"alert": marked, "note": note}, follow=True).content.decode())
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(take, client, note) for client, note in people]
        pages = [one.result(timeout=60) for one in asked]
    ((seen_by, note),) = line.ask("SELECT seen_by, note FROM alerts_alert WHERE branch_id = %s AND kind = 'cash_late'")
    assert (seen_by, note) in ((line.head.pk, "Cabang"), (line.above.pk, "Kanwil"))
    assert sorted("Somebody else did" in page for page in pages) == [False, True]
    ((events,),) = line.ask("SELECT count(*) FROM events_event WHERE branch_id = %s AND kind = 'alert_seen'")
    assert events == 1


def test_branch_that_was_closed_leaves_no_alert_and_tells_nobody(line: Line) -> None:
    line.look(MONDAY)
    above = logged_in(line.above)
    line.look(MONDAY + timedelta(hours=6))
    assert ">1<" in above.get(f"{PAGE}count/").content.decode()
    Office.objects.filter(pk=line.branch.id).update(is_open=False)
    written = len(line.mails())
    assert _to_look_at(line) == [False]
    jobs.close_all(line.branch.id, FixedClock(MONDAY + timedelta(days=2)))
    assert _to_look_at(line) == []
    assert not above.get(f"{PAGE}count/").content.strip()
    assert line.ask("SELECT count(*) FROM alerts_alert WHERE branch_id = %s AND closed_at IS NULL") == [(0,)]
    assert len(line.mails()) == written
    Office.objects.filter(pk=line.branch.id).update(is_open=True)
    assert _to_look_at(line) == [True]


def _to_look_at(line: Line) -> list[bool]:
    with Work(scope=Scope.nation()) as work:
        return [is_open for branch, _name, _zone, is_open in jobs.branches_to_look_at(work) if branch == line.branch.id]
