"""Members who were taken over have no consent here: shown, listed, counted, and recorded when it is signed on paper."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from perisai.accounts.models import Role
from perisai.contributions.rules.in_force import load, text_hash
from perisai.errors import Refused
from perisai.members.consents import due as consent_due
from tests.golive.conftest import TODAY, Live
from tests.golive.test_golive_pages import officer_of
from tests.world import system_work

Make = Callable[[], Live]
LIST = "/console/members/?consent=due"


def shown(client: Client, name: str) -> bool:
    return name in client.get(LIST).content.decode()


def test_a_consent_is_listed_until_it_is_recorded(live: Make) -> None:
    one = live()
    file_id = one.bring_in(one.check()["id"])["id"]
    client = officer_of(one, Role.BRANCH)
    ((enrolment_id, name),) = one.ask(
        "SELECT e.id, p.name FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id"
        " WHERE e.branch_id = %s AND e.core_state = 'registered'"
    )
    assert shown(client, name)
    assert "consent of 4 members" in client.get(f"/console/golive/{file_id}/").content.decode()
    page = f"/console/members/{one.branch.id}/{enrolment_id}/"
    assert "Consent not collected yet" in client.get(page).content.decode()
    assert client.post(f"{page}consent/", {"signed_on": (TODAY + timedelta(days=1)).isoformat()}).status_code == 422
    assert client.post(f"{page}consent/", {"signed_on": "kemarin"}).status_code == 422
    assert client.post(f"{page}consent/", {"signed_on": TODAY.isoformat(), "contact": "1"}).status_code == 302
    assert not shown(client, name)
    said = client.get(page).content.decode()
    assert "Consent not collected yet" not in said
    assert "signed on paper, at the branch" in said
    kept = one.ask(
        "SELECT purpose, given, encode(sha256, 'hex') FROM members_consent WHERE branch_id = %s ORDER BY purpose"
    )
    wordings = {text.purpose: text_hash(text.text.id) for text in load().consents}
    assert kept == [("contact", True, wordings["contact"]), ("enrolment", True, wordings["enrolment"])]
    with system_work(one.branch) as work:
        assert consent_due.count(work, one.branch.id) == 3
        with pytest.raises(Refused, match="E1004"):
            consent_due.collect(
                work, branch_id=one.branch.id, enrolment_id=enrolment_id, signed_on=TODAY, with_contact=False
            )


def test_only_staff_record_a_consent(live: Make) -> None:
    one = live()
    one.bring_in(one.check()["id"])
    ((enrolment_id,),) = one.ask("SELECT enrolment_id FROM members_consent_due WHERE branch_id = %s LIMIT 1")
    stranger = officer_of(live())
    address = f"/console/members/{one.branch.id}/{enrolment_id}/consent/"
    assert stranger.post(address, {"signed_on": TODAY.isoformat()}).status_code == 404
