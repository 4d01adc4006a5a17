"""What every staff page shows around its content: who looks, at which office, in which language, and where they can go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from perisai.accounts import words
from perisai.accounts.audience import Declared, Viewer, declared_for
from perisai.accounts.models import Role
from perisai.events import world
from perisai.offices.models import Office, OfficeKind


@dataclass(frozen=True)
class Place:
    """A place of the menu. It shows only for roles that its view is declared for."""

    label: str | Promise
    address: str
    icon: str


PLACES: tuple[tuple[str | Promise, tuple[Place, ...]], ...] = (
    (
        _("Today"),
        (
            Place(_("Home"), "/console/", icon="home"),
            Place(_("Live"), "/console/live/", icon="broadcast"),
            Place(_("Reviews"), "/console/members/reviews/", icon="clipboard-check"),
            Place(_("Alerts"), "/console/alerts/", icon="alert-triangle"),
            Place(_("Reports"), "/console/reports/", icon="report-analytics"),
        ),
    ),
    (
        _("Field"),
        (
            Place(_("Members"), "/console/members/", icon="users"),
            Place(_("Employers"), "/console/employers/", icon="building-factory-2"),
            Place(_("Groups"), "/console/payers/groups/", icon="users-group"),
            Place(_("Sponsors"), "/console/payers/sponsors/", icon="heart-handshake"),
            Place(_("Targets"), "/console/targets/", icon="target-arrow"),
            Place(_("My target"), "/console/targets/mine/", icon="flag"),
            Place(_("Quota"), "/console/targets/quota/", icon="target"),
            Place(_("Phones"), "/console/accounts/devices/", icon="device-mobile"),
            Place(_("Outbox from a file"), "/console/outbox/", icon="file-import"),
        ),
    ),
    (
        _("Dues"),
        (
            Place(_("Bill runs"), "/console/contributions/runs/", icon="receipt"),
            Place(_("Reminders"), "/console/reminders/", icon="bell"),
            Place(_("Funding that ends"), "/console/payers/sponsors/ending/", icon="calendar-due"),
            Place(_("Texts to workers"), "/console/messages/", icon="message"),
            Place(_("Rules in force"), "/console/rules/", icon="scale"),
        ),
    ),
    (
        _("Money"),
        (
            Place(_("Payments"), "/console/payments/", icon="cash"),
            Place(_("Codes for many bills"), "/console/payments/orders/", icon="receipt-2"),
            Place(_("Cash in custody"), "/console/custody/", icon="wallet"),
            Place(_("Reconciliation"), "/console/reconciliation/", icon="checks"),
            Place(_("Books"), "/console/payments/books/", icon="book-2"),
            Place(_("Exports"), "/console/documents/exports/", icon="file-export"),
            Place(_("BPJS core"), "/console/members/core/", icon="building-bank"),
        ),
    ),
    (
        _("Life of an agent"),
        (
            Place(_("Agency offices"), "/console/agencies/", icon="building-store"),
            Place(_("Candidates"), "/console/recruitment/", icon="user-plus"),
            Place(_("Training"), "/console/training/", icon="school"),
            Place(_("My courses"), "/console/training/mine/", icon="book"),
            Place(_("Exams"), "/console/exams/", icon="checklist"),
            Place(_("Agents"), "/console/agents/", icon="id-badge-2"),
            Place(_("Licences"), "/console/agents/licences/", icon="certificate"),
            Place(_("Where agents work"), "/console/agents/coverage/", icon="layout-grid"),
            Place(_("Supervision"), "/console/supervision/", icon="gavel"),
            Place(_("Go-live import"), "/console/golive/", icon="upload"),
        ),
    ),
    (
        _("Settings"),
        (
            Place(_("Offices"), "/console/offices/", icon="building"),
            Place(_("Users"), "/console/accounts/users/", icon="user-cog"),
            Place(_("Data for other systems"), "/console/feeds/", icon="link"),
        ),
    ),
)

KINDS: dict[str, str | Promise] = {
    OfficeKind.HEAD: _("Head office"),
    OfficeKind.REGION: _("Region office (Kanwil)"),
    OfficeKind.BRANCH: _("Branch (KC)"),
    OfficeKind.SUB_BRANCH: _("Sub-branch (KCP)"),
    OfficeKind.AGENCY: _("Agency office (Kantor Perisai)"),
}
ROLES: dict[str, str | Promise] = {
    Role.AGENT: _("Agent"),
    Role.AGENCY: _("Agency office"),
    Role.SUB_BRANCH: _("Sub-branch officer"),
    Role.BRANCH: _("Branch officer"),
    Role.BRANCH_HEAD: _("Branch head"),
    Role.REGION: _("Region office"),
    Role.HEAD_OFFICE: _("Head office"),
    Role.AUDITOR: _("Auditor"),
    Role.SYSTEM: _("System"),
}


@dataclass(frozen=True)
class Console:
    """``nav``: [(group, [(place, is here)])] of what this viewer may open."""

    viewer: Viewer
    nav: list[tuple[str | Promise, list[tuple[Place, bool]]]]
    office_kind: str | Promise
    role: str | Promise
    now: datetime
    has_alerts: bool
    """The role may see alerts: the bell stands in the top."""

    @property
    def office(self) -> Office:
        return self.viewer.office


def console(request: HttpRequest) -> dict[str, Any]:
    """Context of every template. ``console`` is None where nobody is logged in. Runs no query."""
    viewer = getattr(request, "viewer", None)
    language = words.language()
    return {
        "console": _console(viewer, request.path) if isinstance(viewer, Viewer) else None,
        "language": language,
        "other_language": "id" if language == "en" else "en",
        "live_origin": settings.LIVE_ORIGIN,
        "is_demo": settings.IS_DEMO,
        "is_practice": world.is_practice(),
        "practice_url": settings.PRACTICE_URL,
    }


def _console(viewer: Viewer, path: str) -> Console:
    here = _nearest(path)
    nav = [
        (label, [(place, place.address == here) for place in places if may_open(viewer.role, place.address)])
        for label, places in PLACES
    ]
    return Console(
        viewer=viewer,
        nav=[(label, places) for label, places in nav if places],
        office_kind=KINDS[viewer.office.kind],
        role=ROLES[viewer.role],
        now=timezone.now(),
        has_alerts=may_open(viewer.role, "/console/alerts/"),
    )


def _nearest(path: str) -> str:
    addresses = [place.address for _, places in PLACES for place in places]
    inside = [a for a in addresses if path.startswith(a) and (a != "/console/" or path == a)]
    return max(inside, key=len, default="")


def may_open(role: Role, address: str) -> bool:
    """Whether the page at this address exists and is declared for the role."""
    declared = _declared_at(address)
    return declared is not None and role in declared.roles


@cache
def _declared_at(address: str) -> Declared | None:
    try:
        match = resolve(address)
    except Resolver404:
        return None
    view: Callable[..., Any] = match.func
    return declared_for(view, match.route)
