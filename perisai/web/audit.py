"""``perisai audit recount``: proves, branch by branch, that counters equal events and that no event number is missing, and
that the country is the sum of its branches."""

from collections.abc import Iterator

from perisai.events import country
from perisai.events.recount import Recount, recount
from perisai.events.scope import Scope
from perisai.events.work import Work


def recount_all() -> Iterator[Recount]:
    """One unit of work per branch, so that a long audit holds no snapshot of the whole country."""
    with Work.open(scope=Scope.nation()) as work:
        branches = [row[0] for row in work.rows("SELECT branch_id FROM events_position ORDER BY branch_id")]
    for branch_id in branches:
        with Work.open(scope=Scope.branch(branch_id)) as work:
            yield recount(work, branch_id=branch_id)


def report() -> int:
    """Prints one line a branch and each difference; the exit code is 1 when anything differs."""
    failed = events = 0
    for result in recount_all():
        events += result.events
        failed += not result.proved
        gaps = "" if result.gapless else ", numbers have gaps"
        print(f"branch {result.branch_id}: {result.events} events, {len(result.differences)} differences{gaps}")
        for level, key, captured, received, segment, metric, counted, added in result.differences:
            print(f"  {level}:{key} {captured}/{received} {segment} {metric}: counter {counted}, events {added}")
    print(f"{events} events recounted: {'counters equal events' if not failed else f'{failed} branches differ'}")
    return 1 if _report_country() or failed else 0


def _report_country() -> int:
    with Work.open(scope=Scope.nation()) as work:
        differences = country.differences(work)
    for timezone, level, key, captured, received, segment, metric, counted, added in differences:
        print(
            f"  {timezone} {level}:{key} {captured}/{received} {segment} {metric}: country {counted}, branches {added}"
        )
    print(
        "the country is the sum of its branches"
        if not differences
        else f"{len(differences)} sums of the country differ"
    )
    return len(differences)
