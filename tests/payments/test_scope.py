"""What banks told us is for those who see the whole branch: it names members of every sub-branch."""

import pytest

from perisai.accounts.models import Role
from perisai.web.console import today
from tests.accounts.people import logged_in, make_user


@pytest.mark.parametrize(
    ("role", "status"), [(Role.SUB_BRANCH, 403), (Role.AGENCY, 403), (Role.BRANCH, 200), (Role.AUDITOR, 200)]
)
def test_notifications_are_not_for_a_part_of_a_branch(database: object, role: Role, status: int) -> None:
    client = logged_in(make_user(role))
    assert client.get("/console/payments/notifications/").status_code == status
    page = client.get("/console/payments/")
    assert page.status_code == 200
    assert (b"/console/payments/notifications/" in page.content) == (status == 200)


def test_home_leads_to_the_suspense_queue(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(today, "suspense", lambda *_, **__: (2, 33_600))
    client = logged_in(make_user(Role.BRANCH))
    page = client.get("/console/")
    assert b'href="/console/payments/notifications/"' in page.content
    assert b"/console/payments/suspense/" not in page.content
    told = logged_in(make_user(Role.SUB_BRANCH)).get("/console/")
    assert b"/console/payments/notifications/" not in told.content
