"""Words of this room on screen."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.accounts.words import Word

OUT_OF_ORDER: dict[str, str | Promise] = {
    "unknown": _("It is no agency office of this branch"),
    "ended": _("The agency office has ended"),
    "closed": _("The agency office is closed"),
    "none": _("The agency office has no agreement"),
    "unsigned": _("The agreement is not yet signed by both sides"),
    "later": _("The agreement begins later"),
    "expired": _("The agreement has expired"),
}
"""Why an agency office may not answer for agents, by the answers of ``agreement.in_order``."""

FORMS: dict[str, str | Promise] = {
    "cv": _("Partnership (CV)"),
    "pt": _("Company (PT)"),
    "foundation": _("Foundation"),
    "cooperative": _("Cooperative"),
    "association": _("Association"),
    "community": _("Community without legal entity"),
}
FORMS_ID: dict[str, str] = {
    "cv": "persekutuan komanditer (CV)",
    "pt": "perseroan terbatas (PT)",
    "foundation": "yayasan",
    "cooperative": "koperasi",
    "association": "perkumpulan",
    "community": "komunitas tanpa badan hukum",
}
"""As the agreement's text says them; it is Indonesian whatever the reader's language is."""

REFUSALS: dict[str, str | Promise] = {
    "documents": _("Documents are missing or not valid"),
    "address": _("No office at the address"),
    "leader": _("The responsible person cannot take it on"),
    "agents": _("Too few future agents"),
    "no_need": _("The area has enough agency offices"),
    "withdrawn": _("The organisation withdrew"),
    "other": _("Another reason, in the note"),
}
ENDINGS: dict[str, str | Promise] = {
    "short": _("Too few agents for too long"),
    "expired": _("The agreement is over and is not renewed"),
    "request": _("The office asked for it"),
    "breach": _("The agreement was broken"),
    "fraud": _("Fraud, crime or gratification"),
    "other": _("Another reason, in the note"),
}
PROPOSALS: dict[str, str | Promise] = {
    "short": _("Fewer agents than the rule asks"),
    "expired": _("The agreement is over and was not renewed"),
}
APPLICATIONS: dict[str, Word] = {
    "applied": Word(_("To be decided"), "needs", icon="clipboard-check"),
    "approved": Word(_("Approved"), "done", icon="circle-check"),
    "refused": Word(_("Refused"), "stop", icon="circle-x"),
    "withdrawn": Word(_("Withdrawn"), "", icon="arrow-back-up"),
}
STANDINGS: dict[str, Word] = {
    "valid": Word(_("Agreement in force"), "done", icon="circle-check"),
    "expiring": Word(_("Agreement expires soon"), "needs", icon="alert-triangle"),
    "renewed": Word(_("In force and renewed"), "done", icon="refresh"),
    "expired": Word(_("Agreement expired"), "stop", icon="circle-x"),
    "unsigned": Word(_("Waits for signatures"), "needs", icon="signature"),
    "later": Word(_("Begins later"), "note", icon="calendar"),
    "none": Word(_("No agreement"), "stop", icon="circle-x"),
    "closed": Word(_("Closed"), "", icon="door"),
    "ending": Word(_("Ends soon"), "stop", icon="door-exit"),
    "ended": Word(_("Ended"), "", icon="door-off"),
}
AGREEMENTS: dict[str, Word] = {
    "draft": Word(_("Draft"), "note", icon="file-pencil"),
    "valid": Word(_("In force"), "done", icon="circle-check"),
    "later": Word(_("Signed, begins later"), "note", icon="calendar"),
    "over": Word(_("Over"), "", icon="history"),
    "never": Word(_("Never came into force"), "", icon="circle-x"),
    "withdrawn": Word(_("Withdrawn"), "", icon="file-x"),
}
AGREEMENT_ENDS: dict[str, str | Promise] = {
    "amended": _("replaced by the next version"),
    "office_ended": _("the office ended"),
}
WAITING: dict[str, str | Promise] = {
    "agency_applications": _("Applications of agency offices to decide"),
    "agreements_unsigned": _("Agreements without both signatures"),
    "agreements_expiring": _("Agreements that expire within 60 days"),
    "agency_proposals": _("Agency offices proposed for ending"),
}
"""What waits, by the keys of ``queries.waiting``, in its order."""
PARTIES: dict[str, str | Promise] = {"branch": _("Branch"), "office": _("Agency office")}
