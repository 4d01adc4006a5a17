"""Cover in a list is that of the branch's day: the month begins at its midnight, not at that of Greenwich."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from perisai.accounts.audience import PageRequest
from perisai.events.clock import FixedClock
from perisai.members import console
from tests.world import VILLAGE, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")


def test_month_of_cover_in_a_list_turns_at_the_branchs_midnight() -> None:
    branch = make_branch()
    row: dict[str, Any] = {
        "branch_id": branch.id,
        "agent_id": None,
        "region_code": VILLAGE,
        "state": "active",
        "core_state": "none",
        "payment_code": "",
        "segment": "BPU",
        "paid_through": date(2026, 11, 1),
        "stood_on": None,
    }
    midnight = datetime(2026, 11, 30, 17, tzinfo=UTC)
    covers = []
    for now in (midnight - timedelta(seconds=1), midnight):
        with system_work(branch, FixedClock(now)) as work:
            request = cast(PageRequest, SimpleNamespace(work=work))
            covers.append(console._shown(request, [row])[0]["cover"].word)
    assert covers == ["paid", "unpaid"]
