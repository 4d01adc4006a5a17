"""Where agents are missing, on the map, in the table and as what waits."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perisai.accounts.audience import Role, Viewer
from perisai.agents import coverage, issue, labels, placement, queries
from perisai.agents.coverage import Covered, suggest
from tests.accounts.people import logged_in, make_user, tree
from tests.agents.whole import today
from tests.world import Branch, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")


def office(number: int, share: int, agents: int) -> Covered:
    return Covered(number, f"KCP {number}", [], agents=agents, share=share)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 9)), min_size=1, max_size=6), st.integers(0, 20))
def test_new_agents_go_where_the_load_is_greatest(areas: list[tuple[int, int]], more: int) -> None:
    offices = [office(number, *area) for number, area in enumerate(areas)]
    found = suggest(offices, more)
    assert sum(one.more for one in found) == more
    given_to = {one.office.id: one.more for one in found}
    without = sum(not agents for _, agents in areas)
    served = [one for one in offices if one.agents or given_to.get(one.id)]
    assert len(served) == len(offices) - max(0, without - more), "an office without agents comes first"
    for one in found:
        before = one.office.share / (one.office.agents + one.more - 1) if one.office.agents + one.more > 1 else 1e9
        after = max(o.share / (o.agents + given_to.get(o.id, 0)) for o in served)
        assert before >= after - 1e-9, "nobody else needed the last one more"


def test_without_a_target_nothing_is_suggested() -> None:
    assert suggest([office(1, 0, 3), office(2, 0, 0)], 5) == []


def make_place(target: int | None = 300) -> tuple[Branch, int]:
    """A branch with two regencies of two districts each; the second is a sub-branch's."""
    branch = make_branch(target=target)
    sub = 60_000 + branch.id
    with system_work(branch) as work:
        for regency, name in (("15.71", "Kota Jambi"), ("15.05", "Kabupaten Muaro Jambi")):
            work.execute(
                "INSERT INTO offices_region (code, parent_code, level, name) VALUES (%s, '15', 2, %s) ON CONFLICT DO NOTHING",
                [regency, name],
            )
        work.execute("UPDATE offices_office SET regencies = '{15.71,15.05}' WHERE id = %s", [branch.id])
        work.execute(
            "INSERT INTO offices_office (id, kind, parent_id, branch_id, path, code, name, timezone, province_code, regencies,"
            " address, is_demo, is_open) VALUES (%s, 'sub_branch', %s, %s, %s, %s, 'KCP Muaro', 'Asia/Jakarta', '15', '{15.05}',"
            " '', true, true)",
            [sub, branch.id, branch.id, [branch.id, sub], f"KCP-{sub}"],
        )
        for code, name in (("15.71.08", "Jelutung"), ("15.05.01", "Jambi Luar Kota"), ("15.05.02", "Sekernan")):
            work.execute(
                "INSERT INTO offices_region (code, parent_code, level, name) VALUES (%s, %s, 3, %s) ON CONFLICT DO NOTHING",
                [code, code[:5], name],
            )
    return branch, sub


def test_the_map_shares_the_target_over_districts_and_says_who_lacks_agents() -> None:
    branch, sub = make_place()
    first = make_agent(branch)
    with system_work(branch) as work:
        placement.place(
            work, branch_id=branch.id, agent_id=first.id, agency_office_id=None, sub_branch_id=None, since=today(),
            districts=["15.71.08"],
        )  # fmt: skip
        found = coverage.map_of(work, branch_id=branch.id, today=today())
    offices = {one.id: one for one in found.offices}
    assert abs(sum(one.share for one in found.offices) - 300) <= 1
    assert (offices[branch.id].agents, offices[branch.id].is_heavy) == (1, False)
    assert (offices[sub].agents, offices[sub].per_agent, offices[sub].is_heavy) == (0, None, True)
    tiles = {one.code: one for one in found.regencies}
    assert (tiles["15.71"].agents, tiles["15.71"].office_id, tiles["15.71"].per_agent) == (
        1,
        branch.id,
        offices[branch.id].share,
    )
    assert (tiles["15.05"].agents, tiles["15.05"].office_id, tiles["15.05"].step) == (0, sub, None)
    assert tiles["15.71"].step in range(5)
    assert tiles["15.71"].row == tiles["15.05"].row
    assert tiles["15.71"].column == (tiles["15.05"].column or 0) - 1, "beside one another, as they lie"
    with system_work(branch) as work:
        assert coverage.short_offices(work, branch_id=branch.id, today=today()) == 1


def test_tiles_of_the_map_do_not_cover_one_another() -> None:
    taken = [(column + step, row) for column, row, width in coverage.places().values() for step in range(width)]
    assert len(taken) == len(set(taken))
    assert max(column for column, _ in taken) == 6


def test_what_waits_is_counted_for_the_branch_and_its_list_shows_as_many() -> None:
    branch, sub = make_place()
    well, ending, lost = (make_agent(branch, valid_to=today() + timedelta(days=days)) for days in (200, 20, 200))
    user = make_user(Role.BRANCH)
    for agent in (well, ending):
        with system_work(branch) as work:
            placement.place(
                work, branch_id=branch.id, agent_id=agent.id, agency_office_id=None, sub_branch_id=None, since=today()
            )
    viewer = Viewer(user=user, role=Role.BRANCH, office=user.office, branches=(branch.id,))

    def waits() -> dict[str, int]:
        with system_work(branch) as work:
            return {key: count for key, count, _ in queries.waiting(work, viewer=viewer, today=today())}

    found = waits()
    found.pop("offices_lacking", None)  # of the viewer's own office, another branch
    assert found == {"licences_ending": 1, "agents_unplaced": 1}
    with system_work(branch) as work:
        rows = queries.find(work, viewer=viewer, today=today(), unplaced=True)
        assert [row["id"] for row in rows] == [lost.id]
        last = issue.find_last(work, branch.id, ending.id)
        assert last is not None
        work.execute(
            "INSERT INTO agents_renewal (branch_id, agent_id, licence_id, state, asked_at) VALUES (%s, %s, %s, 'asked', now())",
            [branch.id, ending.id, last.id],
        )
    found = waits()
    found.pop("offices_lacking", None)
    assert found == {"renewals_asked": 1, "agents_unplaced": 1}, "what is asked for is counted once"
    assert set(found) <= set(labels.WAITING)
    for role in (Role.AGENCY, Role.REGION):
        other = Viewer(user=user, role=role, office=user.office, branches=(branch.id,))
        with system_work(branch) as work:
            assert queries.waiting(work, viewer=other, today=today()) == []
    del sub


def test_the_page_sorts_and_works_out_places() -> None:
    clerk = logged_in(make_user(Role.BRANCH))
    clerk.defaults["SERVER_NAME"] = "localhost"
    page = f"/console/agents/coverage/{tree().branch.id}/"
    for query in ("", "?sort=name", "?sort=-captured&new=3", "?sort=kosong&new=abc", "?new=9999"):
        assert clerk.get(page + query).status_code == 200, query
    assert 'aria-sort="ascending"' in clerk.get(page + "?sort=name").content.decode()
