"""The office that sends a report: a branch for itself and its parts, a region or head office for what is more than one branch."""

from dataclasses import dataclass
from typing import LiteralString

from perisai.events.work import Work
from perisai.offices.scopes import AGENT, NATION, REGION, Watch

_AGENT: LiteralString = (
    "SELECT o.id, o.timezone FROM agents_agent a JOIN offices_office o ON o.id = a.branch_id WHERE a.id = %s"
)
_OFFICE: LiteralString = """
SELECT b.id, b.timezone FROM offices_office o JOIN offices_office b ON b.id = coalesce(o.branch_id, o.id) WHERE o.id = %s
"""
_HEAD: LiteralString = "SELECT id, timezone FROM offices_office WHERE kind = 'head' ORDER BY id LIMIT 1"


@dataclass(frozen=True)
class Desk:
    """``is_upper``: no branch's. Its clock and calendar say when something is due."""

    office_id: int
    timezone: str
    is_upper: bool = False

    def sql(self, of_branch: LiteralString) -> LiteralString:
        """A statement on a branch's schedules, or the same on those of offices above, which are no branch's rows."""
        if not self.is_upper:
            return of_branch
        return of_branch.replace("reports_schedule", "reports_upper_schedule").replace("branch_id", "office_id")


def find(work: Work, scope: Watch) -> Desk | None:
    """None where there is no such office or agent. One statement."""
    if scope.level == NATION:
        row = work.row(_HEAD)
    elif scope.level == AGENT:
        row = work.row(_AGENT, [scope.key])
    else:
        row = work.row(_OFFICE, [int(scope.key)])
    if row is None:
        return None
    return Desk(row[0], row[1], is_upper=scope.level in (NATION, REGION))
