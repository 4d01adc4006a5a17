"""A branch's head lowers the target that came from above, and asks for more; who gave it may raise it."""

import re
from datetime import UTC, date, datetime
from typing import Any

from django.test import Client

from perisai.accounts.models import Role
from perisai.targets.plans import decide as plan_decide
from perisai.targets.plans import plan
from perisai.targets.plans.place import get_home
from perisai.targets.plans.plan import Cell
from tests.targets.conftest import Country
from tests.targets.test_plan_pages import client

NOW = datetime.now(UTC)
NEXT = date(NOW.year + 1, 3, 1)
"""A month to come, so that nothing depends on the day."""


def in_force(country: Country, office: int, figures: dict[tuple[str, str, str], int], *, reason: str = "") -> None:
    """An approved plan of NEXT's year: (level, key, segment) to persons in NEXT."""
    with country.work(at=NOW) as work:
        home = get_home(work, office)
        plan_id = plan.start(work, home=home, year=NEXT.year, from_month=NEXT.replace(month=1))
        cells = {Cell(level, key, NEXT, segment, "persons"): v for (level, key, segment), v in figures.items()}
        plan.edit(work, home=home, plan_id=plan_id, revision=0, cells=cells)
        plan_decide.propose(work, home=home, plan_id=plan_id, revision=1)
    with country.work(second=True, at=NOW) as work:
        plan_decide.approve(work, home=home, plan_id=plan_id, revision=2, reason=reason)


def given(country: Country, **segments: int) -> None:
    in_force(country, country.region, {("branch", str(country.branch), segment): v for segment, v in segments.items()})


def change(viewer: Client, country: Country, target: int, **more: str) -> Any:
    form = {
        "period": f"{NEXT:%Y-%m}",
        "target": str(target),
        "cap_percent": "100",
        "mode": "queue",
        "reason": "assigned",
    }
    return viewer.post(f"/console/targets/quota/{country.branch}/change/", form | more)


def caps(country: Country) -> dict[str, tuple[int, int]]:
    """Target and cap by segment."""
    with country.work(at=NOW) as work:
        sql = "SELECT segment, target, cap FROM targets_quota WHERE branch_id = %s AND period = %s"
        return {row[0]: (row[1], row[2]) for row in work.rows(sql, [country.branch, NEXT])}


def test_the_head_lowers_what_was_given_and_raises_it_no_further(country: Country) -> None:
    given(country, BPU=100)
    head = client(Role.BRANCH_HEAD, country.branch)
    assert change(head, country, 100).status_code == 302
    answer = change(head, country, 101)
    assert (answer.status_code, "E5027" in answer.content.decode()) == (403, True)
    assert "Ask for more" in answer.content.decode(), "and how more is come by stands there"
    assert caps(country) == {"all": (100, 100)}, "nothing was changed"
    assert change(head, country, 60, mode="block").status_code == 302
    assert change(head, country, 100).status_code == 302, "back to what was given"
    assert change(head, country, 100, cap_percent="101").status_code == 403
    assert change(head, country, 5, segment="PU").status_code == 403, "another segment was given nothing"
    assert caps(country) == {"all": (100, 100)}


def test_the_region_and_head_office_set_what_they_want_and_the_head_may_keep_it(country: Country) -> None:
    given(country, BPU=100)
    head = client(Role.BRANCH_HEAD, country.branch)
    for role, office, target in ((Role.REGION, country.region, 130), (Role.HEAD_OFFICE, country.head, 140)):
        viewer = client(role, office)
        shown = viewer.get(f"/console/targets/quota/{country.branch}/?period={NEXT:%Y-%m}").content.decode()
        assert f"quota/{country.branch}/change/" in shown
        assert "Above 100 per cent only" not in shown
        assert change(viewer, country, target, cap_percent="120").status_code == 302
        assert change(head, country, target, cap_percent="120", mode="block").status_code == 302
        assert change(head, country, target + 1, cap_percent="120").status_code == 403
        assert change(head, country, target, cap_percent="121").status_code == 403
    assert caps(country) == {"all": (140, 168)}
    assert change(client(Role.BRANCH, country.branch), country, 1).status_code == 403
    assert change(client(Role.BRANCH_HEAD, country.other), country, 1).status_code == 404


