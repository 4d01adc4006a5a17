"""What a licence needs, one by one: met or not, and what is missing, in words of both languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.work import Work

WORDS: Final[dict[str, tuple[str, str]]] = {
    "state": ("Masih agen", "Still an agent"),
    "stage": ("Tahap calon agen", "Stage of the candidate"),
    "documents": ("Berkas lengkap", "Documents complete"),
    "rules": ("Syarat calon agen", "Conditions of a candidate"),
    "training": ("Pelatihan selesai", "Training finished"),
    "exam": ("Ujian lulus", "Exam passed"),
    "office": ("Kantor Perisai", "Agency office"),
    "hold": ("Tidak sedang ditahan", "Not held back"),
    "window": ("Waktu perpanjangan", "Time to renew"),
    "credit": ("Jam belajar", "Credit hours"),
}
_HOLDS: Final = {
    "suspended": ("sedang diskors", "suspended"),
    "remedial": ("pelatihan ulang belum selesai", "remedial training not finished"),
}
_OFFICE: Final[dict[str, tuple[str, str]]] = {
    "unknown": ("kantor tidak dikenal", "unknown office"),
    "ended": ("kerja sama berakhir", "cooperation ended"),
    "closed": ("kantor tutup", "office closed"),
    "none": ("belum ada PKS", "no agreement (PKS)"),
    "unsigned": ("PKS belum ditandatangani", "agreement (PKS) not signed"),
    "later": ("PKS belum berlaku", "agreement (PKS) not yet in force"),
    "expired": ("PKS habis masa berlakunya", "agreement (PKS) expired"),
}
# By primary keys, and hold_once.
_AGENT = """
SELECT a.state, a.agency_office_id, o.name,
  ARRAY(SELECT h.kind FROM agents_hold h WHERE h.branch_id = a.branch_id AND h.agent_id = a.id AND h.during @> %s::timestamptz)
