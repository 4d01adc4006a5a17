"""Staff pages about candidates through the front door."""

import re
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from perisai.accounts.models import Role, User
from perisai.recruitment import invitation
from tests.accounts.people import client_of, logged_in, make_user
from tests.recruitment.people import make_candidate, some_nik
from tests.world import Branch, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
_numbers = count(100)


@pytest.fixture
def branch() -> Branch:
    return make_branch()


def officer(branch: Branch, role: Role = Role.BRANCH) -> Client:
    return client_of(role, branch.id, language="en")


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    return answer.content.decode()


def at(branch: Branch, who: UUID, part: str = "") -> str:
    return f"/console/recruitment/{branch.id}/{who}/{part}"


def decide(client: Client, branch: Branch, who: UUID, **asked: str) -> Any:
    return client.post(at(branch, who, "decide/"), asked)


def test_board_shows_each_stage_with_its_count(branch: Branch) -> None:
    client = officer(branch)
    who = make_candidate(branch, full_name="Kolom Satu")
    make_candidate(branch, full_name="Kolom Dua", documents=("face",))
    decide(client, branch, who, to="screened", expected="applied")
    page = text(client, "/console/recruitment/")
    columns = dict(re.findall(r'id="stage-(\w+)".*?board-count">(\d+)<', page, re.S))
    assert columns == {"applied": "1", "screened": "1", "in_training": "0", "examined": "0", "licensed": "0"}
    assert page.index("Kolom Dua") < page.index("Kolom Satu")
    assert "1/4" in page


def test_list_finds_by_part_of_a_name_phone_and_nik_and_within_the_own_branch_only(branch: Branch) -> None:
    client, nik = officer(branch), some_nik()
    make_candidate(branch, full_name="Zubaidah Héndra Wati", nik=nik, phone="+6281377770001")
    make_candidate(branch, full_name="Orang Lain")
    make_candidate(make_branch(), full_name="Zubaidah Tetangga")
    for q in ("zubai", "HENDR wat", "0813-7777-0001", nik):
        page = text(client, f"/console/recruitment/list/?q={q}")
        assert "Zubaidah Héndra Wati" in page, q
        assert "Orang Lain" not in page
        assert "Tetangga" not in page
        assert f">{nik}<" not in page
    assert "Nobody found here" in text(client, "/console/recruitment/list/?q=%25")


