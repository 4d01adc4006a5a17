"""What a branch stands at: taken as it is, once a day for good, and read as of any day."""

import threading
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.db import ProgrammingError, connection

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role
from perisai.contributions.cover.rule import add_months
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work, branch_day
from perisai.figures import jobs, reading, take
from perisai.figures.period import Period
from perisai.members import search
from perisai.offices.models import Office
from perisai.offices.scopes import AGENT, BRANCH, Watch
from perisai.web import config as configuration
from tests.accounts.people import make_user
from tests.conftest import DATA
from tests.contributions.covered import Members, make_members
from tests.world import Branch, FieldAgent, make_agent, make_branch

pytestmark = pytest.mark.usefixtures("database")
ZONE = "Asia/Jakarta"
_PAID = """
UPDATE members_enrolment SET paid_through = p.paid, state = p.state
FROM unnest(%s::uuid[], %s::date[], %s::text[]) AS p (id, paid, state)
WHERE members_enrolment.branch_id = %s AND members_enrolment.id = p.id
"""
_BILLS = """
INSERT INTO contributions_bill (branch_id, id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules,
  issued_at, priced_at, pay_by)
SELECT %s, uuidv7(), id, 'x', 'open', %s, 1, '[]', 16800, 'test', now(), now(), now() + interval '30 days'
FROM unnest(%s::uuid[]) AS id
"""
_CASH = """
WITH receipt AS (
  INSERT INTO custody_receipt (branch_id, id, agent_id, kind, state, amount, captured_from, captured_at, received_at, due_on,
    said_number, is_whole, payer_kind, payer_name, review, review_note, void_reason)
  VALUES (%(branch)s, uuidv7(), %(agent)s, 'cash', 'held', %(amount)s, now(), now(), now(), %(due)s, '', true, 'member', 'Uji',
    '', '', '') RETURNING id
)
INSERT INTO custody_line (branch_id, receipt_id, n, enrolment_id, first_month, last_month, amount, settled)
SELECT %(branch)s, id, 1, %(member)s, %(month)s, %(month)s, %(amount)s, %(settled)s FROM receipt
"""


def today() -> date:
    return branch_day(datetime.now(UTC), ZONE)


def made_up(branch: Branch, day: date, *, paying: int) -> None:
    """A row of a past day, as only the owner of the tables can write it."""
    with psycopg.connect(configuration.resolve(str(DATA)).owner_url) as owner:
        owner.execute(
            "INSERT INTO figures_standing"
            " SELECT (jsonb_populate_record(s, jsonb_build_object('day', %s::date, 'paying', %s::int))).*"
            " FROM figures_standing s WHERE branch_id = %s AND level = 'b' AND day = %s ON CONFLICT DO NOTHING",
            [day, paying, branch.id, today()],
        )


def take_now(branch: Branch) -> None:
    with Work(scope=Scope.branch(branch.id)) as work:
        take.take(work, branch_id=branch.id, timezone=ZONE)


def standing(branch: Branch, level: str = BRANCH, key: str = "", as_of: date | None = None) -> reading.Figures:
    with Work(scope=Scope.branch(branch.id)) as work:
        scope = Watch(level, key or str(branch.id))
        return reading.of(work, scope, Period.month(as_of or today()), as_of or today())


@pytest.fixture(scope="module")
def place(database: object) -> tuple[FieldAgent, Members]:
    """Nine members: four paid this month, three owe since last month, two have lapsed."""
    branch = make_branch(target=200)
    agent = make_agent(branch, valid_to=today() + timedelta(days=20))
    members = make_members(9, branch=branch, agent=agent.id)
    month = today().replace(day=1)
    paid = [month] * 4 + [add_months(month, -2)] * 3 + [add_months(month, -9)] * 2
    states = ["active"] * 7 + ["lapsed"] * 2
    with Work(scope=Scope.branch(branch.id)) as work:
        work.execute(_PAID, [members.ids, paid, states, branch.id])
        work.execute(_BILLS, [branch.id, add_months(month, -1), members.ids[4:7]])
        for due, settled in ((today() - timedelta(days=1), 5_000), (today(), 0)):
            facts = {"branch": branch.id, "agent": agent.id, "amount": 20_000, "settled": settled, "due": due}
            work.execute(_CASH, facts | {"member": members.ids[0], "month": month})
    take_now(branch)
    return agent, members


