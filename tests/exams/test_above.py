"""The national bank: head office writes it, every branch draws from it, nobody else changes it; and what the country's answers say
of it."""

from typing import Any
from uuid import UUID

import pytest
from django.db import ProgrammingError
from django.test import Client

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role, User
from perisai.errors import Refused
from perisai.events.clock import SystemClock
from perisai.events.work import Work
from perisai.exams import bank, exam, jobs, paper, queries, result, seat, statistics
from perisai.offices.models import Office
from perisai.training.shelf import open_shelf
from tests.accounts.people import logged_in, make_user, tree
from tests.exams.place import Place, content, make_place
from tests.world import Branch, make_agent, system_work

pytestmark = pytest.mark.usefixtures("database")


def head() -> Office:
    return tree().head


def national(code: str, *numbers: int) -> list[UUID]:
    """Questions of the national bank under its topic of this code."""
    owner = head().id
    with system_work(Branch(owner)) as work:
        open_shelf(work, owner)
        topic = bank.save_topic(
            work, branch_id=owner, code=code, name_id=f"Nasional {code}", name_en=f"National {code}"
        )
        return bank.add_all(work, branch_id=owner, contents=[content(topic, n) for n in numbers])


def under_head(place: Place) -> Place:
    with place.work() as work:
        work.execute(
            "UPDATE offices_office SET path = ARRAY[%s, id]::int[] WHERE id = %s", [head().id, place.branch.id]
        )
    return place


def keep_only_above(place: Place) -> None:
    """The branch's own questions are retired."""
    with place.work() as work:
        work.execute("UPDATE exams_question SET state = 'retired' WHERE branch_id = %s", [place.branch.id])


def settings(place: Place, **changes: Any) -> exam.Settings:
    given: dict[str, Any] = {"minutes": 30, "pass_percent": 70, "attempts": 2, "wait_days": 7}
    wanted = {(topic, 1): 3 for topic in place.topics}
    return exam.Settings("Ujian Uji", "Test exam", True, **(given | {"blueprint": wanted} | changes))


def save(place: Place, chosen: exam.Settings) -> None:
    with place.work() as work:
        exam.save(work, branch_id=place.branch.id, exam_id=place.exam_id, settings=chosen)


def client(role: Role, office: Office) -> Client:
    return logged_in(make_user(role, office))


def test_branch_draws_from_the_national_bank_and_marks_by_its_key() -> None:
    ids = {*national("iuran", *range(900, 906)), *national("etika", *range(910, 916))}
    place = under_head(make_place())
    keep_only_above(place)
    attempt_id = place.start()
    lines = place.lines(attempt_id)
    assert {line["question_id"] for line in lines} <= ids
    place.answer_right(attempt_id, 5)
    place.submit(attempt_id)
    told = place.result(attempt_id)
    assert told["correct"] == 5
    topics = {(topic["name"]["id"], topic["questions"]) for topic in told["topics"]}
    assert topics == {("Iuran", 3), ("Etika", 3)}, "a topic from above is the branch's own of the same code"


def test_branch_that_does_not_draw_from_above_has_only_its_own() -> None:
    national("iuran", *range(920, 926))
    place = under_head(make_place())
    save(place, settings(place, draws_national=False))
    with place.work() as work:
        own = {question.id for question in exam.pool(work, place.branch.id, place.exam_id)}
        every = {question.id for question in exam.pool(work, place.branch.id)}
    assert len(own) == 20
    assert own < every
    keep_only_above(place)
    with pytest.raises(Refused, match="E9303"):
        place.start()


def test_topic_that_only_stands_above_can_be_asked_and_stays_one_when_the_branch_gets_it_too() -> None:
    ids = set(national("pusat", *range(930, 934)))
    place = under_head(make_place())
    with place.work() as work:
        (topic,) = [t for t in queries.topics(work, branch_id=place.branch.id) if t["code"] == "pusat"]
    assert (topic["branch_id"], topic["easy"], topic["national"]) == (head().id, 4, 4)
    save(place, settings(place, blueprint={(topic["id"], 1): 4}))
    with place.work() as work:
        own = bank.save_topic(work, branch_id=place.branch.id, code="pusat", name_id="Pusat", name_en="Head")
    assert {line["question_id"] for line in place.lines(place.start())} == ids
    with place.work() as work:
        assert exam.blueprint(work, place.branch.id, place.exam_id) == {(own, 1): 4}


