"""The office tree: what may stand where, and who may change it."""

import pytest
from django.db import connection

from perisai.accounts.models import Role
from perisai.errors import Refused
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices import office
from perisai.offices.models import Office
from tests.accounts.people import logged_in, make_user, tree


def create(**fields: object) -> Office:
    with Work.open(scope=Scope.nation()) as work:
        return office.create_office(work, **fields)  # type: ignore[arg-type]


def test_branch_gets_its_position_and_joins_the_nation(database: object) -> None:
    made = create(id=7130, kind="branch", code="KC-7130", name="KC Baru", parent=tree().region, regencies=["15.72"])
    assert (made.branch_id, made.path, made.province_code) == (7130, [7000, 7100, 7130], "15")
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM events_position WHERE branch_id = 7130")
        assert cursor.fetchone() == (0,)
    with Work.open(scope=Scope.nation()) as work:
        assert "7130" in str(work.rows("SELECT current_setting('perisai.branches')"))


@pytest.mark.parametrize(
    ("kind", "parent"),
    [("branch", "head"), ("sub_branch", "region"), ("region", "branch"), ("agency", "head"), ("head", "head")],
)
def test_office_under_the_wrong_parent_is_refused(database: object, kind: str, parent: str) -> None:
    with pytest.raises(Refused, match="E7002"):
        create(id=7190, kind=kind, code="X-7190", name="X", parent=getattr(tree(), parent))
    with pytest.raises(Refused, match="E7002"):
        create(id=7190, kind="branch", code="X-7190", name="X")


def test_number_and_code_are_used_once(database: object) -> None:
    with pytest.raises(Refused, match="E7001"):
        create(id=7110, kind="sub_branch", code="BARU", name="X", parent=tree().branch)
    with pytest.raises(Refused, match="E7001"):
        create(id=7191, kind="sub_branch", code="KC-7110", name="X", parent=tree().branch)


@pytest.mark.parametrize(
    ("field", "value"), [("timezone", "Mars/Base"), ("regencies", ["1571"]), ("name", "  "), ("code", "")]
)
def test_office_with_bad_data_is_refused_by_field(database: object, field: str, value: object) -> None:
    fields = {"id": 7192, "kind": "branch", "code": "KC-7192", "name": "X", "parent": tree().region} | {field: value}
    with pytest.raises(Refused, match="E7003") as caught:
        create(**fields)
    assert caught.value.params["field"] == field


def test_pages_show_own_part_and_change_only_below(database: object) -> None:
    t = tree()
    head = logged_in(make_user(Role.BRANCH_HEAD))
    listed = head.get("/console/offices/").content.decode()
    assert (t.sub_branch.name in listed, t.other_branch.name in listed) == (True, False)
    assert head.get(f"/console/offices/{t.other_branch.id}/").status_code == 404
    form = {
        "code": "KCP-7111",
        "name": "KCP Berganti",
        "timezone": "Asia/Jakarta",
        "regencies": "",
        "address": "Jl. Baru",
        "is_open": "on",
    }
    assert head.post(f"/console/offices/{t.sub_branch.id}/", form).status_code == 302
    assert Office.objects.get(pk=t.sub_branch.id).name == "KCP Berganti"
    assert head.post(f"/console/offices/{t.branch.id}/", form).status_code == 403
    new = {"kind": "agency", "id": "7113", "code": "KP-7113", "name": "Kantor Perisai Dua", "timezone": "Asia/Jakarta"}
    assert head.post(f"/console/offices/{t.branch.id}/new/", new).status_code == 302
    assert Office.objects.get(pk=7113).branch_id == t.branch.id
    assert logged_in(make_user(Role.BRANCH)).post(f"/console/offices/{t.branch.id}/new/", new).status_code == 403


def test_admin_saves_through_the_verbs(database: object) -> None:
    client = logged_in(make_user(Role.SYSTEM, superuser=True))
    form = {
        "id": "7140", "kind": "branch", "parent": "7100", "code": "KC-7140", "name": "KC Admin", "timezone": "Asia/Jakarta",
        "province_code": "15", "regencies": "15.71", "address": "", "is_demo": "on",
    }  # fmt: skip
    assert client.post("/admin/offices/office/add/", form).status_code == 302
    made = Office.objects.get(pk=7140)
    assert (made.branch_id, made.path) == (7140, [7000, 7100, 7140])
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM events_position WHERE branch_id = 7140")
        assert cursor.fetchone() == (0,)
    wrong = form | {"id": "7141", "code": "KC-7141", "parent": "7000"}
    assert client.post("/admin/offices/office/add/", wrong).status_code == 422
    assert not Office.objects.filter(pk=7141).exists()
