"""Reads of candidates for staff pages, within what the viewer may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from perisai.accounts.audience import STAFF, Viewer
from perisai.errors import Refused
from perisai.events.vault import keyed_hash
from perisai.events.work import Work
from perisai.given import find_id, find_number
from perisai.recruitment.application import words_of
from perisai.recruitment.form import read_phone
from perisai.recruitment.models import CandidateState
from perisai.recruitment.pipeline import OPEN

PAGE = 50
COLUMN = 20
"""Candidates that a column of the board shows; the list has the others."""

_BRANCHES: LiteralString = "coalesce(%s::int[], ARRAY(SELECT id FROM offices_office WHERE kind = 'branch'))"
_ROW: LiteralString = """c.branch_id, c.id, c.state, c.state_since, c.applied_at, c.full_name, c.nik_masked, c.phone,
  c.agency_office_id, c.sub_branch_id, c.districts, c.is_bpu_member, c.is_bpjs_employee, c.education, c.birth_date,
  c.account_sealed IS NOT NULL AS has_account, c.invitation_id, c.reason_code, c.warnings, c.erased_at,
  ARRAY(SELECT d.kind FROM recruitment_document d
    WHERE d.branch_id = c.branch_id AND d.candidate_id = c.id AND d.replaced_at IS NULL) AS documents"""

# Each branch gives its newest through the key (branch_id, id), which follows time, or through candidate_state,
# candidate_agency or candidate_sub_branch; so a page costs the same at any size.
_LIST: LiteralString = (
    """
SELECT m.* FROM unnest("""
    + _BRANCHES
    + """) AS b (id)
CROSS JOIN LATERAL (
  SELECT """
    + _ROW
    + """
  FROM recruitment_candidate c WHERE c.branch_id = b.id AND """
)
_TAIL: LiteralString = """
  ORDER BY c.id DESC LIMIT %s
) m ORDER BY m.id DESC, m.branch_id LIMIT %s
"""
# A word from its beginning: a range of the key (branch_id, word, candidate_id), compared byte by byte.
_WORD: LiteralString = """SELECT w.candidate_id FROM recruitment_word w
  WHERE w.branch_id = b.id AND w.word >= %s AND w.word < %s"""
# Carried by document_one_of_a_kind.
_PROOF: LiteralString = """EXISTS (SELECT 1 FROM recruitment_document d WHERE d.branch_id = c.branch_id AND d.candidate_id = c.id
  AND d.kind = 'membership' AND d.replaced_at IS NULL AND d.accepted_at IS NULL)"""
# Those on the way by candidate_state or candidate_sub_branch: the others are the most by far, and are not read.
_WAITING: LiteralString = (
    "SELECT c.state, count(*), count(*) FILTER (WHERE "
    + _PROOF
    + ") FROM recruitment_candidate c WHERE c.state = ANY(%s) AND "
)
# Carried by candidate_state, candidate_agency or candidate_sub_branch; read from the index alone.
_COUNTS: LiteralString = "SELECT c.state, count(*) FROM recruitment_candidate c WHERE "
# A column by the same indexes.
_COLUMNS: LiteralString = (
    """
SELECT m.* FROM unnest(%s::text[]) AS s (state)
CROSS JOIN LATERAL (
  SELECT x.* FROM unnest("""
    + _BRANCHES
    + """) AS b (id)
  CROSS JOIN LATERAL (
    SELECT """
    + _ROW
    + """
    FROM recruitment_candidate c WHERE c.branch_id = b.id AND c.state = s.state AND """
)
_COLUMNS_TAIL: LiteralString = """
    ORDER BY c.id DESC LIMIT %s
  ) x ORDER BY x.id DESC LIMIT %s
) m
"""
_ONE: LiteralString = (
    "SELECT "
    + _ROW
    + """, c.bank, c.account_masked, c.account_holder, c.kpj, c.language, c.reason_note, c.consented_at,
  c.consent_version, c.nik_hash, o.timezone FROM recruitment_candidate c JOIN offices_office o ON o.id = c.branch_id
