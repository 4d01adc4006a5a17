"""Officers, courses and agents for tests of files."""

import io
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from PIL import Image
from pypdf import PdfWriter

from perisai.events.clock import FixedClock
from perisai.events.ids import uuid7
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.supervision import file
from tests.world import Branch, FieldAgent, jakarta_today, system_work

_logins = count(1)
NOW = datetime.now(UTC)


def make_officer(branch: Branch, role: str = "branch") -> UUID:
    user_id = uuid7()
    with system_work(branch) as work:
        work.execute(
            "INSERT INTO accounts_user (id, username, email, full_name, role, office_id, language, is_active,"
            " must_change_password, created_at, password, is_superuser)"
            " VALUES (%s, %s, '', 'Petugas Uji', %s, %s, 'id', true, false, now(), '!', false)",
            [user_id, f"file-{next(_logins)}-{branch.id}", role, branch.id],
        )
    return user_id


def work_of(branch: Branch, officer: UUID | None = None, at: datetime | None = None) -> Work:
    return Work(scope=Scope.branch(branch.id), actor=Actor(officer), clock=FixedClock(at or datetime.now(UTC)))


def read(branch: Branch, agent: FieldAgent, at: datetime | None = None) -> list[dict[str, Any]]:
    with work_of(branch, at=at) as work:
        return file.entries(work, branch.id, agent.id)


def agent_state(branch: Branch, agent: FieldAgent) -> str:
    with work_of(branch) as work:
        row = work.row("SELECT state FROM agents_agent WHERE branch_id = %s AND id = %s", [branch.id, agent.id])
    assert row is not None
    return str(row[0])


def set_agent(branch: Branch, agent: FieldAgent, **columns: Any) -> None:
    with work_of(branch) as work:
        for column, value in columns.items():
            sql = {
                "since": "UPDATE agents_agent SET since = %s WHERE branch_id = %s AND id = %s",
                "phone": "UPDATE agents_agent SET phone = %s WHERE branch_id = %s AND id = %s",
            }[column]
            work.execute(sql, [value, branch.id, agent.id])  # type: ignore[arg-type]


def captured(branch: Branch, agent: FieldAgent, day: date, value: int = 1, metric: str = "captured") -> None:
    """As if the spine had counted it."""
    with work_of(branch) as work:
        work.execute(
            "INSERT INTO events_counter (branch_id, level, key, day_captured, day_received, segment, metric, value)"
            " VALUES (%s, 'a', %s, %s, %s, 'BPU', %s, %s)",
            [branch.id, str(agent.id), day, day, metric, value],
        )


def month(step: int) -> date:
    today = jakarta_today()
    whole = today.year * 12 + today.month - 1 + step
    return date(whole // 12, whole % 12 + 1, 1)


def picture_bytes() -> bytes:
    """A JPEG that tells with what it was taken."""
    kept, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "Kamera Rahasia"
    Image.new("RGB", (300, 200), "white").save(kept, "JPEG", exif=exif)
    return kept.getvalue()


def pdf_bytes() -> bytes:
    kept, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(200, 300)
    writer.write(kept)
    return kept.getvalue()


def days(number: int) -> timedelta:
    return timedelta(days=number)
