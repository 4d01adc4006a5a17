"""Several ways to write to people: fallback, budget, hours, who stopped, and two jobs at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.messages import budget, channel, jobs, outbox, preference
from perisai.messages.hours import Hours, good_until, next_allowed
from perisai.offices.calendar import Calendar
from perisai.offices.office import create_office
from tests.accounts.people import tree
from tests.messages.operator import Operator, an_operator, set_budget, set_ways
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")

MORNING = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""Tuesday, 10.00 WIB."""
PHONE = "+6281277700011"


@pytest.fixture
def operator() -> Iterator[Operator]:
    with an_operator() as running:
        yield running


def queue(branch: Branch, *, urgency: int = 2, phone: str = PHONE, email: str = "", body: str = "Iuran Anda") -> UUID:
    text = outbox.Text("notice", phone, body, MORNING + timedelta(days=2), None, email, urgency)
    with system_work(branch, FixedClock(MORNING)) as work:
        return outbox.queue(work, branch_id=branch.id, agent_id=None, text=text)


def send(branch: Branch, message_id: UUID, *, at: datetime = MORNING, is_last_try: bool = False) -> bool:
    return outbox.send(
        branch_id=branch.id, message_id=message_id, gateway=None, clock=FixedClock(at), is_last_try=is_last_try
    )


def message(branch: Branch, message_id: UUID) -> dict[str, Any]:
    with system_work(branch) as work:
        return work.dicts("SELECT * FROM messages_message WHERE branch_id = %s AND id = %s", [branch.id, message_id])[0]


def spent(branch: Branch) -> int:
    with system_work(branch) as work:
        return budget.purse(work, branch_id=branch.id, month=date(2026, 11, 1)).spent


def test_busy_way_hands_over_to_the_next_and_costs_nothing(operator: Operator) -> None:
    branch = make_branch()
    set_ways(branch, operator, ("whatsapp", 360), ("sms", 450), ("email", 0))
    operator.busy.add("/whatsapp")
    found = queue(branch)
    assert send(branch, found)
    assert [body["to"] for body in operator.texts("/sms")] == [PHONE]
    assert (message(branch, found)["channel"], message(branch, found)["cost"], spent(branch)) == ("sms", 450, 450)
    with system_work(branch) as work:
        tries = work.rows(
            "SELECT channel, is_taken, problem FROM messages_try WHERE message_id = %s ORDER BY id", [found]
        )
    assert tries == [("whatsapp", False, "HTTP 503"), ("sms", True, "")]


def test_email_goes_by_the_library_where_it_stands_first(operator: Operator) -> None:
    branch = make_branch()
    set_ways(branch, operator, ("email", 0), ("sms", 450))
    assert send(branch, queue(branch, email="warga@contoh.id"))
    ((path, body),) = operator.taken
    assert path.startswith("/email")
    assert (body["message"], body["to"]) == ("Iuran Anda", "warga@contoh.id")
    assert send(branch, queue(branch)), "who has no address gets a text"
    assert len(operator.texts("/sms")) == 1


def test_alert_to_a_phone_goes_by_the_chosen_way_and_by_mail_where_the_money_is_gone(operator: Operator) -> None:
    branch = make_branch()
    set_ways(branch, operator, ("sms", 450), ("whatsapp", 360), ("email", 0))
    set_budget(branch, 400)

    def alert() -> str:
        text = outbox.Text("alert_whatsapp", PHONE, "Uang tunai", MORNING + timedelta(days=2), None, "kepala@contoh.id")
        with system_work(branch, FixedClock(MORNING)) as work:
            queued = outbox.queue(work, branch_id=branch.id, agent_id=None, text=text)
        assert send(branch, queued)
        return str(message(branch, queued)["channel"])

    assert [alert(), alert()] == ["whatsapp", "email"]
    assert spent(branch) == 360


