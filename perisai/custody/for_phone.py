"""What an agent's phone keeps for work with cash without signal (docs/device-protocol.md, section 20)."""

from datetime import timedelta
from typing import Any, Final, LiteralString

from django.conf import settings

from perisai.custody import certificate, numbers, settle, standing, tell
from perisai.custody.rules import custody_rules
from perisai.custody.signed import b64u
from perisai.events.work import Work, branch_day
from perisai.payments.orders import link as order_link
from perisai.training.told import Learner

SHOWN_FOR: Final = timedelta(days=60)
MOST: Final = 400

# Carried by receipt_agent, the key of custody_line and proposal_waits_once.
_RECEIPTS: LiteralString = """
SELECT r.id, coalesce(r.number, b.series || '/' || r.page, r.said_number), r.kind, r.is_whole, r.payer_name, r.amount,
  sum(l.settled)::bigint, r.captured_at, r.due_on, r.state, r.review <> '' AND r.reviewed_at IS NULL, r.review, r.settled_at,
  r.void_at, array_agg(l.enrolment_id ORDER BY l.n),
  (SELECT x.deposit_id FROM custody_deposit_line x JOIN custody_deposit d ON d.branch_id = x.branch_id AND d.id = x.deposit_id
    WHERE x.branch_id = r.branch_id AND x.receipt_id = r.id AND d.state = 'open' LIMIT 1),
  EXISTS (SELECT FROM payments_proposal p WHERE p.branch_id = r.branch_id AND p.kind = 'void_cash' AND p.subject_id = r.id
    AND p.state = 'proposed')
FROM custody_receipt r
JOIN custody_line l ON l.branch_id = r.branch_id AND l.receipt_id = r.id
LEFT JOIN custody_book b ON b.branch_id = r.branch_id AND b.id = r.book_id
WHERE r.branch_id = %s AND r.agent_id = %s AND (r.state = 'held' OR r.captured_at > %s)
GROUP BY r.branch_id, r.id, b.series
ORDER BY r.state = 'held' DESC, r.captured_at DESC LIMIT %s
"""
_DEPOSITS: LiteralString = """
SELECT id, code, amount, bills, state, made_at, expires_at, ended_at, branch_id, order_id FROM custody_deposit
WHERE branch_id = %s AND agent_id = %s AND (state = 'open' OR made_at > %s) ORDER BY made_at DESC LIMIT 30
"""
# What members owe the agent who advanced their dues: once the bank has them, less what was given back.
_ADVANCED: LiteralString = """
SELECT l.enrolment_id,
  sum(CASE r.kind WHEN 'advance' THEN l.settled ELSE -l.amount END)::bigint
FROM custody_receipt r JOIN custody_line l ON l.branch_id = r.branch_id AND l.receipt_id = r.id
WHERE r.branch_id = %s AND r.agent_id = %s AND r.kind IN ('advance', 'repayment') AND r.state <> 'void'
GROUP BY l.enrolment_id
HAVING sum(CASE r.kind WHEN 'advance' THEN l.settled ELSE -l.amount END) > 0
"""
_BOOKS: LiteralString = """
SELECT series, first, last FROM custody_book
WHERE branch_id = %s AND agent_id = %s AND returned_at IS NULL ORDER BY series
"""
_BANKS: LiteralString = """
SELECT name, partner_service_id, fee_rupiah, is_demo FROM payments_bank WHERE is_open AND channel = 'va' ORDER BY fee_rupiah, name
"""
# Phones of the branch that were switched off: what they signed afterwards is worth nothing.
_ENDED: LiteralString = """
SELECT id, ended_at FROM accounts_device
WHERE branch_id = %s AND state <> 'active' AND ended_at > %s ORDER BY ended_at DESC LIMIT 2000
"""


