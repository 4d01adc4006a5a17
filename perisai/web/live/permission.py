"""Which scopes a viewer may watch: their own and everything beneath it."""

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role
from perisai.accounts.watching import own as own_watch
from perisai.offices.scopes import (
    AGENCY_OFFICE,
    AGENT,
    BRANCH,
    NATION,
    REGION,
    SUB_BRANCH,
    Place,
)

__all__ = ["may_watch", "own_watch"]


def may_watch(viewer: Viewer, place: Place) -> bool:
    """Whether all that a scope shows lies within what the viewer sees."""
    if viewer.branches is None:
        return True
    level = place.watch.level
    if level in (NATION, REGION):
        return level == REGION and viewer.role is Role.REGION and str(viewer.office.id) == place.watch.key
    if not viewer.sees_branch(place.branches[0]):
        return False
    narrowed = (viewer.sub_branch_id, viewer.agency_office_id, viewer.agent_id)
    if narrowed == (None, None, None):
        return level in (BRANCH, SUB_BRANCH, AGENCY_OFFICE, AGENT)
    return _is_within(viewer, place)


def _is_within(viewer: Viewer, place: Place) -> bool:
    """Within a branch: the viewer's own sub-branch, agency office or agent, or an agent of theirs."""
    if place.agent is not None:
        agent = place.agent
        return (
            str(viewer.agent_id) == agent.id
            or (viewer.sub_branch_id is not None and viewer.sub_branch_id == agent.sub_branch_id)
            or (viewer.agency_office_id is not None and viewer.agency_office_id == agent.agency_office_id)
        )
    own = {SUB_BRANCH: viewer.sub_branch_id, AGENCY_OFFICE: viewer.agency_office_id}.get(place.watch.level)
    return own is not None and str(own) == place.watch.key