def test_members_money_licences_and_quota_of_a_branch(place: tuple[FieldAgent, Members]) -> None:
    values = standing(place[0].branch).values
    assert (values["paying"], values["catch_up"], values["ended"]) == (4, 3, 2)
    assert (values["arrears_members"], values["arrears"]) == (3, 3 * 16_800)
    assert (values["custody"], values["custody_overdue"]) == (35_000, 15_000)
    assert (values["agents_active"], values["licences_ending"]) == (1, 1)
    assert (values["target"], values["quota_cap"], values["quota_left"]) == (200, 200, 200)


@pytest.mark.parametrize(("cover", "count"), [("paid", 4), ("unpaid", 3), ("lapsed", 2)])
def test_list_behind_a_figure_has_as_many(place: tuple[FieldAgent, Members], cover: str, count: int) -> None:
    officer = make_user(Role.BRANCH, Office.objects.get(id=place[0].branch.id))
    viewer = Viewer.of(officer)
    with Work(scope=viewer.scope) as work:
        rows, _ = search.find(work, viewer=viewer, filters=search.Filters.of({"cover": cover}))
    assert len(rows) == count


def test_an_agent_stands_at_what_they_care_for(place: tuple[FieldAgent, Members]) -> None:
    values = standing(place[0].branch, AGENT, str(place[0].id)).values
    assert (values["paying"], values["custody"], values["quota_cap"]) == (4, 35_000, None)


def test_standing_is_of_the_last_day_taken_and_says_which(place: tuple[FieldAgent, Members]) -> None:
    branch = place[0].branch
    before = today() - timedelta(days=40)
    made_up(branch, before, paying=77)
    then = standing(branch, as_of=before + timedelta(days=5))
    assert (then.values["paying"], then.standing_on) == (77, before)
    assert standing(branch, as_of=before - timedelta(days=1)).values["paying"] is None
    assert standing(branch).values["paying"] == 4


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE figures_standing SET paying = 99 WHERE branch_id = %s AND day = %s",
        "UPDATE figures_standing SET day = day + 1 WHERE branch_id = %s AND day = %s",
        "DELETE FROM figures_standing WHERE branch_id = %s AND day = %s",
    ],
)
def test_a_day_that_is_over_is_never_written_again(place: tuple[FieldAgent, Members], sql: str) -> None:
    branch, day = place[0].branch, today() - timedelta(days=60)
    made_up(branch, day, paying=7)
    touched = 0
    try:
        with Work(scope=Scope.branch(branch.id)) as work:
            touched = work.execute(sql, [branch.id, day])  # type: ignore[arg-type]
    except ProgrammingError:
        pass  # no right at all, which is as well
    assert touched == 0
    assert standing(branch, as_of=day).values["paying"] == 7


def test_a_day_that_is_over_gets_no_row_any_more(place: tuple[FieldAgent, Members]) -> None:
    sql = (
        "INSERT INTO figures_standing (branch_id, level, day, key, taken_at) VALUES (%s, 'a', %s, 'x', now())"
        " ON CONFLICT (branch_id, level, day, key) DO UPDATE SET paying = 5"
    )
    for key_day in (today() - timedelta(days=1), today() - timedelta(days=300)):
        with pytest.raises(ProgrammingError), Work(scope=Scope.branch(place[0].branch.id)) as work:
            work.execute(sql, [place[0].branch.id, key_day])


