"""What a person decides about something that does not agree. Every decision is final, names who took it, and is kept."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from perisai.errors import Refused
from perisai.events import vault
from perisai.events.work import Happened, Work
from perisai.payments.suspense import suspense, told_by_statement
from perisai.reconciliation.taking import JAKARTA
from perisai.written import rupiah

DECISIONS: Final[dict[str, tuple[str, ...]]] = {
    "missing": ("credit", "suspense", "refund", "attach", "explain", "wait"),
    "unmatched": ("attach", "explain", "wait"),
    "double": ("refund", "suspense", "explain", "wait"),
    "amount": ("explain", "wait"),
    "outgoing": ("explain", "wait"),
}
REASONS: Final[dict[str, tuple[str, ...]]] = {
    "missing": ("interest", "own_transfer", "not_ours", "bank_correction", "other"),
    "unmatched": ("cut_off", "reversed_by_bank", "copy", "other"),
    "double": ("bank_correction", "other"),
    "amount": ("bank_fee", "bank_error", "other"),
    "outgoing": ("bank_fee", "refund_paid", "own_transfer", "bank_correction", "other"),
}
SHORTEST_NOTE: Final = 10
MOST_NOTE: Final = 500
LONGEST_WAIT: Final = timedelta(days=31)

# The account's row, which matching holds too: no run finds a line while a person decides about it.
_LOCK_ACCOUNT = """
SELECT 1 FROM reconciliation_account a
WHERE a.bank_id = (SELECT i.bank_id FROM reconciliation_item i WHERE i.id = %s) FOR UPDATE
"""
# One row by its key; whoever decides first holds it.
_LOCK = """
SELECT i.id, i.bank_id, i.day, i.kind, i.line_id, i.notification_id, i.branch_id, i.amount, i.other, i.state,
  l.code, l.value_on, l.told_sealed, l.state AS line_state, n.state AS notice_state,
  EXISTS (SELECT FROM payments_payment p WHERE p.branch_id = n.branch_id AND p.reversed_at IS NULL
          AND (p.id = n.id OR p.part_of = n.id)) AS is_credited
FROM reconciliation_item i LEFT JOIN reconciliation_line l ON l.id = i.line_id
LEFT JOIN payments_notification n ON n.id = i.notification_id
WHERE i.id = %s FOR UPDATE OF i
"""
_DECIDE = """
UPDATE reconciliation_item SET state = 'decided', decision = %s, reason = %s, note = %s, decided_at = %s, decided_by = %s,
  owner = coalesce(owner, %s) WHERE id = %s
