"""The applicant's own page: by link or code, without an account; what is sent, what staff see of it, and how it ends."""

import io
import re
from itertools import count
from typing import Any
from uuid import UUID

import pytest
import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from perisai.accounts.models import Role
from perisai.agencies import application, document, link, own
from perisai.agencies.checklist import items_on
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices.models import Office
from tests.accounts.people import tree
from tests.agencies.offices import APPLICANT, refused
from tests.agencies.test_pages import APPLICATION, LIST, TODAY, branch, client, rows
from tests.processes import run_together
from tests.recruitment.people import picture

pytestmark = pytest.mark.usefixtures("database")
_addresses = count(1)
FORM = "/daftar-kantor/"


def visitor(language: str = "id") -> Client:
    """Somebody from an address of their own."""
    number = next(_addresses)
    ip = f"198.52.{number // 250}.{number % 250}"
    return Client(SERVER_NAME="localhost", REMOTE_ADDR=ip, headers={"accept-language": language})


def sent(who: Client, **changes: Any) -> HttpResponse:
    return who.post(FORM, APPLICATION | {"branch": str(branch().id), "key": str(uuid7())} | changes)


def own_page(who: Client) -> tuple[str, link.Owner]:
    path = sent(who)["Location"].partition("?")[0]
    owner = link.read(path.split("/")[-2])
    assert owner is not None
    return path, owner


def words(response: HttpResponse) -> str:
    return " ".join(re.sub("<[^>]+>", " ", response.content.decode()).split())


def paper(data: bytes | None = None, name: str = "ktp.jpg") -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile(name, picture() if data is None else data)}


def test_from_the_form_to_the_decision_by_link_and_code() -> None:
    who = visitor()
    answer = sent(who, name="Koperasi Uji Sendiri")
    first = who.get(answer["Location"])
    code = re.search(r'class="number">([0-9]+-[A-Z0-9]{5}-[A-Z0-9]{5})<', first.content.decode())
    assert (first.status_code, code is not None) == (200, True)
    assert code is not None
    path = answer["Location"].partition("?")[0]
    again = visitor().post(f"{FORM}cek/", {"code": code[1].lower().replace("-", " ")})
    assert (again.status_code, again["Location"]) == (302, path), "the code leads to the same page"
    assert "belum diperiksa" in words(who.get(path))
    assert who.post(f"{path}berkas/leader_identity/", paper()).status_code == 302
    owner = link.read(path.split("/")[-2])
    assert owner is not None
    clerk = client(Role.BRANCH)
    desk = f"{LIST}{owner.branch_id}/applications/{owner.application_id}/"
    seen = re.search(rf'href="({desk}papers/[0-9a-f-]+/)"', clerk.get(desk).content.decode())
    assert seen is not None
    opened = clerk.get(seen[1])
    assert (opened["Content-Type"], "no-store" in opened["Cache-Control"]) == ("image/jpeg", True)
    assert not dict(Image.open(io.BytesIO(opened.content)).getexif()), "without place, time or camera"
    clerk.post(f"{desk}check/", {"item": "legal_form", "is_met": "0", "note": "Daftar pengurus belum ditandatangani"})
    clerk.post(f"{desk}check/", {"item": "meeting", "is_met": "1", "note": "catatan untuk petugas"})
    told = words(who.get(path))
    assert "Daftar pengurus belum ditandatangani" in told
    assert "catatan untuk petugas" not in told, "only what is not met is explained"
    clerk.post(f"{desk}refuse/", {"reason": "agents", "note": "Baru dua calon agen"})
    end = words(who.get(path))
    assert "Pengajuan Anda belum diterima" in end
    assert "Baru dua calon agen" in end
    assert who.post(f"{path}berkas/tax_number/", paper()).status_code == 409, "closed"
    assert who.post(f"{path}mundur/", {"sure": "yes"}).status_code == 409
    assert rows(
        "SELECT kind FROM events_event WHERE branch_id = %s AND subject_id = %s AND kind LIKE %s ORDER BY number",
        [owner.branch_id, owner.application_id, "agency_document%"],
    ) == [("agency_document_added",), ("agency_document_seen",)]
    texts = rows(
        "SELECT purpose FROM messages_message WHERE branch_id = %s AND purpose = 'agency_application'",
        [owner.branch_id],
    )
    assert texts, "a text says that there is a decision"


