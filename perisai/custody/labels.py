"""Words of pages about cash."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.accounts.words import Word

STATES: dict[str, Word] = {
    "held": Word(_("With the agent"), "needs", "cash"),
    "settled": Word(_("Received by the bank"), "done", "building-bank"),
    "void": Word(_("Cancelled"), "stop", "ban"),
}
KINDS: dict[str, str | Promise] = {
    "cash": _("Cash"),
    "advance": _("Advanced by the agent"),
    "repayment": _("Advance given back"),
}
DEPOSITS: dict[str, Word] = {
    "open": Word(_("Waits for the bank"), "needs", "hourglass"),
    "paid": Word(_("Paid"), "done", "check"),
    "cancelled": Word(_("Cancelled or expired"), "", "ban"),
}
REVIEWS: dict[str, str | Promise] = {
    "over_limit": _("Taken above the agent's limit"),
    "overdue": _("Taken while older cash was overdue"),
    "doubtful_time": _("Nobody can say when it was taken"),
    "not_signed": _("Its signature does not fit what was sent"),
    "other_name": _("The member's paper names another payer"),
    "other_time": _("The member's paper says another time"),
    "number_unknown": _("Its number was not reserved for this agent"),
    "number_twice": _("Its number is another receipt's"),
    "page_unknown": _("Its page is of no book of this agent"),
    "page_twice": _("Its page was used before"),
    "not_own_member": _("For somebody who is not this agent's member"),
    "paid_elsewhere": _("The months are paid in another way: where is the money?"),
}
VOIDS: dict[str, str | Promise] = {
    "mistake": _("Entered by mistake"),
    "returned": _("The money was given back"),
    "duplicate": _("Entered twice"),
    "other": _("Other"),
}
WAITING: dict[str, str | Promise] = {
    "overdue": _("Agents with cash that should be at a bank"),
    "review": _("Receipts for cash to look at"),
}


def reviews(text: str) -> list[str | Promise]:
    return [REVIEWS.get(one, one) for one in text.split(",") if one]
