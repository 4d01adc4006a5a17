"""How outcomes of an import are told on screen."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Label(NamedTuple):
    text: str | Promise
    tone: str
    icon: str


OUTCOMES: dict[str, Label] = {
    "registered": Label(_("State at the core taken over"), "done", "check"),
    "paid": Label(_("Outside payment booked"), "done", "cash"),
    "nothing_new": Label(_("Nothing new: known already"), "note", "equal"),
    "error_nik": Label(_("NIK is not 16 digits"), "stop", "alert-triangle"),
    "error_unknown": Label(_("No member of this branch has this NIK"), "stop", "alert-triangle"),
    "error_status": Label(_("Status is neither registered nor refused"), "stop", "alert-triangle"),
    "error_kpj": Label(_("KPJ is not 11 digits"), "stop", "alert-triangle"),
    "error_kpj_other": Label(_("The member has another KPJ already"), "stop", "alert-triangle"),
    "error_kpj_taken": Label(_("Another member has this KPJ"), "stop", "alert-triangle"),
    "error_payment": Label(_("Outside payment cannot be booked"), "stop", "alert-triangle"),
    "error_payment_incomplete": Label(
        _("Outside payment needs first month, amount, date and reference"), "stop", "alert-triangle"
    ),
    "error_payment_form": Label(_("Month, amount or date of the payment cannot be read"), "stop", "alert-triangle"),
}
