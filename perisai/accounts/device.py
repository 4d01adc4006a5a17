"""Phones of agents: a one-time code from the branch, activation with proof of the key, revocation.

docs/device-protocol.md section 3. The registry is national and outside row-level security: a phone is found by its id, and a
code by its hash, before the branch is known.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import load_der_public_key

from perisai.accounts import limit
from perisai.accounts.agent_card import AgentCard, find_card
from perisai.accounts.code import new_code, read_code
from perisai.errors import Refused
from perisai.events.clock import Clock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.vault import keyed_hash
from perisai.events.work import Happened, Work

VALID_FOR = timedelta(hours=48)
SPKI_BYTES = 91
WRONG_FROM_IP = 20
WRONG_FOR_CODE = 5
PER = timedelta(minutes=15)
REASONS = ("lost", "stolen", "replaced", "left", "misuse", "other")
"""Why a phone is revoked, as the event says it; a note beside it stays with the phone."""


@dataclass(frozen=True)
class Issued:
    """``code`` is shown once; only its keyed hash is kept."""

    code: str
    expires_at: datetime


@dataclass(frozen=True)
class Previous:
    """The last confirmed op of the phone that a new one follows."""

    device_id: UUID
    seq: int
    hash: bytes


@dataclass(frozen=True)
class Activated:
    device_id: UUID
    branch_id: int
    agent_id: UUID
    previous: Previous | None = None


def issue_code(work: Work, *, agent: AgentCard, replaces: UUID | None = None) -> Issued:
    """A code that activates one phone of the agent within 48 hours. Raises ``Refused`` E2015.

    ``replaces``: a phone of the agent that is lost or has lost its storage; the new one ends it and follows its last confirmed
    op. Raises E1004 where it is not the agent's.
    """
    if replaces is not None and _find_state(work, agent, replaces) is None:
        raise Refused("E1004")
    if not (agent.is_active and agent.has_login):
        raise Refused("E2015")
    issued = Issued(code=new_code(), expires_at=work.now + VALID_FOR)
    work.execute(
        """
        INSERT INTO accounts_activation_code (code_hash, branch_id, agent_id, issued_at, issued_by_id, expires_at, replaces)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        """,
        [_hash(issued.code), agent.branch_id, agent.id, work.now, work.actor.user_id, issued.expires_at, replaces],
    )
    detail = {"expires_at": issued.expires_at.isoformat()}
    work.report(_about(agent, kind="device_code_issued", subject_id=agent.id, detail=detail))
    return issued


def activate(
    *,
    code: str,
    public_key: str,
    proof: str,
    name: str,
    app: str,
    previous: Mapping[str, Any] | None = None,
    clock: Clock,
    ip: str = "",
) -> Activated:
    """Uses the code up and registers the phone's key. Opens a Work of its own.

    Raises ``Refused``: E2003 where the proof does not fit key and code; E2005, the same for a code that is wrong, used or
    expired; E1005 after too many wrong tries from an address or at a code. Earlier phones of the agent stay, but for the one
    that ``previous`` names (``device`` UUID, ``seq``, ``hash`` in hex), and the one that the code was issued to replace: they
    become ``replaced``. A ``previous`` that is not this agent's phone is not kept.
    """
    read = read_code(code)
    key = verify_proof(code=read or "", public_key=public_key, proof=proof) if read else b""
    tries = {"activation_ip": (ip, WRONG_FROM_IP), "activation_code": (read or "", WRONG_FOR_CODE)}
    for kind, (tried, most) in tries.items():
        if tried:
            limit.check(kind=kind, key=tried, limit=most, per=PER, now=clock.now())
    try:
        follows = Previous(previous["device"], previous["seq"], bytes.fromhex(previous["hash"])) if previous else None
        return _use(read, key=key, name=name, app=app, previous=follows, clock=clock)
    except Refused as refused:
        if refused.code == "E2005":
            for kind, (tried, most) in tries.items():
                if tried:
                    limit.take(kind=kind, key=tried, limit=most, per=PER, now=clock.now())
        raise


def revoke(work: Work, *, agent: AgentCard, device_id: UUID, reason: str, note: str = "") -> None:
    """Ends a phone's right to send. What it still holds may only drain into review. Raises E1004, E2014, E8005."""
    if reason not in REASONS:
        raise Refused("E8005")
    state = _find_state(work, agent, device_id)
    if state is None:
        raise Refused("E1004")
    if state == "revoked":
        raise Refused("E2014")
    work.execute(
        """
        UPDATE accounts_device SET state = 'revoked', ended_at = %s, ended_by_id = %s, end_reason = %s WHERE id = %s
        """,
        [work.now, work.actor.user_id, f"{reason}: {note.strip()[:200]}" if note.strip() else reason, device_id],
    )
    detail = {"device": str(device_id), "reason": reason}
    work.report(_about(agent, kind="device_revoked", subject_id=device_id, device_id=device_id, detail=detail))


