"""Who the imported agents are: NIK and bank account, sealed; and one human being in the country, as with candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.vault import keyed_hash, seal
from perisai.events.work import Work
from perisai.golive.workbook import Row
from perisai.payments.codes.code import mask_nik

# In the order of the hashes, so that two files with the same people wait for each other instead of both failing.
_CLAIM: LiteralString = """
SELECT n.agent_id, c.branch_id, c.candidate_id
FROM (SELECT * FROM unnest(%s::uuid[], %s::bytea[]) AS t (agent_id, nik_hash) ORDER BY nik_hash) n
CROSS JOIN LATERAL recruitment_claim_nik(%s, n.agent_id, n.nik_hash, %s) c
"""
_BARRED: LiteralString = """
SELECT n.agent_id FROM unnest(%s::uuid[], %s::bytea[]) AS n (agent_id, nik_hash)
CROSS JOIN LATERAL recruitment_past(n.nik_hash) p
WHERE p.kind <> 'claim' AND (p.until IS NULL OR p.until > %s)
"""
_INSERT: LiteralString = """
INSERT INTO golive_agent (branch_id, agent_id, file_id, nik_sealed, nik_hash, nik_masked, bank, account_sealed, account_masked,
  account_holder)
SELECT %s, a.agent_id, %s, a.nik_sealed, a.nik_hash, a.nik_masked, a.bank, a.account_sealed, a.account_masked, a.account_holder
FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[], %s::text[], %s::text[], %s::bytea[], %s::text[], %s::text[])
  AS a (agent_id, nik_sealed, nik_hash, nik_masked, bank, account_sealed, account_masked, account_holder)
"""
# By primary keys.
_HASH: LiteralString = "SELECT nik_hash FROM golive_agent WHERE branch_id = %s AND agent_id = %s"
_BROUGHT: LiteralString = """
SELECT c.number, c.dated_on, c.exam_number, c.examined_on, a.agent_id IS NOT NULL, a.account_sealed IS NOT NULL,
  EXISTS (SELECT 1 FROM exams_result r JOIN exams_annulment n ON n.branch_id = r.branch_id AND n.attempt_id = r.attempt_id
    WHERE r.branch_id = c.branch_id AND r.trainee_id = c.agent_id)
FROM golive_certificate c LEFT JOIN golive_agent a ON a.branch_id = c.branch_id AND a.agent_id = c.agent_id
WHERE c.branch_id = %s AND c.agent_id = %s
"""


@dataclass(frozen=True)
class Brought:
    """What an import told of an agent, as far as a licence asks for it. An empty number: none was told."""

    training_number: str
    training_on: date | None
    exam_number: str
    examined_on: date | None
    has_nik: bool
    has_account: bool
    is_doubted: bool = False
    """An examination of theirs was annulled here: an old certificate does not stand for it any more."""

    @property
    def training(self) -> tuple[str, str] | None:
        """What stands for the training, Indonesian and English; None where nothing was told."""
        return _said(self.training_number, self.training_on)

    @property
    def exam(self) -> tuple[str, str] | None:
        """The same for the examination."""
        return None if self.is_doubted else _said(self.exam_number, self.examined_on)


def _said(number: str, on: date | None) -> tuple[str, str] | None:
    if not number:
        return None
    told = f"{number}, {on:%d-%m-%Y}" if on else number
    return f"sertifikat {told} (impor awal)", f"certificate {told} (go-live import)"


def claim(work: Work, *, branch_id: int, rows: Sequence[Row], today: date) -> tuple[set[UUID], set[UUID]]:
    """Enters the agents' NIKs in the country's registry; returns the rows whose NIK another candidate or agent holds, and those
    whom an ending or a sanction still keeps out. Two statements."""
    hashes = {row.id: keyed_hash("nik", row["nik"]) for row in rows}
    asked = [list(hashes), list(hashes.values())]
    ours = {agent_id: (at, holder) for agent_id, at, holder in work.rows(_CLAIM, [*asked, branch_id, work.now])}
    # What was inserted beside a waiting claim may not be seen yet: then nobody of ours holds it.
    held = {row.id for row in rows if ours.get(row.id) != (branch_id, row.id)}
    return held, {found[0] for found in work.rows(_BARRED, [*asked, today])}


def keep(work: Work, *, branch_id: int, file_id: UUID, rows: Sequence[Row]) -> None:
    """One statement."""
    work.execute(
        _INSERT,
        [
            *(branch_id, file_id, [row.id for row in rows]),
            *([seal(row["nik"].encode()) for row in rows], [keyed_hash("nik", row["nik"]) for row in rows]),
            [mask_nik(row["nik"]) for row in rows],
            [row["bank"] or "" for row in rows],
            [seal(row["account"].encode()) if row["account"] else None for row in rows],
            [f"{'*' * 6}{row['account'][-4:]}" if row["account"] else "" for row in rows],
            [row["account_holder"] or "" for row in rows],
        ],
    )


def find_hash(work: Work, branch_id: int, agent_id: UUID) -> bytes | None:
    """The keyed hash of an imported agent's NIK; None for any other."""
    row = work.row(_HASH, [branch_id, agent_id])
    return bytes(row[0]) if row else None


def claim_again(work: Work, *, branch_id: int, agent_id: UUID, nik_hash: bytes) -> None:
    """An ending was taken back: the NIK is this agent's again. Raises E9103 where its holder has gone on elsewhere."""
    row = work.row(_CLAIM, [[agent_id], [nik_hash], branch_id, work.now])
    if row is None:
        raise Refused("E1001", retry_after=1)
    if tuple(row[1:]) != (branch_id, agent_id):
        office = work.row("SELECT name FROM offices_office WHERE id = %s", [row[1]])
        raise Refused("E9103", office=office[0] if office else row[1])


def find_brought(work: Work, branch_id: int, agent_id: UUID) -> Brought | None:
    """None for an agent who did not come by an import."""
    row = work.row(_BROUGHT, [branch_id, agent_id])
    return Brought(*row) if row else None
