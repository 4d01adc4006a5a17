"""Pages of targets: who sees and does what, the form with two officers at once, spreadsheets good and bad."""

import base64
import io
import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from perisai.accounts.models import Role
from perisai.offices.models import Office
from perisai.targets.plans import plan
from perisai.targets.plans.place import get_home
from tests.accounts.people import logged_in, make_user
from tests.targets.conftest import Country
from tests.targets.test_weights import forces, regions

TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date()
YEAR = TODAY.year
MONTH = TODAY.month


def client(role: Role, office: int, **more: Any) -> Client:
    user = make_user(role, Office.objects.get(id=office))
    user.language = "en"
    for name, value in more.items():
        setattr(user, name, value)
    user.save()
    return logged_in(user)


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[-2000:] if not answer.streaming else answer.status_code
    return str(answer.content.decode())


def draft(country: Country, office: int) -> UUID:
    """Begun by somebody, from January."""
    with country.work(at=datetime.now(UTC)) as work:
        return plan.start(work, home=get_home(work, office), year=YEAR, from_month=date(YEAR, 1, 1))


def figures(country: Country, office: int, plan_id: UUID) -> dict[plan.Cell, int]:
    with country.work() as work:
        return plan.figures(work, home=get_home(work, office), plan_id=plan_id)


def form(revision: int, values: dict[str, str], **more: str) -> dict[str, str]:
    return {"revision": str(revision), "year": str(YEAR), "segment": "BPU", "measure": "persons"} | values | more


def test_whole_way_from_begin_to_approval(country: Country) -> None:
    maker, head = client(Role.BRANCH, country.branch), client(Role.BRANCH_HEAD, country.branch)
    page = f"/console/targets/plan/{country.branch}/"
    assert "No plan for this year yet" in text(maker.get(page))
    assert maker.post(page + "start/", {"year": YEAR, "from_month": f"{YEAR}-01"}).status_code == 302
    body = text(maker.get(page))
    ((plan_id),) = set(re.findall(r"/plan/\d+/([0-9a-f-]{36})/save/", body))
    box = f"c:sub_branch:{country.sub_branch}:{MONTH}"
    assert f'name="{box}"' in body
    assert maker.post(f"{page}{plan_id}/save/", form(0, {box: "1.250"})).status_code == 302
    assert "1,250" in text(maker.get(page))
    assert maker.post(f"{page}{plan_id}/propose/", form(1, {})).status_code == 302
    refused = maker.post(f"{page}{plan_id}/decide/", form(2, {"decide": "approve"}))
    assert refused.status_code == 403, "an officer may not approve a branch's plan"
    assert "Plans of targets to approve" in text(head.get("/console/"))
    assert f"/plan/{country.branch}/" in text(head.get("/console/targets/waiting/"))
    assert head.post(f"{page}{plan_id}/decide/", form(2, {"decide": "approve"})).status_code == 302
    body = text(head.get(page))
    assert "in force" in body
    assert "approved it" in body
    with country.work() as work:
        assert work.row(
            "SELECT target FROM targets_quota WHERE branch_id = %s AND period = %s",
            [country.branch, TODAY.replace(day=1)],
        ) == (1250,)
    tree = text(head.get("/console/targets/"))
    assert "1,250" in tree
    assert "KCP Uji" in tree
    assert "Agen Uji 3" in tree


def test_what_was_put_forward_too_early_is_taken_back_by_its_makers(country: Country) -> None:
    plan_id = draft(country, country.branch)
    maker, head = client(Role.BRANCH, country.branch), client(Role.BRANCH_HEAD, country.branch)
    page = f"/console/targets/plan/{country.branch}/"
    box = f"c:sub_branch:{country.sub_branch}:{MONTH}"
    assert maker.post(f"{page}{plan_id}/save/", form(0, {box: "12"})).status_code == 302
    assert maker.post(f"{page}{plan_id}/propose/", form(1, {})).status_code == 302
    assert "Take it back" in text(maker.get(page))
    assert maker.post(f"{page}{plan_id}/back/", form(2, {})).status_code == 302
    body = text(maker.get(page))
    assert "took it back" in body
    assert f'name="{box}"' in body, "a draft again"
    assert maker.post(f"{page}{plan_id}/propose/", form(3, {})).status_code == 302
    assert head.post(f"{page}{plan_id}/decide/", form(4, {"decide": "approve"})).status_code == 302
    assert "E5013" in text(maker.post(f"{page}{plan_id}/back/", form(5, {})), 409)
    assert client(Role.AGENCY, country.agency).post(f"{page}{plan_id}/back/", form(5, {})).status_code == 404


