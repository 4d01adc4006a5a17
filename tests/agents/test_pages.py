"""The pages of licence and place: who may, what they print, and two officers at once."""

import pytest

from perisai.accounts.models import Role
from perisai.agents import paper, placement
from perisai.agents.coverage import of_branch
from perisai.agents.issue import add_months
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.members import portfolio
from perisai.offices.models import Office
from tests.accounts.people import client_of, logged_in, make_user, tree
from tests.agents.whole import Way, make_world, today
from tests.members.enrolling import enrol
from tests.world import Branch, FieldAgent, give_target, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module")
def agent(database: object) -> FieldAgent:
    branch = Branch(tree().branch.id)
    with Work(scope=Scope.branch(branch.id)) as work:
        work.execute(
            "INSERT INTO events_position (branch_id, number) VALUES (%s, 0) ON CONFLICT DO NOTHING", [branch.id]
        )
    return make_agent(branch)


def test_pages_open_for_staff_and_only_the_branch_changes(agent: FieldAgent) -> None:
    page = f"/console/agents/{agent.branch.id}/{agent.id}/"
    for role in (Role.BRANCH, Role.BRANCH_HEAD, Role.REGION, Role.AUDITOR):
        client = client_of(role)
        for part in ("", "licence/", "placement/", "badge/", "letter/"):
            assert client.get(page + part).status_code == 200, (role, part)
        for path in ("/console/agents/licences/", f"/console/agents/coverage/{agent.branch.id}/"):
            assert client.get(path).status_code == 200, (role, path)
    for role in (Role.SUB_BRANCH, Role.REGION, Role.AUDITOR, Role.AGENCY):
        assert client_of(role).post(page + "licence/revoke/", {"reason": "Uji"}).status_code in (403, 404), role


def test_place_and_revoke_by_the_form_and_refusals_are_told_on_the_page(agent: FieldAgent) -> None:
    page = f"/console/agents/{agent.branch.id}/{agent.id}/"
    clerk = client_of(Role.BRANCH)
    form = {"since": today().isoformat(), "sub_branch": str(tree().sub_branch.id), "agency": str(tree().agency.id)}
    assert clerk.post(page + "place/", form).status_code == 302
    assert "KCP Uji" in clerk.get(page + "placement/").content.decode()
    for wrong, code in (
        ({"since": "kemarin"}, "E9418"),
        ({"sub_branch": "999"}, "E9416"),
        ({"until": "2020-01-01"}, "E9418"),
        ({"until": "9999-12-31"}, "E9418"),
        ({"since": "9999-12-31", "members": "branch"}, "E9418"),
    ):
        told = clerk.post(page + "place/", form | wrong)
        assert told.status_code >= 400
        assert code in told.content.decode()
    told = clerk.post(page + "licence/renew/", {})
    assert (told.status_code, "E9408" in told.content.decode()) == (409, True)
    assert clerk.post(page + "licence/revoke/", {"reason": "x"}).status_code == 422
    assert clerk.post(page + "licence/revoke/", {"reason": "Uji cabut"}).status_code == 302
    assert clerk.post(page + "licence/revoke/", {"reason": "Uji cabut"}).status_code == 409, (
        "the second officer is told"
    )
    assert clerk.get(page + "badge/").status_code == 409


def test_badge_and_letter_print_with_the_photo_of_the_candidate() -> None:
    way = Way(make_world())
    way.to_the_end()
    assert way.issue() == ""
    with system_work(way.world.branch) as work:
        name, badge = paper.badge(work, branch_id=way.branch_id, agent_id=way.id)
        _, letter = paper.letter(work, branch_id=way.branch_id, agent_id=way.id)
    assert name.endswith(".pdf")
    assert badge.startswith(b"%PDF")
    assert letter.startswith(b"%PDF")
    assert b"/DCTDecode" in badge, "the photo"
    assert b"/DCTDecode" not in letter


def test_coverage_counts_agents_of_a_district_and_finds_the_empty_ones() -> None:
    branch = make_branch(target=None)
    with system_work(branch) as work:
        for code, name in (("15.71.08", "Jelutung"), ("15.71.01", "Telanaipura")):
            work.execute(
                "INSERT INTO offices_region (code, parent_code, level, name) VALUES (%s, '15.71', 3, %s) ON CONFLICT DO NOTHING",
                [code, name],
            )
        work.execute(
            "INSERT INTO offices_region (code, parent_code, level, name) VALUES ('15.71', '15', 2, 'Kota Jambi')"
            " ON CONFLICT DO NOTHING"
        )
    first, second = make_agent(branch), make_agent(branch)
    with system_work(branch) as work:
        for one, districts in ((first, ["15.71.08"]), (second, [])):
            placement.place(
                work,
                branch_id=branch.id,
                agent_id=one.id,
                agency_office_id=None,
                sub_branch_id=None,
                since=today(),
                districts=districts,
            )
        give_target(work, branch.id, [first.id], today().replace(day=1), 41)
        (office,) = of_branch(work, branch_id=branch.id, today=today())
    assert (office.agents, office.licensed, office.anywhere, office.target, office.per_agent) == (2, 2, 1, 41, 21)
    counts = {tile.code: len(tile.agents) for tile in office.tiles}
    assert (counts["15.71.08"], counts["15.71.01"]) == (1, 0)


def test_issue_by_the_form_and_a_move_that_hands_the_members_over() -> None:
    way = Way(make_world())
    way.to_the_end()
    office = Office.objects.get(id=way.branch_id)
    clerk = logged_in(make_user(Role.BRANCH, office))
    clerk.defaults["SERVER_NAME"] = "localhost"
    page = f"/console/agents/{way.branch_id}/{way.id}/"
    way.annul()
    told = clerk.post(page + "licence/issue/", {})
    assert (told.status_code, "E9408" in told.content.decode()) == (409, True)
    way.pass_exam()
    assert clerk.post(page + "licence/issue/", {"bound_to": "Hanya pasar"}).status_code == 302
    assert clerk.post(page + "licence/issue/", {}).status_code == 409, "the second officer is told"
    assert "Hanya pasar" in clerk.get(page + "licence/").content.decode()
    agent = FieldAgent(way.world.branch, way.id, way.id)
    enrolment = enrol(agent)
    form = {"since": today().isoformat(), "agency": str(way.world.good), "members": "branch"}
    assert clerk.post(page + "place/", form | {"members": "jauh"}).status_code == 404
    assert clerk.post(page + "place/", form).status_code == 302
    month = add_months(today().replace(day=1), 1)
    with system_work(way.world.branch) as work:
        held = portfolio.holders(work, branch_id=way.branch_id, enrolment_ids=[enrolment], month=month)
    assert held == {enrolment: None}
