"""What a branch hands out after an import, as PDF to cut: each agency office its login with a first password, each agent the code
that activates the phone. Made when asked for, for those who have not begun yet, and shown nowhere else."""

import io
from pathlib import Path
from typing import Any, Final, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

import segno
from django.conf import settings

from perisai.accounts import handout
from perisai.accounts.audience import Viewer
from perisai.accounts.code import in_groups
from perisai.documents import pdf
from perisai.errors import Refused
from perisai.events.work import Work

_TEMPLATE: Final = Path(__file__).parent / "paper" / "handout.typ"

# Carried by golive_login_file and golive_certificate_file. A password of '!' was never made.
_OFFICES: LiteralString = """
SELECT u.id, u.username, u.full_name, o.name AS office FROM golive_office_login l
JOIN accounts_user u ON u.id = l.user_id AND u.is_active AND u.password = '!'
JOIN offices_office o ON o.id = l.office_id AND o.is_open
WHERE l.branch_id = %s AND l.file_id = %s ORDER BY o.name, u.id
"""
# Of two who print at once the second waits, and then finds no password to make: the first one's paper stays good.
_OFFICES_HELD: LiteralString = _OFFICES + " FOR UPDATE OF u"
_AGENTS: LiteralString = """
SELECT a.id, a.code, a.full_name, coalesce(o.name, b.name) AS office FROM golive_certificate c
JOIN agents_agent a ON a.branch_id = c.branch_id AND a.id = c.agent_id AND a.state <> 'ended'
JOIN offices_office b ON b.id = a.branch_id LEFT JOIN offices_office o ON o.id = a.agency_office_id
WHERE c.branch_id = %s AND c.file_id = %s
  AND NOT EXISTS (SELECT 1 FROM accounts_device d WHERE d.branch_id = a.branch_id AND d.agent_id = a.id AND d.state = 'active')
ORDER BY o.name NULLS FIRST, a.code
"""


def waiting(work: Work, *, branch_id: int, file_id: UUID) -> tuple[int, int]:
    """How many offices never got a password, and how many agents have no phone yet."""
    key = [branch_id, file_id]
    return len(work.rows(_OFFICES, key)), len(work.rows(_AGENTS, key))


def make(work: Work, *, viewer: Viewer, branch_id: int, file_id: UUID) -> bytes:
    """The PDF. Raises E9610 where everybody has begun."""
    offices = _offices(work, viewer, work.dicts(_OFFICES_HELD, [branch_id, file_id]))
    agents, until = _agents(work, branch_id, work.dicts(_AGENTS, [branch_id, file_id]))
    if not offices and not agents:
        raise Refused("E9610")
    facts = {"offices": offices, "agents": agents, "until": until, "origin": settings.ORIGIN}
    return pdf.render(_TEMPLATE, facts)


def _offices(work: Work, viewer: Viewer, rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    passwords = handout.first_passwords(work, viewer=viewer, user_ids=[row["id"] for row in rows])
    return [
        {
            "office": row["office"],
            "name": row["full_name"],
            "username": row["username"],
            "password": passwords[row["id"]],
        }
        for row in rows
    ]


def _agents(work: Work, branch_id: int, rows: list[dict[str, Any]]) -> tuple[list[dict[str, str]], str]:
    """Their slips, and until when the codes are good."""
    codes = handout.issue_codes(work, branch_id=branch_id, agent_ids=[row["id"] for row in rows])
    zone = work.row("SELECT timezone FROM offices_office WHERE id = %s", [branch_id])
    assert zone is not None
    until = max((one.expires_at for one in codes.values()), default=work.now).astimezone(ZoneInfo(zone[0]))
    slips = [
        {
            "office": row["office"],
            "name": row["full_name"],
            "code": row["code"],
            "key": in_groups(codes[row["id"]].code),
            "qr": _qr(f"{settings.ORIGIN}/app/#/activate/{codes[row['id']].code}"),
        }
        for row in rows
        if row["id"] in codes
    ]
    return slips, f"{until:%d-%m-%Y %H.%M}"


def _qr(address: str) -> str:
    kept = io.BytesIO()
    segno.make(address, error="m").save(kept, kind="svg", border=1, dark="#000", light="#fff")
    return kept.getvalue().decode()
