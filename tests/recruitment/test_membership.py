"""Own BPU membership: what the country's registry holds, what an officer accepts instead, and what nobody else learns."""

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from perisai.accounts.models import Role
from perisai.agents import issue
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.vault import keyed_hash
from perisai.members import queries as members
from perisai.offices.models import Office
from perisai.recruitment import candidate, document, membership, rules
from perisai.recruitment.pipeline import move
from tests.accounts.people import logged_in, make_user
from tests.agencies.offices import make_agency_office
from tests.recruitment.people import accept_proof, filled, make_candidate, picture, some_nik
from tests.recruitment.test_console import at, officer, text
from tests.recruitment.test_public import answers, visitor, words
from tests.recruitment.test_public import office as public_office
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
PAID = date(2026, 10, 1)


def enrol(branch: Branch, nik: str, state: str = "active") -> None:
    """A BPU member of this branch, as the enrolment's verbs leave one."""
    person, enrolment, hashed = uuid7(), uuid7(), keyed_hash("nik", nik)
    with system_work(branch) as work:
        work.execute(_PERSON, [branch.id, person, hashed])
        work.execute(_ENROLMENT, [branch.id, enrolment, person, state, PAID])
        work.rows(
            "SELECT * FROM members_claim_niks('BPU', %s, %s::bytea[], %s::uuid[], now())",
            [branch.id, [hashed], [enrolment]],
        )


_PERSON = """
INSERT INTO members_person (branch_id, id, nik_sealed, nik_hash, nik_masked, name, name_key, birth_place, birth_date, sex,
  phone_owner, address, region_code, created_at)
VALUES (%s, %s, '', %s, '', 'Ratna Dewi Uji', 'ratna dewi uji', 'Jambi', '1990-05-17', 'F', 'none', '',
  '15.71.08.1001', now())
"""
_ENROLMENT = """
INSERT INTO members_enrolment (branch_id, id, person_id, segment, state, region_code, captured_from, captured_to, captured_on,
  received_at, jobs, income, base_income, transport, employs_others, programmes, months, rules, quota_over, warnings, paid_through,
  core_state, core_is_demo)
VALUES (%s, %s, %s, 'BPU', %s, '15.71.08.1001', now(), now(), now(), now(), '{}', 0, 0, false, false, '{}', 1, '', false, '{}', %s,
  'none', false)
"""


def broken(branch: Branch, who: UUID) -> tuple[str, ...]:
    with system_work(branch) as work:
        return candidate.get_facts(work, branch.id, who).broken


def test_bpu_states_of_many_are_read_at_once_in_whatever_branch() -> None:
    here, there = make_branch(), make_branch()
    active, lapsed, nobody = some_nik(), some_nik(), some_nik()
    enrol(here, active)
    enrol(there, lapsed, "lapsed")
    asked = [keyed_hash("nik", nik) for nik in (active, lapsed, nobody)]
    with system_work(make_branch()) as work:
        found = members.bpu_states(work, asked)
    assert found == {asked[0]: ("active", PAID), asked[1]: ("lapsed", PAID)}


def test_active_member_of_another_branch_needs_no_proof_whatever_was_said() -> None:
    here, nik = make_branch(), some_nik()
    who = make_candidate(here, nik=nik, is_bpu_member=False, is_proven=False)
    assert broken(here, who) == ("bpu_membership",)
    enrol(make_branch(), nik)
    assert broken(here, who) == ()


@pytest.mark.parametrize(
    ("state", "code"),
    [("lapsed", "bpu_lapsed"), ("ended", "bpu_lapsed"), ("accepted", "bpu_unproven"), (None, "bpu_unproven")],
)
def test_who_is_not_active_is_not_screened_until_an_officer_accepts_a_proof(state: str | None, code: str) -> None:
    branch, nik = make_branch(), some_nik()
    if state:
        enrol(branch, nik, state)
    who = make_candidate(branch, nik=nik, is_proven=False, documents=(*rules.REQUIRED_DOCUMENTS, "membership"))
    assert broken(branch, who) == (code,)
    with pytest.raises(Refused) as raised, system_work(branch) as work:
        move(work, branch_id=branch.id, candidate_id=who, to="screened")
    assert raised.value.code == "E9102"
    with system_work(branch) as work:
        accept_proof(work, branch, who)
        move(work, branch_id=branch.id, candidate_id=who, to="screened")


