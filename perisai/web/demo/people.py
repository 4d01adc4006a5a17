"""Who logs in to the demo world: staff of every role, agency offices, agents with licences."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils import timezone

from perisai.accounts.models import Role, User
from perisai.events import world
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.web.demo.places import BUNGO, HEAD, JAMBI, KANWIL, SPOTS, Spot
from perisai.web.demo.secret import Secrets, new_password

STAFF = (
    ("pusat", "Retno Wulandari", Role.HEAD_OFFICE, HEAD),
    ("pusat2", "Agus Wicaksono", Role.HEAD_OFFICE, HEAD),
    ("kanwil", "Bambang Hermawan", Role.REGION, KANWIL),
    ("auditor", "Sri Lestari", Role.AUDITOR, HEAD),
    ("sistem", "Admin Sistem", Role.SYSTEM, HEAD),
    ("kepala.jambi", "Yusnidar Rahman", Role.BRANCH_HEAD, JAMBI),
    ("petugas.jambi", "Rahmat Hidayat", Role.BRANCH, JAMBI),
    ("petugas2.jambi", "Dewi Anggraini", Role.BRANCH, JAMBI),
    ("kcp.bulian", "Siti Maryam", Role.SUB_BRANCH, 150111),
    ("kcp.tungkal", "Andi Saputra", Role.SUB_BRANCH, 150112),
    ("wadah.angso", "Nurhayati Zainal", Role.AGENCY, 150121),
    ("wadah.tanggo", "Firmansyah Lubis", Role.AGENCY, 150122),
    ("kepala.bungo", "Hendra Gunawan", Role.BRANCH_HEAD, BUNGO),
    ("petugas.bungo", "Mega Puspita", Role.BRANCH, BUNGO),
    ("kcp.bangko", "Zulfikar Amin", Role.SUB_BRANCH, 150211),
    ("kcp.sarolangun", "Lia Marlina", Role.SUB_BRANCH, 150212),
    ("kcp.sungaipenuh", "Rusdi Efendi", Role.SUB_BRANCH, 150213),
    ("wadah.lubuk", "Ernawati Saleh", Role.AGENCY, 150221),
)
AGENTS = {
    JAMBI: (
        "Rina Kartika", "M. Ridwan", "Suharti", "Dedi Irawan", "Fitri Handayani",
        "Joko Susilo", "Nur Aini", "Abdul Rozak", "Marlina Siregar", "Hasanuddin",
    ),
    BUNGO: ("Yulia Safitri", "Eko Prasetyo", "Desi Ratnasari", "Syamsul Bahri", "Wiwin Andriani"),
}  # fmt: skip
HISTORY = timedelta(days=62)
"""How far back the world reaches."""


class _QuickHasher(Argon2PasswordHasher):
    """Cheap, for thirty logins of synthetic people at once; the first login of each hashes it again at full cost."""

    time_cost, memory_cost, parallelism = 1, 1024, 1


@dataclass(frozen=True)
class DemoAgent:
    branch_id: int
    id: UUID
    number: int
    name: str
    spot: Spot

    @property
    def code(self) -> str:
        return f"P-{self.branch_id}-{self.number:04d}"

    @property
    def username(self) -> str:
        return f"agen.{'jambi' if self.branch_id == JAMBI else 'bungo'}{self.number:02d}"


def agents() -> list[DemoAgent]:
    """Everybody who is in the field, in the order of their numbers."""
    return [
        DemoAgent(branch_id, _agent_id(branch_id, number), number, name, spot)
        for branch_id, names in AGENTS.items()
        for number, (name, spot) in enumerate(zip(names, SPOTS[branch_id], strict=True), start=1)
    ]


def build_agents(today: date) -> None:
    """Agents with a licence that is valid throughout; those who are there already stay as they are."""
    since = today - HISTORY - timedelta(days=30)
    for branch_id in AGENTS:
        with Work.open(scope=Scope.branch(branch_id)) as work:
            for agent in agents():
                if agent.branch_id == branch_id:
                    _build_agent(work, agent, since)


def _build_agent(work: Work, agent: DemoAgent, since: date) -> None:
    """The agents' room has no verb for this yet: its life cycle is built later."""
    work.execute(
        """
        INSERT INTO agents_agent (branch_id, id, code, full_name, phone, agency_office_id, sub_branch_id, state, since)
        VALUES (%s, %s, %s, %s, %s, %s, %s, 'active', %s) ON CONFLICT DO NOTHING
        """,
        [
            *(agent.branch_id, agent.id, agent.code, agent.name),
            *(
                f"+62811000{agent.branch_id % 100:02d}9{agent.number:02d}",
                agent.spot.agency,
                agent.spot.sub_branch,
                since,
            ),
        ],
    )
    work.execute(
        """
        INSERT INTO agents_licence (branch_id, agent_id, number, valid_from, valid_to, state, state_since)
        VALUES (%s, %s, %s, %s, %s, 'valid', %s) ON CONFLICT DO NOTHING
        """,
        [
            *(agent.branch_id, agent.id, world.mark(f"L-{agent.branch_id}-{agent.number:04d}")),
            *(since, since + timedelta(days=364 if agent.number != 3 else HISTORY.days + 55), work.now),
        ],
    )


def build_logins(secrets: Secrets) -> None:
    """Users with password, TOTP and recovery codes. What ``demo.json`` does not know (any more) is made anew."""
    known = {user.username: user for user in User.objects.all()}
    wanted: list[tuple[str, str, Role, int, UUID | None]] = [
        (name, full, role, office, None) for name, full, role, office in STAFF
    ]
    wanted += [(a.username, a.name, Role.AGENT, a.spot.sub_branch or a.branch_id, a.id) for a in agents()]
    for username, full_name, role, office_id, agent_id in wanted:
        user = known.get(username)
        if user is not None and username in secrets.logins:
            continue
        fresh = user or User(username=username, full_name=full_name, role=role, office_id=office_id, agent_id=agent_id)
        fresh.is_superuser = role is Role.SYSTEM
        # As all that a demo writes, what goes there ends at the simulated gateway.
        fresh.email = f"{username}@example.test" if role is not Role.AGENT else ""
        secrets.logins[username] = _arm(fresh)
    secrets.save()


def _arm(user: User) -> dict[str, object]:
    password, seed = new_password(), generate_totp_secret()
    user.password = _QuickHasher().encode(password, _QuickHasher().salt())
    user.password_changed_at = timezone.now()
    user.save()
    Authenticator.objects.filter(user=user).delete()
    TOTP.activate(user, seed)
    codes = RecoveryCodes.activate(user)
    return {"password": password, "totp_secret": seed, "recovery_codes": codes.get_unused_codes()}


def _agent_id(branch_id: int, number: int) -> UUID:
    """The same in every demo world: a UUIDv7 of 1 January 2026."""
    digest = int.from_bytes(hashlib.sha256(f"demo agent {branch_id} {number}".encode()).digest()[:10])
    value = 1_767_225_600_000 << 80 | digest
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)
