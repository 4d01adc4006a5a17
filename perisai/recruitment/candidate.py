"""What is known of a candidate: for the pipeline, for the licence, and for who may come back after an ending."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.work import Work, branch_day
from perisai.recruitment import membership, rules

# By primary key; documents by document_one_of_a_kind.
_GET: LiteralString = """
SELECT c.id, c.state, c.full_name, c.birth_date, c.education, c.is_bpu_member, c.is_bpjs_employee,
  c.account_sealed IS NOT NULL AS has_account, c.account_holder, c.warnings, c.nik_hash, c.phone, c.agency_office_id,
  c.sub_branch_id, c.language, c.erased_at, o.timezone,
  EXISTS (SELECT 1 FROM recruitment_document d WHERE d.branch_id = c.branch_id AND d.candidate_id = c.id
    AND d.kind = 'membership' AND d.replaced_at IS NULL AND d.accepted_at IS NOT NULL) AS is_proof_accepted,
  ARRAY(SELECT d.kind FROM recruitment_document d
    WHERE d.branch_id = c.branch_id AND d.candidate_id = c.id AND d.replaced_at IS NULL) AS documents
FROM recruitment_candidate c JOIN offices_office o ON o.id = c.branch_id
WHERE c.branch_id = %s AND c.id = %s"""
_LOCK: LiteralString = " FOR UPDATE OF c"
_HASH: LiteralString = "SELECT nik_hash FROM recruitment_candidate WHERE branch_id = %s AND id = %s"


@dataclass(frozen=True)
class Facts:
    """A candidate as the licence needs them. ``broken`` holds the codes of conditions that refuse (conditions.yaml), with those
    of the documents left to ``missing_documents``."""

    candidate_id: UUID
    state: str
    full_name: str
    phone: str
    language: str
    agency_office_id: int | None
    sub_branch_id: int | None
    is_erased: bool
    documents: frozenset[str]
    membership: rules.Membership
    missing_documents: tuple[str, ...]
    broken: tuple[str, ...]
    findings: tuple[rules.Finding, ...]

    @property
    def has_photo(self) -> bool:
        return "face" in self.documents

    @property
    def documents_complete(self) -> bool:
        return not self.missing_documents

    @property
    def rules_met(self) -> bool:
        return not self.broken


def get_facts(work: Work, branch_id: int, candidate_id: UUID, *, lock: bool = False) -> Facts:
    """The candidate as of the branch's day. With ``lock`` the row is held to the end of the Work. Raises E1004 where there is no
    such candidate: an agent who came by import never was one. Own membership is looked up anew each time; of an application whose
    data was erased nothing is judged."""
    found = work.dicts(_GET + (_LOCK if lock else ""), [branch_id, candidate_id])
    if not found:
        raise Refused("E1004")
    row = found[0]
    shown = membership.look_up(work, row["nik_hash"], is_accepted=row["is_proof_accepted"])
    missing: tuple[str, ...] = ()
    findings: list[rules.Finding] = []
    if row["erased_at"] is None:
        given = as_given(row, past=find_past(work, row["nik_hash"], candidate_id), shown=shown)
        findings = rules.judge(given, branch_day(work.now, row["timezone"]))
        missing = rules.missing_documents(given)
    return Facts(
        candidate_id=candidate_id,
        state=row["state"],
        full_name=row["full_name"],
        phone=row["phone"],
        language=row["language"],
        agency_office_id=row["agency_office_id"],
        sub_branch_id=row["sub_branch_id"],
        is_erased=row["erased_at"] is not None,
        documents=frozenset(row["documents"]),
        membership=shown,
        missing_documents=missing,
        broken=tuple(code for code in rules.refusing(findings) if code != "documents"),
        findings=tuple(findings),
    )


def get_photo(work: Work, branch_id: int, candidate_id: UUID) -> bytes | None:
    """The photo of the face as JPEG, for badge and public check; None where there is none."""
    from perisai.recruitment import document

    return document.find_picture(work, branch_id=branch_id, candidate_id=candidate_id, kind="face")


def as_given(row: dict[str, Any], *, past: tuple[rules.Past, ...], shown: rules.Membership) -> rules.Given:
    return rules.Given(
        full_name=row["full_name"],
        birth_date=row["birth_date"],
        education=row["education"],
        is_bpu_member=row["is_bpu_member"],
        is_bpjs_employee=row["is_bpjs_employee"],
        has_account=row["has_account"],
        account_holder=row["account_holder"],
        warnings=tuple(row["warnings"]),
        documents=frozenset(row["documents"]),
        past=past,
        membership=shown,
    )


def find_past(work: Work, nik_hash: bytes, candidate_id: UUID) -> tuple[rules.Past, ...]:
    """What the country's registries hold of this NIK beside the candidate's own claim."""
    rows = work.rows("SELECT kind, branch_id, candidate_id, since, until FROM recruitment_past(%s)", [bytes(nik_hash)])
    past = [rules.Past(*row) for row in rows]
    return tuple(one for one in past if not (one.kind == "claim" and one.candidate_id == candidate_id))


def note_ending(
    work: Work, *, branch_id: int, agent_id: UUID, on: date, for_good: bool = False, until: date | None = None
) -> None:
    """An agent has ended: the NIK is free, and its holder may apply again after the waiting time (``return_months``), on
    ``until`` where that is another day, or never. An agent who came by import without a NIK leaves nothing."""
    nik_hash = _find_hash(work, branch_id, agent_id)
    if nik_hash is None:
        return
    back = None if for_good else until or _months_after(on, figure("return_months", on))
    _set_bar(work, branch_id, agent_id, nik_hash, "ended", on, back)
    work.rows("SELECT recruitment_release_nik(%s, %s)", [branch_id, agent_id])


def note_sanction(work: Work, *, branch_id: int, agent_id: UUID, since: date, until: date | None = None) -> None:
    """While it lasts, nobody with this NIK becomes an agent in any branch."""
    nik_hash = _find_hash(work, branch_id, agent_id)
    if nik_hash is not None:
        _set_bar(work, branch_id, agent_id, nik_hash, "sanction", since, until)


def lift(work: Work, *, branch_id: int, agent_id: UUID, kind: str, on: date) -> None:
    """An ending or a sanction no longer stands in the way, from ``on``: it ran out, or an appeal was right. With the ending lifted
    the NIK is this agent's again; raises E9103 where its holder has meanwhile gone on elsewhere."""
    from perisai.golive import identity
    from perisai.recruitment import pipeline

    work.rows("SELECT recruitment_lift_bar(%s, %s, %s, %s::date)", [branch_id, agent_id, kind, on])
    if kind != "ended":
        return
    if work.row(_HASH, [branch_id, agent_id]):
        pipeline.claim(work, branch_id=branch_id, candidate_id=agent_id)
    elif nik_hash := identity.find_hash(work, branch_id, agent_id):
        identity.claim_again(work, branch_id=branch_id, agent_id=agent_id, nik_hash=nik_hash)


def _find_hash(work: Work, branch_id: int, agent_id: UUID) -> bytes | None:
    from perisai.golive import identity

    row = work.row(_HASH, [branch_id, agent_id])
    return bytes(row[0]) if row else identity.find_hash(work, branch_id, agent_id)


def _set_bar(
    work: Work, branch_id: int, agent_id: UUID, nik_hash: bytes, kind: str, since: date, until: date | None
) -> None:
    work.rows(
        "SELECT recruitment_set_bar(%s, %s, %s, %s, %s::date, %s::date)",
        [branch_id, agent_id, nik_hash, kind, since, until],
    )


def _months_after(day: date, months: int) -> date:
    """The same day of the month, or its last."""
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, min(day.day, monthrange(day.year + year, month + 1)[1]))
