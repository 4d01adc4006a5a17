"""What phones and officers are shown of what was sent."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from perisai.errors import Refused
from perisai.events.vault import seal
from perisai.events.work import branch_day
from perisai.members import jobs
from perisai.members.photos import photo
from perisai.members.reviews import review
from perisai.targets.quotas import quota
from perisai.web.console import op_review
from perisai.web.simulate.phone import Phone
from tests.members.enrolling import review_of
from tests.world import FieldAgent, make_agent, make_branch, system_work, worker

PhoneOf = Callable[[FieldAgent], Phone]


def test_in_review_are_those_who_wait_now(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch(target=0))
    phone = phone_of(agent)
    first, second, _ = (phone.op("enrol", worker()) for _ in range(3))
    phone.push()
    assert phone.pull()[1]["month"]["review"] == 3
    phone.op("cancel", {"enrolment_op": first, "reason": "mistake"})
    phone.push()
    waiting = review_of(agent.branch, UUID(second))
    with system_work(agent.branch) as work:
        review.reject(work, branch_id=agent.branch.id, review_id=waiting, note="x")
    me = phone.pull()[1]
    assert (me["today"]["review"], me["month"]["review"]) == (1, 1)


def test_pull_says_why_a_person_looks_at_it_but_nothing_of_others(phone_of: PhoneOf) -> None:
    agent = make_agent(make_branch(target=1))
    phone = phone_of(agent)
    known = worker()
    phone.op("enrol", known)
    over = phone.op("enrol", worker())
    same = phone.op("enrol", worker() | {one: known[one] for one in ("nik", "name", "birth_date", "sex")})
    pushed = {answer["op"]: (answer["code"], answer["text"]) for answer in phone.push()}
    assert (pushed[over][0], pushed[same][0]) == ("E5001", "E3010")
    shown = {member["id"]: (member["review"], member["review_text"]) for member in phone_of(agent).pull()[0]}
    assert {op: shown[op] for op in (over, same)} == {op: pushed[op] for op in (over, same)}
    waiting = review_of(agent.branch, UUID(over))
    with system_work(agent.branch) as work:
        review.reject(work, branch_id=agent.branch.id, review_id=waiting, note="x")
    refused = next(member for member in phone_of(agent).pull()[0] if member["id"] == over)
    assert refused["review"] == "E3011"
    assert refused["review_text"]["action"]["id"]


def test_photo_finished_twice_at_once_is_received_once(phone_of: PhoneOf, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = make_agent(make_branch())
    phone = phone_of(agent)
    picture = b"\xff\xd8\xff" + b"a" * 1000
    address = hashlib.sha256(picture).digest()
    phone.op("enrol", worker(id_card={"sha256": address.hex(), "size": len(picture), "type": "image/jpeg"}))
    phone.push()
    with system_work(agent.branch) as work:
        asked = photo.Asked(agent.branch.id, agent.id, address)
        before = photo._find(work, asked)
    phone.upload(picture)
    # A retry that read "not complete" a moment before the first one committed.
    monkeypatch.setattr(photo, "_find", lambda *_: before)
    with system_work(agent.branch) as work:
        done = photo.add_piece(work, asked, offset=0, piece=picture)
    assert done.complete
    with system_work(agent.branch) as work:
        row = work.row(
            "SELECT count(*) FROM events_event WHERE branch_id = %s AND kind = 'photo_received'", [agent.branch.id]
        )
    assert row == (1,)


def test_pull_tells_nothing_of_another_agents_member(phone_of: PhoneOf) -> None:
    branch = make_branch()
    one, other = phone_of(make_agent(branch)), phone_of(make_agent(branch))
    enrolment = one.op("enrol", worker())
    code = one.push()[0]["result"]["payment_code"]
    other.op("enrol", worker())
    other.outbox = [other.outbox[0].replace(orjson.loads(other.outbox[0])["id"].encode(), enrolment.encode())]
    assert other.push()[0]["status"] == "review"
    page = other.signed("GET", "/api/v1/sync/pull?cursor=0&limit=50").json()
    assert code not in orjson.dumps(page).decode()
    assert page["answers"][0]["status"] == "review"


def test_op_shown_to_an_officer_masks_every_number_of_a_person() -> None:
    line = {"body": {"nik": 1571084107909001, "kk": "1571080101159001", "note": "NIK 1571084107909001", "name": "A"}}
    told, *_ = op_review._readable(seal(orjson.dumps(line)))
    assert "4107909" not in told
    assert "0101159" not in told


def test_largest_cap_is_held_and_a_larger_one_refused(database: object) -> None:
    branch = make_branch(target=None)
    period = branch_day(datetime.now(UTC), branch.timezone).replace(day=1)
    with system_work(branch) as work:
        which = {"branch_id": branch.id, "period": period}
        assert quota.set_quota(work, target=10_000_000, cap_percent=1000, **which) == 100_000_000
        with pytest.raises(Refused, match="E5002"):
            quota.set_quota(work, target=10_000_001, cap_percent=1000, **which)


def test_branch_that_cannot_expire_stops_no_other(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    branches = {make_branch().id, make_branch().id}
    seen: set[int] = set()

    def fails_first(_: object, *, branch_id: int) -> int:
        seen.add(branch_id)
        if branch_id == min(branches):
            raise ValueError("cannot")
        return 0

    monkeypatch.setattr(jobs, "expire_unpaid", fails_first)
    jobs.expire_unpaid_everywhere(int(datetime.now(UTC).timestamp()))
    assert branches <= seen
