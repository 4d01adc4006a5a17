"""Pages of employers: who sees which, the form, the file with its wrong rows, and the employer's own page by a link."""

import io
import re
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from perisai.accounts.models import Role
from perisai.offices.models import Office
from tests.accounts.people import logged_in, make_user
from tests.employers.conftest import Firm, fill, month, register, row
from tests.world import VILLAGE, make_branch, system_work, worker

LIST = "/console/employers/"


def client_of(firm: Firm, role: Role = Role.BRANCH, language: str = "en") -> Client:
    user = make_user(role, Office.objects.get(id=firm.branch.id))
    user.language = language
    user.save(update_fields=["language"])
    return logged_in(user)


@pytest.fixture
def officer(firm: Firm) -> Client:
    return client_of(firm)


def page(firm: Firm) -> str:
    return f"{LIST}{firm.id}/"


def typed(**changes: object) -> dict[str, object]:
    body = worker()
    return {
        "name": f"Bengkel {body['name']}",
        "owner_name": "Ibu Uji",
        "owner_nik": body["nik"],
        "scale": "small",
        "risk": "medium",
        "sector": "food",
        "region": VILLAGE,
        "phone": body["phone"].replace("+62", "0"),
    } | changes


def test_registered_by_the_form_and_found_by_what_is_known_of_it(firm: Firm, officer: Client) -> None:
    given = typed()
    answer = officer.post(f"{LIST}new/", given)
    assert answer.status_code == 302, answer.content.decode()
    shown = officer.get(answer["Location"]).content.decode()
    assert str(given["name"]) in shown
    assert str(given["owner_nik"]) not in shown
    for q in (given["name"], given["owner_nik"], str(given["name"])[:8]):
        assert str(given["name"]) in officer.get(LIST, {"q": q}).content.decode(), q
    assert str(given["name"]) not in officer.get(LIST, {"q": "tidak ada"}).content.decode()


def test_the_form_asks_for_everything_that_it_takes(firm: Firm, officer: Client) -> None:
    """Each field that registering reads stands on the page, to be filled and to be kept after a refusal."""
    asked = {
        "name", "owner_name", "owner_nik", "phone", "address", "sector", "risk", "village", "sales", "capital", "scale",
        "optional", "npp", "nib", "npwp",
    }  # fmt: skip
    shown = officer.get(f"{LIST}new/").content.decode()
    assert asked <= set(re.findall(r'<(?:input|select)[^>]* name="(\w+)"', shown))
    assert 'id="scale-told"' in shown, "where the suggested scale is said"
    kept = officer.post(f"{LIST}new/", typed(npp="x", sales="3000000000", optional="JP")).content.decode()
    assert re.search(r'name="scale" value="small" required checked', kept)
    assert re.search(r'name="optional" value="JP" checked', kept)
    assert "By its sales the business is of this scale: Small" in kept


def test_a_lookalike_is_told_on_the_form_and_nothing_is_made(firm: Firm, officer: Client) -> None:
    given = typed()
    officer.post(f"{LIST}new/", given)
    again = officer.post(f"{LIST}new/", given | {"name": "Nama Lain"})
    assert again.status_code == 409
    assert "same owner, same telephone" in again.content.decode()
    assert firm.ask("SELECT count(*) FROM employers_employer WHERE branch_id = %s") == [(2,)]
    assert officer.post(f"{LIST}new/", given | {"name": "Nama Lain", "is_another": "1"}).status_code == 302
    wrong = officer.post(f"{LIST}new/", typed(npp="x"))
    assert wrong.status_code == 422
    assert firm.ask("SELECT count(*) FROM employers_employer WHERE branch_id = %s") == [(3,)]


def test_a_file_from_the_template_to_the_rows_to_correct(firm: Firm, officer: Client) -> None:
    from perisai.employers import import_file

    template = officer.get(f"{LIST}template/")
    assert load_workbook(io.BytesIO(template.content)).sheetnames == ["Pekerja", "Contoh", "Petunjuk", "Pilihan"]
    sent = officer.post(
        f"{page(firm)}file/", {"file": SimpleUploadedFile("p.xlsx", fill([row(), row(sex="?"), row(name=None)]))}
    )
    assert sent.status_code == 302, sent.content.decode()
    address = sent["Location"]
    assert "hx-get" in officer.get(address).content.decode()
    import_file.run(firm.branch.id, UUID(address.rstrip("/").rsplit("/", 1)[-1]))
    done = officer.get(f"{address}state/").content.decode()
    assert "hx-get" not in done
    assert "Only one of these words: L, P" in done
    back = officer.get(f"{address}wrong/")
    assert load_workbook(io.BytesIO(back.content))["Pekerja"].max_row == 3
    assert officer.post(f"{address}undo/").status_code == 302
    assert "Undone" in officer.get(address).content.decode()
    assert officer.post(f"{page(firm)}file/", {"file": SimpleUploadedFile("p.xlsx", b"x")}).status_code == 422


def test_a_file_of_which_nothing_was_taken_is_not_to_be_undone(firm: Firm, officer: Client) -> None:
    from perisai.employers import import_file

    def undo_offered(*rows: dict[str, object]) -> bool:
        file = SimpleUploadedFile("p.xlsx", fill(list(rows)))
        address = officer.post(f"{page(firm)}file/", {"file": file})["Location"]
        import_file.run(firm.branch.id, UUID(address.rstrip("/").rsplit("/", 1)[-1]))
        return "Undo the whole import" in officer.get(address).content.decode()

    assert undo_offered(row())
    assert not undo_offered(row(sex="?"))


