"""How outcomes of an import are told on screen."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Label(NamedTuple):
    text: str | Promise
    tone: str
    icon: str


OUTCOMES: dict[str, Label] = {
    "registered": Label(_("State at the core taken over"), "done", icon="check"),
    "paid": Label(_("Outside payment booked"), "done", icon="cash"),
    "nothing_new": Label(_("Nothing new: known already"), "note", icon="equal"),
    "error_nik": Label(_("NIK is not 16 digits"), "stop", icon="alert-triangle"),
    "error_cut": Label(_("NIK typed as a number: its last digits are lost"), "stop", icon="alert-triangle"),
    "error_unknown": Label(_("No member of this branch has this NIK"), "stop", icon="alert-triangle"),
    "error_status": Label(_("Status is neither registered nor refused"), "stop", icon="alert-triangle"),
    "error_kpj": Label(_("KPJ is not 11 digits"), "stop", icon="alert-triangle"),
    "error_kpj_other": Label(_("The member has another KPJ already"), "stop", icon="alert-triangle"),
    "error_kpj_taken": Label(_("Another member has this KPJ"), "stop", icon="alert-triangle"),
    "error_code": Label(_("Payment code is not 6 to 30 letters or digits"), "stop", icon="alert-triangle"),
    "error_code_taken": Label(_("Another member has this payment code"), "stop", icon="alert-triangle"),
    "error_payment": Label(_("Outside payment cannot be booked"), "stop", icon="alert-triangle"),
    "error_payment_incomplete": Label(
        _("Outside payment needs first month, amount, date and reference"), "stop", icon="alert-triangle"
    ),
    "error_payment_form": Label(
        _("Month, amount or date of the payment cannot be read"), "stop", icon="alert-triangle"
    ),
}
