"""The events of the demo's past, as the verbs would have reported them. ``users`` by agent, ``banks`` by payment."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from perisai.contributions.cover.rule import add_months
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.web.demo.past_life import ZONE, Bill, Life, at
from perisai.web.demo.past_put import Row, into, put, whose

_EVENT = into(
    "events_event",
    "branch_id, number, id, received_at, kind, sub_branch_id, agency_office_id, agent_id, region_code, segment, subject_id,"
    " quantity, amount, actor_id, device_id, captured_from, captured_to, day_captured, hour_captured, day_received, detail",
)
_ADVANCE: LiteralString = """
UPDATE events_position SET number = number + %s, moved_at = %s WHERE branch_id = %s RETURNING number
"""


def write(
    work: Work,
    branch_id: int,
    lives: Sequence[Life],
    *,
    users: Mapping[UUID, UUID],
    banks: Mapping[UUID, str],
    runs: Sequence[Row],
) -> None:
    """In the order of time, with the branch's next numbers."""
    events = [*_events(lives, users, banks), *map(_run_event, runs)]
    events.sort(key=lambda row: row["received_at"])
    row = work.row(_ADVANCE, [len(events), events[-1]["received_at"], branch_id])
    assert row is not None
    first = row[0] - len(events) + 1
    put(work, _EVENT, ({"branch_id": branch_id, "number": first + n} | event for n, event in enumerate(events)))


def _events(lives: Sequence[Life], users: Mapping[UUID, UUID], banks: Mapping[UUID, str]) -> Iterator[Row]:
    for one in lives:
        yield _accepted(one, users.get(one.agent.id))
        if one.ended:
            kind = "enrolment_cancelled" if one.state == "cancelled" else "enrolment_expired"
            detail = {"reason": "worker_declined", "from_state": "accepted"} if one.state == "cancelled" else {}
            yield _event(one, kind, one.ended, detail=detail) | {"day_captured": one.day}
        for each in one.bills:
            yield from _money_events(one, each, banks)
        for number, (began, first, over) in enumerate(one.spells):
            kind = "member_reactivated" if number else "member_activated"
            paid = next(each for each in one.bills if each.at == began and each.first == first)
            yield _event(one, kind, began, detail={"bill": paid.id, "first_month": first})
            if over:
                yield _lapse(one, over)


def _accepted(one: Life, user_id: UUID | None) -> Row:
    first = one.bills[0]
    detail = {
        "op": one.id,
        "programmes": sorted(one.body["programmes"]),
        "months": first.months,
        "first_month": f"{first.first:%Y-%m}",
        "transport": one.body["transport"],
    }
    row = _event(one, "enrolment_accepted", one.received, amount=first.amount, detail=detail)
    is_same_day = row["day_received"] == one.day
    return row | {
        "actor_id": user_id,
        "captured_from": one.captured,
        "captured_to": one.captured,
        "day_captured": one.day,
        "hour_captured": one.captured.astimezone(ZONE).hour if is_same_day else None,
    }


def _money_events(one: Life, each: Bill, banks: Mapping[UUID, str]) -> Iterator[Row]:
    if each.origin == "return":
        detail = {"bill": each.id, "first_month": each.first}
        yield _event(one, "return_asked", each.issued, amount=each.amount, detail=detail)
    if each.ended == "paid" and each.at:
        detail = {
            "bill": each.id,
            "payment": each.payment_id,
            "bank": banks[each.payment_id],
            "months": each.months,
            "first_month": each.first,
        }
        yield _event(one, "payment_confirmed", each.at, amount=each.amount, detail=detail)


def _lapse(one: Life, over: date) -> Row:
    dropped = [each for each in one.bills if each.ended == "cancelled" and each.at == at(over, 35)]
    paid = max(add_months(each.after, -1) for each in one.paid if each.first < over)
    detail = {"paid_through": f"{paid:%Y-%m}", "dropped": sum(each.amount for each in dropped)}
    return _event(one, "member_lapsed", at(over, 35), detail=detail)


def _run_event(run: Row) -> Row:
    detail = {"run": run["id"], "month": f"{run['month']:%Y-%m}", "bills": run["bills"]}
    told = {"subject_id": run["id"], "quantity": run["bills"], "amount": run["amount"], "detail": detail}
    return _plain("bills_issued", run["ended_at"]) | told


def _event(one: Life, kind: str, moment: datetime, *, amount: int = 0, detail: Row | None = None) -> Row:
    return _plain(kind, moment) | whose(one) | {"subject_id": one.id, "amount": amount, "detail": detail or {}}


def _plain(kind: str, moment: datetime) -> Row:
    day = moment.astimezone(ZONE).date()
    return {
        "id": uuid7(int(moment.timestamp() * 1000)),
        "received_at": moment,
        "kind": kind,
        "segment": "BPU",
        "quantity": 1,
        "captured_from": moment,
        "captured_to": moment,
        "day_captured": day,
        "day_received": day,
    }
