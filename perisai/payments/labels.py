"""How states and choices of payments are called on screen, with the tone and icon that go with them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.accounts.words import Word

STATES: dict[str, Word] = {
    "stored": Word(_("Being judged"), "note", icon="clock"),
    "credited": Word(_("Booked"), "done", icon="check"),
    "repeat": Word(_("Told again"), "note", icon="repeat"),
    "refused": Word(_("Refused"), "stop", icon="ban"),
    "suspense": Word(_("Waits for a decision"), "needs", icon="alert-triangle"),
    "resolved": Word(_("Decided"), "done", icon="checks"),
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
    "held": _("Money held"),
}
CHOICES: dict[str, dict[str, str | Promise]] = {
    "padding": {" ": _("Blanks"), "0": _("Zeros")},
    "signature_scheme": {"symmetric": "HMAC-SHA512", "asymmetric": "SHA256withRSA"},
    "external_id_reuse": {"conflict": _("Conflict (409)"), "replay": _("First answer again")},
    "channel": {"va": _("Own code"), "nik": _("NIK")},
    "amounts": {"closed": _("Exact amount only"), "open": _("Any amount")},
}

ANSWERS: dict[str, str | Promise] = {
    "20025": _("Booked"),
    "4002500": _("Not readable"),
    "4002501": _("A field has the wrong form"),
    "4002502": _("A field is missing"),
    "4042512": _("Code not known, or nothing to pay with it now"),
    "4042513": _("Not the amount of the bill"),
    "4042514": _("The bill was paid already"),
    "4042516": _("Prefix of another bank"),
    "4042518": _("Same request number, other content"),
    "4042519": _("The payment code had expired"),
    "4092500": _("X-EXTERNAL-ID used before that day"),
}


def answer_words(code: str | None) -> str | Promise:
    """What we answered a bank, for people; empty where nothing was answered yet."""
    return ANSWERS.get(code or "", ANSWERS["20025"] if (code or "").startswith("200") else "")


ORDER_STATES: dict[str, Word] = {
    "open": Word(_("Not paid yet"), "needs", icon="hourglass"),
    "paid": Word(_("Paid"), "done", icon="check"),
    "expired": Word(_("Expired"), "note", icon="clock"),
    "cancelled": Word(_("Cancelled"), "stop", icon="ban"),
}
BILL_STATES = ORDER_STATES
PAYERS: dict[str, str | Promise] = {
    "agent": _("Agent"),
    "group": _("Group"),
    "employer": _("Employer"),
    "sponsor": _("Sponsor"),
    "member": _("Member"),
    "other": _("Somebody else"),
}
REFUND_STATES: dict[str, Word] = {
    "proposed": Word(_("Waits for a second person"), "needs", icon="hourglass"),
    "approved": Word(_("To be paid by the bank"), "needs", icon="building-bank"),
    "paid": Word(_("Given back"), "done", icon="check"),
    "rejected": Word(_("Rejected"), "stop", icon="ban"),
}
REFUND_REASONS: dict[str, str | Promise] = {
    "wrong_member": _("Booked for the wrong member"),
    "paid_twice": _("Paid twice"),
    "overpaid": _("Paid too much"),
    "member_ended": _("Member has left or died"),
    "bank_error": _("Mistake of the bank"),
    "asked": _("The payer asks for it"),
}
PROPOSAL_STATES: dict[str, Word] = {
    "proposed": Word(_("Waits for a second person"), "needs", icon="hourglass"),
    "approved": Word(_("Approved"), "done", icon="check"),
    "rejected": Word(_("Rejected"), "stop", icon="ban"),
}
PROPOSALS: dict[str, str | Promise] = {
    "attach": _("Book money that fits no bill"),
    "pay_back": _("Have the bank pay it back"),
    "settle_cash": _("Count cash as received"),
    "void_cash": _("Cancel a receipt for cash"),
}
WAITING: dict[str, str | Promise] = {
    "proposals": _("Decisions about money that wait for you as the second person"),
}