FROM agents_agent a LEFT JOIN offices_office o ON o.id = a.agency_office_id
WHERE a.branch_id = %s AND a.id = %s
"""


@dataclass(frozen=True)
class Condition:
    """``key`` of ``WORDS``; ``detail`` says what is missing or what fulfils it, Indonesian and English."""

    key: str
    met: bool
    detail: tuple[str, str] = ("", "")
    amount: tuple[int, int] | None = None
    """How much there is of what is needed, in minutes for ``credit``."""

    @property
    def words(self) -> tuple[str, str]:
        return WORDS[self.key]

    def said(self) -> tuple[str, str]:
        id_, en = self.words
        return (f"{id_}: {self.detail[0]}", f"{en}: {self.detail[1]}") if self.detail[0] else (id_, en)


def refusal(found: list[Condition]) -> Refused:
    """E9408 with every condition that is not met, in words."""
    missing = [one.said() for one in found if not one.met]
    return Refused("E9408", what_id="; ".join(one[0] for one in missing), what_en="; ".join(one[1] for one in missing))


def renewal_opens(valid_to: date, on: date) -> date:
    """The first day on which a licence that ends then can be renewed, by the rules of ``on``."""
    return valid_to - timedelta(days=figure("renewal_days", on))


def for_first(work: Work, branch_id: int, agent_id: UUID, on: date, *, hold: bool = False) -> list[Condition]:
    """All that a first licence needs on a day. ``hold``: what was asked stays as it is until the Work ends. Raises E1004."""
    agent = list(_agent(work, branch_id, agent_id, on))
    return [*_candidate(work, branch_id, agent_id, hold), *_learnt(work, branch_id, agent_id, on, hold), *agent]


def for_renewal(
    work: Work, branch_id: int, agent_id: UUID, on: date, *, valid_from: date, valid_to: date
) -> list[Condition]:
    """All that a licence after this one needs on a day: it ends soon or has ended, credit hours of its term, what training is
    required now, and an agent in good standing."""
    from perisai.training import completion

    opens = renewal_opens(valid_to, on)
    needed = figure("renewal_credit_minutes", on)
    done = completion.credit_minutes(work, branch_id, agent_id, valid_from, on)
    credit = (f"{done} dari {needed} menit", f"{done} of {needed} minutes")
    return [
        Condition("window", on >= opens, (f"mulai {opens:%d-%m-%Y}", f"from {opens:%d-%m-%Y}")),
        Condition("credit", done >= needed, credit, (done, needed)),
        _training(work, branch_id, agent_id, on),
        *_agent(work, branch_id, agent_id, on),
    ]


def _candidate(work: Work, branch_id: int, agent_id: UUID, hold: bool) -> Iterator[Condition]:
    """Nothing for an agent whom the go-live import brought: that branch decided on them before."""
    from perisai.recruitment import candidate, pipeline

    try:
        facts = candidate.get_facts(work, branch_id, agent_id, lock=hold)
    except Refused as refused:
        if refused.code != "E1004":
            raise
        return
    words = pipeline.WORDS[facts.state]
    yield Condition("stage", facts.state in ("examined", "licensed"), (words["id"], words["en"]))
    missing = ", ".join(facts.missing_documents)
    yield Condition("documents", facts.documents_complete, (missing, missing))
    refusing = [one.text for one in facts.findings if one.code in facts.broken]
    texts = (" ".join(text["id"] for text in refusing), " ".join(text["en"] for text in refusing))
    yield Condition("rules", facts.rules_met, texts)


def _learnt(work: Work, branch_id: int, agent_id: UUID, on: date, hold: bool) -> Iterator[Condition]:
    """Certificates that the go-live import brought stand for the courses that everybody takes and for the examination; a course
    that was assigned to this person is taken here all the same."""
    from perisai.exams import result
    from perisai.golive import identity

    brought = identity.find_brought(work, branch_id, agent_id)
    yield _training(work, branch_id, agent_id, on, by_import=brought.training if brought else None)
    found = result.passed(work, branch_id, agent_id, on, hold=hold)
    if found is None and brought and brought.exam:
        yield Condition("exam", True, brought.exam)
    elif found is None:
        yield Condition(
            "exam", False, ("belum lulus, atau hasilnya dibatalkan", "not passed, or the result was annulled")
        )
    else:
        share = f"{found.percent} %"
        yield Condition("exam", True, (f"{found.name_id}, {share}", f"{found.name_en}, {share}"))


def _training(
    work: Work, branch_id: int, agent_id: UUID, on: date, *, by_import: tuple[str, str] | None = None
) -> Condition:
    from perisai.training import completion

    missing = completion.missing(work, branch_id, agent_id, on)
    titles = ", ".join(course.title for course in missing if course.reason or not by_import)
    if missing and not titles and by_import:
        return Condition("training", True, by_import)
    return Condition("training", not titles, (titles, titles))


def _agent(work: Work, branch_id: int, agent_id: UUID, on: date) -> Iterator[Condition]:
    from perisai.agencies import agreement

    row = work.row(_AGENT, [work.now, branch_id, agent_id])
    if row is None:
        raise Refused("E1004")
    state, office_id, office, kinds = row
    if office_id is None:
        yield Condition("office", False, ("belum menjadi anggota", "member of none yet"))
    else:
        reason = agreement.in_order(work, branch_id, office_id, on)
        why = _OFFICE.get(reason, (reason, reason)) if reason else ("", "")
        yield Condition("office", reason is None, (f"{office} {why[0]}".strip(), f"{office} {why[1]}".strip()))
    held = [_HOLDS[kind] for kind in kinds]
    yield Condition("hold", not held, (", ".join(one[0] for one in held), ", ".join(one[1] for one in held)))
    yield Condition("state", state != "ended", ("kerja sama berakhir", "ended") if state == "ended" else ("", ""))
