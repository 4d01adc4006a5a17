"""Words of bill runs on staff pages."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SKIPPED: Final[dict[str, str | Promise]] = {
    "billed": _("have a bill for the month"),
    "paid": _("have paid the month"),
    "over": _("unpaid for so long that membership ends"),
    "no_code": _("have no payment code"),
    "no_price": _("the rules give no price"),
}
ORIGINS: Final[dict[str, str | Promise]] = {
    "first": _("enrolment"),
    "run": _("monthly run"),
    "advance": _("paid in advance"),
    "terms": _("issued anew after a change"),
    "return": _("coming back"),
}
EARLY: dict[str, str | Promise] = {
    "entered_wrong": _("It was entered wrongly before"),
    "told_in_time": _("The member told it before the month began"),
    "authority": _("BPJS Ketenagakerjaan or a court decided so"),
}
"""Why the head of a branch lets a change of terms hold for months that have begun."""
