"""An alert that nobody answers goes up, once a step and by working time; and people are told by the way they chose."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from perisai.accounts.models import Role, User
from perisai.alerts import jobs, keep, passing, proof, setting, tell
from perisai.alerts.look import Found
from perisai.events.clock import FixedClock
from perisai.events.vault import unseal
from perisai.events.work import branch_day
from perisai.figures.models import Standing
from perisai.messages import preference
from perisai.messages.gateway import Gateway
from perisai.messages.hours import Hours
from perisai.offices.calendar import Calendar
from perisai.offices.models import Office
from perisai.offices.office import create_office
from tests.accounts.people import logged_in, make_user, tree
from tests.alerts.test_alerts import PAGE, ZONE
from tests.world import Branch, make_agent, make_branch, system_work

WIB = ZoneInfo(ZONE)
MONDAY = datetime(2026, 11, 16, 8, 30, tzinfo=WIB)
HOURS = Hours(time(8), time(19, 30), time(9), time(16, 30), on_sundays=False, on_holidays=False)


class Line:
    """A branch with an agent whose cash is late, its region and head office, each with somebody who has an address."""

    def __init__(self) -> None:
        self.branch: Branch = make_branch(target=None)
        self.agent = make_agent(self.branch)
        head = tree().head
        with system_work(self.branch) as work:
            self.region = create_office(
                work,
                id=900_000 + self.branch.id,
                kind="region",
                code=f"KW-{self.branch.id}",
                name="Kanwil Uji",
                parent=head,
            )
            path = [head.id, self.region.id, self.branch.id]
            work.execute("UPDATE offices_office SET path = %s WHERE id = %s", [path, self.branch.id])
            Standing.objects.create(
                branch_id=self.branch.id,
                level="b",
                day=branch_day(datetime.now(UTC), ZONE),
                key=str(self.branch.id),
                taken_at=datetime.now(UTC),
            )
            Standing.objects.create(
                branch_id=self.branch.id,
                level="a",
                day=branch_day(datetime.now(UTC), ZONE),
                key=str(self.agent.id),
                taken_at=datetime.now(UTC),
                custody_overdue=250_000,
            )
        self.head = self._person(Role.BRANCH_HEAD, Office.objects.get(id=self.branch.id))
        self.above = self._person(Role.REGION, self.region)
        self.country = self._person(Role.HEAD_OFFICE, head)

    def look(self, at: datetime) -> int:
        return jobs.look_at(self.branch.id, "KC Uji", ZONE, FixedClock(at))

    def ask(self, sql: Any) -> list[tuple[Any, ...]]:
        with system_work(self.branch) as work:
            return work.rows(sql, [self.branch.id])

    def steps(self) -> list[tuple[str, datetime]]:
        return self.ask("SELECT role, at FROM alerts_step WHERE branch_id = %s ORDER BY at")

    def alert(self) -> str:
        ((found,),) = self.ask("SELECT id FROM alerts_alert WHERE branch_id = %s AND kind = 'cash_late'")
        return f"{self.branch.id}:{found}"

    def mails(self) -> list[tuple[str, str, str]]:
        """(purpose, phone or else address, text) of each, in order."""
        rows = self.ask(
            "SELECT purpose, phone_sealed, email_sealed, body_sealed FROM messages_message WHERE branch_id = %s ORDER BY id"
        )
        texts = [[unseal(bytes(one)).decode() if one else "" for one in sealed] for _purpose, *sealed in rows]
        return [(row[0], phone or email, body) for row, (phone, email, body) in zip(rows, texts, strict=True)]

    def _person(self, role: Role, office: Office) -> User:
        user = make_user(role, office)
        user.language, user.email = "en", f"{role}-{self.branch.id}@example.test"
        user.save(update_fields=["language", "email"])
        return user


@pytest.fixture
def line(database: Path) -> Iterator[Line]:
    del database
    made = Line()
    yield made
    User.objects.filter(pk=made.country.pk).update(is_active=False)  # head office is everybody's


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-11-16 08:30", "2026-11-16 14:30", 6),
        ("2026-11-16 14:30", "2026-11-17 09:00", 6),
        ("2026-11-13 19:00", "2026-11-16 08:30", 1),  # over a weekend
        ("2026-11-14 10:00", "2026-11-15 10:00", 0),
        ("2026-11-16 20:00", "2026-11-17 07:00", 0),
        ("2026-02-20 08:00", "2026-02-20 20:00", 7.5),  # Ramadan
        ("2026-08-14 19:00", "2026-08-18 08:30", 1),  # a weekend and Independence Day
    ],
)
def test_worked_counts_the_hours_of_working_days(since: str, until: str, hours: float) -> None:
    begin, end = (datetime.fromisoformat(text).replace(tzinfo=WIB) for text in (since, until))
    assert passing.worked(begin, end, HOURS, Calendar()) == timedelta(hours=hours)


def test_worked_is_by_the_branchs_own_zone() -> None:
    begin = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
    east = passing.worked(begin, begin + timedelta(hours=2), HOURS, Calendar(timezone="Asia/Jayapura"))
    west = passing.worked(begin, begin + timedelta(hours=2), HOURS, Calendar(timezone="Asia/Jakarta"))
    assert (east, west) == (timedelta(hours=2), timedelta(hours=1))


def test_unanswered_alert_goes_up_once_a_step_and_each_is_told(line: Line) -> None:
    line.look(MONDAY)
    line.look(MONDAY + timedelta(hours=5, minutes=50))
    assert line.steps() == []
    line.look(MONDAY + timedelta(hours=6))
    line.look(MONDAY + timedelta(hours=6, minutes=10))
    assert [role for role, _at in line.steps()] == ["region"]
    line.look(MONDAY + timedelta(hours=24))  # 08.30 of the next day: 5.5 hours of work
    assert [role for role, _at in line.steps()] == ["region"]
    line.look(MONDAY + timedelta(hours=25))
    line.look(MONDAY + timedelta(days=9))
    assert [role for role, _at in line.steps()] == ["region", "head_office"]
    told = line.ask(
        "SELECT detail->>'to' FROM events_event WHERE branch_id = %s AND kind = 'alert_passed_up' ORDER BY number"
    )
    assert told == [("region",), ("head_office",)]
    mails = {to: body for _purpose, to, body in line.mails()}
    assert {to for to in mails if f"-{line.branch.id}@" in to} == {
        line.head.email,
        line.above.email,
        line.country.email,
    }
    assert "Raised to you" in mails[line.above.email]
    assert "since 16 Nov 2026, for more than 6 working hours" in mails[line.above.email]
    assert "Raised to you" not in mails[line.head.email]


def test_raised_alert_stands_first_above_and_says_so_and_answered_anywhere_ends_it(line: Line) -> None:
    line.look(MONDAY)
    above, head = logged_in(line.above), logged_in(line.head)
    assert not above.get(f"{PAGE}count/").content.strip(), "the rule tells no region at first"
    line.look(MONDAY + timedelta(hours=6))
    assert ">1<" in above.get(f"{PAGE}count/").content.decode()
    for client in (above, head):
        page = client.get(PAGE).content.decode()
        assert "Raised to Region office" in " ".join(page.split())
        assert "16 Nov 2026" in page
    assert above.post(f"{PAGE}take/", {"alert": line.alert()}).status_code == 302
    line.look(MONDAY + timedelta(days=9))
    assert len(line.steps()) == 1
    back, alert = MONDAY + timedelta(days=9), UUID(line.alert().split(":")[1])
    with system_work(line.branch, FixedClock(back)) as work:
        keep.unsee(work, branch_id=line.branch.id, ids=[alert])
    line.look(back + timedelta(hours=5, minutes=50))
    assert len(line.steps()) == 1, "put back, it waits anew"
    line.look(back + timedelta(hours=6))
    assert len(line.steps()) == 2


def test_two_that_look_at_once_raise_once(line: Line) -> None:
    line.look(MONDAY)
    together = Barrier(2, timeout=60)

    def look() -> None:
        together.wait()
        line.look(MONDAY + timedelta(hours=6))
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(look) for _ in range(2)]:
            one.result(timeout=60)
    assert [role for role, _at in line.steps()] == ["region"]
    assert sorted(to for _purpose, to, _body in line.mails()) == sorted([line.head.email, line.above.email])


def test_who_chose_a_phone_is_told_by_it_with_mail_behind_and_mail_alone_where_the_number_stopped(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "find_gateway", lambda: Gateway("http://unused"))
    client = logged_in(line.head)
    mine = f"{PAGE}mine/"
    assert "Cash past its deadline" in client.get(mine).content.decode()
    assert client.post(mine, {"kind": "whatsapp", "phone": "021"}).status_code == 422
    assert client.post(mine, {"kind": "sms", "phone": ""}).status_code == 422
    assert client.post(mine, {"kind": "telegram", "phone": "081234567890"}).status_code == 422
    assert client.post(mine, {"kind": "whatsapp", "phone": "0812 3456 7890"}).status_code == 302
    shown = client.get(mine).content.decode()
    assert "+62812" in shown
    assert "34567890" not in shown
    confirm_number(line, client)
    line.look(MONDAY)
    (*_code, (purpose, to, body)) = line.mails()
    assert (purpose, to) == ("alert_whatsapp", "+6281234567890")
    assert len(body) <= 160
    assert "Cash past its deadline" in body
    ((email, urgency),) = line.ask(
        "SELECT email_sealed, urgency FROM messages_message WHERE branch_id = %s AND purpose = 'alert_whatsapp'"
    )
    assert (unseal(bytes(email)).decode(), urgency) == (line.head.email, 1)
    with system_work(line.branch) as work:
        preference.set_preference(work, branch_id=line.branch.id, phone="+6281234567890", is_stopped=True)
    line.look(MONDAY + timedelta(hours=6))
    client.post(mine, {"kind": "sms", "phone": ""})
    _standing(line, 0)
    line.look(MONDAY + timedelta(hours=7))
    _standing(line, 9_000)
    line.look(MONDAY + timedelta(hours=8))
    assert [(purpose, to) for purpose, to, _body in line.mails()][-1] == ("alert", line.head.email)
    client.post(mine, {"kind": "email"})
    mine_kept = "SELECT count(*) FROM alerts_way WHERE user_id IN (SELECT id FROM accounts_user WHERE office_id = %s)"
    assert line.ask(mine_kept) == [(0,)]


def confirm_number(line: Line, client: Client) -> None:
    """Writes back the code of the newest message."""
    code = re.search(r"\b\d{6}\b", line.mails()[-1][2])
    assert code is not None
    assert client.post(f"{PAGE}mine/", {"act": "confirm", "code": code[0]}).status_code == 302


def _standing(line: Line, overdue: int) -> None:
    with system_work(line.branch):
        Standing.objects.filter(branch_id=line.branch.id, level="a").update(custody_overdue=overdue)


def test_sixty_go_up_in_as_many_statements_as_one(line: Line) -> None:
    with system_work(line.branch, FixedClock(MONDAY)) as work:
        many = [Found("licence_ends", "a", str(line.agent.id)[:-4] + f"{n:04d}") for n in range(60)]
        keep.keep(work, branch_id=line.branch.id, kinds=["licence_ends"], found=many)
    with (
        system_work(line.branch, FixedClock(MONDAY + timedelta(days=20))) as work,
        CaptureQueriesContext(connection) as asked,
    ):
        passed = passing.pass_up(work, branch_id=line.branch.id, own=Calendar())
        sets = setting.of_branch(work, line.branch.id)
        tell.tell(work, branch_id=line.branch.id, branch="KC Uji", sets=sets, own=Calendar())
    assert len(passed) == 60
    assert len(asked) <= 8


def test_taking_note_looks_at_what_is_marked_alone(line: Line) -> None:
    line.look(MONDAY)
    client: Client = logged_in(line.head)
    stranger = logged_in(make_user(Role.BRANCH_HEAD, Office.objects.get(id=make_branch().id)))
    stranger.post(f"{PAGE}take/", {"alert": line.alert()})
    assert line.ask("SELECT count(*) FROM alerts_alert WHERE branch_id = %s AND seen_at IS NOT NULL") == [(0,)]
    wrong = ["x:y", "9999999999999:" + line.alert().split(":")[1], line.alert().split(":")[1]]
    assert client.post(f"{PAGE}take/", {"alert": wrong}).status_code == 422, "as if nothing were marked"
    assert client.post(f"{PAGE}take/", {"alert": [*wrong, line.alert()]}).status_code == 302
    assert line.ask("SELECT count(*) FROM alerts_alert WHERE branch_id = %s AND seen_at IS NOT NULL") == [(1,)]


def test_what_is_over_for_long_is_forgotten(line: Line) -> None:
    line.look(MONDAY)
    _standing(line, 0)
    line.look(MONDAY + timedelta(hours=6))
    with system_work(line.branch, FixedClock(MONDAY + timedelta(days=799))) as work:
        keep.forget(work)
    assert line.ask("SELECT count(*) FROM alerts_alert WHERE branch_id = %s") == [(1,)]
    with system_work(line.branch, FixedClock(MONDAY + timedelta(days=802))) as work:
        keep.forget(work)
    assert line.ask("SELECT count(*) FROM alerts_alert WHERE branch_id = %s") == [(0,)]