def test_branch_outside_does_not_draw_from_above() -> None:
    ids = set(national("iuran", *range(940, 944)))
    place = make_place()
    with place.work() as work:
        assert not ids & {question.id for question in exam.pool(work, place.branch.id)}


def test_head_office_writes_in_the_console_and_a_branch_only_reads() -> None:
    t = tree()
    office, branch = client(Role.HEAD_OFFICE, t.head), client(Role.BRANCH_HEAD, t.branch)
    base, form = f"/console/exams/{t.head.id}/", {"difficulty": 1, "text_id": "Soal pusat?", "correct": 0}
    assert office.post(f"{base}topics/", {"code": "hukum", "name_id": "Hukum", "name_en": "Law"}).status_code == 302
    with system_work(Branch(t.head.id)) as work:
        topic = next(one["id"] for one in queries.topics(work, branch_id=t.head.id) if one["code"] == "hukum")
    options = {"option_id_0": "ya", "option_id_1": "tidak", "topic": str(topic)}
    made = office.post(f"{base}questions/new/", form | options)
    assert made.status_code == 302, made.content.decode()[:2000]
    question = made["Location"].rstrip("/").rpartition("/")[2]
    assert "Soal pusat?" in office.get(f"{base}questions/").content.decode()
    own = f"/console/exams/{t.branch.id}/"
    shown = branch.get(f"{own}questions/?source=national").content.decode()
    assert "Soal pusat?" in shown
    assert "Soal pusat?" not in branch.get(f"{own}questions/?source=own").content.decode()
    page = branch.get(f"{own}questions/{question}/").content.decode()
    assert "Soal pusat?" in page
    assert "from_version" not in page
    changed = {"from_version": 1} | form | options | {"text_id": "Diubah?"}
    assert branch.post(f"{own}questions/{question}/change/", changed).status_code in (409, 422)
    assert branch.post(f"{own}questions/{question}/retire/").status_code == 409
    for address in ("questions/", "statistics/", "questions/new/", "questions/import/"):
        assert branch.get(base + address).status_code == 404, address
    assert branch.post(f"{base}questions/{question}/change/", changed).status_code == 404
    assert office.post(f"{base}questions/{question}/change/", changed).status_code == 302
    auditor = client(Role.AUDITOR, t.head)
    assert auditor.get(f"{base}questions/").status_code == 200
    assert auditor.post(f"{base}questions/{question}/retire/").status_code in (403, 404)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO exams_topic (branch_id, code, name_id, name_en) VALUES (%s, 'curang', 'x', 'x')",
        (
            "INSERT INTO exams_question (branch_id, topic_id, difficulty, state, changed_at, version)"
            " SELECT %s, id, 1, 'active', now(), 1 FROM exams_topic LIMIT 1"
        ),
        (
            "INSERT INTO exams_item_figure (branch_id, question_id, version, answers, branches, p, gathered_at)"
            " VALUES (%s, gen_random_uuid(), 1, 1, 1, 1, now())"
        ),
    ],
)
def test_database_keeps_the_national_bank_from_branches_even_by_sql(sql: str) -> None:
    ids = national("iuran", 950)
    with system_work(Branch(tree().branch.id)) as work:
        assert work.execute("UPDATE exams_question SET state = 'retired' WHERE id = %s", [ids[0]]) == 0
    with pytest.raises(ProgrammingError, match="row-level security"), system_work(Branch(tree().branch.id)) as work:
        work.execute(sql, [head().id])


