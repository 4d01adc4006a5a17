"""Months that were billed to the member and are funded afterwards are billed anew, without relief where a public budget pays."""

from datetime import date
from typing import Any
from uuid import UUID

from perisai.contributions.runs import run
from perisai.payers import sponsor
from tests.payers.people import member_of, work_at
from tests.world import Branch, make_branch

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


def issue(branch: Branch, month: date) -> None:
    with work_at(branch) as work:
        run.issue_month(work, branch_id=branch.id, timezone="Asia/Jakarta", month=month)


def fund(branch: Branch, who: UUID, **changes: Any) -> UUID:
    given = {"kind": "local_budget", "name": "Kota Uji", "first_month": DECEMBER, "last_month": date(2027, 2, 1)}
    with work_at(branch) as work:
        by = sponsor.make(work, branch_id=branch.id, given=given | changes)
        sponsor.fund(work, branch_id=branch.id, sponsor_id=by, wanted=[sponsor.ToFund(who, DECEMBER, date(2027, 2, 1))])
    return by


def bills(branch: Branch) -> list[tuple[date, str, int, UUID | None]]:
    with work_at(branch) as work:
        return work.rows(  # type: ignore[return-value]
            "SELECT first_month, state, amount, sponsor_id FROM contributions_bill WHERE branch_id = %s ORDER BY 1, 2",
            [branch.id],
        )


def balance(branch: Branch) -> dict[str, int]:
    sql = """
        SELECT account, sum(amount)::bigint FROM (
          SELECT debit AS account, amount FROM payments_ledger_entry WHERE branch_id = %s
          UNION ALL SELECT credit, -amount FROM payments_ledger_entry WHERE branch_id = %s) moves GROUP BY 1"""
    with work_at(branch) as work:
        return dict(work.rows(sql, [branch.id, branch.id]))


def test_open_bill_of_a_funded_month_is_issued_anew_without_relief(database: object) -> None:
    branch = make_branch()
    who = member_of(branch, paid_through=date(2026, 10, 1))
    issue(branch, NOVEMBER)
    issue(branch, DECEMBER)
    assert bills(branch) == [(NOVEMBER, "open", 11_400, None), (DECEMBER, "open", 11_400, None)]
    by = fund(branch, who)
    assert bills(branch) == [
        (NOVEMBER, "cancelled", 11_400, None),
        (NOVEMBER, "open", 11_400, None),
        (DECEMBER, "cancelled", 11_400, None),
        (DECEMBER, "open", 22_800, by),
    ], "the member's own month stays the member's, with relief"
    assert balance(branch)["receivable"] == 11_400 + 22_800


def test_ended_funding_gives_the_bill_back_to_the_member(database: object) -> None:
    branch = make_branch()
    who = member_of(branch, paid_through=NOVEMBER)
    by = fund(branch, who)
    issue(branch, DECEMBER)
    assert bills(branch) == [(DECEMBER, "open", 22_800, by)]
    with work_at(branch) as work:
        sponsor.end(work, branch_id=branch.id, sponsor_id=by, last_month=NOVEMBER)
    assert bills(branch) == [(DECEMBER, "cancelled", 22_800, by), (DECEMBER, "open", 11_400, None)]
    assert balance(branch)["receivable"] == 11_400


def test_company_pays_with_relief_as_the_member_would(database: object) -> None:
    branch = make_branch()
    who = member_of(branch, paid_through=NOVEMBER)
    by = fund(branch, who, kind="company_csr")
    issue(branch, DECEMBER)
    assert bills(branch) == [(DECEMBER, "open", 11_400, by)]
