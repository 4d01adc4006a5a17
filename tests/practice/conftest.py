"""A practice world in this process: the mark in the database and the setting, both gone again after the test."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

_OFFICE = (
    "INSERT INTO offices_office (id, kind, branch_id, parent_id, path, code, name, timezone, province_code, regencies,"
    " address, is_demo, is_open) VALUES (%s, %s, %s, %s, %s, %s, %s, 'Asia/Jakarta', '15', '{15.71}', '', true, true)"
    " ON CONFLICT DO NOTHING"
)


@pytest.fixture
def owner_url(database: Path) -> str:
    from perisai.web import config as configuration

    return configuration.resolve(str(database)).owner_url


@pytest.fixture
def marked(owner_url: str) -> Iterator[None]:
    """The database says that it is for practice."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("INSERT INTO events_world (kind) VALUES ('practice')")
    yield
    with psycopg.connect(owner_url) as connection:
        connection.execute("DELETE FROM events_world")


@pytest.fixture
def practice(marked: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "WORLD", "practice")


@pytest.fixture
def jambi(practice: None) -> None:
    """The branch of the practice world, with an officer whose place trainees take."""
    from perisai.accounts.audience import Role, User
    from perisai.events.scope import Scope
    from perisai.events.work import Work
    from perisai.practice.place import AGENCY, BRANCH
    from tests.world import VILLAGE

    with Work(scope=Scope.branch(BRANCH)) as work:
        work.execute(_OFFICE, [BRANCH, "branch", BRANCH, None, [BRANCH], "KC-1501", "KC Jambi"])
        work.execute(_OFFICE, [AGENCY, "agency", BRANCH, BRANCH, [BRANCH, AGENCY], "KP-1", "Kantor Perisai Uji"])
        work.execute("INSERT INTO events_position (branch_id, number) VALUES (%s, 0) ON CONFLICT DO NOTHING", [BRANCH])
        work.execute(
            "INSERT INTO offices_region (code, parent_code, level, name) VALUES (%s, '15.71.08', 4, 'Jelutung')"
            " ON CONFLICT DO NOTHING",
            [VILLAGE],
        )
    if not User.objects.filter(username="petugas.jambi").exists():
        User.objects.create(username="petugas.jambi", full_name="Uji", role=Role.BRANCH, office_id=BRANCH, password="!")
