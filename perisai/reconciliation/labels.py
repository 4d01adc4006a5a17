"""How differences, decisions and reasons are called on screen."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.accounts.words import Word

Texts = dict[str, str | Promise]

KINDS: Texts = {
    "missing": _("On the statement, but the bank did not tell us"),
    "unmatched": _("Told by the bank, but not on the statement"),
    "double": _("Twice on the statement"),
    "amount": _("Another amount on the statement"),
    "outgoing": _("Money that went out"),
}
STATES: dict[str, Word] = {
    "open": Word(_("To be cleared up"), "needs", icon="alert-triangle"),
    "waiting": Word(_("Waiting"), "note", icon="clock"),
    "decided": Word(_("Decided"), "done", icon="checks"),
    "cleared": Word(_("Agreed later"), "done", icon="check"),
}
DAY_STATES: dict[str, Word] = {
    "closed": Word(_("Closed"), "done", icon="lock"),
    "explained": Word(_("All explained"), "done", icon="check"),
    "open": Word(_("To be cleared up"), "needs", icon="alert-triangle"),
}
DECISIONS: Texts = {
    "credit": _("Book on a member's bill"),
    "suspense": _("Let it wait in suspense"),
    "refund": _("Bank pays it back"),
    "attach": _("It is this notification"),
    "explain": _("Explain"),
    "wait": _("Wait for the next statement"),
}
REASONS: Texts = {
    "interest": _("Interest"),
    "own_transfer": _("Transfer between own accounts"),
    "not_ours": _("Not a contribution"),
    "bank_correction": _("Correction by the bank"),
    "cut_off": _("After the bank's day ended: it stands on the next day's statement"),
    "reversed_by_bank": _("Taken back by the bank"),
    "copy": _("Told twice for one payment"),
    "bank_fee": _("Fee of the bank"),
    "bank_error": _("Mistake of the bank"),
    "refund_paid": _("Money paid back to a customer"),
    "other": _("Something else: see the note"),
}
WAITING: Texts = {"old": _("Differences with bank statements, older than two days")}
DONE: Texts = {
    "taken": _("Took it up"),
    "note": _("Note"),
    "wait": _("Waits"),
    "explain": _("Explained"),
    "attach": _("Attached"),
    "credit": _("Proposed to be booked"),
    "suspense": _("Put in suspense"),
    "refund": _("Bank pays it back"),
    "cleared": _("Agreed with a later statement"),
}
SETTLES: Texts = {"each": _("Each payment is a line"), "day": _("One line sums a day")}
