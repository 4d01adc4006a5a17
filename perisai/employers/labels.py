"""Words of this room on screen and in spreadsheets that go back."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FINDINGS: dict[str, str | Promise] = {
    "empty": _("Nothing is filled in"),
    "long": _("Too long, or with line breaks; characters at most:"),
    "day": _("Not a date; write 2026-11-22 or 22-11-2026"),
    "month": _("Not a month; write 2026-11 or 11-2026"),
    "rupiah": _("Not an amount in whole rupiah such as 2500000, without minus or comma"),
    "nothing": _("A wage is more than nothing"),
    "phone": _("Not a telephone number"),
    "nik": _("Not a NIK of 16 digits that can exist"),
    "nik_15": _(
        "A NIK has 16 digits; here are 15: the spreadsheet has lost one. Format the column as text and type it again"
    ),
    "cut": _(
        "Typed as a number: a spreadsheet keeps 15 digits and has lost the last; format the column as text and type it again"
    ),
    "practice": _("This is practice: only example people, whose NIK has 9 as its 13th digit"),
    "region": _("Not a village code such as 15.71.08.1001"),
    "no_region": _("No village has this code"),
    "job": _("Not an occupation of the list"),
    "one_of": _("Only one of these words:"),
    "merged": _("Merged cells: part them, so that every row has its own"),
    "formula": _("A formula without a value: paste it as a value"),
    "twice": _("Stands twice in this file; first in row"),
    "future": _("Lies in the future"),
    "month_far": _("Only from three months back to the next month"),
    "no_worker": _("Nobody with this NIK works here"),
    "works_here": _("Works here already with another wage: report it as a change of wage (upah)"),
    "before": _("Before the worker joined"),
    "paid": _("This month is paid already"),
    "left": _("After the worker has left"),
    "rule": _("The rules do not let this person enter"),
    "identity": _("Looked at by the branch: this person may be enrolled already"),
    "review": _("Looked at by the branch"),
}
"""By the key that a finding keeps."""

WHY: dict[str, str | Promise] = {
    "before": _("before the worker joined"),
    "paid": _("a month that is paid already"),
    "left": _("after the worker has left"),
}

UNREADABLE: dict[str, str | Promise] = {
    "size": _("too large"),
    "rows": _("too many rows"),
    "columns": _("a column is missing in the first row"),
    "kind": _("not an XLSX workbook"),
    "locked": _("locked by a password, or an XLS of an old Excel"),
    "broken": _("broken, or no workbook"),
    "encoding": _("not an XLSX workbook"),
    "empty": _("there are no rows in it"),
    "defect": _("an error of ours stopped it; nothing more was taken over"),
}

SCALES: dict[str, str | Promise] = {"micro": _("Micro"), "small": _("Small"), "medium": _("Medium or large")}
RISKS: dict[str, str | Promise] = {
    "very_low": _("Very low"),
    "low": _("Low"),
    "medium": _("Medium"),
    "high": _("High"),
    "very_high": _("Very high"),
}
KINDS: dict[str, str | Promise] = {"monthly": _("by the month"), "daily": _("by the day"), "piece": _("by the piece")}
SOURCES: dict[str, str | Promise] = {
    "phone": _("the agent's phone"),
    "console": _("the office"),
    "file": _("a spreadsheet"),
    "link": _("the employer's own page"),
}
CHANGES: dict[str, str | Promise] = {
    "joined": _("Joined"),
    "left": _("Left"),
    "wage": _("Other wage"),
    "stays": _("Did not leave after all"),
    "undone": _("Join taken back"),
}
ROWS: dict[str, str | Promise] = {
    "accepted": _("Accepted"),
    "review": _("In review"),
    "already": _("Here already"),
    "wrong": _("To correct"),
}
IMPORTS: dict[str, str | Promise] = {
    "waiting": _("Waiting"),
    "running": _("Being processed"),
    "done": _("Done"),
    "unreadable": _("Cannot be read"),
    "undone": _("Undone"),
}
BILLS: dict[str, str | Promise] = {"open": _("Not paid yet"), "paid": _("Paid"), "cancelled": _("Cancelled")}
CLOSE_REASONS: dict[str, str | Promise] = {
    "ended": _("The business has ended"),
    "moved": _("It moved away from the branch"),
    "twice": _("It was registered twice"),
    "other": _("Another reason"),
}
WHY_ALIKE: dict[str, str | Promise] = {
    "owner": _("same owner"),
    "phone": _("same telephone"),
    "place": _("same name and village"),
}
