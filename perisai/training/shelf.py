"""Whose a course is, and who sees it: a branch's own, or an office's above, which all branches under that office use.

Decision 0008. The owner stands in ``branch_id``. Row-level security lets everybody read what offices above the branches have
published, and lets write only who opened the owner's shelf in this Work; which of it a branch uses is said by the path of its
office.
"""

from typing import Any, LiteralString

from perisai.accounts.audience import STAFF, Role, Viewer
from perisai.errors import Refused
from perisai.events.work import Work

AUTHORS = (Role.BRANCH, Role.BRANCH_HEAD, Role.REGION, Role.HEAD_OFFICE)
"""Who makes courses and says who must take them: for the branch, the region, the country."""
LEARNERS = (Role.AGENCY, *STAFF)
"""Whom a rule can ask to learn in the browser; agents learn in the field app."""

USED: LiteralString = "= ANY ((SELECT path FROM offices_office WHERE id = %s)::int[])"
"""Of a column that holds an owner: whether the office given uses what that owner made."""

_OPEN = "SELECT set_config('perisai.owner', %s, true)"
_STANDS_ABOVE = "SELECT kind IN ('head', 'region') FROM offices_office WHERE id = %s"


def owner_of(viewer: Viewer) -> int:
    """The office whose courses this person makes: their branch, else their region or the head office."""
    return viewer.office.branch_id or viewer.office.id


def open_shelf(work: Work, owner_id: int) -> None:
    """Lets this Work read the drafts and write the courses of an office above the branches. The caller has checked that the
    actor works there; courses of a branch are in its scope anyway."""
    work.execute(_OPEN, [str(owner_id)])


def open_own(work: Work, viewer: Viewer) -> int:
    """Opens the shelf of the viewer's own office, for those who write; returns the owner."""
    owner_id = owner_of(viewer)
    if viewer.role in AUTHORS:
        open_shelf(work, owner_id)
    return owner_id


def is_above(work: Work, owner_id: int) -> bool:
    """Whether no branch's events can tell of it: what happens above the branches has no branch to belong to."""
    row = work.row(_STANDS_ABOVE, [owner_id])
    return bool(row and row[0])


def own(viewer: Viewer, found: dict[str, Any]) -> int:
    """The owner of a course or version that the viewer may change. Raises E9225 for another office's."""
    owner_id: int = found["branch_id"]
    if owner_id != owner_of(viewer):
        raise Refused("E9225")
    return owner_id


def seen(viewer: Viewer, column: LiteralString) -> tuple[LiteralString, list[Any]]:
    """A condition on a column that holds an owner: what lies under the viewer's office and what it uses from above."""
    if viewer.branches is None:
        return "TRUE", []
    return f"{column} = ANY (%s)", [[*viewer.branches, *viewer.office.path]]
