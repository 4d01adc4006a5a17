"""Who may open a page, what they may see there, and the request that a page receives.

Every view is declared: ``@audience(...)`` for people with these roles, ``@public`` for anybody, ``@machine`` for endpoints that
authenticate each request themselves; views of third parties by their address in ``THIRD_PARTY``. A view nobody declared opens
for nobody (``gate.GateMiddleware``), and a test finds it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, LiteralString, ParamSpec, TypeVar
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from perisai.accounts.models import Role, User
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.offices.tree import Office, OfficeKind, branches_under

__all__ = [
    "ABOVE", "EVERYBODY", "READERS", "STAFF", "Declared", "PageRequest", "Role", "User", "Viewer",
    "audience", "declared_for", "machine", "public",
]  # fmt: skip

EVERYBODY = tuple(role for role in Role)
"""Every role that logs in."""
STAFF = (Role.SUB_BRANCH, Role.BRANCH, Role.BRANCH_HEAD)
"""Who works at a branch."""
ABOVE = (Role.REGION, Role.HEAD_OFFICE, Role.AUDITOR)
"""Who looks at many branches."""
READERS = (Role.AGENT, Role.AGENCY, *STAFF, *ABOVE)
"""Everybody who may see operational figures, each within their own part."""


@dataclass(frozen=True)
class Viewer:
    """The person at the page and their part of the office tree.

    ``branches`` None means every branch. At most one of ``sub_branch_id``, ``agency_office_id`` and ``agent_id`` is set, and
    narrows what lies within the branch.
    """

    user: User
    role: Role
    office: Office
    branches: tuple[int, ...] | None
    sub_branch_id: int | None = None
    agency_office_id: int | None = None
    agent_id: UUID | None = None

    @classmethod
    def of(cls, user: User) -> "Viewer":
        """Reads the office, and for a region office its branches. Raises ``ValueError`` where role and office disagree."""
        role, office = Role(user.role), user.office
        if role is Role.AGENT and user.agent_id is None:
            raise ValueError("an agent's login names its agent")
        return cls(
            user=user,
            role=role,
            office=office,
            branches=_branches_of(role, office),
            sub_branch_id=office.id if role is Role.SUB_BRANCH else None,
            agency_office_id=office.id if role is Role.AGENCY else None,
            agent_id=user.agent_id if role is Role.AGENT else None,
        )

    @property
    def scope(self) -> Scope:
        return Scope(self.branches)

    @property
    def actor(self) -> Actor:
        return Actor(user_id=self.user.id)

    @property
    def branch_ids(self) -> list[int] | None:
        """``branches`` as a parameter of a statement: None means every branch."""
        return None if self.branches is None else list(self.branches)

    @property
    def own_branch_id(self) -> int:
        """The branch that the viewer's office is or belongs to; 0, which is none, above the branches."""
        return self.office.branch_id or 0

    @property
    def may_change(self) -> bool:
        """Auditors see everything and change nothing."""
        return self.role is not Role.AUDITOR

    def sees_branch(self, branch_id: int) -> bool:
        return self.branches is None or branch_id in self.branches

    def narrow(self, alias: LiteralString = "") -> tuple[LiteralString, list[Any]]:
        """A condition (SQL, parameters) on columns branch_id, sub_branch_id, agency_office_id and agent_id of ``alias``.

        It always names the branches, so that the query stays on their shards; ``TRUE`` for those who see the nation.
        """
        prefix: LiteralString = f"{alias}." if alias else ""
        if self.branches is None:
            return "TRUE", []
        sql: LiteralString = f"{prefix}branch_id = ANY(%s)"
        params: list[Any] = [list(self.branches)]
        if self.sub_branch_id is not None:
            return f"({sql} AND {prefix}sub_branch_id = %s)", [*params, self.sub_branch_id]
        if self.agency_office_id is not None:
            return f"({sql} AND {prefix}agency_office_id = %s)", [*params, self.agency_office_id]
        if self.agent_id is not None:
            return f"({sql} AND {prefix}agent_id = %s)", [*params, self.agent_id]
        return sql, params

    def narrow_named(self, alias: LiteralString = "") -> tuple[LiteralString, dict[str, Any]]:
        """As ``narrow``, with named parameters, for statements that have such."""
        sql, params = self.narrow(alias)
        named: dict[str, Any] = {}
        for value in params:
            name: LiteralString = ("viewer_branches", "viewer_part")[len(named)]
            sql, named[name] = sql.replace("%s", f"%({name})s", 1), value
        return sql, named


