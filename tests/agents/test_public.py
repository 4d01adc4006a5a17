"""``/agen/<code>``: the answer in each state, and what the page never tells."""

import re
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from perisai.agents import agent as agents
from perisai.agents import hold, issue, public_code
from perisai.agents.agent import Admission, admit_many
from perisai.agents.issue import TakenOver
from perisai.events.ids import uuid7
from tests.agents.whole import today
from tests.world import Branch, jakarta_today, make_branch, system_work

PHONE = "+6281200099887"
_addresses = count(1)


def visitor() -> Client:
    return Client(SERVER_NAME="localhost", REMOTE_ADDR=f"198.51.100.{next(_addresses)}")


def words(response: HttpResponse) -> str:
    return " ".join(re.sub("<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def branch(database: Path) -> Branch:
    return make_branch(target=None)


def admitted(branch: Branch, days: tuple[int, int] | None = (-10, 10)) -> tuple[UUID, str]:
    """An agent with a licence of these days from today, and the public code."""
    agent_id = uuid7()
    with system_work(branch) as work:
        admission = Admission(agent_id, "Agen Ujian Publik", PHONE, None, None, date(2026, 1, 1))
        code = admit_many(work, branch_id=branch.id, admissions=[admission])[agent_id]
        if days is not None:
            told = TakenOver(agent_id, f"X-{agent_id.hex[-9:]}", *(today() + timedelta(days=n) for n in days))
            issue.take_over(work, branch_id=branch.id, licences=[told])
        key = work.row("SELECT public_key FROM agents_agent WHERE branch_id = %s AND id = %s", [branch.id, agent_id])
    assert key is not None
    return agent_id, public_code.make(code, key[0])


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((-10, 0), "YA, agen resmi"),
        ((0, 10), "YA, agen resmi"),
        ((-10, -1), "habis masa berlakunya"),
        ((1, 10), "belum mulai berlaku"),
        (None, "masih dalam pelatihan"),
    ],
)
def test_check_answers_by_the_licence_of_the_branch_day(
    branch: Branch, days: tuple[int, int] | None, said: str
) -> None:
    _, code = admitted(branch, days)
    page = visitor().get(f"/agen/{code}")
    assert page.status_code == 200
    assert said in words(page)
    assert ("YA, agen resmi" in words(page)) != ("TIDAK hari ini" in words(page))
    assert PHONE[3:] not in page.content.decode()
    assert len(page.content) < 30_000
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Cache-Control"] == "no-store"


def test_check_of_suspended_revoked_and_ended_says_no(branch: Branch) -> None:
    agent_id, code = admitted(branch)
    steps = {
        "sedang tidak boleh": lambda work: hold.begin(
            work, branch_id=branch.id, agent_id=agent_id, kind="suspended", until=work.now + timedelta(days=1)
        ),
        "sudah dicabut": lambda work: issue.revoke(work, branch_id=branch.id, agent_id=agent_id, reason="Uji cabut"),
        "bukan agen lagi": lambda work: agents.end(work, branch_id=branch.id, agent_id=agent_id, reason="Uji akhir"),
    }
    for said, act in steps.items():
        with system_work(branch) as work:
            act(work)
        page = words(visitor().get(f"/agen/{code}"))
        assert said in page
        assert "TIDAK hari ini" in page
    assert visitor().get(f"/agen/{code}/foto").status_code == 404


def test_code_as_people_type_it_leads_to_the_page(branch: Branch) -> None:
    _, code = admitted(branch)
    typed = code.lower().replace("-", " ").replace("0", "o")
    answer = visitor().get("/agen/", {"kode": typed})
    assert answer.status_code == 302
    assert answer["Location"] == f"/agen/{code}"
    assert visitor().get("/agen/").status_code == 200


def test_wrong_code_of_a_real_agent_tells_nothing_and_guessing_ends(branch: Branch) -> None:
    _, code = admitted(branch)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    guesser = visitor()
    for _ in range(10):
        page = guesser.get(f"/agen/{wrong}")
        assert page.status_code == 404
        assert "Agen Ujian Publik" not in page.content.decode()
        assert 'name="kode"' in page.content.decode()
    assert guesser.get(f"/agen/{code}").status_code == 429
    assert visitor().get(f"/agen/{code}").status_code == 200


@pytest.mark.parametrize("text", ["", "%00", "P-99999999999-0001-AAAAAAAA", "../etc", "P-1501-0001", "x" * 500])
def test_code_that_is_none_finds_nothing(branch: Branch, text: str) -> None:
    del branch
    assert visitor().get("/agen/", {"kode": text}).status_code in (200, 400, 404)
    assert public_code.read(text) is None


def test_keys_of_many_agents_differ(branch: Branch) -> None:
    with system_work(branch) as work:
        given = [Admission(uuid7(), "Agen", "", None, None, jakarta_today()) for _ in range(50)]
        admit_many(work, branch_id=branch.id, admissions=given)
        row = work.row(
            "SELECT count(DISTINCT public_key), min(length(public_key)) FROM agents_agent WHERE branch_id = %s",
            [branch.id],
        )
    assert row == (50, 8)
