"""How states and choices of payments are called on screen, with the tone and icon that go with them."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Label(NamedTuple):
    text: str | Promise
    tone: str
    icon: str


STATES: dict[str, Label] = {
    "stored": Label(_("Being judged"), "note", "clock"),
    "credited": Label(_("Booked"), "done", "check"),
    "repeat": Label(_("Told again"), "note", "repeat"),
    "refused": Label(_("Refused"), "stop", "ban"),
    "suspense": Label(_("Waits for a decision"), "needs", "alert-triangle"),
    "resolved": Label(_("Decided"), "done", "checks"),
}
REASONS: dict[str, str | Promise] = {
    "wrong_code": _("Paid with a wrong code"),
    "wrong_amount_agreed": _("Amount agreed with the customer"),
    "late": _("Paid in time, told late"),
    "other_branch": _("Belongs to another branch"),
    "paid_twice": _("Paid twice"),
    "unknown_payer": _("Payer not found"),
    "bank_error": _("Mistake of the bank"),
}
DECISIONS: dict[str, str | Promise] = {
    "attached": _("Booked on a bill"),
    "refund": _("Bank pays it back"),
}
SOURCES: dict[str, str | Promise] = {
    "snap": _("Bank"),
    "core": _("BPJS core"),
    "suspense": _("By decision"),
}
CHOICES: dict[str, dict[str, str | Promise]] = {
    "padding": {" ": _("Blanks"), "0": _("Zeros")},
    "signature_scheme": {"symmetric": "HMAC-SHA512", "asymmetric": "SHA256withRSA"},
    "external_id_reuse": {"conflict": _("Conflict (409)"), "replay": _("First answer again")},
    "channel": {"va": _("Own code"), "nik": _("NIK")},
}
