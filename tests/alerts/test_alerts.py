"""Alerts: what holds is raised once, closed when it is over, seen by those it concerns, and written about to them alone."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from perisai.accounts.models import Role, User
from perisai.alerts import jobs, look, words
from perisai.alerts.rules import watched
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.vault import unseal
from perisai.events.work import Work, branch_day
from perisai.figures.models import Standing
from perisai.members.reviews import review
from perisai.offices.calendar import NATIONAL, next_working
from perisai.offices.models import Office
from perisai.payments.models import Notification
from perisai.targets.quotas import quota
from tests.accounts.people import logged_in, make_user
from tests.members.enrolling import enrol, review_of
from tests.payments.place import make_bank
from tests.world import Branch, FieldAgent, make_agent, make_branch, make_device, system_work, worker

COUNTED = """
INSERT INTO events_counter (branch_id, level, key, day_captured, day_received, segment, metric, value)
VALUES (%s, 'a', %s, %s, %s, 'BPU', 'captured', %s)
"""
ZONE = "Asia/Jakarta"
PAGE = "/console/alerts/"


class World:
    def __init__(self) -> None:
        self.branch: Branch = make_branch(target=None)
        self.agent: FieldAgent = make_agent(self.branch)
        self.now = datetime.now(UTC)
        self.today = branch_day(self.now, ZONE)

    def look(self, *, later: timedelta = timedelta()) -> int:
        return jobs.look_at(self.branch.id, "KC Uji", ZONE, FixedClock(self.now + later))

    def noon(self) -> timedelta:
        """Until twelve of the next day on which people are written to."""
        day = next_working(self.today + timedelta(days=1), NATIONAL)
        return datetime.combine(day, time(12), ZoneInfo(ZONE)) - self.now

    def ask(self, sql: LiteralString) -> list[tuple[Any, ...]]:
        with system_work(self.branch) as work:
            return work.rows(sql, [self.branch.id])

    def open(self) -> list[tuple[Any, ...]]:
        return self.ask(
            "SELECT kind, level, key FROM alerts_alert WHERE branch_id = %s AND closed_at IS NULL ORDER BY 1, 3"
        )

    def agent_code(self) -> str:
        return str(self.ask("SELECT code FROM agents_agent WHERE branch_id = %s")[0][0])

    def agent_name(self) -> str:
        return str(self.ask("SELECT full_name FROM agents_agent WHERE branch_id = %s")[0][0])

    def burst(self, count: int) -> None:
        self._counter(self.today, count)

    def usual(self, count: int, *, days: int = 10) -> None:
        for back in range(1, days + 1):
            self._counter(self.today - timedelta(days=back), count)

    def more_today(self, count: int) -> None:
        sql = "UPDATE events_counter SET value = %s WHERE branch_id = %s AND level = 'a' AND day_captured = %s"
        self._do(sql, count, self.branch.id, self.today)  # fmt: skip

    def activated(self, at: datetime) -> None:
        self._do("UPDATE accounts_device SET activated_at = %s WHERE agent_id = %s", at, self.agent.id)

    def stands(self, *, level: str, key: str, **columns: int) -> None:
        with system_work(self.branch):
            rows = Standing.objects.filter(branch_id=self.branch.id, level=level, day=self.today, key=key)
            if not rows.update(**columns):
                Standing.objects.create(
                    branch_id=self.branch.id, level=level, day=self.today, key=key, taken_at=self.now, **columns
                )

    def told(self, bank_id: str, days: list[int], *, hours: float = 1) -> None:
        """Notifications so many days and hours ago."""
        for n, back in enumerate(days):
            at = self.now - timedelta(days=back, hours=hours, minutes=n)
            Notification.objects.create(
                bank_id=bank_id, external_id=f"{back}-{n}-{hours}", day=at.date(), headers={}, body=b"", body_sha256=b"",
                received_at=at, branch_id=self.branch.id,
            )  # fmt: skip

    def _counter(self, day: date, count: int) -> None:
        self._do(COUNTED, self.branch.id, str(self.agent.id), day, day, count)

    def _do(self, sql: LiteralString, *given: Any) -> None:
        with system_work(self.branch) as work:
            work.execute(sql, given)


@pytest.fixture
def world(database: Path) -> World:
    del database
    return World()


@pytest.fixture
def head(world: World) -> tuple[User, Client]:
    user = make_user(Role.BRANCH_HEAD, Office.objects.get(id=world.branch.id))
    user.language, user.email = "en", f"kepala{world.branch.id}@example.test"
    user.save(update_fields=["language", "email"])
    return user, logged_in(user)


def test_burst_is_raised_once_and_closed_when_it_is_over(world: World) -> None:
    world.usual(5)
    world.burst(19)
    assert world.look() == 0, "a usual day has 5: 4 times that are 20"
    world.more_today(21)
    assert world.look() == 1
    assert world.look(later=timedelta(minutes=10)) == 0, "it is known"
    assert world.open() == [("burst", "a", str(world.agent.id))]
    assert world.look(later=timedelta(days=2)) == 0
    assert world.open() == []


def test_silent_agent_by_working_days_and_not_while_absent(world: World) -> None:
    make_device(world.agent, b"\x04" + b"\x01" * 64)
    world.activated(world.now - timedelta(hours=20))
    assert world.look() == 0
    world.activated(world.now - timedelta(days=21))
    assert world.look() == 1
    assert world.open() == [("silent_agent", "a", str(world.agent.id))]
    with system_work(world.branch) as work:
        day = branch_day(world.now, ZONE)
        work.execute(
            "INSERT INTO supervision_absence (branch_id, id, agent_id, kind, during, recorded_at)"
            " VALUES (%s, %s, %s, 'leave', daterange(%s, %s), now())",
            [world.branch.id, uuid7(), world.agent.id, day, day + timedelta(days=5)],
        )
    world.look(later=timedelta(minutes=10))
    assert world.open() == []


def test_cap_target_cash_and_licences_by_the_newest_standing(world: World) -> None:
    world.stands(level="b", key=str(world.branch.id), quota_cap=100, quota_consumed=85, quota_leased=4)
    world.stands(level="a", key=str(world.agent.id), custody_overdue=250_000, licences_ending=1)
    world.look()
    assert {kind for kind, _level, _key in world.open()} - {"behind_target"} == {"cash_late", "licence_ends"}
    world.stands(level="b", key=str(world.branch.id), quota_leased=5)
    world.look(later=timedelta(minutes=10))
    assert ("cap_near", "b", str(world.branch.id)) in world.open()


@pytest.mark.parametrize(("day", "found"), [(10, []), (27, [("behind_target", 79)])])
def test_behind_target_only_near_the_end_of_a_month(world: World, day: int, found: list[tuple[str, int]]) -> None:
    asked = datetime(2026, 10, day, 3, tzinfo=UTC)
    with Work(scope=Scope.branch(world.branch.id), clock=FixedClock(asked)) as work:
        work.execute(
            "INSERT INTO events_counter (branch_id, level, key, day_captured, day_received, segment, metric, value)"
            " VALUES (%s, 'B', %s, '2026-10-01', '2026-10-01', 'BPU', 'accepted', 79)",
            [world.branch.id, str(world.branch.id)],
        )
    with system_work(world.branch) as work:
        quota.set_quota(work, branch_id=world.branch.id, period=date(2026, 10, 1), target=100)
    with system_work(world.branch) as work:
        place = look.Place(world.branch.id, asked.date(), NATIONAL)
        seen = look.behind_target(work, place, watched()["behind_target"].figures)
    assert [(one.kind, one.facts["attained"]) for one in seen] == found


def test_bank_is_silent_only_where_it_told_something_in_each_week(world: World) -> None:
    silent, new, busy = (make_bank().credentials.client_key for _ in range(3))
    world.told(silent, [7, 7, 7, 14, 14, 14, 21, 21, 21, 28, 28, 28])
    world.told(new, [7, 7, 7, 14, 14, 14])
    world.told(busy, [0, 7, 7, 7, 14, 14, 14, 21, 21, 21, 28, 28, 28])
    world.told(silent, [2], hours=0)
    with Work(scope=Scope.nation(), clock=FixedClock(world.now)) as work:
        found = look.bank_silent(work, watched()["bank_silent"].figures)
    assert [one.key for one in found.get(world.branch.id, [])] == [silent]


def test_who_sees_takes_note_and_takes_it_back(world: World, head: tuple[User, Client]) -> None:
    world.burst(30)
    world.look()
    user, client = head
    assert ">1<" in client.get(f"{PAGE}count/").content.decode()
    page = client.get(PAGE).content.decode()
    assert "Sudden burst" in page
    assert "30 enrolments" in page
    ((alert,),) = world.ask("SELECT id FROM alerts_alert WHERE branch_id = %s")
    marked = {"alert": f"{world.branch.id}:{alert}", "note": "Ditelepon"}
    assert client.post(f"{PAGE}take/", marked).status_code == 302
    assert client.post(f"{PAGE}take/", marked | {"note": "lain"}).status_code == 302
    assert world.ask("SELECT seen_by, note FROM alerts_alert WHERE branch_id = %s") == [(user.id, "Ditelepon")]
    assert not client.get(f"{PAGE}count/").content.strip()
    assert "Ditelepon" in client.get(f"{PAGE}?state=seen").content.decode()
    assert client.post(f"{PAGE}take/", marked | {"undo": "1", "state": "seen"}).status_code == 302
    assert world.ask("SELECT seen_by FROM alerts_alert WHERE branch_id = %s") == [(None,)]
    assert client.post(f"{PAGE}take/", marked | {"note": "x" * 501}).status_code == 422
    told = world.ask("SELECT kind FROM events_event WHERE branch_id = %s AND kind LIKE 'alert%%' ORDER BY number")
    assert [kind for (kind,) in told] == ["alert_raised", "alert_seen", "alert_unseen"]


def test_nothing_marked_is_said_and_the_note_stays(world: World, head: tuple[User, Client]) -> None:
    world.burst(30)
    world.look()
    _user, client = head
    answer = client.post(f"{PAGE}take/", {"note": "Ditelepon", "state": "open"})
    page = answer.content.decode()
    assert (answer.status_code, "E5208" in page, 'value="Ditelepon"' in page) == (422, True, True)
    ((alert,),) = world.ask("SELECT id FROM alerts_alert WHERE branch_id = %s")
    marked = {"alert": f"{world.branch.id}:{alert}", "note": "x" * 501}
    page = client.post(f"{PAGE}take/", marked).content.decode()
    assert f'value="{marked["alert"]}" checked' in page


def test_what_was_typed_and_refused_stays_in_the_form(world: World, head: tuple[User, Client]) -> None:
    _user, client = head
    page = client.post(
        f"{PAGE}settings/", {"kind": "burst", "times": "0", "least": "25", "is_on": "1"}
    ).content.decode()
    assert 'name="times" inputmode="numeric" value="0"' in page
    assert 'name="least" inputmode="numeric" value="25"' in page
    assert "At least, people a day" in page
    refused = client.post(f"{PAGE}mine/", {"kind": "sms", "phone": "12345"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert 'value="sms" selected' in page
    assert 'value="12345"' in page


def test_others_neither_see_nor_take(world: World) -> None:
    world.burst(30)
    world.look()
    ((alert,),) = world.ask("SELECT id FROM alerts_alert WHERE branch_id = %s")
    stranger = logged_in(make_user(Role.BRANCH_HEAD, Office.objects.get(id=make_branch().id)))
    assert "30" not in stranger.get(PAGE).content.decode().split("<main")[1]
    stranger.post(f"{PAGE}take/", {"alert": f"{world.branch.id}:{alert}"})
    assert world.ask("SELECT seen_by FROM alerts_alert WHERE branch_id = %s") == [(None,)]
    system = logged_in(make_user(Role.SYSTEM, Office.objects.get(id=world.branch.id)))
    assert "top-bell" not in system.get("/accounts/2fa/").content.decode()
    assert "top-bell" in stranger.get("/console/").content.decode()
    auditor = logged_in(make_user(Role.AUDITOR, Office.objects.get(id=world.branch.id)))
    assert auditor.get(PAGE).status_code == 200
    assert auditor.post(f"{PAGE}take/", {"alert": f"{world.branch.id}:{alert}"}).status_code == 403


def test_one_mail_to_each_whom_it_concerns_without_a_name(world: World, head: tuple[User, Client]) -> None:
    world.burst(30)
    world.look()
    world.look(later=world.noon())
    mails = world.ask(
        "SELECT email_sealed, body_sealed, urgency FROM messages_message WHERE branch_id = %s AND purpose = 'alert'"
    )
    assert [(unseal(bytes(to)).decode(), urgency) for to, _body, urgency in mails] == [(head[0].email, 1)]
    body = unseal(bytes(mails[0][1])).decode()
    assert "Sudden burst" in body
    assert world.agent_code() in body
    assert world.agent_name() not in body


def test_review_past_its_time_is_raised_and_closed_with_the_review(world: World) -> None:
    person = worker()
    enrol(world.agent, **person)
    second = enrol(world.agent, **person | {"nik": worker()["nik"]})
    assert ("reviews_late", "b", str(world.branch.id)) not in world.open()
    world.look(later=timedelta(days=30))
    assert ("reviews_late", "b", str(world.branch.id)) in world.open()
    item = review_of(world.branch, second)
    with system_work(world.branch) as work:
        review.reject(work, branch_id=world.branch.id, review_id=item, note="Orang yang sama")
    world.look(later=timedelta(days=30, minutes=10))
    assert ("reviews_late", "b", str(world.branch.id)) not in world.open()


def test_branch_sets_its_own_figures_and_switches_off(world: World, head: tuple[User, Client]) -> None:
    _user, client = head
    world.burst(30)
    address = f"{PAGE}settings/"
    shown = client.get(address).content.decode()
    assert "One agent enrols 20 people or more in a day" in shown
    assert "Sub-branch officer" in shown
    assert "Petugas KCP" not in shown
    assert client.post(address, {"kind": "burst", "times": "4", "least": "0", "is_on": "1"}).status_code == 422
    assert client.post(address, {"kind": "burst", "times": "4", "least": "31", "is_on": "1"}).status_code == 302
    assert world.look() == 0
    assert client.post(address, {"kind": "burst", "times": "4", "least": "20", "is_on": "1"}).status_code == 302
    assert world.look() == 1
    assert client.post(address, {"kind": "burst", "times": "4", "least": "20"}).status_code == 302
    world.look(later=timedelta(minutes=10))
    assert world.open() == []


def test_every_kind_has_somebody_who_looks_and_texts_that_fill() -> None:
    assert set(watched()) == {*look.BY_BRANCH, "bank_silent"}
    facts: dict[str, Any] = {"last": "2026-11-20", "day": "2026-11-20", "count": 1500, "usual": 3, "used": 9, "cap": 10}
    facts |= {"attained": 1, "target": 2, "left": 3, "amount": 250_000}
    for kind, rule in watched().items():
        for language in ("id", "en"):
            text = words.text(kind, facts, rule.figures, language, bank="Bank Uji")
            assert text, kind
            assert not set("{}–") & set(text), text
            assert not set("{}–") & set(words.when(kind, rule.figures, language)), kind
    assert "1.500 pendaftaran pada 20 Nov 2026" in words.text("burst", facts, {}, "id")
