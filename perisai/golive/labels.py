"""Words of this room on screen and in the report."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PROBLEMS: dict[str, str | Promise] = {
    "no_sheet": _("The sheet is missing"),
    "no_column": _("The column is missing"),
    "empty": _("Nothing is filled in"),
    "long": _("Too long, or with line breaks; characters at most:"),
    "code": _("Letters, digits and . / _ - only, at most 40"),
    "day": _("Not a date; write 2026-11-22 or 22-11-2026"),
    "month": _("Not a month since July 2015; write 2026-11 or 11-2026"),
    "rupiah": _("Not an amount in whole rupiah such as 2500000, without minus or comma"),
    "phone": _("Not a telephone number"),
    "nik": _("Not a NIK of 16 digits that can exist"),
    "practice": _("This is practice: only example people, whose NIK has 9 as its 13th digit"),
    "cut": _(
        "Typed as a number: a spreadsheet keeps 15 digits and has lost the last; format the column as text and type it again"
    ),
    "account": _("Not an account number of 6 to 20 digits"),
    "account_parts": _("Bank, account number and holder belong together: fill in all three or none"),
    "username": _("Not a login name: 3 to 40 small letters, digits and . _ -"),
    "username_held": _("Somebody has this login name already; write another in the column"),
    "nik_agent": _("A candidate or agent of this or another branch has this NIK already"),
    "nik_barred": _("This person ended as an agent or is under a sanction, and may not be an agent yet"),
    "relation_alone": _("A relation without the heir's name"),
    "region": _("Not a village code such as 15.71.08.1001"),
    "job": _("Not an occupation code of the guide sheet"),
    "kpj": _("Not a KPJ of 11 digits"),
    "one_of": _("Only one of these words:"),
    "twice": _("Stands twice; first in row"),
    "here_already": _("Is in this system already"),
    "no_sub_branch": _("No open sub-branch of this branch has this code"),
    "no_office": _("No agency office has this code, neither in the file nor in this branch"),
    "no_agent": _("No agent has this old code, neither in the file nor from an earlier import"),
    "no_region": _("No village has this code"),
    "no_member": _("No row of the members' sheet has this NIK"),
    "future": _("Lies in the future"),
    "far": _("Too far in the future; at most until"),
    "turned": _("The end is before the beginning"),
    "agreement_long": _("Longer than an agreement may be; at most until"),
    "signed_late": _("Signed after its end"),
    "overlap": _("Has days of another agreement of this office"),
    "paid_before": _("Paid through a month before the acquisition"),
    "no_arrears": _("Unpaid months, but no row among the arrears"),
    "many_months": _("Too many months for one bill; at most"),
    "gap": _("Must begin in the month after the last that is paid"),
    "no_price": _("The tariff knows no price for these months"),
    "amount": _("Not the tariff's amount, which is"),
    "rule": _("The rules of that month did not let this person enter"),
    "nik_held": _("This NIK is enrolled already"),
    "kpj_held": _("This KPJ belongs to another enrolment"),
    "refused": _("Could not be taken over"),
    "defect": _(
        "An error of ours stopped it; nothing was taken over. Send the file again, and tell support if it happens again"
    ),
}
"""By the key that a finding keeps."""
