"""Verbs on accounts. Whoever acts looks after the part of the office tree under their own office."""

import re
import secrets
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from perisai.accounts.audience import Viewer
from perisai.accounts.granting import LEVELS, check_grant, grantable, is_within
from perisai.accounts.models import Role, User
from perisai.accounts.session import end_session, end_sessions
from perisai.errors import Refused
from perisai.events.work import Happened, Work
from perisai.offices.tree import Office

USERNAME = re.compile(r"^[a-z0-9][a-z0-9._-]{2,39}$")
_WORDS = "abcdefghjkmnpqrstuvwxyz23456789"


def create_user(
    work: Work,
    *,
    viewer: Viewer,
    username: str,
    full_name: str,
    role: Role,
    office: Office,
    email: str = "",
    language: str = "id",
    agent_id: UUID | None = None,
) -> tuple[User, str]:
    """A new account and its first password, which is shown once and must be changed at the first login.

    Raises ``Refused`` E2010, E2011, E2012, E2016.
    """
    check_grant(viewer, role=role, office=office)
    name = username.strip().lower()
    _check_fields(username=name, full_name=full_name, email=email)
    if (role is Role.AGENT) != (agent_id is not None):
        raise Refused("E2016", field="agent_id")
    password = first_password()
    user = User(
        username=name,
        full_name=full_name.strip(),
        email=email.strip(),
        role=role,
        office=office,
        language=language,
        agent_id=agent_id,
        must_change_password=True,
    )
    user.set_password(password)
    _save(user, is_new=True)
    _report(work, user, "created")
    return user, password


def edit_user(
    work: Work,
    *,
    viewer: Viewer,
    user: User,
    full_name: str,
    role: Role,
    office: Office,
    email: str = "",
    language: str = "id",
) -> None:
    """Changes name, role and office; a changed role or office ends the sessions. Raises E2011, E2012, E2013, E2016."""
    check_user(viewer, user)
    _check_fields(username=user.username, full_name=full_name, email=email)
    moved = (user.role, user.office_id) != (role, office.id)
    if moved:
        if viewer.user.pk == user.pk:
            raise Refused("E2013")
        if Role.AGENT in (user.role, role) and user.role != role:
            raise Refused("E2016", field="role")
        check_grant(viewer, role=role, office=office)
    user.full_name, user.email, user.language = full_name.strip(), email.strip(), language
    user.role, user.office = role, office
    _save(user, is_new=False)
    if moved:
        end_sessions(user.pk)
    _report(work, user, "role" if moved else "profile")


def deactivate(work: Work, *, viewer: Viewer, user: User) -> None:
    """Nobody logs in with the account any more, and whoever is logged in is out at once. Raises E2011, E2013."""
    _check_other(viewer, user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_sessions(user.pk)
    _report(work, user, "deactivated")


def deactivate_office(work: Work, *, office: Office) -> int:
    """Closes every open account of an office that has ended and ends their sessions; by the system, so that no viewer is asked
    for. How many."""
    found = list(User.objects.filter(office=office, is_active=True).select_related("office").order_by("pk"))
    User.objects.filter(pk__in=[user.pk for user in found]).update(is_active=False)
    for user in found:
        end_sessions(user.pk)
        _report(work, user, "deactivated")
    return len(found)


def reactivate(work: Work, *, viewer: Viewer, user: User) -> None:
    """Raises ``Refused`` E2011, E2013."""
    _check_other(viewer, user)
    User.objects.filter(pk=user.pk).update(is_active=True)
    _report(work, user, "reactivated")


def reset_password(work: Work, *, viewer: Viewer, user: User) -> str:
    """A temporary password, shown once; ends the sessions. Raises ``Refused`` E2011, E2013."""
    _check_other(viewer, user)
    password = first_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    end_sessions(user.pk)
    _report(work, user, "password")
    return password


def reset_mfa(work: Work, *, viewer: Viewer, user: User) -> None:
    """Takes all second factors away, so that the next login sets one up; ends the sessions. Raises E2011, E2013."""
    _check_other(viewer, user)
    Authenticator.objects.filter(user_id=user.pk).delete()
    end_sessions(user.pk)
    _report(work, user, "mfa")


def end_user_sessions(work: Work, *, viewer: Viewer, user: User, session_id: int | None = None) -> None:
    """Ends one session of the user, or all. Raises ``Refused`` E2011, and E1004 for a session that is not theirs."""
    check_user(viewer, user)
    if session_id is None:
        end_sessions(user.pk)
    elif not end_session(user.pk, session_id):
        raise Refused("E1004")
    _report(work, user, "sessions")


def check_user(viewer: Viewer, user: User) -> None:
    """Raises ``Refused`` E2011 for somebody outside one's part of the tree, or with a role that one could not grant."""
    if Role(user.role) not in grantable(viewer.role) or not is_within(viewer, user.office):
        raise Refused("E2011")


def may_manage(viewer: Viewer, user: User) -> bool:
    return (
        viewer.user.pk != user.pk
        and LEVELS[Role(user.role)] <= LEVELS[viewer.role]
        and Role(user.role) in grantable(viewer.role)
        and is_within(viewer, user.office)
    )


def first_password() -> str:
    """Four groups of four, easy to read aloud; 80 bits."""
    return "-".join("".join(secrets.choice(_WORDS) for _ in range(4)) for _ in range(4))


def _check_other(viewer: Viewer, user: User) -> None:
    if viewer.user.pk == user.pk:
        raise Refused("E2013")
    check_user(viewer, user)


def _check_fields(*, username: str, full_name: str, email: str) -> None:
    if not USERNAME.match(username):
        raise Refused("E2016", field="username")
    if not full_name.strip() or len(full_name) > 120:
        raise Refused("E2016", field="full_name")
    try:
        if email.strip():
            validate_email(email.strip())
    except ValidationError as error:
        raise Refused("E2016", field="email") from error


def _save(user: User, *, is_new: bool) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=is_new)
    except IntegrityError as error:
        raise Refused("E2010", username=user.username) from error


def _report(work: Work, user: User, field: str) -> None:
    """An event of the branch. What happens to accounts above the branches has no branch to belong to."""
    if user.office.branch_id is None:
        return
    work.report(
        Happened(
            kind="user_changed",
            branch_id=user.office.branch_id,
            subject_id=user.pk,
            detail={"user": str(user.pk), "field": field},
        )
    )
