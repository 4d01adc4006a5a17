"""Reads for the member page and the review queue, within what the viewer may see."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import orjson

from perisai.accounts.audience import Viewer
from perisai.errors import Refused
from perisai.events.work import Work

_MEMBER: LiteralString = """
SELECT e.*, p.name, p.nik_masked, p.kk_sealed IS NOT NULL AS has_kk, p.birth_place, p.birth_date, p.birth_known, p.sex, p.phone,
  p.phone_owner, p.phone_whose, p.email, p.address, o.timezone, o.name AS branch_name,
  d.name AS device_name, d.state AS device_state, w.since AS consent_due_since, w.collected_at AS consent_collected_at
FROM members_enrolment e
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
JOIN offices_office o ON o.id = e.branch_id
LEFT JOIN accounts_device d ON d.id = e.device_id
LEFT JOIN members_consent_due w ON w.branch_id = e.branch_id AND w.enrolment_id = e.id
WHERE e.branch_id = %s AND e.id = %s AND """

_HEIRS = "SELECT name, relation FROM members_heir WHERE branch_id = %s AND enrolment_id = %s ORDER BY position"
_CONSENTS = """
SELECT purpose, version, sha256, given, captured_to, signature FROM members_consent
WHERE branch_id = %s AND enrolment_id = %s ORDER BY purpose
"""
_PHOTOS = """
SELECT encode(sha256, 'hex') AS sha256, size, media_type, named_at, complete_at FROM members_photo
WHERE branch_id = %s AND enrolment_id = %s ORDER BY named_at
"""

# Carried by event_subject (branch_id, subject_id).
_TIMELINE = """
SELECT v.kind, v.number, v.received_at, v.captured_from, v.amount, v.detail, u.full_name AS actor, d.name AS device
FROM events_event v
LEFT JOIN accounts_user u ON u.id = v.actor_id
LEFT JOIN accounts_device d ON d.id = v.device_id
WHERE v.branch_id = %s AND v.subject_id = %s ORDER BY v.number DESC LIMIT 100
"""

# Carried by bill_enrolment and payment_enrolment.
_BILLS = """
SELECT b.id, b.origin, b.sponsor_id IS NOT NULL AS is_sponsored,
  b.payment_code, b.state, b.first_month, b.months, b.lines, b.amount, b.rules, b.issued_at, b.priced_at, b.pay_by,
  b.paid_at, y.id AS payment_id, y.amount AS paid_amount, coalesce(k.name, y.bank_id) AS bank, y.reference_no,
  y.paid_at AS bank_paid_at, y.confirmed_at, y.source
FROM contributions_bill b
LEFT JOIN payments_payment y ON y.branch_id = b.branch_id AND y.bill_id = b.id AND y.reversed_at IS NULL
LEFT JOIN payments_bank k ON k.id = y.bank_id
WHERE b.branch_id = %s AND b.enrolment_id = %s ORDER BY b.issued_at DESC
"""

_REVIEWS_OF = """
SELECT r.id, r.reason, r.state, r.opened_at, r.due_at, r.decided_at, r.note, u.full_name AS decided_by
FROM members_review r LEFT JOIN accounts_user u ON u.id = r.decided_by
WHERE r.branch_id = %s AND r.enrolment_id = %s ORDER BY r.opened_at DESC
"""

# Carried by review_open (branch_id, due_at) for the open ones. What is due first comes first.
_QUEUE: LiteralString = """
SELECT r.branch_id, r.id, r.reason, r.state, r.opened_at, r.due_at, r.owner_id, r.decided_at, r.enrolment_id, r.op_id,
  r.candidates, p.name, p.nik_masked, a.full_name AS agent_name, u.full_name AS owner_name, w.full_name AS decided_by
FROM members_review r
LEFT JOIN members_enrolment e ON e.branch_id = r.branch_id AND e.id = r.enrolment_id
LEFT JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id
LEFT JOIN accounts_user u ON u.id = r.owner_id
LEFT JOIN accounts_user w ON w.id = r.decided_by
WHERE """

_COUNTS: LiteralString = """
SELECT count(*) AS open, count(*) FILTER (WHERE r.due_at < %s) AS overdue,
  count(*) FILTER (WHERE r.due_at >= %s AND r.due_at < %s + interval '1 day') AS due_today,
  count(*) FILTER (WHERE r.owner_id = %s) AS mine, count(*) FILTER (WHERE r.owner_id IS NULL) AS free
