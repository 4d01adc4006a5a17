"""Who may give which role, and at which kind of office."""

from perisai.accounts.audience import Viewer
from perisai.accounts.models import Role
from perisai.errors import Refused
from perisai.offices.tree import Office, OfficeKind

LEVELS: dict[Role, int] = {
    Role.AGENT: 0,
    Role.AGENCY: 1,
    Role.SUB_BRANCH: 2,
    Role.BRANCH: 3,
    Role.BRANCH_HEAD: 4,
    Role.REGION: 5,
    Role.HEAD_OFFICE: 6,
    Role.AUDITOR: 6,
    Role.SYSTEM: 7,
}
OFFICES: dict[Role, tuple[OfficeKind, ...]] = {
    Role.AGENT: (OfficeKind.AGENCY, OfficeKind.SUB_BRANCH, OfficeKind.BRANCH),
    Role.AGENCY: (OfficeKind.AGENCY,),
    Role.SUB_BRANCH: (OfficeKind.SUB_BRANCH,),
    Role.BRANCH: (OfficeKind.BRANCH,),
    Role.BRANCH_HEAD: (OfficeKind.BRANCH,),
    Role.REGION: (OfficeKind.REGION,),
    Role.HEAD_OFFICE: (OfficeKind.HEAD,),
    Role.AUDITOR: (OfficeKind.HEAD,),
    Role.SYSTEM: (OfficeKind.HEAD,),
}
MANAGERS = (Role.BRANCH, Role.BRANCH_HEAD, Role.REGION, Role.HEAD_OFFICE, Role.SYSTEM)
"""Who looks after the accounts of their own part of the tree."""


def grantable(role: Role) -> list[Role]:
    """Roles below or at one's own level. Only head office and the system make auditors, for they see everything."""
    if role not in MANAGERS:
        return []
    return [r for r, level in LEVELS.items() if level <= LEVELS[role]]


def check_grant(viewer: Viewer, *, role: Role, office: Office) -> None:
    """Raises ``Refused`` E2011 for a role above one's own or an office outside one's part, E2012 where they do not fit."""
    if role not in grantable(viewer.role) or not is_within(viewer, office):
        raise Refused("E2011")
    if office.kind not in OFFICES[role]:
        raise Refused("E2012")


def is_within(viewer: Viewer, office: Office) -> bool:
    """Whether the office lies in the viewer's part of the tree."""
    return viewer.office.id in office.path