"""
_MATCH = """
INSERT INTO reconciliation_match (notification_id, line_id, how, fee, matched_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_NOTE = "INSERT INTO reconciliation_note (item_id, at, by, what, text) VALUES (%s, %s, %s, %s, %s)"
_TAKE = "UPDATE reconciliation_item SET owner = %s WHERE id = %s"
_WAIT = "UPDATE reconciliation_item SET state = 'waiting', wait_until = %s, owner = coalesce(owner, %s) WHERE id = %s"
_LINE = "UPDATE reconciliation_line SET state = %s WHERE id = %s"


def take(work: Work, *, item_id: UUID) -> None:
    """The acting person is now the one who clears it up. Raises ``Refused``."""
    item = _lock(work, item_id)
    work.execute(_TAKE, [work.actor.user_id, item["id"]])
    _note(work, item, "taken", "")


def add_note(work: Work, *, item_id: UUID, note: str) -> None:
    item = _lock(work, item_id)
    if not note.strip():
        raise Refused("E4809", why="-")
    _note(work, item, "note", _checked(note))


def wait(work: Work, *, item_id: UUID, until: date, note: str) -> None:
    """It stays on the list, and its day open, until a statement clears it or a person decides. Raises ``Refused``."""
    item = _lock(work, item_id)
    today = work.now.astimezone(JAKARTA).date()
    if not today <= until <= today + LONGEST_WAIT:
        raise Refused("E4809", why=f"{until:%d-%m-%Y}")
    work.execute(_WAIT, [until, work.actor.user_id, item["id"]])
    _note(work, item, "wait", _checked(note))


def explain(work: Work, *, item_id: UUID, reason: str, note: str) -> None:
    """It is as it should be, for a reason. Where only the amount differs, line and notification are one from now on.

    Raises ``Refused`` E4809: no such reason here, or a payment that the bank took back and that we still count as paid; E4816 where
    a note must say why: of "other", and where the statement holds more than the bank told us, for then the rest is somebody's.
    """
    item = _lock(work, item_id)
    note = _checked(note)
    is_surplus = item["kind"] == "amount" and item["amount"] > item["other"]
    if reason not in REASONS[item["kind"]] or (is_surplus and reason == "bank_fee"):
        raise Refused("E4809", why=reason or "-")
    if (reason == "other" or is_surplus) and len(note) < SHORTEST_NOTE:
        raise Refused("E4816", least=SHORTEST_NOTE)
    if reason == "reversed_by_bank" and item["is_credited"]:
        raise Refused("E4809", why={"id": "pengembalian", "en": "refund"})
    if item["kind"] == "amount":
        _match(work, item["notification_id"], item["line_id"], "person", item["other"] - item["amount"])
        work.execute(_LINE, ["matched", item["line_id"]])
    elif item["line_id"] is not None:
        work.execute(_LINE, ["explained", item["line_id"]])
    _decide(work, item, "explain", reason, note)


def attach(work: Work, *, item_id: UUID, other_id: UUID, note: str) -> None:
    """A line nobody told us of is a notification that stands on no statement: both leave the list. Raises ``Refused``, E4809 also
    for a line above the notification, whose rest would be nobody's, and without a note for one below it."""
    first, second = (_lock(work, one) for one in sorted([item_id, other_id]))
    line, notice = (first, second) if first["kind"] == "missing" else (second, first)
    if (line["kind"], notice["kind"]) != ("missing", "unmatched") or line["bank_id"] != notice["bank_id"]:
        raise Refused("E4809", why=f"{line['kind']} / {notice['kind']}")
    fee = notice["amount"] - line["amount"]
    if fee < 0 or (fee > 0 and len(note.strip()) < SHORTEST_NOTE):
        raise Refused("E4809", why=f"{rupiah(line['amount'])} / {rupiah(notice['amount'])}")
    _match(work, notice["notification_id"], line["line_id"], "person", fee)
    work.execute(_LINE, ["matched", line["line_id"]])
    for item in (line, notice):
        _decide(work, item, "attach", "", _checked(note))


def to_suspense(work: Work, *, item_id: UUID, note: str) -> UUID:
    """The line's money waits among what fits no bill. Answers the notification. Raises ``Refused``."""
    item = _lock(work, item_id)
    return _to_suspense(work, item, "suspense", "", _checked(note))


def credit(work: Work, *, item_id: UUID, code: str, note: str) -> UUID:
    """The line's money is to be booked on the open bill behind a code, once a second person has agreed: until then it waits in
    suspense. Raises ``Refused``, as ``suspense.propose`` does."""
    item = _lock(work, item_id)
    notification_id = _to_suspense(work, item, "credit", "", _checked(note))
    suspense.propose(work, notification_id=notification_id, code=code, reason="late", note=note)
    return notification_id


def refund(work: Work, *, item_id: UUID, note: str) -> UUID:
    """The bank is to pay the line's money back to the customer, once a second person has agreed: until then it waits in suspense.
    Raises ``Refused``, as ``suspense.propose_refund`` does."""
    item = _lock(work, item_id)
    reason = "paid_twice" if item["kind"] == "double" else "unknown_payer"
    notification_id = _to_suspense(work, item, "refund", reason, _checked(note))
    suspense.propose_refund(work, notification_id=notification_id, reason=reason, note=note)
    return notification_id


def _to_suspense(work: Work, item: dict[str, Any], decision: str, reason: str, note: str) -> UUID:
    if decision not in DECISIONS[item["kind"]]:
        raise Refused("E4809", why=item["kind"])
    notification_id = told_by_statement.wait_in_suspense(
        work,
        bank_id=item["bank_id"],
        line_id=item["line_id"],
        code=item["code"],
        amount=item["amount"],
        value_at=datetime.combine(item["value_on"], time(12), JAKARTA),
        told=vault.unseal(item["told_sealed"]).decode(),
        branch_id=item["branch_id"],
    )
    _match(work, notification_id, item["line_id"], "statement", 0)
    work.execute(_LINE, ["matched", item["line_id"]])
    _decide(work, item, decision, reason, note)
    return notification_id


def _lock(work: Work, item_id: UUID) -> dict[str, Any]:
    work.rows(_LOCK_ACCOUNT, [item_id])
    rows = work.dicts(_LOCK, [item_id])
    scope = work.scope.branches
    if not rows or (scope is not None and rows[0]["branch_id"] not in scope):
        raise Refused("E1004")
    if rows[0]["state"] not in ("open", "waiting"):
        raise Refused("E4808")
    return rows[0]


def _match(work: Work, notification_id: UUID, line_id: UUID, how: str, fee: int) -> None:
    if work.execute(_MATCH, [notification_id, line_id, how, fee, work.now]) == 0:
        raise Refused("E4808")


def _decide(work: Work, item: dict[str, Any], decision: str, reason: str, note: str) -> None:
    by = work.actor.user_id
    work.execute(_DECIDE, [decision, reason, note, work.now, by, by, item["id"]])
    _note(work, item, decision, note)
    if item["branch_id"] is not None:
        detail = {"item": item["id"], "decision": decision}
        work.report(
            Happened(
                kind="reconciliation_decided", branch_id=item["branch_id"], amount=abs(item["amount"]), detail=detail
            )
        )


def _note(work: Work, item: dict[str, Any], what: str, text: str) -> None:
    work.execute(_NOTE, [item["id"], work.now, work.actor.user_id, what, text.strip()])


def _checked(note: str) -> str:
    if len(note) > MOST_NOTE:
        raise Refused("E4809", why=f"> {MOST_NOTE}")
    return note.strip()
