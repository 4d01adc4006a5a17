"""Sponsors: who pays instead of the member, by which contract, for which months; and whom they fund."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

import orjson

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work
from perisai.payers import rebill
from perisai.payers.models import SponsorKind

_LINE: Final = re.compile(r"[^\x00-\x1f]{1,120}")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{7,14}")
_OFFERED: Final = ("JKK", "JKM", "JHT")
STATE_BUDGETS: Final = (SponsorKind.LOCAL_BUDGET, SponsorKind.STATE_BUDGET)
MOST_MONTHS: Final = 60
MOST_BUDGET: Final = 10**13

_MAKE: LiteralString = """
INSERT INTO payers_sponsor (branch_id, id, kind, name, reference, contact_name, contact_phone, is_state, first_month, last_month,
  programmes, budget, made_at, made_by)
VALUES (%(branch)s, %(id)s, %(kind)s, %(name)s, %(reference)s, %(contact_name)s, %(contact_phone)s, %(is_state)s, %(first)s,
  %(last)s, %(programmes)s, %(budget)s, %(now)s, %(by)s)
"""
_LOCK: LiteralString = """
SELECT first_month, last_month, programmes, is_state FROM payers_sponsor
WHERE branch_id = %s AND id = %s AND ended_at IS NULL FOR UPDATE
"""

# Who may be funded: BPU of the branch that are members or about to be. Carried by the primary key of enrolments; locked, for
# their bills are issued anew.
_FIT: LiteralString = """
SELECT e.id, e.segment, e.state, e.programmes, e.employs_others FROM members_enrolment e WHERE e.branch_id = %s AND e.id = ANY (%s)
ORDER BY e.id FOR NO KEY UPDATE
"""

# The exclusion constraint decides, also between two who do this at once: whose months are funded already is left out.
_FUND: LiteralString = """
INSERT INTO payers_funding (branch_id, id, sponsor_id, enrolment_id, first_month, last_month, programmes, is_state, made_at,
  made_by)
SELECT %(branch)s, uuidv7(), %(sponsor)s, a.enrolment_id, a.first_month, a.last_month, %(programmes)s, %(is_state)s, %(now)s, %(by)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS a (enrolment_id uuid, first_month date, last_month date)
ORDER BY a.enrolment_id
ON CONFLICT DO NOTHING
RETURNING enrolment_id
"""

# Months that begin later are given back whole; nothing that lies before is touched.
_END: LiteralString = """
UPDATE payers_funding SET last_month = greatest(%(last)s::date, (first_month - interval '1 month')::date), ended_at = %(now)s
WHERE branch_id = %(branch)s AND sponsor_id = %(sponsor)s AND (%(who)s::uuid[] IS NULL OR enrolment_id = ANY (%(who)s))
  AND (last_month IS NULL OR last_month > %(last)s) AND (last_month IS NULL OR last_month >= first_month)
RETURNING enrolment_id
"""
_PROLONG: LiteralString = """
UPDATE payers_funding f SET last_month = %(last)s
WHERE f.branch_id = %(branch)s AND f.sponsor_id = %(sponsor)s AND f.last_month = %(was)s AND f.ended_at IS NULL
  AND f.last_month >= f.first_month AND NOT EXISTS (
    SELECT FROM payers_funding n WHERE n.branch_id = f.branch_id AND n.enrolment_id = f.enrolment_id AND n.id <> f.id
      AND n.first_month <= %(last)s AND (n.last_month IS NULL OR n.last_month > f.last_month))
