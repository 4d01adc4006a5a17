"""A small branch of which everything is known, for tests of the lists behind figures: two agents, one of them at a sub-branch and
an agency office, with what they did last month, what came in late, and what stands today."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from perisai.contributions.cover.rule import add_months
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work, branch_day
from perisai.figures import take
from perisai.offices.scopes import AGENCY_OFFICE, AGENT, BRANCH, SUB_BRANCH, Watch
from tests.contributions.covered import make_members
from tests.employers.conftest import form
from tests.world import Branch, FieldAgent, make_agent, make_branch, system_work

ZONE = "Asia/Jakarta"
VILLAGE = "15.71.08.1001"
_offices = count(85_001)
_OFFICE = """
INSERT INTO offices_office (id, kind, branch_id, parent_id, path, code, name, timezone, province_code, regencies, address, is_demo,
  is_open) VALUES (%s, %s, %s, %s, %s, %s, %s, 'Asia/Jakarta', '15', '{15.71}', '', true, true)
"""
_STANDS = """
UPDATE members_enrolment e SET paid_through = p.paid, state = p.state, agent_id = p.agent, sub_branch_id = p.sub_branch,
  agency_office_id = p.agency_office
FROM unnest(%s::uuid[], %s::date[], %s::text[], %s::uuid[], %s::int[], %s::int[])
  AS p (id, paid, state, agent, sub_branch, agency_office)
WHERE e.branch_id = %s AND e.id = p.id
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
  VALUES (%(branch)s, uuidv7(), %(agent)s, 'cash', 'held', 20000, now(), now(), now(), %(due)s, '', true, 'member', 'Uji',
    '', '', '') RETURNING id
)
INSERT INTO custody_line (branch_id, receipt_id, n, enrolment_id, first_month, last_month, amount, settled)
SELECT %(branch)s, id, 1, %(member)s, %(month)s, %(month)s, 20000, %(settled)s FROM receipt
"""
_VISIT = """
INSERT INTO reminders_visit (branch_id, id, enrolment_id, agent_id, outcome, visited_on, recorded_at, received_at, whom)
VALUES (%s, %s, %s, %s, 'not_found', %s, %s, %s, '')
"""
_ALL = range(9)
# Day of last month, kind of event, whom it is about, rupiah.
_HAPPENED: tuple[tuple[int, str, tuple[int, ...], int], ...] = (
    (3, "enrolment_accepted", tuple(_ALL), 16_800),
    (4, "enrolment_in_review", (0, 1, 6), 0),
    (5, "review_accepted", (0,), 16_800),
    (6, "enrolment_rejected", (2,), 0),
    (8, "member_activated", (0, 1, 2, 3, 4, 5, 6), 0),
    (8, "payment_confirmed", (0, 1, 2, 3, 4, 5, 6), 16_800),
    (9, "payment_confirmed", (0, 1), 33_600),
    (10, "payment_reversed", (0, 6), 16_800),
    (11, "enrolment_cancelled", (7,), 0),
    (11, "enrolment_expired", (8,), 0),
    (12, "member_lapsed", (3,), 0),
    (13, "member_reactivated", (3,), 0),
)
_LATE: tuple[tuple[int, str, tuple[int, ...], int], ...] = (
    (14, "enrolment_accepted", (3, 6), 16_800),
    (15, "payment_confirmed", (4, 8), 16_800),
)


class Known(NamedTuple):
    branch: Branch
    scopes: dict[str, Watch]
    month: date
    """Last month's first day."""


def today() -> date:
    return branch_day(datetime.now(UTC), ZONE)


