"""Reads for the pages of accounts and phones."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q, QuerySet

from perisai.accounts.agent_card import narrow_agents
from perisai.accounts.audience import Viewer
from perisai.accounts.models import ActivationCode, Device, User
from perisai.events.work import Work
from perisai.offices.tree import Office

PAGE = 50
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

_AGENTS: LiteralString = """
SELECT a.id, a.code, a.full_name, a.state, o.name, count(d.id) FILTER (WHERE d.state = 'active'), max(d.last_seen_at)
FROM agents_agent a
LEFT JOIN offices_office o ON o.id = coalesce(a.agency_office_id, a.sub_branch_id, a.branch_id)
LEFT JOIN accounts_device d ON d.branch_id = a.branch_id AND d.agent_id = a.id
"""


@dataclass(frozen=True)
class AgentRow:
    id: UUID
    code: str
    full_name: str
    state: str
    office: str | None
    phones: int
    last_seen_at: datetime | None


def users(viewer: Viewer, *, text: str = "", role: str = "", state: str = "") -> QuerySet[User]:
    """Accounts under the viewer's office, by name. Carried by the GIN index on ``path``."""
    found = User.objects.select_related("office").filter(office__path__contains=[viewer.office.id])
    if text:
        found = found.filter(Q(full_name__icontains=text) | Q(username__icontains=text))
    if role:
        found = found.filter(role=role)
    if state:
        found = found.filter(is_active=state == "active")
    return found.order_by("full_name", "id")


def offices_within(viewer: Viewer) -> QuerySet[Office]:
    return Office.objects.filter(path__contains=[viewer.office.id], is_open=True).order_by("path")


def agents_with_phones(work: Work, *, viewer: Viewer, text: str = "", page: int = 1) -> list[AgentRow]:
    """One page of agents, by name; one more row than ``PAGE`` where there is a next page."""
    condition, params = narrow_agents(viewer)
    words: list[Any] = [f"%{text}%", f"%{text}%"] if text else []
    search: LiteralString = " AND (a.full_name ILIKE %s OR a.code ILIKE %s)" if text else ""
    rows = work.rows(
        _AGENTS + f"WHERE {condition}{search} GROUP BY a.branch_id, a.id, o.name"
        " ORDER BY a.full_name, a.id LIMIT %s OFFSET %s",
        [*params, *words, PAGE + 1, (page - 1) * PAGE],
    )
    return [AgentRow(*row) for row in rows]


def phones_of(branch_id: int, agent_id: UUID) -> QuerySet[Device]:
    """Newest first. Carried by the index ``device_agent``."""
    return Device.objects.filter(branch_id=branch_id, agent_id=agent_id).order_by("-activated_at")


def agents_without_login(work: Work, *, viewer: Viewer) -> list[tuple[UUID, str]]:
    """(id, name with code) of active agents who cannot log in yet."""
    condition, params = narrow_agents(viewer)
    rows = work.rows(
        f"""
        SELECT a.id, a.full_name || ' · ' || a.code FROM agents_agent a
        WHERE {condition} AND a.state = 'active' AND NOT EXISTS (SELECT FROM accounts_user u WHERE u.agent_id = a.id)
        ORDER BY a.full_name LIMIT 500
        """,
        params,
    )
    return [(row[0], row[1]) for row in rows]


def has_second_factor(user_id: UUID, *, before: datetime | None = None) -> bool:
    """Whether one is set up, and was so ``before``."""
    found = Authenticator.objects.filter(user_id=user_id, type__in=SECOND_FACTORS)
    return bool((found.filter(created_at__lt=before) if before else found).exists())


def sessions_of(user_id: UUID) -> list[UserSession]:
    return list(UserSession.objects.filter(user_id=user_id).order_by("-last_seen_at"))


def codes_waiting(branch_id: int, agent_id: UUID, now: datetime) -> list[datetime]:
    """When the agent's unused codes expire. Carried by the index ``activation_agent``."""
    found = ActivationCode.objects.filter(branch_id=branch_id, agent_id=agent_id, used_at=None, expires_at__gt=now)
    return list(found.order_by("expires_at").values_list("expires_at", flat=True))
