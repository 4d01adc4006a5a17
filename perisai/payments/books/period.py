"""Closing a month of a branch's ledger, and opening it again: with a reason, by two people, visible for ever.

A closed month takes no entry any more: the database refuses one, and verbs date theirs into the present (``ledger.MOMENT``). Each
close is hashed over its balance and the close before, so that none can be changed or left out unseen (``verify``).
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work
from perisai.payments.books import ledger, trial_balance

SETTLING: Final = timedelta(hours=1)
"""How long after its end a month may be closed: by then every request of its last minute has ended."""
SHORTEST_REASON: Final = 10
MOST_TEXT: Final = 500

# The branch's row: who closes or opens first is done before the next one looks.
_LOCK = "SELECT timezone FROM offices_office WHERE id = %s FOR NO KEY UPDATE"
_LAST = """
SELECT id, month, ends_at, sha256 FROM payments_period WHERE branch_id = %s AND reopened_at IS NULL ORDER BY ends_at DESC LIMIT 1
"""
_CHAIN_END = "SELECT sha256 FROM payments_period WHERE branch_id = %s ORDER BY closed_at DESC, id DESC LIMIT 1"
_COUNT = "SELECT count(*), min(at) FROM payments_ledger_entry WHERE branch_id = %s AND at < %s"
_UNDECIDED = """
SELECT id, coalesce(amount, 0) FROM payments_notification
WHERE state = 'suspense' AND branch_id = %s AND received_at < %s ORDER BY id
"""
_UNJUDGED = "SELECT count(*) FROM payments_notification WHERE state = 'stored' AND received_at < %s"
# Banks that money of the branch came by: their days have to be closed, and their statements to reach the month's end.
_BANKS = "SELECT DISTINCT bank_id FROM payments_payment WHERE branch_id = %s AND confirmed_at < %s"
_CLOSE = """
INSERT INTO payments_period (branch_id, id, month, ends_at, closed_at, closed_by, balance, entries, listed, note, previous, sha256,
  reopen_reason)
VALUES (%(branch)s, %(id)s, %(month)s, %(ends_at)s, %(now)s, %(by)s, %(balance)s, %(entries)s, %(listed)s, %(note)s, %(previous)s,
  %(sha256)s, '')
ON CONFLICT DO NOTHING RETURNING id
"""
_ASK = """
UPDATE payments_period SET reopen_asked_at = %s, reopen_asked_by = %s, reopen_reason = %s
WHERE branch_id = %s AND id = %s AND reopened_at IS NULL
"""
_REOPEN = "UPDATE payments_period SET reopened_at = %s, reopened_by = %s WHERE branch_id = %s AND id = %s AND reopened_at IS NULL"
_ALL = """
SELECT p.id, p.month, p.ends_at, p.closed_at, p.closed_by, p.balance, p.entries, p.listed, p.note, p.previous, p.sha256,
  p.reopen_asked_at, p.reopen_asked_by, p.reopen_reason, p.reopened_at, p.reopened_by,
  c.full_name AS closer, a.full_name AS asker, r.full_name AS opener
