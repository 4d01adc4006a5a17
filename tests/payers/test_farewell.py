"""When funding ends: who is told on which day, what they answer, and who went on paying by themselves."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest

from perisai.events.vault import unseal
from perisai.payers import farewell, sponsor
from perisai.portal import link
from perisai.web.simulate.phone import Phone
from tests.documents.money import pay
from tests.payers.people import member_of, work_at
from tests.payers.test_groups import PhoneOf
from tests.world import Branch, make_agent, make_branch

FIRST, LAST = date(2026, 7, 1), date(2026, 9, 1)
"""Funded to 30 September 2026."""


def funded(branch: Branch, *who: UUID, last: date = LAST) -> UUID:
    with work_at(branch) as work:
        by = sponsor.make(
            work,
            branch_id=branch.id,
            given={"kind": "village", "name": "Desa Uji", "first_month": FIRST, "last_month": last},
        )
        sponsor.fund(work, branch_id=branch.id, sponsor_id=by, wanted=[sponsor.ToFund(one, FIRST, last) for one in who])
    return by


def follow(branch: Branch, today: date) -> int:
    with work_at(branch, datetime.combine(today, time(5), UTC)) as work:
        return farewell.follow(work, branch_id=branch.id, today=today)


def rows(branch: Branch) -> dict[UUID, dict[str, Any]]:
    with work_at(branch) as work:
        return {
            row["enrolment_id"]: row
            for row in work.dicts("SELECT * FROM payers_farewell WHERE branch_id = %s", [branch.id])
        }


def texts(branch: Branch) -> list[str]:
    sql = "SELECT body_sealed FROM messages_message WHERE branch_id = %s AND purpose = 'funding_ends' ORDER BY id"
    with work_at(branch) as work:
        return [unseal(row[0]).decode() for row in work.rows(sql, [branch.id])]


@pytest.fixture
def world(database: object) -> tuple[Branch, UUID]:
    branch = make_branch()
    return branch, member_of(branch, paid_through=LAST)


def test_each_step_is_told_once_before_and_after_the_end(world: tuple[Branch, UUID]) -> None:
    branch, who = world
    funded(branch, who)
    told = [
        (date(2026, 7, 31), 0),  # 61 days
        (date(2026, 8, 1), 1),  # 60
        (date(2026, 8, 2), 0),
        (date(2026, 8, 31), 1),  # 30
        (date(2026, 9, 23), 1),  # 7
        (date(2026, 9, 30), 0),
        (date(2026, 10, 7), 1),  # 7 days after
        (date(2026, 10, 30), 1),
        (date(2026, 11, 29), 1),
        (date(2026, 12, 15), 0),
    ]
    assert [(day, follow(branch, day)) for day, _ in told] == told
    assert len(texts(branch)) == 6
    said = texts(branch)[0]
    assert "Desa Uji sampai Sep 2026" in said
    assert "Mulai Okt 2026 lanjutkan sendiri Rp11.400/bulan" in said, (
        "band of 1.500.000 with the relief of October 2026"
    )
    assert "Orang Uji" not in said
    token = said.rpartition("/p/")[2]
    opened = link.read(token)
    assert opened is not None
    assert opened.enrolment_id == who, "the member's own page: how to pay"
    assert len(said) <= 306, "two parts of a text"
    late = texts(branch)[3]
    assert "Sejak Okt 2026 belum dibayar: Anda tidak dilindungi. Lanjutkan sendiri Rp11.400/bulan" in late
    assert "tetap terlindungi" not in late


def test_machine_that_was_off_tells_once_not_three_times(world: tuple[Branch, UUID]) -> None:
    branch, who = world
    funded(branch, who)
    assert (follow(branch, date(2026, 9, 25)), follow(branch, date(2026, 9, 25))) == (1, 0)
    assert rows(branch)[who]["told"] == [60, 30, 7]


def test_who_has_no_telephone_died_or_wants_no_letters_is_on_the_list_but_not_written_to(database: object) -> None:
    branch = make_branch()
    everybody = [member_of(branch, phone=None), member_of(branch), member_of(branch)]
    _, dead, unwilling = everybody
    with work_at(branch) as work:
        work.execute(
            "INSERT INTO reminders_contact (branch_id, enrolment_id, stopped, is_sick, outcome, changed_at)"
            " VALUES (%s, %s, 'died', false, 'died', now())",
            [branch.id, dead],
        )
        work.execute(
            "INSERT INTO members_consent (branch_id, enrolment_id, purpose, version, sha256, given, captured_to, agent_id,"
            " signature) VALUES (%s, %s, 'contact', '1', '', false, now(), %s, '{}')",
            [branch.id, unwilling, unwilling],
        )
    funded(branch, *everybody)
    follow(branch, date(2026, 9, 25))
    assert {rows(branch)[who]["written_at"] for who in everybody} == {None}
    assert texts(branch) == []


def test_funding_that_goes_on_ends_the_letters(world: tuple[Branch, UUID]) -> None:
    branch, who = world
    by = funded(branch, who)
    follow(branch, date(2026, 8, 1))
    with work_at(branch) as work:
        sponsor.prolong(work, branch_id=branch.id, sponsor_id=by, last_month=date(2026, 12, 1), budget=None)
    assert follow(branch, date(2026, 8, 31)) == 0
    assert rows(branch)[who]["followed_at"] is not None


def test_who_pays_a_later_month_by_themselves_counts_as_gone_on_and_hears_no_more(world: tuple[Branch, UUID]) -> None:
    branch, who = world
    funded(branch, who)
    pay(branch, who, LAST)
    follow(branch, date(2026, 9, 25))
    assert rows(branch)[who]["went_on_at"] is None, "the sponsor paid that month"
    pay(branch, who, date(2026, 10, 1))
    assert follow(branch, date(2026, 10, 8)) == 0
    assert rows(branch)[who]["went_on_at"] is not None


def test_answer_on_the_phone_is_kept_and_a_refusal_ends_the_letters(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent, other = make_agent(branch), make_agent(branch)
    who, foreign = member_of(branch, agent=agent), member_of(branch, agent=other)
    funded(branch, who, foreign)
    follow(branch, date(2026, 8, 1))
    phone: Phone = phone_of(agent)
    for one in (who, foreign):
        phone.op("funding_answer", {"enrolment": str(one), "last_month": "2026-09", "outcome": "refused"})
    phone.op("funding_answer", {"enrolment": str(who), "last_month": "2026-09", "outcome": "perhaps"})
    assert [(one["status"], one["code"]) for one in phone.push()] == [
        ("accepted", None),
        ("rejected", "E1004"),
        ("rejected", "E4502"),
    ]
    assert rows(branch)[who]["outcome"] == "refused"
    assert rows(branch)[foreign]["outcome"] is None
    assert follow(branch, date(2026, 9, 25)) == 1, "only who has not refused"
