"""Words of staff pages about candidates."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.accounts.words import Word

STATES: dict[str, Word] = {
    "applied": Word(_("Applied"), "needs", icon="mail-opened"),
    "screened": Word(_("Screened"), "note", icon="clipboard-check"),
    "in_training": Word(_("In training"), "note", icon="school"),
    "examined": Word(_("Exam passed"), "note", icon="certificate"),
    "licensed": Word(_("Licensed"), "done", icon="id-badge-2"),
    "refused": Word(_("Refused"), "stop", icon="ban"),
    "withdrawn": Word(_("Withdrawn"), "", icon="arrow-back-up"),
}
ERASED: str | Promise = _("Personal data erased")
DOCUMENTS: dict[str, str | Promise] = {
    "id_card": _("ID card"),
    "face": _("Face"),
    "certificate": _("School certificate"),
    "bank_book": _("Bank book"),
    "membership": _("Proof of membership"),
}
REGISTER: dict[str, Word] = {
    "active": Word(_("Found in the register, active"), "done", icon="shield-check"),
    "waiting": Word(_("Found in the register, not paid yet"), "needs", icon="clock"),
    "lapsed": Word(_("Found in the register, lapsed"), "stop", icon="shield-off"),
    "ended": Word(_("Found in the register, ended"), "stop", icon="shield-off"),
    "none": Word(_("Not found in the register"), "needs", icon="shield-question"),
}
"""What the country's registry of members holds of a NIK. Shown to staff alone."""
EMPTY: dict[str, str | Promise] = {
    "applied": _("New applications appear here."),
    "screened": _("Whose papers are in order waits here for training."),
    "in_training": _("Trainees learn on the phone until the exam."),
    "examined": _("Whoever has passed waits here for the licence."),
    "licensed": _("New agents appear here with their licence."),
}
WAITING: dict[str, str | Promise] = {
    "candidates_to_screen": _("Candidates to screen"),
    "candidates_proof": _("Proofs of membership to look at"),
    "candidates_to_train": _("Candidates to take into training"),
    "candidates_to_license": _("Candidates who wait for the licence"),
}
"""By the keys of ``queries.waiting``."""
ACTS: dict[str, str | Promise] = {
    "screened": _("Papers are in order"),
    "in_training": _("Take into training"),
    "applied": _("Open again"),
}
"""What an officer may do by hand, by the state it leads to."""
NEXT: dict[str, str | Promise] = {
    "applied": _("Look at the photos and conditions, then decide."),
    "screened": _(
        "Take the candidate into training: this makes the trainee, for whom you can then issue a phone code."
    ),
    "in_training": _("The stage moves by itself as soon as the exam is passed."),
    "examined": _("The stage moves by itself as soon as the licence is issued."),
    "licensed": _("This person is an agent."),
    "refused": _("Was this a mistake? The application can be opened again."),
    "withdrawn": _("The candidate has closed the application."),
}
EVENTS: dict[str, str | Promise] = {"": _("Sent"), **{name: word.text for name, word in STATES.items()}}
EDUCATION: dict[int, str | Promise] = {
    1: _("Primary school (SD)"),
    2: _("Junior secondary (SMP)"),
    3: _("Senior secondary (SMA, SMK)"),
    4: _("Diploma"),
    5: _("Bachelor or above (S1)"),
}
