"""A stand is made offline, its riders are enrolled with it in one push, and one person at a time speaks for it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from perisai.errors import Refused
from perisai.payers import group
from perisai.web.simulate.phone import Phone
from tests.payers.people import member_of, work_at
from tests.world import VILLAGE, Branch, FieldAgent, make_agent, make_branch, worker

PhoneOf = Callable[[FieldAgent], Phone]
STAND: dict[str, Any] = {
    "kind": "ojek_stand",
    "name": "Pangkalan ojek Simpang Rimbo",
    "place": "Depan masjid",
    "region": VILLAGE,
    "coordinator": {"name": "Pak Darwis Uji", "phone": "+6281200007777"},
}


def groups_of(branch: Branch) -> dict[UUID, UUID | None]:
    with work_at(branch) as work:
        return dict(work.rows("SELECT id, group_id FROM members_enrolment WHERE branch_id = %s", [branch.id]))


def speakers(branch: Branch, group_id: UUID) -> list[tuple[str, bool]]:
    sql = "SELECT name, until IS NULL FROM payers_coordinator WHERE branch_id = %s AND group_id = %s ORDER BY since, id"
    with work_at(branch) as work:
        return [(row[0], row[1]) for row in work.rows(sql, [branch.id, group_id])]


def make(branch: Branch, **changes: Any) -> UUID:
    given = {"kind": "market", "name": "Pasar Angso Duo", "place": "", "region": VILLAGE} | changes
    with work_at(branch) as work:
        return group.make(work, branch_id=branch.id, agent_id=None, speaker=group.Speaker("Bu Uji", None), **given)


def test_group_and_its_people_of_one_push_belong_together(phone_of: PhoneOf) -> None:
    branch = make_branch()
    phone = phone_of(make_agent(branch))
    stand = phone.op("group_new", STAND)
    first, second = (phone.op("enrol", worker(group=stand)) for _ in range(2))
    old = phone.op("enrol", worker())
    lines = list(phone.outbox)
    answers = phone.push()
    assert [one["status"] for one in answers] == ["accepted"] * 4, answers
    assert groups_of(branch) == {UUID(first): UUID(stand), UUID(second): UUID(stand), UUID(old): None}
    assert speakers(branch, UUID(stand)) == [("Pak Darwis Uji", True)]
    phone.outbox = lines
    assert [one["status"] for one in phone.push()] == ["accepted"] * 4, "a retry makes nothing twice"
    assert len(speakers(branch, UUID(stand))) == 1


def test_enrol_with_a_group_that_was_refused_is_enrolled_without_one(phone_of: PhoneOf) -> None:
    branch = make_branch()
    phone = phone_of(make_agent(branch))
    stand = phone.op("group_new", STAND | {"region": "99.99.99.9999"})
    who = phone.op("enrol", worker(group=stand))
    refused, enrolled = phone.push()
    assert (refused["status"], refused["code"]) == ("rejected", "E4501")
    assert enrolled["status"] == "accepted"
    assert groups_of(branch) == {UUID(who): None}


@pytest.mark.parametrize("wrong", [{"kind": "gang"}, {"name": ""}, {"coordinator": None}, {"region": "15"}])
def test_unreadable_group_is_refused(phone_of: PhoneOf, wrong: dict[str, Any]) -> None:
    phone = phone_of(make_agent(make_branch()))
    phone.op("group_new", STAND | wrong)
    assert phone.push()[0]["code"] == "E4501"


def test_change_coordinator_keeps_who_it_was(database: object) -> None:
    branch = make_branch()
    market = make(branch)
    with work_at(branch) as work:
        group.change_coordinator(
            work, branch_id=branch.id, group_id=market, speaker=group.Speaker("Pak Baru", "+6281233334444")
        )
    assert speakers(branch, market) == [("Bu Uji", False), ("Pak Baru", True)]


def test_move_puts_members_into_a_group_and_out_again(database: object) -> None:
    branch = make_branch()
    market, who = make(branch), member_of(branch)
    for to in (market, None):
        with work_at(branch) as work:
            assert group.move(work, branch_id=branch.id, group_id=to, enrolment_ids=[who]) == 1
        assert groups_of(branch) == {who: to}


def test_group_of_another_branch_is_not_found(database: object) -> None:
    here, there = make_branch(), make_branch()
    who, theirs = member_of(here), make(there)
    with pytest.raises(Refused, match="E1004"), work_at(here) as work:
        group.move(work, branch_id=here.id, group_id=theirs, enrolment_ids=[who])


def test_phone_reads_its_own_groups_alone(phone_of: PhoneOf) -> None:
    branch = make_branch()
    phone, other = phone_of(make_agent(branch)), phone_of(make_agent(branch))
    stand = phone.op("group_new", STAND)
    member = phone.op("enrol", worker(group=stand))
    phone.push()
    (found,) = phone.signed("GET", "/api/v1/sync/groups").json()["groups"]
    assert (found["id"], found["members"], found["paid"], found["order"]) == (stand, 1, 0, None)
    assert found["enrolments"] == [member]
    assert (found["coordinator"], found["region"]) == ("Pak Darwis Uji", VILLAGE)
    assert other.signed("GET", "/api/v1/sync/groups").json()["groups"] == []
