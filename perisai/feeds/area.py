"""The part of the country that a key or a subscription is of: head office, a region or a branch."""

from perisai.accounts.audience import Role, Viewer
from perisai.errors import Refused
from perisai.events.scope import Scope
from perisai.offices.tree import Office, OfficeKind, branches_under

KINDS = (OfficeKind.HEAD, OfficeKind.REGION, OfficeKind.BRANCH)
MAKERS = (Role.BRANCH_HEAD, Role.REGION, Role.HEAD_OFFICE, Role.SYSTEM)
"""Who opens doors, each for their own part of the country."""
READERS = (*MAKERS, Role.AUDITOR)


def scope_of(office_id: int, kind: str) -> Scope:
    """The branches of it, as the office tree stands now."""
    if kind == OfficeKind.HEAD:
        return Scope.nation()
    return Scope.of((office_id,) if kind == OfficeKind.BRANCH else branches_under(office_id))


def offices_for(viewer: Viewer) -> list[Office]:
    """Whose doors this viewer may open."""
    found = Office.objects.filter(path__contains=[viewer.office.id], kind__in=KINDS, is_open=True)
    return list(found.order_by("path")[:1000])


def get_office(viewer: Viewer, office_id: int) -> Office:
    """Raises E1004 where it is not in the viewer's part of the tree."""
    found = Office.objects.filter(pk=office_id, path__contains=[viewer.office.id], kind__in=KINDS).first()
    if found is None:
        raise Refused("E1004")
    return found
