"""What the agent is told by SMS: that there is something new in the file, never what it says."""

from datetime import date, timedelta
from typing import Final

from perisai.events.work import Work
from perisai.messages import outbox
from perisai.supervision.subject import Subject
from perisai.supervision.words import KINDS, day_in_text

GOOD_FOR: Final = timedelta(days=3)


def tell(work: Work, subject: Subject, body: str) -> bool:
    """False where the agent has no telephone: then the file on the phone is all."""
    if not subject.phone:
        return False
    text = outbox.Text("agent_file", subject.phone, f"PERISAI: {body}", work.now + GOOD_FOR)
    outbox.queue_many(work, branch_id=subject.branch_id, agent_id=subject.agent_id, texts=[text])
    return True


def tell_measure(work: Work, subject: Subject, *, kind: str, from_on: date, appeal_until: date | None) -> None:
    body = f"{KINDS[kind]['id']} per {day_in_text(from_on)}. Baca alasannya di aplikasi, bagian Berkas saya."
    if appeal_until is not None:
        body += f" Keberatan paling lambat {day_in_text(appeal_until)}."
    tell(work, subject, body)


def tell_idle(work: Work, subject: Subject, *, months: int, decide_from: date) -> None:
    tell(
        work,
        subject,
        f"{months} bulan berturut-turut tanpa peserta baru. Keagenan Anda diusulkan berakhir dan diputuskan mulai"
        f" {day_in_text(decide_from)}. Satu peserta baru sebelum itu membatalkan usulan ini.",
    )
