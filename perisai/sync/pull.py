"""Pull: what changed for an agent since a number of the branch, in commit order."""

from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from perisai.contributions.cover import rule as cover_rule
from perisai.events.work import Work, branch_day
from perisai.members.enrolments.enrol import review_code
from perisai.sync.me import me
from perisai.sync.push import op_answer, pay_link, told
from perisai.sync.signed import Phone

MOST = 500
# A cursor is the number up to which all is told and, above it, the part of the next number that is told (0 as a rule). With
# 53 bits it is a whole number in JavaScript too.
_NUMBER_BITS, _PART_BITS = 32, 20
_NUMBER, _PART = (1 << _NUMBER_BITS) - 1, (1 << _PART_BITS) - 1

# Carried by event_agent: what changed for the agent after the cursor, each once, by its last event. A run of bills is one event of
# the branch and names nobody (event_bills_issued): who got one is found by the moment that both have, among the agent's members
# alone (enrolment_agent, bill_enrolment), and only where there was a run. So a place in a pull is a number and, within a run, a
# part of the member's id. The branch's position is of the same snapshot: nothing up to it is still to come.
CHANGED = """
WITH runs AS MATERIALIZED (
  SELECT number, received_at FROM events_event
  WHERE branch_id = %(branch)s AND kind = 'bills_issued' AND number > %(cursor)s
), changed AS (
  SELECT subject_id, max(number) << 20 | ('x' || right(subject_id::text, 5))::bit(20)::int AS place FROM (
    SELECT subject_id, number FROM events_event
    WHERE branch_id = %(branch)s AND agent_id = %(agent)s AND number > %(cursor)s AND subject_id IS NOT NULL
    UNION ALL
    SELECT e.id, r.number FROM members_enrolment e CROSS JOIN LATERAL (
      SELECT b.issued_at FROM contributions_bill b WHERE b.branch_id = e.branch_id AND b.enrolment_id = e.id OFFSET 0
    ) b JOIN runs r ON r.received_at = b.issued_at
    WHERE e.branch_id = %(branch)s AND e.agent_id = %(agent)s AND EXISTS (SELECT FROM runs)
  ) AS told GROUP BY subject_id
), page AS (
  SELECT subject_id, place FROM changed WHERE place >= %(place)s ORDER BY place FETCH FIRST (%(limit)s) ROWS WITH TIES
)
SELECT max(place), count(*), coalesce(array_agg(subject_id), '{}'),
       coalesce((SELECT number FROM events_position WHERE branch_id = %(branch)s), 0),
       EXISTS (SELECT FROM runs WHERE number = (SELECT max(place) >> 20 FROM page))
FROM page
"""

# The person one by one (docs/decisions/0005): a join would read all persons of the branch for each member of the page.
_MEMBERS = """
SELECT e.id, p.name, p.nik_masked, p.phone, e.state, e.reject_code, e.captured_on, e.region_code, e.programmes, e.months,
  e.payment_code, b.amount, b.pay_by, e.paid_through, e.cover_from, e.kpj, e.core_state, e.agent_id,
  e.photo_due_on, e.review_reason, e.segment, e.income, e.jobs
FROM members_enrolment e
CROSS JOIN LATERAL (
  SELECT name, nik_masked, phone FROM members_person p WHERE p.branch_id = e.branch_id AND p.id = e.person_id ORDER BY p.id LIMIT 1
) p
LEFT JOIN LATERAL (
  SELECT sum(amount)::bigint AS amount, min(pay_by) AS pay_by FROM contributions_bill b
  WHERE b.branch_id = e.branch_id AND b.enrolment_id = e.id AND b.state = 'open' AND b.sponsor_id IS NULL
) b ON true
WHERE e.branch_id = %s AND e.id = ANY (%s)
"""

_OPS = """
SELECT o.op_id, o.seq, o.state, o.code, o.result, e.state, e.reject_code, e.payment_code
FROM sync_op o LEFT JOIN members_enrolment e ON e.branch_id = o.branch_id AND e.id = o.op_id AND e.agent_id = %s
WHERE o.branch_id = %s AND o.device_id = %s AND o.op_id = ANY (%s)
"""


