"""Agreements: in force only when both have signed, one at a time, at most as long as the rules of the day say."""

from datetime import date, timedelta

import pytest

from perisai.agencies import agreement
from tests.agencies.offices import SIGNATORIES, at, draft, make_agency_office, make_signed, refused, sign, standing
from tests.processes import run_together
from tests.world import make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2026, 3, 15), date(2027, 3, 14)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2019, 1, 1), date(2021, 12, 31)),
    ],
)
def test_latest_end_follows_the_rule_of_the_first_day(first: date, last: date) -> None:
    assert agreement.latest_end(first) == last


def test_agreement_a_day_too_long_is_refused_and_the_longest_is_taken() -> None:
    branch = make_branch(target=None)
    office_id = make_agency_office(branch)
    assert refused(lambda: draft(branch, office_id, FIRST, LAST + timedelta(days=1))) == "E9005"
    assert refused(lambda: draft(branch, office_id, FIRST, FIRST - timedelta(days=1))) == "E9005"
    assert refused(lambda: draft(branch, office_id, FIRST, LAST)) == ""


def test_agreement_is_in_force_from_the_later_signature() -> None:
    branch = make_branch(target=None)
    office_id = make_agency_office(branch)
    agreement_id = draft(branch, office_id, FIRST, LAST)
    assert standing(branch, office_id, FIRST) == "unsigned"
    assert sign(branch, agreement_id, "office", date(2026, 1, 3)) is False
    assert standing(branch, office_id, LAST) == "unsigned"
    assert sign(branch, agreement_id, "branch", date(2026, 1, 10)) is True
    assert standing(branch, office_id, date(2026, 1, 9)) == "later"
    assert standing(branch, office_id, date(2026, 1, 10)) is None
    assert standing(branch, office_id, LAST) is None
    assert standing(branch, office_id, LAST + timedelta(days=1)) == "expired"


def test_same_side_signs_once_and_the_second_officer_is_told() -> None:
    branch = make_branch(target=None)
    agreement_id = draft(branch, make_agency_office(branch), FIRST, LAST)
    acts = [lambda: refused(lambda: sign(branch, agreement_id, "branch", FIRST)) for _ in range(2)]
    assert sorted(run_together(acts)) == ["", "E9008"]
    assert refused(lambda: sign(branch, agreement_id, "office", LAST + timedelta(days=1))) == "E9009"


def test_renewal_begins_the_day_after_and_overlap_is_refused() -> None:
    branch = make_branch(target=None)
    office_id = make_agency_office(branch)
    make_signed(branch, office_id, FIRST, LAST)
    assert refused(lambda: draft(branch, office_id, LAST, LAST + timedelta(days=300))) == "E9006"
    renewed = make_signed(branch, office_id, LAST + timedelta(days=1), LAST + timedelta(days=365))
    for day in (LAST, LAST + timedelta(days=1)):
        assert standing(branch, office_id, day) is None
    with system_work(branch) as work:
        numbers = work.rows(
            "SELECT number, version FROM agencies_agreement WHERE office_id = %s ORDER BY 1", [office_id]
        )
        follows = work.row("SELECT follows_id IS NOT NULL FROM agencies_agreement WHERE id = %s", [renewed])
    assert numbers == [(f"PKS/KP-{office_id}/2026/1", 1), (f"PKS/KP-{office_id}/2027/2", 1)]
    assert follows == (True,)


def test_database_itself_keeps_two_signed_agreements_apart() -> None:
    """The verbs check before; this is the constraint they rest on."""
    from django.db import IntegrityError

    branch = make_branch(target=None)
    office_id = make_agency_office(branch)
    make_signed(branch, office_id, FIRST, LAST)
    copy = (
        "INSERT INTO agencies_agreement (branch_id, id, office_id, number, version, state, first_day, valid_from, valid_to,"
        " last_day, end_reason, facts, made_at, signed_at) SELECT branch_id, uuidv7(), office_id, 'other', 1, state, last_day,"
        " valid_from, valid_to, last_day, '', facts, made_at, signed_at FROM agencies_agreement WHERE office_id = %s"
    )
    with pytest.raises(IntegrityError, match="agreement_no_overlap"), system_work(branch) as work:
        work.execute(copy, [office_id])


def test_amendment_is_the_next_version_and_ends_the_one_before() -> None:
    branch = make_branch(target=None)
    office_id = make_agency_office(branch)
    make_signed(branch, office_id, FIRST, LAST)
    change = date(2026, 6, 1)
    assert refused(lambda: draft(branch, office_id, change, LAST + timedelta(days=1), amends=True)) == "E9006"
    amended = draft(branch, office_id, change, LAST, amends=True)
    assert refused(lambda: draft(branch, office_id, change, LAST, amends=True)) == "E9015"
    sign(branch, amended, "branch", change)
    sign(branch, amended, "office", date(2026, 6, 5))
    with system_work(branch) as work:
        rows = work.rows(
            "SELECT version, first_day, last_day, end_reason FROM agencies_agreement WHERE office_id = %s ORDER BY 1",
            [office_id],
        )
    assert rows == [(1, FIRST, date(2026, 6, 4), "amended"), (2, date(2026, 6, 5), LAST, "")]
    assert all(standing(branch, office_id, day) is None for day in (date(2026, 6, 4), date(2026, 6, 5)))


def test_withdrawn_draft_cannot_be_signed() -> None:
    branch = make_branch(target=None)
    agreement_id = draft(branch, make_agency_office(branch), FIRST, LAST)
    with system_work(branch) as work:
        agreement.withdraw(work, branch_id=branch.id, agreement_id=agreement_id)
    assert refused(lambda: sign(branch, agreement_id, "branch", FIRST)) == "E9007"


def test_agreement_of_another_branch_is_not_there() -> None:
    branch, other = make_branch(target=None), make_branch(target=None)
    office_id = make_agency_office(other)
    with system_work(branch, at(FIRST)) as work:
        code = refused(
            lambda: agreement.draft(
                work, branch_id=branch.id, office_id=office_id, valid_from=FIRST, valid_to=LAST, signatories=SIGNATORIES
            )
        )
    assert code == "E1004"
