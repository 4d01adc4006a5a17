"""Reports: the numbers of the screens as page, PDF, workbook and recap, as of any day; sent once to those who asked and may see."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from openpyxl import load_workbook

from perisai.accounts.models import Role, User
from perisai.events.clock import FixedClock
from perisai.events.vault import unseal
from perisai.figures import reading, take
from perisai.figures.period import Period
from perisai.offices.calendar import NATIONAL
from perisai.offices.models import Office
from perisai.offices.scopes import BRANCH, Watch
from perisai.reports import jobs, schedule, span
from perisai.reports.desk import Desk
from tests.accounts.people import logged_in, make_user
from tests.world import Branch, FieldAgent, jakarta_today, make_agent, make_branch, system_work

COUNTED = """
INSERT INTO events_counter (branch_id, level, key, day_captured, day_received, segment, metric, value)
VALUES (%s, %s, %s, %s, %s, 'BPU', %s, %s)
"""
WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
NOVEMBER = date(2026, 11, 1)


class Place:
    """A branch where 12 people were accepted in the week of 9 November 2026, 3 of them brought in five days after it; or all of
    them today."""

    def __init__(self, today: date | None = None) -> None:
        self.branch: Branch = make_branch()
        self.agent: FieldAgent = make_agent(self.branch)
        self.scope = Watch(BRANCH, str(self.branch.id))
        with system_work(self.branch) as work:
            month = today.replace(day=1) if today else NOVEMBER
            for day, received, count in ((today.day, today.day, 12),) if today else ((10, 10, 9), (13, 20, 3)):
                captured, came = month.replace(day=day), month.replace(day=received)
                for level, key in (("b", str(self.branch.id)), ("a", str(self.agent.id))):
                    given = [self.branch.id, level, key, captured, came, "accepted", count]
                    work.execute(COUNTED, given)
                    monthly = [self.branch.id, level.upper(), key, month, month, "accepted", count]
                    work.execute(COUNTED.rstrip() + AGAIN, monthly)
        self.user: User = make_user(Role.BRANCH_HEAD, Office.objects.get(id=self.branch.id))
        self.user.language, self.user.email = "en", f"kepala{self.branch.id}@example.test"
        self.user.save(update_fields=["language", "email"])
        self.client: Client = logged_in(self.user)

    @property
    def address(self) -> str:
        return f"/console/reports/branch/{self.branch.id}/"

    def ask(self, sql: LiteralString) -> list[tuple[Any, ...]]:
        with system_work(self.branch) as work:
            return work.rows(sql, [self.branch.id])

    def send(self, at: datetime) -> int:
        with system_work(self.branch, FixedClock(at)) as work:
            return schedule.send_due(work, desk=self.desk)

    @property
    def desk(self) -> Desk:
        return Desk(self.branch.id, "Asia/Jakarta")


AGAIN: LiteralString = """
ON CONFLICT (branch_id, level, key, day_captured, day_received, segment, metric)
DO UPDATE SET value = events_counter.value + excluded.value
"""


@pytest.fixture(scope="module")
def place(database: Path) -> Place:
    del database
    return Place()


def test_page_workbook_and_reading_say_the_same(place: Place) -> None:
    week = f"{place.address}weekly/2026-11-11/"
    page = place.client.get(week).content.decode()
    assert "9 Nov 2026 – 15 Nov 2026" in page
    with system_work(place.branch) as work:
        read = reading.of(work, place.scope, WEEK, date(2026, 11, 22))
    assert read.values["accepted"] == 12
    book = load_workbook(io.BytesIO(place.client.get(f"{week}?form=xlsx").content))
    told = {row[0]: row for row in book["Figures"].iter_rows(values_only=True)}
    assert told["Accepted"][2] == 12
    assert told["Accepted"][5] == 3, "came after the period"
    days = {row[0]: row for row in book["By day"].iter_rows(values_only=True)}
    titles = days.pop("Day")
    accepted = titles.index("Accepted")
    assert sum(row[accepted] or 0 for row in days.values()) == 12
    assert '<td class="number"><b>12</b></td>' in page
    assert "Came late" in page
    assert "of the whole month" in page
    assert "of the whole month" not in place.client.get(f"{place.address}monthly/2026-11-01/").content.decode()


def test_report_as_of_a_past_day_says_what_was_known_then(place: Place) -> None:
    page = place.client.get(f"{place.address}weekly/2026-11-09/?as_of=2026-11-16").content.decode()
    assert '<td class="number"><b>9</b></td>' in page
    assert '<td class="number"><b>12</b></td>' not in page
    assert "As it was known at the end of" in page
    assert ">3<" in page.rsplit("Came late", 1)[1]


def test_pdf_is_one_and_of_each_language(place: Place) -> None:
    for kind, day in (("weekly", "2026-11-09"), ("monthly", "2026-11-01"), ("daily", "2026-11-10")):
        made = place.client.get(f"{place.address}{kind}/{day}/?form=pdf")
        assert made["Content-Type"] == "application/pdf"
        assert made.content.startswith(b"%PDF-")


def test_recap_is_ready_to_paste(database: Path) -> None:
    place = Place(today=jakarta_today())
    page = place.client.get(place.address).content.decode()
    assert f"*Perisai · {place.ask('SELECT name FROM offices_office WHERE id = %s')[0][0]}*" in page
    assert "*This month*: Accepted *12*" in page
    assert "data-copy=" in page


def test_recap_says_the_quota_of_this_moment_and_when_the_rest_was_counted(database: Path) -> None:
    place = Place(today=jakarta_today())
    with system_work(place.branch) as work:
        take.take(work, branch_id=place.branch.id, timezone="Asia/Jakarta")
    before = place.ask("SELECT cap - consumed - leased FROM targets_quota WHERE branch_id = %s")[0][0]
    place.ask("UPDATE targets_quota SET consumed = consumed + 7 WHERE branch_id = %s RETURNING 1")
    page = place.client.get(place.address).content.decode()
    assert f"Quota left *{before - 7:,}*" in page
    assert re.search(r"Members paying \*0\* \(as of \d\d:\d\d WIB\)", page)


@pytest.mark.parametrize(
    "path", ["weekly/2026-13-01/", "yearly/2026-11-01/", "weekly/2999-01-01/", "weekly/1900-01-01/"]
)
def test_no_such_report(place: Place, path: str) -> None:
    assert place.client.get(place.address + path).status_code == 404


def test_others_see_neither_report_nor_recap(place: Place) -> None:
    stranger = logged_in(make_user(Role.BRANCH_HEAD, Office.objects.get(id=make_branch().id)))
    for address in (place.address, f"{place.address}weekly/2026-11-09/", "/console/reports/nation/all/"):
        assert stranger.get(address).status_code == 403, address
    other = make_agent(make_branch())
    assert place.client.get(f"/console/reports/agent/{other.id}/").status_code == 403
    assert place.client.get(f"/console/reports/agent/{place.agent.id}/").status_code == 200


@pytest.mark.parametrize(
    ("kind", "at", "first"),
    [
        ("daily", datetime(2026, 11, 23, 9, 59, tzinfo=UTC), None),  # 16.59 in Jambi
        ("daily", datetime(2026, 11, 23, 10, 1, tzinfo=UTC), date(2026, 11, 23)),
        ("daily", datetime(2026, 11, 22, 10, 1, tzinfo=UTC), None),  # a Sunday
        ("weekly", datetime(2026, 11, 22, 23, 0, tzinfo=UTC), None),  # Monday 06.00
        ("weekly", datetime(2026, 11, 22, 23, 31, tzinfo=UTC), date(2026, 11, 16)),
        ("weekly", datetime(2026, 11, 24, 17, 30, tzinfo=UTC), date(2026, 11, 16)),
        ("monthly", datetime(2026, 11, 30, 23, 45, tzinfo=UTC), date(2026, 11, 1)),
    ],
)
def test_when_a_report_is_due(kind: span.Kind, at: datetime, first: date | None) -> None:
    due = schedule.due_span(kind, at.astimezone(schedule.ZoneInfo("Asia/Jakarta")), NATIONAL)
    assert (due and due.period.first) == first


def test_sent_once_to_who_asked_and_stopped_by_them(place: Place) -> None:
    asked = {"kind": "weekly"}
    assert place.client.post(f"{place.address}subscribe/", asked).status_code == 302
    assert place.client.post(f"{place.address}subscribe/", asked).status_code == 302
    assert place.ask("SELECT count(*) FROM reports_schedule WHERE branch_id = %s AND ended_at IS NULL") == [(1,)]
    now = datetime.now(UTC)
    here = now.astimezone(ZoneInfo("Asia/Jakarta"))
    monday = (here + timedelta(days=7 - here.weekday())).replace(hour=8)
    assert place.send(now) == 0, "nothing of a week before it was asked for"
    assert place.send(monday) == 1
    assert place.send(monday + timedelta(minutes=15)) == 0
    ((sealed, body),) = place.ask(
        "SELECT email_sealed, body_sealed FROM messages_message WHERE branch_id = %s AND purpose = 'report'"
    )
    assert unseal(bytes(sealed)).decode() == place.user.email
    text = unseal(bytes(body)).decode()
    assert f"/console/reports/branch/{place.branch.id}/weekly/" in text
    assert "*Perisai" in text
    place.client.post(f"{place.address}subscribe/", asked | {"stop": "1"})
    assert place.send(monday + timedelta(days=7)) == 0
    assert jobs.send_all(FixedClock(monday + timedelta(days=7))) == 0


def test_who_moved_away_is_sent_nothing(place: Place) -> None:
    mover = make_user(Role.BRANCH_HEAD, Office.objects.get(id=place.branch.id))
    mover.email = "pindah@example.test"
    mover.save(update_fields=["email"])
    with system_work(place.branch) as work:
        schedule.start(work, desk=place.desk, user=mover, scope=place.scope, kind="monthly")
    mover.office = Office.objects.get(id=make_branch().id)
    mover.save(update_fields=["office"])
    assert place.send(datetime.now(UTC) + timedelta(days=40)) == 0


def test_nobody_without_an_address_asks(place: Place) -> None:
    bare = logged_in(make_user(Role.BRANCH, Office.objects.get(id=place.branch.id)))
    answer = bare.post(f"{place.address}subscribe/", {"kind": "weekly"})
    assert answer.status_code == 422