def test_what_is_not_there_any_more_stands_at_nought(place: tuple[FieldAgent, Members]) -> None:
    branch = make_branch(target=None)
    agent, other = make_agent(branch), make_agent(branch)
    members = make_members(2, branch=branch, agent=agent.id, paid=today().replace(day=1))
    take_now(branch)
    with Work(scope=Scope.branch(branch.id)) as work:
        work.execute("UPDATE members_enrolment SET agent_id = %s WHERE branch_id = %s", [other.id, branch.id])
    take_now(branch)
    assert standing(branch, AGENT, str(agent.id)).values["paying"] == 0
    assert standing(branch, AGENT, str(other.id)).values["paying"] == len(members.ids)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Branch:
    """A branch of its own; the job sees no other: those of other tests are many."""
    branch, due = make_branch(target=None), take.due
    monkeypatch.setattr(
        take, "due", lambda work, ending: [each for each in due(work, ending=ending) if each[0] == branch.id]
    )
    return branch


def test_job_takes_branches_that_moved_and_leaves_the_others(alone: Branch) -> None:
    branch = alone
    assert jobs.take_due() == 1
    assert jobs.take_due() == 0
    with Work(scope=Scope.branch(branch.id)) as work:
        work.report(Happened(kind="visit_recorded", branch_id=branch.id))
    assert jobs.take_due() == 1


def test_what_began_before_a_standing_was_taken_and_ended_after_it_is_taken_too(alone: Branch) -> None:
    """Its moment lies before that of the standing, which knows nothing of it: a quiet branch stood wrong until its evening."""
    branch, begun, may_end = alone, threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with Work(scope=Scope.branch(branch.id)) as work:
                begun.set()
                assert may_end.wait(60)
                work.report(Happened(kind="visit_recorded", branch_id=branch.id))
        finally:
            connection.close()

    beside = threading.Thread(target=slow)
    beside.start()
    assert begun.wait(60)
    assert jobs.take_due() == 1
    may_end.set()
    beside.join(60)
    assert jobs.take_due() == 1
    assert jobs.take_due() == 0


def test_cohort_is_told_once(alone: Branch) -> None:
    branch = alone
    month = add_months(today(), -4)
    since = datetime(month.year, month.month, 10, 3, tzinfo=UTC)
    members = make_members(3, branch=branch, paid=add_months(month, 3), since=since)
    with Work(scope=Scope.branch(branch.id)) as work:
        work.execute(_PAID, [members.ids[:1], [add_months(month, 1)], ["lapsed"], branch.id])
    jobs.take_due()
    # A stage told in the last two hours of a day at Jambi is known from the next day on: by then it is that at Jayapura.
    known_on = branch_day(datetime.now(UTC), "Asia/Jayapura")
    asked = [Period.month(month), known_on]
    scope = Watch(BRANCH, str(branch.id))
    with Work(scope=Scope.branch(branch.id)) as work:
        first = reading.of(work, scope, *asked).values  # type: ignore[arg-type]
        work.execute(_PAID, [members.ids[1:], [add_months(month, 1)] * 2, ["lapsed"] * 2, branch.id])
        work.report(Happened(kind="visit_recorded", branch_id=branch.id))
    jobs.take_due()
    with Work(scope=Scope.branch(branch.id)) as work:
        again = reading.of(work, scope, *asked).values  # type: ignore[arg-type]
        before = reading.of(work, scope, Period.month(add_months(month, -1)), known_on).values
        told_before = "SELECT count(*) FROM figures_cohort WHERE branch_id = %s AND month = %s AND persons = 0"
        assert work.row(told_before, [branch.id, add_months(month, -1)]) == (3,)
        with pytest.raises(ProgrammingError):
            work.execute("UPDATE figures_cohort SET persons = 9 WHERE branch_id = %s", [branch.id])
    told = ("cohort_accepted", "cohort_first_paid", "cohort_paying_3", "cohort_paying_6")
    assert [first[name] for name in told] == [3, 3, 2, None]
    assert [again[name] for name in told] == [3, 3, 2, None]
    assert {before[name] for name in told} == {None}, "nobody had been accepted yet: nothing is known, not nought"
