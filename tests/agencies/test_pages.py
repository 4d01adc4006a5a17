"""The pages as people use them: from the application to a signed agreement, its end, and who may see what."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from perisai.accounts.models import Role
from perisai.agencies.checklist import items_on
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices.models import Office
from tests.accounts.people import logged_in, make_user, stranger, tree
from tests.agencies.offices import make_agency_office, make_members_of, make_signed
from tests.world import Branch

pytestmark = pytest.mark.usefixtures("database")
LIST = "/console/agencies/"
TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date()


def client(role: Role, office: Office | None = None) -> Client:
    found = logged_in(make_user(role, office))
    found.defaults["SERVER_NAME"] = "localhost"
    return found


def branch() -> Branch:
    """The branch of the tree, with its position."""
    found = Branch(tree().branch.id)
    with Work(scope=Scope.branch(found.id)) as work:
        work.execute(
            "INSERT INTO events_position (branch_id, number) VALUES (%s, 0) ON CONFLICT DO NOTHING", [found.id]
        )
    return found


def url(office_id: int, end: str = "") -> str:
    return f"{LIST}{branch().id}/{office_id}/{end}"


def rows(sql: Any, params: list[object]) -> list[tuple[Any, ...]]:
    with Work(scope=Scope.branch(branch().id)) as work:
        return work.rows(sql, params)


APPLICATION = {
    "name": "Koperasi Nelayan Uji",
    "form": "cooperative",
    "address": "Dermaga 2",
    "leader_name": "Aminah",
    "leader_title": "Ketua",
    "leader_phone": "081234567890",
    "candidates": "6",
}


def test_from_the_counter_to_an_agreement_in_force() -> None:
    make_agency_office(branch())
    clerk = client(Role.BRANCH)
    wrong = clerk.post(f"{LIST}new/", APPLICATION | {"leader_phone": "abc"})
    assert wrong.status_code == 422
    assert "Koperasi Nelayan Uji" in wrong.content.decode(), "what was typed is kept"
    page = clerk.post(f"{LIST}new/", APPLICATION)["Location"]
    assert clerk.post(page + "approve/").status_code == 409, "nothing is checked yet"
    for item in items_on(TODAY):
        assert clerk.post(page + "check/", {"item": item, "is_met": "1", "note": "dilihat"}).status_code == 302
    told = clerk.post(page + "approve/", {"username": "nelayan.uji", "full_name": "Aminah"})
    assert (told.status_code, "nelayan.uji" in told.content.decode()) == (200, True)
    assert clerk.post(page + "refuse/", {"reason": "no_need"}).status_code == 409, "decided once"
    office_id = rows("SELECT office_id FROM agencies_application WHERE name = %s", ["Koperasi Nelayan Uji"])[0][0]
    draft = {
        "valid_from": TODAY.isoformat(),
        "valid_to": (TODAY + timedelta(days=300)).isoformat(),
        "branch_name": "Kepala",
        "branch_title": "Kepala Kantor Cabang",
        "office_name": "Aminah",
        "office_title": "Ketua",
    }
    too_long = clerk.post(url(office_id, "draft/"), draft | {"valid_to": (TODAY + timedelta(days=400)).isoformat()})
    assert too_long.status_code == 422
    assert clerk.post(url(office_id, "draft/"), draft).status_code == 302
    agreement = rows("SELECT id FROM agencies_agreement WHERE office_id = %s", [office_id])[0][0]
    signature = {"name": "Aminah", "title": "Ketua", "signed_on": TODAY.isoformat()}
    for party in ("branch", "office"):
        assert clerk.post(url(office_id, f"{agreement}/sign/"), signature | {"party": party}).status_code == 302
    assert clerk.post(url(office_id, f"{agreement}/sign/"), signature | {"party": "office"}).status_code == 409
    pdf = clerk.get(url(office_id, f"{agreement}/pdf/"))
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert pdf["Content-Disposition"].startswith("attachment")
    back = clerk.post(url(office_id, f"{agreement}/scan/"), {"file": SimpleUploadedFile("x.pdf", pdf.content)})
    assert back.status_code == 302
    assert clerk.get(url(office_id, f"{agreement}/scan/")).content[:5] == b"%PDF-"
    later = SimpleUploadedFile("y.pdf", typst.compile(b"Pindaian yang lebih jelas"))
    for again in (later, SimpleUploadedFile("y.pdf", typst.compile(b"Pindaian yang lebih jelas"))):
        assert clerk.post(url(office_id, f"{agreement}/scan/"), {"file": again}).status_code == 302
    kept = rows("SELECT id FROM agencies_scan WHERE agreement_id = %s ORDER BY id", [agreement])
    assert len(kept) == 2, "a further version; the same once more is none"
    page = clerk.get(url(office_id)).content.decode()
    versions = {clerk.get(url(office_id, f"{agreement}/scan/{scan_id}/")).content for (scan_id,) in kept}
    assert len(versions) == 2, "nothing is overwritten"
    assert clerk.get(url(office_id, f"{agreement}/scan/")).content in versions
    assert all(f"{agreement}/scan/{scan_id}/" in page for (scan_id,) in kept)
    assert clerk.get(url(office_id, f"{agreement}/scan/{UUID(int=7)}/")).status_code == 404
    bad = clerk.post(url(office_id, f"{agreement}/scan/"), {"file": SimpleUploadedFile("x.pdf", b"MZ")})
    assert bad.status_code == 422
    assert clerk.get(url(office_id)).status_code == 200


def test_ending_by_form_names_who_has_no_place_and_keeps_what_was_chosen() -> None:
    office_id, other = make_agency_office(branch()), make_agency_office(branch())
    for one in (office_id, other):
        make_signed(branch(), one, TODAY - timedelta(days=9), TODAY + timedelta(days=99))
    first, second = make_members_of(branch(), office_id, 2)
    head = client(Role.BRANCH_HEAD)
    assert head.get(url(office_id, "end/")).status_code == 200
    form = {"reason": "request", "last_day": TODAY.isoformat(), f"to-{first}": str(other)}
    refused = head.post(url(office_id, "end/"), form)
    assert refused.status_code == 409
    assert f'value="{other}" selected' in refused.content.decode()
    assert rows("SELECT 1 FROM agents_placement WHERE agent_id = %s", [first]) == [], "all or nothing"
    assert head.post(url(office_id, "end/"), form | {f"to-{second}": "branch"}).status_code == 302
    moved = dict(
        rows("SELECT agent_id, agency_office_id FROM agents_placement WHERE agent_id = ANY(%s)", [[first, second]])
    )
    assert moved == {first: other, second: None}
    assert head.get(url(office_id, "end/")).status_code == 409


def test_agency_office_sees_its_own_page_and_no_other() -> None:
    own = tree().agency
    other = make_agency_office(branch())
    agreement = make_signed(branch(), other, TODAY, TODAY)
    leader = client(Role.AGENCY)
    assert leader.get(LIST)["Location"] == url(own.id)
    page = leader.get(url(own.id))
    assert page.status_code == 200
    assert "/draft/" not in page.content.decode()
    for path in (url(other), url(other, f"{agreement}/pdf/"), url(own.id, f"{agreement}/pdf/")):
        assert leader.get(path).status_code == 404, path
    for path in (url(own.id, "end/"), url(own.id, "draft/"), f"{LIST}new/"):
        assert leader.post(path).status_code == 403, path


@pytest.mark.parametrize("role", [Role.SUB_BRANCH, Role.REGION, Role.HEAD_OFFICE, Role.AUDITOR])
def test_others_read_and_do_not_decide(role: Role) -> None:
    office_id = make_agency_office(branch())
    reader = client(role)
    assert reader.get(LIST).status_code == 200
    seen = reader.get(url(office_id)).status_code
    assert seen == (404 if role is Role.SUB_BRANCH else 200), "a sub-branch sees offices of its own"
    assert reader.post(url(office_id, "end/")).status_code == 403
    assert reader.post(url(office_id, f"{UUID(int=1)}/sign/")).status_code == 403


def test_officer_of_another_branch_finds_nothing() -> None:
    office_id = make_agency_office(branch())
    stranger = client(Role.BRANCH, tree().other_branch)
    for path in (url(office_id), url(office_id, "end/")):
        assert stranger.get(path).status_code == 404
    assert stranger.post(url(office_id, "draft/"), {"valid_from": TODAY.isoformat()}).status_code == 404


@pytest.mark.parametrize("text", ["", "x", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_dates_that_are_none_are_told(text: str) -> None:
    office_id = make_agency_office(branch())
    clerk = client(Role.BRANCH)
    assert clerk.post(url(office_id, "draft/"), {"valid_from": text, "valid_to": text}).status_code == 422
    assert clerk.post(url(office_id, "end/"), {"reason": "request", "last_day": text}).status_code == 422


def test_list_asks_the_same_number_of_statements_however_many_offices() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    clerk = client(Role.BRANCH)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert clerk.get(LIST).status_code == 200
        return len(asked)

    clerk.get(LIST)
    before = count()
    for _ in range(5):
        make_signed(branch(), make_agency_office(branch()), TODAY, TODAY + timedelta(days=20))
    assert count() == before


def test_public_form_without_an_account_once_however_often_it_is_sent() -> None:
    branch()
    stranger_ = stranger()
    page = stranger_.get("/daftar-kantor/")
    assert page.status_code == 200
    key = re.search(r'name="key" value="([^"]+)"', page.content.decode())
    assert key is not None
    form = APPLICATION | {"name": "Komunitas Terbuka", "branch": str(branch().id), "key": key[1]}
    wrong = stranger_.post("/daftar-kantor/", form | {"candidates": "x"})
    assert (wrong.status_code, "Komunitas Terbuka" in wrong.content.decode()) == (422, True)
    for _ in range(2):
        assert stranger_.post("/daftar-kantor/", form).status_code == 302
    assert rows("SELECT source, state FROM agencies_application WHERE name = 'Komunitas Terbuka'", []) == [
        ("public", "applied")
    ]
    for change in ({"branch": str(tree().agency.id)}, {"key": "x"}, {"name": "x" * 121}):
        assert stranger_.post("/daftar-kantor/", form | change).status_code == 422
    for _ in range(5):
        last = stranger_.post("/daftar-kantor/", form)
    assert last.status_code == 429
