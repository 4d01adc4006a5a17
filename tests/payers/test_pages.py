"""Pages of sponsors and groups through the front door, and what a coordinator sees without an account."""

import re
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from perisai.accounts.models import Role
from perisai.payers import group, link, queries, sponsor
from tests.accounts.people import client_of, tree
from tests.documents.money import bill_of
from tests.payers.people import member_of, work_at
from tests.world import VILLAGE, Branch, jakarta_today

pytestmark = pytest.mark.usefixtures("database")
MONTH = jakarta_today().replace(day=1)


@pytest.fixture
def branch() -> Branch:
    branch = Branch(tree().branch.id)
    with work_at(branch) as work:
        work.execute(
            "INSERT INTO events_position (branch_id, number) VALUES (%s, 0) ON CONFLICT DO NOTHING", [branch.id]
        )
        work.execute(
            "INSERT INTO offices_region (code, parent_code, level, name) VALUES (%s, '15.71.08', 4, 'Jelutung')"
            " ON CONFLICT DO NOTHING",
            [VILLAGE],
        )
    return branch


def make_group(branch: Branch) -> UUID:
    with work_at(branch) as work:
        return group.make(
            work, branch_id=branch.id, kind="ojek_stand", name="Pangkalan Uji", place="Simpang", region=VILLAGE,
            speaker=group.Speaker("Pak Darwis", None), agent_id=None,
        )  # fmt: skip


def made_sponsor(client: Client, branch: Branch) -> str:
    """The address of a sponsor that pays this month and the next eleven."""
    answer = client.post(
        "/console/payers/sponsors/make/",
        {"kind": "company_csr", "name": "PT Uji", "first_month": f"{MONTH:%Y-%m}", "last_month": f"{MONTH.year + 1}-12",
         "budget": "1.000.000"},
    )  # fmt: skip
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def test_sponsor_pages_are_read_by_staff_and_changed_by_the_branch(branch: Branch) -> None:
    address = made_sponsor(client_of(Role.BRANCH), branch)
    for role in (Role.BRANCH_HEAD, Role.SUB_BRANCH, Role.HEAD_OFFICE, Role.AUDITOR):
        page = client_of(role).get(address)
        assert page.status_code == 200, role
        assert "PT Uji" in page.content.decode()
    assert client_of(Role.AGENCY).get(address).status_code == 403
    assert client_of(Role.HEAD_OFFICE).post(f"{address}order/", {"month": f"{MONTH:%Y-%m}"}).status_code == 403


def test_officer_funds_members_by_list_group_and_file_and_pays_them_by_one_code(branch: Branch) -> None:
    client = client_of(Role.BRANCH)
    address = made_sponsor(client, branch)
    stand = make_group(branch)
    listed = member_of(branch, name="Satu Uji", paid_through=MONTH)
    grouped = member_of(branch, name="Dua Uji", group=stand, paid_through=MONTH)
    sent = member_of(branch, name="Tiga Uji", nik="1571085705908801", paid_through=MONTH)
    client.post(f"{address}fund/", {"by": "list", "list": f"https://perisai/console/members/1/{listed}/"})
    client.post(f"{address}fund/", {"by": "group", "group": str(stand)})
    taken = client.post(
        f"{address}fund/",
        {"by": "file", "file": SimpleUploadedFile("a.csv", b"NIK,Nama\n1571085705908801,Tiga\n157108,Salah\n")},
    ).content.decode()
    assert "Salah" in taken
    assert "bukan NIK 16 angka" in taken or "no NIK of 16 digits" in taken
    assert "base64," in taken
    page = client.get(address).content.decode()
    for name in ("Satu Uji", "Dua Uji", "Tiga Uji"):
        assert name in page
    assert client.post(f"{address}order/", {"month": f"{MONTH:%Y-%m}"}).status_code == 409, "no bills yet"
    with work_at(branch) as work:
        for one in (listed, grouped, sent):
            from perisai.contributions.runs import run

            run.issue_month(work, branch_id=branch.id, timezone="Asia/Jakarta", month=_next(MONTH), enrolment_ids=[one])
    ordered = client.post(f"{address}order/", {"month": f"{_next(MONTH):%Y-%m}"})
    assert ordered.status_code == 302, ordered.content.decode()[:400]
    page = client.get(address).content.decode()
    assert "3 tagihan" in page
    assert client.post(f"{address}order/", {"month": f"{_next(MONTH):%Y-%m}"}).status_code == 409, "one a month"
    for form in ("pdf", "xlsx"):
        assert client.get(f"{address}statement.{form}").status_code == 200


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def test_group_page_sheet_and_code_for_chosen_bills(branch: Branch) -> None:
    client, stand = client_of(Role.BRANCH), make_group(branch)
    rider = member_of(branch, name="Joko Uji Santoso", group=stand)
    bill = bill_of(branch, rider, MONTH)
    with work_at(branch) as work:
        work.execute(
            "UPDATE contributions_bill SET pay_by = now() + interval '20 days' WHERE branch_id = %s AND id = %s",
            [branch.id, bill],
        )
    address = f"/console/payers/groups/{branch.id}/{stand}/"
    page = client.get(address).content.decode()
    assert "Joko Uji Santoso" in page
    assert "Rp48.800" in page
    assert "1571" not in client.get(f"{address}sheet/").content.decode(), "no NIK on the coordinator's sheet"
    ordered = client.post(f"{address}order/", {"bill": [str(bill)]})
    assert ordered.status_code == 302, ordered.content.decode()[:400]
    assert "1 tagihan" in client.get(address).content.decode()


