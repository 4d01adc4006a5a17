"""``perisai books``: prints a branch's trial balance at a moment, and what does not agree."""

from datetime import datetime, timedelta

from perisai.custody.queries import cash_accounts
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.books import ledger, period, trial_balance


def tell(*, branch_id: int, at: datetime | None) -> int:
    """0 where ledger, bills, payments and closed months agree; 1 where something does not."""
    with Work.open(scope=Scope.branch(branch_id)) as work:
        until = (at or work.now) + timedelta(microseconds=1)
        rows = trial_balance.before(work, branch_id=branch_id, until=until)
        problems = ledger.prove(work, branch_id, cash=cash_accounts(work, branch_id)) + period.verify(
            work, branch_id=branch_id
        )
    for row in rows:
        print(f"{row.account:24} {row.debit:>18} {row.credit:>18} {row.balance:>18}")
    print(f"{'':24} {sum(row.debit for row in rows):>18} {sum(row.credit for row in rows):>18}")
    for problem in problems:
        print(f"wrong: {problem}")
    return 1 if problems else 0
