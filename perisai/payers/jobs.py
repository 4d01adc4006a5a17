"""The campaign by the clock: branch by branch; one that fails waits for the next day and stops no other."""

from procrastinate.contrib.django import app

from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.offices.everywhere import in_every_branch
from perisai.payers import farewell, rebill


@app.periodic(cron="41 1 * * *")
@app.task(queue="members", queueing_lock="payers.follow", pass_context=False)
def follow_everywhere(timestamp: int) -> None:
    """Every morning, in daylight of every Indonesian time zone: 08.41 WIB, 10.41 WIT. Who is to be told of the end of a funding,
    and who went on by themselves."""
    del timestamp
    in_every_branch(follow_branch)


def follow_branch(branch_id: int, timezone: str) -> None:
    """In Works of bounded size: killed in the middle, the next one goes on where it ended."""
    with Work(scope=Scope.branch(branch_id)) as work:
        rebill.follow_firsts(work, branch_id=branch_id)
    told = farewell.MOST_TEXTS
    while told == farewell.MOST_TEXTS:
        with Work(scope=Scope.branch(branch_id)) as work:
            told = farewell.follow(work, branch_id=branch_id, today=branch_day(work.now, timezone))
