"""How a candidate moves: applied > screened > in_training > examined > licensed, or refused, or withdrawn.

Whoever moves says what they saw: the row is locked, and the second of two is told who did what. ``examined`` and ``licensed``
are set by facts, whoever asks.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from perisai.errors import Refused
from perisai.events.work import Happened, Work, branch_day
from perisai.recruitment import candidate, rules

OPEN: Final = ("applied", "screened", "in_training", "examined")
NEXT: Final[dict[str, tuple[str, ...]]] = {
    "applied": ("screened", "refused", "withdrawn"),
    "screened": ("in_training", "refused", "withdrawn"),
    "in_training": ("examined", "refused", "withdrawn"),
    "examined": ("licensed", "in_training", "refused", "withdrawn"),
    "licensed": (),
    "refused": ("applied",),
    "withdrawn": (),
}
"""Back from ``examined`` when the exam is annulled; back from ``refused`` when that was a mistake."""
BY_FACT: Final = ("examined", "licensed")
WORDS: Final[dict[str, dict[str, str]]] = {
    "applied": {"id": "Melamar", "en": "Applied"},
    "screened": {"id": "Lolos berkas", "en": "Screened"},
    "in_training": {"id": "Pelatihan", "en": "In training"},
    "examined": {"id": "Lulus ujian", "en": "Exam passed"},
    "licensed": {"id": "Berizin", "en": "Licensed"},
    "refused": {"id": "Ditolak", "en": "Refused"},
    "withdrawn": {"id": "Mundur", "en": "Withdrawn"},
}
NOTE_MOST: Final = 500

_MOVE: LiteralString = """
UPDATE recruitment_candidate SET state = %s, state_since = %s, reason_code = %s, reason_note = %s
WHERE branch_id = %s AND id = %s
"""
_STEP: LiteralString = """
INSERT INTO recruitment_step (branch_id, candidate_id, from_state, to_state, at, user_id, reason_code, note)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
# Carried by step_candidate.
_LAST: LiteralString = """
SELECT s.to_state, s.at, u.full_name, o.timezone FROM recruitment_step s
JOIN offices_office o ON o.id = s.branch_id LEFT JOIN accounts_user u ON u.id = s.user_id
WHERE s.branch_id = %s AND s.candidate_id = %s ORDER BY s.at DESC, s.id DESC LIMIT 1
"""
_STATE: LiteralString = "SELECT state FROM recruitment_candidate WHERE branch_id = %s AND id = %s FOR UPDATE"
_ZONE: LiteralString = "SELECT timezone, name FROM offices_office WHERE id = %s"


@dataclass(frozen=True)
class Reason:
    """Why: a code of conditions.yaml, and the officer's own words, which the candidate reads."""

    code: str = ""
    note: str = ""


NONE: Final = Reason()


def move(
    work: Work, *, branch_id: int, candidate_id: UUID, to: str, expected: str | None = None, reason: Reason = NONE
) -> candidate.Facts:
    """Moves one candidate and returns the facts it was decided on.

    ``expected`` is the state that the one who decides saw. Raises ``Refused``: E1004; E9101 where somebody was faster; E9102
    where conditions stand against it; E9103 where the NIK is another candidate's or agent's; E9104 for a way that does not
    exist; E9105 for a refusal without a reason; E9106 where the fact behind ``examined`` or ``licensed`` is not there; E9113 where
    the personal data was erased.
    """
    facts = candidate.get_facts(work, branch_id, candidate_id, lock=True)
    if expected is not None and facts.state != expected:
        raise _too_late(work, branch_id, facts)
    if facts.is_erased:
        raise Refused("E9113")
    if to not in NEXT[facts.state]:
        raise Refused("E9104", **_words("from", facts.state), **_words("to", to))
    _check(work, branch_id, facts, to, reason)
    work.execute(_MOVE, [to, work.now, reason.code, reason.note.strip()[:NOTE_MOST], branch_id, candidate_id])
    _keep(work, branch_id, facts, to, reason)
    _follow(work, branch_id, facts, to)
    return facts


def _check(work: Work, branch_id: int, facts: candidate.Facts, to: str, reason: Reason) -> None:
    if to == "refused" and (reason.code not in rules.reasons() or (reason.code == "other" and not reason.note.strip())):
        raise Refused("E9105")
    if to in ("screened", "in_training") and facts.state != "examined":
        _check_conditions(facts)
        claim(work, branch_id=branch_id, candidate_id=facts.candidate_id)
    _check_fact(work, branch_id, facts, to)


def _check_conditions(facts: candidate.Facts) -> None:
    standing = [one for one in facts.findings if one.effect == "refuse"]
    if standing:
        texts = [one.text for one in standing]
        raise Refused("E9102", what_id=" ".join(t["id"] for t in texts), what_en=" ".join(t["en"] for t in texts))


def claim(work: Work, *, branch_id: int, candidate_id: UUID) -> None:
    """One human being in the country goes on; kept until refused, withdrawn or ended. Raises E9103 where another has it."""
    row = work.row(
        "SELECT h.branch_id, h.candidate_id FROM recruitment_candidate c,"
        " recruitment_claim_nik(c.branch_id, c.id, c.nik_hash, %s) h WHERE c.branch_id = %s AND c.id = %s",
        [work.now, branch_id, candidate_id],
    )
    if row is None:  # what the function inserted beside a waiting one is seen by the next statement only
        raise Refused("E1001", retry_after=1)
    if tuple(row) != (branch_id, candidate_id):
        office = work.row(_ZONE, [row[0]])
        raise Refused("E9103", office=office[1] if office else row[0])


