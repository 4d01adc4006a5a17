"""What staff see of people who do not fit a form: evidence of consent, stand-ins, whose telephone, pictures that are due."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from perisai.accounts.models import Role
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members.photos import due as photo_due
from perisai.messages import outbox
from tests.accounts.people import logged_in, make_user, tree
from tests.members.enrolling import enrol, enrol_all, review_of, state_of
from tests.world import Branch, FieldAgent, jakarta_today, make_agent, system_work, worker

pytestmark = pytest.mark.usefixtures("database")
THUMB = {
    "kind": "thumb",
    "name": "Mbah Minah",
    "svg": "M0 0 L4 4",
    "witness": {"name": "Siti Rahayu", "relation": "neighbour"},
}


@pytest.fixture
def agent(database: object) -> FieldAgent:
    """An agent of the branch whose staff log in."""
    branch = Branch(tree().branch.id)
    with Work(scope=Scope.branch(branch.id)) as work:
        work.execute(
            "INSERT INTO events_position (branch_id, number) VALUES (%s, 0) ON CONFLICT DO NOTHING", [branch.id]
        )
        work.execute(
            "INSERT INTO offices_region (code, parent_code, level, name) VALUES ('15.71.08.1001', '15.71.08', 4, 'Jelutung')"
            " ON CONFLICT DO NOTHING"
        )
    return make_agent(branch)


def clerk() -> Client:
    client = logged_in(make_user(Role.BRANCH))
    client.defaults["SERVER_NAME"] = "localhost"
    return client


def page(agent: FieldAgent, enrolment: UUID) -> str:
    answer = clerk().get(f"/console/members/{agent.branch.id}/{enrolment}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_member_page_tells_what_is_not_as_forms_would_have_it(agent: FieldAgent) -> None:
    series = str(uuid4())
    one = worker(
        name="Minah",
        birth_known="year",
        phone_owner="other",
        phone_whose="ketua pangkalan",
        signature=THUMB,
        id_card_by="2099-01-01",
        series=series,
    )
    enrolment, sister = enrol_all(agent, [one, worker(name="Suminten", series=series)])
    text = page(agent, enrolment)
    for told in (
        "hanya tahun yang diketahui",
        "ketua pangkalan",
        "Siti Rahayu",
        "tetangga",
        "M0 0 L4 4",
        "Menyusul",
    ):
        assert told in text
    assert str(sister) in text


def test_list_finds_pictures_by_agent_and_due_day(agent: FieldAgent) -> None:
    due = enrol(agent, name="Karni Lestari", id_card_by="2099-01-01")
    late = enrol(agent, name="Tarmi Lestari", id_card_by="2099-01-01")
    enrol(agent, name="Warni Lestari")
    with system_work(agent.branch) as work:
        work.execute("UPDATE members_enrolment SET photo_due_on = '2026-01-01' WHERE id = %s", [late])
    client = clerk()

    def names(photo: str) -> set[str]:
        text = client.get("/console/members/", {"photo": photo, "agent": str(agent.id)}).content.decode()
        return set(re.findall(r"(\w+) Lestari", text))

    assert names("due") == {"Karni", "Tarmi"}
    assert names("overdue") == {"Tarmi"}
    assert names("") == {"Karni", "Tarmi", "Warni"}
    assert state_of(agent.branch, due)["photo_due_on"] is not None


def test_search_finds_a_member_by_every_code_that_leads_to_them(agent: FieldAgent) -> None:
    enrolment = enrol(agent, name="Paijo")
    code = state_of(agent.branch, enrolment)["payment_code"]
    with Work(scope=Scope.branch(agent.branch.id)) as work:
        work.execute(
            "INSERT INTO payments_payment_code (code, branch_id, enrolment_id, channel, code_masked)"
            " VALUES ('299900000017', %s, %s, 'va', '299900000017')",
            [agent.branch.id, enrolment],
        )
        work.execute(
            "INSERT INTO members_kpj (kpj, branch_id, enrolment_id, is_demo) VALUES ('99990000001', %s, %s, true)",
            [agent.branch.id, enrolment],
        )
    client = clerk()

    def found(number: str) -> list[str]:
        text = client.get("/console/members/", {"q": number}).content.decode()
        return re.findall(r'data-href="/console/members/\d+/([0-9a-f-]{36})/"', text)

    for number in (code, "299900000017", "99990000001", "9999 000 0001"):
        assert found(number) == [str(enrolment)], number
    nik = worker()["nik"]
    assert found(nik) == []
    other = enrol(agent, nik=nik)
    assert found(nik) == [str(other)]


def test_export_says_whose_telephone_and_how_sure_the_birthday_is(agent: FieldAgent) -> None:
    enrol(agent, name="Ngatini", birth_known="estimate", phone_owner="family", phone_whose="anak: Budi")
    answer = clerk().get("/console/members/export.csv", {"agent": str(agent.id)})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[arg-type]
    assert "anak: Budi" in text
    assert "perkiraan" in text


@pytest.mark.parametrize(("decision", "due"), [("accept", True), ("reject:Card seen at the branch", False)])
def test_overdue_picture_is_decided_on_the_review_page(agent: FieldAgent, decision: str, due: bool) -> None:
    enrolment = enrol(agent, id_card_by="2099-01-01")
    today = jakarta_today() + timedelta(days=20)
    with system_work(agent.branch) as work:
        photo_due.note_overdue(work, branch_id=agent.branch.id, today=today)
    address = f"/console/members/reviews/{agent.branch.id}/{review_of(agent.branch, enrolment)}/"
    client = clerk()
    shown = client.get(address)
    assert "Tunggu dua minggu lagi" in shown.content.decode()
    assert client.post(f"{address}decide/", {"decide": decision}).status_code == 302
    after: dict[str, Any] = state_of(agent.branch, enrolment)
    assert (after["photo_due_on"] is not None, after["state"]) == (due, "accepted")
    assert client.post(f"{address}decide/", {"decide": decision}).status_code == 302, "told who decided"
    assert state_of(agent.branch, enrolment)["photo_due_on"] == after["photo_due_on"]


def test_list_of_texts_shows_masked_numbers_to_staff_only(agent: FieldAgent) -> None:
    with system_work(agent.branch) as work:
        text = outbox.Text("consent_code", "+6281399887766", "Kode 123456", datetime.now(UTC) + timedelta(minutes=10))
        outbox.queue(work, branch_id=agent.branch.id, agent_id=agent.id, text=text)
    shown = clerk().get("/console/messages/").content.decode()
    assert "+62813*****766" in shown
    assert "123456" not in shown
    assert "99887766" not in shown
    assert logged_in(make_user(Role.AGENCY)).get("/console/messages/").status_code == 403
