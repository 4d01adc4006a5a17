"""What an agent's home screen shows: figures of today and of the month, quota, dues, licence."""

from datetime import date, timedelta
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from perisai.agents.conditions import renewal_opens
from perisai.agents.licence import Held, HeldLicence, Standing, get_standing
from perisai.contributions.rules.in_force import load
from perisai.events.reading import read
from perisai.events.work import Work
from perisai.figures import rank
from perisai.figures.period import month_end
from perisai.offices import calendar
from perisai.offices.calendar import Calendar
from perisai.payments.codes import lease
from perisai.sync.branch_key import seal_key
from perisai.sync.clock import to_ms
from perisai.sync.signed import Phone
from perisai.targets.plans.agent_target import OF_AGENT
from perisai.targets.quotas import lease as slots
from perisai.targets.quotas import quota

# Carried by the primary key of events_counter: one agent's rows of one month.
_FIGURES = """
SELECT metric, sum(value) FILTER (WHERE day_captured = %(today)s), sum(value)
FROM events_counter
WHERE branch_id = %(branch)s AND level = 'a' AND key = %(agent)s AND day_captured BETWEEN %(first)s AND %(today)s
GROUP BY metric
"""

# Carried by enrolment_agent and bill_enrolment. Counters say how many went into review, not who still waits there.
_WAITING = """
SELECT count(b.id), coalesce(sum(b.amount), 0), count(*) FILTER (WHERE e.state = 'review' AND e.captured_on = %(today)s),
  count(*) FILTER (WHERE e.state = 'review' AND e.captured_on BETWEEN %(first)s AND %(today)s)
FROM members_enrolment e
LEFT JOIN contributions_bill b
  ON b.branch_id = e.branch_id AND b.enrolment_id = e.id AND b.state = 'open' AND b.pay_by >= %(now)s
  AND e.state IN ('accepted', 'active')
WHERE e.branch_id = %(branch)s AND e.agent_id = %(agent)s AND e.state IN ('accepted', 'active', 'review')
"""

_OFFICES: LiteralString = (
    """
SELECT b.name, (SELECT name FROM offices_office WHERE id = %s), (SELECT name FROM offices_office WHERE id = %s),
  """
    + OF_AGENT
    + """,
  (SELECT phone FROM agents_agent WHERE branch_id = %s AND id = %s),
  (SELECT state FROM agents_renewal r WHERE r.branch_id = %s AND r.agent_id = %s AND r.licence_id = %s
    ORDER BY r.asked_at DESC, r.id DESC LIMIT 1)
FROM offices_office b WHERE b.id = %s
"""
)


def me(work: Work, phone: Phone) -> dict[str, Any]:
    """Eight statements; two more where the phone's lease of slots is renewed, and two where that of payment codes is."""
    today = work.now.astimezone(ZoneInfo(phone.timezone)).date()
    period = quota.period_of(today)
    standing = get_standing(work, branch_id=phone.branch_id, agent_id=phone.agent_id)
    held = standing.licence_at(work.now, phone.timezone) or (standing.licences[-1] if standing.licences else None)
    offices = work.row(
        _OFFICES,
        [
            *(standing.agency_office_id, standing.sub_branch_id, phone.branch_id, phone.agent_id, period),
            *(phone.branch_id, phone.agent_id),
            *(phone.branch_id, phone.agent_id, held.id if held else None, phone.branch_id),
        ],
        prepared=True,
    )
    assert offices is not None
    figures = _figures(work, phone, today)
    waiting = work.row(
        _WAITING,
        {"branch": phone.branch_id, "agent": phone.agent_id, "today": today, "first": period, "now": work.now},
        prepared=True,
    ) or (0, 0, 0, 0)
    figures["review"] = (waiting[2], waiting[3])
    now, hold = _quota(work, phone, standing), standing.hold_at(work.now)
    own = calendar.of_office(work, phone.branch_id)
    return {
        "agent": {
            "id": str(phone.agent_id),
            "code": standing.code,
            "name": standing.name,
            "office": offices[1],
            "sub_branch": offices[2],
            "phone": offices[4] or None,
        },
        "branch": {
            "id": phone.branch_id,
            "name": offices[0],
            "timezone": phone.timezone,
            "province": phone.province_code,
            "seal_key": seal_key(phone.branch_id),
        },
        "licence": held
        and _licence(held, hold, is_valid=held.valid_at(work.now, phone.timezone))
        | _renewal(standing, held, today, offices[5]),
        **_counts(figures),
        "days_off": _days_off(today, own),
        "rank": _rank(work, phone, today, own),
        "target_month": offices[3],
        "quota": {"cap": now.cap, "left": now.left, "mode": now.mode, "queue": now.is_queued},
        "lease": now.leases and [_slots(one) for one in now.leases],
        "dues": {"count": waiting[0], "amount": int(waiting[1])},
        "payment_codes": _payment_codes(work, phone, today),
        "rules": load().version,
        "as_of_ms": to_ms(work.now),
    }


