"""Words of the pages of plans, and their icons: icon "pencil", icon "hourglass", icon "history", icon "arrow-back-up"."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, str | Promise]

LEVELS: Words = {
    "nation": _("Head office"),
    "region": _("Region office (Kanwil)"),
    "branch": _("Branch (KC)"),
    "sub_branch": _("Sub-branch (KCP)"),
    "agency_office": _("Agency office (Kantor Perisai)"),
    "agent": _("Agent"),
}
SEGMENTS: Words = {"BPU": _("BPU (informal workers)"), "PU": _("PU (micro enterprises)")}
MEASURES: Words = {
    "persons": _("Persons"),
    "contributions": _("Contributions, rupiah"),
    "outreach": _("Outreach visits"),
}
STATES: Words = {
    "draft": _("draft"),
    "proposed": _("waits for approval"),
    "approved": _("in force"),
    "replaced": _("replaced"),
}
STATE_TONES = {"draft": "note", "proposed": "needs", "approved": "done", "replaced": ""}
STATE_ICONS = {"draft": "pencil", "proposed": "hourglass", "approved": "check", "replaced": "history"}
ACTS: Words = {
    "started": _("began the version"),
    "edited": _("changed figures"),
    "split": _("split a target"),
    "imported": _("took figures from a spreadsheet"),
    "taken": _("took proposals"),
    "moved": _("took out who works elsewhere"),
    "taken_up": _("took up an earlier version again"),
    "proposed": _("put forward for approval"),
    "sent_back": _("sent it back"),
    "taken_back": _("took it back"),
    "approved": _("approved it"),
}
PROPOSALS: Words = {
    "open": _("waits"),
    "taken": _("taken"),
    "refused": _("refused"),
    "withdrawn": _("withdrawn"),
}
PROPOSAL_TONES = {"open": "needs", "taken": "done", "refused": "stop", "withdrawn": ""}
PROPOSAL_ICONS = {"open": "hourglass", "taken": "check", "refused": "x", "withdrawn": "arrow-back-up"}
BY: Words = {
    "labour_force": _("Labour force of the districts"),
    "last_year": _("What each reached last year"),
    "equal": _("Equal parts"),
}
MONTHS_BY: Words = {
    "working_days": _("Working days of each month"),
    "last_year": _("Last year's shape"),
    "equal": _("Equal months"),
}
WAITING: Words = {
    "approve": _("Plans of targets to approve"),
    "asked": _("Proposals for other targets"),
    "answered": _("Your proposals that were answered"),
}
FINDINGS: Words = {
    "code": _("nobody with this code is beneath this office"),
    "segment": _("must be BPU or PU"),
    "measure": _("must be persons, contributions or outreach"),
    "year": _("another year than this page's"),
    "number": _("not a whole number of 0 or more"),
    "twice": _("this row stands in the file twice"),
    "past": _("this month is over and stays as it was approved"),
    "sum": _("the months do not add up to this sum"),
    "district": _("this district is not in the office's area"),
    "parts": _("informal and micro together are more than the labour force"),
    "empty": _("must be filled in"),
    "formula": _("a formula; write the number"),
    "merged": _("a merged cell; each cell needs its own value"),
    "long": _("too long"),
}
UNREADABLE: Words = {
    "size": _("too large"),
    "rows": _("too many rows"),
    "columns": _("columns are missing"),
    "kind": _("not an XLSX"),
    "locked": _("locked by a password, or an old XLS"),
    "broken": _("damaged"),
    "encoding": _("not UTF-8"),
    "empty": _("nothing in it"),
}
