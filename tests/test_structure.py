"""Reads the program: what must hold for every table, event, error, job and file, whoever adds the next one."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models

from perisai.errors import Refused, catalogue, fields
from perisai.events.kinds import kinds

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "perisai"
SOURCES = sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts)

LONG_FILES: set[str] = set()
"""Files over 500 lines. This list only gets shorter."""
LONG_FUNCTIONS: set[str] = set()
"""Functions over 60 lines. This list only gets shorter."""


def test_every_error_says_what_happened_and_what_to_do_in_both_languages() -> None:
    for entry in catalogue().values():
        texts = (entry.id, entry.en, entry.action_id, entry.action_en)
        assert all(text.strip() for text in texts), entry.code
        assert entry.id != entry.en, entry.code
        assert re.fullmatch(r"E[1-9]\d{3}", entry.code), entry.code
        assert 200 <= entry.status < 600, entry.code


def test_a_field_is_called_as_the_form_calls_it_in_both_languages() -> None:
    for code, words in fields().items():
        assert code == "any" or "{field}" in catalogue()[code].id, code
        assert all(set(word) == {"id", "en"} and all(word.values()) for word in words.values()), code
    refused = Refused("E4401", field="owner_nik")
    assert "NIK pemilik" in refused.text()["id"]
    assert "the owner's NIK" in refused.text()["en"]
    assert "tanda tangan" in Refused("E3001", field="signature.svg").text()["id"]
    assert "owner_nik" in str(refused)  # a log keeps the field's own name
    assert "bands" in Refused("E5404", field="bands").text()["id"]  # what nobody named is told as it is


def test_every_error_code_that_is_raised_is_in_the_catalogue() -> None:
    used = {code for path in SOURCES for code in re.findall(r'"(E\d{4})"', path.read_text(encoding="utf-8"))}
    assert used <= set(catalogue()), used - set(catalogue())


def test_every_event_kind_is_reported_somewhere_and_said_in_both_languages() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    for kind in kinds().values():
        assert f'"{kind.name}"' in text, f"{kind.name} is never reported"
        assert kind.id, kind.name
        assert kind.en != kind.id, kind.name


def test_every_job_is_found_by_the_worker() -> None:
    from procrastinate.contrib.django import app

    app.perform_import_paths()
    for path in PACKAGE.rglob("jobs.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        assert any(task.func.__module__ == module for task in app.tasks.values()), f"{module} registers no task"


def test_every_job_is_called_by_its_room_and_not_by_where_its_file_lies() -> None:
    """A job that waits carries its name through an upgrade: files within a room may move, the names of jobs stay."""
    from procrastinate.contrib.django import app

    app.perform_import_paths()
    ours = {
        name: task.func.__module__ for name, task in app.tasks.items() if task.func.__module__.startswith("perisai.")
    }
    for name, module in ours.items():
        room = module.split(".")[1]
        assert re.fullmatch(rf"{room}\.\w+|perisai\.{room}\.jobs\.\w+", name), f"{module} names a job {name}"


def test_models_equal_the_migrations(database: Path) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=1)


def test_every_foreign_key_has_an_index(database: Path) -> None:
    """Deleting or updating what is referred to would scan the other table without one."""
    rooms = [config.label for config in apps.get_app_configs() if config.name.startswith("perisai.")]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c
            JOIN pg_class t ON t.oid = c.conrelid AND split_part(t.relname, '_', 1) = ANY (%s)
            WHERE c.contype = 'f' AND NOT EXISTS (
              SELECT FROM pg_index i WHERE i.indrelid = c.conrelid
                AND (SELECT array_agg(k ORDER BY k) FROM unnest(c.conkey) AS k)
                  = (SELECT array_agg(k ORDER BY k) FROM unnest((i.indkey::int2[])[0:array_length(c.conkey, 1) - 1]) AS k))
            """,
            [rooms],
        )
        assert cursor.fetchall() == []


def test_every_choice_of_a_model_is_allowed_by_the_database() -> None:
    """States are text with choices; what code names must be one of them."""
    for model in apps.get_models():
        if model.__module__.startswith("perisai."):
            for field in model._meta.get_fields():
                if isinstance(field, models.TextField) and field.choices and field.has_default():
                    assert field.default in dict(field.flatchoices), (model, field.name)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    name = str(path.relative_to(ROOT))
    assert len(text.splitlines()) <= 500 or name in LONG_FILES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 60 or f"{name}:{node.name}" in LONG_FUNCTIONS, f"{node.name} has {length} lines"


def test_no_room_keeps_helpers_or_signals() -> None:
    names = {path.name for path in SOURCES}
    assert not names & {"utils.py", "helpers.py", "signals.py"}
    for path in SOURCES:
        assert "django.db.models.signals" not in path.read_text(encoding="utf-8"), path
