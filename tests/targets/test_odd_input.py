"""What somebody may send to the pages of targets by hand: each gets an answer, nothing breaks, nothing of another's is read."""

from datetime import date

from perisai.accounts.models import Role
from perisai.targets.plans import decide as plan_decide
from perisai.targets.plans import plan
from perisai.targets.plans.place import get_home
from perisai.targets.plans.plan import Cell
from tests.targets.conftest import Country
from tests.targets.test_plan_pages import MONTH, YEAR, client, draft, figures, form, send, sheet, text


def test_months_that_are_none_are_left_out(country: Country) -> None:
    plan_id = draft(country, country.branch)
    officer = client(Role.BRANCH, country.branch)
    address = f"/console/targets/plan/{country.branch}/{plan_id}/save/"
    for number in ("00199", "0", "13", "1" * 90):
        box = f"c:sub_branch:{country.sub_branch}:{number}"
        assert officer.post(address, form(0, {box: "5"})).status_code == 302, number
        assert officer.get(f"/console/targets/?year={YEAR}&month={number}").status_code == 200, number
    assert figures(country, country.branch, plan_id) == {}


def test_a_target_that_no_quota_and_no_phone_could_hold_is_refused(country: Country) -> None:
    """A figure of thousands of millions of people came to an agent's phone as an error at each sync."""
    plan_id = draft(country, country.agency)
    office = client(Role.AGENCY, country.agency)
    box = f"c:agent:{country.agents[0]}:{MONTH}"
    address = f"/console/targets/plan/{country.agency}/{plan_id}/"
    assert "E5014" in text(office.post(address + "save/", form(0, {box: "3000000000"})), 422)
    book = sheet(office, address + "export.xlsx")
    book["Target"]["F2"] = 3_000_000_000
    assert "not a whole number" in text(send(office, address + "import/", book), 422)
    book["Target"]["F2"] = "9" * 5000
    assert "not a whole number" in text(send(office, address + "import/", book), 422)
    asked = {
        "year": YEAR, "parent": country.agency, "of_segment": "BPU", "of_measure": "persons", "first": f"{YEAR}-12",
        "last": f"{YEAR}-12", "value": "3000000000", "reason": "Banyak sekali",
    }  # fmt: skip
    viewer = client(Role.AGENT, country.agency, agent_id=country.agents[0])
    assert viewer.post("/console/targets/mine/ask/", asked).status_code == 422
    assert office.post(address + "save/", form(0, {box: "10000000"})).status_code == 302


def test_labour_force_of_more_people_than_there_are_is_refused(country: Country) -> None:
    from tests.targets.test_weights import regions

    regions(country)
    officer = client(Role.REGION, country.region)
    page = f"/console/targets/labour/{country.region}/"
    book = sheet(officer, f"{page}template.xlsx?year=2032")
    rows = book["Angkatan kerja"]
    rows["E2"], rows["F2"], rows["G2"] = 3_000_000_000, 1, 1
    assert "not a whole number" in text(send(officer, page, book, year="2032"), 422)


def test_formulas_merged_cells_and_rows_of_another_office_are_named(country: Country) -> None:
    other = client(Role.BRANCH, country.other)
    theirs = draft(country, country.other)
    book = sheet(other, f"/console/targets/plan/{country.other}/{theirs}/export.xlsx")
    plan_id = draft(country, country.branch)
    officer = client(Role.BRANCH, country.branch)
    base = f"/console/targets/plan/{country.branch}/{plan_id}/"
    own = sheet(officer, base + "export.xlsx")
    own["Target"].append([YEAR, f"P-{country.other}-0001", "", "BPU", "orang", 5])
    assert "nobody with this code" in text(send(officer, base + "import/", own), 422)
    assert "E5021" in text(send(officer, base + "import/", book), 422), "a plan without any row"
    own = sheet(officer, base + "export.xlsx")
    own["Target"]["F2"] = "=1+1"
    text(send(officer, base + "import/", own), 422)
    own["Target"]["F2"] = 5
    own["Target"].merge_cells("F2:G2")
    text(send(officer, base + "import/", own), 422)
    assert figures(country, country.branch, plan_id) == {}


