"""What waits, as the home page counts it: within the viewer's part, in one statement."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role, User
from perisai.agencies import application, proposal, queries
from perisai.agencies.labels import WAITING
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices.models import Office
from tests.accounts.people import make_user, tree
from tests.agencies.offices import APPLICANT, draft, make_agency_office, make_signed
from tests.agencies.test_pages import TODAY, branch, client

pytestmark = pytest.mark.usefixtures("database")


def counted(user: User) -> dict[str, int]:
    viewer, scope = Viewer.of(user), Scope.branch(branch().id)
    with Work.open(scope=scope) as work:
        found = queries.waiting(work, viewer=viewer)
    assert all(count > 0 and address.startswith("/console/agencies/") for _, count, address in found)
    return {key: count for key, count, _ in found}


def apply_to(office: Office) -> UUID:
    with Work.open(scope=Scope.branch(branch().id)) as work:
        return application.apply(work, parent=office, applicant=APPLICANT, source="staff")


def test_waiting_counts_what_each_kind_asks_for_and_only_that() -> None:
    clerk, kcp, agency = (make_user(role) for role in (Role.BRANCH, Role.SUB_BRANCH, Role.AGENCY))
    before, of_kcp = counted(clerk), counted(kcp)
    unsigned, renewed, expiring, fresh = (make_agency_office(branch()) for _ in range(4))
    draft(branch(), unsigned, TODAY, TODAY + timedelta(days=90))
    make_signed(branch(), expiring, TODAY - timedelta(days=9), TODAY + timedelta(days=60))
    make_signed(branch(), fresh, TODAY - timedelta(days=9), TODAY + timedelta(days=61))
    make_signed(branch(), renewed, TODAY - timedelta(days=9), TODAY + timedelta(days=5))
    make_signed(branch(), renewed, TODAY + timedelta(days=6), TODAY + timedelta(days=90))
    apply_to(tree().sub_branch)
    branch_id = branch().id
    with Work.open(scope=Scope.branch(branch_id)) as work:
        proposal.propose(work, branch_id=branch_id, reason="short", month=TODAY.replace(day=1), offices=[(fresh, 3)])
    after = counted(clerk)
    assert {key: after[key] - before.get(key, 0) for key in WAITING} == dict.fromkeys(WAITING, 1)
    assert counted(kcp).get("agency_applications", 0) - of_kcp.get("agency_applications", 0) == 1
    assert "agreements_unsigned" not in counted(kcp), "offices of the branch are not the sub-branch's"
    assert counted(agency) == {}
    assert counted(make_user(Role.BRANCH, tree().other_branch)) == {}


def test_waiting_is_one_statement() -> None:
    viewer = Viewer.of(make_user(Role.BRANCH_HEAD))
    with Work.open(scope=Scope.branch(branch().id)) as work, CaptureQueriesContext(connection) as asked:
        queries.waiting(work, viewer=viewer)
    assert len(asked) == 1


def test_addresses_open() -> None:
    clerk = make_user(Role.BRANCH)
    apply_to(tree().branch)
    draft(branch(), make_agency_office(branch()), TODAY, TODAY)
    with Work.open(scope=Scope.branch(branch().id)) as work:
        found = queries.waiting(work, viewer=Viewer.of(clerk))
    reader = client(Role.BRANCH)
    assert all(reader.get(address.partition("#")[0]).status_code == 200 for _, _, address in found)
