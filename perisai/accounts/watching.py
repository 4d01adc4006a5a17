"""Whether a viewer may see the figures of a scope: their own and everything beneath it."""

from collections.abc import Collection
from typing import Any, LiteralString
from uuid import UUID

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role
from perisai.events.work import Work
from perisai.offices.scopes import AGENCY_OFFICE, AGENT, BRANCH, KINDS, NATION, REGION, SUB_BRANCH, WHOLE, Watch

_OFFICES: LiteralString = "SELECT id, kind, branch_id FROM offices_office WHERE id = ANY(%s)"
_AGENTS: LiteralString = """
SELECT id, branch_id, sub_branch_id, agency_office_id FROM agents_agent WHERE id = ANY(%s::uuid[])
"""


def own(viewer: Viewer) -> Watch:
    """The scope that a viewer begins with."""
    if viewer.branches is None:
        return Watch(NATION, WHOLE)
    if viewer.role is Role.AGENT:
        return Watch(AGENT, str(viewer.agent_id))
    return Watch(KINDS[viewer.office.kind], str(viewer.office.id))


def sees(work: Work, viewer: Viewer, scope: Watch) -> bool:
    """At most one statement. False too where there is no such office or agent in the viewer's part."""
    return (viewer, scope) in sees_of(work, [(viewer, scope)])


def sees_of(work: Work, asked: Collection[tuple[Viewer, Watch]]) -> set[tuple[Viewer, Watch]]:
    """Of many viewers and scopes those that may be seen. At most two statements."""
    open_to = [(viewer, scope) for viewer, scope in asked if viewer.branches is not None]
    offices = {int(scope.key) for _, scope in open_to if scope.level in (BRANCH, SUB_BRANCH, AGENCY_OFFICE)}
    agents = {scope.key for _, scope in open_to if scope.level == AGENT}
    places: dict[tuple[str, str], tuple[Any, ...]] = {}
    for office, kind, branch in work.rows(_OFFICES, [list(offices)]) if offices else ():
        if kind in KINDS:
            places[KINDS[kind], str(office)] = (branch, None, None)
    for agent, *place in work.rows(_AGENTS, [list(agents)]) if agents else ():
        places[AGENT, str(agent)] = tuple(place)
    return {
        (viewer, scope) for viewer, scope in asked if is_within(viewer, scope, places.get((scope.level, scope.key)))
    }


def is_within(viewer: Viewer, scope: Watch, place: tuple[Any, ...] | None) -> bool:
    """Whether all of a scope lies within what the viewer sees.

    ``place``: branch, sub-branch and agency office of an agent; branch of an office; None where there is none."""
    if viewer.branches is None:
        return True
    if scope.level in (NATION, REGION):
        return scope.level == REGION and viewer.role is Role.REGION and str(viewer.office.id) == scope.key
    if place is None or not viewer.sees_branch(place[0]):
        return False
    if scope.level == AGENT:
        mine = (viewer.sub_branch_id, viewer.agency_office_id, viewer.agent_id)
        return all(own is None or own == its for own, its in zip(mine, (*place[1:], UUID(scope.key)), strict=True))
    parts = {SUB_BRANCH: viewer.sub_branch_id, AGENCY_OFFICE: viewer.agency_office_id}
    is_part = viewer.sub_branch_id is not None or viewer.agency_office_id is not None or viewer.agent_id is not None
    return not is_part or parts.get(scope.level) == int(scope.key)
