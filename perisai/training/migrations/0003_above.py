"""Courses above the branch (decision 0008): owned by an office, read by every branch under it, changed by their owner only."""

from django.db import migrations, models

_SHARED = ("course", "version", "media", "media_piece", "requirement")
_OWNED = (*_SHARED, "upload", "upload_piece")
_REFERS = (
    ("requirement", "course"),
    ("assignment", "course"),
    ("taking", "course"),
    ("taking", "version"),
    ("lesson", "course"),
)
# What lies above the branches holds nothing personal; a draft is its owner's.
_ABOVE = "branch_id IN (SELECT id FROM offices_office WHERE kind IN ('head', 'region'))"
_OWNER = "branch_id = (SELECT nullif(current_setting('perisai.owner', true), '')::int)"


def _policies(table: str) -> list[migrations.RunSQL]:
    name = f"training_{table}"
    found = [
        migrations.RunSQL(
            f"CREATE POLICY owner ON {name} USING ({_OWNER}) WITH CHECK ({_OWNER})", f"DROP POLICY owner ON {name}"
        )
    ]
    if table in _SHARED:
        seen = f"{_ABOVE} AND published_at IS NOT NULL" if table == "version" else _ABOVE
        found.append(
            migrations.RunSQL(
                f"CREATE POLICY above ON {name} FOR SELECT USING ({seen})", f"DROP POLICY above ON {name}"
            )
        )
    return found


def _key(table: str, other: str) -> migrations.RunSQL:
    """By the id alone, which is unique in the country: the owner may stand above the branch."""
    name, column = f"training_{table}_of_{other}", f"{other}_id"
    change = f"ALTER TABLE training_{table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} FOREIGN KEY"
    return migrations.RunSQL(
        f"{change} ({column}) REFERENCES training_{other} (id)",
        f"{change} (branch_id, {column}) REFERENCES training_{other} (branch_id, id)",
    )


class Migration(migrations.Migration):
    dependencies = [("training", "0002_scope"), ("offices", "0001_initial")]

    operations = [
        migrations.AddConstraint(
            model_name="course", constraint=models.UniqueConstraint(fields=("id",), name="training_course_id")
        ),
        migrations.AddConstraint(
            model_name="version", constraint=models.UniqueConstraint(fields=("id",), name="training_version_id")
        ),
        *[_key(*refers) for refers in _REFERS],
        *[
            migrations.AddIndex(
                model_name=table,
                index=models.Index(fields=[f"{other}_id", "branch_id"], name=f"training_{table}_to_{other}"),
            )
            for table, other in _REFERS
        ],
        *[migrations.RemoveIndex(model_name=table, name=f"training_{table}_{other}") for table, other in _REFERS],
        migrations.AlterField(
            model_name="requirement",
            name="audience",
            field=models.TextField(
                choices=[
                    ("trainee", "calon agen dalam pelatihan"),
                    ("agent", "agen berizin"),
                    ("all", "semua agen"),
                    ("agency", "Kantor Perisai"),
                    ("sub_branch", "petugas KCP"),
                    ("branch", "petugas kantor cabang"),
                    ("branch_head", "kepala kantor cabang"),
                    ("staff", "semua petugas"),
                ]
            ),
        ),
        *[policy for table in _OWNED for policy in _policies(table)],
    ]
