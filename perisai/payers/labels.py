"""The room's words on staff pages, and what is proposed with a kind."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.payers.models import GroupKind, Outcome, SponsorKind

GROUPS: Final[dict[str, str | Promise]] = {
    GroupKind.OJEK_STAND: _("Motor-taxi stand"),
    GroupKind.MARKET: _("Market"),
    GroupKind.COOPERATIVE: _("Cooperative"),
    GroupKind.FARMERS: _("Farmers' group"),
    GroupKind.FISHERS: _("Fishers' group"),
    GroupKind.VENDORS: _("Traders' association"),
    GroupKind.WORSHIP: _("House of worship"),
    GroupKind.OTHER: _("Other"),
}
SPONSORS: Final[dict[str, str | Promise]] = {
    SponsorKind.VILLAGE: _("Village"),
    SponsorKind.COMPANY_CSR: _("Company (CSR)"),
    SponsorKind.LOCAL_BUDGET: _("Local budget (APBD)"),
    SponsorKind.STATE_BUDGET: _("State budget (APBN)"),
    SponsorKind.OTHER: _("Other"),
}
OUTCOMES: Final[dict[str, str | Promise]] = {
    Outcome.TAKES_OVER: _("Will pay themselves"),
    Outcome.THINKING: _("Still thinking"),
    Outcome.REFUSED: _("Does not want to go on"),
    Outcome.NOT_FOUND: _("Not found yet"),
    Outcome.MOVED: _("Moved away"),
    Outcome.DIED: _("Died"),
}
REFUSALS: Final[dict[str, str | Promise]] = {
    "nik_cut": _("The NIK was saved as a number: its last digits are lost. Format the column as text."),
    "nik_form": _("This is no NIK of 16 digits."),
    "nik_twice": _("This NIK stands in the file twice."),
    "unknown": _("Nobody with this NIK is enrolled at this branch."),
    "not_member": _("Their membership has ended or was not accepted."),
    "wage_earner": _("A wage earner: the employer pays."),
    "funded": _("Some of these months are funded already."),
    "month": _("The month cannot be read, or lies outside the contract."),
    "programmes": _("Their programmes do not include what the contract pays for."),
    "employs": _(
        "They employ others: JHT is obligatory for them and may not rest. The contract must pay all their programmes."
    ),
}
"""Why a person is not funded, by key."""
