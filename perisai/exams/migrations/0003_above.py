"""A question bank above the branches, as courses have it: owned by an office, read by every branch, changed by its owner only."""

from django.db import migrations, models

from perisai.events.rls import EnableScope, Grant

_SHARED = ("exams_topic", "exams_question", "exams_question_version", "exams_item_figure")
_ABOVE = "branch_id IN (SELECT id FROM offices_office WHERE kind IN ('head', 'region'))"
_OWNER = "branch_id = (SELECT nullif(current_setting('perisai.owner', true), '')::int)"


def _policies(table: str) -> list[migrations.RunSQL]:
    return [
        migrations.RunSQL(
            f"CREATE POLICY owner ON {table} USING ({_OWNER}) WITH CHECK ({_OWNER})", f"DROP POLICY owner ON {table}"
        ),
        migrations.RunSQL(
            f"CREATE POLICY above ON {table} FOR SELECT USING ({_ABOVE})", f"DROP POLICY above ON {table}"
        ),
    ]


def _key(table: str, columns: str, other: str, other_columns: str) -> migrations.RunSQL:
    """By what is unique in the country: the owner may stand above the branch."""
    name = f"{table}_of_{other.removeprefix('exams_')}"
    change = f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} FOREIGN KEY"
    return migrations.RunSQL(
        f"{change} ({columns}) REFERENCES {other} ({other_columns})",
        f"{change} (branch_id, {columns}) REFERENCES {other} (branch_id, {other_columns})",
    )


class Migration(migrations.Migration):
    dependencies = [("exams", "0002_scope"), ("offices", "0001_initial")]

    operations = [
        migrations.AddConstraint(
            model_name="topic", constraint=models.UniqueConstraint(fields=("id",), name="exam_topic_id")
        ),
        migrations.AddConstraint(
            model_name="questionversion",
            constraint=models.UniqueConstraint(fields=("question_id", "version"), name="exam_version_id"),
        ),
        migrations.AddIndex(
            model_name="blueprint", index=models.Index(fields=["topic_id", "branch_id"], name="exam_blueprint_to_topic")
        ),
        migrations.AddIndex(
            model_name="paperline",
            index=models.Index(fields=["question_id", "version", "branch_id"], name="exam_line_to_question"),
        ),
        _key("exams_blueprint", "topic_id", "exams_topic", "id"),
        _key("exams_paper_line", "question_id, version", "exams_question_version", "question_id, version"),
        migrations.RemoveIndex(model_name="blueprint", name="exam_blueprint_topic"),
        migrations.RemoveIndex(model_name="paperline", name="exam_line_question"),
        migrations.AddField(
            model_name="exam", name="draws_national", field=models.BooleanField(db_default=True, default=True)
        ),
        migrations.CreateModel(
            name="ItemFigure",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id",
                        "question_id",
                        "version",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("question_id", models.UUIDField()),
                ("version", models.SmallIntegerField()),
                ("answers", models.IntegerField()),
                ("branches", models.SmallIntegerField()),
                ("p", models.FloatField()),
                ("point_biserial", models.FloatField(null=True)),
                ("upper_lower", models.FloatField(null=True)),
                ("gathered_at", models.DateTimeField()),
            ],
            options={"db_table": "exams_item_figure"},
        ),
        EnableScope("exams_item_figure"),
        Grant("exams_item_figure"),
        *[policy for table in _SHARED for policy in _policies(table)],
    ]
