"""Reads for the pages of employers, each narrowed to what the viewer may see."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson

from perisai.accounts.audience import Viewer
from perisai.contributions.tariffs import pricing
from perisai.employers.bill import shares_of
from perisai.errors import Refused
from perisai.events.vault import keyed_hash
from perisai.events.work import Work
from perisai.members.persons.names import name_key
from perisai.offices.part import Part

PAGE: Final = 50
MOST_WORKERS: Final = 200

_LIST: LiteralString = """
SELECT e.branch_id, e.id, e.name, e.owner_name, e.npp, e.scale, e.phone, e.state, e.agent_id, e.created_at,
  jsonb_array_length(e.same_as) > 0 AS is_alike,
  (SELECT count(*) FROM employers_job j JOIN members_enrolment m ON m.branch_id = j.branch_id AND m.id = j.enrolment_id
   WHERE j.branch_id = e.branch_id AND j.employer_id = e.id AND m.state IN ('review', 'accepted', 'active', 'lapsed')
     AND (j.last_month IS NULL OR j.last_month >= %(month)s)) AS workers,
  b.month AS bill_month, b.amount AS bill_amount, b.due_on,
  CASE WHEN o.state = 'paid' THEN 'paid' ELSE b.state END AS bill_state
FROM employers_employer e
LEFT JOIN LATERAL (
  SELECT b.month, b.amount, b.due_on, b.state, b.order_id FROM employers_bill b
  WHERE b.branch_id = e.branch_id AND b.employer_id = e.id AND b.state <> 'cancelled' ORDER BY b.month DESC LIMIT 1
) b ON true
LEFT JOIN payments_order o ON o.branch_id = e.branch_id AND o.id = b.order_id
WHERE {scope} {search} ORDER BY e.created_at DESC, e.id LIMIT %(most)s
"""
# Carried by event_subject.
_REGISTERED: LiteralString = """EXISTS (SELECT FROM events_event v WHERE v.branch_id = e.branch_id AND v.subject_id = e.id
  AND v.kind = 'employer_registered' AND v.day_captured BETWEEN %(first)s AND %(last)s
  AND (%(known)s::date IS NULL OR v.day_received <= %(known)s) AND {part})"""
_SEARCH: LiteralString = """
AND (e.npp = upper(%(q)s) OR e.phone = %(q)s OR e.owner_nik_hash = %(nik)s OR e.name_key LIKE %(key)s OR e.name ILIKE %(like)s
  OR e.owner_name ILIKE %(like)s)
"""
_ONE: LiteralString = """
SELECT e.*, o.timezone, o.name AS branch, r.name AS village FROM employers_employer e
JOIN offices_office o ON o.id = e.branch_id LEFT JOIN offices_region r ON r.code = e.region_code
WHERE e.id = %s AND """
# Carried by person_nik.
_OWNER: LiteralString = """
SELECT e.id FROM members_person p JOIN members_enrolment e ON e.branch_id = p.branch_id AND e.person_id = p.id
WHERE p.branch_id = %s AND p.nik_hash = %s AND e.segment = 'BPU' AND e.state IN ('review', 'accepted', 'active', 'lapsed') LIMIT 1
"""
# Carried by job_employer; the wage by wage_of_month.
_WORKERS: LiteralString = """
SELECT j.enrolment_id, j.first_month, j.last_month, m.state, m.programmes, m.risk, m.paid_through, p.name, p.nik_masked, p.phone,
  w.wage, w.kind, w.detail, w.from_month AS wage_from, m.income, c.enrolment_id IS NOT NULL AS is_consent_due
FROM employers_job j
JOIN members_enrolment m ON m.branch_id = j.branch_id AND m.id = j.enrolment_id
JOIN members_person p ON p.branch_id = m.branch_id AND p.id = m.person_id
LEFT JOIN members_consent_due c ON c.branch_id = m.branch_id AND c.enrolment_id = m.id AND c.collected_at IS NULL
LEFT JOIN LATERAL (
  SELECT w.wage, w.kind, w.detail, w.from_month FROM employers_wage w
  WHERE w.branch_id = j.branch_id AND w.enrolment_id = j.enrolment_id AND w.from_month <= greatest(%(month)s, j.first_month)
  ORDER BY w.from_month DESC, w.id DESC LIMIT 1
) w ON true
WHERE j.branch_id = %(branch)s AND j.employer_id = %(employer)s
ORDER BY j.last_month IS NOT NULL AND j.last_month < %(month)s, p.name LIMIT %(most)s
"""
_BILLS: LiteralString = """
SELECT b.id, b.month, b.payment_code, b.workers, b.amount, b.due_on, b.made_at, b.reason, b.order_id, o.pay_by,
  CASE WHEN b.state = 'open' AND o.state = 'paid' THEN 'paid' ELSE b.state END AS state