def pull(work: Work, phone: Phone, *, cursor: int, limit: int) -> dict[str, Any]:
    """One page of at most ``limit`` subjects; statements do not depend on how much changed.

    ``me`` is on the first page and on the last, else None. A cursor that the branch has not reached (a phone of another
    installation, or one that is ahead of a restored backup) begins anew.
    """
    upto, count, subjects, position = _changed(work, phone, cursor, limit)
    if _is_ahead(cursor, position):
        cursor = 0
        upto, count, subjects, position = _changed(work, phone, cursor, limit)
    more = count >= limit
    today = branch_day(work.now, phone.timezone)
    rows = work.rows(_MEMBERS, [phone.branch_id, subjects], prepared=True)
    decided = work.rows(_OPS, [phone.agent_id, phone.branch_id, phone.id, subjects], prepared=True)
    return {
        "cursor": upto if more else position,
        "more": more,
        "members": [_member(phone, found, today) for found in rows],
        "answers": [_answer(phone.branch_id, found) for found in decided],
        "me": None if more and cursor else me(work, phone),
    }


def _changed(work: Work, phone: Phone, cursor: int, limit: int) -> tuple[int, int, list[UUID], int]:
    """The cursor to go on from, how many subjects and which, and the branch's position."""
    number, part = cursor & _NUMBER, cursor >> _NUMBER_BITS
    asked = {"branch": phone.branch_id, "agent": phone.agent_id, "cursor": number, "limit": limit}
    row = work.row(CHANGED, asked | {"place": (number + 1) << _PART_BITS | part}, prepared=True)
    assert row is not None
    last, count, subjects, position, is_of_run = row
    return _after(last, is_of_run) if last is not None else 0, count, subjects, position


def _is_ahead(cursor: int, position: int) -> bool:
    """No such place has been reached."""
    number, part = cursor & _NUMBER, cursor >> _NUMBER_BITS
    return position < number + min(part, 1) or part > _PART + 1


def _after(place: int, is_of_run: bool) -> int:
    """The cursor behind a place. Others of a run may have the same number: then the number before it, and the next part."""
    number, part = place >> _PART_BITS, place & _PART
    return number - 1 | (part + 1) << _NUMBER_BITS if is_of_run else number


@lru_cache(maxsize=256)
def _boundaries(paid_through: date, today: date) -> cover_rule.Boundaries:
    """Members of a page have paid through a few months."""
    return cover_rule.boundaries(paid_through, on=today)


def _member(phone: Phone, row: tuple[Any, ...], today: date) -> dict[str, Any]:
    (
        enrolment_id, name, nik, mobile, state, reject_code, captured_on, region, programmes, months,
        payment_code, amount, pay_by, paid_through, cover_from, kpj, core, agent_id,
        photo_due_on, review_reason, segment, income, jobs,
    ) = row  # fmt: skip
    if agent_id != phone.agent_id:
        return {"id": str(enrolment_id), "gone": True}
    code = review_code(review_reason) if state == "review" else reject_code
    owed = pay_by is not None
    days = _boundaries(paid_through, today) if paid_through else None
    return {
        "id": str(enrolment_id),
        "gone": False,
        "name": name,
        "nik": nik,
        "phone": mobile,
        "state": state,
        "review": code,
        "review_text": told(code, None)["text"],
        "captured_on": captured_on.isoformat(),
        "region": region,
        "programmes": programmes,
        "months": months,
        "payment_code": payment_code,
        "amount": amount if owed else None,
        "pay_by": pay_by.isoformat() if owed else None,
        "pay_link": pay_link(phone.branch_id, enrolment_id, pay_by) if owed else None,
        "paid_through": f"{paid_through:%Y-%m}" if paid_through else None,
        "cover_from": cover_from.isoformat() if cover_from else None,
        "kpj": kpj,
        "core": core,
        "photo_by": photo_due_on.isoformat() if photo_due_on else None,
        "protected_until": days.protected_until.isoformat() if days else None,
        "catch_up_until": days.catch_up_until.isoformat() if days and segment == "BPU" else None,
        "segment": segment,
        "income": income,
        "jobs": jobs,
    }


def _answer(branch_id: int, row: tuple[Any, ...]) -> dict[str, Any]:
    """What stands now: the op's own answer, or what a person has decided since."""
    op_id, seq, state, code, decided, enrolment_state, reject_code, payment_code = row
    result = orjson.loads(decided) if decided else None
    if state == "review" and enrolment_state not in (None, "review"):
        state, code = ("rejected", reject_code or "E3011") if enrolment_state == "rejected" else ("accepted", None)
        result = {"enrolment": str(op_id), "payment_code": payment_code} if payment_code else None
    return op_answer(branch_id, op_id, seq, state, code, result)
