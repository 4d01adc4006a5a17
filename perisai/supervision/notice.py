"""What the agent is told by SMS: that there is something new in the file, never what it says."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from perisai.events.work import Work
from perisai.messages import outbox
from perisai.supervision import link
from perisai.supervision.subject import Subject
from perisai.supervision.words import KINDS
from perisai.written import day

GOOD_FOR: Final = timedelta(days=3)


def tell(work: Work, subject: Subject, body: str) -> bool:
    """False where the agent has no telephone: then the file on the phone is all."""
    if not subject.phone:
        return False
    text = outbox.Text("agent_file", subject.phone, f"PERISAI: {body}", work.now + GOOD_FOR)
    outbox.queue_many(work, branch_id=subject.branch_id, agent_id=subject.agent_id, texts=[text])
    return True


def tell_measure(work: Work, subject: Subject, *, kind: str, from_on: date, appeal_until: date | None) -> None:
    body = f"{KINDS[kind]['id']} per {day(from_on)}. {_where(work, subject, has_phone=kind != 'ending')}"
    if appeal_until is not None:
        body += f" Keberatan paling lambat {day(appeal_until)}."
    tell(work, subject, body)


def tell_appeal_decided(work: Work, subject: Subject, *, is_lifted: bool) -> None:
    words = "dikabulkan" if is_lifted else "tidak dikabulkan"
    where = _where(work, subject, has_phone=subject.state != "ended")
    tell(work, subject, f"Keberatan Anda {words} pada {day(subject.today(work.now))}. {where}")


def _where(work: Work, subject: Subject, *, has_phone: bool) -> str:
    """Where the file is read: somebody whose phone is switched off gets a personal link."""
    if has_phone:
        return "Baca alasannya di aplikasi, bagian Berkas saya."
    return f"Baca alasannya: {link.make(subject.branch_id, subject.agent_id, subject.today(work.now))[0]}"


def tell_idle(work: Work, *, branch_id: int, subjects: Iterable[Subject], months: int, decide_from: date) -> None:
    """Two statements, however many agents."""
    body = (
        f"PERISAI: {months} bulan berturut-turut tanpa peserta baru. Keagenan Anda diusulkan berakhir dan diputuskan mulai"
        f" {day(decide_from)}. Satu peserta baru sebelum itu membatalkan usulan ini."
    )
    until = work.now + GOOD_FOR
    texts = [outbox.Text("agent_file", one.phone, body, until, one.agent_id) for one in subjects if one.phone]
    outbox.queue_many(work, branch_id=branch_id, agent_id=None, texts=texts)
