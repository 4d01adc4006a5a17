"""The public form as a browser without an account and without a script sends it."""

import re
from itertools import count
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from perisai.recruitment import candidate, link
from perisai.recruitment.pipeline import Reason, move
from tests.recruitment.people import picture, some_nik
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
_addresses = count(1)
DISTRICT = "15.71.08"


def visitor(language: str = "id") -> Client:
    """Somebody from an address of their own."""
    ip = f"198.51.{next(_addresses) // 250}.{next(_addresses) % 250}"
    return Client(SERVER_NAME="localhost", REMOTE_ADDR=ip, headers={"accept-language": language})


def office() -> Branch:
    branch = make_branch()
    with system_work(branch) as work:
        work.execute(
            "INSERT INTO offices_region (code, parent_code, level, name) VALUES ('15.71', '15', 2, 'Kota Jambi'),"
            " (%s, '15.71', 3, 'Jelutung') ON CONFLICT DO NOTHING",
            [DISTRICT],
        )
    return branch


def answers(client: Client, branch: Branch, **changes: Any) -> dict[str, Any]:
    page = client.get(f"/daftar-agen/?kantor={branch.id}").content.decode()
    key = re.search(r'name="form_key" value="([0-9a-f-]{36})"', page)
    assert key is not None
    return {
        "form_key": key[1],
        "full_name": "Ratna Dewi Uji",
        "nik": some_nik(),
        "birth_date": "1990-05-17",
        "education": "3",
        "phone": f"0813 55{next(_addresses):06d}",
        "district_1": DISTRICT,
        "is_bpu_member": "yes",
        "is_bpjs_employee": "no",
        "consent": "on",
    } | changes


def words(response: HttpResponse) -> str:
    return " ".join(re.sub("<[^>]+>", " ", response.content.decode()).split())


def send(client: Client, branch: Branch, **changes: Any) -> Any:
    return client.post(f"/daftar-agen/?kantor={branch.id}", answers(client, branch, **changes))


def token_of(response: Any) -> tuple[str, link.Owner]:
    token = response["Location"].removeprefix(link.PATH).partition("/")[0]
    owner = link.read(token)
    assert owner is not None
    return token, owner


def test_apply_sends_to_the_own_page_with_link_and_code() -> None:
    client, branch = visitor(), office()
    sent = send(client, branch)
    assert sent.status_code == 302, words(sent)
    page = client.get(sent["Location"])
    assert "Lamaran terkirim" in words(page)
    code = re.search(rf"{branch.id}-[A-Z0-9]{{5}}-[A-Z0-9]{{5}}", words(page))
    assert code is not None
    found = visitor().post("/daftar-agen/cek/", {"code": code[0].lower().replace("-", " ")})
    assert found["Location"] == sent["Location"].partition("?")[0]
    assert "no-store" in page["Cache-Control"]
    assert "script-src 'none'" in page["Content-Security-Policy"]


def test_apply_with_an_error_keeps_what_was_typed_and_says_what_is_wrong() -> None:
    client, branch = visitor(), office()
    answer = send(client, branch, nik="1234", phone="555", full_name="Nama <Yang> Diketik")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "NIK harus 16 angka." in page
    assert 'value="1234"' in page
    assert 'value="Nama &lt;Yang&gt; Diketik"' in page
    assert "Ini bukan nomor HP Indonesia." in page
    assert 'value="1990-05-17"' in page


def test_apply_in_english_speaks_english() -> None:
    client, branch = visitor("en"), office()
    assert "Application as an agent" in words(client.get(f"/daftar-agen/?kantor={branch.id}"))
    assert "A NIK has 16 digits." in words(send(client, branch, nik="1234"))


def test_apply_twice_with_one_form_makes_one_candidate() -> None:
    client, branch = visitor(), office()
    given = answers(client, branch)
    first, second = (client.post(f"/daftar-agen/?kantor={branch.id}", given)["Location"] for _ in range(2))
    assert first == second
    with system_work(branch) as work:
        assert work.row("SELECT count(*) FROM recruitment_candidate WHERE branch_id = %s", [branch.id]) == (1,)


def test_apply_says_the_same_whether_or_not_the_nik_is_known() -> None:
    branch, nik = office(), some_nik()
    client = visitor()
    send(client, branch, nik=nik)
    again = send(client, branch, nik=nik)
    page = words(client.get(again["Location"]))
    assert "Lamaran terkirim" in page
    assert "lain dengan NIK ini" not in page


