"""Words of this room on screen."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OUT_OF_ORDER: dict[str, str | Promise] = {
    "unknown": _("It is no agency office of this branch"),
    "ended": _("The agency office has ended"),
    "closed": _("The agency office is closed"),
    "none": _("The agency office has no agreement"),
    "unsigned": _("The agreement is not yet signed by both sides"),
    "later": _("The agreement begins later"),
    "expired": _("The agreement has expired"),
}
"""Why an agency office may not answer for agents, by the answers of ``agreement.in_order``."""
