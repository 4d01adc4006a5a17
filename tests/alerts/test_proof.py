"""A number that somebody typed is told of nothing until its holder has written back the code that was sent to it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from perisai.accounts.models import User
from perisai.alerts import mine as mine_page
from perisai.alerts import proof, way
from perisai.errors import Refused
from perisai.events.clock import FixedClock, SystemClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.messages import channel, one_time
from perisai.messages.gateway import Gateway
from tests.accounts.people import logged_in
from tests.alerts.test_alerts import PAGE
from tests.alerts.test_unanswered import MONDAY, Line
from tests.world import system_work

MINE = f"{PAGE}mine/"
_numbers = count(10_000_001)


class Holder:
    """The branch's head, who wrote a number of their own, and the clock of the page."""

    def __init__(self, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
        self.line = line
        self.user = line.head
        self.client: Client = logged_in(line.head)
        self.clock = FixedClock(SystemClock().now())
        monkeypatch.setattr(mine_page, "_CLOCK", self.clock)
        self.number = new_number()

    def pass_time(self, **by: float) -> None:
        self.clock.at += timedelta(**by)

    def write(self, number: str, kind: str = "sms") -> int:
        return self.client.post(MINE, {"kind": kind, "phone": number}).status_code

    def ask(self) -> int:
        return self.client.post(MINE, {"act": "send"}).status_code

    def bring(self, code: str) -> int:
        return self.client.post(MINE, {"act": "confirm", "code": code}).status_code

    def codes(self) -> list[str]:
        """In the order in which they were sent to this number."""
        texts = [body for purpose, to, body in self.line.mails() if "code" in purpose and to == self.number]
        return [found[0] for body in texts if (found := re.search(r"\b\d{6}\b", body))]

    def told(self) -> list[tuple[str, str]]:
        """(purpose, to whom) of what was written about alerts."""
        return [(purpose, to) for purpose, to, _body in self.line.mails() if "code" not in purpose]

    def page(self) -> str:
        return " ".join(self.client.get(MINE).content.decode().split())


def new_number() -> str:
    return f"+62813{next(_numbers)}"


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


@pytest.fixture
def line(database: Path) -> Iterator[Line]:
    del database
    made = Line()
    yield made
    User.objects.filter(pk=made.country.pk).update(is_active=False)  # head office is everybody's


@pytest.fixture
def holder(line: Line, monkeypatch: pytest.MonkeyPatch) -> Holder:
    monkeypatch.setattr(proof, "find_gateway", lambda: Gateway("http://unused"))
    return Holder(line, monkeypatch)


def test_nothing_but_a_code_goes_to_a_number_before_it_is_confirmed(holder: Holder) -> None:
    assert holder.write(holder.number) == 302
    (code,) = holder.codes()
    assert "is not confirmed" in holder.page()
    assert holder.user.email in holder.page().split("is not confirmed")[1], "what goes where meanwhile"
    assert "is not confirmed" in holder.client.get(PAGE).content.decode()
    holder.line.look(MONDAY)
    assert holder.told() == [("alert", holder.user.email)]
    body = holder.line.mails()[-1][2]
    assert "is not confirmed" in body, "the mail says how to confirm it"
    assert MINE in body
    assert holder.number not in body
    assert holder.bring(f" {code[:3]} {code[3:]} ") == 302
    assert "is not confirmed" not in holder.page() + holder.client.get(PAGE).content.decode()
    again(holder.line)
    assert holder.told()[-1] == ("alert_sms", holder.number)


def again(line: Line) -> None:
    """The alert is over, and holds anew."""
    for overdue, hours in ((0, 1), (9_000, 2)):
        with system_work(line.branch) as work:
            work.execute(
                "UPDATE figures_standing SET custody_overdue = %s WHERE branch_id = %s AND level = 'a'",
                [overdue, line.branch.id],
            )
        line.look(MONDAY + timedelta(hours=hours))


def test_code_is_kept_hashed_and_sent_to_the_phone_alone(holder: Holder) -> None:
    holder.write(holder.number, "whatsapp")
    (code,) = holder.codes()
    ((purpose, urgency, email, minutes),) = holder.line.ask(
        "SELECT purpose, urgency, email_sealed, extract(epoch FROM good_until - queued_at)::int / 60 FROM messages_message"
        " WHERE branch_id = %s"
    )
    assert (purpose, urgency, email, minutes) == ("alert_code_whatsapp", 0, None, 10), (
        "never by e-mail, which proves nothing"
    )
    with system_work(holder.line.branch) as work:
        row = work.row("SELECT to_jsonb(w)::text FROM alerts_way w WHERE user_id = %s", [holder.user.id])
    assert row is not None
    assert code not in row[0]
    assert holder.number[1:] not in row[0]


def test_fifth_wrong_try_ends_a_code_and_each_counts(holder: Holder) -> None:
    holder.write(holder.number)
    (code,) = holder.codes()
    for left in (4, 3, 2, 1, 0):
        answer = holder.client.post(MINE, {"act": "confirm", "code": wrong(code)})
        assert answer.status_code == 422
        assert f"{left} tries are left" in answer.content.decode()
    assert holder.bring(code) == 409
    holder.pass_time(minutes=2)
    assert holder.ask() == 302
    assert holder.bring(code) == 422, "the first one is worth nothing any more"
    assert holder.bring(holder.codes()[-1]) == 302


def test_code_is_good_for_ten_minutes(holder: Holder) -> None:
    holder.write(holder.number)
    holder.pass_time(minutes=10)
    assert holder.bring(holder.codes()[0]) == 409
    assert "Send a code to this number" in holder.page()


def test_another_code_after_a_pause_and_three_an_hour_to_a_number(holder: Holder) -> None:
    holder.clock.at = holder.clock.at.replace(minute=1, second=0)  # one window of an hour
    holder.write(holder.number)
    assert holder.ask() == 429
    early = holder.client.post(MINE, {"act": "send"})
    assert 0 < int(early["Retry-After"]) <= 60
    for _ in range(2):
        holder.pass_time(minutes=1)
        assert holder.ask() == 302
    holder.pass_time(minutes=1)
    assert holder.ask() == 429
    assert len(holder.codes()) == 3
    assert holder.bring(holder.codes()[-1]) == 302, "the last one that came still holds"


def test_changed_number_is_confirmed_again_and_the_same_is_not(holder: Holder) -> None:
    holder.write(holder.number)
    holder.bring(holder.codes()[0])
    assert holder.write(holder.number.replace("+62", "0"), "whatsapp") == 302
    assert holder.write("", "sms") == 302
    assert "is not confirmed" not in holder.page()
    first, holder.number = holder.number, new_number()
    holder.write(first)
    assert holder.write(holder.number) == 302
    assert "is not confirmed" in holder.page()
    holder.line.look(MONDAY)
    assert holder.told() == [("alert", holder.user.email)]
    assert holder.bring(holder.codes()[0]) == 302


def test_code_of_a_number_that_was_changed_meanwhile_confirms_nothing(holder: Holder) -> None:
    holder.write(holder.number)
    (code,) = holder.codes()
    holder.pass_time(minutes=2)
    other = new_number()
    holder.write(other)
    assert holder.bring(code) == 422
    holder.client.post(MINE, {"kind": "email"})
    assert holder.bring(code) == 409
    assert holder.ask() == 409


def test_numbers_of_before_are_not_confirmed_and_who_has_no_mail_is_told_on_the_page(holder: Holder) -> None:
    with system_work(holder.line.branch) as work:
        way.choose(work, user_id=holder.user.id, kind="sms", phone=holder.number)
    User.objects.filter(pk=holder.user.pk).update(email="")
    holder.line.look(MONDAY)
    assert holder.told() == []
    assert "until then alerts stand on the page of alerts alone" in holder.page()
    assert holder.ask() == 302
    assert holder.bring(holder.codes()[0]) == 302
    again(holder.line)
    assert holder.told() == [("alert_sms", holder.number)]


def test_region_confirms_by_its_own_office(holder: Holder) -> None:
    holder.user = holder.line.above
    holder.client = logged_in(holder.line.above)
    assert holder.write(holder.number) == 302
    office = holder.line.region.id
    with Work(scope=Scope.of((office,))) as work:
        rows = work.rows("SELECT purpose FROM messages_message WHERE branch_id = %s", [office])
        assert rows == [("alert_code_sms",)]


def test_without_a_way_to_phones_the_number_is_kept_and_the_page_says_so(
    holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "find_gateway", lambda: None)
    monkeypatch.setattr(channel, "operator_email", lambda: None)
    assert holder.write(holder.number) == 409
    assert holder.codes() == []
    assert "is not confirmed" in holder.page()


def test_two_that_guess_at_once_have_five_tries_together(holder: Holder) -> None:
    holder.write(holder.number)
    (code,) = holder.codes()
    together = Barrier(8, timeout=60)

    def guess() -> Any:
        together.wait()
        try:
            with Work(scope=Scope.branch(holder.line.branch.id), clock=holder.clock) as work:
                return proof.confirm(work, user_id=holder.user.id, code=wrong(code))
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = [one.result(timeout=60) for one in [pool.submit(guess) for _ in range(8)]]
    assert sorted(map(str, answers)) == ["0", "1", "2", "3", "4", "E5206", "E5206", "E5206"]
    assert one_time.TRIES == 5
