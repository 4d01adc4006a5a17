"""The end of a licence is told ahead of it, once for each figure of the rules."""

from datetime import timedelta

import pytest

from perisai.agents import expiry, issue
from perisai.agents.rules import figure
from perisai.events.ids import uuid7
from tests.agents.whole import today
from tests.world import Branch, FieldAgent, make_agent, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")


def warn(branch: Branch, days_before: int, agent: FieldAgent) -> int:
    with system_work(branch) as work:
        (end,) = work.rows(
            "SELECT max(valid_to) FROM agents_licence WHERE branch_id = %s AND agent_id = %s", [branch.id, agent.id]
        )[0]
        return expiry.warn(work, branch_id=branch.id, today=end - timedelta(days=days_before))


def told(branch: Branch) -> list[tuple[int, bool]]:
    with system_work(branch) as work:
        return work.rows(
            "SELECT days, has_text FROM agents_licence_warning WHERE branch_id = %s ORDER BY days DESC", [branch.id]
        )


def give_phone(agent: FieldAgent) -> None:
    with system_work(agent.branch) as work:
        work.execute("UPDATE agents_agent SET phone = '+6281200000008' WHERE id = %s", [agent.id])


def test_each_figure_of_the_rules_is_told_once_however_often_the_job_runs() -> None:
    agent = make_agent(make_branch())
    give_phone(agent)
    days = expiry.warn_days(today())
    assert days == sorted({figure(name, today()) for name in expiry._FIGURES}, reverse=True)
    for before, count in ((61, 0), (60, 1), (60, 0), (45, 0), (30, 1), (8, 0), (7, 1), (7, 0), (0, 0), (-1, 0)):
        assert warn(agent.branch, before, agent) == count, before
    assert told(agent.branch) == [(60, True), (30, True), (7, True)]
    with system_work(agent.branch) as work:
        assert work.rows(
            "SELECT purpose, count(*) FROM messages_message WHERE branch_id = %s GROUP BY 1", [agent.branch.id]
        ) == [("agent_licence", 3)]
        assert work.rows(
            "SELECT count(*) FROM events_event WHERE branch_id = %s AND kind = 'licence_expiring'", [agent.branch.id]
        ) == [(3,)]


def test_after_a_stop_only_the_nearest_is_told_and_without_a_telephone_it_counts_all_the_same() -> None:
    agent = make_agent(make_branch())
    assert (warn(agent.branch, 6, agent), told(agent.branch)) == (1, [(7, False)])


@pytest.mark.parametrize("gone", ["ended", "revoked", "renewed"])
def test_nobody_is_told_whose_licence_is_gone_or_followed(gone: str) -> None:
    agent = make_agent(make_branch())
    end = today() + timedelta(days=160)
    with system_work(agent.branch) as work:
        if gone == "ended":
            work.execute("UPDATE agents_agent SET state = 'ended' WHERE id = %s", [agent.id])
        elif gone == "revoked":
            issue.revoke(work, branch_id=agent.branch.id, agent_id=agent.id, reason="Uji")
        else:
            work.execute(
                "INSERT INTO agents_licence (branch_id, id, agent_id, number, valid_from, valid_to, state, state_since)"
                " VALUES (%s, %s, %s, %s, %s, %s, 'valid', now())",
                [agent.branch.id, uuid7(), agent.id, f"R-{agent.id}", end, end + timedelta(days=365)],
            )
    with system_work(agent.branch) as work:
        for before in (60, 30, 7):
            assert expiry.warn(work, branch_id=agent.branch.id, today=end - timedelta(days=before)) == 0
    if gone == "renewed":
        assert warn(agent.branch, 60, agent) == 1, "the new one is told of in its own time"


def test_many_are_told_by_as_many_statements_as_one() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    branch, counted = make_branch(), []
    for more in (1, 9):
        agents = [make_agent(branch, valid_to=today() + timedelta(days=200 + more)) for _ in range(more)]
        for agent in agents:
            give_phone(agent)
        with system_work(branch) as work, CaptureQueriesContext(connection) as queries:
            assert expiry.warn(work, branch_id=branch.id, today=today() + timedelta(days=140 + more)) == more
            counted.append(len(queries))
    assert counted[0] == counted[1]
