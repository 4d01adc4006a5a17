"""More quota: the branch's head asks with a reason, the region or head office grants all, part or nothing.

What is granted lies on top of what the target gives, from that moment on; who waits is let in within a minute.
"""

from datetime import date
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.functional import Promise, lazy

from perisai.accounts.audience import Role, Viewer
from perisai.accounts.words import say
from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.targets.quotas import quota

MOST: Final = 100_000
MOST_TEXT: Final = 500

_ASK: LiteralString = """
INSERT INTO targets_quota_request (branch_id, period, segment, asked, reason, asked_at, asked_by, state, granted, answer)
SELECT branch_id, period, segment, %(asked)s, %(reason)s, %(now)s, %(by)s, 'open', 0, ''
FROM targets_quota WHERE branch_id = %(branch)s AND period = %(period)s AND segment = %(segment)s
RETURNING id
"""

_LOCK: LiteralString = """
SELECT r.period, r.segment, r.asked, r.state, r.decided_at, u.full_name FROM targets_quota_request r
LEFT JOIN accounts_user u ON u.id = r.decided_by
WHERE r.branch_id = %s AND r.id = %s FOR UPDATE OF r
"""

_DECIDE: LiteralString = """
UPDATE targets_quota_request SET state = %s, granted = %s, answer = %s, decided_at = %s, decided_by = %s
WHERE branch_id = %s AND id = %s
"""

# Carried by the primary key of targets_quota_request within a branch: a handful a year. A change of rules may have put another
# quota in the place of the one that was asked for.
_LIST: LiteralString = """
SELECT r.id, r.branch_id, o.name AS branch, r.period, coalesce(q.months, 1) AS months, r.segment, r.asked, r.reason, r.asked_at,
  a.full_name AS asked_by, r.state, r.granted, r.answer, r.decided_at, d.full_name AS decided_by, o.timezone,
  GREATEST(0, q.cap - q.consumed - q.leased) AS slots_left, q.cap
FROM targets_quota_request r
JOIN offices_office o ON o.id = r.branch_id
LEFT JOIN targets_quota q ON q.branch_id = r.branch_id AND q.period = r.period AND q.segment = r.segment
LEFT JOIN accounts_user a ON a.id = r.asked_by
LEFT JOIN accounts_user d ON d.id = r.decided_by
WHERE r.branch_id = ANY (coalesce(%(branches)s::int[], ARRAY(SELECT branch_id FROM events_position)))
  AND (NOT %(open)s OR r.state = 'open')
ORDER BY r.state = 'open' DESC, r.asked_at DESC LIMIT %(most)s
"""

_COUNT: LiteralString = """
SELECT count(*) FROM targets_quota_request
WHERE branch_id = ANY (coalesce(%s::int[], ARRAY(SELECT branch_id FROM events_position))) AND state = 'open'
"""

WAITING: Final[dict[str, str | Promise]] = {
    "quota_requests": lazy(say, str)("Permintaan tambahan kuota menunggu jawaban", "Requests for more quota, to answer")
}

ASKS: Final = (Role.BRANCH_HEAD,)
DECIDES: Final = (Role.REGION, Role.HEAD_OFFICE)


class Asked(NamedTuple):
    """A request that waits, locked."""

    period: date
    segment: str
    asked: int


def ask(work: Work, *, branch_id: int, period: date, segment: str, asked: int, reason: str) -> UUID:
    """Raises E5009 for a number out of bounds, E8005 without a reason, E5004 where that quota is not there, E5007 where a request
    for it waits already."""
    if not 1 <= asked <= MOST:
        raise Refused("E5009", most=MOST)
    if not reason.strip():
        raise Refused("E8005")
    parameters = {
        "branch": branch_id, "period": period, "segment": segment, "asked": asked, "reason": reason.strip()[:MOST_TEXT],
        "now": work.now, "by": work.actor.user_id,
    }  # fmt: skip
    try:
        with transaction.atomic():
            row = work.row(_ASK, parameters)
    except IntegrityError:
        raise Refused("E5007") from None
    if row is None:
        raise Refused("E5004")
    request_id: UUID = row[0]
    detail = {"request": str(request_id), "period": period.isoformat(), "segment": segment, "asked": asked}
    work.report(Happened(kind="quota_asked", branch_id=branch_id, quantity=0, subject_id=request_id, detail=detail))
    return request_id


def approve(work: Work, *, branch_id: int, request_id: UUID, granted: int, answer: str = "") -> int:
    """Grants up to what was asked and raises the cap; returns the cap. Raises E5009, E1004, E8001 where it was decided before."""
    found = _lock(work, branch_id, request_id)
    if not 1 <= granted <= found.asked:
        raise Refused("E5009", most=found.asked)
    cap = quota.raise_cap(work, branch_id=branch_id, period=found.period, segment=found.segment, by=granted)
    _decide(work, branch_id, request_id, found, "approved", granted, answer)
    return cap


def refuse(work: Work, *, branch_id: int, request_id: UUID, answer: str) -> None:
    """Raises E8005 without a reason, E1004, E8001."""
    if not answer.strip():
        raise Refused("E8005")
    _decide(work, branch_id, request_id, _lock(work, branch_id, request_id), "refused", 0, answer)


def withdraw(work: Work, *, branch_id: int, request_id: UUID) -> None:
    """The branch needs it no more. Raises E1004, E8001."""
    _decide(work, branch_id, request_id, _lock(work, branch_id, request_id), "withdrawn", 0, "")


def of_branches(
    work: Work, *, branches: list[int] | None, only_open: bool = False, most: int = 50
) -> list[dict[str, Any]]:
    """Those that wait first, then the newest, with who asked and who answered."""
    return work.dicts(_LIST, {"branches": branches, "open": only_open, "most": most})


def waiting(work: Work, *, viewer: Viewer) -> list[tuple[str, int, str]]:
    """What waits for this viewer, as the console's list of what waits has it."""
    if viewer.role not in DECIDES:
        return []
    branches = viewer.branch_ids
    row = work.row(_COUNT, [branches])
    return [("quota_requests", int(row[0]) if row else 0, "/console/targets/quota/requests/")]


def _lock(work: Work, branch_id: int, request_id: UUID) -> Asked:
    row = work.row(_LOCK, [branch_id, request_id])
    if row is None:
        raise Refused("E1004")
    period, segment, asked, state, decided_at, decided_by = row
    if state != "open":
        raise Refused("E8001", who=decided_by or "-", when=f"{decided_at:%Y-%m-%d %H.%M} UTC")
    return Asked(period, segment, asked)


def _decide(work: Work, branch_id: int, request_id: UUID, found: Asked, state: str, granted: int, answer: str) -> None:
    by = work.actor.user_id
    work.execute(_DECIDE, [state, granted, answer.strip()[:MOST_TEXT], work.now, by, branch_id, request_id])
    detail = {
        "request": str(request_id), "period": found.period.isoformat(), "segment": found.segment, "asked": found.asked,
        "granted": granted, "decision": state,
    }  # fmt: skip
    work.report(
        Happened(kind="quota_request_decided", branch_id=branch_id, quantity=0, subject_id=request_id, detail=detail)
    )
