"""Whether an agency office may answer for agents on a day, in every state of its agreements."""

from datetime import date
from pathlib import Path

import pytest

from perisai.agencies.agreement import in_order
from perisai.agencies.labels import OUT_OF_ORDER
from perisai.events.ids import uuid7
from tests.agencies.offices import make_agency_office
from tests.world import make_branch, system_work

ON = date(2026, 6, 15)


@pytest.mark.parametrize(
    ("state", "since", "last", "answer"),
    [
        ("signed", date(2026, 1, 1), date(2026, 12, 31), None),
        ("signed", ON, ON, None),
        ("signed", date(2026, 6, 16), date(2026, 12, 31), "later"),
        ("signed", date(2025, 6, 15), date(2026, 6, 14), "expired"),
        ("draft", date(2026, 1, 1), date(2026, 12, 31), "unsigned"),
        ("withdrawn", date(2026, 1, 1), date(2026, 12, 31), "none"),
    ],
)
def test_in_order_by_the_state_of_the_agreement(
    database: Path, state: str, since: date, last: date, answer: str | None
) -> None:
    branch = make_branch(target=None)
    office_id = make_agency_office(branch)
    with system_work(branch) as work:
        work.execute(
            "INSERT INTO agencies_agreement (branch_id, id, office_id, number, version, state, first_day, valid_from,"
            " valid_to, last_day, end_reason, facts, made_at, signed_at)"
            " VALUES (%s, %s, %s, 'X', 1, %s, %s, %s, %s, %s, '', '{}', now(), now())",
            [branch.id, uuid7(), office_id, state, since, since, last, last],
        )
        assert in_order(work, branch.id, office_id, ON) == answer


def test_in_order_of_what_is_no_agency_office_of_the_branch_is_unknown(database: Path) -> None:
    branch, other = make_branch(target=None), make_branch(target=None)
    office_id = make_agency_office(other)
    with system_work(branch) as work:
        assert in_order(work, branch.id, office_id, ON) == "unknown"
        assert in_order(work, branch.id, branch.id, ON) == "unknown"
    assert {"unknown", "ended", "closed", "none", "unsigned", "later", "expired"} == set(OUT_OF_ORDER)