WHERE c.branch_id = %s AND c.id = %s AND """
)
_STEPS: LiteralString = """
SELECT s.from_state, s.to_state, s.at, s.reason_code, s.note, u.full_name AS who
FROM recruitment_step s LEFT JOIN accounts_user u ON u.id = s.user_id
WHERE s.branch_id = %s AND s.candidate_id = %s ORDER BY s.at, s.id
"""
_DOCUMENTS: LiteralString = """
SELECT d.id, d.kind, d.size, d.added_at, d.accepted_at, u.full_name AS accepted_by
FROM recruitment_document d LEFT JOIN accounts_user u ON u.id = d.accepted_by
WHERE d.branch_id = %s AND d.candidate_id = %s AND d.replaced_at IS NULL ORDER BY d.kind
"""
# By candidate_nik: the same person in the same branch, before or beside.
_OTHERS: LiteralString = """
SELECT c.id, c.state, c.applied_at, c.full_name FROM recruitment_candidate c
WHERE c.branch_id = %s AND c.nik_hash = %s AND c.id <> %s ORDER BY c.id DESC LIMIT 10
"""


@dataclass(frozen=True)
class Filters:
    """What the address asks for; what cannot be read is left out, so that an old bookmark still opens."""

    q: str = ""
    state: str = ""
    agency_office: int | None = None
    sub_branch: int | None = None
    after: UUID | None = None

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Filters":
        state = params.get("state", "")
        return cls(
            q=params.get("q", "").strip()[:100],
            state=state if state in (*CandidateState.values, "open", "proof") else "",
            agency_office=find_number(params.get("agency_office")),
            sub_branch=find_number(params.get("sub_branch")),
            after=find_id(params.get("after")),
        )

    @property
    def nik(self) -> str:
        digits = "".join(self.q.split())
        return digits if len(digits) == 16 and digits.isascii() and digits.isdigit() else ""


def find(work: Work, *, viewer: Viewer, filters: Filters, limit: int = PAGE + 1) -> list[dict[str, Any]]:
    """Newest first. One statement."""
    narrow, params = viewer.narrow("c")
    conditions: list[LiteralString] = [narrow]
    params = list(params)
    if filters.state == "open":
        conditions.append("c.state = ANY(%s)")
        params.append(list(OPEN))
    elif filters.state == "proof":
        conditions.append("c.state = ANY(%s) AND " + _PROOF)
        params.append(list(OPEN))
    elif filters.state:
        conditions.append("c.state = %s")
        params.append(filters.state)
    if filters.agency_office is not None:
        conditions.append("c.agency_office_id = %s")
        params.append(filters.agency_office)
    if filters.sub_branch is not None:
        conditions.append("c.sub_branch_id = %s")
        params.append(filters.sub_branch)
    if filters.after is not None:
        conditions.append("c.id < %s")
        params.append(filters.after)
    # Where nothing else narrows, the newest of those found are looked up, not all.
    is_alone = len(conditions) == 1 and viewer.sub_branch_id is None and viewer.agency_office_id is None
    words, word_params = _search(filters, most=limit if is_alone else None)
    sql = _LIST + " AND ".join([*conditions, *words]) + _TAIL
    return work.dicts(sql, [viewer.branch_ids, *params, *word_params, limit, limit])


def counts(work: Work, *, viewer: Viewer, states: tuple[str, ...]) -> dict[str, int]:
    """How many candidates are in each of ``states``; those decided against are the most by far, and no board counts them."""
    narrow, params = viewer.narrow("c")
    return dict(work.rows(_COUNTS + narrow + " AND c.state = ANY(%s) GROUP BY c.state", [*params, list(states)]))


def board(work: Work, *, viewer: Viewer, states: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    """The newest of each state, ``COLUMN`` at most. One statement."""
    narrow, params = viewer.narrow("c")
    sql = _COLUMNS + narrow + _COLUMNS_TAIL
    found: dict[str, list[dict[str, Any]]] = {state: [] for state in states}
    for row in work.dicts(sql, [list(states), viewer.branch_ids, *params, COLUMN, COLUMN]):
        found[row["state"]].append(row)
    return found


def waiting(work: Work, *, viewer: Viewer) -> list[tuple[str, int, str]]:
    """What waits for staff of a branch: (key of ``labels.WAITING``, how many, where they are listed); what is nothing is left out,
    and nobody but such staff has anything waiting. One statement."""
    if viewer.role not in STAFF:
        return []
    narrow, params = viewer.narrow("c")
    rows = work.rows(_WAITING + narrow + " GROUP BY c.state", [list(OPEN), *params])
    many = {state: count for state, count, _proofs in rows}
    found = [(key, many.get(state, 0), state) for key, state in _WAITS.items()]
    found.insert(1, ("candidates_proof", sum(proofs for _state, _count, proofs in rows), "proof"))
    return [(key, count, f"/console/recruitment/list/?state={state}") for key, count, state in found if count]


_WAITS = {
    "candidates_to_screen": "applied",
    "candidates_to_train": "screened",
    "candidates_to_license": "examined",
}
"""By the stage in which an officer has to act."""


def get(work: Work, *, viewer: Viewer, branch_id: int, candidate_id: UUID) -> dict[str, Any]:
    """Raises E1004 outside what the viewer may see."""
    narrow, params = viewer.narrow("c")
    found = work.dicts(_ONE + narrow, [branch_id, candidate_id, *params])
    if not found:
        raise Refused("E1004")
    return found[0]


def parts(work: Work, *, row: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Steps, documents, and other applications of the same person in the branch. Three statements."""
    key = [row["branch_id"], row["id"]]
    return {
        "steps": work.dicts(_STEPS, key),
        "documents": work.dicts(_DOCUMENTS, key),
        "others": work.dicts(_OTHERS, [row["branch_id"], row["nik_hash"], row["id"]]),
    }


def _search(filters: Filters, *, most: int | None) -> tuple[list[LiteralString], list[Any]]:
    """A NIK by candidate_nik, a phone by candidate_phone, else words of the name: those who have all of them are found in the index
    of words before any candidate is read. ``most``: the newest of them only."""
    if filters.nik:
        return ["c.nik_hash = %s"], [keyed_hash("nik", filters.nik)]
    phone = read_phone(filters.q) if sum(letter.isdigit() for letter in filters.q) >= 9 else None
    if phone is not None:
        return ["c.phone = %s"], [phone]
    words = words_of(filters.q)
    if filters.q and not words:
        return ["FALSE"], []
    if not words:
        return [], []
    found: LiteralString = " INTERSECT ".join([_WORD] * len(words))
    newest: LiteralString = f"SELECT DISTINCT f.candidate_id FROM ({found}) f ORDER BY f.candidate_id DESC LIMIT %s"
    edges = [edge for word in words for edge in (word, word + "\U0010ffff")]
    return [f"c.id IN ({newest})"], [*edges, most]
