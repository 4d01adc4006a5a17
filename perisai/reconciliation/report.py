"""``perisai reconcile``: takes a statement, matches, and prints a day's state."""

from datetime import date
from pathlib import Path

from perisai.errors import Refused
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.reconciliation import day, matching, taking


def reconcile(*, on: date | None, bank_id: str = "", statement: str = "") -> int:
    """0: all of the day is explained at every bank; 1: something is left, a bank has no statement of it, or one was refused."""
    try:
        if statement:
            _take(Path(statement), bank_id)
        return _tell(on, bank_id) if on else 0
    except Refused as refused:
        print(f"{refused}")
        return 1


def _take(path: Path, bank_id: str) -> None:
    data = path.read_bytes()
    with Work.open(scope=Scope.nation(), lock_timeout_ms=60_000) as work:
        taking.take(work, bank_id=bank_id, name=path.name, data=data)
    print(f"{path.name}: taken")


def _tell(on: date, bank_id: str) -> int:
    with Work.open(scope=Scope.nation()) as work:
        banks = [one["bank_id"] for one in day.banks_of(work) if bank_id in ("", one["bank_id"])]
    left = 0
    for bank in banks:
        with Work.open(scope=Scope.nation()) as work:
            matching.match(work, bank_id=bank)
            left += not _print(day.state(work, bank_id=bank, day=on))
    if not banks:
        print("no bank has an account for statements")
    return 1 if left or not banks else 0


def _print(state: day.DayState) -> bool:
    said = (
        "closed" if state.is_closed else "all explained, not closed" if state.is_explained else f"open: {state.missing}"
    )
    print(f"{state.day} {state.bank_id}: {said}")
    for name, value in state.figures.items():
        print(f"  {name} {value}")
    for kind, count, amount in state.unexplained:
        print(f"  left {kind}: {count}, Rp{amount}")
    return state.is_explained
