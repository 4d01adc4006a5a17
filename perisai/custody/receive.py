"""Judges ops ``cash_receipt``, each once. What is wrong with one sends it to a person and never away: the money is real."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

import orjson

from perisai.custody import standing as standings
from perisai.custody import tell
from perisai.custody.body import ReceiptBody
from perisai.custody.signed import Forged, digest_of, open_text
from perisai.custody.standing import Cash, Standing
from perisai.events.captured import Captured
from perisai.events.work import Happened, Work, branch_day
from perisai.members.decision import Decision
from perisai.payments.books import ledger
from perisai.training.told import Learner, Told

UNREADABLE = "E4701"
SAME_TIME: Final = timedelta(minutes=15)
"""The paper is signed just before its op is made; the phone's clock is as good for both."""

# By primary keys.
_MEMBERS: LiteralString = "SELECT id, agent_id FROM members_enrolment WHERE branch_id = %s AND id = ANY (%s)"
_NUMBERS: LiteralString = """
SELECT n.number, n.agent_id, n.device_id, n.receipt_id, n.why_unused, r.signed, r.id IS NOT NULL
FROM custody_number n LEFT JOIN custody_receipt r ON r.branch_id = n.branch_id AND r.number = n.number
WHERE n.branch_id = %s AND n.number = ANY (%s) ORDER BY n.number FOR UPDATE OF n
"""
_BOOKS: LiteralString = """
SELECT b.series, b.id, b.first, b.last, b.agent_id, coalesce(array_agg(p.page) FILTER (WHERE p.page IS NOT NULL), '{}')
FROM custody_book b
LEFT JOIN LATERAL (
  SELECT page FROM custody_receipt r WHERE r.branch_id = b.branch_id AND r.book_id = b.id
  UNION ALL SELECT page FROM custody_spoilt_page s WHERE s.branch_id = b.branch_id AND s.book_id = b.id
) p ON true
WHERE b.branch_id = %s AND b.series = ANY (%s)
GROUP BY b.branch_id, b.id
"""
_INSERT: LiteralString = """
INSERT INTO custody_receipt (branch_id, id, number, said_number, book_id, page, kind, is_whole, agent_id, device_id, payer_kind,
  payer_id, payer_name, amount, captured_from, captured_at, received_at, due_on, state, review, review_note, void_reason, signed)
SELECT %(branch)s, r.id, r.number, r.said_number, r.book_id, r.page, r.kind, r.is_whole, %(agent)s, %(device)s, r.payer_kind,
  r.payer_id, r.payer_name, r.amount, r.captured_from, r.captured_at, %(now)s, r.due_on, 'held', r.review, '', '',
  decode(r.signed, 'hex')
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (id uuid, number text, said_number text, book_id uuid, page int, kind text,
  is_whole bool, payer_kind text, payer_id uuid, payer_name text, amount bigint, captured_from timestamptz,
  captured_at timestamptz, due_on date, review text, signed text)
"""
_LINES: LiteralString = """
INSERT INTO custody_line (branch_id, receipt_id, n, enrolment_id, first_month, last_month, amount, settled)
SELECT %(branch)s, l.receipt_id, l.n, l.enrolment_id, l.first_month, l.last_month, l.amount, 0
FROM jsonb_to_recordset(%(rows)s::jsonb) AS l (receipt_id uuid, n int, enrolment_id uuid, first_month date, last_month date,
  amount bigint)
"""
_USE: LiteralString = """
UPDATE custody_number n SET receipt_id = u.receipt_id
FROM jsonb_to_recordset(%s::jsonb) AS u (number text, receipt_id uuid)
WHERE n.branch_id = %s AND n.number = u.number
"""


@dataclass
class _Book:
    id: UUID
    first: int
    last: int
    agent_id: UUID | None
    used: set[int]


@dataclass
class _Leased:
    agent_id: UUID
    device_id: UUID
    receipt_id: UUID | None
    is_explained: bool
    signed: bytes


@dataclass
class _Known:
    """What the branch knows that the ops of one push speak of."""

    standing: Standing
    members: dict[UUID, UUID | None]
    numbers: dict[str, _Leased]
    books: dict[str, _Book]
    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    used: list[dict[str, Any]] = field(default_factory=list)


