"""Words of the agents' pages that other pages show too."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WAITING: dict[str, str | Promise] = {
    "renewals_asked": _("Renewals that agents ask for"),
    "licences_ending": _("Licences that end within 30 days or have ended"),
    "licences_doubtful": _("Licences whose exam was annulled"),
    "agents_unplaced": _("Agents without a place"),
    "offices_lacking": _("Offices that lack agents"),
}
"""By the keys of ``queries.waiting``."""
