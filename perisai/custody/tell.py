"""What members and agents are told by SMS about cash: no name, no NIK, only sums, the receipt's number and where to check it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, LiteralString
from urllib.parse import quote
from uuid import UUID

from django.conf import settings

from perisai.events.work import Work
from perisai.messages import outbox
from perisai.written import rupiah

GOOD_FOR: Final = timedelta(days=3)
CHECK: Final = "/kuitansi/"

# By primary keys; one text to one number a receipt.
_MEMBERS: LiteralString = """
SELECT DISTINCT ON (r.id, p.phone) r.id, coalesce(r.number, b.series || '/' || r.page, r.said_number), r.kind, a.code, p.phone,
  sum(l.amount) OVER (PARTITION BY r.id, p.phone)::bigint, sum(l.settled) OVER (PARTITION BY r.id, p.phone)::bigint
FROM custody_receipt r
JOIN custody_line l ON l.branch_id = r.branch_id AND l.receipt_id = r.id
JOIN members_enrolment e ON e.branch_id = l.branch_id AND e.id = l.enrolment_id
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id AND p.phone IS NOT NULL
JOIN agents_agent a ON a.branch_id = r.branch_id AND a.id = r.agent_id
LEFT JOIN custody_book b ON b.branch_id = r.branch_id AND b.id = r.book_id
WHERE r.branch_id = %s AND r.id = ANY (%s)
"""
_AGENTS: LiteralString = "SELECT id, phone FROM agents_agent WHERE branch_id = %s AND id = ANY (%s) AND phone <> ''"

_RECEIVED: Final = {
    "cash": "PERISAI: agen {agent} mencatat menerima tunai {amount} dari Anda, tanda terima {number}. Belum sampai di bank.",
    "advance": "PERISAI: agen {agent} berjanji menalangi iuran Anda {amount}, tanda terima {number}. Belum sampai di bank.",
    "repayment": "PERISAI: agen {agent} mencatat pengembalian talangan {amount} dari Anda, tanda terima {number}.",
}


def check_address(number: str) -> str:
    return f"{settings.ORIGIN}{CHECK}?nomor={quote(number)}"


def tell_received(work: Work, *, branch_id: int, agent_id: UUID, receipts: Sequence[UUID]) -> None:
    """To each member: an agent says to have taken their money. Whoever gave none finds out. Two statements."""
    texts = [
        _text(work, phone, _RECEIVED[kind].format(agent=agent, amount=rupiah(amount), number=number) + _check(number))
        for _, number, kind, agent, phone, amount, _ in work.rows(_MEMBERS, [branch_id, list(receipts)])
    ]
    outbox.queue_many(work, branch_id=branch_id, agent_id=agent_id, texts=texts)


def tell_settled(work: Work, *, branch_id: int, receipts: Sequence[UUID]) -> None:
    """To each member: the bank has it, or so much of it."""
    texts = [
        _text(work, phone, _settled(number, agent, amount, settled))
        for _, number, _, agent, phone, amount, settled in work.rows(_MEMBERS, [branch_id, list(receipts)])
    ]
    outbox.queue_many(work, branch_id=branch_id, agent_id=None, texts=texts)


def tell_void(work: Work, *, branch_id: int, receipt: UUID, is_returned: bool) -> None:
    """To each member: it counts no more, and whether the agent says to have given the money back."""
    words = (
        "Agen mencatat uangnya sudah dikembalikan kepada Anda." if is_returned else "Agen mencatatnya sebagai keliru."
    )
    texts = [
        _text(
            work,
            phone,
            f"PERISAI: tanda terima {number} ({rupiah(amount)}) dibatalkan. {words} Tidak benar? Telepon 175.",
        )
        for _, number, _, _, phone, amount, _ in work.rows(_MEMBERS, [branch_id, [receipt]])
    ]
    outbox.queue_many(work, branch_id=branch_id, agent_id=None, texts=texts)


def tell_agents(work: Work, *, branch_id: int, bodies: dict[UUID, str]) -> None:
    texts = [
        outbox.Text("agent_cash", phone, f"PERISAI: {bodies[agent_id]}", work.now + GOOD_FOR, agent_id)
        for agent_id, phone in work.rows(_AGENTS, [branch_id, list(bodies)])
    ]
    outbox.queue_many(work, branch_id=branch_id, agent_id=None, texts=texts)


def _text(work: Work, phone: Any, body: str) -> outbox.Text:
    return outbox.Text("cash_receipt", phone, body, work.now + GOOD_FOR)


def _check(number: str) -> str:
    return f" Cek: {check_address(number)} Tidak benar? Telepon 175."


def _settled(number: str, agent: str, amount: int, settled: int) -> str:
    said = f"{rupiah(settled)} yang Anda bayar lewat agen {agent} (tanda terima {number}) sudah diterima bank."
    rest = f" Sisa {rupiah(amount - settled)} menunggu." if settled < amount else ""
    return f"PERISAI: {said}{rest}"
