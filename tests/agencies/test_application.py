"""From an application to an office: nothing without its checks, and one decision only."""

from datetime import date, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from perisai.agencies import application
from perisai.agencies.checklist import items_on
from perisai.errors import Refused
from perisai.offices.models import Office
from tests.agencies.offices import APPLICANT, make_agency_office, refused
from tests.processes import run_together
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")


def apply(branch: Branch) -> UUID:
    make_agency_office(branch)  # so that approved offices are numbered far from the branches of other tests
    with system_work(branch) as work:
        parent = Office.objects.get(id=branch.id)
        return application.apply(work, parent=parent, applicant=APPLICANT, source="staff")


def check_all(branch: Branch, application_id: UUID, *, but: str = "") -> None:
    with system_work(branch) as work:
        for item in items_on(datetime.now(ZoneInfo("Asia/Jakarta")).date()):
            application.check(
                work, branch_id=branch.id, application_id=application_id, item=item, is_met=item != but, note=""
            )


def approve(branch: Branch, application_id: UUID) -> Office:
    with system_work(branch) as work:
        return application.approve(work, branch_id=branch.id, application_id=application_id)


def test_approve_before_every_check_is_met_names_what_lacks() -> None:
    branch = make_branch(target=None)
    application_id = apply(branch)
    check_all(branch, application_id, but="bank_account")
    with pytest.raises(Refused) as error:
        approve(branch, application_id)
    assert (error.value.code, error.value.members["items"]) == ("E9003", ["bank_account"])


def test_approve_makes_the_office_and_the_newest_look_at_an_item_counts() -> None:
    branch = make_branch(target=None)
    application_id = apply(branch)
    check_all(branch, application_id, but="meeting")
    check_all(branch, application_id)
    office = approve(branch, application_id)
    assert (office.kind, office.parent_id, office.branch_id, office.name) == (
        "agency",
        branch.id,
        branch.id,
        "Koperasi Pasar Uji",
    )
    with system_work(branch) as work:
        kept = work.row("SELECT leader_phone, ended_on FROM agencies_office WHERE office_id = %s", [office.id])
    assert kept == ("+6281234567890", None)


def test_two_officers_deciding_at_once_one_wins_and_the_other_is_told() -> None:
    branch = make_branch(target=None)
    application_id = apply(branch)
    check_all(branch, application_id)

    def refuse() -> str:
        with system_work(branch) as work:
            application.refuse(work, branch_id=branch.id, application_id=application_id, reason="no_need", note="")
        return "refused"

    def accept() -> str:
        return "approved" if approve(branch, application_id) else ""

    told = run_together([lambda act=act: refused_or(act) for act in (refuse, accept, refuse, accept)])
    assert sorted(told)[:3] == ["E9001", "E9001", "E9001"], told
    with system_work(branch) as work:
        row = work.row("SELECT state FROM agencies_application WHERE id = %s", [application_id])
        events = work.rows(
            "SELECT kind FROM events_event WHERE branch_id = %s AND kind IN ('agency_approved', 'agency_refused')",
            [branch.id],
        )
    assert row is not None
    assert sorted(told)[3] == row[0]
    assert len(events) == 1


def refused_or(act: object) -> str:
    try:
        return act()  # type: ignore[operator, no-any-return]
    except Refused as error:
        return error.code


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"form": "x"}, {"candidates": 0}, {"leader_phone": "abc"}, {"address": "x" * 201}]
)
def test_apply_with_a_wrong_field_is_refused(wrong: dict[str, object]) -> None:
    branch = make_branch(target=None)
    applicant = application.Applicant(**(APPLICANT.__dict__ | wrong))  # type: ignore[arg-type]
    with system_work(branch) as work:
        parent = Office.objects.get(id=branch.id)
        code = refused(lambda: application.apply(work, parent=parent, applicant=applicant, source="staff"))
    assert code == "E9002"


def test_checklist_asks_for_the_bank_account_since_it_is_paid_there() -> None:
    assert "bank_account" not in items_on(date(2021, 1, 1))
    assert "bank_account" in items_on(date(2026, 1, 1))


def test_what_was_seen_is_never_rewritten(database: Path) -> None:
    from django.db import ProgrammingError

    branch = make_branch(target=None)
    check_all(branch, apply(branch))
    with pytest.raises(ProgrammingError), system_work(branch) as work:
        work.execute("UPDATE agencies_check SET is_met = false WHERE branch_id = %s", [branch.id])
