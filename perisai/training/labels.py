"""Words of training on staff pages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AUDIENCES: dict[str, str | Promise] = {
    "trainee": _("Trainees, before their licence"),
    "agent": _("Licensed agents"),
    "all": _("Trainees and agents"),
    "agency": _("Users of agency offices"),
    "sub_branch": _("Sub-branch officers"),
    "branch": _("Branch officers"),
    "branch_head": _("Branch heads"),
    "staff": _("All staff and agency office users"),
}
STATES: dict[str, tuple[str, str, str | Promise]] = {
    "present": ("done", "check", _("present")),
    "flagged": ("needs", "eye", _("look at it")),
    "absent": ("note", "user-off", _("absent")),
}
"""Tone, icon and word of an attendance."""
FLAGS: dict[str, str | Promise] = {
    "no_place": _("The phone gave no position."),
    "no_point": _("The class has no point on the map to compare with."),
    "outside": _("The phone was farther away than allowed."),
    "received_late": _("Scanned without signal; the phone says in time."),
}
FIELDS: dict[str, str | Promise] = {
    "title": _("Title"),
    "summary": _("Summary"),
    "credit_minutes": _("Credit minutes"),
    "pass_percent": _("Pass mark"),
    "text": _("Text"),
    "alt": _("Description"),
    "options": _("Answers (at least two, all different)"),
    "right": _("Right answers (mark at least one)"),
    "why": _("Explanation"),
    "audience": _("For whom"),
    "since": _("From"),
    "until": _("Until"),
    "place": _("Place"),
    "teacher": _("Teacher"),
    "starts_at": _("Begins"),
    "ends_at": _("Ends (within twelve hours of the beginning)"),
    "radius": _("Distance allowed, metres"),
    "point": _("Point on the map"),
    "lat": _("Point on the map"),
    "lon": _("Point on the map"),
    "state": _("Attendance"),
    "agent": _("Agent"),
}
"""What a field of E9209 is called on the screen."""
GROUPS: dict[str, str | Promise] = {
    "": _("Everybody"),
    "agents": _("Licensed agents"),
    "trainees": _("Trainees"),
    "staff": _("Staff and agency offices"),
}
ROLES: dict[str, str | Promise] = {
    "trainee": _("Trainee agent"),
    "agent": _("Agent"),
    "agency": _("Agency office"),
    "sub_branch": _("Sub-branch officer"),
    "branch": _("Branch officer"),
    "branch_head": _("Branch head"),
}
WAITING: dict[str, str | Promise] = {
    "own_courses": _("Courses for you to take"),
    "attendance": _("Attendance to look at"),
    "classes": _("Classes today"),
    "late": _("People late with a required course"),
    "drafts": _("Drafts of courses to publish"),
}
"""What waits, by the keys of ``queries.waiting``."""
