"""The number and QR of a paper, by which anybody learns whether it is genuine."""

import hashlib
from datetime import date, datetime
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

import orjson
from django.conf import settings

from perisai.accounts.secret_link import SecretLinks
from perisai.events.work import Work

LINKS: Final = SecretLinks("document", path="/cek-dokumen/")

_KEEP: LiteralString = """
INSERT INTO documents_paper (branch_id, id, kind, subject_id, code_hash, amount, first_month, last_month, made_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_FIND: LiteralString = """
SELECT id, kind, subject_id, amount, first_month, last_month, made_at FROM documents_paper WHERE branch_id = %s AND """


class Number(NamedTuple):
    """``text`` can be typed; ``address`` opens the page that checks it."""

    text: str
    address: str


class Kept(NamedTuple):
    branch_id: int
    id: UUID
    kind: str
    subject_id: UUID
    amount: int
    first_month: date | None
    last_month: date | None
    made_at: datetime


def give(
    work: Work,
    *,
    branch_id: int,
    kind: str,
    subject_id: UUID,
    amount: int,
    months: tuple[date | None, date | None],
    says: Any,
) -> Number:
    """The number of a paper that says this; the same again for the same paper, whoever makes it."""
    told = orjson.dumps([kind, subject_id, amount, months, says], option=orjson.OPT_SORT_KEYS)
    paper_id = UUID(bytes=hashlib.sha256(told).digest()[:16], version=4)
    text = LINKS.code_of(branch_id, paper_id)
    work.execute(_KEEP, [branch_id, paper_id, kind, subject_id, LINKS.hash_of(text), amount, *months, work.now])
    return Number(text, settings.ORIGIN + LINKS.make(branch_id, paper_id))


def branch_of(asked: str) -> int | None:
    """The branch that a link's token or a typed number names; None for neither."""
    found = LINKS.read(asked) or LINKS.read_code(asked)
    return found[0] if found else None


def find(work: Work, asked: str) -> Kept | None:
    """The paper of a link's token or a typed number."""
    if by_link := LINKS.read(asked):
        row = work.row(_FIND + "id = %s", list(by_link))
        branch_id = by_link[0]
    elif by_code := LINKS.read_code(asked):
        row = work.row(_FIND + "code_hash = %s", list(by_code))
        branch_id = by_code[0]
    else:
        return None
    return Kept(branch_id, *row) if row else None
