"""Agreements from before this platform: all of a file at once, each with both signatures, in a fixed number of statements."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perisai.agencies import taken_over
from perisai.agencies.taken_over import Signed
from tests.agencies.offices import make_agency_office, refused, standing
from tests.world import make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
SIGNED = Signed("PKS/LAMA/1", date(2026, 3, 1), date(2027, 2, 28), date(2026, 3, 10), "Rahmat", "Nurhayati")


def test_take_over_writes_each_with_both_signatures_in_as_many_statements_as_for_one() -> None:
    branch = make_branch(target=None)
    offices = [make_agency_office(branch) for _ in range(4)]
    asked = []
    for some in (offices[:1], offices[1:]):
        told = [(office, replace(SIGNED, number=f"PKS/LAMA/{office}")) for office in some]
        with system_work(branch) as work, CaptureQueriesContext(connection) as queries:
            assert len(taken_over.take_over(work, branch_id=branch.id, agreements=told)) == len(some)
        asked.append(len(queries))
    assert asked[0] == asked[1] == 4
    assert [standing(branch, office, date(2026, 3, 9)) for office in offices] == ["later"] * 4
    assert [standing(branch, office, date(2026, 3, 10)) for office in offices] == [None] * 4
    with system_work(branch) as work:
        rows = work.rows(
            "SELECT s.party, s.name, s.title, s.signed_on FROM agencies_signature s JOIN agencies_agreement a"
            " ON a.branch_id = s.branch_id AND a.id = s.agreement_id WHERE a.branch_id = %s AND a.office_id = %s ORDER BY 1",
            [branch.id, offices[2]],
        )
    assert rows == [
        ("branch", "Rahmat", "Kepala Kantor Cabang", date(2026, 3, 10)),
        ("office", "Nurhayati", "Pimpinan", date(2026, 3, 10)),
    ]


def test_take_over_of_one_that_cannot_be_writes_none() -> None:
    branch = make_branch(target=None)
    office = make_agency_office(branch)
    for wrong, code in (
        ((office, replace(SIGNED, until=date(2027, 3, 1))), "E9005"),
        ((office + 1, SIGNED), "E1004"),
    ):
        with system_work(branch) as work:
            told = [(office, SIGNED), wrong]
            assert refused(lambda told=told: taken_over.take_over(work, branch_id=branch.id, agreements=told)) == code  # type: ignore[misc]
    assert standing(branch, office, date(2026, 4, 1)) == "none"
