"""The go-live page: who may, what is told in both languages, and the file with its report."""

import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from perisai.accounts.models import Role
from tests.accounts.people import client_of, logged_in, make_user
from tests.blocked import until_somebody_waits
from tests.golive.conftest import Live, fill, member
from tests.world import VILLAGE, make_branch

PAGE = "/console/golive/"
Make = Callable[[], Live]


def officer_of(live: Live, role: Role = Role.BRANCH, language: str = "en") -> Client:
    return client_of(role, live.branch.id, language=language)


def send(client: Client, data: bytes) -> UUID:
    answer = client.post(f"{PAGE}send/", {"file": SimpleUploadedFile("impor.xlsx", data)})
    assert answer.status_code == 302, answer.content
    return UUID(answer["Location"].rstrip("/").rsplit("/", 1)[-1])


def test_from_the_template_to_the_import(live: Make) -> None:
    from perisai.golive import jobs

    one = live()
    client = officer_of(one, Role.BRANCH_HEAD)
    template = client.get(f"{PAGE}template/")
    assert load_workbook(io.BytesIO(template.content)).sheetnames == [
        "Petunjuk",
        "Kantor",
        "PKS",
        "Agen",
        "Peserta",
        "Tunggakan",
    ]
    file_id = send(client, fill(one.rows))
    waiting = client.get(f"{PAGE}{file_id}/").content.decode()
    assert "Being checked" in waiting
    assert f'hx-get="{PAGE}{file_id}/state/"' in waiting
    jobs.check_file(branch_id=one.branch.id, file_id=str(file_id))
    ready = client.get(f"{PAGE}{file_id}/state/").content.decode()
    assert "Import all of it" in ready
    assert "hx-get" not in ready
    assert client.post(f"{PAGE}{file_id}/import/").status_code == 302
    jobs.import_file(branch_id=one.branch.id, file_id=str(file_id))
    assert "Imported" in client.get(f"{PAGE}{file_id}/state/").content.decode()
    brought = load_workbook(io.BytesIO(client.get(f"{PAGE}{file_id}/agents/").content)).worksheets[0]
    codes = [[cell.value for cell in row[:2]] for row in brought.iter_rows(min_row=2)]
    assert codes == [[f"A-{n}", f"P-{one.branch.id}-{n:04d}"] for n in (1, 2, 3)]
    assert "impor.xlsx" in client.get(PAGE).content.decode()
    again = client.post(f"{PAGE}send/", {"file": SimpleUploadedFile("impor.xlsx", fill({"members": []}))})
    assert again.status_code == 302
    assert client.post(f"{PAGE}{file_id}/import/").status_code == 409


@pytest.mark.parametrize(
    ("language", "words"), [("en", "No village has this code"), ("id", "Tidak ada desa dengan kode ini")]
)
def test_report_is_told_on_the_page_and_as_a_file(live: Make, language: str, words: str) -> None:
    from perisai.golive import jobs

    one = live()
    client = officer_of(one, language=language)
    rows = one.rows | {"members": [*one.rows["members"], member(region="15.71.08.9999")]}
    file_id = send(client, fill(rows))
    jobs.check_file(branch_id=one.branch.id, file_id=str(file_id))
    assert words in client.get(f"{PAGE}{file_id}/").content.decode()
    report = client.get(f"{PAGE}{file_id}/report/").content
    book = load_workbook(io.BytesIO(report))
    told = book["Temuan"]
    assert [[cell.value for cell in row] for row in told.iter_rows(min_row=2)] == [["Peserta", 6, "Kode desa", words]]
    titles = [cell.value for cell in book["Peserta"][1]]
    wrong = book["Peserta"].cell(6, titles.index("Kode desa") + 1)
    assert wrong.comment is not None
    assert words in wrong.comment.text
    assert told["A2"].hyperlink.location == f"'Peserta'!{wrong.coordinate}"
    assert (wrong.value, wrong.fill.fgColor.rgb) == ("15.71.08.9999", "FFF8D7DA")
    wrong.value = VILLAGE
    corrected = io.BytesIO()
    book.save(corrected)
    again = send(client, corrected.getvalue())
    jobs.check_file(branch_id=one.branch.id, file_id=str(again))
    assert one.file(again)["problems"] == []