def test_wage_leave_bill_and_their_correction(firm: Firm, officer: Client) -> None:
    firm.bring_in([row(), row()])
    assert officer.post(f"{page(firm)}bill/", {"month": f"{month(0):%Y-%m}"}).status_code == 302
    ((who,), _) = firm.ask("SELECT enrolment_id FROM employers_job WHERE branch_id = %s ORDER BY 1")
    act = f"{page(firm)}worker/{who}/"
    wage = {"month": f"{month(0):%Y-%m}", "kind": "daily", "wage": "100.000"}
    assert officer.post(f"{act}wage/", wage).status_code == 302
    assert officer.post(f"{act}leave/", {"month": f"{month(0):%Y-%m}"}).status_code == 302
    assert officer.post(f"{act}stay/").status_code == 302
    assert officer.post(f"{act}wage/", wage | {"wage": "-1"}).status_code == 422
    shown = officer.get(page(firm)).content.decode()
    assert "Rp100.000 × 25" in shown
    assert "Did not leave after all" in shown
    ((bill_id, amount),) = firm.ask("SELECT id, amount FROM employers_bill WHERE branch_id = %s AND state = 'open'")
    assert amount == 4_500_000 * 84 // 10_000
    assert "Rp37.800" in officer.get(f"{page(firm)}bill/{bill_id}/").content.decode()


def test_the_form_finds_a_village_by_name_and_a_scale_by_figures(firm: Firm) -> None:
    from perisai.offices.models import Region

    officer = client_of(firm)
    name = Region.objects.get(code=VILLAGE).name
    found = officer.get("/console/employers/villages/", {"village": name[:4].lower()}).content.decode()
    assert f'value="{VILLAGE}"' in found
    assert officer.get("/console/employers/villages/", {"village": "a"}).content.decode().strip() == ""
    assert "No village" in officer.get("/console/employers/villages/", {"village": "qqqq\x01%_"}).content.decode()

    def told(**typed: str) -> str:
        return officer.get("/console/employers/scale/", typed).content.decode().strip()

    assert "sales the business is of this scale: Micro (PP 7/2021 Pasal 35(5)(a))" in told(sales="2.000.000.000")
    assert "Small (PP 7/2021 Pasal 35(5)(b))" in told(sales="2.000.000.001", capital="1")
    assert "capital the business is of this scale: Medium or large" in told(capital="5000000001")
    assert "Another one is chosen" in told(capital="5000000001", scale="micro")
    assert told(sales="", capital="") == told(sales="much") == ""
    # Without script the name alone is sent, and the page offers what it found.
    answer = officer.post("/console/employers/new/", {"name": "Toko Baru", "village": name})
    assert answer.status_code == 422
    assert f'value="{VILLAGE}"' in answer.content.decode()


def test_only_who_sees_the_employer_may_open_it(firm: Firm) -> None:
    stranger = client_of(Firm(make_branch(), firm.id))
    assert stranger.get(page(firm)).status_code == 404
    assert stranger.post(f"{page(firm)}bill/", {"month": "2026-11"}).status_code == 404
    auditor = client_of(firm, Role.AUDITOR)
    assert auditor.get(page(firm)).status_code == 200
    assert auditor.post(f"{page(firm)}bill/", {"month": "2026-11"}).status_code == 403


def test_the_employers_own_page_by_its_newest_link(firm: Firm, officer: Client) -> None:
    from perisai.employers import import_file, link
    from tests.employers.conftest import TODAY

    firm.bring_in([row()])
    with system_work(firm.branch) as work:
        address, _ = link.make(work, branch_id=firm.branch.id, employer_id=firm.id, today=TODAY)
    path = address[address.index("/usaha/") :]
    own = Client(SERVER_NAME="localhost")
    assert "Unduh contoh berkas" in own.get(path).content.decode()
    assert own.get(f"{path}contoh/").status_code == 200
    assert (
        own.post(f"{path}kirim/", {"file": SimpleUploadedFile("p.xlsx", fill([row(), row(sex="?")]))}).status_code
        == 302
    )
    ((sent,),) = firm.ask("SELECT id FROM employers_import WHERE branch_id = %s AND source = 'link'")
    import_file.run(firm.branch.id, sent)
    assert f"perbaiki/{sent}/" in own.get(path).content.decode()
    assert own.get(f"{path}perbaiki/{sent}/").status_code == 200
    assert officer.post(f"{page(firm)}bill/", {"month": f"{month(0):%Y-%m}"}).status_code == 302
    where = re.search(r'href="(/p/o/[^"]+)"', own.get(path).content.decode())
    assert where is not None
    assert re.search(r"<b[^>]*>(\d{4} )+\d{1,4}</b>", own.get(path).content.decode()), "the code in groups, to be typed"
    how = own.get(where[1])
    assert how.status_code == 200
    name = str(firm.ask("SELECT name FROM employers_employer WHERE branch_id = %s")[0][0])
    assert f"Pekerja {name}" in how.content.decode(), "for whom the sum is"
    assert "Jatuh tempo" in how.content.decode(), "not the last day of its code alone"
    ((who,), _) = firm.ask("SELECT enrolment_id FROM employers_job WHERE branch_id = %s ORDER BY 1")
    assert own.post(f"{path}keluar/{who}/", {"month": f"{month(0):%Y-%m}"}).status_code == 302
    assert (
        own.post(f"{path}upah/{who}/", {"month": f"{month(-9):%Y-%m}", "kind": "monthly", "wage": "1"}).status_code
        == 422
    )
    other = register(firm.branch)
    assert own.get(f"/usaha/{link.LINKS.make(firm.branch.id, other)[7:]}").status_code == 404
    assert "A new one ends it at once" in officer.get(page(firm)).content.decode()
    made = officer.post(f"{page(firm)}link/").content.decode()
    assert re.search(r'data-copy="http[^"]+/usaha/', made), "it is shown once: one press copies it"
    assert own.get(path).status_code == 404