def test_lapse_after_the_screening_stands_on_the_licence_checklist() -> None:
    branch, nik = make_branch(), some_nik()
    enrol(branch, nik)
    who = make_candidate(branch, nik=nik, is_proven=False)
    with system_work(branch) as work:
        move(work, branch_id=branch.id, candidate_id=who, to="screened")
        move(work, branch_id=branch.id, candidate_id=who, to="in_training")
        work.execute("UPDATE members_enrolment SET state = 'lapsed' WHERE branch_id = %s", [branch.id])
    with system_work(branch) as work:
        lacking = {one.key: one.detail for one in issue.lacking(work, branch.id, who, date(2026, 11, 23))}
    assert "not active" in lacking["rules"][1]


def test_proof_that_is_replaced_is_looked_at_anew() -> None:
    branch = make_branch()
    who = make_candidate(branch)
    with system_work(branch) as work:
        seen = document.find_id(work, branch_id=branch.id, candidate_id=who, kind="membership")
        document.keep(work, branch_id=branch.id, candidate_id=who, picture=document.read("membership", picture()))
    assert broken(branch, who) == ("bpu_unproven",)
    assert seen is not None
    with pytest.raises(Refused) as raised, system_work(branch) as work:
        membership.accept_proof(work, branch_id=branch.id, candidate_id=who, document_id=seen)
    assert raised.value.code == "E9112"


def test_before_the_register_was_asked_the_word_of_the_candidate_counted() -> None:
    given = candidate.as_given(_row(), past=(), shown=rules.Membership())
    assert "bpu_unproven" not in [one.code for one in rules.judge(given, date(2025, 12, 31))]
    assert "bpu_unproven" in [one.code for one in rules.judge(given, date(2026, 1, 1))]


def _row() -> dict[str, Any]:
    one = filled()
    return {
        **{name: getattr(one, name) for name in ("full_name", "birth_date", "education", "is_bpu_member")},
        "is_bpjs_employee": False,
        "has_account": True,
        "account_holder": one.full_name,
        "warnings": [],
        "documents": [],
    }


def test_officer_reads_the_register_with_its_month_and_accepts_a_proof() -> None:
    branch, nik = make_branch(), some_nik()
    enrol(make_branch(), nik, "lapsed")
    who = make_candidate(branch, nik=nik, is_proven=False, documents=("membership",))
    client = officer(branch)
    page = text(client, at(branch, who))
    assert "Found in the register, lapsed" in page
    assert "Oct 2026" in page
    form = re.search(r'action="([^"]+/proof/[^"]+)"', page)
    assert form
    assert client.post(form[1], {"accepted": "yes"}).status_code == 302
    assert "Proof accepted" in text(client, at(branch, who))
    client.post(form[1], {"accepted": "no"})
    assert "Proof accepted" not in text(client, at(branch, who))
    assert officer(make_branch()).post(form[1], {"accepted": "yes"}).status_code == 404


@pytest.mark.parametrize("said", ["yes", "no"])
def test_own_page_reads_the_same_whether_or_not_the_register_knows_the_nik(said: str) -> None:
    """Word for word, but for the code that each has."""
    pages = []
    for state in (None, "active", "lapsed"):
        branch, nik, client = public_office(), some_nik(), visitor()
        if state:
            enrol(make_branch(), nik, state)
        sent = client.post(f"/daftar-agen/?kantor={branch.id}", answers(client, branch, nik=nik, is_bpu_member=said))
        page = words(client.get(sent["Location"].partition("?")[0]))
        pages.append(re.sub(r"\d{2}\.\d{2} WIB", "", page.replace(f"KC Uji {branch.id}", "")))
    assert pages[0] == pages[1] == pages[2]
    assert ("Nomor KPJ kepesertaan" in pages[0]) is (said == "no")


def test_agency_office_is_told_nothing_that_a_register_holds() -> None:
    branch, nik = make_branch(), some_nik()
    enrol(branch, nik, "lapsed")
    own = make_agency_office(branch)
    who = make_candidate(branch, nik=nik, is_proven=False, agency_office_id=own)
    user = make_user(Role.AGENCY, Office.objects.get(id=own))
    page = logged_in(user).get(at(branch, who)).content.decode()
    assert "Ratna Dewi Uji" in page
    for word in ("tidak aktif", "register", "Register", "Okt 2026"):
        assert word not in page