def receive_many(work: Work, who: Learner, told: list[Told]) -> dict[UUID, Decision]:
    """Takes receipts of one agent's phone, in the order of its chain; the statements are of a fixed number.

    Accepted with ``{"receipt", "number", "due_on", "review"}``; ``review`` names what a person will look at, or is empty.
    Rejected: E4701 for what cannot be read. The same receipt once more (same number, same bytes) is the first one.
    """
    read, decisions = _read(told)
    if not read:
        return decisions
    standings.lock(work, who.branch_id, [who.trainee_id])
    known = _look(work, who, [body for _, body in read])
    for one, body in read:
        decisions[one.op_id] = _take(work, who, known, one, body)
    _write(work, who, known)
    return decisions


def _read(told: list[Told]) -> tuple[list[tuple[Told, ReceiptBody]], dict[UUID, Decision]]:
    read, bad = [], {}
    for one in told:
        try:
            body = ReceiptBody.model_validate(one.body)
            if (body.number is None) == (body.paper is None):
                raise ValueError("number")
        except ValueError:  # pydantic's is one
            bad[one.op_id] = Decision("rejected", UNREADABLE, None)
        else:
            read.append((one, body))
    return read, bad


def _look(work: Work, who: Learner, bodies: list[ReceiptBody]) -> _Known:
    branch = who.branch_id
    members = {line.enrolment for body in bodies for line in body.lines}
    numbers = sorted({body.number for body in bodies if body.number})
    series = sorted({body.paper.series for body in bodies if body.paper})
    leased = work.rows(_NUMBERS, [branch, numbers]) if numbers else []
    books = work.rows(_BOOKS, [branch, series]) if series else []
    return _Known(
        standing=standings.standing_of(work, branch_id=branch, agent_id=who.trainee_id, timezone=who.timezone),
        members=dict(work.rows(_MEMBERS, [branch, list(members)])),
        numbers={
            number: _Leased(agent, device, receipt, bool(why), bytes(signed or b""))
            for number, agent, device, receipt, why, signed, _ in leased
        },
        books={name: _Book(book, first, last, agent, set(used)) for name, book, first, last, agent, used in books},
    )


def _take(work: Work, who: Learner, known: _Known, one: Told, body: ReceiptBody) -> Decision:
    leased = known.numbers.get(body.number or "")
    signed, doubts = _check_signed(who, one.captured, body)
    if leased is not None and leased.receipt_id is not None and signed and leased.signed == signed:
        return Decision("accepted", None, {"receipt": str(leased.receipt_id), "number": body.number, "review": ""})
    number, book, page = _place(who, known, body, doubts)
    at = one.captured.earliest if one.captured.doubtful else one.captured.estimate
    if one.captured.doubtful:
        doubts.append("doubtful_time")
    if any(known.members.get(line.enrolment, who) != who.trainee_id for line in body.lines):
        doubts.append("not_own_member")
    due_on = known.standing.due_on(at)
    if body.kind == "cash":
        doubts += _check_standing(known.standing, at, body.amount)
        known.standing.cash.append(Cash(one.op_id, body.amount, 0, at, due_on, None))
    said = body.number or (f"{body.paper.series}/{body.paper.page}" if body.paper else "")
    known.rows.append(
        {
            "id": one.op_id, "number": number, "said_number": "" if number or page else said, "book_id": book, "page": page,
            "kind": body.kind, "is_whole": body.whole, "payer_kind": body.payer.kind, "payer_id": body.payer.id,
            "payer_name": body.payer.name, "amount": body.amount, "captured_from": one.captured.earliest, "captured_at": at,
            "due_on": due_on, "review": ",".join(doubts), "signed": signed.hex() if signed else None,
        }
    )  # fmt: skip
    known.lines += [
        {
            "receipt_id": one.op_id, "n": n, "enrolment_id": line.enrolment, "first_month": line.first_month,
            "last_month": line.last_month or line.first_month, "amount": line.amount,
        }
        for n, line in enumerate(body.lines)
    ]  # fmt: skip
    if number and leased:
        leased.receipt_id, leased.signed = one.op_id, signed
        known.used.append({"number": number, "receipt_id": one.op_id})
    _report(work, who, one, body, doubts, due_on, at)
    result = {
        "receipt": str(one.op_id),
        "number": number or said,
        "due_on": due_on.isoformat(),
        "review": ",".join(doubts),
    }
    return Decision("accepted", None, result)


