"""Many people asked at once by SMS to apply: a list is read and judged row by row first, and sent only then."""

import csv
import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from django.conf import settings

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.vault import keyed_hash, seal
from perisai.events.work import Happened, Work
from perisai.messages import outbox
from perisai.recruitment.form import read_phone
from perisai.tables.reading import Limits, Unreadable, read_cells

ROWS_MOST: Final = 500
BYTES_MOST: Final = 200_000
_LIMITS: Final = Limits(size=BYTES_MOST, rows=10 * ROWS_MOST)
GOOD_FOR: Final = timedelta(days=30)
TEXT_GOOD_FOR: Final = timedelta(days=2)
_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"

# By invitation_phone, candidate_phone; agents of one branch.
_INVITED: LiteralString = """
SELECT phone_hash, max(invited_at) FROM recruitment_invitation
WHERE branch_id = %s AND phone_hash = ANY(%s) AND good_until > %s GROUP BY phone_hash
"""
_CANDIDATES: LiteralString = """
SELECT phone FROM recruitment_candidate WHERE branch_id = %s AND phone = ANY(%s) AND state NOT IN ('refused', 'withdrawn')
"""
_AGENTS: LiteralString = """
SELECT phone FROM agents_agent WHERE branch_id = %s AND phone = ANY(%s) AND state <> 'ended'
"""
_INSERT: LiteralString = """
INSERT INTO recruitment_invitation (branch_id, id, code, phone_sealed, phone_hash, phone_masked, agency_office_id, invited_at,
  invited_by, good_until)
SELECT %s, n.id, n.code, n.sealed, n.hash, n.masked, %s, %s, %s, %s
FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::bytea[], %s::text[]) AS n (id, code, sealed, hash, masked)
"""
# Newest first by the primary key.
_LATEST: LiteralString = """
SELECT i.phone_masked, i.invited_at, i.good_until, i.candidate_id, c.state, u.full_name AS who, o.name AS agency_office
FROM recruitment_invitation i
LEFT JOIN recruitment_candidate c ON c.branch_id = i.branch_id AND c.id = i.candidate_id
LEFT JOIN accounts_user u ON u.id = i.invited_by LEFT JOIN offices_office o ON o.id = i.agency_office_id
WHERE i.branch_id = %s AND (%s::int IS NULL OR i.agency_office_id = %s) ORDER BY i.id DESC LIMIT 50
"""


@dataclass(frozen=True)
class Row:
    """One line of the list. ``outcome``: new, no_number, twice, invited, candidate, agent."""

    line: int
    typed: str
    phone: str | None
    outcome: str


def read(text: str) -> list[Row]:
    """Lines as pasted, or of a CSV with the number in any column. Raises E9111 for nothing or too much."""
    rows: list[Row] = []
    for number, cells in enumerate(_lines(text), start=1):
        typed = " ".join(cell.strip() for cell in cells if cell.strip())[:80]
        if not typed or (number == 1 and not any(letter.isdigit() for letter in typed)):
            continue
        phone = next((found for cell in cells if (found := read_phone(cell))), None)
        rows.append(Row(number, typed, phone, "new" if phone else "no_number"))
    if not rows:
        raise Refused("E9111", reason="0")
    if len(rows) > ROWS_MOST:
        raise Refused("E9111", reason=f"> {ROWS_MOST}")
    return rows


def read_file(data: bytes) -> str:
    """A CSV or XLSX as lines that ``read`` takes. Raises E9111."""
    try:
        return "\n".join("; ".join(cells) for cells in read_cells(data, _LIMITS))
    except Unreadable as told:
        raise Refused("E9111", reason=told.said) from None


def judge(work: Work, *, branch_id: int, rows: list[Row]) -> list[Row]:
    """Each row with what would become of it. Three statements."""
    phones = sorted({row.phone for row in rows if row.phone})
    hashes = {_hash(phone): phone for phone in phones}
    invited = {bytes(row[0]) for row in work.rows(_INVITED, [branch_id, list(hashes), work.now])}
    known = {
        "agent": {row[0] for row in work.rows(_AGENTS, [branch_id, phones])},
        "candidate": {row[0] for row in work.rows(_CANDIDATES, [branch_id, phones])},
        "invited": {phone for hashed, phone in hashes.items() if hashed in invited},
    }
    return list(_judged(rows, known))


def invite(work: Work, *, branch_id: int, rows: list[Row], agency_office_id: int | None) -> list[Row]:
    """Invites those that are still new at this moment and returns every row with its outcome. Two officers with one list: the
    second waits, and finds them invited."""
    work.rows("SELECT pg_advisory_xact_lock(hashtextextended('recruitment_invite', %s))", [branch_id])
    judged = judge(work, branch_id=branch_id, rows=rows)
    fresh = [(row.phone, uuid7(), _code(branch_id)) for row in judged if row.outcome == "new" and row.phone]
    if not fresh:
        return judged
    work.execute(
        _INSERT,
        [
            *(branch_id, agency_office_id, work.now, work.actor.user_id, work.now + GOOD_FOR),
            *([each[1] for each in fresh], [each[2] for each in fresh]),
            *([seal(each[0].encode()) for each in fresh], [_hash(each[0]) for each in fresh]),
            [outbox.mask_phone(each[0]) for each in fresh],
        ],
    )
    texts = [outbox.Text("invitation", phone, _body(code), work.now + TEXT_GOOD_FOR) for phone, _, code in fresh]
    outbox.queue_many(work, branch_id=branch_id, agent_id=None, texts=texts)
    for _, invitation_id, _ in fresh:
        _report(work, branch_id, invitation_id, agency_office_id)
    return judged


def latest(work: Work, *, branch_id: int, agency_office_id: int | None = None) -> list[dict[str, Any]]:
    """The newest fifty, of one agency office where it is named."""
    return work.dicts(_LATEST, [branch_id, agency_office_id, agency_office_id])


def _judged(rows: list[Row], known: dict[str, set[str]]) -> Iterator[Row]:
    seen: set[str] = set()
    for row in rows:
        if row.phone is None:
            yield row
            continue
        found = next((name for name, phones in known.items() if row.phone in phones), None)
        yield replace(row, outcome="twice" if row.phone in seen else found or "new")
        seen.add(row.phone)


def _lines(text: str) -> Iterator[list[str]]:
    mark = max(",;\t", key=text.count)
    yield from csv.reader(io.StringIO(text), delimiter=mark)


def _body(code: str) -> str:
    return (
        "BPJS Ketenagakerjaan mengundang Anda menjadi agen Perisai. Isi formulir di HP, gratis:"
        f" {settings.ORIGIN}/daftar-agen/?undangan={code}"
    )


def _code(branch_id: int) -> str:
    return f"{branch_id}-{''.join(secrets.choice(_LETTERS) for _ in range(8))}"


def _hash(phone: str) -> bytes:
    return keyed_hash("phone", phone)


def _report(work: Work, branch_id: int, invitation_id: UUID, agency_office_id: int | None) -> None:
    work.report(
        Happened(
            kind="candidate_invited",
            branch_id=branch_id,
            subject_id=invitation_id,
            agency_office_id=agency_office_id,
            detail={"invitation": str(invitation_id)},
        )
    )
