"""A phone's clock is never a reason to refuse: the time is right, or a person looks at it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from perisai.sync.clock import captured, make_token, to_ms
from perisai.web.simulate.phone import Phone
from tests.world import FieldAgent, jakarta_today, make_agent, make_branch, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]
YEAR_MS = 365 * 24 * 3600 * 1000
HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def captured_at(agent: FieldAgent) -> list[datetime]:
    with system_work(agent.branch) as work:
        rows = work.rows(
            "SELECT captured_from, captured_to FROM members_enrolment WHERE branch_id = %s ORDER BY id",
            [agent.branch.id],
        )
    assert all(start <= end for start, end in rows)
    return [end for _, end in rows]


@pytest.mark.parametrize("skew", [-YEAR_MS, YEAR_MS, -30 * YEAR_MS, 30 * YEAR_MS])
def test_clock_that_is_wrong_all_along_is_judged_by_difference(phone_of: PhoneOf, skew: int) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    phone.clock_skew_ms = skew
    phone.sync_time()
    phone.op("enrol", worker())
    assert [a["status"] for a in phone.push()] == ["accepted"]
    assert abs(captured_at(agent)[0] - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("skew", [-YEAR_MS, YEAR_MS, -30 * YEAR_MS, 30 * YEAR_MS])
def test_clock_set_while_a_form_is_open_goes_to_review(phone_of: PhoneOf, skew: int) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    phone.clock_skew_ms = skew
    phone.op("enrol", worker())
    answers = phone.push()
    assert [(a["status"], a["code"]) for a in answers] == [("review", "E6004")]
    phone.op("enrol", worker())
    assert [a["status"] for a in phone.push()] == ["accepted"], "the answer of the push brought a new token"


@pytest.mark.parametrize("hours", [-12, -1, 1, 2, 14])
def test_time_zone_changed_says_nothing(phone_of: PhoneOf, hours: int) -> None:
    """The phone's clock counts milliseconds of the world; a zone is only how it shows them. Changed by hand it is a clock set."""
    issued = NOW - 3 * HOUR
    at = {"token": make_token(issued), "token_clock": to_ms(issued), "clock": to_ms(issued + HOUR), "mono": None}
    assert captured(at, received=NOW).estimate == issued + HOUR
    by_hand = at | {"clock": to_ms(issued + HOUR * (1 + hours))}
    when = captured(by_hand, received=NOW)
    assert issued <= when.estimate <= NOW
    assert when.doubtful == (not 0 <= 1 + hours <= 3)


@pytest.mark.parametrize(
    "change",
    [
        {"clock": None},
        {"token_clock": None},
        {"mono": -5},
        {"mono": 10**15},
        {"clock": 2**70},
        {"clock": "2026"},
        {"token": "T1.0.AAAA"},
        {"token": None},
        {"clock": True},
    ],
)
def test_readings_that_are_none_leave_an_interval_within_what_the_server_knows(change: dict[str, object]) -> None:
    issued = NOW - 3 * HOUR
    at = {"token": make_token(issued), "token_clock": to_ms(issued), "clock": to_ms(issued + HOUR), "mono": None}
    when = captured(at | change, received=NOW)
    assert NOW - timedelta(days=14) <= when.earliest <= when.estimate <= when.latest == NOW


def test_licence_that_began_and_ended_while_the_time_is_unknown_goes_to_review(phone_of: PhoneOf) -> None:
    today = jakarta_today()
    agent = make_agent(make_branch(), valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=2))
    phone = phone_of(agent)
    old = datetime.now(UTC) - timedelta(days=12)
    phone.token, phone.token_clock = make_token(old), to_ms(old)
    phone.op("enrol", worker())
    assert [(a["status"], a["code"]) for a in phone.push()] == [("review", "E3020")]
    phone.op("enrol", worker())
    assert [(a["status"], a["code"]) for a in phone.push()] == [("rejected", "E3021")], "now it is certain"


def test_work_of_three_weeks_without_signal_goes_to_review(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    old = datetime.now(UTC) - timedelta(days=21)
    phone.token, phone.token_clock = make_token(old), to_ms(old)
    phone.op("enrol", worker())
    assert [(a["status"], a["code"]) for a in phone.push()] == [("review", "E6004")]
