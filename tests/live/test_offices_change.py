"""Offices are closed, opened again and named anew while their screens are looked at: a hub of this process, beat by beat."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection as mine

from perisai.accounts.models import Role
from perisai.events.reading import read
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices.models import Office
from perisai.offices.scopes import AGENT, BRANCH, NATION, REGION, SUB_BRANCH, WHOLE, Watch
from perisai.web.live.hub import Hub
from perisai.web.live.payload import build
from perisai.web.live.world import World
from tests.live.places import Country, enrol, make_user, utc_now
from tests.live.test_admission import Connection, accepted, in_a_thread, let_in, run


async def in_thread(act: Callable[[], object]) -> None:
    def work() -> None:
        try:
            act()
        finally:
            mine.close()

    await asyncio.to_thread(work)


async def change(office_id: int, **values: object) -> None:
    await in_thread(lambda: Office.objects.filter(id=office_id).update(**values))


def test_branch_that_is_closed_stops_nobodys_screen(country: Country, watcher: UUID) -> None:
    """An agent's screen that lacked its branch stopped the live process for the whole country, again and again."""
    branch, other = country.branches
    enrol(branch, times=2)
    enrol(other)

    async def scenario(hub: Hub, connection: Connection) -> None:
        region, _ = await let_in(hub, connection, watcher, REGION, country.region)
        agent, before = await let_in(hub, connection, watcher, AGENT, branch.agents[0])
        assert (before, len(region.payload["children"])) == (2, 2)
        await change(branch.id, is_open=False)
        await hub._refresh(connection)
        assert [row["key"] for row in region.payload["children"]] == [str(other.id)]
        assert (accepted(agent), len(agent.payload["feed"])) == (2, 2)
        await hub._begin(connection)
        await hub._tick(connection)
        assert accepted(agent) == 2
        newcomer, _ = await let_in(hub, connection, watcher, SUB_BRANCH, branch.sub_branch)
        assert accepted(newcomer) == 2
        whole, _ = await let_in(hub, connection, watcher, NATION, WHOLE)
        assert branch.id not in whole.place.branches, "though the process knows it again"
        await change(branch.id, is_open=True)
        await in_a_thread(branch, times=3)
        await hub._refresh(connection)
        await hub._tick(connection)
        assert accepted(region) == 2 + 3 + 1
        told = {item["n"] for item in region.payload["feed"]}
        assert {f"{branch.id}-{number}" for number in range(1, 6)} <= told, "what it did before it came back"

    run(scenario)


def test_agent_of_a_closed_branch_is_still_found_by_a_page(country: Country) -> None:
    branch = country.branches[0]
    enrol(branch)
    Office.objects.filter(id=branch.id).update(is_open=False)
    world = World()
    with Work(scope=Scope.nation()) as work:
        place = read(world.open(Watch(AGENT, str(branch.agents[0])), utc_now()), work.dicts)
        assert build(world, place, utc_now())["today"]["accepted"] == 1


def test_closed_agency_office_is_no_row_however_recent_its_last_events_are(country: Country, watcher: UUID) -> None:
    """Its name came back with its events in the feed, and its row with the name."""
    branch = country.branches[0]

    async def scenario(hub: Hub, connection: Connection) -> None:
        await in_a_thread(branch, times=1)
        channel, _ = await let_in(hub, connection, watcher, BRANCH, branch.id)
        await in_thread(lambda: enrol(branch, agent=1))
        await hub._tick(connection)
        await change(branch.agency_office, is_open=False)
        await hub._refresh(connection)
        assert [row["key"] for row in channel.payload["children"] if row["level"] == "agency_office"] == []
        assert channel.payload["feed"][0]["office"].startswith("Wadah Uji")

    run(scenario)


def test_branch_named_anew_is_called_so_within_a_minute(country: Country, watcher: UUID) -> None:
    """Not on the next day only."""
    branch = country.branches[0]

    async def scenario(hub: Hub, connection: Connection) -> None:
        region, _ = await let_in(hub, connection, watcher, REGION, country.region)
        await change(branch.id, name="KC Nama Baru", timezone="Asia/Makassar")
        await hub._refresh(connection)
        assert "KC Nama Baru" in {row["name"] for row in region.payload["children"]}
        assert hub.world.branches[branch.id].day.timezone == "Asia/Makassar"

    run(scenario)


def test_scope_that_cannot_be_read_ends_alone(country: Country, watcher: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    branch, other = country.branches
    other_user = make_user(Role.HEAD_OFFICE, country.head).pk

    async def scenario(hub: Hub, connection: Connection) -> None:
        kept, _ = await let_in(hub, connection, watcher, BRANCH, other.id)
        broken = Watch(BRANCH, str(branch.id))
        await let_in(hub, connection, watcher, broken.level, broken.key)
        find = World.find

        def find_or_fail(world: World, watch: Watch):  # type: ignore[no-untyped-def]
            if watch == broken:
                raise KeyError(branch.id)
            return find(world, watch)

        monkeypatch.setattr(World, "find", find_or_fail)
        await hub._begin(connection)
        assert broken not in hub.channels
        await in_a_thread(other, times=2)
        with pytest.raises(LookupError):
            await let_in(hub, connection, other_user, broken.level, broken.key)
        assert accepted(kept) == 2

    run(scenario)
