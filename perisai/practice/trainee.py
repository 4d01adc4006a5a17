"""A trainee is a number, and has in each role a person of their own, so that twenty of them do not step on each other's toes.

Nothing tells who they really are: names of trainees do not belong into a world where nothing is real.
"""

from datetime import timedelta
from uuid import UUID

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from perisai.accounts.agent_card import AgentCard, find_card
from perisai.accounts.audience import User
from perisai.agents import agent, issue
from perisai.errors import Refused
from perisai.events import world
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.practice.place import AGENCY, BRANCH, TIMEZONE
from perisai.practice.tasks import Role

_INSERT = (
    "INSERT INTO practice_part (branch_id, number, role, user_id, agent_id, began_at) VALUES (%s, %s, %s, %s, %s, %s)"
)
_FIND = "SELECT user_id, agent_id FROM practice_part WHERE branch_id = %s AND number = %s AND role = %s"
_NO_PASSWORD = "!"  # noqa: S105 - fits nobody: the way in is the practice door
LICENCE_DAYS = 365


def new_number() -> int:
    with Work.open(scope=Scope.branch(BRANCH)) as work:
        row = work.row("SELECT nextval('practice_number')")
    assert row is not None
    return int(row[0])


def become(number: int, role: Role, language: str) -> User:
    """The trainee's own user of this role, made when it is first asked for, in the language they came in. Raises E1004 where the
    role has no login."""
    if not role.login:
        raise Refused("E1004")
    with Work.open(scope=Scope.branch(BRANCH)) as work:
        _lock(work, number)
        row = work.row(_FIND, [BRANCH, number, role.key])
        if row is not None:
            return User.objects.get(pk=row[0])
        model = User.objects.get(username=role.login)
        user = User(
            username=f"latihan{number}.{role.key}",
            full_name=f"Peserta {number}",
            role=model.role,
            office_id=model.office_id,
            language=language,
        )
        user.password = _NO_PASSWORD
        user.save()
        TOTP.activate(user, generate_totp_secret())
        work.execute(_INSERT, [BRANCH, number, role.key, user.pk, None, work.now])
    return user


def take_agent(number: int) -> AgentCard:
    """The trainee's own agent with a licence in force, made when it is first asked for."""
    with Work.open(scope=Scope.branch(BRANCH)) as work:
        _lock(work, number)
        row = work.row(_FIND, [BRANCH, number, "agen"])
        agent_id = row[1] if row else _make_agent(work, number)
        card = find_card(work, branch_id=BRANCH, agent_id=agent_id)
    assert card is not None
    return card


def _make_agent(work: Work, number: int) -> UUID:
    agent_id, today = uuid7(), branch_day(work.now, TIMEZONE)
    agent.admit(
        work,
        branch_id=BRANCH,
        agent_id=agent_id,
        full_name=f"Peserta {number}",
        phone="",
        agency_office_id=AGENCY,
        sub_branch_id=None,
        since=today,
    )
    licence = issue.TakenOver(
        agent_id, world.mark(f"L-{BRANCH}-P{number:04d}"), today, today + timedelta(days=LICENCE_DAYS - 1)
    )
    issue.take_over(work, branch_id=BRANCH, licences=[licence])
    work.execute(_INSERT, [BRANCH, number, "agen", None, agent_id, work.now])
    return agent_id


def _lock(work: Work, number: int) -> None:
    """One tap at a time: who taps twice finds what the first tap made."""
    work.execute("SELECT pg_advisory_xact_lock(hashtextextended('practice', %s))", [number])
