"""Closed applications lose their personal data when the days of ``candidate_keep_days`` are over (UU 27/2022, Pasal 43).

What stays is a row without a person: states and days for counts, the keyed hash of the NIK for the waiting time of a return, and
that of the code, so that whoever holds it reads that the rest is gone."""

from datetime import date, datetime, time, timedelta
from typing import Final, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.agents import agent
from perisai.agents.rules import figure
from perisai.events.work import Happened, Work, branch_day
from perisai.recruitment import document

MOST: Final = 200
"""Applications in one Work: about a thousand files."""

# Carried by candidate_to_erase. Who is being opened again at this moment is left for the next run.
_DUE: LiteralString = """
SELECT id, state FROM recruitment_candidate
WHERE branch_id = %s AND state IN ('refused', 'withdrawn') AND erased_at IS NULL AND state_since < %s
ORDER BY state_since LIMIT %s FOR UPDATE SKIP LOCKED
"""
_BLANK: LiteralString = """
UPDATE recruitment_candidate SET erased_at = %s, full_name = '', nik_sealed = '', nik_masked = '', birth_date = NULL, phone = '',
  bank = '', account_sealed = NULL, account_masked = '', account_holder = '', kpj = '', reason_note = '', warnings = '{}'
WHERE branch_id = %s AND id = ANY (%s)
"""
_WORDS: LiteralString = "DELETE FROM recruitment_word WHERE branch_id = %s AND candidate_id = ANY (%s)"
_DOCUMENTS: LiteralString = """
DELETE FROM recruitment_document WHERE branch_id = %s AND candidate_id = ANY (%s) RETURNING id
"""
_INVITED: LiteralString = """
UPDATE recruitment_invitation SET phone_sealed = '', phone_hash = '', phone_masked = ''
WHERE branch_id = %s AND (candidate_id = ANY (%s) OR (candidate_id IS NULL AND good_until < %s)) AND phone_sealed <> ''
"""
_NOTES: LiteralString = "SELECT recruitment_erase_notes(%s, %s)"


def erased_on(closed_at: datetime, timezone: str) -> date:
    """From which day on the data of an application that was closed then is gone."""
    closed = branch_day(closed_at, timezone)
    return closed + timedelta(days=figure("candidate_keep_days", closed))


def erase_due(work: Work, *, branch_id: int, timezone: str) -> int:
    """Erases up to ``MOST`` applications and returns how many. A fixed number of statements, whatever their number.

    The files go before the commit: killed in between, the rows are whole and still due, and the next run finishes; a picture that
    is gone is never promised by a row that was erased, nor kept by one."""
    before = _midnight(work.now, timezone)
    rows = work.rows(_DUE, [branch_id, before, MOST])
    ids = [row[0] for row in rows]
    work.execute(_INVITED, [branch_id, ids, before])
    if not rows:
        return 0
    work.execute(_BLANK, [work.now, branch_id, ids])
    work.execute(_WORDS, [branch_id, ids])
    work.rows(_NOTES, [branch_id, ids])
    agent.forget(work, branch_id=branch_id, agent_ids=ids)
    documents = [row[0] for row in work.rows(_DOCUMENTS, [branch_id, ids])]
    for candidate_id, state in rows:
        _report(work, branch_id, candidate_id, state)
    document.destroy(branch_id, documents)
    return len(rows)


def _midnight(now: datetime, timezone: str) -> datetime:
    """Applications closed before this instant are due: the branch's day of the closing has ended so many days ago."""
    today = branch_day(now, timezone)
    first = today - timedelta(days=figure("candidate_keep_days", today) - 1)
    return datetime.combine(first, time(), ZoneInfo(timezone))


def _report(work: Work, branch_id: int, candidate_id: UUID, state: str) -> None:
    detail = {"state": state}
    work.report(Happened(kind="candidate_erased", branch_id=branch_id, subject_id=candidate_id, detail=detail))
