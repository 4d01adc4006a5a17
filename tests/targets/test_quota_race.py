"""The cap holds when phones push at once, half of them from offline, while processes are killed; and no slot is lost.

Sizes: 12 phones x 4 in each run; 100 phones x 4 in `make test-full`. Of the hundred, forty push in the same moment, each from a
process of its own, which goes on with the next of its two or three phones when one is judged (`storm.MOST_AT_ONCE`). A third of
the processes is killed in the middle; then all hundred send everything again. Half hold slots from before they lost signal.
"""

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from perisai.events.clock import FixedClock
from perisai.events.recount import recount
from perisai.members import jobs as members
from perisai.sync import jobs as sync
from perisai.targets import jobs
from perisai.targets.quotas import lease
from tests.processes import run_together
from tests.targets import storm
from tests.targets.quota_world import ZONE, count, holders, lent, quota_of
from tests.world import Branch, make_branch, system_work

EACH = 4
ANSWER = {"queue": ("review", "E5001"), "block": ("rejected", "E5003")}


@pytest.mark.parametrize(
    ("phones", "mode"),
    [
        (12, "queue"),
        (12, "block"),
        pytest.param(100, "queue", marks=pytest.mark.full),
        pytest.param(100, "block", marks=pytest.mark.full),
    ],
)
def test_killed_processes_and_phones_from_offline_never_pass_the_cap_nor_lose_a_slot(
    database: Path, phones: int, mode: str
) -> None:
    cap = phones * EACH * 5 // 8
    branch, now = make_branch(target=cap, mode=mode), datetime.now(UTC)
    fleet = [storm.make_phone(branch) for _ in range(phones)]
    away, near = fleet[: phones // 2], fleet[phones // 2 :]
    promised = {phone.device: _slots_of(now, phone.pull()[1]["lease"]) for phone in away}
    assert quota_of(branch, now).leased == sum(promised.values()) > 0
    for phone in fleet:
        storm.capture(phone, EACH)
    pushes = [lambda p=phone: storm.push_until_judged(p, at_once=200) for phone in away]
    pushes += [lambda p=phone: storm.push_until_judged(p, at_once=1) for phone in near]
    worker = lambda: _work(branch)  # noqa: E731
    dealt = storm.in_processes(pushes)
    kill = len(dealt) // 3
    assert storm.kill_some([worker, *dealt], kill=kill, seed=phones) == kill, (
        "killed in the middle, or it proves nothing"
    )
    answers = storm.in_order(run_together(dealt))

    for phone, told in zip(fleet, answers, strict=True):
        taken = [one["status"] for one in told].count("accepted")
        assert taken >= min(promised.get(phone.device, 0), EACH), "what was lent is honoured"
    told = Counter((one["status"], one["code"]) for some in answers for one in some)
    assert set(told) <= {("accepted", None), ANSWER[mode]}
    _prove(branch, now, cap, accepted=told["accepted", None], sent=phones * EACH, mode=mode)


def test_cap_is_a_constraint_of_the_database(database: Path) -> None:
    """The pair: whoever forgets the lock and the arithmetic is stopped by the table itself."""
    branch = make_branch(target=3)
    with psycopg.connect(os.environ["DATABASE_URL"]) as bare:
        bare.execute("SELECT set_config('perisai.branches', %s, true)", [f"{{{branch.id}}}"])
        for column in ("consumed", "leased"):
            with pytest.raises(psycopg.errors.CheckViolation), bare.transaction():
                bare.execute(f"UPDATE targets_quota SET {column} = {column} + 4 WHERE branch_id = %s", [branch.id])  # type: ignore[arg-type]


def _slots_of(now: datetime, leases: list[dict[str, Any]]) -> int:
    """What may be used today: in a month's last three days some of the next one is lent as well."""
    day = f"{now + timedelta(hours=7):%Y-%m-%d}"
    return sum(one["slots"] for one in leases if one["from"] <= day <= one["to"])


def _work(branch: Branch) -> None:
    """What the worker does every minute, as often as it can for a while; killed like the others."""
    for _ in range(20):
        jobs.return_leases()
        members.admit(branch.id, ZONE)


def _prove(branch: Branch, now: datetime, cap: int, *, accepted: int, sent: int, mode: str) -> None:
    """At once, and when every lease has come to its end and those whose turn it is have been let in."""
    quota = quota_of(branch, now)
    assert quota.consumed + quota.leased <= cap
    assert quota.consumed == holders(branch) >= accepted
    assert quota.leased == lent(branch, now)
    later = FixedClock(now + lease.VALID_FOR + timedelta(minutes=1))
    assert sync.sweep(later) == 0, "nothing waits to be judged"
    jobs.return_leases(later)
    members.admit(branch.id, ZONE, later)
    quota = quota_of(branch, now)
    assert (quota.leased, lent(branch)) == (0, 0)
    assert quota.consumed == holders(branch)
    assert count(branch, "SELECT count(*) FROM sync_op WHERE branch_id = %s") == sent
    if mode == "queue":
        assert quota.consumed == cap, "whoever waited got what was left"
    with system_work(branch) as work:
        assert recount(work, branch_id=branch.id).proved