def test_second_officer_sees_both_figures_and_loses_nothing(country: Country) -> None:
    plan_id = draft(country, country.branch)
    address = f"/console/targets/plan/{country.branch}/{plan_id}/save/"
    box = f"c:sub_branch:{country.sub_branch}:{MONTH}"
    first, second = client(Role.BRANCH, country.branch), client(Role.BRANCH, country.branch)
    assert first.post(address, form(0, {box: "70"})).status_code == 302
    answer = second.post(address, form(0, {box: "90"}))
    body = text(answer, 409)
    assert "E5012" in body
    assert 'value="90"' in body, "what was typed stays"
    assert "70 · Uji" in body, "and whose figure it is now"
    assert 'name="revision" value="1"' in body
    assert set(figures(country, country.branch, plan_id).values()) == {70}
    assert second.post(address, form(1, {box: "90"})).status_code == 302
    assert set(figures(country, country.branch, plan_id).values()) == {90}


def test_bad_figure_of_the_form_changes_nothing(country: Country) -> None:
    plan_id = draft(country, country.branch)
    officer = client(Role.BRANCH, country.branch)
    box = f"c:sub_branch:{country.sub_branch}:{MONTH}"
    for value in ("-1", "1x", "9" * 17):
        body = text(officer.post(f"/console/targets/plan/{country.branch}/{plan_id}/save/", form(0, {box: value})), 422)
        assert f'value="{value}"' in body
    assert figures(country, country.branch, plan_id) == {}


def test_each_role_sees_its_own_part(country: Country) -> None:
    draft(country, country.branch)
    part = {
        "branch": country.branch,
        "sub": country.sub_branch,
        "agency": country.agency,
        "region": country.region,
        "other": country.other,
    }
    sees = {
        (Role.HEAD_OFFICE, country.head): {"branch", "sub", "agency", "region", "other"},
        (Role.REGION, country.region): {"branch", "sub", "agency", "region", "other"},
        (Role.BRANCH_HEAD, country.branch): {"branch", "sub", "agency"},
        (Role.SUB_BRANCH, country.sub_branch): {"sub"},
        (Role.AGENCY, country.agency): {"agency"},
        (Role.AUDITOR, country.head): {"branch", "sub", "agency", "region", "other"},
    }
    for (role, office), seen in sees.items():
        viewer = client(role, office)
        leads_on = "/console/targets/waiting/" in text(viewer.get("/console/targets/"))
        assert leads_on is (role in (Role.HEAD_OFFICE, Role.REGION, Role.BRANCH_HEAD)), role
        assert viewer.get("/console/targets/mine/").status_code == 200
        for name, one in part.items():
            answer = viewer.get(f"/console/targets/plan/{one}/")
            assert answer.status_code == (200 if name in seen else 404), (role, name)
    auditor = client(Role.AUDITOR, country.head)
    begin = {"year": YEAR, "from_month": f"{YEAR}-{MONTH:02d}"}
    assert auditor.post(f"/console/targets/plan/{country.other}/start/", begin).status_code == 403
    region = client(Role.REGION, country.region)
    assert region.post(f"/console/targets/plan/{country.other}/start/", begin).status_code == 403, (
        "a branch plans for itself"
    )
    stranger = client(Role.BRANCH_HEAD, country.other)
    assert stranger.post(f"/console/targets/plan/{country.branch}/start/", begin).status_code == 404


def test_agent_sees_own_target_and_asks_for_another(country: Country) -> None:
    agent = country.agents[0]
    viewer = client(Role.AGENT, country.agency, agent_id=agent)
    body = text(viewer.get("/console/targets/mine/"))
    assert "Kantor Perisai Uji decides" in body
    coming = re.findall(r'<tr><td>\w{3} \d{4}</td><td class="number">[^<]*</td><td class="number">–</td><td', body)
    assert len(coming) == 12 - MONTH
    assert viewer.get("/console/targets/").status_code == 403
    asked = {
        "year": YEAR, "parent": country.agency, "of_segment": "BPU", "of_measure": "persons", "first": f"{YEAR}-{MONTH:02d}",
        "last": f"{YEAR}-12", "value": "12", "reason": "Cuti melahirkan",
    }  # fmt: skip
    assert viewer.post("/console/targets/mine/ask/", asked | {"reason": ""}).status_code == 422
    for wrong in ({"value": "seratus"}, {"value": "-5"}, {"first": f"{YEAR}-12", "last": f"{YEAR}-01"}):
        assert "such as 450" in text(viewer.post("/console/targets/mine/ask/", asked | wrong), 422)
    assert viewer.post("/console/targets/mine/ask/", asked | {"parent": country.branch}).status_code == 422
    assert viewer.post("/console/targets/mine/ask/", asked).status_code == 302
    assert "Cuti melahirkan" in text(viewer.get("/console/targets/mine/"))
    office = client(Role.AGENCY, country.agency)
    body = text(office.get(f"/console/targets/plan/{country.agency}/"))
    assert "Cuti melahirkan" in body
    (proposal,) = set(re.findall(r"/([0-9a-f-]{36})/refuse/", body))
    address = f"/console/targets/plan/{country.agency}/{proposal}/refuse/"
    assert office.post(address, form(0, {"reason": ""})).status_code == 422
    assert office.post(address, form(0, {"reason": "Bulan ini belum"})).status_code == 302
    assert office.post(address, form(0, {"reason": "Bulan ini belum"})).status_code == 409
    assert "Bulan ini belum" in text(viewer.get("/console/targets/mine/"))


