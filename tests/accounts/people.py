"""Offices and users for tests of who may do what: one small tree, made once by the verbs, and clients that are logged in."""

from dataclasses import dataclass
from functools import cache
from itertools import count

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password
from django.test import Client

from perisai.accounts.models import Role, User
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices.models import Office
from perisai.offices.office import create_office

PASSWORD = "sepeda tua di tepi sungai"
_numbers = count(1)


@dataclass(frozen=True)
class Tree:
    head: Office
    region: Office
    branch: Office
    sub_branch: Office
    agency: Office
    other_branch: Office


@cache
def tree() -> Tree:
    """Head office > Kanwil > two branches; the first with a KCP and a Kantor Perisai."""
    with Work.open(scope=Scope.nation()) as work:
        head = create_office(work, id=7000, kind="head", code="PUSAT", name="Kantor Pusat")
        region = create_office(
            work, id=7100, kind="region", code="KW-7", name="Kanwil Uji", parent=head, province_code="15"
        )
        branch = create_office(work, id=7110, kind="branch", code="KC-7110", name="KC Uji", parent=region)
        other = create_office(work, id=7120, kind="branch", code="KC-7120", name="KC Lain", parent=region)
        sub_branch = create_office(work, id=7111, kind="sub_branch", code="KCP-7111", name="KCP Uji", parent=branch)
        agency = create_office(work, id=7112, kind="agency", code="KP-7112", name="Kantor Perisai Uji", parent=branch)
    return Tree(head, region, branch, sub_branch, agency, other)


def office_for(role: Role) -> Office:
    t = tree()
    return {
        Role.AGENT: t.agency,
        Role.AGENCY: t.agency,
        Role.SUB_BRANCH: t.sub_branch,
        Role.BRANCH: t.branch,
        Role.BRANCH_HEAD: t.branch,
        Role.REGION: t.region,
        Role.HEAD_OFFICE: t.head,
        Role.AUDITOR: t.head,
        Role.SYSTEM: t.head,
    }[role]


@cache
def _hashed() -> str:
    """Hashed once: argon2 takes its time on purpose."""
    return make_password(PASSWORD)


def make_user(
    role: Role,
    office: Office | None = None,
    *,
    second_factor: bool = True,
    superuser: bool = False,
    language: str = "id",
) -> User:
    user = User.objects.create(
        username=f"uji-{role.value.replace('_', '')}-{next(_numbers)}",
        password=_hashed(),
        full_name=f"Uji {role.label}",
        role=role,
        office=office or office_for(role),
        agent_id=uuid7() if role is Role.AGENT else None,
        is_superuser=superuser,
        language=language,
    )
    if second_factor:
        TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    return user


def stranger(language: str = "id") -> Client:
    """A client that nobody is logged in with."""
    return Client(SERVER_NAME="localhost", headers={"accept-language": language})


def logged_in(user: User, language: str = "id") -> Client:
    """A client with a session of the user, as after both steps of the login."""
    client = stranger(language)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def client_of(role: Role, office: Office | int | None = None, *, language: str = "id") -> Client:
    """A client where a new user is logged in, of this office or the one with this id; ``language``: of their pages."""
    office = Office.objects.get(id=office) if isinstance(office, int) else office
    return logged_in(make_user(role, office, language=language))


def make_agent(office: Office | None = None) -> User:
    """An agent of the agency office with a login; ``agent_id`` names its row."""
    office = office or tree().agency
    user = make_user(Role.AGENT, office)
    with Work.open(scope=Scope.branch(office.branch_id or 0)) as work:
        work.execute(
            "INSERT INTO agents_agent (branch_id, id, code, full_name, phone, agency_office_id, state, since)"
            " VALUES (%s, %s, %s, 'Agen Uji', '', %s, 'active', '2026-01-01')",
            [office.branch_id, user.agent_id, f"P-{user.username}", office.id if office.kind == "agency" else None],
        )
    return user


def has_second_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user).exists())
