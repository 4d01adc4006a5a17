"""Reports of a region and the country: sent once to who chose them, by that office's clock, in their language, as the page says."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from perisai.accounts.models import Role, User
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.vault import unseal
from perisai.events.work import Work
from perisai.messages import outbox
from perisai.offices.models import Office
from perisai.offices.office import create_office
from perisai.offices.scopes import Watch
from perisai.reports import jobs, schedule
from perisai.reports.desk import Desk
from tests.accounts.people import logged_in, make_user, tree
from tests.reports.test_reports import COUNTED
from tests.world import make_branch, system_work

WIT = "Asia/Jayapura"
TODAY = datetime.now(ZoneInfo(WIT)).date()
MONDAY = TODAY + timedelta(days=7 - TODAY.weekday())
"""The next one; its week before is the one that is asked for."""
WEEK = MONDAY - timedelta(days=7)


class Region:
    """A region in the east with two branches, in each of which seven people were accepted in this week."""

    def __init__(self) -> None:
        branches = [make_branch(), make_branch()]
        number, head = 900_000 + branches[0].id, tree().head
        with Work(scope=Scope.nation()) as work:
            self.office = create_office(
                work, id=number, kind="region", code=f"KW-{number}", name="Kanwil Timur", parent=head
            )
            work.execute("UPDATE offices_office SET timezone = %s WHERE id = %s", [WIT, number])
        for branch in branches:
            with system_work(branch) as work:
                work.execute(
                    "UPDATE offices_office SET path = %s WHERE id = %s",
                    [[head.id, number, branch.id], branch.id],
                )
                given = [branch.id, "b", str(branch.id), WEEK, WEEK, "accepted", 7]
                work.execute(COUNTED, given)
        self.address = f"/console/reports/region/{number}/"
        self.people = [self._person(language) for language in ("en", "id")]
        self.clients = [logged_in(user) for user in self.people]
        for client in self.clients:
            client.post(f"{self.address}subscribe/", {"kind": "weekly"})

    def due(self) -> datetime:
        """Monday 06.31 in the east, two hours before it is that in Jakarta."""
        return datetime.combine(MONDAY, datetime.min.time(), UTC) - timedelta(hours=2, minutes=29)

    def letters(self) -> dict[str, str]:
        with Work(scope=Scope.of((self.office.id,))) as work:
            rows = work.rows(
                "SELECT email_sealed, body_sealed FROM messages_message WHERE branch_id = %s AND purpose = 'report'",
                [self.office.id],
            )
        told = [(unseal(bytes(to)).decode(), unseal(bytes(body)).decode()) for to, body in rows]
        assert len({to for to, _body in told}) == len(told), "one each"
        return dict(told)

    def _person(self, language: str) -> User:
        user = make_user(Role.REGION, self.office)
        user.language, user.email = language, f"{language}{self.office.id}@example.test"
        user.save(update_fields=["language", "email"])
        return user


@pytest.fixture
def region(database: Path) -> Iterator[Region]:
    del database
    made = Region()
    yield made
    for client in made.clients:  # what others send in these tests is theirs
        client.post(f"{made.address}subscribe/", {"kind": "weekly", "stop": "1"})


def test_region_has_its_week_sent_in_each_ones_language_equal_to_the_page(region: Region) -> None:
    assert jobs.send_all(FixedClock(region.due() - timedelta(minutes=2))) == 0, "06.29 in the east"
    assert jobs.send_all(FixedClock(region.due())) == 2
    assert jobs.send_all(FixedClock(region.due() + timedelta(hours=3))) == 0
    letters = region.letters()
    english, indonesian = (letters[user.email] for user in region.people)
    assert "Accepted: 14 (before 0)" in english
    assert "Diterima: 14 (sebelumnya 0)" in indonesian
    at = f"/console/reports/region/{region.office.id}/weekly/{WEEK}/?as_of={MONDAY}"
    assert at in english
    page = region.clients[0].get(at).content.decode()
    assert '<td class="number"><b>14</b></td>' in page


def test_who_may_not_see_it_asks_in_vain_and_who_left_is_sent_nothing(region: Region) -> None:
    stranger = logged_in(make_user(Role.BRANCH_HEAD, Office.objects.get(id=make_branch().id)))
    assert stranger.post(f"{region.address}subscribe/", {"kind": "weekly"}).status_code == 403
    auditor = logged_in(make_user(Role.AUDITOR, tree().head))
    assert auditor.post(f"{region.address}subscribe/", {"kind": "weekly"}).status_code == 403
    User.objects.filter(pk=region.people[0].pk).update(office=tree().region)
    jobs.send_all(FixedClock(region.due()))
    assert list(region.letters()) == [region.people[1].email]


def test_country_has_its_month_sent_by_head_office(database: Path) -> None:
    del database
    user = make_user(Role.HEAD_OFFICE, tree().head)
    user.email = "pusat@example.test"
    user.save(update_fields=["email"])
    client: Client = logged_in(user)
    nation = "/console/reports/nation/all/"
    assert client.post(f"{nation}subscribe/", {"kind": "monthly"}).status_code == 302
    assert client.get(nation).status_code == 200
    first = (TODAY.replace(day=1) + timedelta(days=32)).replace(day=1)
    at = datetime.combine(first, datetime.min.time(), UTC)
    try:
        assert jobs.send_all(FixedClock(at - timedelta(hours=1))) == 0
        assert jobs.send_all(FixedClock(at)) == 1, "07.00 in Jakarta"
        assert jobs.send_all(FixedClock(at + timedelta(hours=1))) == 0
    finally:
        client.post(f"{nation}subscribe/", {"kind": "monthly", "stop": "1"})
        User.objects.filter(pk=user.pk).update(is_active=False)  # head office is told of every branch


def test_two_workers_send_it_once(region: Region) -> None:
    together = Barrier(2, timeout=60)

    def send() -> int:
        together.wait()
        try:
            return jobs.send_all(FixedClock(region.due()))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        sent = [one.result(timeout=60) for one in [pool.submit(send) for _ in range(2)]]
    assert sorted(sent) == [0, 2]
    assert len(region.letters()) == 2


def test_one_that_died_in_the_middle_is_sent_by_the_next_once(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(schedule, "_SENT", "SELECT 1 / (1 - 1)")  # after the letters were queued
        assert jobs.send_all(FixedClock(region.due())) == 0
    assert region.letters() == {}
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "queue_many", die)
        assert jobs.send_all(FixedClock(region.due())) == 0
    assert jobs.send_all(FixedClock(region.due())) == 2


def test_twenty_readers_cost_no_more_statements_than_two(region: Region) -> None:
    def ask(clock: datetime) -> int:
        desk = Desk(region.office.id, WIT, is_upper=True)
        with Work(scope=jobs._scope(desk), clock=FixedClock(clock)) as work, CaptureQueriesContext(connection) as asked:
            schedule.send_due(work, desk=desk)
        return len(asked)

    few = ask(region.due())
    for _ in range(18):
        region.people.append(region._person("en"))
        User.objects.filter(pk=region.people[-1].pk).update(email=f"{region.people[-1].pk}@example.test")
        with Work(scope=Scope.nation()) as work:
            user = User.objects.get(pk=region.people[-1].pk)
            schedule.start(
                work,
                desk=Desk(region.office.id, WIT, is_upper=True),
                user=user,
                scope=Watch("region", str(region.office.id)),
                kind="weekly",
            )
    assert ask(region.due()) <= few + 1
    assert len(region.letters()) == 20