def test_list_pages_by_key_without_gap_or_repeat(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    from perisai.recruitment import queries

    monkeypatch.setattr(queries, "PAGE", 2)
    monkeypatch.setattr(queries.find, "__kwdefaults__", {"limit": 3})
    client = officer(branch)
    names = [f"Halaman {letter}" for letter in "ABCDE"]
    for name in names:
        make_candidate(branch, full_name=name, documents=())
    seen: list[str] = []
    address: str | None = "/console/recruitment/list/"
    while address:
        page = text(client, address)
        seen += re.findall(r"Halaman [A-E]", page)
        more = re.search(r'href="(\?[^"]*after=[^"]+)"', page)
        address = f"/console/recruitment/list/{more[1].replace('&amp;', '&')}" if more else None
    assert seen == names[::-1]


def test_decide_by_the_second_officer_names_the_first(branch: Branch) -> None:
    first, second = officer(branch), officer(branch)
    who = make_candidate(branch)
    assert decide(first, branch, who, to="refused", expected="applied", reason="no_place").status_code == 302
    late = decide(second, branch, who, to="screened", expected="applied")
    assert late.status_code == 409
    name = User.objects.get(id=first.session["_auth_user_id"]).full_name
    assert name in late.content.decode()
    assert "Refused" in late.content.decode()


def test_decide_never_sets_a_fact_by_hand(branch: Branch) -> None:
    client, who = officer(branch), make_candidate(branch)
    for to, status in (("examined", 409), ("licensed", 409), ("withdrawn", 422), ("", 422)):
        assert decide(client, branch, who, to=to, expected="applied").status_code == status


def test_decide_takes_into_training_and_offers_a_phone_code(branch: Branch) -> None:
    client, who = officer(branch), make_candidate(branch)
    decide(client, branch, who, to="screened", expected="applied")
    assert decide(client, branch, who, to="in_training", expected="screened").status_code == 302
    page = text(client, at(branch, who))
    assert f"/console/accounts/devices/{who}/" in page
    assert text(client, f"/console/accounts/devices/{who}/")
    with system_work(branch) as work:
        sent = work.row(
            "SELECT count(*) FROM messages_message WHERE branch_id = %s AND purpose = 'candidate'", [branch.id]
        )
    assert sent == (2,)


def test_candidate_page_masks_numbers_and_says_what_is_not_met(branch: Branch) -> None:
    nik = some_nik()
    who = make_candidate(branch, nik=nik, education=2, account="99887766554")
    page = text(officer(branch), at(branch, who))
    assert nik not in page
    assert "99887766554" not in page
    assert "Agents need at least senior secondary school." in page
    assert "not met" in page


def test_picture_opens_for_staff_of_the_branch_with_an_event_and_for_nobody_else(branch: Branch) -> None:
    who = make_candidate(branch)
    answer = officer(branch).get(at(branch, who, "picture/face/"))
    assert answer.content[:3] == b"\xff\xd8\xff"
    assert answer["Cache-Control"] == "no-store"
    with system_work(branch) as work:
        seen = work.rows(
            "SELECT detail->>'kind' FROM events_event WHERE branch_id = %s AND kind = 'candidate_document_seen'"
            " AND subject_id = %s",
            [branch.id, who],
        )
    assert seen == [("face",)]
    assert officer(make_branch()).get(at(branch, who, "picture/face/")).status_code == 404
    auditor = logged_in(make_user(Role.AUDITOR))
    assert auditor.get(at(branch, who, "picture/face/")).status_code == 403
    assert "picture/face" not in text(auditor, at(branch, who))


@pytest.mark.parametrize("address", ["", "list/", "list/?q=rat&state=open", "candidate"])
def test_page_takes_few_statements_however_many_rows(branch: Branch, address: str) -> None:
    client, who = officer(branch), make_candidate(branch)
    path = at(branch, who) if address == "candidate" else f"/console/recruitment/{address}"
    text(client, path)
    with CaptureQueriesContext(connection) as few:
        text(client, path)
    for _ in range(3):
        make_candidate(branch, documents=("face",))
    with CaptureQueriesContext(connection) as many:
        text(client, path)
    assert len(many) == len(few)
    assert len(many) <= 22


def numbers(quantity: int) -> list[str]:
    return [f"0812888{next(_numbers):05d}" for _ in range(quantity)]


def test_invite_previews_each_row_dry_then_sends_once(branch: Branch) -> None:
    client = officer(branch)
    fresh, applied, agents = numbers(1)[0], numbers(1)[0], numbers(1)[0]
    make_candidate(branch, phone="+62" + applied[1:], documents=())
    agent = make_agent(branch)
    with system_work(branch) as work:
        work.execute(
            "UPDATE agents_agent SET phone = %s WHERE branch_id = %s AND id = %s",
            ["+62" + agents[1:], branch.id, agent.id],
        )
    pasted = "\n".join(
        ["Nomor HP;Nama", f"{fresh};Budi", f"+62 {fresh[1:]};Budi", f"{applied};A", f"{agents};B", "x;C"]
    )
    page = client.post("/console/recruitment/invitations/", {"act": "preview", "numbers": pasted}).content.decode()
    for outcome in ("Will be invited", "Twice in this list", "Applied already", "Number of one of your agents"):
        assert page.count(outcome) == 1, outcome
    assert page.count("No Indonesian mobile number") == 1
    with system_work(branch) as work:
        assert work.row("SELECT count(*) FROM messages_message WHERE branch_id = %s", [branch.id]) == (0,)
    sent = client.post("/console/recruitment/invitations/", {"act": "send", "numbers": pasted}).content.decode()
    assert "1 text is on its way." in sent
    again = client.post("/console/recruitment/invitations/", {"act": "send", "numbers": pasted}).content.decode()
    assert "0 texts are on their way." in again
    with system_work(branch) as work:
        assert work.row("SELECT count(*) FROM messages_message WHERE branch_id = %s", [branch.id]) == (1,)


def test_invitation_opens_the_form_once_and_is_marked(branch: Branch) -> None:
    with system_work(branch) as work:
        rows = invitation.read("\n".join(numbers(2)))
        invitation.invite(work, branch_id=branch.id, rows=rows, agency_office_id=None)
        code, invitation_id = work.rows(
            "SELECT code, id FROM recruitment_invitation WHERE branch_id = %s", [branch.id]
        )[0]
    page = Client(SERVER_NAME="localhost", REMOTE_ADDR="203.0.113.9").get(f"/daftar-agen/?undangan={code}")
    assert "Undangan untuk" in page.content.decode()
    who = make_candidate(branch, invitation=invitation_id, documents=())
    with system_work(branch) as work:
        assert work.row("SELECT candidate_id FROM recruitment_invitation WHERE id = %s", [invitation_id]) == (who,)
    page = Client(SERVER_NAME="localhost", REMOTE_ADDR="203.0.113.9").get(f"/daftar-agen/?undangan={code}")
    assert "Undangan untuk" not in page.content.decode()


@pytest.mark.parametrize("pasted", ["", "\n\n", "\n".join(["081299990000"] * 501)])
def test_invite_a_list_that_is_empty_or_too_long_is_refused_on_the_page(branch: Branch, pasted: str) -> None:
    answer = officer(branch).post("/console/recruitment/invitations/", {"act": "preview", "numbers": pasted})
    assert "E9111" in answer.content.decode() or "cannot be read" in answer.content.decode()
