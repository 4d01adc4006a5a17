"""What a branch does about cash: more time by two people, another limit, books, decisions, and agents who are told."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from perisai.accounts.models import Role
from perisai.custody import book, jobs, numbers, permission, queries, review
from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work, branch_day
from perisai.offices.models import Office
from perisai.payments.books import ledger
from tests.accounts.people import logged_in, make_user
from tests.custody.test_receive import be_away
from tests.custody.till import PhoneOf, Till, open_till, texts
from tests.payments.second import approve_all
from tests.world import make_branch

ZONE = "Asia/Jakarta"


def officer(till: Till, user: UUID | None = None, at: datetime | None = None) -> Work:
    actor = Actor(user_id=user or uuid7())
    return Work(scope=Scope.branch(till.branch.id), actor=actor, clock=FixedClock(at or datetime.now(UTC)))


def in_days(count: int) -> date:
    return branch_day(datetime.now(UTC), ZONE) + timedelta(days=count)


def test_more_time_lets_the_phone_take_cash_and_two_people_give_it(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol()
    be_away(till, 12)
    till.receive({till.members[0]: 16_800})
    till.phone.clock_skew_ms = 0
    assert till.look()["overdue"] == 1
    about = {"branch_id": till.branch.id, "timezone": ZONE, "agent_id": till.agent.id}
    first = uuid7()
    with officer(till, first) as work:
        permission.extend(work, until_on=in_days(3), reason="Bank tutup", **about)
    state = till.look()
    assert (state["overdue"], state["extended_until"]) == (0, in_days(3).isoformat())
    assert till.receive({till.members[0]: 1_000})["result"]["review"] == ""
    with pytest.raises(Refused, match="E4708"), officer(till, first) as work:
        permission.extend(work, until_on=in_days(5), reason="Sekali lagi", **about)
    with officer(till) as work:
        permission.extend(work, until_on=in_days(5), reason="Sudah dicek", **about)
    for until, reason in ((in_days(-1), "Terlambat"), (in_days(90), "Terlalu lama"), (in_days(2), "x")):
        with pytest.raises(Refused, match="E4707"), officer(till) as work:
            permission.extend(work, until_on=until, reason=reason, **about)


def test_limit_of_the_branch_and_of_the_agent_stand_above_the_rule(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    about = {"branch_id": till.branch.id, "timezone": ZONE, "until_on": in_days(30), "reason": "Musim panen"}
    with officer(till) as work:
        permission.set_limit(work, agent_id=None, amount=500_000, **about)  # type: ignore[arg-type]
    assert till.look()["limit"] == 500_000
    with officer(till) as work:
        permission.set_limit(work, agent_id=till.agent.id, amount=9_000_000, **about)  # type: ignore[arg-type]
    assert till.look()["limit"] == 9_000_000
    with till.work() as work:
        (mine, *_) = [row for row in queries.permissions(work, till.branch.id, till.agent.id) if row["agent_id"]]
    with officer(till) as work:
        permission.end(work, branch_id=till.branch.id, permission_id=mine["id"])
    assert till.look()["limit"] == 500_000


def test_paper_pages_count_once_and_missing_ones_show(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol()
    with officer(till) as work:
        book_id = book.register(work, branch_id=till.branch.id, name="a-1", first=1, last=20, agent_id=till.agent.id)
    series = f"{till.branch.id}-A1"
    assert till.look()["books"] == [{"series": series, "first": 1, "last": 20}]
    for page in (1, 4):
        assert till.on_paper(series, page, {till.members[0]: 5_000})["result"]["review"] == ""
    assert till.on_paper(series, 4, {till.members[0]: 5_000})["result"]["review"] == "page_twice"
    assert till.on_paper(series, 21, {till.members[0]: 5_000})["result"]["review"] == "page_unknown"
    assert till.held() == 20_000, "the money is there, whatever the number"
    with officer(till) as work:
        (row,) = book.find(work, branches=[till.branch.id])
        assert (row["used"], row["missing"]) == (2, [2, 3])
        book.spoil(work, branch_id=till.branch.id, book_id=book_id, page=2, why="Sobek")
    with pytest.raises(Refused, match="E4710"), officer(till) as work:
        book.spoil(work, branch_id=till.branch.id, book_id=book_id, page=4, why="Sobek")
    assert till.on_paper(series, 2, {till.members[0]: 5_000})["result"]["review"] == "page_twice"
    with pytest.raises(Refused, match="E4709"), officer(till) as work:
        book.register(work, branch_id=till.branch.id, name="A1", first=1, last=9, agent_id=None)
    with officer(till) as work:
        book.hand(work, branch_id=till.branch.id, book_id=book_id, agent_id=None)
        (row,) = book.find(work, branches=[till.branch.id])
    assert row["missing"][:2] == [3, 5], "of a book that came back, all that was not used"
    assert till.on_paper(series, 9, {till.members[0]: 5_000})["result"]["review"] == "page_unknown"


def test_number_that_was_passed_over_is_explained_and_then_no_receipts(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol()
    skipped = till.number()
    till.receive({till.members[0]: 5_000})
    with till.work() as work:
        assert [row[0] for row in numbers.gaps(work, branch_id=till.branch.id, agent_id=till.agent.id)] == [skipped]
    with officer(till) as work:
        numbers.explain(
            work, branch_id=till.branch.id, agent_id=till.agent.id, number=skipped, why="HP mati saat mengisi"
        )
    assert till.receive({till.members[0]: 5_000}, skipped)["result"]["review"] == "number_unknown"


def test_money_that_came_by_another_code_is_settled_by_hand_once(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol()
    receipt = UUID(till.receive({till.members[0]: 16_800})["result"]["receipt"])
    with pytest.raises(Refused, match="E4707"), officer(till) as work:
        review.settle_by_hand(work, branch_id=till.branch.id, receipt_id=receipt, note="")
    with officer(till) as work:
        review.settle_by_hand(work, branch_id=till.branch.id, receipt_id=receipt, note="Bukti transfer 12 Nov")
    assert (till.held(), till.undeposited()) == (0, 0)
    with pytest.raises(Refused, match="E4703"), officer(till) as work:
        review.settle_by_hand(work, branch_id=till.branch.id, receipt_id=receipt, note="Bukti transfer 12 Nov")
    with till.work() as work:
        assert ledger.prove(work, till.branch.id) == []


def test_agents_are_told_once_a_day_before_and_after_the_last_day(phone_of: PhoneOf) -> None:
    till = open_till(phone_of)
    till.enrol()
    with till.work() as work:
        work.execute("UPDATE agents_agent SET phone = '+6281200000777' WHERE id = %s", [till.agent.id])
    till.receive({till.members[0]: 16_800})
    due = date.fromisoformat(till.look()["due_on"])
    for day, said in ((due - timedelta(days=1), "paling lambat"), (due + timedelta(days=1), "BATAS SETOR LEWAT")):
        noon = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
        for told in (1, 0):
            with officer(till, at=noon) as work:
                assert jobs.remind(work, till.branch.id) == told
        assert any(said in text for text in texts(till.branch))


def test_pages_show_who_holds_cash_and_take_decisions(phone_of: PhoneOf, http: httpx.Client) -> None:
    till = open_till(phone_of)
    till.enrol()
    be_away(till, 12)
    receipt = till.receive({till.members[0]: 16_800})["result"]["receipt"]
    till.phone.clock_skew_ms = 0
    till.look()
    reviewed = till.receive({till.members[0]: 1_000})["result"]
    assert reviewed["review"] == "overdue"
    desk = logged_in(make_user(Role.BRANCH, Office.objects.get(id=till.branch.id)))
    home = desk.get("/console/custody/").content.decode()
    assert "Rp17.800" in home
    assert "Rp16.800" in home
    assert str(till.agent.id) in home
    assert reviewed["receipt"] in desk.get("/console/custody/?tab=review").content.decode()
    of_agent = f"/console/custody/{till.branch.id}/agent/{till.agent.id}/"
    assert "Rp3.000.000" in desk.get(of_agent).content.decode()
    asked = {"kind": "extension", "until_on": in_days(2).isoformat(), "reason": "Bank tutup"}
    assert desk.post(of_agent + "permit/", asked).status_code == 302
    assert desk.post(of_agent + "permit/", asked).status_code == 409, "somebody else must"
    page = f"/console/custody/{till.branch.id}/receipt/"
    assert desk.post(f"{page}{reviewed['receipt']}/decide/", {"decide": "looked", "note": "ok"}).status_code == 302
    assert desk.post(f"{page}{reviewed['receipt']}/decide/", {"decide": "looked"}).status_code == 409
    assert desk.post(f"{page}{receipt}/decide/", {"decide": "void", "reason": "returned"}).status_code == 302
    assert till.held() == 17_800, "a second person has to agree"
    approve_all(till.branch.id)
    assert "Dibatalkan" in desk.get(f"{page}{receipt}/").content.decode()
    assert "Rp1.000" in desk.get("/console/custody/").content.decode()
    stranger = logged_in(make_user(Role.BRANCH, Office.objects.get(id=make_branch().id)))
    assert stranger.get(f"{page}{receipt}/").status_code == 404
    assert stranger.get(of_agent).status_code == 404