def _check_signed(who: Learner, captured: Captured, body: ReceiptBody) -> tuple[bytes, list[str]]:
    """The bytes of its QR, and what is wrong with them: they must be this phone's and say what the op says, also from whom and
    when, for that is what the member holds in their hand."""
    if body.paper is not None:
        return b"", []
    try:
        found, raw = open_text(body.signed or "")
    except Forged:
        return b"", ["not_signed"]
    said = found.said
    lines = digest_of([(line.enrolment, line.first_month, line.last_month, line.amount) for line in body.lines])
    agrees = (said.number, said.amount, said.kind, said.is_whole, said.lines, said.members) == (
        body.number, body.amount, body.kind, body.whole, lines, len(body.lines)
    )  # fmt: skip
    is_own = found.certificate.device_id == who.device_id and found.certificate.branch_id == who.branch_id
    doubts = [] if agrees and is_own else ["not_signed"]
    if said.payer_name.strip() != body.payer.name:
        doubts.append("other_name")
    if not captured.doubtful and abs(said.captured_at - captured.estimate) > SAME_TIME:
        doubts.append("other_time")
    return raw, doubts


def _place(
    who: Learner, known: _Known, body: ReceiptBody, doubts: list[str]
) -> tuple[str | None, UUID | None, int | None]:
    """Number, or book and page, where they can stand; else a doubt."""
    if body.paper is not None:
        book, page = known.books.get(body.paper.series), body.paper.page
        if book is None or not book.first <= page <= book.last or book.agent_id != who.trainee_id:
            doubts.append("page_unknown")
            return None, None, None
        if page in book.used:
            doubts.append("page_twice")
            return None, None, None
        book.used.add(page)
        return None, book.id, page
    leased = known.numbers.get(body.number or "")
    if leased is None or leased.agent_id != who.trainee_id or leased.is_explained:
        doubts.append("number_unknown")
        return None, None, None
    if leased.receipt_id is not None:
        doubts.append("number_twice")
        return None, None, None
    return body.number, None, None


def _check_standing(standing: Standing, at: datetime, amount: int) -> list[str]:
    """By what was so when it was captured."""
    doubts = ["over_limit"] if standing.held_at(at) + amount > standing.limit_at(at) else []
    return [*doubts, "overdue"] if standing.overdue_at(at) else doubts


def _report(
    work: Work, who: Learner, one: Told, body: ReceiptBody, doubts: list[str], due_on: date, at: datetime
) -> None:
    work.report(
        Happened(
            kind="cash_received",
            branch_id=who.branch_id,
            subject_id=one.op_id,
            agent_id=who.trainee_id,
            device_id=who.device_id,
            amount=body.amount,
            captured_from=one.captured.earliest,
            captured_to=one.captured.latest,
            day=branch_day(at, who.timezone),
            detail={
                "kind": body.kind,
                "source": "book" if body.paper else "phone",
                "members": len(body.lines),
                "review": ",".join(doubts),
                "due_on": due_on.isoformat(),
            },
        )
    )


def _write(work: Work, who: Learner, known: _Known) -> None:
    if not known.rows:
        return
    common = {"branch": who.branch_id, "agent": who.trainee_id, "device": who.device_id, "now": work.now}
    work.execute(_INSERT, common | {"rows": orjson.dumps(known.rows).decode()})
    work.execute(_LINES, common | {"rows": orjson.dumps(known.lines).decode()})
    if known.used:
        work.execute(_USE, [orjson.dumps(known.used).decode(), who.branch_id])
    tell.tell_received(
        work, branch_id=who.branch_id, agent_id=who.trainee_id, receipts=[row["id"] for row in known.rows]
    )
    cash = sum(row["amount"] for row in known.rows if row["kind"] == "cash")
    ledger.record_custody(work, who.branch_id, [(who.trainee_id, cash)])
