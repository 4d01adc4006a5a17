"""Nobody's month is funded twice, whoever funds it."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError

from perisai.events.ids import uuid7
from tests.payers.people import member_of
from tests.world import Branch, make_branch, system_work

_FUND = """
INSERT INTO payers_funding (branch_id, sponsor_id, enrolment_id, first_month, last_month, is_state, made_at)
VALUES (%s, %s, %s, %s, %s, false, now())
"""
_SPONSOR = """
INSERT INTO payers_sponsor (branch_id, id, kind, name, reference, contact_name, is_state, first_month, last_month, made_at)
VALUES (%s, %s, 'village', 'Desa Uji', '', '', true, '2026-01-01', '2026-12-01', now())
"""


def _fund(branch: Branch, *of: Any) -> None:
    with system_work(branch) as work:
        work.execute(_FUND, [branch.id, *of])


@pytest.fixture
def funded(database: Path) -> tuple[Branch, UUID, UUID]:
    branch, sponsor = make_branch(), uuid7()
    enrolment = member_of(branch)
    with system_work(branch) as work:
        work.execute(_SPONSOR, [branch.id, sponsor])
    _fund(branch, sponsor, enrolment, date(2026, 1, 1), date(2026, 6, 1))
    return branch, sponsor, enrolment


def test_fund_month_twice_is_refused_by_the_table(funded: tuple[Branch, UUID, UUID]) -> None:
    branch, sponsor, enrolment = funded
    with pytest.raises(IntegrityError, match="funding_once_a_month"):
        _fund(branch, sponsor, enrolment, date(2026, 6, 1), None)


def test_fund_the_month_after_is_taken(funded: tuple[Branch, UUID, UUID]) -> None:
    branch, sponsor, enrolment = funded
    _fund(branch, sponsor, enrolment, date(2026, 7, 1), None)


def test_fund_from_the_middle_of_a_month_is_refused(funded: tuple[Branch, UUID, UUID]) -> None:
    branch, sponsor, enrolment = funded
    with pytest.raises(IntegrityError, match="funding_whole_months"):
        _fund(branch, sponsor, enrolment, date(2027, 1, 2), None)


def test_funding_that_never_began_is_in_nobodys_way(funded: tuple[Branch, UUID, UUID]) -> None:
    branch, sponsor, enrolment = funded
    _fund(branch, sponsor, enrolment, date(2026, 3, 1), date(2026, 2, 1))