FROM employers_bill b JOIN payments_order o ON o.branch_id = b.branch_id AND o.id = b.order_id
WHERE b.branch_id = %s AND b.employer_id = %s ORDER BY b.month DESC, b.made_at DESC LIMIT 24
"""
_BILL_LINES: LiteralString = """
SELECT q.enrolment_id, p.name, p.nik_masked, c.lines, c.amount, m.programmes, m.risk, m.segment FROM payments_order_bill q
JOIN contributions_bill c ON c.branch_id = q.branch_id AND c.id = q.bill_id
JOIN members_enrolment m ON m.branch_id = q.branch_id AND m.id = q.enrolment_id
JOIN members_person p ON p.branch_id = m.branch_id AND p.id = m.person_id
WHERE q.branch_id = %s AND q.order_id = %s ORDER BY m.segment DESC, p.name LIMIT 1000
"""
_CHANGES: LiteralString = """
SELECT c.kind, c.month, c.wage, c.at, c.source, c.enrolment_id, p.name, u.full_name AS by_name FROM employers_change c
JOIN members_enrolment m ON m.branch_id = c.branch_id AND m.id = c.enrolment_id
JOIN members_person p ON p.branch_id = m.branch_id AND p.id = m.person_id
LEFT JOIN accounts_user u ON u.id = c.by
WHERE c.branch_id = %s AND c.employer_id = %s ORDER BY c.at DESC, c.id DESC LIMIT 50
"""
_IMPORTS: LiteralString = """
SELECT i.id, i.employer_id, i.name, i.state, i.why, i.why_detail, i.rows, i.line, i.counts, i.sent_at, i.ended_at, i.source,
  i.content_sealed IS NOT NULL AS is_kept, u.full_name AS sender
FROM employers_import i LEFT JOIN accounts_user u ON u.id = i.sent_by
WHERE i.branch_id = %s AND i.employer_id = %s
"""
_IN_FILE: LiteralString = """
SELECT r.line, r.state, r.enrolment_id, r.findings FROM employers_import_row r
WHERE r.branch_id = %s AND r.import_id = %s AND r.state IN ('wrong', 'review') ORDER BY r.line LIMIT 500
"""


@dataclass(frozen=True)
class Behind:
    """Behind a figure: what was registered in a part of the country from a day to another."""

    part: Part
    first: date | None = None
    last: date | None = None
    known: date | None = None
    """Only what had come in by the end of this day."""


def find_all(work: Work, *, viewer: Viewer, q: str, today: date, behind: Behind) -> list[dict[str, Any]]:
    """The newest first. ``q``: name, owner, NPP, telephone or the owner's NIK."""
    scope, named = _within(viewer, behind)
    digits = "".join(letter for letter in q if letter.isdigit())
    like = q.replace("\\", "").replace("%", "").replace("_", " ")
    asked = named | {
        "month": today.replace(day=1),
        "most": PAGE,
        "q": q,
        "nik": keyed_hash("nik", digits) if len(digits) == 16 else None,
        "key": f"{name_key(like)}%" if name_key(like) else "-",
        "like": f"%{like}%",
    }
    sql = _LIST.replace("{scope}", scope).replace("{search}", _SEARCH if q else "")
    return work.dicts(sql, asked)


def count_behind(work: Work, *, viewer: Viewer, behind: Behind) -> int:
    """How many employers there are, whatever a page shows of them."""
    scope, named = _within(viewer, behind)
    row = work.row("SELECT count(*) FROM employers_employer e WHERE " + scope, named)
    return int(row[0]) if row else 0


def _within(viewer: Viewer, behind: Behind) -> tuple[LiteralString, dict[str, Any]]:
    """A day asked for stands against the event that counted the employer: who had the care then is told by it, not by today."""
    scope, named = viewer.narrow_named("e")
    if behind.first is None and behind.last is None:
        more, values = behind.part.narrow("e")
    else:
        more, values = behind.part.narrow("v")
        more = _REGISTERED.replace("{part}", more)
    for n, value in enumerate(values):
        more, named[f"part_{n}"] = more.replace("%s", f"%(part_{n})s", 1), value
    days = {"first": behind.first or date(2000, 1, 1), "last": behind.last or date(2999, 12, 31), "known": behind.known}
    return scope + " AND " + more, named | days


def get(work: Work, *, viewer: Viewer, employer_id: UUID) -> dict[str, Any]:
    """Raises E1004 for one that is not the viewer's to see."""
    scope, params = viewer.narrow("e")
    found = work.dicts(_ONE + scope, [employer_id, *params])
    if not found:
        raise Refused("E1004")
    return _opened(found[0])