def known_branch() -> Known:
    branch = make_branch(target=None)
    placed, loose = make_agent(branch, valid_to=today() + timedelta(days=20)), make_agent(branch)
    sub_branch, agency = _office(branch, "sub_branch"), _office(branch, "agency")
    with system_work(branch) as work:
        sql = "UPDATE agents_agent SET sub_branch_id = %s, agency_office_id = %s WHERE branch_id = %s AND id = %s"
        work.execute(sql, [sub_branch, agency, branch.id, placed.id])
    place: dict[str, Any] = {"agent_id": placed.id, "sub_branch_id": sub_branch, "agency_office_id": agency}
    month = add_months(today().replace(day=1), -1)
    ids = make_members(9, branch=branch, agent=placed.id).ids
    who = [place if n < 6 else {"agent_id": loose.id} for n in _ALL]
    for day, kind, about, amount in _HAPPENED:
        _report(branch, _noon(month, day), None, kind, [(ids[n], who[n]) for n in about], amount)
    _visit(branch, _noon(month, 16), ids[0], place, placed.id)
    _visit(branch, _noon(month, 16), ids[8], {"agent_id": loose.id}, loose.id)
    for day, kind, about, amount in _LATE:
        captured = month + timedelta(days=day - 1)
        _report(branch, datetime.now(UTC), captured, kind, [(ids[n], who[n]) for n in about], amount)
    # Since then the fifth is looked after by the other agent.
    _stand(branch, ids, [place if n < 5 else {"agent_id": loose.id} for n in _ALL], placed, loose)
    _employers(branch, placed.id, sub_branch, agency)
    scopes = {
        "branch": Watch(BRANCH, str(branch.id)),
        "sub_branch": Watch(SUB_BRANCH, str(sub_branch)),
        "agency_office": Watch(AGENCY_OFFICE, str(agency)),
        "agent": Watch(AGENT, str(placed.id)),
        "other agent": Watch(AGENT, str(loose.id)),
    }
    with system_work(branch) as work:
        take.take(work, branch_id=branch.id, timezone=ZONE)
    return Known(branch, scopes, month)


def _office(branch: Branch, kind: str) -> int:
    office = next(_offices)
    with system_work(branch) as work:
        path = [branch.id, office]
        work.execute(_OFFICE, [office, kind, branch.id, branch.id, path, f"U-{office}", f"Kantor {office}"])
    return office


def _noon(month: date, day: int) -> datetime:
    return datetime.combine(month.replace(day=day), time(5), UTC)


def _report(
    branch: Branch, at: datetime, day: date | None, kind: str, about: list[tuple[UUID, dict[str, Any]]], amount: int
) -> None:
    with Work(scope=Scope.branch(branch.id), clock=FixedClock(at)) as work:
        for member, who in about:
            facts: dict[str, Any] = {"subject_id": member, "amount": amount, "day": day, "region_code": VILLAGE}
            work.report(Happened(kind=kind, branch_id=branch.id, **facts, **who))


def _visit(branch: Branch, at: datetime, member: UUID, who: dict[str, Any], agent: UUID) -> None:
    visit = uuid7()
    with Work(scope=Scope.branch(branch.id), clock=FixedClock(at)) as work:
        work.execute(_VISIT, [branch.id, visit, member, agent, at.date(), at, at])
        detail = {"visit": str(visit), "outcome": "not_found"}
        work.report(Happened(kind="visit_recorded", branch_id=branch.id, subject_id=member, detail=detail, **who))


def _stand(branch: Branch, ids: list[UUID], care: list[dict[str, Any]], placed: FieldAgent, loose: FieldAgent) -> None:
    """Four paid this month, three have not since two months, two have lapsed; two of the three owe a bill; both hold cash."""
    this = today().replace(day=1)
    paid = [this] * 4 + [add_months(this, -2)] * 3 + [add_months(this, -9)] * 2
    states = ["active"] * 7 + ["lapsed"] * 2
    columns = [[one.get(name) for one in care] for name in ("agent_id", "sub_branch_id", "agency_office_id")]
    with system_work(branch) as work:
        work.execute(_STANDS, [ids, paid, states, *columns, branch.id])
        work.execute(_BILLS, [branch.id, add_months(this, -1), ids[4:6]])
        for agent, due, settled in ((placed, today() - timedelta(days=1), 5_000), (loose, today(), 0)):
            facts = {"branch": branch.id, "agent": agent.id, "due": due, "settled": settled}
            work.execute(_CASH, facts | {"member": ids[0], "month": this})


def _employers(branch: Branch, agent: UUID, sub_branch: int, agency: int) -> None:
    from perisai.employers.employer import Care, register

    for care in (Care(agent, sub_branch, agency), Care()):
        with system_work(branch) as work:
            register(work, branch_id=branch.id, form=form(), care=care, source="console", is_another=True)