FROM members_review r LEFT JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id
WHERE r.state = 'open' AND """

# Carried by enrolment_series. A family or a stand is a few; a stand of hundreds is shown in part.
_SERIES: LiteralString = """
SELECT e.branch_id, e.id, e.state, p.name FROM members_enrolment e
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
WHERE e.branch_id = %s AND e.series_id = %s AND e.id <> %s AND """

# A person beside another: what staff compare. The hash of the No. KK is compared, never shown.
_RECORDS = """
SELECT e.id, e.branch_id, e.state, e.captured_on, e.received_at, e.region_code, e.jobs, e.agent_id, e.paid_through, e.kpj,
  p.id AS person_id, p.name, p.nik_masked, p.kk_hash, p.birth_place, p.birth_date, p.birth_known, p.sex, p.phone,
  p.phone_owner, p.phone_whose, p.address,
  a.full_name AS agent_name,
  (SELECT encode(f.sha256, 'hex') FROM members_photo f WHERE f.branch_id = e.branch_id AND f.enrolment_id = e.id
   AND f.complete_at IS NOT NULL LIMIT 1) AS photo
FROM members_enrolment e
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN agents_agent a ON a.branch_id = e.branch_id AND a.id = e.agent_id
WHERE e.branch_id = %s AND (e.id = ANY(%s) OR e.person_id = ANY(%s))
"""


class BpuState(NamedTuple):
    """An enrolment's state, and the first day of the last month that is paid."""

    state: str
    paid_through: date | None


def bpu_states(work: Work, nik_hashes: Iterable[bytes]) -> dict[bytes, BpuState]:
    """What the country's registry holds of these NIKs in the segment BPU, in whatever branch; who is not in it is left out. One
    statement. For decisions of staff: no applicant may learn from it whether a NIK is known."""
    rows = work.rows("SELECT nik_hash, state, paid_through FROM members_bpu_states(%s::bytea[])", [list(nik_hashes)])
    return {bytes(nik_hash): BpuState(state, paid_through) for nik_hash, state, paid_through in rows}


def get_member(work: Work, *, viewer: Viewer, branch_id: int, enrolment_id: UUID) -> dict[str, Any]:
    """The enrolment with its person. Raises E1004 outside what the viewer may see."""
    sql, params = viewer.narrow("e")
    found = work.dicts(_MEMBER + sql, [branch_id, enrolment_id, *params])
    if not found:
        raise Refused("E1004")
    return _read(found, "place")[0]


