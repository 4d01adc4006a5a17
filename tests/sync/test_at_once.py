"""A phone that pulls while others are about to commit, and one whose answer is slow and that asks again beside it."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from perisai.events.work import Happened, Work
from perisai.web.simulate.phone import Phone
from tests.contributions.covered import make_members
from tests.sync.test_bills_wake import pull
from tests.world import FieldAgent, make_agent, make_branch, system_work, worker

pytestmark = pytest.mark.usefixtures("database")

PhoneOf = Callable[[FieldAgent], Phone]
SECONDS = 60.0


def touch(work: Work, agent: FieldAgent, member: UUID) -> None:
    work.execute("UPDATE members_enrolment SET jobs = jobs WHERE branch_id = %s AND id = %s", [agent.branch.id, member])
    work.report(Happened("photo_overdue", agent.branch.id, subject_id=member, agent_id=agent.id))


def test_nothing_is_committed_behind_a_cursor_that_a_phone_has(phone_of: PhoneOf) -> None:
    """One has its number and has not committed, another waits for the next: the cursor stays before both, whoever asks."""
    agent = make_agent(make_branch())
    members = make_members(2, branch=agent.branch, agent=agent.id)
    phone = phone_of(agent)
    before = pull(phone, 0)["cursor"]
    has_number, may_commit = threading.Event(), threading.Event()

    def first() -> None:
        try:
            with system_work(agent.branch) as work:
                touch(work, agent, members.ids[0])
                work._write_events()
                work.forget_since(0)
                has_number.set()
                assert may_commit.wait(SECONDS)
        finally:
            connection.close()

    def second() -> None:
        try:
            with system_work(agent.branch) as work:
                touch(work, agent, members.ids[1])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(first)
        assert has_number.wait(SECONDS)
        other = pool.submit(second)
        until_one_waits()
        for _again in range(2):
            page = pull(phone, before)
            assert (page["cursor"], page["members"]) == (before, [])
        may_commit.set()
        one.result(SECONDS)
        other.result(SECONDS)
    page = pull(phone, before)
    assert {member["id"] for member in page["members"]} == {str(one) for one in members.ids}
    assert page["cursor"] == before + 2


def until_one_waits() -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%UPDATE events_position%%'"
                " AND wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchall() != [(0,)]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_push_that_arrives_six_times_at_once_is_one(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch(target=100))
    phone = phone_of(agent)
    for _ in range(5):
        phone.op("enrol", worker())
    body, headers = phone.signed_push(phone.outbox)
    together = threading.Barrier(6)

    def send(_n: int) -> list[dict[str, Any]]:
        try:
            together.wait(SECONDS)
            answer = phone.http.post("/api/v1/sync/push", content=body, headers=headers)
            answer.raise_for_status()
            found: list[dict[str, Any]] = answer.json()["answers"]
            return found
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    last = send_alone(phone, body, headers)
    assert [one["status"] for one in last] == ["accepted"] * 5
    for answer in answers:  # whoever found the line busy is told that all is safe, and asks again
        for told, stands in zip(answer, last, strict=True):
            assert told == stands or told["status"] == "received"
    with system_work(agent.branch) as work:
        assert work.row("SELECT count(*) FROM members_enrolment WHERE branch_id = %s", [agent.branch.id]) == (5,)
        assert work.row(
            "SELECT count(*) FROM events_event WHERE branch_id = %s AND kind = 'enrolment_accepted'", [agent.branch.id]
        ) == (5,)
        assert work.row("SELECT sum(consumed) FROM targets_quota WHERE branch_id = %s", [agent.branch.id]) == (5,)


def send_alone(phone: Phone, body: bytes, headers: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = phone.http.post("/api/v1/sync/push", content=body, headers=headers).json()["answers"]
    return found
