"""Alerts over the API: of the key's own branches, page by page, without names."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from perisai.alerts import keep
from perisai.alerts.look import Found
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from tests.feeds.places import make_key, read
from tests.world import Branch, make_branch

pytestmark = pytest.mark.usefixtures("database")


def raise_in(branch: Branch, *, minutes: int, count: int) -> None:
    clock = FixedClock(datetime.now(UTC) - timedelta(minutes=minutes))
    found = [Found("burst", "a", str(uuid7()), {"count": 30, "usual": 5, "day": "2026-11-20"}) for _ in range(count)]
    with Work(scope=Scope.branch(branch.id), clock=clock) as work:
        keep.keep(work, branch_id=branch.id, kinds=(), found=found)


def test_alerts_of_the_keys_branches_page_by_page(http: httpx.Client) -> None:
    branch, other = make_branch(), make_branch()
    raise_in(branch, minutes=5, count=3)
    raise_in(branch, minutes=4, count=2)
    raise_in(other, minutes=3, count=1)
    _key, token = make_key(branch)
    first = read(http, token, "alerts", limit="2").json()
    second = read(http, token, "alerts", limit="2", after=first["next"]).json()
    third = read(http, token, "alerts", limit="2", after=second["next"]).json()
    told = [*first["alerts"], *second["alerts"], *third["alerts"]]
    assert len({one["id"] for one in told}) == 5
    assert {one["branch"] for one in told} == {branch.id}
    assert third["next"] is None
    assert told[0]["title"]["en"] == "Sudden burst"
    assert told[0]["facts"]["count"] == 30


def test_what_is_over_only_where_it_is_asked_for(http: httpx.Client) -> None:
    branch = make_branch()
    raise_in(branch, minutes=5, count=1)
    with Work(scope=Scope.branch(branch.id)) as work:
        keep.keep(work, branch_id=branch.id, kinds=("burst",), found=())
    _key, token = make_key(branch)
    assert read(http, token, "alerts").json()["alerts"] == []
    (over,) = read(http, token, "alerts", only_open="false").json()["alerts"]
    assert over["closed_at"] is not None
    assert read(http, token, "alerts", after="x~y").status_code == 400
