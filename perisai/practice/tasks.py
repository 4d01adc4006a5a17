"""What to try in practice, by role (``tasks.yaml``), and what of it a trainee has done."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, LiteralString
from uuid import UUID

import yaml

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.practice.place import BRANCH

# Staff by who acted, agents by whose agent it was; event_agent carries the second. A practice world is small.
_DONE: LiteralString = """
SELECT p.number, p.role, array_agg(DISTINCT e.kind)
FROM practice_part p JOIN events_event e
  ON e.received_at >= p.began_at AND ((p.user_id IS NOT NULL AND e.actor_id = p.user_id)
    OR (p.agent_id IS NOT NULL AND e.branch_id = p.branch_id AND e.agent_id = p.agent_id))
WHERE p.branch_id = %(branch)s AND (%(number)s::int IS NULL OR p.number = %(number)s)
GROUP BY p.number, p.role
"""
_PARTS: LiteralString = """
SELECT number, role, user_id, agent_id, began_at FROM practice_part
WHERE branch_id = %(branch)s AND (%(number)s::int IS NULL OR number = %(number)s) ORDER BY number, began_at
"""
MOST_SHOWN: Final = 200


@dataclass(frozen=True)
class Task:
    key: str
    kinds: frozenset[str]
    text_id: str
    text_en: str
    goto: str = ""


@dataclass(frozen=True)
class Role:
    """``login``: whose office and role a trainee takes; empty where the way in is ``goto``."""

    key: str
    login: str
    goto: str
    icon: str
    title_id: str
    title_en: str
    text_id: str
    text_en: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Part:
    """One trainee in one role, with each task and whether it is done."""

    number: int
    role: Role
    user_id: UUID | None
    agent_id: UUID | None
    tasks: list[tuple[Task, bool]]

    @property
    def done(self) -> int:
        return sum(is_done for _, is_done in self.tasks)


@cache
def roles() -> dict[str, Role]:
    told = yaml.safe_load((Path(__file__).parent / "tasks.yaml").read_text(encoding="utf-8"))
    return {one["key"]: _role(one) for one in told}


def _role(told: dict[str, Any]) -> Role:
    tasks = tuple(
        Task(one["key"], frozenset(one["kinds"]), one["id"], one["en"], one.get("goto", "")) for one in told["tasks"]
    )
    texts = told["id"] | {f"{name}_en": text for name, text in told["en"].items()}
    return Role(
        key=told["key"],
        login=told.get("login", ""),
        goto=told.get("goto", ""),
        icon=told["icon"],
        title_id=texts["title"],
        title_en=texts["title_en"],
        text_id=texts["text"],
        text_en=texts["text_en"],
        tasks=tasks,
    )


def parts(number: int | None = None) -> list[Part]:
    """What every trainee, or this one, has done in each role. Two statements. Opens a Work of its own."""
    given = {"branch": BRANCH, "number": number}
    with Work.open(scope=Scope.nation()) as work:
        rows = work.rows(_PARTS, given)
        done = {(one, role): set(kinds) for one, role, kinds in work.rows(_DONE, given)}
    return [
        Part(
            number=one,
            role=roles()[role],
            user_id=user_id,
            agent_id=agent_id,
            tasks=[(task, bool(task.kinds & done.get((one, role), set()))) for task in roles()[role].tasks],
        )
        for one, role, user_id, agent_id, _began in rows[-MOST_SHOWN:]
        if role in roles()
    ]