def _branches_of(role: Role, office: Office) -> tuple[int, ...] | None:
    if role in (Role.AUDITOR, Role.SYSTEM) or office.kind == OfficeKind.HEAD:
        return None
    if office.kind == OfficeKind.REGION:
        return branches_under(office.id)
    if office.branch_id is None:
        raise ValueError(f"office {office.id} belongs to no branch")
    return (office.branch_id,)


class PageRequest(HttpRequest):
    """What a view declared with ``@audience`` receives. ``work`` is open until the answer is rendered (and streamed)."""

    user: User
    viewer: Viewer
    work: Work


@dataclass(frozen=True)
class Declared:
    """``kind``: ``people`` (roles), ``public``, ``machine``, or ``login`` (third party: asks for a login itself)."""

    kind: str
    roles: frozenset[Role] = frozenset()
    work: bool = False
    own: bool = False
    """The page changes only the viewer's own settings: open to an auditor's POST, and without MFA set up."""
    superuser: bool = False
    copies: bool = False
    """The page changes nothing that is there: it makes a copy of what the viewer sees (a paper with its number, an export) and
    leaves an event of that: open to an auditor, whose other pages can write nothing."""


THIRD_PARTY: dict[str, Declared] = {
    "accounts/": Declared("login"),  # allauth: login, MFA, password, sessions of oneself
    # unfold. Its own login, which knows no second factor, is reached by nobody who is not logged in as a superuser.
    "admin/": Declared("people", frozenset({Role.SYSTEM, Role.HEAD_OFFICE}), work=True, superuser=True),
    "api/v1/": Declared("machine"),  # ninja: signed by the phone, or without personal data
    "snap/v1.0/": Declared("machine"),  # ninja: signed by the bank
}
"""Views that are not ours, by the beginning of their route."""

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)
A = TypeVar("A", bound=HttpResponseBase)
View = Callable[Concatenate[R, P], A]

_MARK = "perisai_audience"


def audience(
    *roles: Role, work: bool = True, own: bool = False, copies: bool = False
) -> Callable[[View[R, P, A]], View[R, P, A]]:
    """Opens a page to people with one of ``roles``; with ``work`` it runs inside a Work of the viewer's scope."""
    if not roles:
        raise ValueError("an audience names its roles")
    return _declare(Declared("people", frozenset(roles), work, own, copies=copies))


def public(view: View[R, P, A]) -> View[R, P, A]:
    """Opens a page to anybody. It opens a Work of its own where it needs one."""
    return _declare(Declared("public"))(view)


def machine(view: View[R, P, A]) -> View[R, P, A]:
    """An endpoint that authenticates each request itself and opens its own Work."""
    return _declare(Declared("machine"))(view)


def _declare(declared: Declared) -> Callable[[View[R, P, A]], View[R, P, A]]:
    def mark(view: View[R, P, A]) -> View[R, P, A]:
        setattr(view, _MARK, declared)
        return view

    return mark


def declared_for(view: Callable[..., Any], route: str) -> Declared | None:
    """Who may open this view at this route; None where nobody said."""
    found = getattr(view, _MARK, None)
    if isinstance(found, Declared):
        return found
    for prefix, declared in THIRD_PARTY.items():
        if route.startswith(prefix):
            return declared
    return None
