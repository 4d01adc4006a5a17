"""Staff pages of exams: who opens them, what they change, import tried dry, item statistics, and what a page may cost."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from perisai.accounts.models import Role
from perisai.exams import bank, exam, queries, seat, statistics
from perisai.offices.models import Office
from tests.accounts.people import logged_in, make_user
from tests.exams.place import Place, content, make_place
from tests.world import make_agent

pytestmark = pytest.mark.usefixtures("database")


class Desk:
    def __init__(self, place: Place, role: Role = Role.BRANCH_HEAD) -> None:
        self.base = f"/console/exams/{place.branch.id}/"
        self.client = logged_in(make_user(role, Office.objects.get(id=place.branch.id)))

    def get(self, path: str, status: int = 200) -> str:
        return _text(self.client.get(self.base + path), status)

    def post(self, path: str, status: int = 302, **form: Any) -> str:
        return _text(self.client.post(self.base + path, form), status)


def _text(response: Any, status: int) -> str:
    assert response.status_code == status, response.content.decode()[:3000]
    return str(response.content.decode())


@pytest.fixture(scope="module")
def place(database: object) -> Place:
    """With a trainee who is in the agents' list, and one marked attempt."""
    made = make_place()
    made.trainee = make_agent(made.branch).id
    with made.work() as work:
        made.seat_id = seat.give(work, branch_id=made.branch.id, exam_id=made.exam_id, trainee_id=made.trainee)
    made.take(6)
    return made


def _form(place: Place, **changes: Any) -> dict[str, Any]:
    options = {f"option_{language}_{n}": f"{language} {n}" for n in range(3) for language in ("id", "en")}
    given = {
        "topic": place.topics[0],
        "difficulty": 2,
        "text_id": "Apa itu JKK?",
        "text_en": "What is JKK?",
        "correct": 1,
    }
    return options | given | changes


def test_question_new_edit_retire(place: Place) -> None:
    desk = Desk(place)
    desk.post("questions/new/", **_form(place))
    page = desk.get("questions/?q=jkk apa")
    found = re.search(r'questions/([0-9a-f-]{36})/"', page)
    assert found
    address = f"questions/{found[1]}/"
    desk.post(f"{address}change/", **_form(place, text_id="Apa arti JKK?", from_version=1))
    assert "Apa arti JKK?" in desk.get(address)
    assert "E9302" not in desk.get(address)
    told = desk.post(f"{address}change/", status=409, **_form(place, text_id="Terlambat", from_version=1))
    assert "Terlambat" in told, "what was typed is still there"
    desk.post(f"{address}retire/")
    assert found[1] not in desk.get("questions/")
    assert found[1] in desk.get("questions/?state=retired")
    desk.post(f"{address}retire/", act="revive")


@pytest.mark.parametrize(
    "changes",
    [
        {"correct": 5}, {"text_id": " "}, {"option_id_1": "id 0"}, {"topic": ""}, {"difficulty": 4},
        {"option_id_0": "", "option_id_2": ""},
    ],
)  # fmt: skip
def test_question_that_is_not_complete_is_refused(place: Place, changes: dict[str, Any]) -> None:
    Desk(place).post("questions/new/", status=422, **_form(place, **changes))


CSV = """Topik;Kesulitan;Soal;Soal EN;Jawaban;Pilihan 1;Pilihan 2;Pilihan 1 EN;Pilihan 2 EN
iuran;mudah;Baru satu?;New one?;2;ya;tidak;yes;no
iuran;sulit;Baru dua?;;1;ya;tidak;;
asing;mudah;Topik asing?;;1;ya;tidak;;
etika;mudah;Jawaban salah?;;7;ya;tidak;;
etika;mudah;Soal 1?;;1;ya;tidak;;
"""


def test_import_is_tried_dry_and_then_taken_once(place: Place) -> None:
    desk = Desk(place)
    before = _questions(place)
    page = desk.post("questions/import/", status=200, file=SimpleUploadedFile("soal.csv", CSV.encode()))
    assert _questions(place) == before, "nothing is saved by trying"
    assert [page.count(word) for word in ("circle-x", "#copy")] == [2, 1]
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    assert sealed
    desk.post("questions/import/take/", sealed=sealed[1])
    assert _questions(place) == before + 2
    desk.post("questions/import/take/", sealed=sealed[1])
    assert _questions(place) == before + 2, "the same file again brings nothing"
    desk.post("questions/import/take/", status=409, sealed=sealed[1][:-2] + "xx")
    other = Desk(make_place())
    other.post("questions/import/take/", status=409, sealed=sealed[1])


