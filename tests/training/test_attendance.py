"""Being there: a code lives half a minute, belongs to one class at its place and time, and makes one attendance a person."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from perisai.errors import Refused
from perisai.events.captured import Captured
from perisai.events.clock import FixedClock
from perisai.training import completion, lesson
from perisai.training.attendance import WRONG_AN_HOUR, attend_many
from perisai.training.attendance_code import Bound, code_at, window_of
from perisai.training.told import Learner, Told
from perisai.web.simulate.phone import Phone
from tests.training.courses import PLACE, make_course, make_lesson, make_trainee, module
from tests.world import Branch, FieldAgent, jakarta_today, make_branch, system_work

PhoneOf = Callable[[FieldAgent], Phone]
LIFE = 30
FAR = PLACE | {"lat": -1.64}


def _bound(branch: Branch, lesson_id: UUID) -> Bound:
    with system_work(branch) as work:
        row = work.row(
            "SELECT id, starts_at, ends_at, lat, lon, radius FROM training_lesson WHERE branch_id = %s AND id = %s",
            [branch.id, lesson_id],
        )
    assert row is not None
    return Bound(branch.id, *row)


def _code(branch: Branch, lesson_id: UUID, at: datetime | None = None) -> str:
    return code_at(_bound(branch, lesson_id), at or datetime.now(UTC), LIFE)[0]


def _attend(phone: Phone, code: str, place: dict[str, float] | None = PLACE) -> dict[str, Any]:
    phone.op("attend", {"code": code}, place=place)
    answer: dict[str, Any] = phone.push()[0]
    return answer


def _credit(agent: FieldAgent) -> int:
    today = jakarta_today()
    with system_work(agent.branch) as work:
        return completion.credit_minutes(
            work, agent.branch.id, agent.id, today - timedelta(days=2), today + timedelta(days=2)
        )


def test_code_scanned_at_the_class_is_one_attendance_and_its_credit(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_trainee(branch)
    phone, lesson_id = phone_of(agent), make_lesson(branch)
    answer = _attend(phone, _code(branch, lesson_id))
    assert answer["status"] == "accepted", answer
    assert (answer["status"], answer["result"]["state"]) == ("accepted", "present")
    again = _attend(phone, _code(branch, lesson_id))
    assert (again["status"], again["result"]["state"]) == ("accepted", "present")
    assert _credit(agent) == 90
    listed = phone.signed("GET", "/api/v1/training/courses").json()["lessons"]
    assert [one["attendance"] for one in listed] == ["present"]


def test_code_passed_on_to_a_phone_elsewhere_is_refused(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_trainee(branch)
    phone, lesson_id = phone_of(agent), make_lesson(branch)
    answer = _attend(phone, _code(branch, lesson_id), FAR)
    assert (answer["status"], answer["code"]) == ("rejected", "E9222")
    assert "3,3 km" in answer["text"]["id"]
    assert _credit(agent) == 0


def test_code_used_late_is_refused_with_the_times(phone_of: PhoneOf) -> None:
    branch = make_branch()
    phone, lesson_id = phone_of(make_trainee(branch)), make_lesson(branch)
    answer = _attend(phone, _code(branch, lesson_id, datetime.now(UTC) - timedelta(seconds=LIFE + 1)))
    assert (answer["status"], answer["code"]) == ("rejected", "E9221")
    assert "WIB" not in answer["text"]["id"]
    assert "berlaku sampai" in answer["text"]["id"]


def _judged(branch: Branch, agent: FieldAgent, code: str, captured: Captured) -> Any:
    told = Told(UUID(int=captured.latest.microsecond + 1), {"code": code}, captured, PLACE)
    with system_work(branch, FixedClock(captured.latest)) as work:
        learner = Learner(branch.id, agent.id, branch.timezone)
        return attend_many(work, learner=learner, told=[told])[told.op_id]


@pytest.mark.parametrize("age", [0, 1, 14, 29])
def test_code_lives_at_most_its_seconds(age: int) -> None:
    """From the instant its step began, to the second; half a minute later it is over, whatever the step."""
    branch = make_branch()
    begins = datetime(2026, 11, 3, 3, 0, 0, tzinfo=UTC)
    lesson_id = make_lesson(branch, starts_at=begins - timedelta(minutes=5), ends_at=begins + timedelta(hours=1))
    code = _code(branch, lesson_id, begins)
    read = begins + timedelta(seconds=age)
    in_time = _judged(branch, make_trainee(branch), code, Captured(read, read, read, doubtful=False))
    assert (in_time.status, in_time.result["state"]) == ("accepted", "present")
    late = begins + timedelta(seconds=LIFE)
    over = _judged(branch, make_trainee(branch), code, Captured(late, late, late, doubtful=False))
    assert (over.status, over.code) == ("rejected", "E9221")


def test_code_read_without_signal_waits_for_the_teacher_and_a_lying_clock_does_not() -> None:
    branch = make_branch()
    begins = datetime(2026, 11, 3, 3, 0, 0, tzinfo=UTC)
    lesson_id = make_lesson(branch, starts_at=begins - timedelta(minutes=5), ends_at=begins + timedelta(hours=1))
    code, read, received = _code(branch, lesson_id, begins), begins + timedelta(seconds=9), begins + timedelta(hours=3)
    honest = make_trainee(branch)
    offline = _judged(branch, honest, code, Captured(begins - timedelta(hours=1), received, read, doubtful=False))
    assert (offline.status, offline.result["state"], offline.result["flag"]) == ("accepted", "flagged", "received_late")
    assert _credit(honest) == 0, "not before the teacher has looked"
    token_is_later = Captured(begins + timedelta(minutes=1), received, begins + timedelta(minutes=1), doubtful=False)
    assert _judged(branch, make_trainee(branch), code, token_is_later).code == "E9221"
    set_back = Captured(begins - timedelta(hours=1), received, read, doubtful=True)
    assert _judged(branch, make_trainee(branch), code, set_back).code == "E9221"


def test_class_moved_to_another_place_or_time_has_other_codes() -> None:
    branch = make_branch()
    at = datetime.now(UTC)
    codes = {_code(branch, make_lesson(branch, at=at), at), _code(branch, make_lesson(branch, at=at), at)}
    bound = _bound(branch, make_lesson(branch, at=at))
    for other in (
        bound,
        Bound(**(vars(bound) | {"lat": -1.7})),
        Bound(**(vars(bound) | {"ends_at": bound.ends_at + timedelta(minutes=1)})),
    ):
        codes.add(code_at(other, at, LIFE)[0])
    assert len(codes) == 5


def test_code_of_another_branch_is_no_code_here(phone_of: PhoneOf) -> None:
    there, here = make_branch(), make_branch()
    phone = phone_of(make_trainee(here))
    make_lesson(here)
    assert _attend(phone, _code(there, make_lesson(there)))["code"] == "E9220"


def test_guessing_codes_ends(phone_of: PhoneOf) -> None:
    branch = make_branch()
    phone, lesson_id = phone_of(make_trainee(branch)), make_lesson(branch)
    for n in range(WRONG_AN_HOUR):
        phone.op("attend", {"code": f"0000 {n:04d}"}, place=PLACE)
    codes = {answer["code"] for answer in phone.push()}
    assert codes == {"E9220"}
    assert _attend(phone, _code(branch, lesson_id))["code"] == "E9223", "the right one too"


def test_phone_without_position_waits_for_the_teacher_who_confirms_with_a_reason(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_trainee(branch)
    phone, lesson_id = phone_of(agent), make_lesson(branch)
    result = _attend(phone, _code(branch, lesson_id), None)["result"]
    assert (result["state"], result["flag"]) == ("flagged", "no_place")
    with pytest.raises(Refused, match="E9205"), system_work(branch) as work:
        lesson.confirm_flagged(work, branch_id=branch.id, lesson_id=lesson_id, reason=" ")
    with system_work(branch) as work:
        assert lesson.confirm_flagged(work, branch_id=branch.id, lesson_id=lesson_id, reason="Saya lihat di kelas") == 1
    assert _credit(agent) == 90


def test_flagged_becomes_present_with_a_better_scan_and_a_correction_stands(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_trainee(branch)
    phone, lesson_id = phone_of(agent), make_lesson(branch)
    _attend(phone, _code(branch, lesson_id), None)
    assert _attend(phone, _code(branch, lesson_id))["result"]["state"] == "present"
    with system_work(branch) as work:
        lesson.correct(
            work,
            branch_id=branch.id,
            lesson_id=lesson_id,
            trainee_id=agent.id,
            state="absent",
            reason="Pulang sebelum selesai",
        )
    assert _attend(phone, _code(branch, lesson_id))["result"]["state"] == "absent"
    assert _credit(agent) == 0


def test_attended_class_of_a_course_fulfils_it_until_it_is_cancelled(phone_of: PhoneOf) -> None:
    branch = make_branch()
    agent = make_trainee(branch)
    phone = phone_of(agent)
    course_id, _version = make_course(branch, module("a"))
    with system_work(branch) as work:
        completion.assign(work, branch.id, agent.id, course_id, "Pembinaan di kelas")
    begins = datetime.now(UTC) + timedelta(minutes=5)
    lesson_id = make_lesson(branch, course_id=course_id, starts_at=begins, ends_at=begins + timedelta(hours=1))
    tomorrow = begins.date() + timedelta(days=1)

    def missing() -> list[UUID]:
        with system_work(branch) as work:
            return [one.course_id for one in completion.missing(work, branch.id, agent.id, tomorrow)]

    assert missing() == [course_id]
    assert _attend(phone, _code(branch, lesson_id))["status"] == "accepted", "shortly before it begins"
    assert missing() == []
    with system_work(branch) as work:
        lesson.cancel(work, branch_id=branch.id, lesson_id=lesson_id)
    assert (missing(), _credit(agent)) == ([course_id], 0)
    assert _attend(phone, _code(branch, lesson_id))["code"] == "E9220"


def test_photo_of_a_code_sent_by_chat_is_over_though_the_clock_is_set_back(phone_of: PhoneOf) -> None:
    branch = make_branch()
    phone, lesson_id = phone_of(make_trainee(branch)), make_lesson(branch)
    phone.sync_time()
    old = _code(branch, lesson_id, datetime.now(UTC) - timedelta(seconds=50))
    for skew in (-50_000, -3_600_000, 3_600_000):
        phone.clock_skew_ms = skew
        assert _attend(phone, old)["code"] == "E9221", skew
    phone.clock_skew_ms = -3_600_000
    assert _attend(phone, _code(branch, lesson_id))["status"] == "accepted", (
        "a wrong clock alone bars nobody who is there"
    )


def test_outside_the_radius_waits_for_the_teacher_where_the_rule_of_the_day_does_not_refuse(
    phone_of: PhoneOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from perisai.agents.rules import figure
    from perisai.training import attendance

    branch = make_branch()
    phone, lesson_id = phone_of(make_trainee(branch)), make_lesson(branch)
    asked: list[Any] = []

    def other_rule(name: str, on: Any) -> int:
        asked.append((name, on))
        return 0 if name == "attendance_outside_refused" else figure(name, on)

    monkeypatch.setattr(attendance, "figure", other_rule)
    result = _attend(phone, _code(branch, lesson_id), FAR)["result"]
    assert (result["state"], result["flag"]) == ("flagged", "outside")
    assert ("attendance_outside_refused", _bound(branch, lesson_id).starts_at.date()) in asked


def test_no_rule_lets_a_code_live_longer_than_half_a_minute() -> None:
    branch = make_branch()
    at = datetime(2026, 11, 3, 3, 0, 0, tzinfo=UTC)
    bound = _bound(branch, make_lesson(branch, at=at))
    code = code_at(bound, at, 600)[0]
    window = window_of(bound, code, life=600, until=at + timedelta(minutes=5))
    assert window is not None
    assert (window.closes - window.opens).total_seconds() == 30


def test_class_without_a_point_is_bound_to_one_afterwards(phone_of: PhoneOf) -> None:
    branch = make_branch()
    phone, lesson_id = phone_of(make_trainee(branch)), make_lesson(branch, lat=None, lon=None, region_code="15.71.08")
    before = _code(branch, lesson_id)
    assert _attend(phone, before, FAR)["result"]["flag"] == "no_point"
    with system_work(branch) as work:
        lesson.place(work, branch_id=branch.id, lesson_id=lesson_id, lat=PLACE["lat"], lon=PLACE["lon"], radius=100)
    second = phone_of(make_trainee(branch))
    assert _attend(second, before)["code"] == "E9220", "another place, another code"
    assert _attend(second, _code(branch, lesson_id), FAR)["code"] == "E9222"
    assert _attend(second, _code(branch, lesson_id))["result"]["state"] == "present"