def seen_of(work: Work, *, viewer: Viewer, ids: list[UUID]) -> set[UUID]:
    """Those of these employers that are the viewer's to see."""
    scope, params = viewer.narrow("e")
    return {
        row[0]
        for row in work.rows("SELECT e.id FROM employers_employer e WHERE e.id = ANY (%s) AND " + scope, [ids, *params])
    }


def of_branch(work: Work, *, branch_id: int, employer_id: UUID) -> dict[str, Any]:
    """For the employer's own page."""
    found = work.dicts(_ONE + "e.branch_id = %s", [employer_id, branch_id])
    if not found:
        raise Refused("E4412")
    return _opened(found[0])


def owner_enrolment(work: Work, known: dict[str, Any]) -> UUID | None:
    """The owner's own membership (BPU) in the branch: the one named at the visit, or found by the owner's NIK."""
    if known["owner_enrolment_id"] is not None or known["owner_nik_hash"] is None:
        return known["owner_enrolment_id"]  # type: ignore[no-any-return]  # a column of uuid
    row = work.row(_OWNER, [known["branch_id"], known["owner_nik_hash"]])
    return row[0] if row else None


def _opened(one: dict[str, Any]) -> dict[str, Any]:
    return one | {name: _json(one[name]) for name in ("optional", "same_as")}


def workers_of(work: Work, *, branch_id: int, employer_id: UUID, month: date) -> list[dict[str, Any]]:
    """With their wage of the month and what the employer and they bear of it."""
    asked = {"branch": branch_id, "employer": employer_id, "month": month, "most": MOST_WORKERS}
    rows = work.dicts(_WORKERS, asked)
    for row in rows:
        row["detail"] = _json(row["detail"]) or {}
        wage = row["wage"] or row["income"]
        row["shares"] = shares_of(pricing.Asked("PU", wage, frozenset(row["programmes"]), False, row["risk"], (month,)))
        row["is_gone"] = row["last_month"] is not None and row["last_month"] < month
    return rows


def bills_of(work: Work, *, branch_id: int, employer_id: UUID) -> list[dict[str, Any]]:
    return work.dicts(_BILLS, [branch_id, employer_id])


def bill_lines(work: Work, *, branch_id: int, order_id: UUID) -> list[dict[str, Any]]:
    """Worker by worker, and the owner's own first bill last: what each programme costs, and who bears it."""
    found = work.dicts(_BILL_LINES, [branch_id, order_id])
    for row in found:
        lines = _json(row["lines"])
        month, wage = lines[0][:2]
        row["parts"] = {
            name: sum(line[at] for line in lines if len(line) > at)
            for name, at in (("JKK", 2), ("JKM", 3), ("JHT", 4), ("JP", 7), ("JKP", 8))
        }
        row["wage"] = wage
        row["is_owner"] = row["segment"] == "BPU"
        asked = pricing.Asked(
            "PU", wage, frozenset(row["programmes"]), False, row["risk"], (date.fromisoformat(f"{month}-01"),)
        )
        row["worker"] = 0 if row["is_owner"] else shares_of(asked)["worker"]
        row["employer"] = row["amount"] - row["worker"]
    return found


def changes_of(work: Work, *, branch_id: int, employer_id: UUID) -> list[dict[str, Any]]:
    return work.dicts(_CHANGES, [branch_id, employer_id])


def imports_of(work: Work, *, branch_id: int, employer_id: UUID) -> list[dict[str, Any]]:
    rows = work.dicts(_IMPORTS + " ORDER BY i.sent_at DESC LIMIT 20", [branch_id, employer_id])
    return [_counted(row) for row in rows]


def import_of(work: Work, *, branch_id: int, employer_id: UUID, import_id: UUID) -> dict[str, Any]:
    """Raises E1004."""
    rows = work.dicts(_IMPORTS + " AND i.id = %s", [branch_id, employer_id, import_id])
    if not rows:
        raise Refused("E1004")
    return _counted(rows[0])


def rows_of(work: Work, *, branch_id: int, import_id: UUID) -> list[dict[str, Any]]:
    """What was not simply taken."""
    found = work.dicts(_IN_FILE, [branch_id, import_id])
    return [one | {"findings": _json(one["findings"])} for one in found]


def _counted(row: dict[str, Any]) -> dict[str, Any]:
    counts = _json(row["counts"])
    done = sum(counts.values())
    return row | {"counts": counts, "done": done, "percent": 100 * done // row["rows"] if row["rows"] else 0}


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value
