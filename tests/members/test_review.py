"""Deciding what waits in review: slots, claims, bills, and who comes second."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from perisai.errors import Refused
from perisai.events.recount import recount
from perisai.events.scope import Actor, Scope
from perisai.events.vault import unseal
from perisai.events.work import Work
from perisai.members.reviews import review
from perisai.targets.quotas import quota
from tests.members.enrolling import enrol, kinds_of, review_of, state_of
from tests.world import Branch, FieldAgent, make_agent, make_branch, system_work

_serials = count(9501)

pytestmark = pytest.mark.usefixtures("database")


def accept(branch: Branch, enrolment_id: UUID, note: str = "") -> review.Decided:
    review_id = review_of(branch, enrolment_id)
    with system_work(branch) as work:
        return review.accept(work, branch_id=branch.id, timezone=branch.timezone, review_id=review_id, note=note)


def another_nik() -> str:
    """The registry is the country's: no two tests share a NIK."""
    return f"157108090384{next(_serials):04d}"


def nik_of(branch: Branch, enrolment_id: UUID) -> str:
    with system_work(branch) as work:
        row = work.row(
            "SELECT p.nik_sealed FROM members_person p JOIN members_enrolment e ON e.branch_id = p.branch_id"
            " AND e.person_id = p.id WHERE e.branch_id = %s AND e.id = %s",
            [branch.id, enrolment_id],
        )
    assert row is not None
    return unseal(row[0]).decode()


@pytest.fixture
def twice() -> tuple[Branch, FieldAgent, UUID, UUID]:
    """A branch where the same person was enrolled twice under two NIKs: the second waits in review."""
    branch = make_branch()
    agent = make_agent(branch)
    person = {
        "name": "Hasanudin Tambunan",
        "birth_date": "1984-03-09",
        "phone": "+6281355500011",
        "kk": "1571080101159001",
    }
    first = enrol(agent, nik=another_nik(), **person)
    second = enrol(agent, nik=another_nik(), **person)
    assert state_of(branch, second)["state"] == "review"
    return branch, agent, first, second


def test_accept_doubtful_takes_slot_and_bills(twice: tuple[Branch, FieldAgent, UUID, UUID]) -> None:
    branch, _agent, first, second = twice
    accepted = accept(branch, second, note="KTP dilihat")
    after = state_of(branch, second)
    assert after["state"] == "accepted"
    assert after["quota_period"] == state_of(branch, first)["quota_period"]
    assert accepted.issued is not None
    assert after["payment_code"] == accepted.issued.payment_code
    assert kinds_of(branch, second) == ["enrolment_in_review", "review_accepted"]
    with system_work(branch) as work:
        assert recount(work, branch_id=branch.id).proved


def test_accept_decided_before_is_told_who(twice: tuple[Branch, FieldAgent, UUID, UUID]) -> None:
    branch, agent, _first, second = twice
    review_id = review_of(branch, second)
    with Work(scope=Scope.branch(branch.id), actor=Actor(user_id=agent.user_id)) as work:
        review.accept(work, branch_id=branch.id, timezone=branch.timezone, review_id=review_id)
    with pytest.raises(Refused) as told, system_work(branch) as work:
        review.reject(work, branch_id=branch.id, review_id=review_id, note="Sama")
    assert told.value.code == "E8001"
    assert "Agen Uji" in told.value.text()["id"]
    assert state_of(branch, second)["state"] == "accepted"


def test_accept_by_two_officers_at_once_counts_once(twice: tuple[Branch, FieldAgent, UUID, UUID]) -> None:
    branch, _agent, _first, second = twice
    review_id = review_of(branch, second)

    def decide(_turn: int) -> str:
        try:
            with system_work(branch) as work:
                review.accept(work, branch_id=branch.id, timezone=branch.timezone, review_id=review_id)
            return "accepted"
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as officers:
        answers = sorted(officers.map(decide, range(4)))
    assert answers == ["E8001", "E8001", "E8001", "accepted"]
    with system_work(branch) as work:
        bills = work.row(
            "SELECT count(*) FROM contributions_bill WHERE branch_id = %s AND enrolment_id = %s", [branch.id, second]
        )
        assert bills == (1,)


def test_accept_same_nik_held_by_another_is_refused() -> None:
    branch = make_branch()
    agent = make_agent(branch)
    nik = another_nik()
    enrol(agent, nik=nik)
    second = enrol(agent, nik=nik)
    with pytest.raises(Refused) as told:
        accept(branch, second)
    assert told.value.code == "E8002"
    assert state_of(branch, second)["state"] == "review"


def test_accept_after_the_other_was_rejected_claims_the_nik(twice: tuple[Branch, FieldAgent, UUID, UUID]) -> None:
    branch, agent, _first, second = twice
    third = enrol(agent, nik=nik_of(branch, second), name="Wiramanto Siahaan", birth_date="1991-02-11")
    review_id = review_of(branch, second)
    with system_work(branch) as work:
        review.reject(work, branch_id=branch.id, review_id=review_id, note="Orang sama")
    assert state_of(branch, second)["reject_code"] == "E3011"
    assert accept(branch, third).enrolment_id == third


def test_accept_without_a_slot_waits() -> None:
    branch = make_branch(target=1)
    agent = make_agent(branch)
    enrol(agent)
    waiting = enrol(agent)
    with pytest.raises(Refused) as told:
        accept(branch, waiting)
    assert told.value.code == "E8003"
    period = quota.period_of(state_of(branch, waiting)["captured_on"])
    with system_work(branch) as work:
        quota.set_quota(work, branch_id=branch.id, period=period, target=2)
    accept(branch, waiting)
    assert state_of(branch, waiting)["state"] == "accepted"


def test_reject_without_a_reason_is_refused(twice: tuple[Branch, FieldAgent, UUID, UUID]) -> None:
    branch, _agent, _first, second = twice
    review_id = review_of(branch, second)
    with pytest.raises(Refused) as told, system_work(branch) as work:
        review.reject(work, branch_id=branch.id, review_id=review_id, note="  ")
    assert told.value.code == "E8005"
    assert state_of(branch, second)["state"] == "review"


def test_take_makes_the_actor_the_owner(twice: tuple[Branch, FieldAgent, UUID, UUID]) -> None:
    branch, agent, _first, second = twice
    review_id = review_of(branch, second)
    with Work(scope=Scope.branch(branch.id), actor=Actor(user_id=agent.user_id)) as work:
        review.take(work, branch_id=branch.id, review_id=review_id)
    with system_work(branch) as work:
        assert work.row(
            "SELECT owner_id FROM members_review WHERE branch_id = %s AND id = %s", [branch.id, review_id]
        ) == (agent.user_id,)
    assert kinds_of(branch, second)[-1] == "review_taken"


def test_review_texts_stay_out_of_events(twice: tuple[Branch, FieldAgent, UUID, UUID], database: Path) -> None:
    branch, _agent, _first, second = twice
    accept(branch, second, note="Rahasia keluarga")
    with system_work(branch) as work:
        details = work.rows("SELECT detail::text FROM events_event WHERE branch_id = %s", [branch.id])
    assert not any("Rahasia" in detail for (detail,) in details)
