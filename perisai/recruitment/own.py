"""What the holder of a link does with their own application: read it, complete it, withdraw it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from perisai.errors import Refused
from perisai.events.vault import seal
from perisai.events.work import Work, branch_day
from perisai.recruitment import candidate, document, erasure, pipeline, rules
from perisai.recruitment.application import mask_digits
from perisai.recruitment.link import Owner

# By primary key.
_GET: LiteralString = """
SELECT c.full_name, c.state, c.state_since, c.applied_at, c.reason_code, c.reason_note, c.bank, c.account_masked, c.kpj,
  c.is_bpu_member, c.nik_hash, c.erased_at, o.name AS branch, o.address, o.timezone, a.name AS agency_office
FROM recruitment_candidate c JOIN offices_office o ON o.id = c.branch_id
LEFT JOIN offices_office a ON a.id = c.agency_office_id
WHERE c.branch_id = %s AND c.id = %s
"""
_BY_CODE: LiteralString = "SELECT id FROM recruitment_candidate WHERE branch_id = %s AND code_hash = %s"
_COMPLETE: LiteralString = """
UPDATE recruitment_candidate SET
  bank = CASE WHEN %(account)s = '' THEN bank ELSE %(bank)s END,
  account_holder = CASE WHEN %(account)s = '' THEN account_holder ELSE %(holder)s END,
  account_sealed = CASE WHEN %(account)s = '' THEN account_sealed ELSE %(sealed)s END,
  account_masked = CASE WHEN %(account)s = '' THEN account_masked ELSE %(masked)s END,
  is_bpu_member = is_bpu_member OR %(kpj)s <> '', kpj = CASE WHEN %(kpj)s = '' THEN kpj ELSE %(kpj)s END
WHERE branch_id = %(branch)s AND id = %(id)s
"""


@dataclass(frozen=True)
class Mine:
    """An application as its owner may read it. ``findings`` leaves out what would tell of other people's applications."""

    row: dict[str, Any]
    state: str
    since: datetime
    reason: dict[str, str] | None
    advice: dict[str, str] | None
    note: str
    missing: tuple[str, ...]
    here: tuple[str, ...]
    findings: tuple[rules.Finding, ...]
    is_open: bool
    may_add: bool
    erased_on: date | None
    """When the personal data of a closed application goes, or has gone."""
    is_member_said: bool
    """By the candidate's own word: what the page asks for must not depend on any register."""


def get(work: Work, owner: Owner) -> Mine:
    """Raises E9109 where it is gone."""
    found = work.dicts(_GET, list(owner))
    if not found:
        raise Refused("E9109")
    row, facts = found[0], candidate.get_facts(work, owner.branch_id, owner.candidate_id)
    reason, advice = _reason(work, row, owner)
    return Mine(
        row=row,
        state=row["state"],
        since=row["state_since"],
        reason=reason,
        advice=advice,
        note=row["reason_note"] if row["state"] == "refused" else "",
        missing=facts.missing_documents,
        here=tuple(sorted(facts.documents)),
        findings=tuple(one for one in facts.findings if one.code not in _KEPT),
        is_open=row["state"] in pipeline.OPEN,
        may_add=row["state"] in ("applied", "screened", "in_training", "examined"),
        erased_on=_erased_on(row),
        is_member_said=row["is_bpu_member"],
    )


_KEPT = (*rules.REGISTERED, "nik_doubt", "documents")
"""What a link's holder is told only by an officer's decision: a stranger's NIK must tell nothing."""


def _erased_on(row: dict[str, Any]) -> date | None:
    if row["erased_at"] is not None:
        return branch_day(row["erased_at"], row["timezone"])
    return erasure.erased_on(row["state_since"], row["timezone"]) if row["state"] in ("refused", "withdrawn") else None


def find_by_code(work: Work, branch_id: int, code_hash: bytes) -> Owner | None:
    row = work.row(_BY_CODE, [branch_id, code_hash])
    return Owner(branch_id, row[0]) if row else None


def add_picture(work: Work, owner: Owner, picture: document.Picture) -> None:
    """Raises E9109, E9110 where the application is closed."""
    _lock_open(work, owner)
    document.keep(work, branch_id=owner.branch_id, candidate_id=owner.candidate_id, picture=picture)


def complete(work: Work, owner: Owner, *, bank: str = "", account: str = "", holder: str = "", kpj: str = "") -> None:
    """Fills in account or KPJ; what is empty stays as it was. Raises E9109, E9110."""
    _lock_open(work, owner)
    sealed = seal(account.encode()) if account else None
    work.execute(
        _COMPLETE,
        {
            "bank": bank,
            "account": account,
            "holder": holder,
            "sealed": sealed,
            "masked": mask_digits(account),
            "kpj": kpj,
            "branch": owner.branch_id,
            "id": owner.candidate_id,
        },
    )


def withdraw(work: Work, owner: Owner) -> None:
    """Raises E9109, E9110."""
    _lock_open(work, owner)
    pipeline.move(work, branch_id=owner.branch_id, candidate_id=owner.candidate_id, to="withdrawn")


def _lock_open(work: Work, owner: Owner) -> None:
    row = work.row("SELECT state FROM recruitment_candidate WHERE branch_id = %s AND id = %s FOR UPDATE", list(owner))
    if row is None:
        raise Refused("E9109")
    if row[0] not in pipeline.OPEN:
        words = pipeline.WORDS[row[0]]
        raise Refused("E9110", to_id=words["id"], to_en=words["en"])


def _reason(work: Work, row: dict[str, Any], owner: Owner) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    if row["state"] != "refused" or row["reason_code"] not in rules.reasons():
        return None, None
    day = branch_day(row["state_since"], row["timezone"])
    params = rules.params_of(row["reason_code"], on=day, until=_until(work, row, owner, day))
    reason = rules.reason(row["reason_code"])
    return reason.text(params), reason.advice(params)


def _until(work: Work, row: dict[str, Any], owner: Owner, day: date) -> date | None:
    if row["reason_code"] != "return_wait":
        return None
    past = candidate.find_past(work, row["nik_hash"], owner.candidate_id)
    return max((one.until for one in past if one.kind == "ended" and one.until and one.holds(day)), default=None)