def test_where_nobody_above_gave_anything_the_head_sets_it(country: Country) -> None:
    head = client(Role.BRANCH_HEAD, country.branch)
    assert change(head, country, 5_000).status_code == 302
    assert change(head, country, 9_000).status_code == 302
    assert change(head, country, 9_000, cap_percent="101").status_code == 403
    assert caps(country) == {"all": (9_000, 9_000)}


def test_rules_of_the_head_go_to_a_hundred_per_cent(country: Country) -> None:
    address = f"/console/targets/quota/{country.branch}/rules/"
    form = {"from_month": f"{NEXT:%Y-%m}", "every": "month", "cap_percent": "110", "mode": "queue", "why": "Rapat"}
    head = client(Role.BRANCH_HEAD, country.branch)
    assert head.post(address, form).status_code == 403
    assert head.post(address, form | {"cap_percent": "100"}).status_code == 302
    assert client(Role.REGION, country.region).post(address, form).status_code == 302
    assert head.post(address, form | {"mode": "block"}).status_code == 302, "as high as it stands"


def test_the_head_chooses_queue_or_block_and_keeps_warn_that_was_set_from_above(country: Country) -> None:
    given(country, BPU=100)
    head, region = client(Role.BRANCH_HEAD, country.branch), client(Role.REGION, country.region)
    assert 'value="warn"' not in shown(head, country)
    answer = change(head, country, 90, mode="warn")
    assert (answer.status_code, "E5029" in answer.content.decode()) == (403, True)
    assert "Mode warn is set by the region or head office only." in answer.content.decode()
    assert change(head, country, 90, mode="block").status_code == 302
    assert change(region, country, 90, mode="warn").status_code == 302
    assert 'value="warn"' in shown(head, country), "it stands, so it may stay"
    assert change(head, country, 80, mode="warn").status_code == 302
    assert change(head, country, 80, mode="queue").status_code == 302
    assert change(head, country, 80, mode="warn").status_code == 403, "given up, it comes back from above"


def test_rules_of_the_head_keep_warn_and_set_none(country: Country) -> None:
    address = f"/console/targets/quota/{country.branch}/rules/"
    form = {"from_month": f"{NEXT:%Y-%m}", "every": "month", "cap_percent": "100", "mode": "warn", "why": "Rapat"}
    head = client(Role.BRANCH_HEAD, country.branch)
    assert head.post(address, form).status_code == 403
    assert client(Role.HEAD_OFFICE, country.head).post(address, form).status_code == 302
    assert head.post(address, form | {"cap_percent": "90"}).status_code == 302
    assert change(head, country, 50, mode="warn").status_code == 302, "the rules from above warn in that month"


def shown(viewer: Client, country: Country) -> str:
    address = f"/console/targets/quota/{country.branch}/?period={NEXT:%Y-%m}"
    return str(viewer.get(address).content.decode())


def test_a_branchs_own_plan_adds_nothing_to_what_it_was_given(country: Country) -> None:
    """Neither in the segment that was given, nor by a segment of which nothing was said."""
    given(country, BPU=100)
    of = ("sub_branch", str(country.sub_branch))
    in_force(country, country.branch, {(*of, "BPU"): 300, (*of, "PU"): 500}, reason="Kami bisa lebih")
    assert caps(country) == {"all": (100, 100)}


def test_the_page_says_what_was_given(country: Country) -> None:
    given(country, BPU=1_250, PU=80)
    address = f"/console/targets/quota/{country.branch}/?period={NEXT:%Y-%m}"
    shown = re.sub(r"\s+", " ", client(Role.BRANCH_HEAD, country.branch).get(address).content.decode())
    assert "BPU <b>1,250</b>, PU <b>80</b>." in shown
    assert "For more, ask; the region decides." in shown
