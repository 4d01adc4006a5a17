"""Staff pages through the front door: scope, search, decision, export, and how many statements a page may take."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from perisai.accounts.models import Role, User
from perisai.events.ids import uuid7
from perisai.events.vault import seal
from perisai.members.reviews.queue import ToReview, open_many
from perisai.offices.models import Office
from perisai.sync.clock import make_token, to_ms
from tests.accounts.people import logged_in, make_user
from tests.members.enrolling import enrol, kinds_of, review_of, state_of
from tests.world import Branch, FieldAgent, make_agent, make_branch, make_device, system_work, worker

pytestmark = pytest.mark.usefixtures("database")

_serials = count(9801)


def nik() -> str:
    return f"157108110679{next(_serials):04d}"


def officer(branch: Branch, role: Role = Role.BRANCH_HEAD) -> User:
    return english(make_user(role, Office.objects.get(id=branch.id)))


def english(user: User) -> User:
    user.language = "en"
    user.save(update_fields=["language"])
    return user


@pytest.fixture
def place() -> tuple[Branch, FieldAgent, User, Client]:
    branch = make_branch()
    user = officer(branch)
    return branch, make_agent(branch), user, logged_in(user)


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    return b"".join(answer).decode() if answer.streaming else answer.content.decode()


def doubtful(agent: FieldAgent) -> UUID:
    """The second enrolment of one person, under another NIK: it waits in review."""
    person = worker(kk=nik())
    enrol(agent, **person)
    return enrol(agent, **person | {"nik": nik()})


def test_list_another_branch_stays_unseen(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    _branch, agent, _user, client = place
    number = nik()
    enrol(agent, name="Bersama Kelihatan")
    stranger = make_agent(make_branch())
    hidden = enrol(stranger, name="Tersembunyi Rapat", nik=number)
    page = text(client, "/console/members/")
    assert "Bersama Kelihatan" in page
    assert "Tersembunyi Rapat" not in page
    found_nobody = text(client, f"/console/members/?q={number}")
    assert "Nobody found here" in found_nobody
    nobodys = nik()
    token = re.compile(r'"X-CSRFToken": "[^"]+"|name="csrfmiddlewaretoken" value="[^"]+"|datetime="[^"]+"')
    seen, expected = (
        found_nobody.replace(number, "?"),
        text(client, f"/console/members/?q={nobodys}").replace(nobodys, "?"),
    )
    assert token.sub("", seen) == token.sub("", expected), "the answer must not tell that the NIK exists elsewhere"
    text(client, f"/console/members/{stranger.branch.id}/{hidden}/", status=404)
    text(client, f"/console/members/{hidden}/", status=404)


def test_search_by_nik_name_and_code_finds_the_member(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    branch, agent, _user, client = place
    number = nik()
    found = enrol(agent, name="Cahyaningrum Lubis", nik=number)
    enrol(agent)
    code = state_of(branch, found)["payment_code"]
    for asked in (number, "lubis cahya", code):
        page = text(client, f"/console/members/?q={asked}")
        assert "Cahyaningrum Lubis" in page, asked
        assert page.count("data-row") == 1, asked
    assert number not in text(client, f"/console/members/?q={number[:6]}")


def test_list_pages_by_keyset_without_gap_or_repeat(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    _branch, agent, _user, client = place
    made = {str(enrol(agent)) for _ in range(53)}
    seen: list[str] = []
    address = "/console/members/"
    for _page in range(2):
        page = text(client, address)
        seen += re.findall(r'data-href="/console/members/\d+/([0-9a-f-]{36})/"', page)
        older = re.search(r'href="(\?[^"]*after=[^"]+)" rel="next"', page)
        address = "/console/members/" + (older[1].replace("&amp;", "&") if older else "")
    assert len(seen) == 53
    assert set(seen) == made


def test_number_leads_to_its_records(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    branch, agent, _user, client = place
    enrol(agent, name="Terhitung Simanjorang")
    waiting = doubtful(agent)
    for level, key in (("b", branch.id), ("branch", branch.id), ("agent", agent.id), ("r", "15.71")):
        page = text(client, f"/console/members/?level={level}&key={key}&metric=review")
        assert page.count("data-row") == 1, level
        assert str(waiting) in page
        assert text(client, f"/console/members/?level={level}&key={key}&metric=captured").count("data-row") == 3, level


def test_member_page_masks_and_unmasks_with_reason(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    branch, agent, _user, client = place
    number = nik()
    found = enrol(agent, nik=number)
    address = f"/console/members/{branch.id}/{found}/"
    assert number not in text(client, address)
    assert client.post(address + "unmask/", {}).status_code == 422
    shown = client.post(address + "unmask/", {"reason": "identity_check"})
    assert number in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert kinds_of(branch, found)[-1] == "nik_unmasked"


def test_unmask_above_the_limit_is_refused(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    branch, agent, _user, client = place
    address = f"/console/members/{branch.id}/{enrol(agent)}/unmask/"
    answers = [client.post(address, {"reason": "member_asked"}).status_code for _ in range(22)]
    assert answers == [200] * 20 + [429] * 2


def test_unmask_by_auditor_is_refused(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    branch, agent, _user, _client = place
    auditor = logged_in(english(make_user(Role.AUDITOR)))
    found = enrol(agent)
    text(auditor, f"/console/members/{branch.id}/{found}/")
    address = f"/console/members/{branch.id}/{found}/unmask/"
    assert auditor.post(address, {"reason": "member_asked"}).status_code == 403


def test_review_decided_by_one_click_opens_the_next(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    branch, agent, _user, client = place
    first, second = doubtful(agent), doubtful(agent)
    item, following = review_of(branch, first), review_of(branch, second)
    page = text(client, f"/console/members/reviews/{branch.id}/{item}/")
    assert page.count('class="agrees"') >= 4
    answer = client.post(
        f"/console/members/reviews/{branch.id}/{item}/decide/", {"decide": "accept:Twins or siblings", "note": ""}
    )
    assert answer.status_code == 302
    assert answer["Location"] == f"/console/members/reviews/{branch.id}/{following}/"
    assert state_of(branch, first)["state"] == "accepted"
    assert "Twins or siblings" in text(client, f"/console/members/reviews/{branch.id}/{item}/")


def test_review_decided_meanwhile_tells_who(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    branch, agent, user, client = place
    item = review_of(branch, doubtful(agent))
    address = f"/console/members/reviews/{branch.id}/{item}/"
    colleague = logged_in(officer(branch, Role.BRANCH))
    client.post(address + "decide/", {"decide": "reject:Same person: already enrolled"})
    told = colleague.post(address + "decide/", {"decide": "accept"}, follow=True).content.decode()
    assert f"already decided by {user.full_name}" in told


def test_review_refused_for_quota_leaves_everything(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    branch = make_branch(target=1)
    agent = make_agent(branch)
    client = logged_in(officer(branch))
    enrol(agent)
    waiting = enrol(agent)
    item = review_of(branch, waiting)
    answer = client.post(f"/console/members/reviews/{branch.id}/{item}/decide/", {"decide": "accept"})
    assert answer.status_code == 409
    assert "E8003" in answer.content.decode()
    assert state_of(branch, waiting)["state"] == "review"


def test_nik_held_in_another_branch_tells_only_its_name(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    branch, agent, _user, client = place
    other = make_branch()
    number = nik()
    enrol(make_agent(other), name="Rahasia Cabang", nik=number)
    item = review_of(branch, enrol(agent, nik=number))
    page = text(client, f"/console/members/reviews/{branch.id}/{item}/")
    assert f"KC Uji {other.id}" in page
    assert "Rahasia Cabang" not in page


def test_export_is_whole_masked_and_safe(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    _branch, agent, _user, client = place
    number = nik()
    enrol(agent, name="=HYPERLINK(1)", nik=number)
    enrol(agent)
    table = list(
        csv.reader(io.StringIO(text(client, "/console/members/export.csv").removeprefix("\ufeff")), delimiter=";")
    )
    assert len(table) == 3
    assert all(len(row) == len(table[0]) for row in table)
    assert number not in str(table)
    assert any(row[0] == "'=HYPERLINK(1)" for row in table)
    book = zipfile.ZipFile(io.BytesIO(b"".join(client.get("/console/members/export.xlsx"))))
    assert book.read("xl/worksheets/sheet1.xml").count(b"<row ") == 3


def test_quota_changed_with_reason_is_kept(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    branch, _agent, _user, client = place
    form = {"period": "2027-01", "target": "1.500", "cap_percent": "90", "mode": "block"}
    address = f"/console/targets/quota/{branch.id}/"
    assert client.post(address + "change/", form).status_code == 422
    assert client.post(address + "change/", form | {"reason": "assigned"}).status_code == 302
    page = text(client, address + "?period=2027-01")
    assert "1,350" in page
    assert "Target assigned" in page
    assert logged_in(officer(branch, Role.BRANCH)).post(address + "change/", form).status_code == 403
    other = make_branch()
    assert client.post(f"/console/targets/quota/{other.id}/change/", form | {"reason": "assigned"}).status_code == 404


LOGIN = 11
"""Session, user, second factor, office, Work: what every page takes."""
BUDGETS = {
    "/console/": LOGIN + 30,  # what waits, room by room; the day the quota is used up (three); the target (two)
    "/console/members/": LOGIN + 7,
    "/console/members/?cover=arrears&as_of=2026-11-01": LOGIN + 8,  # what is known of the day
    "/console/agents/?licence=valid&as_of=2026-11-01": LOGIN + 4,
    "/console/custody/?tab=held&as_of=2026-11-01": LOGIN + 4,
    "/console/members/{branch}/{member}/": LOGIN
    + 14,  # who had the member, and when; cash through agents; money held; reminders and visits
    "/console/members/reviews/": LOGIN + 3,
    "/console/members/reviews/{branch}/{review}/": LOGIN + 8,
    "/console/agents/": LOGIN + 4,
    "/console/agents/{branch}/{agent}/": LOGIN + 6,
    "/console/agents/{branch}/{agent}/licence/": LOGIN + 15,
    "/console/agents/{branch}/{agent}/placement/": LOGIN + 7,
    "/console/agents/licences/": LOGIN + 3,  # who asks for renewal
    "/console/agents/coverage/{branch}/": LOGIN + 6,  # the target (two), for where the next agents belong
    "/console/targets/": LOGIN + 9,  # offices, agents, figures above and here, quota, results
    "/console/targets/mine/": LOGIN + 8,
    "/console/targets/plan/{branch}/": LOGIN + 7,
    "/console/targets/quota/": LOGIN + 2,
    "/console/targets/quota/{branch}/": LOGIN + 12,  # forecast (three), queue, leases, requests, settings, forms
}
"""Statements a page may take at most."""


@pytest.mark.parametrize("address", BUDGETS)
def test_page_stays_in_its_budget_whatever_it_shows(
    address: str, place: tuple[Branch, FieldAgent, User, Client]
) -> None:
    branch, agent, _user, client = place
    member = enrol(agent)
    item = review_of(branch, doubtful(agent))
    asked = address.format(branch=branch.id, member=member, review=item, agent=agent.id)
    few = statements(client, asked)
    for _turn in range(4):
        enrol(make_agent(branch))
        doubtful(agent)
    many = statements(client, asked)
    assert many <= few, f"{asked}: {few} statements, with more rows {many}"
    assert many <= BUDGETS[address], f"{asked}: {many} statements"


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        text(client, address)
    return len(asked)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_place_of_the_menu_opens(language: str, place: tuple[Branch, FieldAgent, User, Client]) -> None:
    _branch, _agent, user, client = place
    User.objects.filter(id=user.id).update(language=language)
    home = text(client, "/console/")
    places = re.findall(r'class="side-link" href="([^"]+)"', home)
    assert {
        "/console/",
        "/console/members/",
        "/console/members/reviews/",
        "/console/agents/",
        "/console/targets/quota/",
    } <= set(places)
    for address in places:
        page = text(client, address)
        assert "<script>" not in page, address
        assert not re.search(r'\sstyle="|\son[a-z]+="', page), address


def test_agent_and_agency_see_no_review(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    for role in (Role.AGENT, Role.AGENCY):
        text(logged_in(make_user(role)), "/console/members/reviews/", status=403)


def test_language_switch_is_kept_and_goes_nowhere_else(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    _branch, _agent, user, client = place
    answer = client.post("/console/language/", {"language": "en", "next": "https://example.org/"})
    assert answer["Location"] == "/console/"
    assert User.objects.get(id=user.id).language == "en"
    assert "What needs you today" in text(client, "/console/")


def test_op_review_shows_masked_content_and_closes_with_reason(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    branch, agent, _user, client = place
    number, op_id, device = nik(), uuid7(), make_device(agent, b"")
    line = f'{{"v": 1, "kind": "enrol", "body": {{"nik": "{number}", "name": "Terbaca Sebagian"}}}}'.encode()
    with system_work(branch) as work:
        work.execute(
            "INSERT INTO sync_op (branch_id, device_id, op_id, seq, hash, prev, kind, sealed, received_at, state)"
            " VALUES (%s, %s, %s, 7, %s, %s, 'enrol', %s, now(), 'review')",
            [branch.id, device, op_id, bytes(32), bytes(32), seal(line)],
        )
        open_many(
            work,
            branch_id=branch.id,
            items=[ToReview(reason="op_gap", op_id=op_id, device_id=device, agent_id=agent.id)],
        )
        row = work.row("SELECT id FROM members_review WHERE branch_id = %s AND op_id = %s", [branch.id, op_id])
    assert row is not None
    address = f"/console/members/reviews/{branch.id}/{row[0]}/"
    page = text(client, address)
    assert "Terbaca Sebagian" in page
    assert number not in page
    assert client.post(address + "decide/", {"decide": "reject"}).status_code == 422
    client.post(address + "decide/", {"decide": "reject:Nothing to rescue"})
    with system_work(branch) as work:
        assert work.row("SELECT state, code FROM sync_op WHERE branch_id = %s AND op_id = %s", [branch.id, op_id]) == (
            "rejected",
            "E3011",
        )
    assert kinds_of(branch, op_id) == ["op_review_closed"]


def test_op_review_judged_now_enrols_the_worker(place: tuple[Branch, FieldAgent, User, Client]) -> None:
    """A record of a revoked phone, vouched for by an officer, becomes the enrolment it says."""
    branch, agent, _user, client = place
    op_id, device = uuid7(), make_device(agent, b"")
    now = datetime.now(UTC)
    line = {
        "v": 1, "id": str(op_id), "device": str(device), "seq": 9, "prev": "0" * 64, "kind": "enrol", "app": "1", "rules": "1",
        "at": {"token": make_token(now), "token_clock": to_ms(now), "clock": to_ms(now), "mono": 0},
        "place": None, "body": worker(name="Diselamatkan Petugas"),
    }  # fmt: skip
    with system_work(branch) as work:
        work.execute("UPDATE accounts_device SET state = 'revoked' WHERE id = %s", [device])
        work.execute(
            "INSERT INTO sync_op (branch_id, device_id, op_id, seq, hash, prev, kind, sealed, received_at, state)"
            " VALUES (%s, %s, %s, 9, %s, %s, 'enrol', %s, now(), 'review')",
            [branch.id, device, op_id, bytes(32), bytes(32), seal(orjson.dumps(line))],
        )
        asked = ToReview(reason="device_ended", op_id=op_id, device_id=device, agent_id=agent.id)
        open_many(work, branch_id=branch.id, items=[asked])
        row = work.row("SELECT id FROM members_review WHERE branch_id = %s AND op_id = %s", [branch.id, op_id])
    assert row is not None
    answer = client.post(f"/console/members/reviews/{branch.id}/{row[0]}/decide/", {"decide": "accept"})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert state_of(branch, op_id)["state"] == "accepted"
    with system_work(branch) as work:
        assert work.row("SELECT state FROM sync_op WHERE branch_id = %s AND op_id = %s", [branch.id, op_id]) == (
            "accepted",
        )
        assert work.row("SELECT state FROM members_review WHERE branch_id = %s AND id = %s", [branch.id, row[0]]) == (
            "accepted",
        )
    assert kinds_of(branch, op_id) == ["enrolment_accepted", "op_review_closed"]