def _quota(work: Work, phone: Phone, standing: Standing) -> slots.Now:
    """The branch's quota and the phone's part of it; none of it for who may not enrol now."""
    may_enrol = standing.hold_at(work.now) is None and standing.licence_at(work.now, phone.timezone) is not None
    return slots.held(
        work,
        branch_id=phone.branch_id,
        device_id=phone.id,
        agent_id=phone.agent_id,
        timezone=phone.timezone,
        may_enrol=may_enrol,
    )


_SHOWN = (("enrolled", "captured"), ("active", "active"), ("review", "review"))


def licence_state(held: HeldLicence, hold: Held | None, *, is_valid: bool) -> str:
    """valid, expired, revoked, or what a hold says: suspended, remedial."""
    if is_valid:
        return hold.kind if hold else "valid"
    return "expired" if held.state == "valid" else held.state


def _licence(held: HeldLicence, hold: Held | None, *, is_valid: bool) -> dict[str, Any]:
    state = licence_state(held, hold, is_valid=is_valid)
    return {"number": held.number, "valid_to": held.valid_to.isoformat(), "state": state}


def _renewal(standing: Standing, held: HeldLicence, today: date, asked: str | None) -> dict[str, Any]:
    """When a licence that ends can be renewed, whether that was asked for, and until when the one after it lasts."""
    later = [one.valid_to for one in standing.licences if one.state == "valid" and one.valid_to > held.valid_to]
    is_open = held.state == "valid" and (not later or asked == "renewed")
    return {
        "renew_from": renewal_opens(held.valid_to, today).isoformat() if held.state == "valid" else None,
        "renewal": asked if is_open else None,
        "renewed_to": max(later).isoformat() if later else None,
    }


def _payment_codes(work: Work, phone: Phone, today: date) -> dict[str, Any] | None:
    """What the phone may hand out without signal, and until when; null where it holds none."""
    codes, until = lease.top_up(
        work, branch_id=phone.branch_id, device_id=phone.id, agent_id=phone.agent_id, today=today
    )
    return {"codes": codes, "until": until.isoformat()} if until is not None else None


def _slots(one: slots.Lease) -> dict[str, Any]:
    """How many more people the phone may enrol without signal, in one segment or any, captured from when to when."""
    return {
        "from": one.first.isoformat(),
        "to": one.last.isoformat(),
        "segment": one.segment,
        "slots": one.slots,
        "until": one.until.isoformat() if one.until else None,
    }


def _counts(figures: dict[str, tuple[int, int]]) -> dict[str, dict[str, int]]:
    of_month = (*_SHOWN, ("accepted", "accepted"), ("contributions", "contributions"))
    return {
        "today": {name: figures.get(metric, (0, 0))[0] for name, metric in _SHOWN},
        "month": {name: figures.get(metric, (0, 0))[1] for name, metric in of_month},
    }


def _days_off(today: date, own: Calendar) -> list[str]:
    """Days until the end of the next month on which the branch's agents do not work, so that phones without signal count right."""
    end = month_end(month_end(today) + timedelta(days=1))
    days = (today + timedelta(days=n) for n in range((end - today).days + 1))
    return [day.isoformat() for day in days if not calendar.is_field_day(day, own)]


def _rank(work: Work, phone: Phone, today: date, own: Calendar) -> dict[str, Any] | None:
    """The agent's place among their like in the branch; None for who has no licence."""
    found = read(rank.ranked([(phone.branch_id, today)], {phone.branch_id: own}), work.dicts)
    mine = rank.of_agent(found, phone.agent_id)
    if mine is None:
        return None
    return {
        "place": mine.place,
        "of": mine.of,
        "needs": rank.SMALL,
        "per_day": mine.per_day,
        "is_city": mine.is_city,
        "is_new": mine.is_new,
    }


def _figures(work: Work, phone: Phone, today: date) -> dict[str, tuple[int, int]]:
    rows = work.rows(
        _FIGURES,
        {"branch": phone.branch_id, "agent": str(phone.agent_id), "today": today, "first": today.replace(day=1)},
        prepared=True,
    )
    return {metric: (int(day or 0), int(month or 0)) for metric, day, month in rows}
