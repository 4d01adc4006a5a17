"""Reads for the staff pages about money. Every query stays within what the viewer may see."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.events.work import Work

PAGE = 50

# Newest first by the primary key (branch_id, id); ids are in order of time.
_PAYMENTS: LiteralString = """
SELECT p.branch_id, p.id, p.enrolment_id, p.amount, p.paid_at, p.confirmed_at, p.source, p.reference_no,
  p.payment_request_id, n.name AS bank, b.payment_code, b.first_month, b.months, w.name AS member, o.name AS branch, o.timezone
FROM payments_payment p
JOIN members_enrolment e ON e.branch_id = p.branch_id AND e.id = p.enrolment_id
JOIN members_person w ON w.branch_id = e.branch_id AND w.id = e.person_id
JOIN contributions_bill b ON b.branch_id = p.branch_id AND b.id = p.bill_id
JOIN offices_office o ON o.id = p.branch_id
LEFT JOIN payments_bank n ON n.id = p.bank_id
WHERE """

_SEARCH: LiteralString = """
 AND (%(q)s = '' OR b.payment_code = %(q)s OR p.reference_no = %(q)s OR p.payment_request_id = %(q)s
      OR p.enrolment_id IN (SELECT c.enrolment_id FROM payments_payment_code c WHERE c.code = %(q)s))
 AND (%(bank)s = '' OR p.bank_id = %(bank)s)
 AND (%(before)s::uuid IS NULL OR p.id < %(before)s::uuid)
ORDER BY p.id DESC LIMIT %(most)s
"""

_TOTALS: LiteralString = """
SELECT count(*), coalesce(sum(p.amount), 0)::bigint FROM payments_payment p
JOIN members_enrolment e ON e.branch_id = p.branch_id AND e.id = p.enrolment_id
WHERE p.confirmed_at >= %(since)s AND """

# Carried by notification_suspense where the state is suspense, else by the primary key.
_NOTIFICATIONS: LiteralString = """
SELECT n.id, n.bank_id, k.name AS bank, n.payment_code, n.amount, n.received_at, n.state, n.response_code,
  n.response ->> 'responseMessage' AS message, n.branch_id, o.name AS branch, coalesce(o.timezone, 'Asia/Jakarta') AS timezone,
  n.external_id, n.payment_request_id
FROM payments_notification n JOIN payments_bank k ON k.id = n.bank_id LEFT JOIN offices_office o ON o.id = n.branch_id
WHERE (%(state)s = '' OR n.state = %(state)s)
  AND (%(branches)s::int[] IS NULL OR n.branch_id = ANY (%(branches)s::int[]))
  AND (%(bank)s = '' OR n.bank_id = %(bank)s)
  AND (%(q)s = '' OR n.payment_code = %(q)s OR n.external_id = %(q)s OR n.payment_request_id = %(q)s)
  AND (%(before)s::uuid IS NULL OR n.id < %(before)s::uuid)
ORDER BY n.id DESC LIMIT %(most)s
"""

_NOTIFICATION: LiteralString = """
SELECT n.id, n.bank_id, k.name AS bank, k.channel, n.payment_code, n.amount, n.received_at, n.state, n.response_code,
  n.response, n.branch_id, o.name AS branch, coalesce(o.timezone, 'Asia/Jakarta') AS timezone, n.external_id, n.repeat_of,
  n.payment_request_id, n.headers, n.body, encode(n.body_sha256, 'hex') AS sha256, n.judged_at, n.resolution,
  u.full_name AS resolved_by
FROM payments_notification n JOIN payments_bank k ON k.id = n.bank_id LEFT JOIN offices_office o ON o.id = n.branch_id
LEFT JOIN accounts_user u ON u.id = n.resolved_by
WHERE n.id = %(id)s AND (%(branches)s::int[] IS NULL OR n.branch_id = ANY (%(branches)s::int[]))
"""

_WAITING: LiteralString = """
SELECT count(*), coalesce(sum(amount), 0)::bigint, min(received_at) FROM payments_notification
WHERE state = 'suspense' AND (%(branches)s::int[] IS NULL OR branch_id = ANY (%(branches)s::int[]))
"""


def payments(
    work: Work, *, viewer: Viewer, q: str = "", bank: str = "", before: UUID | None = None
) -> list[dict[str, Any]]:
    """A page of payments, newest first."""
    condition, parameters = _narrow(viewer)
    asked = {"q": q, "bank": bank, "before": before, "most": PAGE, **parameters}
    return work.dicts(_PAYMENTS + condition + _SEARCH, asked)


def totals(work: Work, *, viewer: Viewer, since: datetime) -> tuple[int, int]:
    """How many payments were confirmed since, and their rupiah."""
    condition, parameters = _narrow(viewer)
    row = work.row(_TOTALS + condition, {"since": since, **parameters})
    return (row[0], row[1]) if row else (0, 0)


def notifications(
    work: Work, *, viewer: Viewer, state: str, q: str = "", bank: str = "", before: UUID | None = None
) -> list[dict[str, Any]]:
    """A page of what banks told us. What belongs to no branch is seen by those who see all."""
    asked = {"state": state, "q": q, "bank": bank, "before": before, "most": PAGE, "branches": viewer.branch_ids}
    return work.dicts(_NOTIFICATIONS, asked)


def find_notification(work: Work, *, viewer: Viewer, notification_id: UUID) -> dict[str, Any] | None:
    rows = work.dicts(_NOTIFICATION, {"id": notification_id, "branches": viewer.branch_ids})
    return rows[0] if rows else None


def waiting(work: Work, *, viewer: Viewer) -> tuple[int, int, datetime | None]:
    """The suspense queue: how many, how much, since when."""
    row = work.row(_WAITING, {"branches": viewer.branch_ids})
    return (row[0], row[1], row[2]) if row else (0, 0, None)


def banks(work: Work) -> list[dict[str, Any]]:
    return work.dicts("SELECT id, name, is_open, is_demo, signature_scheme, channel FROM payments_bank ORDER BY name")


def _narrow(viewer: Viewer) -> tuple[LiteralString, dict[str, Any]]:
    """The part of the member who paid; and the branch of the payment, whose primary key gives the order."""
    sql, named = viewer.narrow_named("e")
    return ("p.branch_id = ANY (%(viewer_branches)s) AND " + sql if named else sql), named