def test_proposal_of_a_branch_is_taken_by_its_region(country: Country) -> None:
    branch, region = client(Role.BRANCH_HEAD, country.branch), client(Role.REGION, country.region)
    asked = {
        "year": YEAR, "parent": country.region, "of_segment": "PU", "of_measure": "outreach", "first": f"{YEAR}-12",
        "last": f"{YEAR}-12", "value": "40", "reason": "Pameran UMKM",
    }  # fmt: skip
    assert branch.post("/console/targets/mine/ask/", asked).status_code == 302
    assert "Proposals for other targets" in text(region.get("/console/"))
    plan_id = draft(country, country.region)
    (proposal,) = set(
        re.findall(
            r'name="proposal" value="([0-9a-f-]{36})"', text(region.get(f"/console/targets/plan/{country.region}/"))
        )
    )
    taken = region.post(f"/console/targets/plan/{country.region}/{plan_id}/take/", form(0, {"proposal": proposal}))
    assert taken.status_code == 302
    assert figures(country, country.region, plan_id) == {
        plan.Cell("branch", str(country.branch), date(YEAR, 12, 1), "PU", "outreach"): 40
    }
    assert "Your proposals that were answered" in text(branch.get("/console/"))
    stranger = client(Role.BRANCH_HEAD, country.other)
    assert "Pameran UMKM" not in text(stranger.get("/console/targets/mine/"))


def sheet(viewer: Client, address: str) -> Any:
    answer = viewer.get(address)
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.content))


def send(viewer: Client, address: str, book: Workbook | bytes, **more: str) -> Any:
    data = io.BytesIO()
    if isinstance(book, bytes):
        data.write(book)
    else:
        book.save(data)
    file = SimpleUploadedFile("t.xlsx", data.getvalue())
    return viewer.post(
        address, {"file": file, "year": str(YEAR), "revision": "0", "segment": "BPU", "measure": "persons"} | more
    )


def test_plan_goes_out_and_comes_back(country: Country) -> None:
    plan_id = draft(country, country.branch)
    officer = client(Role.BRANCH, country.branch)
    base = f"/console/targets/plan/{country.branch}/{plan_id}/"
    book = sheet(officer, base + "export.xlsx")
    page = book["Target"]
    assert page.protection.sheet
    assert page["A2"].protection.locked
    assert not page["F2"].protection.locked
    assert page.max_row == 1 + 3 * 6, "three children, two segments, three measures"
    page["F2"], page["G2"], page["R2"] = 10, 20, 30
    assert send(officer, base + "import/", book).status_code == 302
    assert sorted(figures(country, country.branch, plan_id).values()) == [10, 20]
    assert "took figures from a spreadsheet" in text(officer.get(f"/console/targets/plan/{country.branch}/"))
    assert send(officer, base + "import/", book, revision="0").status_code == 302
    assert sorted(figures(country, country.branch, plan_id).values()) == [10, 20], "sent twice, it changes nothing more"


BAD_PLANS = {
    "B2": ("P-NOBODY", "nobody with this code"),
    "D2": ("XX", "must be BPU or PU"),
    "E2": ("jiwa", "must be persons"),
    "F2": ("12,5", "not a whole number"),
    "G2": (-4, "not a whole number"),
    "R2": (31, "do not add up"),
    "A2": (YEAR - 1, "another year"),
}


def test_wrong_cells_come_back_red_and_nothing_is_taken(country: Country) -> None:
    plan_id = draft(country, country.branch)
    officer = client(Role.BRANCH, country.branch)
    base = f"/console/targets/plan/{country.branch}/{plan_id}/"
    for cell, (value, said) in BAD_PLANS.items():
        book = sheet(officer, base + "export.xlsx")
        book["Target"]["F3"], book["Target"]["H2"] = 5, 2
        book["Target"][cell] = value
        body = text(send(officer, base + "import/", book), 422)
        assert "E5023" in body
        assert said in body
        marked = re.search(r'base64,([A-Za-z0-9+/=]+)"', body)
        assert marked
        back = load_workbook(io.BytesIO(base64.b64decode(marked[1])))["Target"]
        assert back[cell].comment is not None, f"the wrong cell {cell} says why"
        assert said in back[cell].comment.text
    assert figures(country, country.branch, plan_id) == {}


