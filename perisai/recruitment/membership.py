"""Own BPU membership: found in the country's registry by the hash of the NIK, or shown by a picture that an officer accepts."""

from typing import Final, LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.members import queries as members
from perisai.recruitment.rules import Membership, Register

_REGISTER: Final[dict[str, Register]] = {
    "review": "waiting",
    "accepted": "waiting",
    "active": "active",
    "lapsed": "lapsed",
    "ended": "ended",
}
"""By the enrolment's state; whatever was rejected or cancelled is as if nobody had enrolled."""

# By primary keys. The candidate's row first, as every other verb takes it.
_LOCK: LiteralString = "SELECT state FROM recruitment_candidate WHERE branch_id = %s AND id = %s FOR UPDATE"
_JUDGE: LiteralString = """
UPDATE recruitment_document SET accepted_at = %s, accepted_by = %s
WHERE branch_id = %s AND id = %s AND candidate_id = %s AND kind = 'membership' AND replaced_at IS NULL RETURNING id
"""


def look_up(work: Work, nik_hash: bytes, *, is_accepted: bool) -> Membership:
    """As it is at this moment, in whatever branch. For staff: what an applicant is shown must not depend on it."""
    found = members.bpu_states(work, [bytes(nik_hash)]).get(bytes(nik_hash))
    if found is None or found.state not in _REGISTER:
        return Membership(is_accepted=is_accepted)
    return Membership(_REGISTER[found.state], found.paid_through, is_accepted)


def accept_proof(
    work: Work, *, branch_id: int, candidate_id: UUID, document_id: UUID, is_accepted: bool = True
) -> None:
    """An officer has looked at this very picture and takes it as proof, or takes that back. A picture that replaces it is looked at
    anew. Raises E1004; E9110 for a closed application; E9112 where the candidate has sent another picture meanwhile."""
    from perisai.recruitment import pipeline

    row = work.row(_LOCK, [branch_id, candidate_id])
    if row is None:
        raise Refused("E1004")
    if row[0] not in pipeline.OPEN:
        words = pipeline.WORDS[row[0]]
        raise Refused("E9110", to_id=words["id"], to_en=words["en"])
    by = (work.now, work.actor.user_id) if is_accepted else (None, None)
    if not work.rows(_JUDGE, [*by, branch_id, document_id, candidate_id]):
        raise Refused("E9112")
    work.report(
        Happened(
            kind="candidate_proof_judged",
            branch_id=branch_id,
            subject_id=candidate_id,
            detail={"document": str(document_id), "accepted": is_accepted},
        )
    )