def test_approved_application_says_what_comes_next_in_english() -> None:
    who = visitor("en")
    path, owner = own_page(who)
    clerk = client(Role.BRANCH)
    desk = f"{LIST}{owner.branch_id}/applications/{owner.application_id}/"
    for item in items_on(TODAY):
        clerk.post(f"{desk}check/", {"item": item, "is_met": "1"})
    assert clerk.post(f"{desk}approve/").status_code == 302
    told = words(who.get(path))
    assert "your application is approved" in told
    assert "cooperation agreement" in told
    assert "Withdraw" not in told


def _pdf(pages: int) -> bytes:
    made = typst.compile(b"#for n in range(%d) [#pagebreak(weak: true) page]" % pages)
    assert isinstance(made, bytes)
    return made


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b"not a picture", 422),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", 422),
        (b"%PDF-1.7 broken", 422),
        (b"\xff\xd8\xff" + bytes(9 * 1024 * 1024), 422),
        (None, 302),
        ("pdf", 302),
        ("pages", 422),
    ],
)
def test_papers_that_cannot_be_read_are_told_and_lose_nothing(data: bytes | str | None, status: int) -> None:
    who = visitor()
    path, owner = own_page(who)
    who.post(f"{path}berkas/legal_form/", paper())
    if data in ("pdf", "pages"):
        data = _pdf(2 if data == "pdf" else 21)
    answer = who.post(f"{path}berkas/tax_number/", paper(data, "evil.exe"))  # type: ignore[arg-type]
    assert answer.status_code == status
    if status == 422:
        assert "bukan foto atau PDF" in words(answer)
    with Work.open(scope=Scope.branch(owner.branch_id)) as work:
        kept = document.of(work, branch_id=owner.branch_id, application_id=owner.application_id)
    assert set(kept) == ({"legal_form"} if status == 422 else {"legal_form", "tax_number"})


def test_one_paper_once_and_at_most_six_of_an_item_and_only_where_one_is_asked() -> None:
    who = visitor()
    path, owner = own_page(who)
    for _ in range(2):
        assert who.post(f"{path}berkas/legal_form/", paper(picture(size=(640, 300)))).status_code == 302
    for shade in range(10, 15):
        assert who.post(f"{path}berkas/legal_form/", paper(picture(size=(640, 300 + shade)))).status_code == 302
    assert who.post(f"{path}berkas/legal_form/", paper(picture(size=(640, 500)))).status_code == 409
    for item in ("meeting", "none"):
        assert who.post(f"{path}berkas/{item}/", paper()).status_code == 404
    with Work.open(scope=Scope.branch(owner.branch_id)) as work:
        kept = document.of(work, branch_id=owner.branch_id, application_id=owner.application_id)
    assert [len(kept[item]) for item in kept] == [6]


def test_withdrawn_by_the_applicant_after_a_question() -> None:
    who = visitor()
    path, owner = own_page(who)
    assert "Tarik pengajuan ini?" in words(who.post(f"{path}mundur/"))
    assert who.post(f"{path}mundur/", {"sure": "yes"}).status_code == 302
    assert "Pengajuan sudah Anda tarik" in words(who.get(path))
    clerk = client(Role.BRANCH)
    desk = f"{LIST}{owner.branch_id}/applications/{owner.application_id}/"
    assert clerk.post(f"{desk}refuse/", {"reason": "no_need"}).status_code == 409
    assert clerk.get(desk).status_code == 200


def test_links_and_codes_that_are_none_are_refused_and_guesses_end() -> None:
    who = visitor()
    path, _ = own_page(visitor())
    token = path.split("/")[-2]
    for wrong in (token[:-2] + "zz", token + "A", "x", "é"):
        assert who.get(f"{FORM}saya/{wrong}/").status_code == 404
    for typed in ("", "1501-AAAAA-AAAAA", "x" * 300):
        assert who.post(f"{FORM}cek/", {"code": typed}).status_code == 404
    for _ in range(10):
        last = who.post(f"{FORM}cek/", {"code": "7110-AAAAA-AAAAA"})
    assert last.status_code == 429
    assert who.get(path).status_code == 429, "whoever guesses waits"
    assert visitor().get(path).status_code == 200