def verify_proof(*, code: str, public_key: str, proof: str) -> bytes:
    """The key's bytes (SPKI, DER, P-256), proved to be in the phone's hands. Raises ``Refused`` E2003."""
    try:
        der, signature = _unb64u(public_key), _unb64u(proof)
        key = load_der_public_key(der)
        if len(der) != SPKI_BYTES or len(signature) != 64 or not isinstance(key, ec.EllipticCurvePublicKey):
            raise Refused("E2003")
        if not isinstance(key.curve, ec.SECP256R1):
            raise Refused("E2003")
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        message = f"perisai-activate-1\n{code}\n{public_key}".encode()
        key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise Refused("E2003") from error
    return der


def _use(code: str | None, *, key: bytes, name: str, app: str, previous: Previous | None, clock: Clock) -> Activated:
    branch_id = _branch_of(code) if code else None
    if code is None or branch_id is None:
        raise Refused("E2005")
    device_id = uuid7()
    with Work.open(scope=Scope.branch(branch_id), actor=Actor(device_id=device_id), clock=clock) as work:
        # The conditional UPDATE is what makes the code work once, whatever comes at the same moment.
        used = work.row(
            """
            UPDATE accounts_activation_code SET used_at = %(now)s, device_id = %(device)s
            WHERE code_hash = %(hash)s AND used_at IS NULL AND expires_at > %(now)s
            RETURNING agent_id, replaces
            """,
            {"now": work.now, "device": device_id, "hash": _hash(code)},
        )
        agent = find_card(work, branch_id=branch_id, agent_id=used[0]) if used else None
        if agent is None or not agent.is_active:
            raise Refused("E2005")
        follows = _follow(work, agent, device_id, said=previous, replaces=used[1] if used else None)
        work.execute(
            """
            INSERT INTO accounts_device (id, branch_id, agent_id, public_key, name, app, state, activated_at, end_reason,
              previous_id, previous_seq, previous_hash)
            VALUES (%s, %s, %s, %s, %s, %s, 'active', %s, '', %s, %s, %s)
            """,
            [
                device_id, branch_id, agent.id, key, name[:100], app[:40], work.now,
                follows.device_id if follows else None, follows.seq if follows else None, follows.hash if follows else None,
            ],
        )  # fmt: skip
        detail = {"device": str(device_id)}
        work.report(_about(agent, kind="device_activated", subject_id=device_id, device_id=device_id, detail=detail))
    return Activated(device_id=device_id, branch_id=branch_id, agent_id=agent.id, previous=follows)


def _follow(
    work: Work, agent: AgentCard, device_id: UUID, *, said: Previous | None, replaces: UUID | None
) -> Previous | None:
    """What the new phone follows: what it says itself, else the last confirmed op of the phone that the office named."""
    found = [said] if said and _replace(work, agent, said.device_id, by=device_id) else []
    if replaces is not None and _replace(work, agent, replaces, by=device_id):
        found.append(_last_confirmed(work, agent, replaces))
    return found[0] if found else None


def _replace(work: Work, agent: AgentCard, old: UUID, *, by: UUID) -> bool:
    """Ends a phone that the new one follows, unless it has ended before. False where it is not this agent's."""
    state = _find_state(work, agent, old)
    if state == "active":
        work.execute(
            "UPDATE accounts_device SET state = 'replaced', ended_at = %s, end_reason = 'replaced' WHERE id = %s",
            [work.now, old],
        )
        detail = {"device": str(old), "by": str(by)}
        work.report(_about(agent, kind="device_replaced", subject_id=old, device_id=old, detail=detail))
    return state is not None


def _last_confirmed(work: Work, agent: AgentCard, device_id: UUID) -> Previous:
    """How far the chain of a phone has come. The room of sync stands above this one, so this read is SQL on its table."""
    found = work.row(
        "SELECT seq, hash FROM sync_chain WHERE branch_id = %s AND device_id = %s", [agent.branch_id, device_id]
    )
    return Previous(device_id, int(found[0]), bytes(found[1])) if found else Previous(device_id, 0, bytes(32))


def _find_state(work: Work, agent: AgentCard, device_id: UUID) -> str | None:
    """Locks the agent's phone; None where it is not theirs."""
    found = work.row(
        "SELECT state FROM accounts_device WHERE id = %s AND branch_id = %s AND agent_id = %s FOR UPDATE",
        [device_id, agent.branch_id, agent.id],
    )
    return found[0] if found else None


def _branch_of(code: str) -> int | None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT branch_id FROM accounts_activation_code WHERE code_hash = %s", [_hash(code)])
        found = cursor.fetchone()
    return int(found[0]) if found else None


def _unb64u(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _hash(code: str) -> bytes:
    return keyed_hash("activation", code)


def _about(
    agent: AgentCard, *, kind: str, subject_id: UUID, detail: dict[str, str], device_id: UUID | None = None
) -> Happened:
    return Happened(
        kind=kind,
        branch_id=agent.branch_id,
        subject_id=subject_id,
        agent_id=agent.id,
        sub_branch_id=agent.sub_branch_id,
        agency_office_id=agent.agency_office_id,
        device_id=device_id,
        detail=detail,
    )