def test_page_is_for_the_branch_and_its_own_files(live: Make) -> None:
    one = live()
    file_id = send(officer_of(one), fill(one.rows))
    for role in (Role.AGENCY, Role.SUB_BRANCH, Role.AUDITOR):
        assert logged_in(make_user(role)).get(PAGE).status_code == 403, role
    stranger = officer_of(Live(make_branch(), {}))
    assert stranger.get(f"{PAGE}{file_id}/").status_code == 404
    assert stranger.get(f"{PAGE}{file_id}/report/").status_code == 404
    assert stranger.post(f"{PAGE}{file_id}/import/").status_code == 409


def test_a_defect_of_ours_leaves_nothing_behind_and_is_told(live: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from perisai.golive import bring_in, jobs

    one = live()
    file_id = one.check()["id"]
    client = officer_of(one)
    assert client.post(f"{PAGE}{file_id}/import/").status_code == 302

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(bring_in, "_members", fail)
    with pytest.raises(RuntimeError):
        jobs.import_file(branch_id=one.branch.id, file_id=str(file_id))
    assert one.ask("SELECT count(*) FROM agents_agent WHERE branch_id = %s") == [(0,)]
    assert "An error of ours" in client.get(f"{PAGE}{file_id}/").content.decode()
    monkeypatch.undo()
    again = one.check(one.rows | {"arrears": one.rows["arrears"]})
    assert again["state"] == "ready"


def test_handed_out_are_first_passwords_and_codes_that_work(live: Make) -> None:
    from perisai.accounts.models import User

    one = live()
    file_id = one.bring_in(one.check()["id"])["id"]
    client = officer_of(one)
    page = client.get(f"{PAGE}{file_id}/").content.decode()
    assert "2 agency offices" in page
    assert "3 agents" in page
    printed: list[dict[str, list[dict[str, str]]]] = []
    real = typst.compile

    def compiled(source: bytes, *, sys_inputs: dict[str, str], ignore_system_fonts: bool) -> bytes:
        printed.append(json.loads(sys_inputs["facts"]))
        return real(source, sys_inputs=sys_inputs, ignore_system_fonts=ignore_system_fonts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typst, "compile", compiled)
        answer = client.post(f"{PAGE}{file_id}/handout/")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert answer.content.startswith(b"%PDF")
    (facts,) = printed
    assert [len(facts["offices"]), len(facts["agents"])] == [2, 3]
    for slip in facts["offices"]:
        user = User.objects.get(username=slip["username"])
        assert user.check_password(slip["password"])
        assert user.must_change_password
    codes = one.ask("SELECT count(*) FROM accounts_activation_code WHERE branch_id = %s AND used_at IS NULL")
    assert codes == [(3,)]
    assert "2 agency offices" not in client.get(f"{PAGE}{file_id}/").content.decode()
    assert officer_of(Live(make_branch(), {})).post(f"{PAGE}{file_id}/handout/").status_code == 404


def test_of_two_who_hand_out_at_once_only_one_makes_the_passwords(live: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    one = live()
    file_id = one.bring_in(one.check()["id"])["id"]
    clients = [officer_of(one), officer_of(one)]
    printed: list[list[str]] = []

    def compiled(_source: bytes, *, sys_inputs: dict[str, str], **_options: object) -> bytes:
        printed.append([slip["username"] for slip in json.loads(sys_inputs["facts"])["offices"]])
        if len(printed) == 1:
            until_somebody_waits()
        return b"%PDF"

    def hand_out(client: Client) -> int:
        try:
            return client.post(f"{PAGE}{file_id}/handout/").status_code
        finally:
            connection.close()

    monkeypatch.setattr(typst, "compile", compiled)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(hand_out, clients)) == [200, 200]
    assert sorted(map(len, printed)) == [0, 2], "a password on paper is the one that counts"


def test_a_locked_file_is_told_as_locked(live: Make) -> None:
    one = live()
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    answer = officer_of(one).post(f"{PAGE}send/", {"file": SimpleUploadedFile("impor.xlsx", locked)})
    assert answer.status_code == 422
    assert "locked with a password" in answer.content.decode()