def test_apply_too_often_for_one_number_is_slowed_down() -> None:
    branch, client = office(), visitor()
    statuses = [send(client, branch, phone="081399990001").status_code for _ in range(6)]
    assert statuses[:5] == [302] * 5
    assert statuses[5] == 429


def test_nik_and_account_lie_encrypted() -> None:
    client, branch, nik = visitor(), office(), some_nik()
    send(client, branch, nik=nik, bank="BNI", account="0123 4567 890", account_holder="Ratna")
    with system_work(branch) as work:
        row = work.row("SELECT c::text FROM recruitment_candidate c WHERE branch_id = %s", [branch.id])
    assert row is not None
    assert nik not in row[0]
    assert "01234567890" not in row[0]


def test_pictures_come_one_by_one_and_a_bad_one_loses_nothing() -> None:
    client, branch = visitor(), office()
    token, owner = token_of(send(client, branch))
    good = SimpleUploadedFile("ktp.jpg", picture(), "image/jpeg")
    assert client.post(f"{link.PATH}{token}/dokumen/id_card/", {"picture": good}).status_code == 302
    bad = SimpleUploadedFile("wajah.jpg", b"<html>", "image/jpeg")
    answer = client.post(f"{link.PATH}{token}/dokumen/face/", {"picture": bad})
    assert answer.status_code == 422
    assert "Foto tidak dapat dibaca" in words(answer)
    with system_work(branch) as work:
        facts = candidate.get_facts(work, owner.branch_id, owner.candidate_id)
    assert facts.missing_documents == ("face", "certificate", "bank_book")


def test_own_page_completes_what_was_missing() -> None:
    client, branch = visitor(), office()
    token, owner = token_of(send(client, branch, is_bpu_member="no"))
    assert "Nomor KPJ kepesertaan" in words(client.get(f"{link.PATH}{token}/"))
    given = {"kpj": "12345678901", "bank": "BNI", "account": "123456789", "holder": "Ratna Dewi Uji"}
    wrong = client.post(f"{link.PATH}{token}/lengkapi/", given | {"kpj": "12"})
    assert wrong.status_code >= 400
    assert 'value="123456789"' in wrong.content.decode()
    assert client.post(f"{link.PATH}{token}/lengkapi/", given).status_code == 302
    with system_work(branch) as work:
        assert candidate.get_facts(work, owner.branch_id, owner.candidate_id).broken == ("bpu_unproven",)


def test_refusal_is_read_with_its_reason_in_plain_words() -> None:
    client, branch = visitor(), office()
    token, owner = token_of(send(client, branch))
    with system_work(branch) as work:
        why = Reason("no_place", "Silakan coba bulan Maret.")
        move(work, branch_id=branch.id, candidate_id=owner.candidate_id, to="refused", reason=why)
    page = words(client.get(f"{link.PATH}{token}/"))
    assert "belum ada tempat untuk agen baru" in page
    assert "Silakan coba bulan Maret." in page
    late = client.post(
        f"{link.PATH}{token}/dokumen/face/", {"picture": SimpleUploadedFile("a.jpg", picture(), "image/jpeg")}
    )
    assert late.status_code == 409


def test_withdraw_asks_once_and_closes() -> None:
    client, branch = visitor(), office()
    token, _owner = token_of(send(client, branch))
    asked = client.post(f"{link.PATH}{token}/mundur/")
    assert "Tarik lamaran Anda?" in words(asked)
    client.post(f"{link.PATH}{token}/mundur/", {"sure": "yes"})
    assert "Lamaran sudah Anda tarik" in words(client.get(f"{link.PATH}{token}/"))


def test_link_that_was_changed_opens_nothing_and_guessing_is_slowed_down() -> None:
    client, branch = visitor(), office()
    token, _owner = token_of(send(client, branch))
    changed = ("A" if token[0] != "A" else "B") + token[1:]
    assert client.get(f"{link.PATH}{changed}/").status_code == 404
    statuses = [client.post("/daftar-agen/cek/", {"code": f"{branch.id}-AAAAA-AAAAA"}).status_code for _ in range(11)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_without_a_branch_the_form_asks_for_one_first() -> None:
    branch = office()
    page = visitor().get("/daftar-agen/").content.decode()
    assert f'<option value="{branch.id}">' in page
    assert "form_key" not in page
