"""What several looks of one night find is one message a person in the morning, the most urgent first, and is told once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from perisai.accounts.models import Role, User
from perisai.alerts import jobs, keep, tell, way
from perisai.events.clock import FixedClock
from perisai.figures.models import Standing
from perisai.messages import outbox
from perisai.offices.models import Office
from tests.accounts.people import make_user
from tests.alerts.test_unanswered import WIB, Line
from tests.world import system_work

EVENING = datetime(2026, 11, 16, 20, 4, tzinfo=WIB)
MORNING = datetime(2026, 11, 17, 8, 4, tzinfo=WIB)


@pytest.fixture
def line(database: Path) -> Iterator[Line]:
    del database
    made = Line()
    stands(made, "a", custody_overdue=0)
    yield made
    User.objects.filter(pk=made.country.pk).update(is_active=False)  # head office is everybody's


def stands(line: Line, level: str, **columns: int) -> None:
    with system_work(line.branch):
        Standing.objects.filter(branch_id=line.branch.id, level=level).update(**columns)


def night(line: Line) -> None:
    """A licence that ends is found in the evening, the cap near before midnight, late cash after it."""
    stands(line, "a", licences_ending=1)
    line.look(EVENING)
    stands(line, "b", quota_cap=100, quota_consumed=95, quota_leased=0)
    line.look(EVENING + timedelta(hours=3))
    stands(line, "a", custody_overdue=250_000)
    line.look(EVENING + timedelta(hours=6))
    assert line.mails() == []


def below(line: Line) -> list[tuple[str, str, str]]:
    """Without the one to the region, who is told of the cap alone."""
    mails = line.mails()
    ((_purpose, _to, body),) = [one for one in mails if one[1] == line.above.email]
    assert "1 things to know" in body
    return [one for one in mails if one[1] != line.above.email]


def test_night_of_looks_is_one_message_a_person_by_mail_and_by_phone(line: Line) -> None:
    officer = make_user(Role.BRANCH, Office.objects.get(id=line.branch.id))
    User.objects.filter(pk=officer.pk).update(email="petugas@example.test", language="id")
    with system_work(line.branch) as work:
        way.choose(work, user_id=line.head.pk, kind="sms", phone="+6281377000501")
        work.execute("UPDATE alerts_way SET confirmed_at = %s WHERE user_id = %s", [work.now, line.head.pk])
    night(line)
    for minutes in (0, 10, 20):
        line.look(MORNING + timedelta(minutes=minutes))
    texts = [(to, body) for _purpose, to, body in below(line)]
    assert sorted(to for to, _body in texts) == ["+6281377000501", "petugas@example.test"]
    by_phone, by_mail = (dict(texts)[to] for to in ("+6281377000501", "petugas@example.test"))
    titles = ("Cash past its deadline", "A licence is about to end", "Quota nearly used up")
    assert [by_phone.index(title) for title in titles] == sorted(by_phone.index(title) for title in titles)
    assert "3 hal perlu diketahui" in by_mail
    lines = [one for one in by_mail.splitlines() if one.startswith("- ")]
    assert len(lines) == 3
    assert "Uang tunai" in lines[0], "the most urgent first"
    urgency = sorted(row[0] for row in line.ask("SELECT urgency FROM messages_message WHERE branch_id = %s"))
    assert urgency == [1, 1, 2], "as the worst in it; the region's holds nothing urgent"


def test_who_dies_while_telling_loses_nothing_and_tells_nothing_twice(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(line)
    queue = outbox.queue_many

    def die(*args: Any, **more: Any) -> None:
        queue(*args, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(tell.outbox, "queue_many", die)
        with pytest.raises(KeyboardInterrupt):
            line.look(MORNING)
    assert line.mails() == []
    line.look(MORNING + timedelta(minutes=10))
    line.look(MORNING + timedelta(minutes=20))
    ((_purpose, to, body),) = below(line)
    assert to == line.head.email
    assert "3 things to know" in body


def test_two_that_look_at_once_in_the_morning_write_once(line: Line) -> None:
    night(line)
    together = Barrier(2, timeout=60)

    def look() -> None:
        together.wait()
        try:
            line.look(MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(look) for _ in range(2)]:
            one.result(timeout=60)
    assert len(below(line)) == 1


def test_what_is_over_or_taken_note_of_by_the_morning_is_told_as_such(line: Line) -> None:
    night(line)
    ((licence,),) = line.ask("SELECT id FROM alerts_alert WHERE branch_id = %s AND kind = 'licence_ends'")
    with system_work(line.branch, FixedClock(EVENING + timedelta(hours=7))) as work:
        keep.see(work, branch_id=line.branch.id, ids=[UUID(str(licence))], user_id=line.head.pk)
    stands(line, "a", custody_overdue=0)
    line.look(EVENING + timedelta(hours=8))
    line.look(MORNING)
    ((_purpose, _to, body),) = below(line)
    told = {title: one for one in body.splitlines() for title in ("Cash", "Quota", "A licence") if f"- {title}" in one}
    assert told["Cash"].endswith("(over by now)")
    assert told["A licence"].endswith("(taken note of)")
    assert not told["Quota"].endswith(")")


def test_day_tells_at_once_as_before(line: Line) -> None:
    stands(line, "a", licences_ending=1)
    line.look(MORNING)
    stands(line, "a", custody_overdue=250_000)
    line.look(MORNING + timedelta(hours=1))
    assert len(line.mails()) == 2


def test_branch_closed_in_the_night_writes_to_nobody_even_when_it_opens_again(line: Line) -> None:
    night(line)
    jobs.close_all(line.branch.id, FixedClock(EVENING + timedelta(hours=7)))
    stands(line, "a", custody_overdue=0, licences_ending=0)
    stands(line, "b", quota_consumed=0)
    line.look(MORNING)
    assert line.mails() == []