def test_file_of_another_year_and_files_that_are_none_are_refused(country: Country) -> None:
    plan_id = draft(country, country.branch)
    officer = client(Role.BRANCH, country.branch)
    base = f"/console/targets/plan/{country.branch}/{plan_id}/"
    book = sheet(officer, base + "export.xlsx")
    for row in range(2, book["Target"].max_row + 1):
        book["Target"][f"A{row}"] = YEAR - 1
    body = text(send(officer, base + "import/", book), 422)
    assert "E5022" in body
    assert f"for the year {YEAR - 1}" in body
    empty = Workbook()
    for bad in (b"", b"%PDF-1.4", b"PK\x03\x04broken", empty):
        assert "E5021" in text(send(officer, base + "import/", bad), 422)
    double = sheet(officer, base + "export.xlsx")
    double["Target"].append([cell.value for cell in double["Target"][2]])
    assert "stands in the file twice" in text(send(officer, base + "import/", double), 422)
    assert figures(country, country.branch, plan_id) == {}


def test_month_that_is_over_may_not_differ_in_a_file(country: Country) -> None:
    from tests.targets.test_plan import made

    made(country, country.branch, {("sub_branch", str(country.sub_branch)): 8}, at=datetime.now(UTC))
    with country.work(at=datetime.now(UTC)) as work:
        home = get_home(work, country.branch)
        plan_id = plan.start(work, home=home, year=YEAR, from_month=TODAY.replace(day=1))
    officer = client(Role.BRANCH, country.branch)
    base = f"/console/targets/plan/{country.branch}/{plan_id}/"
    book = sheet(officer, base + "export.xlsx")
    page = book["Target"]
    row = next(row for row in range(2, page.max_row + 1) if page[f"F{row}"].value == 8)
    page[f"R{row}"] = None
    page.cell(row, 5 + MONTH).value = 9
    if MONTH > 1:
        page[f"F{row}"] = 7
        assert "this month is over" in text(send(officer, base + "import/", book), 422)
        page[f"F{row}"] = 8
    assert send(officer, base + "import/", book).status_code == 302


def test_labour_force_by_spreadsheet(country: Country) -> None:
    regions(country)
    officer = client(Role.REGION, country.region)
    year, known = 2031, forces(country)
    page = f"/console/targets/labour/{country.region}/"
    book = sheet(officer, f"{page}template.xlsx?year={year}")
    rows = book["Angkatan kerja"]
    codes = [rows[f"B{row}"].value for row in range(2, rows.max_row + 1)]
    assert set(forces(country)) <= set(codes)
    for row, code in enumerate(codes, start=2):
        if code in known:
            for column, value in zip("EFG", known[code][:3], strict=True):
                rows[f"{column}{row}"] = value
    assert send(officer, page, book, year=str(year)).status_code == 302
    body = text(officer.get(f"{page}?year={year}"))
    assert "4 of 4 rows were new" in body
    assert "7,600" in body
    assert "E5024" in text(send(officer, page, book, year=str(year)), 409)
    assert "E5022" in text(send(officer, page, book, year=str(year + 1)), 422)
    rows["G2"] = 10**6
    assert "more than the labour force" in text(send(officer, page, book, year=str(year)), 422)
    rows["G2"], rows["B3"] = None, "15.71.01"
    body = text(send(officer, page, book, year=str(year)), 422)
    assert "must be filled in" in body
    assert "not in the office" in body
    assert (
        client(Role.SUB_BRANCH, country.sub_branch).get(f"/console/targets/labour/{country.sub_branch}/").status_code
        == 200
    )
    assert (
        send(client(Role.AGENCY, country.agency), f"/console/targets/labour/{country.agency}/", book).status_code == 403
    )


def test_split_by_the_page(country: Country) -> None:
    plan_id = draft(country, country.region)
    officer = client(Role.REGION, country.region)
    address = f"/console/targets/plan/{country.region}/{plan_id}/split/"
    assert "E5026" in text(officer.post(address, form(0, {"by": "last_year", "total": "100"})), 422)
    assert (
        officer.post(address, form(0, {"by": "equal", "months_by": "working_days", "total": "1.001"})).status_code
        == 302
    )
    assert sum(figures(country, country.region, plan_id).values()) == 1001


def test_odd_addresses_are_answered(country: Country) -> None:
    officer = client(Role.BRANCH, country.branch)
    for query in ("year=x&month=99", "year=99999", "month=0&segment=Q&measure=Q", "office=abc", "office=999999999"):
        assert officer.get(f"/console/targets/?{query}").status_code in (200, 404), query
    assert officer.get(f"/console/targets/plan/{country.branch}/?v=77&year=2019").status_code == 200
    assert officer.post(f"/console/targets/plan/{country.branch}/start/", {"from_month": "\x00"}).status_code == 400