def test_coordinators_link_shows_who_is_paid_without_names_and_ends_with_the_office(branch: Branch) -> None:
    client, stand = client_of(Role.BRANCH), make_group(branch)
    member_of(branch, name="Joko Widagdo Santoso", group=stand, paid_through=MONTH)
    member_of(branch, name="Siti Uji", group=stand, paid_through=date(MONTH.year - 1, 12, 1))
    address = f"/console/payers/groups/{branch.id}/{stand}/"
    found = re.search(r'value="https?://[^/"]+(/kelompok/[^"]+)"', client.get(address).content.decode())
    assert found
    page = Client(SERVER_NAME="localhost").get(found[1]).content.decode()
    assert "Joko S." in page
    assert "Widagdo" not in page
    assert "1 / 2" in page
    client.post(f"{address}change/", {"act": "coordinator", "coordinator": "Bu Baru"})
    assert Client(SERVER_NAME="localhost").get(found[1]).status_code == 410
    assert Client(SERVER_NAME="localhost").get(f"{link.PATH}abc/").status_code == 404


def test_group_pages_show_no_other_branchs_groups(branch: Branch) -> None:
    stand = make_group(branch)
    elsewhere = f"/console/payers/groups/{branch.id + 77}/{stand}/"
    assert client_of(Role.BRANCH).get(elsewhere).status_code == 404


def test_empty_list_of_exports_says_how_to_begin() -> None:
    client = client_of(Role.HEAD_OFFICE)
    assert "empty-note" in client.get("/console/documents/exports/").content.decode()


def test_wage_earner_of_a_group_does_not_end_for_dues_of_the_employer(branch: Branch) -> None:
    stand = make_group(branch)
    old = (MONTH - timedelta(days=200)).replace(day=1)
    bpu = member_of(branch, name="Bpu Lama", group=stand, paid_through=old)
    wage = member_of(branch, name="Pu Lama", group=stand, paid_through=old)
    address = made_sponsor(client_of(Role.BRANCH), branch)
    with work_at(branch) as work:
        sponsor_id = UUID(address.rstrip("/").rpartition("/")[2])
        wanted = [sponsor.ToFund(one, MONTH, MONTH) for one in (bpu, wage)]
        sponsor.fund(work, branch_id=branch.id, sponsor_id=sponsor_id, wanted=wanted)
        work.execute("UPDATE members_enrolment SET segment = 'PU', risk = 'low' WHERE id = %s", [wage])
        (speaks,) = queries.speakers(work, branch.id, stand)
    officer = client_of(Role.BRANCH)
    group_page = officer.get(f"/console/payers/groups/{branch.id}/{stand}/").content.decode()
    own_page = Client(SERVER_NAME="localhost").get(link.LINKS.make(branch.id, speaks["id"])).content.decode()
    for page, ended in ((group_page, "Berakhir"), (officer.get(address).content.decode(), "Berakhir"),
                        (own_page, "tidak terlindungi lagi")):  # fmt: skip
        bpu_row, pu_row = (re.split("</tr>|</li>", page[page.index(name) :])[0] for name in ("Bpu L", "Pu L"))
        assert (ended in bpu_row, ended in pu_row) == (True, False)


def test_what_was_typed_is_kept_where_a_new_sponsor_or_group_is_refused(branch: Branch) -> None:
    client = client_of(Role.BRANCH)
    sponsor = {
        "kind": "local_budget",
        "name": "Pemda Uji",
        "first_month": "2026-02",
        "last_month": "2026-01",
        "is_state": "1",
    }
    page = client.post("/console/payers/sponsors/make/", sponsor).content.decode()
    for kept in ('value="Pemda Uji"', 'value="2026-02"', 'value="local_budget" selected', 'value="1" checked', "E4508"):
        assert kept in page, kept
    stand = {"kind": "market", "name": "Pasar Uji", "region": "tak ada", "coordinator": "Bu Uji", "phone": "0812"}
    page = client.post("/console/payers/groups/make/", stand).content.decode()
    for kept in ('value="Pasar Uji"', 'value="tak ada"', 'value="Bu Uji"', 'value="market" selected', 'role="alert"'):
        assert kept in page, kept
    assert "Pasar Uji" not in client.get("/console/payers/groups/").content.decode()


def test_budget_that_is_no_sum_is_refused_and_never_taken_for_none(branch: Branch) -> None:
    client = client_of(Role.BRANCH)
    address = made_sponsor(client, branch)
    contract = {"kind": "village", "name": "Desa Uji", "first_month": f"{MONTH:%Y-%m}", "last_month": f"{MONTH:%Y-%m}"}
    prolong = {"act": "prolong", "last_month": f"{MONTH.year + 2}-12"}
    for budget in ("9" * 5_000, "-5", "banyak", "9" * 16):
        for answer in (
            client.post("/console/payers/sponsors/make/", contract | {"budget": budget}),
            client.post(f"{address}change/", prolong | {"budget": budget}),
        ):
            assert (answer.status_code, b"E4502" in answer.content) == (422, True), budget[:10]
