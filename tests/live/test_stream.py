"""The stream: who gets it, what it says, and that it comes back."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from perisai import keys
from perisai.accounts.models import Role, User
from perisai.events.ids import uuid7
from perisai.events.live import SECONDS, make_ticket
from perisai.events.scope import Scope
from perisai.events.work import Work
from tests.live.listening import LiveProcess, Stream, listening, ticket_for, wait_for
from tests.live.places import Country, enrol, make_user, utc_now
from tests.running import free_port


def test_stream_after_a_commit_tells_every_scope_above_it(live: LiveProcess, country: Country, watcher: UUID) -> None:
    branch = country.branches[0]
    scopes = [
        ("nation", "all"),
        ("region", country.region),
        ("branch", branch.id),
        ("sub_branch", branch.sub_branch),
        ("agent", branch.agents[0]),
    ]
    for level, key in scopes:
        with listening(live.origin, ticket_for(watcher, level, key)) as stream:
            day = stream.wait("snapshot")["day"]
            before = stream.today("accepted")
            enrol(branch, times=3)
            wait_for(lambda s=stream, n=before + 3: s.today("accepted") == n, f"three more at {level}")
            newest = stream.heard[-1][1]
            assert len({item["n"] for item in newest["feed"]}) >= 3
            assert stream.last_id == f"{day}.{newest['position']}"


def test_alert_about_an_agent_is_told_at_once_to_who_watches_and_never_to_the_agent(
    live: LiveProcess, country: Country, watcher: UUID
) -> None:
    branch = country.branches[0]
    agent = branch.agents[0]
    own = make_user(Role.AGENT, branch.sub_branch, agent_id=agent)
    officer = make_user(Role.SUB_BRANCH, branch.sub_branch)
    with (
        listening(live.origin, ticket_for(officer.pk, "agent", agent)) as office,
        listening(live.origin, ticket_for(watcher, "agent", agent)) as head,
        listening(live.origin, ticket_for(own.pk, "agent", agent)) as theirs,
    ):
        for stream in (office, head, theirs):
            stream.wait("snapshot")
        enrol(branch, kind="alert_raised", amount=0)
        raised = wait_for(lambda: alerted(office), "the alert")
        assert wait_for(lambda: alerted(head), "the alert, at head office") == raised
        enrol(branch, kind="alert_seen", amount=0)
        wait_for(lambda: alerted(office) != raised, "that somebody took note")
        enrol(branch)  # whatever was said before has come when this has
        wait_for(lambda: theirs.today("accepted") == 1, "the agent's own news")
        with listening(live.origin, ticket_for(watcher, "agent", agent)) as late:
            wait_for(lambda: alerted(late), "what was raised before this page was there")
        assert not any("alert" in str(said) for said in theirs.heard)
    with listening(live.origin, ticket_for(own.pk, "agent", agent)) as again:
        again.wait("snapshot")
        enrol(branch)
        again.wait("moved")
        assert not any("alert" in str(said) for said in again.heard)


def alerted(stream: Stream) -> str | None:
    """Which event of an alert a screen of an agent was told of last."""
    return next((str(data["alerted"]) for data in reversed(stream.of("moved")) if "alerted" in data), None)


def test_stream_of_a_neighbour_stays_silent(live: LiveProcess, country: Country, watcher: UUID) -> None:
    first, second = country.branches
    with (
        listening(live.origin, ticket_for(watcher, "branch", first.id)) as theirs,
        listening(live.origin, ticket_for(watcher, "agency_office", second.agency_office)) as office,
        listening(live.origin, ticket_for(watcher, "branch", second.id)) as ours,
    ):
        for stream in (theirs, office, ours):
            stream.wait("snapshot")
        enrol(second, agent=0)
        assert ours.wait("moved")["today"]["captured"] == 1
        assert theirs.of("moved") == []
        assert office.of("moved") == []


def test_stream_that_reconnects_at_its_position_is_not_told_again(
    live: LiveProcess, country: Country, watcher: UUID
) -> None:
    branch = country.branches[0]
    enrol(branch)
    with listening(live.origin, ticket_for(watcher, "branch", branch.id)) as stream:
        stream.wait("snapshot")
    with listening(live.origin, ticket_for(watcher, "branch", branch.id), after=stream.last_id) as again:
        again.wait("beat")
        assert again.of("snapshot") == []
        enrol(branch)
        again.wait("moved")
    with listening(live.origin, ticket_for(watcher, "branch", branch.id), after=stream.last_id) as behind:
        assert behind.wait("snapshot")["today"]["captured"] == 2


def test_stream_after_the_process_was_killed_continues_where_it_was(
    database: object, country: Country, watcher: UUID
) -> None:
    branch = country.branches[0]
    process = LiveProcess(free_port())
    process.start()
    with listening(process.origin, ticket_for(watcher, "branch", branch.id)) as stream:
        stream.wait("snapshot")
        process.kill()
        wait_for(lambda: stream.is_over, "the end of the stream")
    enrol(branch, times=2)
    process.start()
    try:
        with listening(process.origin, ticket_for(watcher, "branch", branch.id), after=stream.last_id) as again:
            assert again.wait("snapshot")["today"]["captured"] == 2
            enrol(branch)
            assert again.wait("moved")["today"]["captured"] == 3
    finally:
        assert process.stop() in (0, -15)


def test_stream_when_the_database_connection_is_lost_pauses_and_resumes(
    live: LiveProcess, country: Country, watcher: UUID
) -> None:
    branch = country.branches[0]
    with listening(live.origin, ticket_for(watcher, "branch", branch.id)) as stream:
        stream.wait("snapshot")
        with Work(scope=Scope.branch(branch.id)) as work:
            work.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'perisai-live'")
        stream.wait("paused")
        stream.wait("resumed")
        enrol(branch, times=2)
        wait_for(lambda: stream.today("accepted") == 2, "the news")
    wait_for(live.is_healthy, "health")


def test_stop_ends_the_streams_and_the_process(database: object, country: Country, watcher: UUID) -> None:
    process = LiveProcess(free_port())
    process.start()
    with listening(process.origin, ticket_for(watcher, "region", country.region)) as stream:
        stream.wait("snapshot")
        process.stop()
        wait_for(lambda: stream.is_over, "the end of the stream")


def test_stream_of_a_deactivated_user_ends(live: LiveProcess, country: Country, watcher: UUID) -> None:
    ticket = ticket_for(watcher, "branch", country.branches[0].id)
    with listening(live.origin, ticket) as stream:
        stream.wait("snapshot")
        User.objects.filter(pk=watcher).update(is_active=False)
        # Another arrival makes the process look at its users at once; else it looks every 20 seconds.
        with listening(live.origin, ticket_for(uuid7(), "branch", country.branches[0].id)) as stranger:
            assert stranger.status == 403
        assert stream.wait("ended") == {"reason": "user"}
    with listening(live.origin, ticket) as refused:
        assert refused.status == 403


@pytest.mark.parametrize("spoil", ["forged", "expired", "other scope", "nothing"])
def test_stream_with_a_bad_ticket_is_refused(live: LiveProcess, country: Country, watcher: UUID, spoil: str) -> None:
    branch = country.branches[0].id
    good = ticket_for(watcher, "branch", branch)
    early = utc_now() - timedelta(seconds=SECONDS + 10)
    expired = make_ticket(user_id=watcher, level="branch", key=str(branch), now=early, secret=keys.get("live_ticket"))
    other = make_ticket(user_id=watcher, level="nation", key="all", now=utc_now(), secret=b"another installation")
    ticket = {"forged": good[:-2] + "AA", "expired": expired, "other scope": other, "nothing": ""}[spoil]
    answer = httpx.get(f"{live.origin}/live/stream", params={"ticket": ticket}, trust_env=False)
    assert answer.status_code == 401


def test_stream_of_a_scope_that_is_not_there_is_refused(live: LiveProcess, watcher: UUID) -> None:
    ticket = ticket_for(watcher, "branch", 123_456)
    assert httpx.get(f"{live.origin}/live/stream", params={"ticket": ticket}, trust_env=False).status_code == 404


def test_stream_for_another_origin_is_refused(live: LiveProcess, country: Country, watcher: UUID) -> None:
    ticket = ticket_for(watcher, "region", country.region)
    headers = {"Origin": "https://elsewhere.example"}
    answer = httpx.get(f"{live.origin}/live/stream", params={"ticket": ticket}, headers=headers, trust_env=False)
    assert answer.status_code == 403


def test_extend_takes_a_ticket_of_the_same_person_and_scope_only(
    live: LiveProcess, country: Country, watcher: UUID
) -> None:
    with listening(live.origin, ticket_for(watcher, "region", country.region)) as stream:
        listener = str(stream.wait("hello")["listener"])

        def extend(ticket: str) -> int:
            query = {"listener": listener, "ticket": ticket}
            return httpx.post(f"{live.origin}/live/extend", params=query, trust_env=False).status_code

        assert extend(ticket_for(watcher, "region", country.region)) == 204
        assert extend(ticket_for(uuid7(), "region", country.region)) == 404
        assert extend(ticket_for(watcher, "nation", "all")) == 404
        assert extend("L1.x.y") == 401