FROM payments_period p LEFT JOIN accounts_user c ON c.id = p.closed_by
LEFT JOIN accounts_user a ON a.id = p.reopen_asked_by LEFT JOIN accounts_user r ON r.id = p.reopened_by
WHERE p.branch_id = %s ORDER BY p.closed_at DESC, p.id DESC
"""


def close(work: Work, *, branch_id: int, month: date, lists_undecided: bool = False, note: str = "") -> UUID:
    """Closes the month, the one after the last closed. ``lists_undecided``: what waits in suspense stays there, and is named in the
    close. Raises ``Refused`` E4811 with what is not explained, E4812 closed already or not its turn."""
    zone = _lock(work, branch_id)
    month = month.replace(day=1)
    ends_at = _end(month, zone)
    if month != next_month(work, branch_id=branch_id):
        raise Refused("E4812")
    undecided = work.rows(_UNDECIDED, [branch_id, ends_at])
    missing = _missing(work, branch_id, month, ends_at, [] if lists_undecided else undecided)
    if missing:
        raise Refused("E4811", what="; ".join(missing))
    chain = work.row(_CHAIN_END, [branch_id])
    count = work.row(_COUNT, [branch_id, ends_at])
    assert count is not None
    row: dict[str, Any] = {
        "branch": branch_id, "id": uuid7(), "month": month, "ends_at": ends_at, "now": work.now, "by": work.actor.user_id,
        "balance": [one._asdict() for one in trial_balance.before(work, branch_id=branch_id, until=ends_at)],
        "entries": count[0], "listed": [{"notification": str(id_), "amount": amount} for id_, amount in undecided],
        "note": note.strip()[:MOST_TEXT], "previous": bytes(chain[0]) if chain else None,
    }  # fmt: skip
    row["sha256"] = _hash(row)
    row |= {"balance": orjson.dumps(row["balance"]).decode(), "listed": orjson.dumps(row["listed"]).decode()}
    if work.row(_CLOSE, row) is None:
        raise Refused("E4812")
    _report(work, "period_closed", branch_id, row["id"], month)
    found: UUID = row["id"]
    return found


def ask_to_reopen(work: Work, *, branch_id: int, period_id: UUID, reason: str) -> None:
    """Only the last closed month. Raises ``Refused`` E4813, E4814."""
    if not SHORTEST_REASON <= len(reason.strip()) <= MOST_TEXT:
        raise Refused("E4814")
    month = _standing(work, branch_id, period_id)["month"]
    work.execute(_ASK, [work.now, work.actor.user_id, reason.strip(), branch_id, period_id])
    _report(work, "period_reopen_asked", branch_id, period_id, month)


def reopen(work: Work, *, branch_id: int, period_id: UUID) -> None:
    """A second person agrees. What was closed, by whom and why it was opened stays. Raises ``Refused`` E4813-E4815."""
    found = _standing(work, branch_id, period_id)
    if found["reopen_asked_by"] is None:
        raise Refused("E4814")
    if work.actor.user_id is None or found["reopen_asked_by"] == work.actor.user_id:
        raise Refused("E4815")
    work.execute(_REOPEN, [work.now, work.actor.user_id, branch_id, period_id])
    _report(work, "period_reopened", branch_id, period_id, found["month"])


def next_month(work: Work, *, branch_id: int) -> date | None:
    """The month whose turn it is to be closed: after the last closed one, or the first with an entry. None: nothing to close."""
    last = work.row(_LAST, [branch_id])
    if last is not None:
        following: date = (last[1] + timedelta(days=32)).replace(day=1)
        return following
    first = work.row(_COUNT, [branch_id, "infinity"])
    zone = work.row("SELECT timezone FROM offices_office WHERE id = %s", [branch_id])
    if first is None or first[1] is None or zone is None:
        return None
    return date(first[1].astimezone(ZoneInfo(zone[0])).year, first[1].astimezone(ZoneInfo(zone[0])).month, 1)


def closes(work: Work, *, branch_id: int) -> list[dict[str, Any]]:
    """Every close that ever was, newest first."""
    return work.dicts(_ALL, [branch_id])


def verify(work: Work, *, branch_id: int) -> list[str]:
    """What is wrong with the chain of closes: a hash, a link, or a balance that the entries no longer make. Empty: nothing."""
    problems, previous = [], None
    for one in reversed(closes(work, branch_id=branch_id)):
        row = one | {"branch": branch_id, "now": one["closed_at"], "by": one["closed_by"]}
        row |= {"balance": orjson.loads(one["balance"]), "listed": orjson.loads(one["listed"])}
        row["previous"] = bytes(one["previous"]) if one["previous"] is not None else None
        if row["previous"] != previous:
            problems.append(f"{one['month']:%Y-%m}: not linked to the close before")
        if _hash(row) != bytes(one["sha256"]):
            problems.append(f"{one['month']:%Y-%m}: changed after it was closed")
        if one["reopened_at"] is None and _counted(work, branch_id, one["ends_at"]) != one["entries"]:
            problems.append(f"{one['month']:%Y-%m}: entries were added or lost after it was closed")
        previous = bytes(one["sha256"])
    return problems


def _missing(
    work: Work, branch_id: int, month: date, ends_at: datetime, undecided: Sequence[tuple[Any, ...]]
) -> list[str]:
    """What keeps the month open, in few words."""
    from perisai.custody.queries import cash_accounts
    from perisai.reconciliation import day  # a room beside this one: it asks for payments, which are closed by its days

    if work.now < ends_at + SETTLING:
        return [f"{month:%m-%Y} + 1 h"]
    last_day = (ends_at - timedelta(hours=12)).date()
    ours = {bank for (bank,) in work.rows(_BANKS, [branch_id, ends_at])}
    left = [one for one in day.open_before(work, last_day + timedelta(days=1)) if one[0] in ours]
    missing = [f"{bank} {on:%d-%m-%Y}" for bank, on in left[:5]]
    missing += [f"{bank} < {last_day:%d-%m-%Y}" for bank, _ in day.uncovered(work, last_day) if bank in ours]
    unjudged = work.row(_UNJUDGED, [ends_at])
    if unjudged and unjudged[0]:
        missing.append(f"stored: {unjudged[0]}")
    if undecided:
        missing.append(f"suspense: {len(undecided)}")
    return missing + ledger.prove(work, branch_id, cash=cash_accounts(work, branch_id))


def _standing(work: Work, branch_id: int, period_id: UUID) -> dict[str, Any]:
    _lock(work, branch_id)
    last = work.row(_LAST, [branch_id])
    if last is None or last[0] != period_id:
        raise Refused("E4813")
    return next(one for one in closes(work, branch_id=branch_id) if one["id"] == period_id)


def _lock(work: Work, branch_id: int) -> ZoneInfo:
    row = work.row(_LOCK, [branch_id])
    if row is None:
        raise Refused("E1004")
    return ZoneInfo(row[0])


def _end(month: date, zone: ZoneInfo) -> datetime:
    following = (month + timedelta(days=32)).replace(day=1)
    return datetime(following.year, following.month, 1, tzinfo=zone)


def _counted(work: Work, branch_id: int, ends_at: datetime) -> int:
    row = work.row(_COUNT, [branch_id, ends_at])
    return int(row[0]) if row else 0


def _hash(row: dict[str, Any]) -> bytes:
    said = {name: row[name] for name in ("branch", "id", "month", "balance", "entries", "listed", "note")}
    said |= {"ends_at": row["ends_at"].timestamp(), "now": row["now"].timestamp(), "by": row["by"]}
    said["previous"] = row["previous"].hex() if row["previous"] else None
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


def _report(work: Work, kind: str, branch_id: int, period_id: UUID, month: date) -> None:
    detail = {"period": period_id, "month": f"{month:%Y-%m}"}
    work.report(Happened(kind=kind, branch_id=branch_id, detail=detail))
