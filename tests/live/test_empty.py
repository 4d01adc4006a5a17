"""Every screen of a place where nothing is yet: a region without branches, a branch opened today, offices and an agent of it."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from perisai.accounts.models import Role
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices.models import Office
from perisai.offices.office import create_office
from tests.live.places import Country, today
from tests.live.test_pages import login


class Empty(NamedTuple):
    level: str
    key: object
    role: Role
    office: int
    agent: UUID | None = None


def open_empty_places(country: Country) -> list[Empty]:
    region, branch, sub_branch, agency, agent = *(country.region + n for n in (5, 6, 7, 8)), uuid7()
    head = Office.objects.get(pk=country.head)
    with Work.open(scope=Scope.nation()) as work:
        create_office(work, id=region, kind="region", code=f"KW-{region}", name="Kanwil Baru", parent=head)
        above = Office.objects.get(pk=country.region)
        new = create_office(work, id=branch, kind="branch", code=f"KC-{branch}", name="KC Baru", parent=above)
        create_office(work, id=sub_branch, kind="sub_branch", code=f"KCP-{sub_branch}", name="KCP Baru", parent=new)
        create_office(work, id=agency, kind="agency", code=f"KP-{agency}", name="Kantor Baru", parent=new)
    with Work(scope=Scope.branch(branch)) as work:
        work.execute(
            "INSERT INTO agents_agent (branch_id, id, code, full_name, phone, state, since, agency_office_id)"
            " VALUES (%s, %s, %s, 'Agen Baru', '', 'active', %s, %s)",
            [branch, agent, f"P-{branch}-0001", today(), agency],
        )
    return [
        Empty("region", region, Role.REGION, region),
        Empty("branch", branch, Role.BRANCH_HEAD, branch),
        Empty("sub_branch", sub_branch, Role.SUB_BRANCH, sub_branch),
        Empty("agency_office", agency, Role.AGENCY, agency),
        Empty("agent", agent, Role.AGENT, branch, agent),
    ]


def test_every_screen_of_a_place_where_nothing_is_yet_opens(country: Country) -> None:
    yesterday, new_year = today() - timedelta(days=1), today().replace(month=1, day=1)
    for place in open_empty_places(country):
        client = login(place.role, place.office, place.agent)
        live, report = f"/console/live/{place.level}/{place.key}/", f"/console/reports/{place.level}/{place.key}/"
        addresses = [live, f"{live}?wall", f"{live}map/", f"{live}?as_of={yesterday}&compare=month"]
        if place.level in ("region", "branch"):
            addresses += [f"{live}?as_of={new_year}&compare=year", report]
            addresses += [f"{report}monthly/{yesterday}/{form}" for form in ("", "?form=pdf", "?form=xlsx")]
            addresses += ["/console/targets/", f"/console/targets/plan/{place.office}/", "/console/targets/quota/"]
        for address in addresses:
            answer = client.get(address, follow=True)
            assert answer.status_code == 200, address
            assert address != report or "\n–\n" not in answer.content.decode(), "a recap leaves out what is not known"
