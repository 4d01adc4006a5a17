"""Row-level security, keys within the branch, and what keeps a published version as it is."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant

_KEYS = [
    ("version", "course_id", "course", "id"),
    ("requirement", "course_id", "course", "id"),
    ("assignment", "course_id", "course", "id"),
    ("taking", "course_id", "course", "id"),
    ("taking", "version_id", "version", "id"),
    ("progress", "taking_id", "taking", "id"),
    ("lesson", "course_id", "course", "id"),
    ("attendance", "lesson_id", "lesson", "id"),
    ("media_piece", "sha256", "media", "sha256"),
    ("upload_piece", "upload_id", "upload", "id"),
]

_IMMUTABLE = """
CREATE FUNCTION training_keep_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.published_at IS NOT NULL THEN
    RAISE EXCEPTION 'a published version of a course never changes' USING ERRCODE = 'check_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER training_keep_published BEFORE UPDATE OR DELETE ON training_version
FOR EACH ROW EXECUTE FUNCTION training_keep_published();
"""

_MUTABLE = "DROP TRIGGER training_keep_published ON training_version; DROP FUNCTION training_keep_published()"


def _key(table: str, column: str, other: str, key: str) -> migrations.RunSQL:
    name = f"training_{table}_of_{other}"
    return migrations.RunSQL(
        f"ALTER TABLE training_{table} ADD CONSTRAINT {name}"
        f" FOREIGN KEY (branch_id, {column}) REFERENCES training_{other} (branch_id, {key})",
        f"ALTER TABLE training_{table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial"), ("events", "0002_spine")]

    operations = [
        *[_key(*key) for key in _KEYS],
        migrations.RunSQL(_IMMUTABLE, _MUTABLE),
        Grant("training_progress", "SELECT, INSERT"),
        Grant("training_media", "SELECT, INSERT"),
        Grant("training_media_piece", "SELECT, INSERT"),
        *[
            EnableScope(f"training_{table}")
            for table in (
                "course",
                "version",
                "media",
                "media_piece",
                "upload",
                "upload_piece",
                "requirement",
                "assignment",
                "taking",
                "progress",
                "lesson",
                "attendance",
            )
        ],
    ]
