"""Attempts by the verbs: papers, the server's clock, attempts and waiting, results that stand, annulling."""

import os
from collections.abc import Callable
from datetime import date, timedelta

import psycopg
import pytest

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.exams import attempt, bank, draw, exam, jobs, marking, result, seat
from tests.exams.place import START, Place, content, make_place, minutes
from tests.processes import run_together

pytestmark = pytest.mark.usefixtures("database")
DAY = date(2026, 11, 22)


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.code == code


def test_start_twice_gives_one_attempt_and_the_seed_gives_its_paper_again() -> None:
    place = make_place()
    first = place.start()
    assert place.start() == first
    with place.work() as work:
        pool = exam.pool(work, place.branch.id)
        wanted = exam.blueprint(work, place.branch.id, place.exam_id)
    again = draw.draw(pool, wanted, place.result(first)["seed"])
    shown = place.lines(first)
    assert [(line.question_id, line.version) for line in again] == [(s["question_id"], s["version"]) for s in shown]


def test_two_candidates_have_different_papers() -> None:
    place = make_place()
    first = [line["text"]["id"] for line in place.lines(place.start())]
    place.enter()
    assert first != [line["text"]["id"] for line in place.lines(place.start())]


def test_second_attempt_asks_other_questions_while_the_bank_has_some() -> None:
    """Ten questions a topic, four of each asked: the second paper has none of the first, the third at least some of them."""
    place = make_place(questions=8, attempts=5, wait_days=0)
    papers = [{line["question_id"] for line in place.lines(place.take(0))} for _ in range(3)]
    assert not papers[0] & papers[1]
    assert len(papers[2] - papers[0] - papers[1]) == 4, "two of each topic were never asked"
    assert papers[2] & papers[0]
    assert not papers[2] & papers[1], "what was asked longest ago comes first"


def test_question_changed_meanwhile_stays_as_the_candidate_had_it() -> None:
    place = make_place()
    attempt_id = place.start()
    line = place.lines(attempt_id)[0]
    with place.work() as work:
        fresh = content(place.topics[0], 99, correct=3)
        version = bank.change(
            work, branch_id=place.branch.id, question_id=line["question_id"], from_version=1, content=fresh
        )
        assert version == 2
        bank.retire(work, branch_id=place.branch.id, question_id=line["question_id"])
    assert place.lines(attempt_id)[0] == line
    place.answer_right(attempt_id, 6)
    place.submit(attempt_id)
    assert place.result(attempt_id)["correct"] == 6


def test_change_from_an_old_version_is_refused() -> None:
    place = make_place()
    with place.work() as work:
        question = exam.pool(work, place.branch.id)[0].id
        fresh = content(place.topics[0], 50)
        bank.change(work, branch_id=place.branch.id, question_id=question, from_version=1, content=fresh)
    with place.work() as work, pytest.raises(Refused, match="E9302"):
        bank.change(work, branch_id=place.branch.id, question_id=question, from_version=1, content=fresh)


@pytest.mark.parametrize("late", [0, 29.9, 30.2])
def test_answer_within_the_time_is_kept(late: float) -> None:
    place = make_place()
    attempt_id = place.start()
    place.clock.at = START + minutes(late)
    place.answer(attempt_id, 1, 2)
    assert place.lines(attempt_id)[0]["options"][2]["is_answer"]


def test_answer_after_the_time_is_refused_and_the_result_stands_without_it() -> None:
    place = make_place()
    attempt_id = place.start()
    place.answer_right(attempt_id, 3)
    place.clock.at = START + minutes(31)
    refused("E9309", lambda: place.answer(attempt_id, 4, 0))
    assert place.submit(attempt_id)
    told = place.result(attempt_id)
    assert (told["ending"], told["correct"], told["ended_at"]) == ("time", 3, START + minutes(30))
    refused("E9309", lambda: place.answer(attempt_id, 4, 0))


def test_nobody_comes_back_and_the_job_ends_it() -> None:
    place, other = make_place(), make_place()
    mine, theirs = place.start(), other.start()
    place.answer_right(mine, 6)
    place.clock.at = START + minutes(29)
    jobs.end_all_overdue(place.clock)
    assert place.result(mine)["ended_at"] is None
    place.clock.at = START + minutes(31)
    assert jobs.end_all_overdue(place.clock) >= 2
    assert (place.result(mine)["passed"], other.result(theirs)["passed"]) == (True, False)
    assert jobs.end_all_overdue(place.clock) == 0


