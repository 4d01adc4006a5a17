"""Row-level security, keys within the branch, and what nobody may change afterwards."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant

_KEYS = (
    ("exams_question", "topic_id", "exams_topic", "id"),
    ("exams_question_version", "question_id", "exams_question", "id"),
    ("exams_question_version", "topic_id", "exams_topic", "id"),
    ("exams_blueprint", "exam_id", "exams_exam", "id"),
    ("exams_blueprint", "topic_id", "exams_topic", "id"),
    ("exams_sitting", "exam_id", "exams_exam", "id"),
    ("exams_seat", "exam_id", "exams_exam", "id"),
    ("exams_seat", "sitting_id", "exams_sitting", "id"),
    ("exams_attempt", "exam_id", "exams_exam", "id"),
    ("exams_attempt", "seat_id", "exams_seat", "id"),
    ("exams_paper_line", "attempt_id", "exams_attempt", "id"),
    ("exams_paper_line", "question_id, version", "exams_question_version", "question_id, version"),
    ("exams_result", "attempt_id", "exams_attempt", "id"),
    ("exams_result", "exam_id", "exams_exam", "id"),
    ("exams_annulment", "attempt_id", "exams_result", "attempt_id"),
)
_TABLES = (
    "exams_topic",
    "exams_question",
    "exams_question_version",
    "exams_exam",
    "exams_blueprint",
    "exams_sitting",
    "exams_seat",
    "exams_attempt",
    "exams_paper_line",
    "exams_result",
    "exams_annulment",
)
_APPEND_ONLY = ("exams_question_version", "exams_result", "exams_annulment")
_KEPT = ("exams_question", "exams_seat", "exams_attempt", "exams_paper_line")


def _foreign_key(table: str, columns: str, other: str, other_columns: str) -> migrations.RunSQL:
    name = f"{table}_of_{other.removeprefix('exams_')}"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name}"
        f" FOREIGN KEY (branch_id, {columns}) REFERENCES {other} (branch_id, {other_columns})",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("exams", "0001_initial"), ("events", "0002_spine")]

    operations = [
        *(_foreign_key(*key) for key in _KEYS),
        *(EnableScope(table) for table in _TABLES),
        *(Grant(table, "SELECT, INSERT") for table in _APPEND_ONLY),
        *(Grant(table, "SELECT, INSERT, UPDATE") for table in _KEPT),
    ]
