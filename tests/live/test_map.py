"""The map: figures by kecamatan and regency, the records behind them, boundaries where there are any, and field activity."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role, User
from perisai.agents.licence import get_standing
from perisai.events.captured import Captured
from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.figures import take
from perisai.members.enrolments.candidate import Asked
from perisai.members.enrolments.enrol import enrol_many
from perisai.offices import boundaries, labour_force
from perisai.offices.boundaries import About
from perisai.offices.labour_force import Force
from perisai.offices.models import Office
from perisai.offices.scopes import BRANCH, Place, Watch
from perisai.web.live import field_points, map_places, map_shapes
from tests.live.places import BranchPlace, Country, enrol, make_country, today
from tests.live.test_pages import login
from tests.offices.shapes import ABOUT, collection, feature, square
from tests.world import FieldAgent, make_agent, make_branch, system_work, worker

LAST_MONTH = today().replace(day=1) - timedelta(days=1)
DISTRICTS = {"15.04.91": "Uji Hulu", "15.04.92": "Uji Hilir"}
"""Kecamatan that only these tests know, of a regency that the branches serve."""
VILLAGE = "15.04.91.2001"


@pytest.fixture(scope="module")
def country(database: Path) -> Country:
    """Of this month 3 and 2 in two kecamatan; of the last day of last month 4 that came at once, and 1 that came today."""
    del database
    made = make_country()
    rows = [*((code, "15.04", 3, name) for code, name in DISTRICTS.items()), (VILLAGE, "15.04.91", 4, "Desa Uji")]
    rows.append(("15.04.92.2001", "15.04.92", 4, "Desa Lain"))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO offices_region (code, parent_code, level, name) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            rows,
        )
    branch = made.branches[0]
    then = FixedClock(datetime(LAST_MONTH.year, LAST_MONTH.month, LAST_MONTH.day, 5, tzinfo=UTC))
    enrol(branch, times=4, region=VILLAGE, clock=then)
    enrol(branch, region=VILLAGE, day=LAST_MONTH)
    enrol(branch, times=3, region=VILLAGE)
    enrol(branch, times=2, region="15.04.92.2001")
    return made


def figures_of(page: str) -> dict[str, str]:
    """Name of a place -> what the table says of the figure."""
    rows = re.findall(r'<tr data-place="[^"]+">(.*?)</tr>', page, re.DOTALL)
    found = {}
    for row in rows:
        name, value = re.search(r'<th scope="row">(.*?)<small>', row), re.search(r'<td class="number">(.*?)</td>', row)
        assert name
        assert value
        found[_plain(name[1])] = _plain(value[1])
    return found


def _plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_kecamatan_say_what_was_accepted_there_this_month(country: Country) -> None:
    branch = country.branches[0]
    page = login(Role.BRANCH_HEAD, branch.id).get(f"/console/live/branch/{branch.id}/map/").content.decode()
    told = figures_of(page)
    assert (told["Uji Hulu"], told["Uji Hilir"]) == ("3", "2")
    assert "Kotak, bukan bentuk sebenarnya" in page
    assert f"/console/members/?level=branch&amp;key={branch.id}&amp;metric=accepted" in page
    assert "&amp;district=15.04.91" in page


def test_regencies_of_a_region_add_up_their_branches(country: Country) -> None:
    enrol(country.branches[1], times=2, region="15.72.01.1001")
    region = login(Role.REGION, country.region)
    told = figures_of(region.get(f"/console/live/region/{country.region}/map/").content.decode())
    assert told["Kab. Batanghari" if "Kab. Batanghari" in told else "Kabupaten Batanghari"] == "5"
    assert sum(int(value) for value in told.values()) == 7


def test_past_day_says_what_was_known_then_and_lists_just_that(country: Country) -> None:
    branch = country.branches[0]
    head = login(Role.BRANCH_HEAD, branch.id)
    page = head.get(f"/console/live/branch/{branch.id}/map/?as_of={LAST_MONTH}").content.decode()
    assert figures_of(page)["Uji Hulu"] == "4"
    assert f"&amp;known={LAST_MONTH}" in page
    paying = head.get(f"/console/live/branch/{branch.id}/map/?as_of={LAST_MONTH}&figure=paying").content.decode()
    assert f"&amp;cover=paid&amp;as_of={LAST_MONTH}" in paying, "whoever paid then, not whoever pays today"


def test_figure_and_list_behind_it_hold_the_same_people(country: Country) -> None:
    """Members of both months; of those of last month one was told after it ended."""
    agent = _agent()
    then = datetime(LAST_MONTH.year, LAST_MONTH.month, LAST_MONTH.day, 5, tzinfo=UTC)
    now = datetime.now(UTC)
    for captured, received in ((now, now), (now, now), (then, then), (then, now)):
        _member(agent, captured=captured, received=received)
    head = login(Role.BRANCH_HEAD, agent.branch.id)
    for question, count in (("", 2), (f"?as_of={LAST_MONTH}", 1)):
        page = head.get(f"/console/live/branch/{agent.branch.id}/map/{question}").content.decode()
        assert figures_of(page)["Uji Hulu"] == str(count)
        row = next(row for row in page.split("<tr ") if row.startswith('data-place="15.04.91"'))
        match = re.search(r'href="(/console/members/[^"]+)"', row)
        assert match
        behind = head.get(match[1].replace("&amp;", "&")).content.decode()
        assert behind.count('data-href="/console/members/') == count, question
        assert "Kecamatan Uji Hulu" in _plain(behind), "the filter is told, and can be taken away"


def test_coverage_is_of_the_labour_force_and_marks_few_members(country: Country) -> None:
    branch = country.branches[0]
    office = Office.objects.get(id=branch.id)
    with Work(scope=Scope.nation()) as work:
        rows = {"15.04.91": Force(800, 500, 100, "Uji")}
        labour_force.bring(work, office=office, year=today().year, rows=rows, data=b"x", today=today())
    _stood(branch, "15.04.91", paying=4)
    page = login(Role.BRANCH_HEAD, branch.id).get(f"/console/live/branch/{branch.id}/map/?figure=coverage")
    told = figures_of(page.content.decode())
    assert told["Uji Hulu"] == "0,50 % *"
    assert told["Uji Hilir"] == "–", "no labour force, no coverage"
    assert "Kurang dari lima peserta" in page.content.decode()
    paying = login(Role.BRANCH_HEAD, branch.id).get(f"/console/live/branch/{branch.id}/map/?figure=paying")
    told = figures_of(paying.content.decode())
    assert (told["Uji Hulu"], told["Uji Hilir"]) == ("4", "0"), "nought where a standing was taken, not unknown"


def test_boundaries_make_it_a_map_that_tells_its_source(country: Country) -> None:
    branch = country.branches[0]
    data = collection(feature("15.04.91", 103.0), feature("15.04.92", 103.2))
    about = About(**(ABOUT | {"edition": "peta"}))
    with Work(scope=Scope.nation()) as work:
        boundaries.bring(work, data=data, file_name="a.geojson", about=about)
    head = login(Role.BRANCH_HEAD, branch.id)
    address = f"/console/live/branch/{branch.id}/map/?within=15.04"
    page = head.get(address).content.decode()
    if len(figures_of(page)) <= 4:  # the whole country may be known to the database of this run
        assert page.count('class="spot step-') == 2
        assert "Badan Uji, peta (CC BY 4.0)" in page
        assert "map-tile" not in page
    assert "map-tile" in head.get(f"{address}&view=tiles").content.decode()


@pytest.mark.parametrize(
    "question",
    ["figure=income", "by=x", "within=15.04;", "as_of=kemarin", "sort=name'", "view=x", "as_of=2999-01-01"],
)
def test_what_cannot_be_read_is_as_if_it_were_not_there(country: Country, question: str) -> None:
    branch = country.branches[0]
    answer = login(Role.BRANCH_HEAD, branch.id).get(f"/console/live/branch/{branch.id}/map/?{question}")
    assert answer.status_code == 200


def test_map_of_others_stays_theirs(country: Country) -> None:
    one, other = country.branches
    assert login(Role.BRANCH_HEAD, other.id).get(f"/console/live/branch/{one.id}/map/").status_code == 403
    assert login(Role.SUB_BRANCH, one.sub_branch).get(f"/console/live/branch/{one.id}/map/").status_code == 403
    assert login(Role.REGION, country.region).get("/console/live/nation/all/map/").status_code == 403
    assert login(Role.HEAD_OFFICE, country.head).get("/console/live/branch/999999/map/").status_code == 404


def test_points_are_cells_for_the_branch_and_kecamatan_above_it(country: Country) -> None:
    agent = _agent(under=country.region)
    branch = agent.branch.id
    for _ in range(3):
        _member(agent, place={"lat": -1.912345, "lon": 103.112345, "accuracy": 12})
    _member(agent, village="15.04.92.2001", place={"lat": -1.95, "lon": 103.3, "accuracy": 12})
    _member(agent, village="15.04.92.2001", place={"lat": -1.95, "lon": 103.3, "accuracy": 5000})
    path = f"/console/live/branch/{branch}/map/"
    mine = activity_of(login(Role.BRANCH_HEAD, branch).get(path).content.decode())
    assert mine == {"Desa Uji": "3", "Desa Lain": "1"}, "who is not sure where they are is nowhere"
    above = login(Role.REGION, country.region)
    assert activity_of(above.get(path).content.decode()) == {"Uji Hulu": "3"}, "fewer than three are not told"
    assert activity_of(above.get(f"/console/live/region/{country.region}/map/").content.decode()) == {"Uji Hulu": "3"}
    head = login(Role.HEAD_OFFICE, country.head)
    assert "Kegiatan lapangan" not in head.get("/console/live/nation/all/map/").content.decode()
    user = User.objects.get(agent_id=agent.id)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "sealed"})
    own = Client(SERVER_NAME="localhost")
    own.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = own.get(f"/console/live/agent/{agent.id}/map/")
    assert answer.status_code == 200, answer.content[:300]
    assert activity_of(answer.content.decode()) == mine
    with Work(scope=Scope.branch(branch)) as work:
        place = Place(Watch(BRANCH, str(branch)), "", "", (branch,))
        viewer = Viewer.of(User.objects.filter(role=Role.BRANCH_HEAD, office_id=branch).latest("created_at"))
        cells = field_points.read(work, viewer, place, today()).cells
    assert sorted((cell.longitude, cell.latitude, cell.enrolments) for cell in cells) == [
        (103.11075, -1.91025, 3),
        (103.29975, -1.95075, 1),
    ], "the middle of a cell of 500 m, not where it was"


def test_page_asks_a_fixed_number_of_statements(country: Country) -> None:
    head = login(Role.HEAD_OFFICE, country.head)
    counts = []
    for level, key in (("branch", country.branches[0].id), ("region", country.region), ("nation", "all")):
        head.get(f"/console/live/{level}/{key}/map/")
        with CaptureQueriesContext(connection) as made:
            assert head.get(f"/console/live/{level}/{key}/map/").status_code == 200
        counts.append(len(made))
    assert max(counts) <= 30, counts


def test_classes_hold_as_many_places_each_and_leave_none_out() -> None:
    assert map_places._bounds([1, 2, 3]) == [1, 2]
    assert map_places._bounds(list(range(1, 11))) == [2, 4, 6, 8]
    assert map_places._bounds([1] * 50 + [9]) == [1]
    assert map_places._bounds([]) == []


def test_shapes_fill_the_drawing_and_keep_their_proportions() -> None:
    wide = [[tuple(at) for at in square(103.0, -2.0)]], [[tuple(at) for at in square(103.2, -2.0)]]
    drawing = map_shapes.draw({"a": [wide[0]], "b": [wide[1]], "tiny": [[[(103.1, -1.9)] * 4]]})  # type: ignore[list-item]
    assert drawing
    assert drawing.width == 1000
    assert drawing.height == pytest.approx(500, abs=12)
    assert drawing.paths["tiny"].endswith("h4v4h-4z"), "every place can be pressed"
    assert map_shapes.draw({}) is None


def activity_of(page: str) -> dict[str, str]:
    """Where -> enrolments, as the table of field activity tells."""
    rows = re.findall(
        r'<tr><th scope="row">(.*?)<small>.*?<td class="number">(.*?)</td>', page.split("Kegiatan lapangan", 1)[1]
    )
    return {_plain(name): value for name, value in rows}


def _agent(under: int | None = None) -> FieldAgent:
    """An agent of a branch that serves the regency of these tests, under a region office if one is named."""
    branch = make_branch()
    office = Office.objects.filter(id=branch.id)
    office.update(regencies=["15.04"])
    if under is not None:
        office.update(parent_id=under, path=[*Office.objects.get(id=under).path, branch.id])
    return make_agent(branch)


def _member(
    agent: FieldAgent, *, captured: datetime | None = None, received: datetime | None = None, village: str = VILLAGE,
    place: dict[str, float] | None = None,
) -> None:  # fmt: skip
    """An enrolment that a phone sent, judged as they are."""
    captured, received = captured or datetime.now(UTC), received or datetime.now(UTC)
    told = Asked(uuid7(), worker(region=village), Captured(captured, captured, captured, doubtful=False), place)
    with system_work(agent.branch, FixedClock(received)) as work:
        standing = get_standing(work, branch_id=agent.branch.id, agent_id=agent.id)
        zone = agent.branch.timezone
        enrol_many(work, branch_id=agent.branch.id, timezone=zone, standing=standing, device_id=None, asked=[told])


def _stood(branch: BranchPlace, district: str, *, paying: int) -> None:
    """A standing of today, of the branch and, made up after it, one kecamatan."""
    with Work(scope=Scope.branch(branch.id)) as work:
        take.take(work, branch_id=branch.id, timezone="Asia/Jakarta")
        work.execute(
            "INSERT INTO figures_standing"
            " SELECT (jsonb_populate_record(s, jsonb_build_object('level', 'd', 'key', %s::text, 'paying', %s::int))).*"
            " FROM figures_standing s WHERE branch_id = %s AND level = 'b' AND day = %s",
            [district, paying, branch.id, today()],
        )
