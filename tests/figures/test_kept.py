"""Whatever members come to stand at, day after day: of every day that is over the lists hold as many as the figures, for good."""

from datetime import date, timedelta
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perisai.contributions.cover.rule import add_months
from perisai.figures import take
from tests.contributions.covered import make_members
from tests.figures.behind_world import ZONE, today
from tests.figures.past_world import a_day_passes
from tests.world import Branch, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
MEMBERS: Final = 4
STATES: Final = ("active", "active", "lapsed", "ended", "accepted")
PAID: Final = (0, -1, -2, -9, None)
"""Months from this one; None: nothing."""


class Change(NamedTuple):
    member: int
    agent: int
    state: str
    paid: int | None


DAYS = st.lists(
    st.lists(
        st.builds(
            Change,
            member=st.integers(0, MEMBERS - 1),
            agent=st.integers(0, 1),
            state=st.sampled_from(STATES),
            paid=st.sampled_from(PAID),
        ),
        max_size=4,
    ),
    min_size=2,
    max_size=5,
)
_CHANGE: LiteralString = (
    "UPDATE members_enrolment SET agent_id = %s, state = %s, paid_through = %s WHERE branch_id = %s AND id = %s"
)
_FIGURES: LiteralString = """
SELECT s.day, s.key, s.paying, s.catch_up, s.ended FROM figures_standing s
WHERE s.branch_id = %s AND s.level = 'a' AND s.paying + s.catch_up + s.ended > 0
"""
_LISTS: LiteralString = """
SELECT d.day, h.agent_id::text, count(*) FILTER (WHERE cover = 'paying'), count(*) FILTER (WHERE cover = 'catch_up'),
  count(*) FILTER (WHERE cover = 'ended')
FROM (SELECT day, branch_id FROM figures_standing WHERE branch_id = %s AND level = 'b') d
JOIN members_enrolment e ON e.branch_id = d.branch_id
CROSS JOIN LATERAL (SELECT * FROM figures_member m WHERE m.branch_id = d.branch_id AND m.enrolment_id = e.id AND m.day <= d.day
  ORDER BY m.day DESC LIMIT 1) h
WHERE h.cover <> '' GROUP BY 1, 2
"""


class Place(NamedTuple):
    branch: Branch
    agents: list[UUID]
    ids: list[UUID]


@pytest.fixture(scope="module")
def place(database: object) -> Place:
    branch = make_branch(target=None)
    agents = [make_agent(branch).id for _ in range(2)]
    return Place(branch, agents, make_members(MEMBERS, branch=branch, agent=agents[0]).ids)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(DAYS)
def test_lists_of_days_that_are_over_hold_as_many_as_their_figures(place: Place, days: list[list[Change]]) -> None:
    month = today().replace(day=1)
    seen: dict[tuple[date, str], tuple[Any, ...]] = {}
    for changes in days:
        a_day_passes(place.branch.id)
        seen = {(day - timedelta(days=1), key): counts for (day, key), counts in seen.items()}
        for times in (1, 2):  # taken twice, the second time with all of it
            with system_work(place.branch) as work:
                for one in changes[: len(changes) * times // 2]:
                    paid = None if one.paid is None else add_months(month, one.paid)
                    work.execute(
                        _CHANGE, [place.agents[one.agent], one.state, paid, place.branch.id, place.ids[one.member]]
                    )
                take.take(work, branch_id=place.branch.id, timezone=ZONE)
        with system_work(place.branch) as work:
            figures = {(row[0], row[1]): row[2:] for row in work.rows(_FIGURES, [place.branch.id])}
            lists = {(row[0], row[1]): row[2:] for row in work.rows(_LISTS, [place.branch.id])}
        assert lists == figures
        assert {key: counts for key, counts in lists.items() if key in seen} == seen
        seen = lists
