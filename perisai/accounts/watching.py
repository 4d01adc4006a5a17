"""Whether a viewer may see the figures of a scope: their own and everything beneath it."""

from typing import LiteralString

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role
from perisai.events.work import Work
from perisai.offices.scopes import AGENCY_OFFICE, AGENT, BRANCH, KINDS, NATION, REGION, SUB_BRANCH, WHOLE, Watch

_OFFICE: LiteralString = "SELECT kind, branch_id FROM offices_office WHERE id = %s"
_AGENT: LiteralString = "SELECT 1 FROM agents_agent a WHERE a.id = %s AND "


def own(viewer: Viewer) -> Watch:
    """The scope that a viewer begins with."""
    if viewer.branches is None:
        return Watch(NATION, WHOLE)
    if viewer.role is Role.AGENT:
        return Watch(AGENT, str(viewer.agent_id))
    return Watch(KINDS[viewer.office.kind], str(viewer.office.id))


def sees(work: Work, viewer: Viewer, scope: Watch) -> bool:
    """At most one statement. False too where there is no such office or agent in the viewer's part."""
    if viewer.branches is None:
        return True
    if scope.level in (NATION, REGION):
        return scope.level == REGION and viewer.role is Role.REGION and str(viewer.office.id) == scope.key
    if scope.level == AGENT:
        sql, params = viewer.narrow("a")
        return work.row(_AGENT + sql, [scope.key, *params]) is not None
    found = work.row(_OFFICE, [int(scope.key)])
    if found is None or KINDS.get(found[0]) != scope.level or not viewer.sees_branch(found[1]):
        return False
    mine = {SUB_BRANCH: viewer.sub_branch_id, AGENCY_OFFICE: viewer.agency_office_id}
    is_part = viewer.sub_branch_id is not None or viewer.agency_office_id is not None or viewer.agent_id is not None
    return mine.get(scope.level) == int(scope.key) if is_part else scope.level in (BRANCH, SUB_BRANCH, AGENCY_OFFICE)
