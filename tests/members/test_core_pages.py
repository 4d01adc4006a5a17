"""The core port's pages: who may carry NIKs, and a file there and back through the browser's requests."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from perisai.accounts.models import Role
from perisai.events.scope import Scope
from perisai.events.work import Work
from tests.accounts.people import client_of, tree
from tests.payments.place import make_bank, make_billed
from tests.world import Branch

pytestmark = pytest.mark.usefixtures("database")
PAGE = "/console/members/core/"


def _active_member() -> None:
    branch_id = tree().branch.id
    with Work(scope=Scope.branch(branch_id)) as work:
        work.execute(
            "INSERT INTO events_position (branch_id, number) VALUES (%s, 0) ON CONFLICT DO NOTHING", [branch_id]
        )
    billed = make_billed(Branch(branch_id))
    make_bank(scheme="asymmetric").pay(billed.code, billed.amount)


def test_page_read_by_staff_and_above_carried_by_the_branch() -> None:
    for role in (Role.BRANCH, Role.SUB_BRANCH, Role.REGION, Role.HEAD_OFFICE, Role.AUDITOR):
        assert client_of(role).get(PAGE).status_code == 200, role
    assert client_of(Role.AGENCY).get(PAGE).status_code == 403
    for role in (Role.SUB_BRANCH, Role.HEAD_OFFICE, Role.AUDITOR):
        assert client_of(role).post(f"{PAGE}export/", {"form": "csv"}).status_code == 403, role


def test_export_then_again_then_import() -> None:
    _active_member()
    clerk = client_of(Role.BRANCH)
    answer = clerk.post(f"{PAGE}export/", {"form": "xlsx"})
    assert answer.status_code == 200
    assert load_workbook(io.BytesIO(answer.content)).worksheets[0]["A1"].value == "NIK"
    assert clerk.post(f"{PAGE}export/", {"form": "xlsx"}).status_code == 409, "nobody waits any more"
    with Work(scope=Scope.branch(tree().branch.id)) as work:
        row = work.row(
            "SELECT id FROM members_core_file WHERE branch_id = %s AND direction = 'export'", [tree().branch.id]
        )
    assert row is not None
    again = clerk.post(f"{PAGE}export/{row[0]}/", {"form": "csv"})
    assert (again.status_code, again.content[:6]) == (200, b"\xef\xbb\xbfNIK")
    file = SimpleUploadedFile("balik.csv", b"NIK,KPJ\n12,1\n")
    told = clerk.post(f"{PAGE}import/", {"file": file})
    assert told.status_code == 200
    assert "16" in told.content.decode()
    file.seek(0)
    assert clerk.post(f"{PAGE}import/", {"file": file}).status_code == 302, "the same file again"


@pytest.mark.parametrize("data", [b"", b"garbage", b"PK\x03\x04"])
def test_import_garbage_told_not_500(data: bytes) -> None:
    file = SimpleUploadedFile("x.xlsx", data)
    assert client_of(Role.BRANCH).post(f"{PAGE}import/", {"file": file}).status_code == 422


def test_template_has_the_titles() -> None:
    answer = client_of(Role.BRANCH_HEAD).get(f"{PAGE}template/")
    assert load_workbook(io.BytesIO(answer.content)).worksheets[0]["B1"].value == "KPJ"
