"""Figures over the API are those of the one reading, within the key's part of the country."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.figures import reading
from perisai.figures.period import Period
from perisai.offices.scopes import Watch
from tests.accounts.people import tree
from tests.feeds.places import make_key, read
from tests.world import jakarta_today, make_agent, make_branch

pytestmark = pytest.mark.usefixtures("database")
TODAY = jakarta_today()
MONTH = Period.month(TODAY)


def enrolled(branch_id: int, many: int, **where: Any) -> None:
    with Work(scope=Scope.branch(branch_id)) as work:
        happened = Happened(
            kind="enrolment_accepted", branch_id=branch_id, quantity=many, amount=16_800 * many, **where
        )
        work.report(happened)


def asked(level: str, key: object, **more: Any) -> dict[str, Any]:
    return {"level": level, "key": str(key), "first": MONTH.first.isoformat(), "last": MONTH.last.isoformat()} | more


def test_figures_are_those_of_the_one_reading(http: httpx.Client) -> None:
    branch = make_branch()
    enrolled(branch.id, 7)
    _key, token = make_key(branch)
    told = read(http, token, "figures", **asked("branch", branch.id)).json()
    with Work(scope=Scope.branch(branch.id)) as work:
        as_of = datetime.fromisoformat(told["as_of"]).date()
        same = reading.of(work, Watch("branch", str(branch.id)), MONTH, as_of)
    assert told["values"] == same.values
    assert told["values"]["captured"] == 7
    assert told["segments"]["BPU"]["captured"] == 7
    past = read(
        http, token, "figures", **asked("branch", branch.id, as_of=(TODAY - timedelta(days=3)).isoformat())
    ).json()
    assert past["values"]["captured"] == 0, "what was not known then is not told as of then"
    assert past["since"]["captured"] == 7, "but beside it"
    days = read(http, token, "figures/series", **asked("branch", branch.id, figure="captured")).json()["days"]
    assert len(days) == (MONTH.last - MONTH.first).days + 1
    assert sum(day["value"] or 0 for day in days) == 7
    names = {one["figure"] for one in read(http, token, "figures/definitions").json()["figures"]}
    assert set(told["values"]) == names


def test_parts_beneath_come_page_by_page_by_id_alone(http: httpx.Client) -> None:
    branch = make_branch()
    agents = [make_agent(branch) for _ in range(3)]
    for number, agent in enumerate(agents):
        enrolled(branch.id, number + 1, agent_id=agent.id)
    _key, token = make_key(branch)
    seen: dict[str, int] = {}
    after: str | None = ""
    while after is not None:
        page = read(http, token, "figures/children", **asked("branch", branch.id, limit=2, after=after))
        assert "Agen Uji" not in page.text, "no name of anybody"
        seen |= {one["scope"]["key"]: one["values"]["captured"] for one in page.json()["children"]}
        after = page.json()["next"]
    assert seen == {str(agent.id): number + 1 for number, agent in enumerate(agents)}
    one = read(http, token, "figures", **asked("agent", agents[1].id)).json()
    assert one["values"]["captured"] == 2


def test_scope_outside_of_the_keys_is_not_there(http: httpx.Client) -> None:
    place, stranger = tree(), make_branch()
    agent = make_agent(stranger)
    _key, region = make_key(place.region)
    outside = [("nation", "all"), ("branch", stranger.id), ("region", stranger.id), ("region", place.head.id)]
    outside += [
        ("agent", agent.id),
        ("sub_branch", 999_999),
        ("branch", place.region.id),
        ("agency_office", place.branch.id),
    ]
    for level, key in outside:
        answer = read(http, region, "figures", **asked(level, key))
        assert (answer.status_code, answer.json()["code"]) == (404, "E1004"), (level, key)
    within = [("region", place.region), ("branch", place.other_branch), ("sub_branch", place.sub_branch)]
    for level, office in [*within, ("agency_office", place.agency)]:
        assert read(http, region, "figures", **asked(level, office.id)).status_code == 200, level
    _head, nation = make_key(place.head)
    assert read(http, nation, "figures", **asked("nation", "all")).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [{"first": "2026-12-01", "last": "2026-11-01"}, {"first": "1999-01-01"}, {"last": "2099-01-01"}, {"as_of": "1990-01-01"},
     {"first": "0001-01-01", "last": "0001-01-02"}, {"first": "x"}, {"level": "planet"}, {"key": "1501;--"},
     {"figure": "acceptance"}, {"figure": "no_such_figure"}],
)  # fmt: skip
def test_odd_question_is_told_so(http: httpx.Client, changed: dict[str, str]) -> None:
    branch = make_branch()
    _key, token = make_key(branch)
    path = "figures/series" if "figure" in changed else "figures"
    answer = read(http, token, path, **asked("branch", branch.id) | changed)
    assert answer.status_code in (400, 404, 422), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_wrong_question_names_its_field_and_definitions_say_what_has_days(http: httpx.Client) -> None:
    branch = make_branch()
    _key, token = make_key(branch)
    wrong = read(http, token, "figures", **asked("branch", branch.id) | {"first": "heute"}).json()
    assert (wrong["code"], wrong["status"]) == ("E5409", 400)
    assert "first: " in wrong["text"]["en"]
    assert "phone" not in wrong["action"]["en"]
    told = read(http, token, "figures/definitions").json()["figures"]
    for figure in told:
        answer = read(http, token, "figures/series", **asked("branch", branch.id) | {"figure": figure["figure"]})
        assert answer.status_code == (200 if figure["by_day"] else 422), figure["figure"]
        assert figure["by_day"] or answer.json()["code"] == "E5410"


def test_targets_and_quota_of_a_month_are_the_branchs(http: httpx.Client) -> None:
    branch, other = make_branch(target=120), make_branch(target=99)
    _key, token = make_key(branch)
    told = read(http, token, "targets", month=TODAY.isoformat()).json()
    assert told["month"] == TODAY.replace(day=1).isoformat()
    (row,) = told["quotas"]
    assert (row["branch"], row["target"], row["cap"], row["left"]) == (branch.id, 120, 120, 120)
    _head, nation = make_key(tree().head)
    every = {one["branch"]: one for one in read(http, nation, "targets", month=TODAY.isoformat()).json()["quotas"]}
    assert every[other.id]["target"] == 99
    later = (TODAY + timedelta(days=1200)).isoformat()
    assert read(http, token, "targets", month=later).json()["quotas"][0]["target"] is None, "none was set"
    assert read(http, token, "targets", month="0001-01-01").status_code == 422
    plan = read(http, token, "targets/plan", **asked("branch", branch.id))
    assert (plan.status_code, plan.json()["value"]) == (200, 120), "no plan was approved: what the quota was set to"
    dues = read(http, token, "targets/plan", **asked("branch", branch.id, measure="contributions"))
    assert dues.json()["value"] is None
    assert read(http, token, "targets/plan", **asked("branch", other.id)).status_code == 404
