"""Courses and classes for tests, made by the verbs that staff use."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.training import authoring, lesson
from perisai.training.content import Content, Module, Question, Text
from tests.world import Branch, FieldAgent, jakarta_today, system_work

PLACE = {"lat": -1.61, "lon": 103.61, "accuracy": 20}


def module(module_id: str, *, questions: int = 0) -> Module:
    asked = tuple(
        Question(id=f"q{n}", text=f"Pertanyaan {n}?", options=("satu", "dua", "tiga"), right=(n % 3,))
        for n in range(questions)
    )
    return Module(id=module_id, title=f"Modul {module_id}", parts=(Text(id="t", text="Bacaan."), *asked))


def right_answers(count: int, *, wrong: int = 0) -> dict[str, list[int]]:
    return {f"q{n}": [(n + (n < wrong)) % 3] for n in range(count)}


def make_course(
    branch: Branch, *modules: Module, minutes: int = 45, title: str = "Melayani pekerja"
) -> tuple[UUID, UUID]:
    """A published course: ids of course and version."""
    with system_work(branch) as work:
        course_id, version_id = authoring.create(work, branch_id=branch.id, title=title)
    publish(branch, version_id, *modules, minutes=minutes)
    return course_id, version_id


def publish(branch: Branch, version_id: UUID, *modules: Module, minutes: int = 45, revision: int = 0) -> None:
    with system_work(branch) as work:
        fill(work, branch, version_id, *modules, minutes=minutes, revision=revision)
        authoring.publish(work, branch_id=branch.id, version_id=version_id, revision=revision + 1)


def fill(work: Work, branch: Branch, version_id: UUID, *modules: Module, minutes: int = 45, revision: int = 0) -> None:
    authoring.edit(
        work,
        branch_id=branch.id,
        version_id=version_id,
        revision=revision,
        change=lambda _draft: {"content": Content(modules=modules), "credit_minutes": minutes},
    )


def progress(
    version_id: UUID, taking: str, module_id: str, answers: dict[str, list[int]] | None = None
) -> dict[str, Any]:
    return {"taking": taking, "version": str(version_id), "module": module_id, "answers": answers or {}}


def new_taking() -> str:
    return str(uuid7())


def make_trainee(branch: Branch) -> FieldAgent:
    """Somebody in training: an agent's row and a login, no licence."""
    agent_id, user_id = uuid7(), uuid4()
    with system_work(branch) as work:
        work.execute(
            "INSERT INTO agents_agent (branch_id, id, code, full_name, phone, state, since)"
            " VALUES (%s, %s, %s, 'Calon Uji', '', 'trainee', %s)",
            [branch.id, agent_id, f"P-{branch.id}-{agent_id.hex[-6:]}", jakarta_today()],
        )
        work.execute(
            "INSERT INTO accounts_user (id, username, email, full_name, role, office_id, agent_id, language, is_active,"
            " must_change_password, created_at, password, is_superuser)"
            " VALUES (%s, %s, '', 'Calon Uji', 'agent', %s, %s, 'id', true, false, now(), '!', false)",
            [user_id, f"trainee-{agent_id.hex[-10:]}", branch.id, agent_id],
        )
    return FieldAgent(branch, agent_id, user_id)


def make_lesson(branch: Branch, *, at: datetime | None = None, **changes: Any) -> UUID:
    """A class that began ten minutes before ``at`` (now) and lasts two hours, at ``PLACE``."""
    begins = (at or datetime.now(UTC)) - timedelta(minutes=10)
    given: dict[str, Any] = {
        "title": "Kelas tatap muka",
        "place": "Aula KC Uji",
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=2),
        "lat": PLACE["lat"],
        "lon": PLACE["lon"],
        "credit_minutes": 90,
    }
    with system_work(branch) as work:
        return lesson.plan(work, branch_id=branch.id, of=lesson.Plan(**(given | changes)))
