"""A worker that is killed in the middle leaves nothing, and the import is done again."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable
from uuid import UUID

from perisai.events.ids import uuid7
from perisai.events.vault import keyed_hash
from perisai.events.work import Work
from perisai.golive import file
from tests.golive.conftest import Live
from tests.golive.test_golive import counts
from tests.world import system_work

_WORK = """
import sys, uuid, django
django.setup()
from perisai.events.work import Work
from perisai.golive import file
Work.__init__.__kwdefaults__["lock_timeout_ms"] = 600_000  # it waits until it is killed
file.run_import(int(sys.argv[1]), uuid.UUID(sys.argv[2]))
"""
IN_THE_MIDDLE = 50
"""Percent: offices, agreements and agents are written, members not yet."""


def test_killed_in_the_middle_it_leaves_nothing_and_may_be_repeated(live: Callable[[], Live]) -> None:
    one = live()
    file_id = one.check()["id"]
    with system_work(one.branch) as work:
        file.begin_import(work, branch_id=one.branch.id, file_id=file_id)
    with contextlib.suppress(Undone), system_work(one.branch) as work:
        # Somebody else is about to take one of the NIKs: there the import waits.
        claim = "SELECT nik_hash FROM members_claim_niks('BPU', %s, %s::bytea[], %s::uuid[], %s)"
        nik_hash = keyed_hash("nik", one.rows["members"][0]["nik"])
        work.rows(claim, [one.branch.id, [nik_hash], [uuid7()], work.now])
        killed = subprocess.Popen([sys.executable, "-c", _WORK, str(one.branch.id), str(file_id)])
        try:
            wait_for(work, one, file_id)
        finally:
            killed.kill()
            killed.wait()
        raise Undone
    assert one.file(file_id)["state"] == "importing"
    assert counts(one) == [0, 0, 0, 0, 0]
    with system_work(one.branch) as work:
        work.execute(
            "UPDATE golive_file SET begun_at = begun_at - interval '3 minutes' WHERE branch_id = %s", [one.branch.id]
        )
    assert one.bring_in(file_id)["state"] == "imported"
    assert counts(one) == [3, 3, 4, 1, 1]


class Undone(Exception):
    """The other's claim comes to nothing."""


def wait_for(work: Work, one: Live, file_id: UUID) -> None:
    until = time.monotonic() + 100
    sql = "SELECT progress FROM golive_file WHERE branch_id = %s AND id = %s"
    while work.rows(sql, [one.branch.id, file_id])[0][0] < IN_THE_MIDDLE:
        assert time.monotonic() < until
        time.sleep(0.05)