def test_no_one_reads_or_writes_another_ones_plan_by_its_number(country: Country) -> None:
    """Plans of regions stand outside row-level security: the pages alone keep them apart."""
    there = country.head + 50
    with country.work() as work:
        work.execute(
            "INSERT INTO offices_office (id, kind, parent_id, path, code, name, timezone, province_code, regencies, address,"
            " is_demo, is_open) VALUES (%s, 'region', %s, %s, %s, 'Kanwil Lain', 'Asia/Makassar', '94', '{}', '', true, true)",
            [there, country.head, [country.head, there], f"{there}-W"],
        )
    theirs, mine = draft(country, there), draft(country, country.region)
    region = client(Role.REGION, country.region)
    for method, address in (
        ("get", f"plan/{there}/"), ("get", f"plan/{there}/{theirs}/export.xlsx"), ("get", f"?office={there}"),
        ("get", f"plan/{country.region}/{theirs}/export.xlsx"), ("get", f"labour/{there}/"),
        ("post", f"plan/{there}/{theirs}/save/"), ("post", f"plan/{country.region}/{theirs}/save/"),
        ("post", f"plan/{country.region}/{theirs}/propose/"), ("post", f"plan/{country.region}/{theirs}/import/"),
        ("post", f"plan/{there}/start/"),
    ):  # fmt: skip
        answer = getattr(region, method)(f"/console/targets/{address}", form(0, {}) if method == "post" else {})
        assert answer.status_code in (404, 422), (method, address, answer.status_code)
        assert b"Kanwil Lain" not in answer.content
    below = draft(country, country.branch)
    sub = client(Role.SUB_BRANCH, country.sub_branch)
    own = draft(country, country.sub_branch)
    for office, plan_id in ((country.branch, below), (country.sub_branch, below), (country.sub_branch, mine)):
        box = {f"c:agent:{country.agents[3]}:{MONTH}": "7"}
        answer = sub.post(f"/console/targets/plan/{office}/{plan_id}/save/", form(0, box))
        assert answer.status_code == 404, (office, plan_id)
    assert client(Role.AGENCY, country.agency).get(f"/console/targets/plan/{country.sub_branch}/").status_code == 404
    assert figures(country, country.sub_branch, own) == {}


def test_a_target_of_nought_stays_nought_on_the_form(country: Country) -> None:
    """A branch that was closed to newcomers must not be opened by saving the form as it is."""
    head = client(Role.BRANCH_HEAD, country.branch)
    address = f"/console/targets/quota/{country.branch}/"
    sent = {"period": f"{YEAR + 1}-03", "target": "0", "cap_percent": "0", "mode": "block", "reason": "capacity"}
    assert head.post(address + "change/", sent).status_code == 302
    body = text(head.get(f"{address}?period={YEAR + 1}-03"))
    assert 'id="target" name="target" inputmode="numeric" required value="0"' in body
    assert 'id="cap_percent" name="cap_percent" inputmode="numeric" required value="0"' in body


def test_a_leap_february_is_split_to_the_person(country: Country) -> None:
    from perisai.targets.plans import weights

    with country.work() as work:
        home = get_home(work, country.region)
        plan_id = plan.start(work, home=home, year=2028, from_month=date(2028, 1, 1))
        weights.fill(
            work, home=home, plan_id=plan_id, revision=0, segment="BPU", measure="persons", by="equal", total=1_001
        )
        found = plan.figures(work, home=home, plan_id=plan_id)
    assert sum(found.values()) == 1_001
    assert found[Cell("branch", str(country.branch), date(2028, 2, 1), "BPU", "persons")] > 0


def test_an_office_that_has_closed_keeps_its_figures_and_takes_no_new_plan(country: Country) -> None:
    plan_id = draft(country, country.region)
    closed = Cell("branch", str(country.other), date(YEAR, MONTH, 1), "BPU", "persons")
    with country.work() as work:
        home = get_home(work, country.region)
        plan.edit(work, home=home, plan_id=plan_id, revision=0, cells={closed: 40})
        work.execute("UPDATE offices_office SET is_open = false WHERE id = %s", [country.other])
    region = client(Role.REGION, country.region)
    body = text(region.get(f"/console/targets/plan/{country.region}/"))
    assert "KC Dua" in body
    assert region.get("/console/targets/").status_code == 200
    assert region.get(f"/console/targets/plan/{country.other}/").status_code == 404
    box = f"c:branch:{country.other}:{MONTH}"
    address = f"/console/targets/plan/{country.region}/{plan_id}/save/"
    assert region.post(address, form(1, {box: ""})).status_code == 302, "what it had may be given to others"
    with country.work() as work:
        assert plan_decide.sums(plan.figures(work, home=home, plan_id=plan_id)) == {}