def test_branch_whose_attempts_cannot_be_ended_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, other = sorted((make_place(), make_place()), key=lambda place: place.branch.id)
    broken.start()
    theirs = other.start()
    really = marking.end_overdue

    def end_overdue(work: Work, *, branch_id: int) -> int:
        if branch_id == broken.branch.id:
            raise RuntimeError
        return really(work, branch_id=branch_id)

    monkeypatch.setattr(marking, "end_overdue", end_overdue)
    other.clock.at = START + minutes(31)
    jobs.end_all_overdue(other.clock)
    assert other.result(theirs)["ending"] == "time"


@pytest.mark.parametrize("choice", [-1, 4, 30_000])
def test_answer_that_is_not_there_is_refused(choice: int) -> None:
    place = make_place()
    attempt_id = place.start()
    refused("E9312", lambda: place.answer(attempt_id, 1, choice))
    refused("E9312", lambda: place.answer(attempt_id, 7, 0))


def test_pass_mark_is_reached_exactly() -> None:
    place = make_place(questions=10)
    assert place.result(place.take(7))["passed"]
    place.enter()
    assert not place.result(place.take(6))["passed"]


def test_attempts_and_waiting_are_enforced() -> None:
    place = make_place()
    place.take(1)
    refused("E9308", place.start)
    place.clock.at = START + timedelta(days=6)
    refused("E9308", place.start)
    place.clock.at = START + timedelta(days=7)
    place.take(1)
    place.clock.at = START + timedelta(days=30)
    refused("E9307", place.start)


def test_passed_once_is_enough() -> None:
    place = make_place()
    place.take(6)
    place.clock.at = START + timedelta(days=8)
    refused("E9313", place.start)


def test_figures_follow_the_rules_where_the_exam_says_none() -> None:
    place = make_place(minutes=None, pass_percent=None, attempts=None, wait_days=None)
    with place.work() as work:
        standing = attempt.get_standing(work, branch_id=place.branch.id, seat_id=place.seat_id)
    assert (standing.minutes, standing.pass_percent, standing.attempts, standing.wait_days) == (45, 70, 3, 7)


def test_exam_date_opens_and_closes() -> None:
    place = make_place()
    with place.work() as work:
        sitting = exam.set_date(
            work, branch_id=place.branch.id, exam_id=place.exam_id, opens_at=START + minutes(60),
            closes_at=START + minutes(120), place="Aula",
        )  # fmt: skip
        place.seat_id = seat.give(
            work, branch_id=place.branch.id, exam_id=place.exam_id, trainee_id=place.trainee, sitting_id=sitting
        )
        assert [dated.place for dated in seat.of_trainee(work, place.branch.id, place.trainee)] == ["Aula", ""]
    refused("E9306", place.start)
    place.clock.at = START + minutes(119)
    attempt_id = place.start()
    assert place.result(attempt_id)["due_at"] == START + minutes(149), "who begins in time has the whole time"
    place.clock.at = START + minutes(121)
    place.answer(attempt_id, 1, 0)


def test_withdrawn_seat_or_closed_exam_lets_nobody_begin() -> None:
    place = make_place()
    with place.work() as work:
        exam.set_state(work, branch_id=place.branch.id, exam_id=place.exam_id, state="closed")
    refused("E9305", place.start)
    with place.work() as work:
        exam.set_state(work, branch_id=place.branch.id, exam_id=place.exam_id, state="open")
        seat.withdraw(work, branch_id=place.branch.id, seat_id=place.seat_id)
    refused("E9314", place.start)


def test_seat_given_twice_is_refused() -> None:
    place = make_place()
    with place.work() as work, pytest.raises(Refused, match="E9317"):
        seat.give(work, branch_id=place.branch.id, exam_id=place.exam_id, trainee_id=place.trainee)