@pytest.mark.parametrize("data", [b"", b"garbage", b"PK\x03\x04", b"\xff\xfe", b"Topik;Soal;Jawaban\n"])
def test_import_garbage_told_not_500(place: Place, data: bytes) -> None:
    Desk(place).post("questions/import/", status=422, file=SimpleUploadedFile("x.xlsx", data))


def test_template_can_be_imported(place: Place) -> None:
    desk = Desk(place)
    data = desk.client.get(desk.base + "questions/import/template/").content
    assert load_workbook(io.BytesIO(data)).worksheets[0]["A1"].value == "Topik"
    page = desk.post("questions/import/", status=200, file=SimpleUploadedFile("soal.xlsx", data))
    assert 'name="sealed" value=""' not in page


def test_exam_made_opened_dated_and_taken(place: Place) -> None:
    desk = Desk(place)
    cells = {f"n_{place.topics[0]}_1": 2, f"n_{place.topics[1]}_1": 1}
    desk.post("new/", name_id="Ujian Kedua", name_en="Second exam", minutes=20, for_licence=1, **cells)
    with place.work() as work:
        made = next(row for row in queries.exams(work, branch_id=place.branch.id) if row["name_id"] == "Ujian Kedua")
    assert (made["state"], made["minutes"], made["pass_percent"], made["questions"]) == ("draft", 20, None, 3)
    desk.post(f"{made['id']}/state/", state="open")
    desk.post(f"{made['id']}/date/", opens_at="2099-01-02T09:00", closes_at="2099-01-02T12:00", place="Aula")
    desk.post(f"{made['id']}/date/", status=422, opens_at="2099-01-02T12:00", closes_at="2099-01-02T09:00")
    desk.post(f"{made['id']}/seats/", trainee=str(place.trainee))
    page = desk.get(f"{made['id']}/")
    assert "/ujian/" in page
    assert "02 Jan 2099" in page or "2 Jan 2099" in page
    desk.post(f"{made['id']}/edit/", status=422, name_id="X", minutes=9999, **cells)
    desk.post(f"{made['id']}/edit/", name_id="Ujian Kedua", **{f"n_{place.topics[0]}_3": 99})
    told = desk.post(f"{made['id']}/state/", status=409, state="open")
    assert "iuran/3: 9" in told
    withdrawn = re.search(r"seats/([0-9a-f-]{36})/withdraw", page)
    assert withdrawn
    desk.post(f"{made['id']}/seats/{withdrawn[1]}/withdraw/")
    desk.post(f"{made['id']}/seats/{withdrawn[1]}/withdraw/", status=404)


def test_attempt_shown_with_its_paper_and_annulled_with_a_reason(place: Place) -> None:
    desk = Desk(place)
    found = re.search(r'attempts/([0-9a-f-]{36})/"', desk.get("attempts/"))
    assert found
    page = desk.get(f"attempts/{found[1]}/")
    assert page.count("Soal ") + page.count("Question ") >= 6
    desk.post(f"attempts/{found[1]}/annul/", status=422, reason="cheating", note="")
    Desk(place, Role.SUB_BRANCH).post(f"attempts/{found[1]}/annul/", status=403, reason="cheating", note="x")
    desk.post(f"attempts/{found[1]}/annul/", reason="question", note="soal keliru")
    assert "soal keliru" in desk.get(f"attempts/{found[1]}/")
    desk.post(f"attempts/{found[1]}/annul/", status=409, reason="question", note="lagi")


def test_running_attempt_shows_no_paper() -> None:
    made = make_place()
    made.trainee = make_agent(made.branch).id
    with made.work() as work:
        made.seat_id = seat.give(work, branch_id=made.branch.id, exam_id=made.exam_id, trainee_id=made.trainee)
    attempt_id = made.start()
    page = Desk(made).get(f"attempts/{attempt_id}/")
    assert "pilihan" not in page
    assert "option " not in page


def test_other_branch_stays_unseen(place: Place) -> None:
    desk, other = Desk(place), make_place()
    for path in ("questions/", "attempts/", "statistics/", f"{other.exam_id}/", "new/"):
        assert desk.client.get(f"/console/exams/{other.branch.id}/{path}").status_code == 404
    desk.get(f"{other.exam_id}/", status=404)
    form = {"text_id": "x"}
    assert desk.client.post(f"/console/exams/{other.branch.id}/questions/new/", form).status_code == 404


