"""How outcomes of an import are told on screen."""

from django.utils.translation import gettext_lazy as _

from perisai.accounts.words import Word

OUTCOMES: dict[str, Word] = {
    "registered": Word(_("State at the core taken over"), "done", icon="check"),
    "paid": Word(_("Outside payment booked"), "done", icon="cash"),
    "nothing_new": Word(_("Nothing new: known already"), "note", icon="equal"),
    "error_nik": Word(_("NIK is not 16 digits"), "stop", icon="alert-triangle"),
    "error_cut": Word(_("NIK typed as a number: its last digits are lost"), "stop", icon="alert-triangle"),
    "error_unknown": Word(_("No member of this branch has this NIK"), "stop", icon="alert-triangle"),
    "error_status": Word(_("Status is neither registered nor refused"), "stop", icon="alert-triangle"),
    "error_kpj": Word(_("KPJ is not 11 digits"), "stop", icon="alert-triangle"),
    "error_kpj_other": Word(_("The member has another KPJ already"), "stop", icon="alert-triangle"),
    "error_kpj_taken": Word(_("Another member has this KPJ"), "stop", icon="alert-triangle"),
    "error_code": Word(_("Payment code is not 6 to 30 letters or digits"), "stop", icon="alert-triangle"),
    "error_code_taken": Word(_("Another member has this payment code"), "stop", icon="alert-triangle"),
    "error_payment": Word(_("Outside payment cannot be booked"), "stop", icon="alert-triangle"),
    "error_payment_incomplete": Word(
        _("Outside payment needs first month, amount, date and reference"), "stop", icon="alert-triangle"
    ),
    "error_payment_form": Word(_("Month, amount or date of the payment cannot be read"), "stop", icon="alert-triangle"),
}