def _check_fact(work: Work, branch_id: int, facts: candidate.Facts, to: str) -> None:
    """Never by hand: an exam passed, a licence issued, or an exam that was annulled."""
    if to == "examined" and not _has_passed(work, branch_id, facts.candidate_id):
        raise Refused("E9106", what_id="Ujian belum lulus.", what_en="The exam is not passed.")
    if to == "in_training" and facts.state == "examined" and _has_passed(work, branch_id, facts.candidate_id):
        raise Refused("E9106", what_id="Ujian sudah lulus.", what_en="The exam is passed.")
    if to == "licensed" and not _has_licence(work, branch_id, facts.candidate_id):
        raise Refused("E9106", what_id="Izin belum terbit.", what_en="The licence is not issued.")


def _has_passed(work: Work, branch_id: int, candidate_id: UUID) -> bool:
    from perisai.exams import result

    return result.passed(work, branch_id, candidate_id, _today(work, branch_id)) is not None


def _has_licence(work: Work, branch_id: int, candidate_id: UUID) -> bool:
    from perisai.agents import licence

    return bool(licence.get_standing(work, branch_id=branch_id, agent_id=candidate_id).licences)


def _keep(work: Work, branch_id: int, facts: candidate.Facts, to: str, reason: Reason) -> None:
    note = reason.note.strip()[:NOTE_MOST]
    work.execute(
        _STEP,
        [branch_id, facts.candidate_id, facts.state, to, work.now, work.actor.user_id, reason.code, note],
    )
    work.report(
        Happened(
            kind="candidate_moved",
            branch_id=branch_id,
            subject_id=facts.candidate_id,
            sub_branch_id=facts.sub_branch_id,
            agency_office_id=facts.agency_office_id,
            detail={"from": facts.state, "to": to, **({"reason": reason.code} if reason.code else {})},
        )
    )


def _follow(work: Work, branch_id: int, facts: candidate.Facts, to: str) -> None:
    """What a move brings with it: the trainee's row, or a NIK that is free again."""
    if to == "in_training" and facts.state == "screened":
        _admit(work, branch_id, facts)
    if to in ("refused", "withdrawn"):
        if facts.state in ("in_training", "examined"):
            _end_trainee(work, branch_id, facts.candidate_id)
        work.rows("SELECT recruitment_release_nik(%s, %s)", [branch_id, facts.candidate_id])


def follow_exam(work: Work, *, branch_id: int, candidate_id: UUID) -> None:
    """A result was written or annulled: whoever has passed is ``examined``, whoever has not any more is back in training. Nothing
    for anybody else, such as an agent who takes a course again."""
    state = hold(work, branch_id=branch_id, candidate_id=candidate_id)
    if state not in ("in_training", "examined"):
        return
    to = "examined" if _has_passed(work, branch_id, candidate_id) else "in_training"
    if to != state:
        move(work, branch_id=branch_id, candidate_id=candidate_id, to=to)


def hold(work: Work, *, branch_id: int, candidate_id: UUID) -> str | None:
    """Holds the candidate's row until the Work ends and returns the state; None for an agent who never was one. Whoever decides on
    a person holds this row before the agent's and those of their exams."""
    row = work.row(_STATE, [branch_id, candidate_id])
    return str(row[0]) if row else None


def _end_trainee(work: Work, branch_id: int, candidate_id: UUID) -> None:
    from perisai.agents import agent

    if agent.lock(work, branch_id=branch_id, agent_id=candidate_id) != "ended":
        agent.end(work, branch_id=branch_id, agent_id=candidate_id, reason="Lamaran ditutup")


def _was_admitted(work: Work, branch_id: int, candidate_id: UUID) -> bool:
    """Before the application was closed and opened again: then the trainee comes back under the same code."""
    from perisai.agents import agent

    try:
        agent.lock(work, branch_id=branch_id, agent_id=candidate_id)
    except Refused:
        return False
    agent.restore(work, branch_id=branch_id, agent_id=candidate_id)
    return True


def _admit(work: Work, branch_id: int, facts: candidate.Facts) -> None:
    from perisai.agents import agent

    if _was_admitted(work, branch_id, facts.candidate_id):
        return
    agent.admit(
        work,
        branch_id=branch_id,
        agent_id=facts.candidate_id,
        full_name=facts.full_name,
        phone=facts.phone,
        agency_office_id=facts.agency_office_id,
        sub_branch_id=facts.sub_branch_id,
        since=_today(work, branch_id),
    )


def _too_late(work: Work, branch_id: int, facts: candidate.Facts) -> Refused:
    row = work.row(_LAST, [branch_id, facts.candidate_id])
    to, at, who, zone = row or (facts.state, work.now, None, "UTC")
    return Refused(
        "E9101",
        who_id=who or "Pelamar atau sistem",
        who_en=who or "The candidate or the system",
        at=_clock(at, zone),
        **_words("to", to),
    )


def _clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%d-%m-%Y %H.%M}"


def _words(name: str, state: str) -> dict[str, Any]:
    said = WORDS.get(state, {"id": state, "en": state})
    return {f"{name}_id": said["id"], f"{name}_en": said["en"]}


def _today(work: Work, branch_id: int) -> date:
    row = work.row(_ZONE, [branch_id])
    return branch_day(work.now, row[0] if row else "UTC")
