"""What ``perisai demo --credentials`` prints: logins, codes for phones, addresses, and how the demo's banks sign."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.conf import settings

from perisai import keys
from perisai.accounts import device
from perisai.accounts.agent_card import find_card
from perisai.accounts.models import User
from perisai.events.scope import Scope
from perisai.events.work import Happened, Work
from perisai.payments.demo import BANKS
from perisai.web.demo.feeds import read_token
from perisai.web.demo.people import AGENTS, agents
from perisai.web.demo.secret import Secrets


def credentials(only: Collection[UUID] | None = None) -> dict[str, Any]:
    """``logins``: username, password, role, office, name, totp_secret, recovery_codes. ``agents``: the same people's agents,
    each with an ``activation_code`` of its own that nobody used yet: a new one every time (``only``: for these agents).
    ``banks``: what simulators sign with. ``read_key``: of the read API (docs/read-api.md)."""
    secrets = Secrets()
    users = User.objects.select_related("office").filter(username__in=secrets.logins)
    by_name = {user.username: user for user in users}
    logins = [_login(by_name[name], known) for name, known in secrets.logins.items() if name in by_name]
    return {
        "origin": settings.ORIGIN,
        "live_origin": settings.LIVE_ORIGIN,
        "logins": logins,
        "agents": [row for branch_id in AGENTS for row in _agents(branch_id, only)],
        "banks": [_bank(bank) for bank in BANKS],
        "read_key": read_token(),
    }


def _login(user: User, known: dict[str, Any]) -> dict[str, Any]:
    return {
        "username": user.username,
        "password": known["password"],
        "role": user.role,
        "name": user.full_name,
        "office": user.office.name,
        "office_id": user.office_id,
        "branch_id": user.office.branch_id,
        "totp_secret": known["totp_secret"],
        "recovery_codes": known["recovery_codes"],
    }


def _agents(branch_id: int, only: Collection[UUID] | None) -> list[dict[str, Any]]:
    """One event for the lot: the feed of the live screen is for what happens in the field."""
    rows = []
    with Work.open(scope=Scope.branch(branch_id)) as work:
        mine = [agent for agent in agents() if agent.branch_id == branch_id and (only is None or agent.id in only)]
        mark = work.mark()
        for agent in mine:
            card = find_card(work, branch_id=branch_id, agent_id=agent.id)
            if card is None or not (card.is_active and card.has_login):
                continue
            rows.append(
                {
                    "id": str(agent.id),
                    "code": agent.code,
                    "name": agent.name,
                    "username": agent.username,
                    "branch_id": branch_id,
                    "activation_code": device.issue_code(work, agent=card).code,
                }
            )
        if len(rows) > 1:
            work.forget_since(mark)
            work.report(Happened(kind="device_code_issued", branch_id=branch_id, quantity=len(rows)))
    return rows


def _bank(bank: Any) -> dict[str, Any]:
    """The simulated bank signs with the installation's own demo key: real banks keep theirs to themselves."""
    return {
        **bank._asdict(),
        "client_secret": keys.get("bank_sim_secret").decode(),
        "private_key": keys.get("bank_sim").decode(),
    }
