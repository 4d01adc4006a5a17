"""How states, reasons and findings are said on staff pages: word, colour and icon."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.accounts.words import Word

STATES: dict[str, Word] = {
    "review": Word(_("Being checked"), "needs", icon="clipboard-search"),
    "accepted": Word(_("Waiting for payment"), "note", icon="hourglass"),
    "active": Word(_("Active"), "done", icon="user-check"),
    "lapsed": Word(_("Lapsed"), "stop", icon="shield-off"),
    "ended": Word(_("Ended"), "", icon="circle-x"),
    "rejected": Word(_("Refused"), "stop", icon="ban"),
    "cancelled": Word(_("Cancelled"), "", icon="arrow-back-up"),
}

CORE: dict[str, Word] = {
    "none": Word(_("Not exported yet"), "", icon="cloud-off"),
    "exported": Word(_("Waiting for the core system"), "note", icon="cloud-up"),
    "registered": Word(_("Registered at BPJS"), "done", icon="cloud-check"),
    "refused": Word(_("Refused by the core system"), "stop", icon="cloud-x"),
}

REVIEWS: dict[str, Word] = {
    "open": Word(_("Open"), "needs", icon="clipboard-search"),
    "accepted": Word(_("Accepted"), "done", icon="check"),
    "rejected": Word(_("Refused"), "stop", icon="ban"),
    "closed": Word(_("Closed"), "", icon="archive"),
}

BILLS: dict[str, Word] = {
    "open": Word(_("Not paid"), "needs", icon="hourglass"),
    "paid": Word(_("Paid"), "done", icon="check"),
    "expired": Word(_("Expired"), "", icon="clock-off"),
    "cancelled": Word(_("Cancelled"), "", icon="arrow-back-up"),
}

REASONS: dict[str, str | Promise] = {
    "identity_same": _("This NIK already has a membership"),
    "identity_similar": _("Looks like somebody who is here already"),
    "quota": _("The month's quota was used up"),
    "licence": _("The agent's licence changed around that time"),
    "clock": _("The phone's clock cannot be relied on"),
    "rules": _("A rule asks for a second look"),
    "contact": _("The phone number is another agent's"),
    "consent": _("The consent code does not match"),
    "photo_overdue": _("The picture of the ID card was not brought in time"),
    "age": _("Younger than 15: needs a person's judgement"),
    "op_unreadable": _("A record from a phone cannot be read"),
    "op_gap": _("Records are missing before this one"),
    "op_fork": _("The phone's chain of records forks here"),
    "device_ended": _("Sent from a replaced or revoked phone"),
    "device_stolen": _("Sent from a stolen phone after it was revoked"),
    "agent_inactive": _("Sent after the agent's account was closed"),
}

FIELDS: dict[str, str | Promise] = {
    "nik": _("NIK"),
    "name": _("Name"),
    "birth_date": _("Date of birth"),
    "birth_place": _("Place of birth"),
    "sex": _("Sex"),
    "phone": _("Phone"),
    "kk": _("No. KK"),
    "region": _("Village"),
}

WARNINGS: dict[str, str | Promise] = {
    "nik_birth_date": _("The NIK says another date of birth"),
    "nik_sex": _("The NIK says another sex"),
    "nik_province_differs": _("The NIK was issued in another province"),
    "nik_region_unknown": _("The NIK's region code is not in the list"),
    "nik_century": _("The NIK fits two centuries"),
    "nik_equals_kk": _("NIK and No. KK are the same"),
    "nik_trailing_zero": _("The NIK ends in 0, as spreadsheets make it"),
    "phone_of_agent": _("The phone number is another agent's: ask the worker for theirs"),
    "consent_unconfirmed": _("The code that was read out does not match or came too late: make sure of the consent"),
    "witness_named_as_worker": _("The witness has the worker's own name"),
    "witness_named_as_agent": _("The witness has the agent's name"),
    "nik_spaces": _("The NIK was written with blanks or marks"),
    "nik_letters": _("The NIK was written with letters in it"),
    "kk_region_unknown": _("The No. KK's region code is not in the list"),
    "kk_date": _("The No. KK holds no real date"),
    "kk_serial": _("The No. KK ends in 0000"),
}

RELATIONS: dict[str, str | Promise] = {
    "spouse": _("Spouse"),
    "child": _("Child"),
    "parent": _("Parent"),
    "sibling": _("Brother or sister"),
    "other": _("Other"),
}

PURPOSES: dict[str, str | Promise] = {
    "enrolment": _("Enrolment in the programme"),
    "contact": _("Being contacted"),
    "photo": _("Keeping the photo of the ID card"),
}

OWNERS: dict[str, str | Promise] = {
    "family": _("of the family"),
    "other": _("of somebody they trust"),
}

BIRTHS: dict[str, str | Promise] = {
    "month": _("only month and year are known"),
    "year": _("only the year is known"),
    "estimate": _("estimated"),
}

SIGNED: dict[str, str | Promise] = {
    "typed": _("name typed"),
    "drawn": _("signed by hand"),
    "thumb": _("thumb mark with a witness"),
    "spoken": _("read aloud, with a one-time code"),
    "paper": _("signed on paper, at the branch"),
}

WITNESSES: dict[str, str | Promise] = {
    "family": _("family"),
    "neighbour": _("neighbour"),
    "coordinator": _("coordinator of the stand"),
    "other": _("other"),
}

SEXES: dict[str, str | Promise] = {"F": _("Woman"), "M": _("Man")}

METRICS: dict[str, str | Promise] = {
    "captured": _("Enrolled"),
    "accepted": _("Accepted"),
    "billed": _("Billed"),
    "review": _("To be checked"),
    "rejected": _("Refused"),
    "review_closed": _("Checked"),
    "cancelled": _("Cancelled"),
    "payments": _("Payments"),
    "contributions": _("Contributions"),
    "active": _("Became protected"),
    "photos": _("Photos received"),
    "photos_overdue": _("Photos overdue"),
    "core_exported": _("Exported to the core system"),
    "core_registered": _("Registered at BPJS"),
    "core_refused": _("Refused by the core system"),
    "unmasked": _("NIK unmasked"),
}

QUICK_ACCEPT: dict[str, tuple[str | Promise, ...]] = {
    "identity_similar": (_("Different person: ID card seen"), _("Twins or siblings"), _("Same name only")),
    "identity_same": (_("The other membership has ended"),),
    "quota": (_("Quota was raised"),),
    "licence": (_("Licence was valid: checked"),),
    "contact": (_("Number corrected with the worker"), _("Same number, agreed with the worker")),
    "consent": (_("Worker called: agrees"), _("Worker came and signed")),
    "photo_overdue": (_("Agent will bring it"),),
    "clock": (_("Time confirmed with the agent"),),
    "age": (_("Works and may join: documents seen"),),
}
QUICK_REJECT: dict[str, tuple[str | Promise, ...]] = {
    "identity_similar": (_("Same person: already enrolled"), _("ID card does not match")),
    "identity_same": (_("Same person: already enrolled"), _("NIK was mistyped: enrol again")),
    "quota": (_("Worker joined another way"),),
    "licence": (_("Licence was not valid"),),
    "contact": (_("Worker cannot be reached"),),
    "consent": (_("Worker did not agree"), _("Worker cannot be reached")),
    "photo_overdue": (_("Card seen at the branch"), _("Worker does not want a picture")),
    "clock": (_("Time cannot be established"),),
    "age": (_("Under the age limit"),),
}
QUICK_OTHER: tuple[str | Promise, ...] = (_("Agent sent it again"), _("Nothing to rescue"))
