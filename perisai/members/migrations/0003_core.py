"""Files to and from the core system, and the national registry of participant numbers."""

import django.contrib.postgres.fields
from django.db import migrations, models

import perisai.events.defaults
from perisai.events.rls import EnableScope, Grant

_WAITING = """
CREATE INDEX enrolment_core_waiting ON members_enrolment (branch_id, id) WHERE core_state = 'none' AND state = 'active'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_scope"),
    ]

    operations = [
        migrations.CreateModel(
            name="KpjBlock",
            fields=[
                ("branch_id", models.IntegerField(primary_key=True, serialize=False)),
                ("next", models.BigIntegerField(default=1)),
            ],
            options={
                "db_table": "members_kpj_block",
            },
        ),
        migrations.CreateModel(
            name="CoreFile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("direction", models.TextField(choices=[("export", "ekspor"), ("import", "impor")])),
                ("sha256", models.BinaryField(null=True)),
                ("at", models.DateTimeField()),
                ("user_id", models.UUIDField(null=True)),
                (
                    "enrolments",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("outcome", models.JSONField(default=list)),
            ],
            options={
                "db_table": "members_core_file",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("direction", "import")),
                        fields=("branch_id", "sha256"),
                        name="core_file_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Kpj",
            fields=[
                ("kpj", models.TextField(primary_key=True, serialize=False)),
                ("branch_id", models.IntegerField()),
                ("enrolment_id", models.UUIDField()),
                ("is_demo", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "members_kpj",
                "indexes": [models.Index(fields=["branch_id", "enrolment_id"], name="kpj_enrolment")],
            },
        ),
        Grant("members_kpj", "SELECT, INSERT"),
        EnableScope("members_core_file"),
        migrations.RunSQL(_WAITING, "DROP INDEX enrolment_core_waiting"),
    ]