"""


class ToFund(NamedTuple):
    """Whom to fund for which months, the last one included."""

    enrolment_id: UUID
    first_month: date
    last_month: date


class Funded(NamedTuple):
    """``refused``: why not, a key of ``labels.REFUSALS``, by enrolment."""

    funded: frozenset[UUID]
    refused: dict[UUID, str]


def make(work: Work, *, branch_id: int, given: dict[str, Any]) -> UUID:
    """A sponsor. ``given``: kind, name, reference, contact_name, contact_phone, is_state, first_month, last_month, programmes,
    budget. Raises E4502 with the field, E4508."""
    row = _checked(given)
    sponsor_id = uuid7()
    work.execute(_MAKE, row | {"branch": branch_id, "id": sponsor_id, "now": work.now, "by": work.actor.user_id})
    months = {"first_month": f"{row['first']:%Y-%m}", "last_month": f"{row['last']:%Y-%m}"}
    work.report(
        Happened(
            kind="sponsor_made",
            branch_id=branch_id,
            subject_id=sponsor_id,
            amount=row["budget"] or 0,
            detail={"sponsor": str(sponsor_id), **months},
        )
    )
    return sponsor_id


def fund(work: Work, *, branch_id: int, sponsor_id: UUID, wanted: Iterable[ToFund]) -> Funded:
    """Funds whom it may; the rest is answered with the reason. Raises E1004, E4503, E4504.
    A fixed number of statements, and some more for each month that was billed to members themselves and is billed anew."""
    asked = {one.enrolment_id: one for one in wanted}
    if not asked:
        raise Refused("E4504")
    first, last, programmes, is_state = _lock(work, branch_id, sponsor_id)
    refused: dict[UUID, str] = dict.fromkeys(asked, "unknown")
    fit: list[dict[str, Any]] = []
    for enrolment_id, segment, state, has, employs in work.rows(_FIT, [branch_id, list(asked)]):
        one = asked[enrolment_id]
        why = _why_not(segment, state, has, programmes, employs)
        if not why and not first <= one.first_month <= one.last_month <= last:
            why = "month"
        refused[enrolment_id] = why or "funded"
        if not why:
            fit.append(one._asdict())
    common = {"branch": branch_id, "sponsor": sponsor_id, "now": work.now, "by": work.actor.user_id}
    facts = {"programmes": programmes, "is_state": is_state, "rows": orjson.dumps(fit).decode()}
    funded = frozenset(row[0] for row in work.rows(_FUND, common | facts))
    refused = {one: why for one, why in refused.items() if one not in funded}
    if funded:
        rebill.issue_anew(work, branch_id=branch_id, enrolment_ids=sorted(funded))
        work.report(
            Happened(
                kind="funding_begun",
                branch_id=branch_id,
                subject_id=sponsor_id,
                quantity=len(funded),
                detail={"sponsor": str(sponsor_id), "refused": len(refused)},
            )
        )
    return Funded(funded, refused)


def end(work: Work, *, branch_id: int, sponsor_id: UUID, last_month: date, who: list[UUID] | None = None) -> int:
    """Nothing after ``last_month`` is funded any more, for these enrolments or (None) for all, and then the contract ends with it.
    Answers how many ended earlier than before. Raises E1004, E4503, E4504, E4508."""
    if who is not None and not who:
        raise Refused("E4504")
    first, last, _, _ = _lock(work, branch_id, sponsor_id)
    if not (first - timedelta(days=1)).replace(day=1) <= last_month <= last:
        raise Refused("E4508")
    span = {"branch": branch_id, "sponsor": sponsor_id, "last": last_month, "now": work.now, "who": who}
    stopped = [row[0] for row in work.rows(_END, span)]
    ended = len(stopped)
    if stopped:
        work.rows(_FIT, [branch_id, stopped])
        rebill.issue_anew(work, branch_id=branch_id, enrolment_ids=stopped)
    if who is None:
        kept = max(last_month, first)
        work.execute(
            "UPDATE payers_sponsor SET last_month = %s, ended_at = %s WHERE branch_id = %s AND id = %s",
            [kept, work.now, branch_id, sponsor_id],
        )
    if ended or who is None:
        detail = {"sponsor": str(sponsor_id), "last_month": f"{last_month:%Y-%m}", "members": ended}
        work.report(Happened(kind="funding_ended", branch_id=branch_id, subject_id=sponsor_id, detail=detail))
    return ended


def prolong(work: Work, *, branch_id: int, sponsor_id: UUID, last_month: date, budget: int | None) -> int:
    """A later last month, for all who were funded to the end; answers how many. Raises E1004, E4502, E4503, E4508."""
    _, was, _, _ = _lock(work, branch_id, sponsor_id)
    if last_month <= was or last_month.day != 1:
        raise Refused("E4508")
    if budget is not None and not 0 < budget < MOST_BUDGET:
        raise Refused("E4502", field="budget")
    span = {"branch": branch_id, "sponsor": sponsor_id, "last": last_month, "was": was}
    moved = work.execute(_PROLONG, span)
    work.execute(
        "UPDATE payers_sponsor SET last_month = %s, budget = coalesce(%s, budget) WHERE branch_id = %s AND id = %s",
        [last_month, budget, branch_id, sponsor_id],
    )
    detail = {"sponsor": str(sponsor_id), "last_month": f"{last_month:%Y-%m}", "members": moved}
    work.report(Happened(kind="sponsor_changed", branch_id=branch_id, subject_id=sponsor_id, detail=detail))
    return moved


def _lock(work: Work, branch_id: int, sponsor_id: UUID) -> tuple[date, date, list[str] | None, bool]:
    """(first month, last month, programmes, is state). Raises E1004, E4503."""
    row = work.row(_LOCK, [branch_id, sponsor_id])
    if row is None:
        known = work.row("SELECT 1 FROM payers_sponsor WHERE branch_id = %s AND id = %s", [branch_id, sponsor_id])
        raise Refused("E4503" if known else "E1004")
    return row[0], row[1], row[2], row[3]


def _why_not(segment: str, state: str, has: list[str], programmes: list[str] | None, employs: bool) -> str:
    """A key of ``labels.REFUSALS``, or nothing. Of who employs others JHT is obligatory and may not rest."""
    if segment != "BPU":
        return "wage_earner"
    if state not in ("accepted", "active", "lapsed"):
        return "not_member"
    if programmes is None:
        return ""
    if employs and not set(has) <= set(programmes):
        return "employs"
    return "" if set(programmes) <= set(has) else "programmes"


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """Raises E4502, E4508."""
    kind, first, last, budget = (given.get(name) for name in ("kind", "first_month", "last_month", "budget"))
    programmes = given.get("programmes") or None
    texts = {name: str(given.get(name) or "").strip() for name in ("name", "reference", "contact_name")}
    phone = given.get("contact_phone") or None
    wrong = {
        "kind": kind not in SponsorKind.values,
        "name": not _LINE.fullmatch(texts["name"]),
        "reference": len(texts["reference"]) > 120 or not texts["reference"].isprintable(),
        "contact_name": len(texts["contact_name"]) > 120 or not texts["contact_name"].isprintable(),
        "contact_phone": phone is not None and not _PHONE.fullmatch(phone),
        "first_month": not isinstance(first, date) or first.day != 1,
        "last_month": not isinstance(last, date) or last.day != 1,
        "budget": budget is not None and not 0 < budget < MOST_BUDGET,
        "programmes": programmes is not None and not ({"JKK", "JKM"} <= set(programmes) <= set(_OFFERED)),
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise Refused("E4502", field=field)
    assert isinstance(first, date)
    assert isinstance(last, date)
    if last < first:
        raise Refused("E4508")
    if (last.year - first.year) * 12 + last.month - first.month >= MOST_MONTHS:
        raise Refused("E4502", field="last_month")
    return texts | {
        "kind": kind,
        "contact_phone": phone,
        "is_state": kind in STATE_BUDGETS or bool(given.get("is_state")),
        "first": first,
        "last": last,
        "programmes": sorted(programmes) if programmes else None,
        "budget": budget,
    }
