"""The exam on a phone: begin, answer, lose the line, go on on another phone, hand in; and what the page never says."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from perisai.exams import public, result, seat
from tests.exams.place import START, Place, make_place, minutes

pytestmark = pytest.mark.usefixtures("database")


class Phone:
    """A browser that checks forms as a real one does; ``ago`` is how wrong its own clock is, which nobody asks."""

    def __init__(self, place: Place, language: str = "id") -> None:
        self.path = place.path
        self.client = Client(SERVER_NAME="localhost", headers={"accept-language": language})

    def get(self, query: str = "", status: int = 200) -> str:
        response = self.client.get(self.path + query)
        assert response.status_code == status, response.content.decode()[:2000]
        return words(response)

    def post(self, act: str, script: bool = False, **form: Any) -> HttpResponse:
        headers = {"accept": "application/json"} if script else {"accept": "text/html"}
        return self.client.post(f"{self.path}/{act}", form, headers=headers)  # type: ignore[return-value]


def words(response: Any) -> str:
    return " ".join(re.sub("<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Place:
    made = make_place()
    monkeypatch.setattr(public, "clock", lambda: made.clock)
    return made


def test_whole_way_without_scripts(place: Place) -> None:
    phone = Phone(place)
    assert "Jumlah soal 6" in phone.get()
    assert phone.post("mulai")["Location"].endswith("?no=1")
    for number in range(1, 7):
        assert f"Soal {number} dari 6" in phone.get(f"?no={number}")
        onward = phone.post("jawab", no=number, choice=0, go=number + 1 if number < 6 else "periksa")
        assert onward.status_code == 302
    assert "Semua soal sudah dijawab" in phone.get("?periksa")
    assert phone.post("selesai").status_code == 302
    assert "Per topik" in phone.get()


def test_page_speaks_both_languages(place: Place) -> None:
    assert "Begin the exam" in Phone(place, "en").get()
    assert "Mulai ujian" in Phone(place).get()


def test_line_drops_and_the_exam_goes_on_at_the_first_question_without_an_answer(place: Place) -> None:
    phone = Phone(place)
    phone.post("mulai")
    for number in (1, 2, 3):
        assert phone.post("jawab", script=True, no=number, choice=1).status_code == 200
    place.clock.at = START + minutes(9)
    page = phone.get()
    assert "Soal 4 dari 6" in page
    assert "HP lain" not in page


def test_another_phone_goes_on_and_both_are_told(place: Place) -> None:
    first, second = Phone(place), Phone(place)
    first.post("mulai")
    first.post("jawab", script=True, no=1, choice=1)
    assert "juga dibuka di HP lain" in second.get("?no=1")
    assert "dari HP lain" in second.get("?no=1")
    second.post("jawab", script=True, no=1, choice=2)
    page = first.client.get(f"{first.path}?no=1").content.decode()
    assert "juga dibuka di HP lain" in page
    assert re.search(r'value="2" checked', page), "the last answer counts"


def test_time_is_the_servers_and_the_page_is_told_how_much_is_left(place: Place) -> None:
    phone = Phone(place)
    phone.post("mulai")
    place.clock.at = START + minutes(20)
    assert 'data-left="600"' in phone.client.get(f"{phone.path}?no=1").content.decode()
    place.clock.at = START + minutes(21)
    told = phone.client.post(
        f"{phone.path}/jawab",
        {"no": 1, "choice": 0, "at": "1999-01-01T00:00:00Z"},
        headers={"accept": "application/json", "date": "Fri, 01 Jan 1999 00:00:00 GMT"},
    )
    assert told.json() == {"saved": True, "left": 540}


def test_time_over_on_return_shows_the_result_of_what_was_saved(place: Place) -> None:
    phone = Phone(place)
    phone.post("mulai")
    phone.post("jawab", script=True, no=1, choice=0)
    place.clock.at = START + minutes(31)
    late = phone.post("jawab", script=True, no=2, choice=0)
    assert (late.status_code, late.headers["Content-Type"]) == (409, "application/problem+json")
    page = phone.get()
    assert "Waktu habis; jawaban yang tersimpan sudah dinilai" in page
    assert "Ujian boleh diulang mulai 29/11/2026" in page


def test_second_tab_hands_in_and_sees_the_same_result(place: Place) -> None:
    phone = Phone(place)
    phone.post("mulai")
    assert [phone.post("selesai").status_code for _ in range(3)] == [302, 302, 302]
    assert "Belum lulus" in phone.get()
    assert phone.post("jawab", no=1, choice=1).status_code == 409


def test_pages_never_give_the_key_away(place: Place) -> None:
    phone = Phone(place)
    phone.post("mulai")
    running = place.start()
    keys = {
        line["position"]: next(o["place"] for o in line["options"] if o["is_correct"]) for line in place.lines(running)
    }
    wrong = right = ""
    for number, key in keys.items():
        phone.client.post(f"{phone.path}/jawab", {"no": number, "choice": key}, headers={"accept": "application/json"})
        right += _without_choice(phone, number)
        other = (key + 1) % 4
        phone.client.post(
            f"{phone.path}/jawab", {"no": number, "choice": other}, headers={"accept": "application/json"}
        )
        wrong += _without_choice(phone, number)
    assert right == wrong, "nothing but the candidate's own tick tells two answers apart"
    phone.post("selesai")
    page = phone.get()
    texts = [line["text"]["id"] for line in place.lines(running)]
    assert not [text for text in texts if text in page]


def test_result_that_is_annulled_says_so(place: Place) -> None:
    phone = Phone(place)
    attempt_id = place.take(6)
    assert "Selamat, Anda lulus" in phone.get()
    with place.work() as work:
        result.annul(work, branch_id=place.branch.id, attempt_id=attempt_id, reason="question", note="soal keliru")
    assert "Hasil ujian ini dibatalkan" in phone.get()
    assert "Mulai ujian" in phone.get("?ulang")
    assert "soal keliru" not in phone.get(), "notes are for staff"


def test_link_that_is_wrong_changed_or_withdrawn(place: Place) -> None:
    client = Client(SERVER_NAME="localhost")
    assert client.get("/ujian/xyz").status_code == 404
    changed = place.path[:-2] + ("AA" if place.path[-2:] != "AA" else "BB")
    assert client.get(changed).status_code == 404
    for act in ("mulai", "jawab", "selesai"):
        assert client.post(f"{changed}/{act}").status_code == 404
    with place.work() as work:
        seat.withdraw(work, branch_id=place.branch.id, seat_id=place.seat_id)
    assert client.get(place.path).status_code == 410


def test_guessing_links_is_stopped() -> None:
    client = Client(SERVER_NAME="localhost", REMOTE_ADDR="192.0.2.77")
    assert [client.get(f"/ujian/guess-{n}").status_code for n in range(22)][-1] == 429


@pytest.mark.parametrize("odd", ["9" * 30, "-1", "²", "é" * 3000, "NaN"])
def test_odd_words_are_no_500(place: Place, odd: str) -> None:
    phone = Phone(place)
    phone.post("mulai")
    assert phone.client.get(phone.path, {"no": odd}).status_code == 200
    assert phone.post("jawab", no=odd, choice=odd, go=odd).status_code < 500
    assert phone.post("jawab", script=True, no=odd, choice=odd).status_code == 422


def test_forms_need_the_pages_own_token(place: Place) -> None:
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    assert strict.post(f"{place.path}/mulai").status_code == 403


def test_answer_is_kept_in_no_cache_and_no_index(place: Place) -> None:
    response = Client(SERVER_NAME="localhost").get(place.path)
    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert response.cookies["ujian"]["httponly"]


def _without_choice(phone: Phone, number: int) -> str:
    page = phone.client.get(f"{phone.path}?no={number}").content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
    return page.replace(" checked", "")
