"""The doors of a practice world: open there by one tap, and nowhere else."""

import re
from itertools import count

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from perisai.events import world
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.practice import tasks, trainee
from perisai.practice.place import BRANCH
from tests.world import make_branch

_addresses = count(1)
ENROLMENT = "01a203dc-3289-7fef-98ff-4981b8c3ab36"
GETS = ("/latihan/", "/latihan/hp/")
POSTS = (
    "/latihan/masuk/petugas/",
    "/latihan/masuk/kepala/",
    "/latihan/masuk/kanwil/",
    "/latihan/hp/ambil/",
    "/latihan/bayar/x/",
)
OF_STAFF = ("/latihan/peserta/", "/latihan/impor/", f"/latihan/peserta/{BRANCH}/{ENROLMENT}/bayar/")


def visitor() -> Client:
    return Client(SERVER_NAME="localhost", REMOTE_ADDR=f"198.51.100.{next(_addresses)}")


def text(response: HttpResponse) -> str:
    return response.content.decode()


def found(pattern: str, response: HttpResponse) -> str:
    match = re.search(pattern, text(response))
    assert match is not None, pattern
    return match[1]


def trainee_of(page: HttpResponse) -> int:
    """The number that a page shows of who is logged in."""
    return int(found(r"Peserta (\d+)", page))


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("kind", ["real", "demo", "practice"])
def test_door_where_the_database_is_no_practice_world_does_not_exist(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting alone opens nothing."""
    monkeypatch.setattr(settings, "WORLD", kind)
    client = visitor()
    answers = [client.get(path) for path in GETS] + [client.post(path) for path in POSTS]
    assert {answer.status_code for answer in answers} == {404}
    assert settings.SESSION_COOKIE_NAME not in client.cookies


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("kind", ["real", "demo"])
def test_door_of_a_marked_database_that_is_served_as_another_does_not_exist(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "WORLD", kind)
    assert {visitor().post(path).status_code for path in POSTS} == {404}
    with pytest.raises(world.WrongWorld):
        world.check()


@pytest.mark.usefixtures("jambi")
def test_one_tap_enters_as_a_person_of_the_trainees_own() -> None:
    first, second = visitor(), visitor()
    names = []
    for client in (first, second):
        answer = client.post("/latihan/masuk/petugas/", {"next": "https://elsewhere.example/"})
        assert (answer.status_code, answer["Location"]) == (302, "/console/")
        page = client.get("/console/accounts/me/")
        assert page.status_code == 200
        names.append(trainee_of(page))
    assert len(set(names)) == 2
    assert first.post("/latihan/masuk/petugas/")["Location"] == "/console/"
    assert trainee_of(first.get("/console/accounts/me/")) == names[0], "the same person again"
    english = visitor()
    english.post("/latihan/masuk/petugas/", headers={"Accept-Language": "en"})
    assert 'lang="en"' in text(english.get("/console/")), "in the language they came in"
    assert visitor().post("/latihan/masuk/agen/").status_code == 302
    assert visitor().post("/latihan/masuk/nobody/").status_code == 404


@pytest.mark.usefixtures("jambi")
def test_officers_pages_are_for_officers() -> None:
    nobody, officer = visitor(), visitor()
    officer.post("/latihan/masuk/petugas/")
    assert {nobody.get(path).status_code for path in OF_STAFF[:2]} == {302}
    assert [officer.get(path).status_code for path in OF_STAFF[:2]] == [200, 200]
    missing = officer.post(OF_STAFF[2])
    assert missing.status_code == 409
    assert "E9608" in text(missing)
    elsewhere = f"/latihan/peserta/{make_branch(target=None).id}/{ENROLMENT}/bayar/"
    assert officer.post(elsewhere).status_code == 404


@pytest.mark.usefixtures("jambi")
def test_twenty_trainees_get_twenty_agents_with_a_licence() -> None:
    numbers = [trainee.new_number() for _ in range(20)]
    cards = [trainee.take_agent(number) for number in numbers]
    assert len({card.id for card in cards}) == len({card.code for card in cards}) == 20
    assert trainee.take_agent(numbers[0]) == cards[0], "a second tap takes the same one"
    with Work(scope=Scope.branch(BRANCH)) as work:
        licences = work.rows(
            "SELECT number FROM agents_licence WHERE branch_id = %s AND agent_id = ANY (%s) AND state = 'valid'",
            [BRANCH, [card.id for card in cards]],
        )
    assert len(licences) == 20
    assert all(number.startswith("LATIHAN-") for (number,) in licences)


@pytest.mark.usefixtures("jambi")
def test_phone_page_gives_a_link_that_activates() -> None:
    client = visitor()
    page = client.post("/latihan/hp/ambil/")
    assert page.status_code == 200
    first = found(r"/app/#/activate/(\w{10})\"", page), found(r"(P-1501-\d+)", page)
    again = client.post("/latihan/hp/ambil/")
    assert found(r"/app/#/activate/(\w{10})\"", again) != first[0]
    assert found(r"(P-1501-\d+)", again) == first[1]


@pytest.mark.usefixtures("jambi")
def test_task_ticks_itself_by_what_the_trainee_did() -> None:
    client = visitor()
    client.post("/latihan/hp/ambil/")
    client.post("/latihan/masuk/petugas/")
    number = trainee_of(client.get("/console/accounts/me/"))
    agent_id = next(part.agent_id for part in tasks.parts(number) if part.agent_id is not None)

    def done() -> set[str]:
        mine = [part for part in tasks.parts(number) if part.role.key == "petugas"]
        return {task.key for part in mine for task, is_done in part.tasks if is_done}

    assert done() == set()
    client.post(f"/console/accounts/devices/{agent_id}/code/")
    assert done() == {"phone"}
    other = visitor()
    other.post("/latihan/masuk/petugas/")
    assert "1/7" in text(other.get("/latihan/peserta/"))


def test_every_task_hangs_on_events_that_exist_and_is_said_in_both_languages() -> None:
    from perisai.events.kinds import kinds

    told = tasks.roles()
    assert set(told) == {"kepala", "petugas", "kcp", "kantor", "kanwil", "agen", "calon"}
    for role in told.values():
        assert role.title_id != role.title_en
        for task in role.tasks:
            assert task.kinds <= set(kinds()), task.key
            assert task.text_id != task.text_en
