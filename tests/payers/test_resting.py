"""JHT rests while a sponsor pays JKK and JKM alone: every month once, by one payer, to the rupiah; and everybody is told so."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml

from perisai.accounts.models import Role
from perisai.contributions.cover.rule import add_months
from perisai.contributions.runs import run
from perisai.offices.models import Office
from perisai.payers import resting, sponsor
from perisai.portal import link
from perisai.reminders import for_phone
from tests.accounts.people import logged_in, make_user
from tests.payers.people import member_of, work_at
from tests.payers.test_rebill import balance
from tests.portal.test_pay import look, words
from tests.world import Branch, jakarta_today, make_agent, make_branch

pytestmark = pytest.mark.usefixtures("database")
GOLDEN = yaml.safe_load((Path(__file__).parents[1] / "golden" / "resting.yaml").read_text(encoding="utf-8"))
ALL = ("JHT", "JKK", "JKM")
THIS = jakarta_today().replace(day=1)


def month_of(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def fund(branch: Branch, who: UUID, first: date, last: date, **changes: Any) -> tuple[UUID, sponsor.Funded]:
    given = {"kind": "village", "name": "Desa Uji", "first_month": first, "last_month": last}
    with work_at(branch) as work:
        by = sponsor.make(work, branch_id=branch.id, given=given | {"programmes": ["JKK", "JKM"]} | changes)
        done = sponsor.fund(work, branch_id=branch.id, sponsor_id=by, wanted=[sponsor.ToFund(who, first, last)])
    return by, done


def lines(branch: Branch) -> list[tuple[Any, ...]]:
    sql = """
        SELECT first_month, months, sponsor_id, lines, amount FROM contributions_bill
        WHERE branch_id = %s AND state = 'open' ORDER BY first_month"""
    with work_at(branch) as work:
        return work.rows(sql, [branch.id])


@pytest.mark.parametrize("kind", ["village", "local_budget"])
def test_each_month_is_owed_once_by_one_payer_as_worked_out_by_hand(kind: str) -> None:
    golden = GOLDEN[kind]
    months = [month_of(text) for text in golden["months"]]
    branch = make_branch()
    who = member_of(branch, programmes=ALL, paid_through=add_months(months[0], -1))
    by, _ = fund(branch, who, *(month_of(text) for text in golden["funded"]), kind=kind)
    for month in [*months, *months]:  # twice: nobody is billed again
        with work_at(branch) as work:
            paid = add_months(month, -1)  # or membership would end before the last of them
            work.execute("UPDATE members_enrolment SET paid_through = %s WHERE id = %s", [paid, who])
            run.issue_month(work, branch_id=branch.id, timezone="Asia/Jakarta", month=month)
    found = {}
    for first, count, payer, told, amount in lines(branch):
        assert count == 1
        ((_month, _base, jkk, jkm, jht, relief, total),) = told if isinstance(told, list) else yaml.safe_load(told)
        assert total == amount
        found[f"{first:%Y-%m}"] = ["sponsor" if payer == by else "member", jkk, jkm, jht, relief, total]
    assert found == golden["months"]
    books = balance(branch)
    assert books["receivable"] == sum(row[-1] for row in golden["months"].values())
    assert -books["income:jht"] == golden["jht"]


def test_funding_that_ends_early_brings_jht_back_from_the_month_after() -> None:
    branch = make_branch()
    who = member_of(branch, programmes=ALL, paid_through=date(2026, 6, 1))
    july, august = date(2026, 7, 1), date(2026, 8, 1)
    by, _ = fund(branch, who, july, august)
    for month in (july, august):
        with work_at(branch) as work:
            run.issue_month(work, branch_id=branch.id, timezone="Asia/Jakarta", month=month)
    with work_at(branch) as work:
        sponsor.end(work, branch_id=branch.id, sponsor_id=by, last_month=july)
    assert [(row[0], row[2], row[4]) for row in lines(branch)] == [(july, by, 11_400), (august, None, 43_400)]
    assert balance(branch)["receivable"] == 11_400 + 43_400


def test_what_rests_says_who_pays_and_until_when_and_nothing_once_it_is_over() -> None:
    branch = make_branch()
    who, other = member_of(branch, programmes=ALL), member_of(branch)
    until = add_months(THIS, 2)
    fund(branch, who, THIS, until)
    fund(branch, other, THIS, until)
    with work_at(branch) as work:
        now = resting.find(work, branch_id=branch.id, enrolment_ids=[who, other], month=THIS)
        later = resting.find(work, branch_id=branch.id, enrolment_ids=[who], month=add_months(until, 1))
    assert now == {who: resting.Resting(("JHT",), "Desa Uji", THIS, until, False)}
    assert later == {}


def test_member_agent_and_branch_read_that_jht_rests() -> None:
    branch = make_branch()
    agent = make_agent(branch)
    who = member_of(branch, programmes=ALL, agent=agent, paid_through=THIS)
    until = add_months(THIS, 2)
    fund(branch, who, THIS, until)
    token = link.make(enrolment_id=who, branch_id=branch.id, expires_at=datetime.now(UTC) + timedelta(days=3))
    assert "JHT beristirahat selama Desa Uji membayar iuran Anda" in words(look(token))
    assert "JHT rests while Desa Uji pays your dues" in words(look(token, "en"))
    with work_at(branch) as work:
        (told,) = for_phone.dues(work, branch_id=branch.id, agent_id=agent.id, today=THIS)["members"]
    months = {"first_month": f"{THIS:%Y-%m}", "last_month": f"{until:%Y-%m}"}
    assert told["rests"] == {"programmes": ["JHT"], "sponsor": "Desa Uji", **months}
    desk = logged_in(make_user(Role.BRANCH, Office.objects.get(id=branch.id)))
    page = desk.get(f"/console/contributions/{branch.id}/{who}/")
    assert "JHT beristirahat selama Desa Uji membayar" in page.content.decode()


def test_who_employs_others_is_not_funded_for_two_programmes() -> None:
    branch = make_branch()
    who = member_of(branch, programmes=ALL)
    with work_at(branch) as work:
        work.execute("UPDATE members_enrolment SET employs_others = true WHERE id = %s", [who])
    _, done = fund(branch, who, THIS, THIS)
    assert done.refused == {who: "employs"}
    _, done = fund(branch, who, THIS, THIS, programmes=None)
    assert done.funded == {who}