def test_statistics_by_hand() -> None:
    """Four candidates with 9, 7, 4, 2 right of ten questions: figures as pencil and paper give them."""
    made = make_place(questions=2, pass_percent=50)
    with made.work() as work:
        ids = [made.branch.id, made.topics[0]]
        work.execute("DELETE FROM exams_blueprint WHERE branch_id = %s AND topic_id <> %s", ids)
        work.execute("UPDATE exams_blueprint SET questions = 10 WHERE branch_id = %s AND topic_id = %s", ids)
    rights = (9, 7, 4, 2)
    for right in rights:
        made.enter()
        attempt_id = made.start()
        ordered = sorted(made.lines(attempt_id), key=lambda line: str(line["question_id"]))
        for rank, line in enumerate(ordered):
            choice = next(o["place"] for o in line["options"] if o["is_correct"] is (rank < right))
            made.answer(attempt_id, line["position"], choice)
        made.submit(attempt_id)
    with made.work() as work:
        items = {str(row["question_id"]): row for row in statistics.items(work, branch_id=made.branch.id)}
    by_rank = [items[key] for key in sorted(items)]
    assert [row["answers"] for row in by_rank] == [4] * 10
    assert [row["p"] for row in by_rank] == [1, 1, 0.75, 0.75, 0.5, 0.5, 0.5, 0.25, 0.25, 0]
    assert by_rank[0]["point_biserial"] is None, "everybody right: nothing to correlate"
    ok, rest = (1, 1, 0, 0), tuple(right - one for right, one in zip(rights, (1, 1, 0, 0), strict=True))
    assert by_rank[5]["point_biserial"] == pytest.approx(_correlation(ok, rest))
    assert by_rank[5]["upper_lower"] == 1
    assert by_rank[0]["upper_lower"] == 0


@pytest.mark.parametrize(
    ("answers", "p", "discrimination", "verdict"),
    [
        (19, 0.5, 0.5, "few"), (20, 0.5, 0.5, "good"), (20, 0.5, -0.01, "wrong"), (20, 0.19, 0.3, "hard"),
        (20, 0.96, 0.3, "easy"), (20, 0.5, 0.09, "weak"), (20, 1.0, None, "easy"),
    ],
)  # fmt: skip
def test_verdict(answers: int, p: float, discrimination: float | None, verdict: str) -> None:
    assert statistics.judge(answers, p, discrimination) == verdict


PAGES = ("", "{branch}/questions/", "{branch}/attempts/", "{branch}/statistics/", "{branch}/{exam}/")


@pytest.mark.parametrize("path", PAGES)
def test_page_costs_the_same_whatever_it_shows(path: str, place: Place) -> None:
    desk = Desk(place)
    address = "/console/exams/" + path.format(branch=place.branch.id, exam=place.exam_id)
    few = _statements(desk.client, address)
    with place.work() as work:
        bank.add_all(work, branch_id=place.branch.id, contents=[content(place.topics[0], n) for n in range(100, 104)])
    for _ in range(3):
        agent = make_agent(place.branch)
        with place.work() as work:
            place.seat_id = seat.give(work, branch_id=place.branch.id, exam_id=place.exam_id, trainee_id=agent.id)
        place.take(4)
    many = _statements(desk.client, address)
    assert many <= few
    assert many <= 11 + 8


@pytest.mark.parametrize("role", [Role.SUB_BRANCH, Role.BRANCH, Role.BRANCH_HEAD])
def test_staff_read_all_pages_in_both_languages(role: Role, place: Place) -> None:
    desk = Desk(place, role)
    for path in PAGES:
        page = _text(desk.client.get("/console/exams/" + path.format(branch=place.branch.id, exam=place.exam_id)), 200)
        assert not re.search(r'\sstyle="|\son[a-z]+="', page), path


def _statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        _text(client.get(address), 200)
    return len(asked)


def _questions(place: Place) -> int:
    with place.work() as work:
        return len(exam.pool(work, place.branch.id))


def _correlation(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    mean_one, mean_other = sum(one) / len(one), sum(other) / len(other)
    top = sum((a - mean_one) * (b - mean_other) for a, b in zip(one, other, strict=True))
    below = sum((a - mean_one) ** 2 for a in one) * sum((b - mean_other) ** 2 for b in other)
    return float(top / below**0.5)