def test_statistics_of_a_national_question_gather_over_branches_and_name_nobody() -> None:
    """Twelve candidates in each of two branches; the good ones know the question."""
    code = "statistik"
    (question,) = national(code, 960)
    places = [under_head(make_place()) for _ in range(2)]
    for place in places:
        with place.work() as work:
            (topic,) = [one["id"] for one in queries.topics(work, branch_id=place.branch.id) if one["code"] == code]
        save(place, settings(place, blueprint={(place.topics[0], 1): 3, (topic, 1): 1}))
        for number in range(12):
            place.enter()
            attempt_id = place.start()
            for line in place.lines(attempt_id):
                knows = number >= 6
                place.answer(
                    attempt_id, line["position"], next(o["place"] for o in line["options"] if o["is_correct"] is knows)
                )
            place.submit(attempt_id)
    gather()
    row = gathered(question)
    assert (row["answers"], row["branches"], row["p"], row["verdict"]) == (24, 2, 0.5, "good")
    with places[0].work() as work:
        (seen,) = [
            one for one in statistics.items(work, branch_id=places[0].branch.id) if one["question_id"] == question
        ]
        columns = work.row("SELECT to_jsonb(f) FROM exams_item_figure f WHERE f.question_id = %s", [question])
    assert (seen["answers"], seen["branches"], seen["is_national"]) == (24, 2, True)
    assert columns is not None
    assert not {"attempt_id", "trainee_id"} & set(columns[0])
    with places[0].work() as work:
        attempts = [
            row[0]
            for row in work.rows("SELECT attempt_id FROM exams_result WHERE branch_id = %s", [places[0].branch.id])
        ]
        for attempt_id in attempts[:5]:
            result.annul(work, branch_id=places[0].branch.id, attempt_id=attempt_id, reason="technical", note="padam")
    gather()
    with pytest.raises(StopIteration):
        gathered(question)  # nineteen answers are too few to say anything


def test_waiting_counts_what_an_officer_has_to_do() -> None:
    place = under_head(make_place())
    office = Office.objects.get(id=place.branch.id)
    officer, head_officer = make_user(Role.BRANCH, office), make_user(Role.HEAD_OFFICE, head())
    base = f"/console/exams/{office.id}"
    assert waiting(officer) == []
    trainee = make_agent(place.branch).id
    with place.work() as work:
        work.execute("UPDATE agents_agent SET state = 'trainee' WHERE branch_id = %s AND id = %s", [office.id, trainee])
    assert waiting(officer) == [("exams_to_schedule", 1, f"/console/exams/?branch={office.id}")]
    with place.work() as work:
        place.trainee = trainee
        place.seat_id = seat.give(work, branch_id=office.id, exam_id=place.exam_id, trainee_id=trainee)
    assert waiting(officer) == []
    place.start()
    assert waiting(officer) == [("exams_running", 1, f"{base}/attempts/?outcome=running")]
    with place.work() as work:
        work.execute(
            "INSERT INTO exams_item_figure (branch_id, question_id, version, answers, branches, p, point_biserial, gathered_at)"
            " SELECT branch_id, id, 1, 30, 1, 0.5, CASE WHEN n = 1 THEN -0.2 ELSE 0.4 END, now()"
            " FROM (SELECT *, row_number() OVER (ORDER BY id) n FROM exams_question WHERE branch_id = %s) q",
            [office.id],
        )
    assert waiting(officer)[1:] == [("exam_questions_doubtful", 1, f"{base}/statistics/")]
    assert waiting(make_user(Role.AUDITOR, head())) == []
    assert {key for key, _count, _url in waiting(head_officer)} <= {"exam_questions_doubtful"}


def waiting(user: User) -> list[tuple[str, int, str]]:
    viewer = Viewer.of(user)
    with Work(scope=viewer.scope) as work:
        return queries.waiting(work, viewer=viewer)


def gather() -> None:
    jobs.gather_all_figures(SystemClock())


def gathered(question: UUID) -> dict[str, Any]:
    with system_work(Branch(head().id)) as work:
        return next(row for row in statistics.gathered(work, owner_id=head().id) if row["question_id"] == question)


def test_paper_of_a_retired_national_question_stays_readable() -> None:
    (question,) = national("tua", 970)
    place = under_head(make_place())
    with place.work() as work:
        (topic,) = [one["id"] for one in queries.topics(work, branch_id=place.branch.id) if one["code"] == "tua"]
    save(place, settings(place, blueprint={(topic, 1): 1}))
    attempt_id = place.start()
    with system_work(Branch(head().id)) as work:
        open_shelf(work, head().id)
        bank.change(work, branch_id=head().id, question_id=question, from_version=1, content=_again(work, question))
        bank.retire(work, branch_id=head().id, question_id=question)
    with place.work() as work:
        (line,) = paper.lines(work, branch_id=place.branch.id, attempt_id=attempt_id)
    assert line["text"]["id"] == "Soal 970?"


def _again(work: Work, question: UUID) -> bank.Content:
    row = work.row("SELECT topic_id FROM exams_question WHERE id = %s", [question])
    assert row is not None
    return content(row[0], 971)