def test_installations_mail_stands_last_where_an_office_has_none(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, own = make_branch(), make_branch()
    set_ways(own, operator, ("email", 0))

    def kinds(branch: Branch) -> list[tuple[str, str]]:
        with system_work(branch) as work:
            return [(way.kind, way.service) for way in channel.ways(work, branch_id=branch.id, operator=None)]

    assert kinds(plain) == []
    address = "mailtos://a:b@smtp.example?to={email}"
    monkeypatch.setenv("PERISAI_EMAIL_URL", address)
    assert kinds(plain) == [("email", address)]
    assert len(kinds(own)) == 1
    assert kinds(own)[0][1] != address
    monkeypatch.setenv("PERISAI_EMAIL_URL", "mailtos://a:b@smtp.example?to=kepala@example.test")
    assert kinds(plain) == [], "it would go to one and the same"


def test_what_was_left_over_of_an_office_above_is_sent_and_forgotten_too() -> None:
    region = create_office_above()
    with Work(scope=Scope.of((region,)), clock=FixedClock(MORNING)) as work:
        text = outbox.Text("report", "", "Laporan", MORNING, None, "kanwil@contoh.id")
        queued = outbox.queue(work, branch_id=region, agent_id=None, text=text)
        work.execute("UPDATE messages_message SET not_before = now() - interval '1 hour' WHERE id = %s", [queued])
    jobs.send_left(timestamp=0)
    with Work(scope=Scope.of((region,))) as work:
        assert work.row(
            "SELECT not_before > now() - interval '1 minute' FROM messages_message WHERE id = %s", [queued]
        ) == (True,)
        work.execute("UPDATE messages_message SET good_until = now() - interval '91 days' WHERE id = %s", [queued])
    jobs.forget_old(timestamp=0)
    with Work(scope=Scope.of((region,))) as work:
        assert work.row("SELECT 1 FROM messages_message WHERE id = %s", [queued]) is None


def test_text_whose_worker_was_killed_before_or_between_its_tries_is_sent_after_all(operator: Operator) -> None:
    """The job queue takes up no job whose worker is gone; without a time on it the text was waiting for ever."""
    branch = make_branch()
    set_ways(branch, operator, ("sms", 450))
    never_begun, between, young = (queue(branch, urgency=0) for _ in range(3))
    operator.busy.add("/sms")
    with pytest.raises(outbox.TryAgain):
        send(branch, between)
    operator.busy.clear()
    with system_work(branch) as work:
        work.execute(
            "UPDATE procrastinate_jobs SET status = 'doing' WHERE args->>'message_id' = ANY (%s)",
            [[str(never_begun), str(between)]],
        )
        sql = "UPDATE messages_message SET queued_at = now() - %s::interval, good_until = now() + interval '1 day' WHERE id = %s"
        for one, age in ((never_begun, "11 minutes"), (between, "11 minutes"), (young, "2 minutes")):
            work.execute(sql, [age, one])
    assert waiting(never_begun, between, young) == [0, 0, 1]
    jobs.send_left(timestamp=0)
    assert waiting(never_begun, between, young) == [1, 1, 1]
    jobs.send_left(timestamp=0)
    assert waiting(never_begun, between, young) == [1, 1, 1], "not one more each time"
    assert [send(branch, one, at=datetime.now(UTC)) for one in (never_begun, between)] == [True, True]


def waiting(*messages: UUID) -> list[int]:
    """How many jobs are about to send each."""
    sql = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND args->>'message_id' = %s"
    with Work(scope=Scope.nation()) as work:
        return [row[0] for one in messages if (row := work.row(sql, [str(one)]))]


def create_office_above() -> int:
    number, head = 800_000 + make_branch().id, tree().head
    with Work(scope=Scope.nation()) as work:
        create_office(work, id=number, kind="region", code=f"KW-{number}", name="Kanwil Uji", parent=head)
    return number


def test_all_ways_busy_is_tried_again_and_all_refusing_is_given_up(operator: Operator) -> None:
    branch = make_branch()
    set_ways(branch, operator, ("whatsapp", 360), ("sms", 450))
    operator.busy |= {"/whatsapp", "/sms"}
    found = queue(branch)
    with pytest.raises(outbox.TryAgain):
        send(branch, found)
    operator.busy.clear()
    operator.refusing |= {"/whatsapp", "/sms"}
    assert not send(branch, found)
    assert (message(branch, found)["state"], spent(branch)) == ("failed", 0)


def test_budget_used_up_leaves_only_what_is_most_urgent(operator: Operator) -> None:
    branch = make_branch()
    set_ways(branch, operator, ("sms", 450))
    set_budget(branch, 1000)
    assert [send(branch, queue(branch)) for _ in range(3)] == [True, True, False]
    late = queue(branch)
    send(branch, late)
    assert (message(branch, late)["state"], message(branch, late)["problem"]) == ("dropped", "budget")
    urgent = [send(branch, queue(branch, urgency=1)) for _ in range(2)]
    assert urgent == [False, False], "900 spent, 1,200 is the most that may ever be: 1,350 is above it"
    with system_work(branch) as work:
        work.execute("UPDATE messages_settings SET budget = 1200 WHERE branch_id = %s", [branch.id])
    assert send(branch, queue(branch, urgency=1))
    assert send(branch, queue(branch, urgency=0)), "a code is never held by money"


def test_last_rupiah_goes_to_one_of_two(operator: Operator) -> None:
    branch = make_branch()
    set_ways(branch, operator, ("sms", 450))
    set_budget(branch, 500)
    ids = [queue(branch) for _ in range(6)]
    assert sorted(_at_once([lambda one=one: send(branch, one) for one in ids])) == [False] * 5 + [True]
    assert spent(branch) == 450


def test_two_jobs_at_once_send_once(operator: Operator) -> None:
    branch = make_branch()
    set_ways(branch, operator, ("sms", 450))
    found = queue(branch)
    assert sorted(_at_once([lambda: send(branch, found)] * 6)) == [False] * 5 + [True]
    assert len(operator.texts("/sms")) == 1


def test_crash_in_the_middle_is_sent_again_later_and_not_before(operator: Operator) -> None:
    branch = make_branch()
    set_ways(branch, operator, ("sms", 450))
    found = queue(branch)
    with system_work(branch) as work:
        work.execute(
            "UPDATE messages_message SET not_before = %s WHERE branch_id = %s AND id = %s",
            [MORNING + timedelta(minutes=2), branch.id, found],
        )
    assert not send(branch, found)
    assert send(branch, found, at=MORNING + timedelta(minutes=2))


def test_text_in_the_night_waits_and_a_code_does_not(operator: Operator) -> None:
    branch = make_branch()
    set_ways(branch, operator, ("sms", 450))
    night = MORNING.replace(hour=15)  # 22.00 WIB
    found, code = queue(branch), queue(branch, urgency=0)
    with pytest.raises(outbox.TryAgain) as held:
        send(branch, found, at=night)
    assert held.value.at == datetime(2026, 11, 25, 1, 0, tzinfo=UTC)  # 08.00 WIB
    assert send(branch, code, at=night)
    assert message(branch, found)["state"] == "queued"
    assert send(branch, found, at=held.value.at)


def test_who_stopped_gets_codes_only_and_who_prefers_a_way_gets_it_first(operator: Operator) -> None:
    branch = make_branch()
    set_ways(branch, operator, ("sms", 450), ("whatsapp", 360))
    with system_work(branch) as work:
        preference.set_preference(work, branch_id=branch.id, phone=PHONE, is_stopped=True)
        preference.set_preference(
            work, branch_id=branch.id, phone="+628127770012", is_stopped=False, prefers="whatsapp"
        )
    found = queue(branch)
    assert not send(branch, found)
    assert (message(branch, found)["state"], message(branch, found)["problem"]) == ("dropped", "opted_out")
    assert send(branch, queue(branch, urgency=0))
    assert send(branch, queue(branch, phone="+628127770012"))
    assert len(operator.texts("/whatsapp")) == 1


def test_each_purpose_goes_out_as_the_rules_say(operator: Operator) -> None:
    """A code takes the SMS before the branch's first way; a measure reaches also who stopped reminders, in the morning; news of
    care waits, and not longer than it is good."""
    branch, night = make_branch(), MORNING.replace(hour=15)
    set_ways(branch, operator, ("whatsapp", 360), ("sms", 450))
    with system_work(branch, FixedClock(night)) as work:
        preference.set_preference(work, branch_id=branch.id, phone=PHONE, is_stopped=True)
        made = [("consent_code", 3), ("agent_file", 3), ("agent_file", 0), ("care_moved", 3)]
        texts = [outbox.Text(purpose, PHONE, "x", night + timedelta(days=days, hours=1)) for purpose, days in made]
        code, measure, short, care = outbox.queue_many(work, branch_id=branch.id, agent_id=None, texts=texts)
    assert send(branch, code, at=night)
    assert len(operator.texts("/sms")) == 1
    with pytest.raises(outbox.TryAgain):
        send(branch, measure, at=night)
    assert send(branch, short, at=night), "rather in a quiet hour than never"
    assert send(branch, measure, at=night + timedelta(hours=12))
    assert not send(branch, care, at=night)
    assert len(operator.texts("/whatsapp")) == 2


def test_long_text_costs_its_parts(operator: Operator) -> None:
    branch = make_branch()
    set_ways(branch, operator, ("sms", 450))
    assert send(branch, queue(branch, body="x" * 161))
    assert spent(branch) == 900


# ---------------------------------------------------------------- hours, pure

HOURS = Hours(time(8), time(19, 30), time(9), time(16, 30), on_sundays=False, on_holidays=False)


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        # 06.59 WIB is 08.59 WIT: the east may be written to while the west sleeps.
        ("Asia/Jakarta", "2026-11-23T23:59+00:00", "2026-11-24T01:00+00:00"),
        ("Asia/Jayapura", "2026-11-23T23:59+00:00", "2026-11-23T23:59+00:00"),
        ("Asia/Jayapura", "2026-11-24T10:30+00:00", "2026-11-24T23:00+00:00"),  # 19.30 WIT
        ("Asia/Jakarta", "2026-11-24T10:30+00:00", "2026-11-24T10:30+00:00"),
        ("Asia/Makassar", "2026-11-24T11:29+00:00", "2026-11-24T11:29+00:00"),
        ("Asia/Makassar", "2026-11-24T11:30+00:00", "2026-11-25T00:00+00:00"),
        # Ramadan: 09.00 to 16.30.
        ("Asia/Jakarta", "2026-02-19T01:30+00:00", "2026-02-19T02:00+00:00"),
        ("Asia/Jakarta", "2026-02-18T01:30+00:00", "2026-02-18T01:30+00:00"),  # the day before
        ("Asia/Jakarta", "2026-02-19T09:30+00:00", "2026-02-20T02:00+00:00"),
        # Sunday; Nyepi, then leave days, then Idul Fitri on a Saturday and a Sunday.
        ("Asia/Jakarta", "2026-11-22T03:00+00:00", "2026-11-23T01:00+00:00"),
        ("Asia/Jakarta", "2026-03-21T03:00+00:00", "2026-03-23T01:00+00:00"),
    ],
)
def test_next_allowed_at_the_borders_of_zone_and_ramadan(zone: str, at: str, expected: str) -> None:
    found = next_allowed(datetime.fromisoformat(at), HOURS, Calendar(zone))
    assert found == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("Asia/Jakarta", "2026-11-20T12:31+00:00"),  # Friday 19.31: the weekend
        ("Asia/Jakarta", "2026-08-15T13:00+00:00"),  # Saturday evening, Sunday, then Independence Day
        ("Asia/Jayapura", "2026-08-15T11:00+00:00"),
        ("Asia/Makassar", "2026-03-18T12:00+00:00"),  # Nyepi, leave, Idul Fitri on a Saturday and a Sunday
        ("Asia/Jakarta", "2026-12-24T13:00+00:00"),
    ],
)
def test_text_of_an_evening_before_days_off_is_still_good_after_them(zone: str, at: str) -> None:
    own, evening = Calendar(zone), datetime.fromisoformat(at)
    allowed = next_allowed(evening, HOURS, own)
    assert allowed + timedelta(hours=12) < good_until(evening, timedelta(days=2), own) < allowed + timedelta(days=8)


def _at_once(acts: list[Any]) -> list[Any]:
    def run(act: Any) -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
