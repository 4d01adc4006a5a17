"""A sub-branch or agency office that nobody gave a target: what its agents got, told apart, else the way to one."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from perisai.accounts.models import Role
from perisai.events.reading import read
from perisai.targets.plans.place import get_home
from perisai.targets.plans.reading import Target, Want, read_targets, target_of
from perisai.targets.plans.tree import Shown, tree
from perisai.web.live.payload import changes
from tests.targets.conftest import Country, month
from tests.targets.test_one_figure import MONTH as MONTH_BEGINS
from tests.targets.test_one_figure import gave
from tests.targets.test_plan import made
from tests.targets.test_plan_pages import MONTH, YEAR, client, text


def agent(country: Country, at: int) -> tuple[str, str]:
    return "agent", str(country.agents[at])


def of(country: Country, level: str, office: int) -> Target:
    with country.work() as work:
        want = Want(level, str(office), month(6), month(6), branch_id=country.branch)
        (found,) = read(read_targets([want]), work.dicts)
    return found


def test_what_agents_got_is_summed_where_they_are_and_told_apart(country: Country) -> None:
    """Three agents of the agency office: two work for the branch, the third for the sub-branch."""
    made(country, country.agency, {agent(country, 0): 3, agent(country, 1): 4, agent(country, 2): 5})
    found = of(country, "sub_branch", country.sub_branch)
    assert (found.total, found.of_agents) == (5, {month(6)})
    found = of(country, "agency_office", country.agency)
    assert (found.total, found.of_agents) == (12, set()), "its own plan passes it on"
    with country.work() as work:
        shown = Shown(month(6), month(6), "persons")
        root = tree(work, get_home(work, country.branch), shown)
        own = tree(work, get_home(work, country.sub_branch), shown)
    (line,) = [one for one in root.lines() if one.child.key == str(country.sub_branch)]
    assert (line.target, line.summed, line.counts, line.difference) == (None, 5, 5, 0)
    assert (own.target, own.summed) == (None, 5)
    made(country, country.branch, {("sub_branch", str(country.sub_branch)): 9})
    found = of(country, "sub_branch", country.sub_branch)
    assert (found.total, found.of_agents) == (9, set()), "what is given counts"


def test_live_screens_say_what_a_sum_is_now_and_of_a_past_day(country: Country) -> None:
    """Nobody gave the sub-branch a target; the agency office's plan gave its agent one last month and this."""
    day = MONTH_BEGINS - timedelta(days=1)
    then = datetime.combine(day.replace(day=2), time(12), UTC)
    gave(country, country.agency, {agent(country, 2): 5}, first=day.replace(day=1), at=then)
    gave(country, country.agency, {agent(country, 2): 5})
    head = client(Role.BRANCH_HEAD, country.branch)
    address = f"/console/live/data/sub_branch/{country.sub_branch}/"
    before = head.get(address).json()
    assert (before["attainment"]["target"], before["attainment"]["of_agents"]) == (5, True)
    rows = {row["key"]: row for row in head.get(f"/console/live/data/branch/{country.branch}/").json()["children"]}
    assert (rows[str(country.sub_branch)]["target"], rows[str(country.sub_branch)]["of_agents"]) == (5, True)
    assert rows[str(country.agency)]["of_agents"] is False, "its own plan passes it on"
    sub = text(head.get(f"/console/live/sub_branch/{country.sub_branch}/?as_of={day}"))
    assert "This target is the sum of its agents" in sub
    branch = text(head.get(f"/console/live/branch/{country.branch}/?as_of={day}"))
    assert "This target is the sum" not in branch
    assert branch.count("sum of its agents") == 1
    gave(country, country.branch, {("sub_branch", str(country.sub_branch)): 9})
    after = head.get(address).json()
    assert (after["attainment"]["target"], after["attainment"]["of_agents"]) == (9, False)
    assert (changes(before, after) or {})["attainment"]["of_agents"] is False, "it is pushed"


def test_who_moved_on_leaves_the_figure_behind(country: Country) -> None:
    made(country, country.agency, {agent(country, 2): 5})
    with country.work() as work:
        asked: dict[str, Any] = {
            "level": "sub_branch",
            "key": str(country.sub_branch),
            "first_month": month(6),
            "last_month": month(6),
        }
        assert target_of(work, **asked, branch_id=country.branch) == 5
        work.execute(
            "UPDATE agents_agent SET agency_office_id = NULL WHERE branch_id = %s AND id = %s",
            [country.branch, country.agents[2]],
        )
        assert target_of(work, **asked, branch_id=country.branch) is None, "another office's plan gave it"


def test_pages_say_what_a_sum_is_and_lead_to_who_plans(country: Country) -> None:
    made(country, country.agency, {agent(country, 2): 5}, at=datetime.now(UTC))
    head = client(Role.BRANCH_HEAD, country.branch)
    page = f"/console/targets/?year={YEAR}&month={MONTH}"
    body = text(head.get(page))
    assert "sum of its agents" in body
    sub = client(Role.SUB_BRANCH, country.sub_branch)
    assert "sum of your agents" in text(sub.get("/console/targets/mine/"))
    other = client(Role.BRANCH_HEAD, country.other)
    body = text(other.get(page))
    assert "no target yet" in body
    assert 'href="/console/targets/mine/?' in body
    assert "Kanwil Uji plans it" in text(other.get("/console/targets/mine/"))
    region = text(client(Role.REGION, country.region).get(page))
    assert (
        f'<a href="/console/targets/plan/{country.region}/?year={YEAR}&amp;segment=&amp;measure=persons">Set one'
        in region
    )
    assert "Set one" not in text(client(Role.AUDITOR, country.head).get(page))
