"""What waits for a viewer in this room, for the home page."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.accounts.audience import STAFF, Viewer
from perisai.events.work import Work
from perisai.reminders import queries

WAITING: Final[dict[str, str | Promise]] = {"cases": _("What members and agents said, to look into")}


def waiting(work: Work, *, viewer: Viewer) -> list[tuple[str, int, str]]:
    """(key, how many, where they are listed). One statement."""
    if viewer.role not in STAFF:
        return []
    return [("cases", queries.count_open(work, viewer=viewer), "/console/reminders/?tab=cases")]
