"""The cap holds when fifty phones push at once: real processes, real HTTP stack, one branch. Size: 50 processes x 4."""

import os
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives import serialization

from perisai.events.recount import recount
from tests.processes import run_together
from tests.world import make_agent, make_branch, make_device, system_work, worker

PHONES, EACH, CAP = 50, 4, 90


@pytest.mark.parametrize("mode", ["queue", "block"])
def test_fifty_phones_at_once_never_pass_the_cap(database: Path, mode: str) -> None:
    from perisai.web.simulate.phone import Phone
    from perisai.web.wsgi import application  # before the fork: fifty imports on two cores take minutes

    branch = make_branch(target=CAP, mode=mode)
    jobs: list[Callable[[], list[str]]] = []
    for _ in range(PHONES):
        agent = make_agent(branch)
        phone = Phone(httpx.Client(base_url="http://localhost"))
        spki = phone.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        phone.device = str(make_device(agent, spki))
        bodies = [worker() for _ in range(EACH)]

        def push(phone: Phone = phone, bodies: list[dict[str, object]] = bodies) -> list[str]:
            with httpx.Client(transport=httpx.WSGITransport(app=application), base_url="http://localhost") as http:
                phone.http = http
                phone.sync_time()
                for body in bodies:
                    phone.op("enrol", body)
                return _until_judged(phone)

        jobs.append(push)
    statuses = [status for one in run_together(jobs) for status in one]
    assert (statuses.count("accepted"), statuses.count("review")) == (CAP, PHONES * EACH - CAP)
    with system_work(branch) as work:
        assert work.rows("SELECT max(consumed) FROM targets_quota WHERE branch_id = %s", [branch.id]) == [(CAP,)]
        accepted = "SELECT count(*) FROM members_enrolment WHERE branch_id = %s AND state = 'accepted'"
        assert work.rows(accepted, [branch.id]) == [(CAP,)]
        assert recount(work, branch_id=branch.id).proved


def test_cap_is_a_constraint_of_the_database(database: Path) -> None:
    """The pair: whoever forgets the lock and the arithmetic is stopped by the table itself."""
    branch = make_branch(target=3)
    with psycopg.connect(os.environ["DATABASE_URL"]) as bare:
        bare.execute("SELECT set_config('perisai.branches', %s, true)", [f"{{{branch.id}}}"])
        with pytest.raises(psycopg.errors.CheckViolation):
            bare.execute("UPDATE targets_quota SET consumed = consumed + 4 WHERE branch_id = %s", [branch.id])


def _until_judged(phone: "object") -> list[str]:
    """Sends again what was received but not judged, as a phone does when the branch's row was busy too long."""
    from perisai.web.simulate.phone import Phone

    assert isinstance(phone, Phone)
    lines = list(phone.outbox)
    statuses: list[str] = []
    for _ in range(20):
        phone.outbox = list(lines)
        try:
            statuses = [answer["status"] for answer in phone.push()]
        except httpx.HTTPStatusError as error:
            # Fifty processes at two processors: the server may ask to come back.
            if error.response.status_code != 503 or "Retry-After" not in error.response.headers:
                raise
            continue
        if "received" not in statuses:
            return statuses
    raise AssertionError(statuses)