def test_form_sent_again_with_other_content_gives_no_link() -> None:
    key = str(uuid7())
    first = sent(visitor(), key=key)["Location"]
    assert sent(visitor(), key=key)["Location"] == first
    for change in ({"name": "Lain"}, {"leader_phone": "081299988877"}):
        other = sent(visitor(), key=key, **change)
        assert (other.status_code, other.has_header("Location")) == (409, False)


def test_papers_are_open_to_staff_of_the_branch_only() -> None:
    who = visitor()
    path, owner = own_page(who)
    who.post(f"{path}berkas/leader_identity/", paper())
    with Work.open(scope=Scope.branch(owner.branch_id)) as work:
        kept = document.of(work, branch_id=owner.branch_id, application_id=owner.application_id)
    at = f"{LIST}{owner.branch_id}/applications/{owner.application_id}/papers/{kept['leader_identity'][0]['id']}/"
    assert client(Role.BRANCH).get(at).status_code == 200
    assert client(Role.BRANCH, tree().other_branch).get(at).status_code == 404
    assert client(Role.AGENCY).get(at).status_code == 403
    assert client(Role.REGION).get(at).status_code == 403
    assert client(Role.BRANCH).get(at.replace(str(owner.application_id), str(uuid7()))).status_code == 404
    assert who.get(at).status_code in (302, 403)


def test_withdrawn_and_refused_at_once_one_wins() -> None:
    parent = Office.objects.get(id=branch().id)
    with Work.open(scope=Scope.branch(parent.id)) as work:
        application_id = application.apply(work, parent=parent, applicant=APPLICANT, source="public")
    owner = link.Owner(branch().id, application_id)

    def withdraw() -> str:
        with Work.open(scope=Scope.branch(owner.branch_id)) as work:
            own.withdraw(work, owner)
        return "withdrawn"

    def refuse() -> str:
        with Work.open(scope=Scope.branch(owner.branch_id)) as work:
            application.refuse(
                work, branch_id=owner.branch_id, application_id=application_id, reason="no_need", note=""
            )
        return "refused"

    def add() -> str:
        with Work.open(scope=Scope.branch(owner.branch_id)) as work:
            own.add_paper(work, owner, "tax_number", document.read(picture()))
        return "added"

    def told(act: Any) -> Any:
        def run() -> str:
            try:
                return str(act())
            except Refused as error:
                return error.code

        return run

    answers = run_together([told(act) for act in (withdraw, refuse, withdraw, refuse, add)])
    state = rows("SELECT state FROM agencies_application WHERE id = %s", [application_id])[0][0]
    assert [one for one in answers[:4] if not one.startswith("E")] == [state]
    assert set(answers[:4]) <= {state, "E9001", "E9018"}
    assert answers[4] in ("added", "E9018")


def test_find_of_an_application_that_is_not_there() -> None:
    gone = link.Owner(branch().id, UUID(int=5))
    with Work.open(scope=Scope.branch(gone.branch_id)) as work:
        assert refused(lambda: own.get(work, gone)) == "E9109"
        assert refused(lambda: own.withdraw(work, gone)) == "E9109"


def test_last_paper_sent_again_is_there_once_and_one_more_is_too_many() -> None:
    _path, owner = own_page(visitor())
    papers = [document.Clean("image/jpeg", bytes([number])) for number in range(document.MOST_FILES + 1)]
    with Work.open(scope=Scope.branch(owner.branch_id)) as work:
        for one in [*papers[:-1], papers[-2]]:  # the answer to the last one was lost
            own.add_paper(work, owner, "leader_identity", one)
        assert refused(lambda: own.add_paper(work, owner, "leader_identity", papers[-1])) == "E9019"
        found = document.of(work, branch_id=owner.branch_id, application_id=owner.application_id)
    assert len(found["leader_identity"]) == document.MOST_FILES
