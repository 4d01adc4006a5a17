"""`/console/`: what needs me today, and the numbers of today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from perisai.accounts.audience import ABOVE, READERS, STAFF, PageRequest, Role, audience
from perisai.agents import queries as agents
from perisai.events.work import branch_day
from perisai.members import queries as members
from perisai.targets.quotas import forecast
from perisai.targets.quotas import queries as targets
from perisai.web.console import today as asked
from perisai.web.console import waiting
from perisai.web.context import may_open
from perisai.web.templatetags.console import number, rupiah, span


@dataclass(frozen=True)
class Need:
    """Something that waits: what it is, how bad, and where it is dealt with."""

    title: str
    text: str
    tone: str
    icon: str
    address: str


@audience(*READERS)
@require_GET
def home(request: PageRequest) -> HttpResponse:
    day = branch_day(request.work.now, request.viewer.office.timezone)
    counted = asked.numbers(request.work, viewer=request.viewer, today=day)
    staff = request.viewer.role in (*STAFF, *ABOVE)
    branches = request.viewer.branch_ids
    quota = targets.totals(request.work, branches=branches, period=day.replace(day=1)) if staff else None
    context = {
        "needs": [*_reviews(request), *_money(request), *_quota(request, quota), *_field(request, day)]
        if quota
        else [],
        "waiting": waiting.in_agents_life(request) if staff or request.viewer.agency_office_id is not None else [],
        "is_staff": staff,
        "today": day,
        "month_first": day.replace(day=1),
        "numbers": counted,
        "quota": quota,
        "quota_ends": _quota_ends(request, day) if request.viewer.role in STAFF and quota and quota[4] else None,
        "may_list": may_open(request.viewer.role, "/console/members/"),
    }
    return render(request, "console/home.html", context)


def _reviews(request: PageRequest) -> Iterator[Need]:
    counts = members.queue_counts(request.work, viewer=request.viewer)
    if counts["overdue"]:
        title = ngettext("%(n)s review is overdue", "%(n)s reviews are overdue", counts["overdue"])
        text = _("A worker and an agent have been waiting for more than three working days.")
        yield Need(
            title % {"n": number(counts["overdue"])},
            text,
            "stop",
            icon="alarm",
            address="/console/members/reviews/?late=1",
        )
    waiting = counts["open"] - counts["overdue"]
    if waiting:
        title = ngettext("%(n)s review to decide", "%(n)s reviews to decide", waiting)
        text = _("%(due)s within a day, %(mine)s of them yours") % {"due": counts["due_today"], "mine": counts["mine"]}
        yield Need(
            title % {"n": number(waiting)}, text, "needs", icon="clipboard-search", address="/console/members/reviews/"
        )


def _money(request: PageRequest) -> Iterator[Need]:
    queue = "/console/payments/notifications/"
    if not may_open(request.viewer.role, queue):
        return
    count, amount = asked.suspense(request.work, viewer=request.viewer)
    if count:
        title = ngettext("%(n)s payment in suspense", "%(n)s payments in suspense", count)
        text = _("%(sum)s was paid and is not booked yet.") % {"sum": rupiah(amount)}
        yield Need(title % {"n": number(count)}, text, "stop", icon="cash-off", address=queue)


def _quota(request: PageRequest, totals: tuple[int, int, int, int, int]) -> Iterator[Need]:
    target, cap, consumed, left, set_for = totals
    if request.viewer.role is not Role.SUB_BRANCH and not set_for:
        yield Need(
            _("No target for this month"),
            _("Enrolments are not capped."),
            "needs",
            icon="target-off",
            address="/console/targets/quota/",
        )
    elif set_for and left * 10 <= cap:
        title = ngettext("%(n)s quota slot left", "%(n)s quota slots left", left) % {"n": number(left)}
        text = _("%(taken)s of %(cap)s are taken this month; the target is %(target)s.")
        said = text % {"taken": number(consumed), "cap": number(cap), "target": number(target)}
        yield Need(title, said, "stop" if not left else "needs", icon="target", address="/console/targets/quota/")


def _quota_ends(request: PageRequest, day: date) -> date | None:
    """The day on which the branch's cap is reached at the present pace, the first of its quotas."""
    found = forecast.of_branches(request.work, dict.fromkeys(request.viewer.branches or (), day))
    return min((one.on for some in found.values() for one in some if one.on and not one.is_full), default=None)


def _field(request: PageRequest, day: date) -> Iterator[Need]:
    work, viewer = request.work, request.viewer
    ending = agents.expiring(work, viewer=viewer, today=day)
    if ending and viewer.role not in STAFF:  # theirs stands among what waits
        title = ngettext("%(n)s licence ends within 30 days", "%(n)s licences end within 30 days", ending)
        text = _("Without a valid licence an agent cannot enrol anybody.")
        yield Need(
            title % {"n": number(ending)},
            text,
            "needs",
            icon="certificate",
            address="/console/agents/?licence=expiring",
        )
    held, since = asked.held_ops(work, viewer=viewer)
    if held:
        title = ngettext("%(n)s phone record held back", "%(n)s phone records held back", held)
        age = span(int((work.now - since).total_seconds())) if since else ""
        text = _("A record before it is missing, for %(age)s now. After 5 days it comes to review.") % {"age": age}
        yield Need(title % {"n": number(held)}, text, "note", icon="hourglass", address="/console/accounts/devices/")
    silent = asked.silent_phones(work, viewer=viewer)
    if silent:
        title = ngettext("%(n)s phone has been silent for 3 days", "%(n)s phones have been silent for 3 days", silent)
        text = _("What is on it has not reached the server: ask the agent.")
        yield Need(title % {"n": number(silent)}, text, "note", icon="device-mobile-off", address="/console/agents/")
