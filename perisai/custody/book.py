"""Pre-numbered paper books: registered by the branch, handed to one agent at a time, every page used once or explained."""

from typing import Any, LiteralString
from uuid import UUID

from django.db import IntegrityError, transaction

from perisai.accounts.audience import Viewer
from perisai.errors import Refused
from perisai.events.work import Happened, Work

_INSERT: LiteralString = """
INSERT INTO custody_book (branch_id, series, first, last, agent_id, registered_by, registered_at, handed_at)
VALUES (%(branch)s, %(series)s, %(first)s, %(last)s, %(agent)s, %(by)s, %(now)s, CASE WHEN %(agent)s::uuid IS NULL THEN NULL
  ELSE %(now)s::timestamptz END) RETURNING id
"""
_HAND: LiteralString = """
UPDATE custody_book SET agent_id = %s, handed_at = %s, returned_at = %s WHERE branch_id = %s AND id = %s RETURNING id
"""
# Carried by receipt_page_once. Missing: passed over by a later page of the book that was used, or left in one given back.
_LIST: LiteralString = """
SELECT b.id, b.series, b.first, b.last, b.agent_id, b.registered_at, b.handed_at, b.returned_at, a.code, a.full_name,
  coalesce(u.used, 0) AS used, coalesce(s.spoilt, 0) AS spoilt, u.pages, s.pages AS spoilt_pages
FROM custody_book b
LEFT JOIN agents_agent a ON a.branch_id = b.branch_id AND a.id = b.agent_id
LEFT JOIN LATERAL (
  SELECT count(*) AS used, array_agg(r.page) AS pages FROM custody_receipt r
  WHERE r.branch_id = b.branch_id AND r.book_id = b.id) u ON true
LEFT JOIN LATERAL (
  SELECT count(*) AS spoilt, array_agg(x.page) AS pages FROM custody_spoilt_page x
  WHERE x.branch_id = b.branch_id AND x.book_id = b.id) s ON true
WHERE b.branch_id = ANY (%(branches)s) AND {part} ORDER BY b.returned_at IS NOT NULL, b.series LIMIT 500
"""
_SPOIL: LiteralString = """
INSERT INTO custody_spoilt_page (branch_id, book_id, page, reason, noted_by, noted_at)
SELECT b.branch_id, b.id, %(page)s, %(why)s, %(by)s, %(now)s FROM custody_book b
WHERE b.branch_id = %(branch)s AND b.id = %(book)s AND %(page)s BETWEEN b.first AND b.last
  AND NOT EXISTS (SELECT FROM custody_receipt r WHERE r.branch_id = b.branch_id AND r.book_id = b.id AND r.page = %(page)s)
ON CONFLICT DO NOTHING RETURNING page
"""


def register(work: Work, *, branch_id: int, name: str, first: int, last: int, agent_id: UUID | None) -> UUID:
    """A book with the pages ``first`` to ``last``. Its series is the branch's number and ``name``, so that anybody can say whose it
    is. Raises E4709."""
    short = "".join(letter for letter in name.strip().upper() if letter.isascii() and letter.isalnum())
    if not short or len(short) > 8 or not 1 <= first <= last < first + 1000 or last > 10**6:
        raise Refused("E4709")
    asked = {
        "branch": branch_id,
        "series": f"{branch_id}-{short}",
        "first": first,
        "last": last,
        "agent": agent_id,
        "by": work.actor.user_id,
        "now": work.now,
    }
    try:
        with transaction.atomic():
            row = work.row(_INSERT, asked)
    except IntegrityError:
        raise Refused("E4709") from None
    assert row is not None
    detail = {"book": str(row[0]), "first": first, "last": last}
    work.report(
        Happened(kind="paper_book_registered", branch_id=branch_id, subject_id=row[0], agent_id=agent_id, detail=detail)
    )
    book_id: UUID = row[0]
    return book_id


def hand(work: Work, *, branch_id: int, book_id: UUID, agent_id: UUID | None) -> None:
    """To an agent, or (None) back to the branch. Raises E1004."""
    row = work.row(_HAND, [agent_id, work.now, None if agent_id else work.now, branch_id, book_id])
    if row is None:
        raise Refused("E1004")
    work.report(
        Happened(
            kind="paper_book_moved",
            branch_id=branch_id,
            subject_id=book_id,
            agent_id=agent_id,
            detail={"book": str(book_id)},
        )
    )


def spoil(work: Work, *, branch_id: int, book_id: UUID, page: int, why: str) -> None:
    """Says why a page is no receipt; none is taken on it any more. Raises E4710."""
    asked = {
        "branch": branch_id,
        "book": book_id,
        "page": page,
        "why": why.strip()[:300],
        "by": work.actor.user_id,
        "now": work.now,
    }
    if not why.strip() or work.row(_SPOIL, asked) is None:
        raise Refused("E4710")
    detail = {"book": str(book_id), "page": page}
    work.report(Happened(kind="receipt_number_explained", branch_id=branch_id, subject_id=book_id, detail=detail))


def find(work: Work, *, branches: list[int], viewer: Viewer | None = None) -> list[dict[str, Any]]:
    """Books with how far each is used and which of its pages are missing; those of a viewer's own agents where they see a part of
    the branch. One statement."""
    part, named = ("TRUE", {}) if viewer is None or viewer.sub_branch_id is None else viewer.narrow_named("a")
    return [_counted(row) for row in work.dicts(_LIST.replace("{part}", part), named | {"branches": branches})]


def _counted(row: dict[str, Any]) -> dict[str, Any]:
    known = set(row.pop("pages") or ()) | set(row.pop("spoilt_pages") or ())
    end = row["last"] if row["returned_at"] else max(known, default=row["first"] - 1)
    missing = [page for page in range(row["first"], end + 1) if page not in known]
    return row | {"missing": missing, "pages": row["last"] - row["first"] + 1}