def test_bank_with_too_few_questions_opens_no_exam_and_starts_no_attempt() -> None:
    place = make_place()
    with place.work() as work:
        work.execute(
            "UPDATE exams_question SET state = 'retired' WHERE branch_id = %s AND topic_id = %s",
            [place.branch.id, place.topics[1]],
        )
    with pytest.raises(Refused, match="etika/1: 3"):
        place.start()
    with place.work() as work, pytest.raises(Refused, match="E9303"):
        exam.set_state(work, branch_id=place.branch.id, exam_id=place.exam_id, state="open")


def test_passed_tells_the_licence_room_and_annulling_takes_it_back() -> None:
    place = make_place()
    attempt_id = place.take(6)
    with place.work() as work:
        told = result.passed(work, place.branch.id, place.trainee, DAY, hold=True)
        assert told is not None
        assert (told.attempt_id, told.percent, told.passed_on) == (attempt_id, 100, DAY)
        assert result.passed(work, place.branch.id, place.trainee, DAY - timedelta(days=1)) is None
    with place.work() as work:
        result.annul(work, branch_id=place.branch.id, attempt_id=attempt_id, reason="cheating", note="HP kedua")
    with place.work() as work:
        assert result.passed(work, place.branch.id, place.trainee, DAY) is None
    told_again = place.result(attempt_id)
    assert (told_again["passed"], told_again["annulled_for"]) == (True, "cheating"), "the result itself stays"
    with place.work() as work, pytest.raises(Refused, match="E9310"):
        result.annul(work, branch_id=place.branch.id, attempt_id=attempt_id, reason="cheating", note="lagi")


def test_annulled_without_blame_gives_the_attempt_back() -> None:
    place = make_place(attempts=1)
    attempt_id = place.take(6)
    with place.work() as work:
        result.annul(work, branch_id=place.branch.id, attempt_id=attempt_id, reason="technical", note="listrik padam")
    place.take(6)
    with place.work() as work:
        assert result.passed(work, place.branch.id, place.trainee, DAY) is not None


@pytest.mark.parametrize(("reason", "note"), [("", "x"), ("cheating", " "), ("cheating", "x" * 501), ("other", "x")])
def test_annul_without_a_reason_is_refused(reason: str, note: str) -> None:
    place = make_place()
    attempt_id = place.take(6)
    with place.work() as work, pytest.raises(Refused, match="E9311"):
        result.annul(work, branch_id=place.branch.id, attempt_id=attempt_id, reason=reason, note=note)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE exams_result SET passed = true", "DELETE FROM exams_result", "DELETE FROM exams_annulment",
        "UPDATE exams_annulment SET reason = 'x'", "UPDATE exams_question_version SET correct = 0", "DELETE FROM exams_attempt",
    ],
)  # fmt: skip
def test_results_cannot_be_changed_by_the_web_role(sql: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as bare:
        bare.execute("SELECT set_config('perisai.branches', '{1}', true)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            bare.execute(sql)


def test_ten_tabs_submit_at_once_and_one_result_stands() -> None:
    place = make_place()
    attempt_id = place.start()
    place.answer_right(attempt_id, 6)
    told = run_together([lambda: place.submit(attempt_id)] * 10)
    assert sorted(told) == [False] * 9 + [True]
    assert count(place, "exams_result") == 1
    assert count(place, "events_event", "kind = 'exam_finished'") == 1


def test_ten_taps_on_begin_at_once_start_one_attempt() -> None:
    place = make_place()
    told = run_together([place.start] * 10)
    assert len(set(told)) == 1
    assert count(place, "exams_attempt") == 1
    assert count(place, "exams_paper_line") == 6


def test_marking_many_takes_as_many_statements_as_marking_one() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counted = []
    for candidates in (1, 8):
        place = make_place()
        for _ in range(candidates):
            place.enter()
            place.start()
        place.clock.at = START + minutes(40)
        with CaptureQueriesContext(connection) as asked, place.work() as work:
            assert marking.end_overdue(work, branch_id=place.branch.id) == candidates
        counted.append(len(asked))
    assert counted[0] == counted[1]


def count(place: Place, table: str, condition: str = "true") -> int:
    with place.work() as work:
        row = work.row(f"SELECT count(*) FROM {table} WHERE branch_id = %s AND {condition}", [place.branch.id])
    assert row is not None
    return int(row[0])
