"""What the alerts of the demo's branches see once its story is told."""

from datetime import datetime
from typing import Final, LiteralString

from perisai.alerts import jobs
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.web.demo.places import JAMBI

_LOOKED: Final[LiteralString] = "SELECT EXISTS (SELECT FROM alerts_alert WHERE branch_id = %s)"


def build_alerts(end: datetime) -> None:
    """Looks once; a world that was looked at is left to the worker."""
    with Work(scope=Scope.branch(JAMBI)) as work:
        row = work.row(_LOOKED, [JAMBI])
    if not (row and row[0]):
        jobs.look_all(FixedClock(end))