def member_parts(work: Work, *, branch_id: int, enrolment_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """What hangs on an enrolment that the viewer may see. Six statements."""
    key = [branch_id, enrolment_id]
    return {
        "heirs": work.dicts(_HEIRS, key),
        "consents": _read(work.dicts(_CONSENTS, key), "signature"),
        "photos": work.dicts(_PHOTOS, key),
        "bills": work.dicts(_BILLS, key),
        "reviews": work.dicts(_REVIEWS_OF, key),
        "timeline": work.dicts(_TIMELINE, key),
    }


def series(work: Work, *, viewer: Viewer, member: dict[str, Any], most: int = 50) -> list[dict[str, Any]]:
    """The others who were entered together with this one, within what the viewer may see. One statement, or none."""
    if member["series_id"] is None:
        return []
    sql, params = viewer.narrow("e")
    key = [member["branch_id"], member["series_id"], member["id"]]
    return work.dicts(_SERIES + sql + " ORDER BY e.id LIMIT %s", [*key, *params, most])


def evidence(work: Work, *, branch_id: int, enrolment_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """What a decision on an enrolment looks at besides the records: photos and earlier reviews. Two statements."""
    key = [branch_id, enrolment_id]
    return {"photos": work.dicts(_PHOTOS, key), "reviews": work.dicts(_REVIEWS_OF, key)}


def queue(
    work: Work, *, viewer: Viewer, state: str, reason: str, owner: str, q: str, late: bool, limit: int
) -> list[dict[str, Any]]:
    """Reviews of the viewer's part, due first first; decided ones newest first. One statement."""
    sql, params = _narrow(viewer)
    conditions: list[LiteralString] = [sql, "r.state = ANY(%s)"]
    params = [*params, ["open"] if state == "open" else ["accepted", "rejected", "closed"]]
    if reason:
        conditions.append("r.reason = %s")
        params.append(reason)
    if owner == "me":
        conditions.append("r.owner_id = %s")
        params.append(viewer.user.id)
    elif owner == "free":
        conditions.append("r.owner_id IS NULL")
    if late:
        conditions.append("r.due_at < %s")
        params.append(work.now)
    for word in q.lower().split():
        conditions.append("lower(coalesce(p.name, '') || ' ' || coalesce(a.full_name, '')) LIKE %s")
        params.append("%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
    order: LiteralString = (
        " ORDER BY r.due_at, r.id LIMIT %s" if state == "open" else " ORDER BY r.decided_at DESC LIMIT %s"
    )
    return _read(work.dicts(_QUEUE + " AND ".join(conditions) + order, [*params, limit]), "candidates")


def queue_counts(work: Work, *, viewer: Viewer) -> dict[str, int]:
    """Open, overdue, due within a day, mine, and without an owner."""
    sql, params = _narrow(viewer)
    return work.dicts(_COUNTS + sql, [work.now, work.now, work.now, viewer.user.id, *params])[0]


def get_review(work: Work, *, viewer: Viewer, branch_id: int, review_id: UUID) -> dict[str, Any]:
    """One review. Raises E1004 outside what the viewer may see."""
    sql, params = _narrow(viewer)
    found = work.dicts(
        _QUEUE.replace("r.candidates,", "r.candidates, r.note, r.device_id, r.agent_id,")
        + "r.branch_id = %s AND r.id = %s AND "
        + sql,
        [branch_id, review_id, *params],
    )
    if not found:
        raise Refused("E1004")
    return _read(found, "candidates")[0]


def next_review(work: Work, *, viewer: Viewer, after: datetime, but: UUID) -> tuple[int, UUID] | None:
    """(branch, id) of the open item that is due next: the viewer's own or nobody's, then from the beginning."""
    sql, params = _narrow(viewer)
    row = work.row(
        "SELECT r.branch_id, r.id FROM members_review r"
        " LEFT JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id"
        " WHERE r.state = 'open' AND r.id <> %s AND (r.owner_id IS NULL OR r.owner_id = %s) AND "
        + sql
        + " ORDER BY r.due_at < %s, r.due_at, r.id LIMIT 1",
        [but, viewer.user.id, *params, after],
    )
    return (row[0], row[1]) if row else None


def records(work: Work, *, branch_id: int, enrolments: list[UUID], persons: list[UUID]) -> list[dict[str, Any]]:
    """Records of one branch to lay side by side. One statement."""
    return work.dicts(_RECORDS, [branch_id, enrolments, persons])


def _read(rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    """JSON comes from the connection as text, so that nobody reads by accident what nobody needs."""
    return [row | {column: orjson.loads(row[column]) if row[column] else row[column]} for row in rows]


def _narrow(viewer: Viewer) -> tuple[LiteralString, list[Any]]:
    """As ``viewer.narrow``, on a review and the agent it came from."""
    if viewer.branches is None:
        return "TRUE", []
    sql: LiteralString = "r.branch_id = ANY(%s)"
    params: list[Any] = [list(viewer.branches)]
    if viewer.sub_branch_id is not None:
        return sql + " AND a.sub_branch_id = %s", [*params, viewer.sub_branch_id]
    if viewer.agency_office_id is not None:
        return sql + " AND a.agency_office_id = %s", [*params, viewer.agency_office_id]
    if viewer.agent_id is not None:
        return sql + " AND r.agent_id = %s", [*params, viewer.agent_id]
    return sql, params
