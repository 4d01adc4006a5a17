"""What the daily and monthly jobs find: each warning once, and proposals that a person decides on."""

from datetime import date, timedelta

import pytest

from perisai.agencies import expiry, proposal, size
from tests.agencies.offices import at, make_agency_office, make_members_of, make_signed, refused
from tests.world import Branch, make_branch, system_work

pytestmark = pytest.mark.usefixtures("database")
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def warn(branch: Branch, days_ahead: int) -> int:
    today = LAST - timedelta(days=days_ahead)
    with system_work(branch, at(today)) as work:
        return expiry.warn(work, branch_id=branch.id, today=today)


def warned(branch: Branch) -> list[int]:
    with system_work(branch) as work:
        rows = work.rows("SELECT days FROM agencies_warning WHERE branch_id = %s ORDER BY warned_on, days", [branch.id])
        events = work.rows(
            "SELECT (detail->>'days')::int FROM events_event WHERE branch_id = %s AND kind = 'agreement_expiring' ORDER BY number",
            [branch.id],
        )
    assert rows == events, "every warning is an event"
    return [row[0] for row in rows]


def test_expiry_is_warned_of_at_60_30_and_7_days_exactly_once_each() -> None:
    branch = make_branch(target=None)
    make_signed(branch, make_agency_office(branch), FIRST, LAST)
    told = {ahead: warn(branch, ahead) for ahead in range(70, -3, -1)}
    assert [ahead for ahead, count in told.items() if count] == [60, 30, 7]
    assert warned(branch) == [60, 30, 7]
    assert warn(branch, 7) == 0


def test_expiry_after_the_server_stood_still_tells_the_nearest_only() -> None:
    branch = make_branch(target=None)
    make_signed(branch, make_agency_office(branch), FIRST, LAST)
    assert (warn(branch, 20), warn(branch, 19), warn(branch, 3)) == (1, 0, 1)
    assert warned(branch) == [30, 7]


def test_renewed_agreement_is_not_warned_of() -> None:
    branch = make_branch(target=None)
    office_id = make_agency_office(branch)
    make_signed(branch, office_id, FIRST, LAST)
    make_signed(branch, office_id, LAST + timedelta(days=1), LAST + timedelta(days=365))
    assert warn(branch, 20) == 0


def count_month(branch: Branch, today: date) -> int:
    with system_work(branch, at(today)) as work:
        return size.count_last_month(work, branch_id=branch.id, today=today)


def test_office_short_for_three_months_is_proposed_once_and_again_after_a_person_kept_it() -> None:
    branch = make_branch(target=None)
    short, full, new = (make_agency_office(branch) for _ in range(3))
    for office_id, since in ((short, FIRST), (full, FIRST), (new, date(2026, 3, 20))):
        make_signed(branch, office_id, since, LAST)
    make_members_of(branch, short, 4)
    make_members_of(branch, full, 5)
    found = [
        count_month(branch, day) for day in (date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 3), date(2026, 4, 4))
    ]
    assert found == [0, 0, 1, 0]
    with system_work(branch) as work:
        rows = work.rows(
            "SELECT id, office_id, months, reason FROM agencies_proposal WHERE branch_id = %s", [branch.id]
        )
        counted = work.rows(
            "SELECT office_id, agents, least FROM agencies_agent_count WHERE month = '2026-03-01' AND branch_id = %s ORDER BY 1",
            [branch.id],
        )
    assert [row[1:] for row in rows] == [(short, 3, "short")]
    assert counted == [(short, 4, 5), (full, 5, 5)], "an office that began within the month is not counted"
    assert count_month(branch, date(2026, 5, 1)) == 0, "still open"
    with system_work(branch) as work:
        assert refused(lambda: proposal.keep(work, branch_id=branch.id, proposal_id=rows[0][0], note="")) == "E9004"
        proposal.keep(work, branch_id=branch.id, proposal_id=rows[0][0], note="Dua calon sedang dilatih")
    with system_work(branch) as work:
        assert refused(lambda: proposal.keep(work, branch_id=branch.id, proposal_id=rows[0][0], note="x")) == "E9014"
    assert count_month(branch, date(2026, 6, 1)) == 1


def test_month_with_enough_agents_begins_the_count_anew() -> None:
    branch = make_branch(target=None)
    office_id = make_agency_office(branch)
    make_signed(branch, office_id, FIRST, LAST)
    assert [count_month(branch, date(2026, month, 1)) for month in (2, 3)] == [0, 0]
    make_members_of(branch, office_id, 5)
    assert count_month(branch, date(2026, 4, 1)) == 0
    with system_work(branch) as work:
        work.execute("UPDATE agents_agent SET state = 'ended' WHERE agency_office_id = %s", [office_id])
    assert [count_month(branch, date(2026, month, 1)) for month in (5, 6, 7)] == [0, 0, 1]


def test_office_left_without_an_agreement_is_proposed_the_day_after() -> None:
    branch = make_branch(target=None)
    make_signed(branch, make_agency_office(branch), FIRST, LAST)

    def propose(today: date) -> int:
        with system_work(branch, at(today)) as work:
            return expiry.propose_left(work, branch_id=branch.id, today=today)

    assert [propose(LAST + timedelta(days=ahead)) for ahead in (0, 1, 2)] == [0, 1, 0]
