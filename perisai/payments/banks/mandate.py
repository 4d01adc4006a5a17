"""Mandates: a member's or an employer's permission to debit their account each month. Data only: nothing is debited by them here.

One a holder that is not ended. It is proposed with the evidence of consent, put in force by another person, and ended by anybody
who may propose.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from perisai.errors import Refused
from perisai.events import vault
from perisai.events.work import Happened, Work
from perisai.given import get_day

HIGHEST_COST: Final = 1_000
"""Rupiah that a bank may take a programme for a debit (domain/contributions.md 2.3)."""
PROGRAMMES: Final = 5
MOST_TEXT: Final = 200

_MEMBER = """
SELECT c.enrolment_id FROM payments_payment_code c WHERE c.code = %s AND c.branch_id = %s AND c.enrolment_id IS NOT NULL
"""
_EMPLOYER = "SELECT id FROM employers_employer WHERE branch_id = %s AND npp = %s"
_INSERT = """
INSERT INTO payments_mandate (branch_id, holder_kind, holder_id, bank_name, account_sealed, account_masked, "limit", cost,
  valid_from, valid_to, consent, state, made_at, made_by, end_reason)
VALUES (%(branch)s, %(kind)s, %(holder)s, %(bank_name)s, %(sealed)s, %(masked)s, %(limit)s, %(cost)s, %(valid_from)s, %(valid_to)s,
  %(consent)s, 'proposed', %(now)s, %(by)s, '')
ON CONFLICT DO NOTHING RETURNING id
"""
_LOCK = "SELECT state, made_by FROM payments_mandate WHERE branch_id = %s AND id = %s FOR UPDATE"
_DECIDE = """
UPDATE payments_mandate SET state = %s, decided_at = %s, decided_by = %s, end_reason = %s WHERE branch_id = %s AND id = %s
"""
_LIST = """
SELECT m.branch_id, m.id, m.holder_kind, m.holder_id, m.bank_name, m.account_masked, m."limit", m.cost, m.valid_from, m.valid_to,
  m.consent, m.state, m.made_at, m.made_by, m.decided_at, m.end_reason, coalesce(p.name, f.name) AS holder, u.full_name AS maker,
  d.full_name AS decider, o.name AS branch
FROM payments_mandate m JOIN offices_office o ON o.id = m.branch_id
LEFT JOIN members_enrolment e ON e.branch_id = m.branch_id AND e.id = m.holder_id AND m.holder_kind = 'member'
LEFT JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN employers_employer f ON f.branch_id = m.branch_id AND f.id = m.holder_id AND m.holder_kind = 'employer'
LEFT JOIN accounts_user u ON u.id = m.made_by LEFT JOIN accounts_user d ON d.id = m.decided_by
WHERE (%(branches)s::int[] IS NULL OR m.branch_id = ANY (%(branches)s::int[]))
ORDER BY m.state = 'ended', m.made_at DESC LIMIT 100
"""


def propose(work: Work, *, branch_id: int, given: Mapping[str, str]) -> UUID:
    """``given``: holder_kind, holder (payment code, or NPP), bank_name, account, limit, cost, valid_from, valid_to, consent.

    Raises ``Refused`` E4911 with the field, E4913 where the holder has one."""
    kind = given.get("holder_kind", "")
    sql = {"member": _MEMBER, "employer": _EMPLOYER}.get(kind)
    if sql is None:
        raise Refused("E4911", field="holder_kind")
    named = given.get("holder", "").strip()
    row = work.row(sql, [named, branch_id] if kind == "member" else [branch_id, named])
    if row is None:
        raise Refused("E4911", field="holder")
    account = re.sub(r"[ .-]", "", given.get("account", ""))
    if not account.isdecimal() or not 6 <= len(account) <= 24:
        raise Refused("E4911", field="account")
    valid_from, valid_to = _day(given, "valid_from"), _day(given, "valid_to") if given.get("valid_to") else None
    if valid_from is None or (valid_to is not None and valid_to < valid_from):
        raise Refused("E4911", field="valid_to" if valid_from else "valid_from")
    found = work.row(
        _INSERT,
        {
            "branch": branch_id, "kind": kind, "holder": row[0], "bank_name": _text(given, "bank_name"),
            "sealed": vault.seal(account.encode()), "masked": "*" * (len(account) - 4) + account[-4:],
            "limit": _rupiah(given, "limit", 1, 10**9), "cost": _rupiah(given, "cost", 0, HIGHEST_COST * PROGRAMMES),
            "valid_from": valid_from, "valid_to": valid_to, "consent": _text(given, "consent"), "now": work.now,
            "by": work.actor.user_id,
        },
    )  # fmt: skip
    if found is None:
        raise Refused("E4913")
    _report(work, branch_id, found[0], "proposed")
    return UUID(str(found[0]))


def decide(work: Work, *, branch_id: int, mandate_id: UUID, state: str, reason: str = "") -> None:
    """``active`` by another person than the one who proposed it; ``ended`` with a reason, for good. Raises ``Refused``
    E4913, E4815, E4911."""
    row = work.row(_LOCK, [branch_id, mandate_id])
    if row is None:
        raise Refused("E1004")
    before, made_by = row
    if before == "ended" or state == before or state not in ("active", "ended"):
        raise Refused("E4913")
    if state == "active" and (work.actor.user_id is None or made_by == work.actor.user_id):
        raise Refused("E4815")
    if state == "ended" and not 3 <= len(reason.strip()) <= MOST_TEXT:
        raise Refused("E4911", field="reason")
    work.execute(_DECIDE, [state, work.now, work.actor.user_id, reason.strip(), branch_id, mandate_id])
    _report(work, branch_id, mandate_id, state)


def listed(work: Work, *, branches: list[int] | None) -> list[dict[str, Any]]:
    """Those in force or proposed first, newest first; accounts masked."""
    return work.dicts(_LIST, {"branches": branches})


def _day(given: Mapping[str, str], name: str) -> date:
    return get_day(given.get(name), "E4911", field=name)


def _text(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "").strip()
    if not 3 <= len(text) <= MOST_TEXT:
        raise Refused("E4911", field=name)
    return text


def _rupiah(given: Mapping[str, str], name: str, least: int, most: int) -> int:
    text = re.sub(r"[. ]|^Rp", "", given.get(name, ""))
    if not text.isdecimal() or len(text) > 12 or not least <= int(text) <= most:
        raise Refused("E4911", field=name)
    return int(text)


def _report(work: Work, branch_id: int, mandate_id: UUID, state: str) -> None:
    work.report(Happened(kind="mandate_changed", branch_id=branch_id, detail={"mandate": mandate_id, "state": state}))