def state(work: Work, who: Learner) -> dict[str, Any]:
    """Certificate, reserved numbers, limit, deadline, receipts, deposits, and who was switched off. Of fixed cost."""
    assert who.device_id is not None
    branch, agent = who.branch_id, who.trainee_id
    settle.settle(work, branch_id=branch, agent_id=agent)
    standing.lock(work, branch, [agent])
    paper, until = certificate.certificate_of(work, branch_id=branch, device_id=who.device_id)
    reserved = numbers.top_up(work, branch_id=branch, device_id=who.device_id, agent_id=agent)
    stands = standing.standing_of(work, branch_id=branch, agent_id=agent, timezone=who.timezone)
    since = work.now - SHOWN_FOR
    return {
        "certificate": b64u(paper),
        "certificate_until": until.isoformat(),
        "server_key": b64u(certificate.public_key()),
        "check_url": f"{settings.ORIGIN}{tell.CHECK}",
        "numbers": reserved,
        **_limits(work, stands),
        "receipts": [_receipt(row) for row in work.rows(_RECEIPTS, [branch, agent, since, MOST])],
        "deposits": [_deposit(row) for row in work.rows(_DEPOSITS, [branch, agent, since])],
        "advanced": [
            {"enrolment": str(enrolment), "amount": amount}
            for enrolment, amount in work.rows(_ADVANCED, [branch, agent])
        ],
        "books": [
            {"series": series, "first": first, "last": last}
            for series, first, last in work.rows(_BOOKS, [branch, agent])
        ],
        "banks": [
            {"name": name, "prefix": prefix, "fee": fee, "demo": is_demo}
            for name, prefix, fee, is_demo in work.rows(_BANKS)
        ],
        "ended": [
            {"device": str(device), "at": at.isoformat()}
            for device, at in work.rows(_ENDED, [branch, work.now - certificate.VALID_FOR])
        ],
    }


def _limits(work: Work, stands: standing.Standing) -> dict[str, Any]:
    today = branch_day(work.now, stands.timezone)
    extended = stands.extended_until(work.now)
    due = [one.due_on for one in stands.cash if one.left]
    name = custody_rules().classes[stands.agent_class].name
    return {
        "limit": stands.limit_at(work.now),
        "held": stands.held_at(work.now),
        "due_on": min(due).isoformat() if due else None,
        "next_due_on": stands.due_on(work.now).isoformat(),
        "deadline_days": custody_rules().days(today),
        "overdue": len(stands.overdue_at(work.now)),
        "extended_until": extended.isoformat() if extended else None,
        "class": {"id": name.id, "en": name.en},
    }


def _receipt(row: tuple[Any, ...]) -> dict[str, Any]:
    (
        receipt_id, number, kind, whole, payer, amount, settled, captured, due_on, how, waits, review, settled_at, void_at,
        enrolments, deposit, is_void_proposed,
    ) = row  # fmt: skip
    return {
        "id": str(receipt_id),
        "number": number,
        "kind": kind,
        "whole": whole,
        "payer": payer,
        "amount": amount,
        "settled": settled,
        "captured_at": captured.isoformat(),
        "due_on": due_on.isoformat(),
        "state": how,
        "review": review if waits else "",
        "settled_at": settled_at.isoformat() if settled_at else None,
        "void_at": void_at.isoformat() if void_at else None,
        "enrolments": [str(one) for one in enrolments],
        "deposit": str(deposit) if deposit else None,
        "void_waits": is_void_proposed,
    }


def _deposit(row: tuple[Any, ...]) -> dict[str, Any]:
    deposit_id, code, amount, bills, how, made, expires, ended, branch_id, order_id = row
    page = (
        order_link.make(branch_id=branch_id, order_id=order_id, pay_by=expires) if expires and how == "open" else None
    )
    return {
        "id": str(deposit_id),
        "code": code,
        "amount": amount,
        "bills": bills,
        "state": how,
        "made_at": made.isoformat(),
        "expires_at": expires.isoformat() if expires else None,
        "ended_at": ended.isoformat() if ended else None,
        "page": f"{settings.ORIGIN}{page}" if page else None,
    }
