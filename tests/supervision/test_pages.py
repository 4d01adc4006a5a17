"""The pages of supervision through the front door: who may open them, what they do, and that a refusal leaves nothing."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role
from perisai.agents import placement
from perisai.events.work import Work
from perisai.supervision import absence, appeal, console, ending, measure, queries
from tests.accounts.people import client_of, make_user, tree
from tests.members.enrolling import enrol_all, state_of
from tests.supervision.world_of_files import agent_state, make_officer, month, pdf_bytes, work_of
from tests.world import VILLAGE, Branch, FieldAgent, jakarta_today, make_agent, worker

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def place() -> tuple[Branch, FieldAgent]:
    branch = Branch(tree().branch.id)
    with work_of(branch) as work:
        work.execute(
            "INSERT INTO events_position (branch_id, number) VALUES (%s, 0) ON CONFLICT DO NOTHING", [branch.id]
        )
        work.execute(
            "INSERT INTO offices_region (code, parent_code, level, name) VALUES (%s, '15.71.08', 4, 'Jelutung')"
            " ON CONFLICT DO NOTHING",
            [VILLAGE],
        )
    return branch, make_agent(branch)


def page_of(agent: FieldAgent) -> str:
    return f"/console/supervision/{agent.branch.id}/{agent.id}/"


def measures(agent: FieldAgent) -> list[tuple[str, UUID]]:
    with work_of(agent.branch) as work:
        return [
            (row[0], row[1])
            for row in work.rows(
                "SELECT kind, id FROM supervision_measure WHERE branch_id = %s AND agent_id = %s ORDER BY decided_at",
                [agent.branch.id, agent.id],
            )
        ]


def test_pages_read_by_staff_and_above_changed_by_the_branch(place: tuple[Branch, FieldAgent]) -> None:
    _, agent = place
    warning = {"kind": "warning", "reason": "conduct", "text": "Terlambat setor", "seen": ""}
    for role in (Role.BRANCH, Role.HEAD_OFFICE, Role.AUDITOR):
        client = client_of(role)
        for tab in ("proposals", "appeals&state=closed", "sanctions", "absences"):
            assert client.get(f"/console/supervision/?tab={tab}").status_code == 200, role
        assert client.get(page_of(agent)).status_code == 200, role
        allowed = role is Role.BRANCH
        assert client.get(f"/console/supervision/{agent.branch.id}/handover/{agent.id}/").status_code == (
            200 if allowed else 403
        )
        if not allowed:
            assert client.post(f"{page_of(agent)}measure/", warning).status_code == 403, role
    for role in (Role.SUB_BRANCH, Role.AGENCY):  # the agent is of neither
        client = client_of(role)
        assert client.get(page_of(agent)).status_code == 404, role
        assert client.post(f"{page_of(agent)}measure/", warning).status_code == 403, role
    assert measures(agent) == []


def test_measure_with_a_paper_is_kept_and_served_only_to_be_saved(place: tuple[Branch, FieldAgent]) -> None:
    _, agent = place
    clerk = client_of(Role.BRANCH)
    told = clerk.post(
        f"{page_of(agent)}measure/",
        {
            "kind": "warning", "reason": "conduct", "text": "Terlambat setor", "seen": "",
            "papers": SimpleUploadedFile("surat.pdf", pdf_bytes()),
        },
    )  # fmt: skip
    assert told.status_code == 302
    with work_of(agent.branch) as work:
        row = work.row("SELECT id FROM supervision_document WHERE agent_id = %s", [agent.id])
    assert row is not None
    answer = clerk.get(f"{page_of(agent)}paper/{row[0]}/")
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "surat.pdf" in clerk.get(page_of(agent)).content.decode()
    another = make_agent(agent.branch)
    assert clerk.get(f"{page_of(another)}paper/{row[0]}/").status_code == 404


def test_why_somebody_is_away_is_for_the_branch_alone(place: tuple[Branch, FieldAgent]) -> None:
    _, agent = place
    clerk, auditor = client_of(Role.BRANCH), client_of(Role.AUDITOR)
    today = jakarta_today()
    sent = {
        "kind": "illness", "from_on": f"{today - timedelta(days=2)}", "until_on": f"{today + timedelta(days=9)}",
        "papers": SimpleUploadedFile("dokter.pdf", pdf_bytes()),
    }  # fmt: skip
    assert clerk.post(f"{page_of(agent)}absence/", sent).status_code == 302
    with work_of(agent.branch) as work:
        row = work.row("SELECT id FROM supervision_document WHERE agent_id = %s", [agent.id])
    assert row is not None
    listed, said = "/console/supervision/?tab=absences", page_of(agent)
    for client, sees in ((clerk, True), (auditor, False)):
        for page in (client.get(listed).content.decode(), client.get(said).content.decode()):
            assert (("Sakit</span>" in page) or ("Illness</span>" in page)) is sees
            assert (("Tidak bertugas</span>" in page) or ("Away</span>" in page)) is not sees
        assert ("dokter.pdf" in client.get(said).content.decode()) is sees
        assert client.get(f"{said}paper/{row[0]}/").status_code == (200 if sees else 404)


def test_measure_from_a_page_that_is_old_is_refused_and_says_so(place: tuple[Branch, FieldAgent]) -> None:
    _, agent = place
    clerk = client_of(Role.BRANCH)
    asked = {"kind": "warning", "reason": "conduct", "text": "Terlambat setor", "seen": ""}
    assert clerk.post(f"{page_of(agent)}measure/", asked).status_code == 302
    again = clerk.post(f"{page_of(agent)}measure/", asked)
    assert again.status_code == 409
    assert "E9501" in again.content.decode()
    assert len(measures(agent)) == 1


def test_measure_refused_late_leaves_nothing(place: tuple[Branch, FieldAgent]) -> None:
    """The paper is read after the measure is written: both go."""
    _, agent = place
    clerk = client_of(Role.BRANCH)
    told = clerk.post(
        f"{page_of(agent)}measure/",
        {
            "kind": "suspension",
            "reason": "cash",
            "text": "Tidak setor",
            "seen": "",
            "papers": SimpleUploadedFile("x.exe", b"MZ"),
        },
    )
    assert told.status_code == 422
    assert measures(agent) == []
    assert agent_state(agent.branch, agent) == "active"
    with work_of(agent.branch) as work:
        found = work.row("SELECT count(*) FROM events_event WHERE agent_id = %s AND kind = 'measure_taken'", [agent.id])
    assert found == (0,)


def test_handover_previews_then_moves_then_hands_back(place: tuple[Branch, FieldAgent]) -> None:
    branch, agent = place
    taker = make_agent(branch)
    members = enrol_all(agent, [worker() for _ in range(3)])
    clerk = client_of(Role.BRANCH_HEAD)
    address = f"/console/supervision/{branch.id}/handover/{agent.id}/"
    asked = {"to": str(taker.id), "from": f"{month(0):%Y-%m}", "until": "", "reason": "load"}
    shown = clerk.get(address, asked)
    assert 'name="expected" value="3"' in shown.content.decode()
    assert state_of(branch, members[0])["agent_id"] == agent.id, "a preview moves nothing"
    for wrong in ({"from": "9999-12"}, {"until": "9999-12"}, {"until": "kemarin"}):
        told = clerk.get(address, asked | wrong)
        assert (told.status_code, "E9503" in told.content.decode()) == (422, True), wrong
    assert clerk.post(address, asked | {"expected": "2"}).status_code == 409
    assert state_of(branch, members[0])["agent_id"] == agent.id, "other than what was seen moves nothing"
    assert clerk.post(address, asked | {"expected": "3"}).status_code == 302
    assert state_of(branch, members[0])["agent_id"] == taker.id
    with work_of(branch) as work:
        row = work.row(
            "SELECT id FROM supervision_handover WHERE branch_id = %s AND from_agent_id = %s", [branch.id, agent.id]
        )
    assert row is not None
    assert clerk.post(f"{page_of(agent)}undo/{row[0]}/").status_code == 302
    assert state_of(branch, members[0])["agent_id"] == agent.id


def test_members_of_the_branch_itself_are_on_every_page(place: tuple[Branch, FieldAgent]) -> None:
    branch, agent = place
    member = enrol_all(agent, [worker()])[0]
    clerk = client_of(Role.BRANCH)
    address = f"/console/supervision/{branch.id}/handover/{agent.id}/"
    asked = {"to": "branch", "from": f"{month(0):%Y-%m}", "reason": "load", "expected": "1"}
    assert clerk.post(address, asked).status_code == 302
    assert state_of(branch, member)["agent_id"] is None
    shown = clerk.get(f"/console/members/{branch.id}/{member}/")
    assert shown.status_code == 200
    assert "Kantor cabang sendiri" in shown.content.decode()
    for page in (
        "/console/members/",
        f"/console/members/?level=a&key={agent.id}&metric=captured",
        "/console/members/reviews/",
    ):
        assert clerk.get(page).status_code == 200, page
    assert str(member) in clerk.get(f"/console/members/?level=a&key={agent.id}&metric=captured").content.decode()
    back = f"/console/supervision/{branch.id}/handover/branch/"
    taker = make_agent(branch)
    asked = {"to": str(taker.id), "from": f"{month(0):%Y-%m}", "reason": "load"}
    seen = re.search(r'name="expected" value="(\d+)"', clerk.get(back, asked).content.decode())
    assert seen is not None
    assert clerk.post(back, asked | {"expected": seen.group(1)}).status_code == 302
    assert state_of(branch, member)["agent_id"] == taker.id


def test_file_of_an_agent_without_a_place_asks_for_one(place: tuple[Branch, FieldAgent]) -> None:
    branch, agent = place
    clerk = client_of(Role.BRANCH)
    asked = f'href="/console/agents/{branch.id}/{agent.id}/placement/">Tempatkan'
    with work_of(branch) as work:
        work.execute("DELETE FROM agents_placement WHERE branch_id = %s AND agent_id = %s", [branch.id, agent.id])
    assert asked in clerk.get(page_of(agent)).content.decode()
    with work_of(branch) as work:
        placement.place(
            work, branch_id=branch.id, agent_id=agent.id, agency_office_id=None, sub_branch_id=None, since=month(0)
        )
    assert asked not in clerk.get(page_of(agent)).content.decode()


def test_ending_then_appeal_decided_by_another(place: tuple[Branch, FieldAgent]) -> None:
    branch, agent = place
    clerk, head = client_of(Role.BRANCH), client_of(Role.BRANCH_HEAD)
    ended = clerk.post(
        f"{page_of(agent)}measure/",
        {"kind": "ending", "reason": "fraud", "text": "Iuran dipakai sendiri", "seen": "", "to": "branch"},
    )
    assert ended.status_code == 302
    assert agent_state(branch, agent) == "ended"
    measure_id = measures(agent)[0][1]
    assert clerk.post(f"{page_of(agent)}appeal/{measure_id}/", {"text": "Bukan saya"}).status_code == 302
    with work_of(branch) as work:
        row = work.row("SELECT id FROM supervision_appeal WHERE measure_id = %s", [measure_id])
    assert row is not None
    decision = {"outcome": "upheld", "answer": "Bukti bank jelas"}
    assert clerk.post(f"{page_of(agent)}appeal/{row[0]}/decide/", decision).status_code == 403
    assert head.post(f"{page_of(agent)}appeal/{row[0]}/decide/", decision).status_code == 302
    assert "Bukti bank jelas" in head.get(page_of(agent)).content.decode()


def test_pages_answer_nonsense_without_a_defect(place: tuple[Branch, FieldAgent]) -> None:
    _, agent = place
    clerk = client_of(Role.BRANCH)
    branch = agent.branch.id
    for asked in (
        {"kind": "x"},
        {"kind": "ending", "to": "zz", "reason": "fraud", "text": "abcdef"},
        {"kind": "remedial", "course": ""},
    ):
        assert clerk.post(f"{page_of(agent)}measure/", asked).status_code == 422
    assert (
        clerk.post(f"{page_of(agent)}absence/", {"kind": "leave", "from_on": "x", "until_on": "y"}).status_code == 422
    )
    for query in (
        "to=zz",
        "to=branch&from=2026-99",
        "to=branch&from=1999-01&reason=load",
        "to=branch&reason=load&district=15.71.99",
    ):
        assert clerk.get(f"/console/supervision/{branch}/handover/{agent.id}/?{query}").status_code in (409, 422)
    assert clerk.get(f"/console/supervision/{branch}/handover/nobody/").status_code == 404
    assert clerk.get(f"/console/supervision/{tree().other_branch.id}/handover/branch/").status_code == 404


def test_link_is_printed_by_staff_and_that_is_on_record(place: tuple[Branch, FieldAgent]) -> None:
    branch, agent = place
    assert client_of(Role.AUDITOR).post(f"{page_of(agent)}link/").status_code == 403
    shown = client_of(Role.BRANCH).post(f"{page_of(agent)}link/").content.decode()
    address = re.search(r"<code>https?://[^/]+(/berkas/[^<]+)</code>", shown)
    assert address is not None
    assert client_of(Role.BRANCH).get(address[1]).status_code == 200
    with work_of(branch) as work:
        made = work.rows("SELECT 1 FROM events_event WHERE agent_id = %s AND kind = 'file_link_made'", [agent.id])
    assert len(made) == 1


def test_waiting_counts_what_the_viewer_may_decide_on(place: tuple[Branch, FieldAgent]) -> None:
    branch, agent = place
    clerk, leaving = make_officer(branch), make_agent(branch)
    today = (datetime.now(UTC) + timedelta(hours=7)).date()

    def counted(role: Role) -> dict[str, int]:
        viewer = Viewer.of(make_user(role))
        with Work(scope=viewer.scope, actor=viewer.actor) as work:
            found = queries.waiting(work, viewer=viewer)
        assert {key for key, _, _ in found} <= set(console.WAITING)
        assert all(client_of(role).get(address).status_code == 200 for _, _, address in found)
        return {key: count for key, count, _ in found}

    before = counted(Role.BRANCH)
    with work_of(branch, clerk, datetime.now(UTC) - timedelta(days=30)) as work:
        measure_id = measure.warn(work, branch_id=branch.id, agent_id=agent.id, reason="conduct", text="Terlambat")
    written = datetime.now(UTC) - timedelta(days=20)
    with work_of(branch, at=written) as work:
        appeal.file(work, branch_id=branch.id, agent_id=agent.id, measure_id=measure_id, text="Tidak terlambat")
    with work_of(branch, clerk) as work:
        absence.record(
            work,
            branch_id=branch.id,
            agent_id=agent.id,
            kind="illness",
            from_on=today,
            until_on=today + timedelta(days=2),
        )
        ending.end(
            work, branch_id=branch.id, agent_id=leaving.id, reason="health", text="Sakit",
            from_on=today + timedelta(days=9),
        )  # fmt: skip
    after = counted(Role.BRANCH)
    assert {key: after[key] - before.get(key, 0) for key in ("appeals", "appeals_late", "absences", "endings")} == {
        "appeals": 1, "appeals_late": 1, "absences": 1, "endings": 1,
    }  # fmt: skip
    assert counted(Role.SUB_BRANCH).get("appeals", 0) == 0, "the agent is of another sub-branch"
