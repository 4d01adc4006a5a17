"""A candidate on the whole way to a licence, each step by the verb of its room."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from perisai.agents import hold, issue, placement
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.exams import result, seat
from perisai.recruitment import pipeline
from perisai.training import authoring
from tests.agencies.offices import make_agency_office, make_signed
from tests.exams.place import Place, make_place
from tests.recruitment.people import make_candidate
from tests.training.courses import make_course, module
from tests.world import Branch, system_work


def today() -> date:
    """The branch's day."""
    return (datetime.now(UTC) + timedelta(hours=7)).date()


@dataclass
class World:
    """A branch with an exam, a course that trainees must take, an agency office in order and one that is not."""

    place: Place
    course_id: UUID
    version_id: UUID
    good: int
    bad: int

    @property
    def branch(self) -> Branch:
        return self.place.branch


def make_world() -> World:
    place = make_place(attempts=50, wait_days=0)
    branch = place.branch
    with system_work(branch) as work:
        work.execute(
            "INSERT INTO offices_region (code, parent_code, level, name) VALUES ('15.71.08', '15.71', 3, 'Jelutung')"
            " ON CONFLICT DO NOTHING"
        )
    course_id, version_id = make_course(branch, module("a"))
    with system_work(branch) as work:
        authoring.require(
            work, branch_id=branch.id, course_id=course_id, audience="trainee", since=today() - timedelta(days=1)
        )
    good, bad = make_agency_office(branch), make_agency_office(branch)
    make_signed(branch, good, today() - timedelta(days=5), today() + timedelta(days=300))
    return World(place, course_id, version_id, good, bad)


@dataclass
class Way:
    """One candidate's way, and what this test believes of it."""

    world: World
    id: UUID = field(default_factory=uuid7)
    attempt_id: UUID | None = None
    seat_id: UUID | None = None

    def __post_init__(self) -> None:
        self.id = make_candidate(self.world.branch)

    @property
    def branch_id(self) -> int:
        return self.world.branch.id

    def move(self, to: str) -> str:
        """The code it is refused with, or nothing."""
        try:
            with system_work(self.world.branch) as work:
                reason = pipeline.Reason("other", "Uji") if to == "refused" else pipeline.NONE
                pipeline.move(work, branch_id=self.branch_id, candidate_id=self.id, to=to, reason=reason)
        except Refused as refused:
            return refused.code
        return ""

    def learn(self) -> None:
        with system_work(self.world.branch) as work:
            work.execute(
                "INSERT INTO training_taking (branch_id, id, trainee_id, course_id, version_id, begun_at, completed_at,"
                " completed_on, credit_minutes) VALUES (%s, %s, %s, %s, %s, now(), now(), %s, 400)",
                [self.branch_id, uuid7(), self.id, self.world.course_id, self.world.version_id, today()],
            )

    def pass_exam(self) -> None:
        place = self.world.place
        place.trainee = self.id
        if self.seat_id is None:
            with place.work() as work:
                self.seat_id = seat.give(work, branch_id=self.branch_id, exam_id=place.exam_id, trainee_id=self.id)
        place.seat_id = self.seat_id
        self.attempt_id = place.take(6)

    def annul(self) -> None:
        assert self.attempt_id is not None
        with system_work(self.world.branch) as work:
            result.annul(work, branch_id=self.branch_id, attempt_id=self.attempt_id, reason="cheating", note="HP")

    def join(self, office_id: int) -> None:
        with system_work(self.world.branch) as work:
            placement.place(
                work,
                branch_id=self.branch_id,
                agent_id=self.id,
                agency_office_id=office_id,
                sub_branch_id=None,
                since=today(),
            )

    def set_member(self, is_member: bool) -> None:
        """No register knows this NIK: the proof is accepted, or not any more."""
        with system_work(self.world.branch) as work:
            work.execute(
                "UPDATE recruitment_document SET accepted_at = CASE WHEN %s THEN now() END"
                " WHERE branch_id = %s AND candidate_id = %s AND kind = 'membership'",
                [is_member, self.branch_id, self.id],
            )

    def hold(self, *, begins: bool) -> None:
        act = hold.begin if begins else hold.end
        with system_work(self.world.branch) as work:
            act(work, branch_id=self.branch_id, agent_id=self.id, kind="suspended")

    def issue(self) -> str:
        try:
            with system_work(self.world.branch) as work:
                issue.issue(work, branch_id=self.branch_id, agent_id=self.id, bound_to="Jelutung")
        except Refused as refused:
            return refused.code
        return ""

    def lacking(self) -> set[str]:
        with system_work(self.world.branch) as work:
            return {one.key for one in issue.lacking(work, self.branch_id, self.id, today())}

    def to_the_end(self) -> None:
        """Everything but the licence itself."""
        for to in ("screened", "in_training"):
            assert self.move(to) == ""
        self.learn()
        self.pass_exam()
        self.join(self.world.good)
