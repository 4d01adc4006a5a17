"""The board: what a drop answers, columns by pages, and what waits."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role, User
from perisai.offices.models import Office
from perisai.recruitment import labels, queries
from perisai.recruitment.pipeline import move
from tests.accounts.people import make_user
from tests.recruitment.people import make_candidate
from tests.recruitment.test_console import at, officer, text
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
BOARD = "/console/recruitment/"


@pytest.fixture
def branch() -> Branch:
    return make_branch()


def drop(client: Client, branch: Branch, who: Any, **asked: str) -> tuple[int, dict[str, Any]]:
    """As the board's script sends it."""
    answer = client.post(at(branch, who, "decide/"), asked, headers={"accept": "application/json"})
    return answer.status_code, json.loads(answer.content)


def test_drop_answers_with_words_and_leaves_no_message_for_the_next_page(branch: Branch) -> None:
    client, who = officer(branch), make_candidate(branch)
    status, said = drop(client, branch, who, to="screened", expected="applied")
    assert (status, said) == (200, {"said": "Papers are in order. The candidate is told by text."})
    assert "Papers are in order." not in text(client, BOARD)


@pytest.mark.parametrize(
    ("to", "code", "words"),
    [
        ("in_training", "E9102", "senior secondary"),
        ("examined", "E9106", "only by its fact"),
        ("licensed", "E9106", "only by its fact"),
        ("refused", "E9105", "needs a reason"),
    ],
)
def test_unlawful_drop_answers_with_the_reason(branch: Branch, to: str, code: str, words: str) -> None:
    client, who = officer(branch), make_candidate(branch, education=2)
    with system_work(branch) as work:
        work.execute("UPDATE recruitment_candidate SET state = 'screened' WHERE branch_id = %s", [branch.id])
    status, said = drop(client, branch, who, to=to, expected="screened")
    assert status in (409, 422)
    assert said["code"] == code
    assert words in said["text"]["en"]


def test_drop_over_a_stage_says_that_there_is_no_such_way(branch: Branch) -> None:
    client, who = officer(branch), make_candidate(branch)
    status, said = drop(client, branch, who, to="in_training", expected="applied")
    assert (status, said["code"]) == (422, "E9104")
    assert said["text"]["en"] == "A candidate cannot go from Applied to In training."


def test_second_of_two_drops_is_told_who_was_first(branch: Branch) -> None:
    first, second, who = officer(branch), officer(branch), make_candidate(branch)
    assert drop(first, branch, who, to="screened", expected="applied")[0] == 200
    status, said = drop(second, branch, who, to="refused", expected="applied", reason="no_place")
    assert (status, said["code"]) == (409, "E9101")
    assert User.objects.get(id=first.session["_auth_user_id"]).full_name in said["text"]["en"]


def test_board_lights_up_only_lawful_stages_and_only_for_staff(branch: Branch) -> None:
    make_candidate(branch)
    page = text(officer(branch), BOARD)
    assert 'data-to="screened refused"' in page
    assert 'data-may-move="yes"' in page
    auditor = officer(branch, Role.BRANCH_HEAD)
    assert 'data-may-move="yes"' in text(auditor, BOARD)
    from tests.accounts.people import logged_in

    assert "data-may-move" not in text(logged_in(make_user(Role.AUDITOR)), BOARD)


def test_column_goes_on_by_key_without_gap_or_repeat(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "COLUMN", 2)
    client = officer(branch)
    names = [f"Kartu {letter}" for letter in "ABCDE"]
    for name in names:
        make_candidate(branch, full_name=name, documents=(), is_proven=False)
    page = text(client, BOARD)
    seen = re.findall(r"<b>(Kartu [A-E])</b>", page)
    assert "3 more" in page
    while more := re.search(r'data-part="([^"]+)"', page):
        page = text(client, more[1])
        seen += re.findall(r"<b>(Kartu [A-E])</b>", page)
    assert seen == names[::-1]
    assert client.get(f"{BOARD}board/refused/").status_code == 404


def test_waiting_counts_what_staff_must_do_and_leads_to_it(branch: Branch) -> None:
    make_candidate(branch, full_name="Menunggu Bukti", is_proven=False, documents=("membership",))
    trained = make_candidate(branch)
    with system_work(branch) as work:
        move(work, branch_id=branch.id, candidate_id=trained, to="screened")
    viewer = Viewer.of(make_user(Role.BRANCH, Office.objects.get(id=branch.id)))
    with system_work(branch) as work:
        found = queries.waiting(work, viewer=viewer)
        assert queries.waiting(work, viewer=Viewer.of(make_user(Role.AUDITOR))) == []
    assert [(key, count) for key, count, _url in found] == [
        ("candidates_to_screen", 1),
        ("candidates_proof", 1),
        ("candidates_to_train", 1),
    ]
    assert {key for key, _count, _url in found} < set(labels.WAITING)
    client = officer(branch)
    for _key, count, url in found:
        assert len(re.findall("<tr data-row", text(client, url))) == count
    assert "Menunggu Bukti" in text(client, found[1][2])
