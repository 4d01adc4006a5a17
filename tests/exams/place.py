"""A branch with a small question bank, an open exam and a trainee with a link."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.exams import attempt, bank, exam, link, marking, paper, seat
from tests.world import Branch, make_branch, system_work

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
"""09.00 in Jambi."""


@dataclass
class Place:
    branch: Branch
    clock: FixedClock
    topics: tuple[UUID, UUID]
    exam_id: UUID
    trainee: UUID = field(default_factory=uuid7)
    seat_id: UUID = field(default_factory=uuid7)

    def work(self) -> Work:
        return system_work(self.branch, self.clock)

    @property
    def path(self) -> str:
        with self.work() as work:
            row = work.row("SELECT expires_at FROM exams_seat WHERE id = %s", [self.seat_id])
        assert row is not None
        return link.make(seat_id=self.seat_id, branch_id=self.branch.id, expires_at=row[0])

    def start(self) -> UUID:
        with self.work() as work:
            return attempt.start(work, branch_id=self.branch.id, seat_id=self.seat_id)

    def lines(self, attempt_id: UUID) -> list[dict[str, Any]]:
        with self.work() as work:
            return paper.lines(work, branch_id=self.branch.id, attempt_id=attempt_id)

    def answer(self, attempt_id: UUID, position: int, choice: int, browser: UUID | None = None) -> datetime:
        with self.work() as work:
            return attempt.answer(
                work, branch_id=self.branch.id, attempt_id=attempt_id, position=position, choice=choice, browser=browser
            )

    def answer_right(self, attempt_id: UUID, count: int) -> None:
        """The first ``count`` questions right, the others wrong."""
        for line in self.lines(attempt_id):
            wanted = line["position"] <= count
            self.answer(
                attempt_id, line["position"], next(o["place"] for o in line["options"] if o["is_correct"] is wanted)
            )

    def submit(self, attempt_id: UUID) -> bool:
        with self.work() as work:
            return marking.submit(work, branch_id=self.branch.id, attempt_id=attempt_id)

    def result(self, attempt_id: UUID) -> Mapping[str, Any]:
        with self.work() as work:
            found = paper.find_attempt(work, branch_id=self.branch.id, attempt_id=attempt_id)
        assert found is not None
        return found

    def take(self, right: int) -> UUID:
        """A whole attempt."""
        attempt_id = self.start()
        self.answer_right(attempt_id, right)
        assert self.submit(attempt_id)
        return attempt_id

    def enter(self) -> None:
        """Another trainee takes the place of the one there is."""
        self.trainee = uuid7()
        with self.work() as work:
            self.seat_id = seat.give(work, branch_id=self.branch.id, exam_id=self.exam_id, trainee_id=self.trainee)


def content(topic_id: UUID, number: int, difficulty: int = 1, **changes: Any) -> bank.Content:
    options = tuple((f"pilihan {number}.{at}", f"option {number}.{at}") for at in range(4))
    given: dict[str, Any] = {
        "text_id": f"Soal {number}?",
        "text_en": f"Question {number}?",
        "options": options,
        "correct": number % 4,
    }
    return bank.Content(topic_id=topic_id, difficulty=difficulty, **given | changes)


def make_place(*, questions: int = 6, **figures: Any) -> Place:
    """Ten questions a topic; the exam asks half of ``questions`` of each of two topics, all easy."""
    branch, clock = make_branch(target=None), FixedClock(START)
    with system_work(branch, clock) as work:
        topics = (
            bank.save_topic(work, branch_id=branch.id, code="iuran", name_id="Iuran", name_en="Dues"),
            bank.save_topic(work, branch_id=branch.id, code="etika", name_id="Etika", name_en="Ethics"),
        )
        bank.add_all(work, branch_id=branch.id, contents=[content(topics[n % 2], n) for n in range(20)])
        wanted = {(topic, 1): questions // 2 for topic in topics}
        chosen: dict[str, Any] = {"minutes": 30, "pass_percent": 70, "attempts": 2, "wait_days": 7} | figures
        settings = exam.Settings("Ujian Uji", "Test exam", True, blueprint=wanted, **chosen)
        exam_id = exam.save(work, branch_id=branch.id, exam_id=None, settings=settings)
        exam.set_state(work, branch_id=branch.id, exam_id=exam_id, state="open")
    place = Place(branch, clock, topics, exam_id)
    place.enter()
    return place


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
