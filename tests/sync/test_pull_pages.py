"""The members come back by pull: in pages, each once, small, from whatever cursor a phone has."""

import json
import os
from collections.abc import Callable, Iterator

import httpx
import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perisai.web.simulate.phone import Phone
from tests.world import FieldAgent, make_agent, make_branch, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]
MEMBERS = 5000
PAGE_BYTES = 40_000
"""Two seconds on a line of 20 kB/s."""


@pytest.fixture(scope="module")
def full(database: object) -> tuple[FieldAgent, list[str]]:
    """An agent with ``MEMBERS`` members, and the ids of their ops."""
    from perisai.web.wsgi import application
    from tests.sync.conftest import activated

    agent = make_agent(make_branch())
    with httpx.Client(transport=httpx.WSGITransport(app=application), base_url="http://localhost") as client:
        phone = activated(Phone(client), agent)
        bodies = [body for body in (worker() for _ in range(MEMBERS + 2)) if not body["nik"].endswith("0000")]
        ids = [phone.op("enrol", body) for body in bodies[:MEMBERS]]
        assert {answer["status"] for answer in phone.push()} == {"accepted"}
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("ANALYZE")  # as autovacuum does within a minute
    return agent, ids


def pages(phone: Phone, limit: int) -> Iterator[tuple[dict[str, object], httpx.Response]]:
    cursor = 0
    while True:
        response = phone.signed("GET", f"/api/v1/sync/pull?cursor={cursor}&limit={limit}")
        response.raise_for_status()
        page = response.json()
        yield page, response
        cursor = page["cursor"]
        if not page["more"]:
            return


@pytest.mark.parametrize("limit", [100, 500])
def test_pull_from_nothing_brings_all_members_once(
    full: tuple[FieldAgent, list[str]], phone_of: PhoneOf, limit: int
) -> None:
    agent, ids = full
    found: list[str] = []
    about: list[bool] = []
    for page, response in pages(phone_of(agent), limit):
        members = page["members"]
        assert isinstance(members, list)
        assert len(members) <= limit
        found += [member["id"] for member in members]
        about.append(page["me"] is not None)
        assert int(response.headers["Content-Length"]) > 0
    assert len(found) == MEMBERS
    assert set(found) == set(ids)
    assert about == [True] + [False] * (len(about) - 2) + [True]


def test_pull_page_is_a_fixed_number_of_statements(full: tuple[FieldAgent, list[str]], phone_of: PhoneOf) -> None:
    phone = phone_of(full[0])
    counts = []
    for limit in (100, 500):
        with CaptureQueriesContext(connection) as captured:
            phone.signed("GET", f"/api/v1/sync/pull?cursor=1&limit={limit}").raise_for_status()
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_pull_page_of_500_is_small_when_the_phone_takes_gzip(
    full: tuple[FieldAgent, list[str]], phone_of: PhoneOf
) -> None:
    phone = phone_of(full[0])
    answer = phone.signed("GET", "/api/v1/sync/pull?cursor=1&limit=500", headers={"Accept-Encoding": "gzip"})
    plain = phone.signed("GET", "/api/v1/sync/pull?cursor=1&limit=500", headers={"Accept-Encoding": "identity"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert int(plain.headers["Content-Length"]) == len(plain.content)
    assert int(answer.headers["Content-Length"]) < PAGE_BYTES
    assert [m["id"] for m in answer.json()["members"]] == [m["id"] for m in plain.json()["members"]]


def test_pull_member_that_changes_again_comes_on_a_later_page_only(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    ids = [phone.op("enrol", worker()) for _ in range(6)]
    phone.push()
    phone.op("cancel", {"enrolment_op": ids[0], "reason": "mistake"})
    phone.push()
    seen = [m["id"] for page, _ in pages(phone, 2) for m in page["members"]]  # type: ignore[attr-defined]
    assert len(seen) == len(ids)
    assert set(seen) == set(ids)
    assert ids[0] in seen[-2:], "by its last event"


def test_pull_with_a_cursor_ahead_of_the_branch_begins_anew(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    op = phone.op("enrol", worker())
    phone.push()
    page = phone.signed("GET", f"/api/v1/sync/pull?cursor={2**61}").json()
    assert [m["id"] for m in page["members"]] == [op]
    assert (page["more"], page["me"]["branch"]["id"]) == (False, agent.branch.id)
    with system_work(agent.branch) as work:
        row = work.row("SELECT number FROM events_position WHERE branch_id = %s", [agent.branch.id])
    assert row == (page["cursor"],)
    assert phone.signed("GET", f"/api/v1/sync/pull?cursor={page['cursor']}").json()["members"] == []


@pytest.mark.parametrize(
    "query", ["cursor=-1", "cursor=x", "cursor=", f"cursor={2**64}", "limit=0", "limit=501", "limit=9e9", "cursor=1.5"]
)
def test_pull_with_a_cursor_or_limit_that_is_none_is_told_so(phone_of: PhoneOf, query: str) -> None:
    phone = phone_of(make_agent(make_branch()))
    answer = phone.signed("GET", f"/api/v1/sync/pull?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "E1002")
    assert json.loads(answer.content)["text"]["id"]
