"""Renewals that agents ask for, warnings before a licence ends, photos that staff give; row-level security, keys within the branch."""

from django.db import migrations, models

import perisai.events.defaults
from perisai.events.rls import EnableScope, Grant

_OF_AGENT = "FOREIGN KEY (branch_id, agent_id) REFERENCES agents_agent (branch_id, id)"
_OF_LICENCE = "FOREIGN KEY (branch_id, licence_id) REFERENCES agents_licence (branch_id, id)"


def _key(*fields: str) -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(*fields, blank=True, editable=False, primary_key=True, serialize=False)


def _foreign(table: str, name: str, key: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {key}", f"ALTER TABLE {table} DROP CONSTRAINT {name}"
    )


class Migration(migrations.Migration):
    dependencies = [("agents", "0007_life_scope")]

    operations = [
        migrations.CreateModel(
            name="Renewal",
            fields=[
                ("pk", _key("branch_id", "id")),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("agent_id", models.UUIDField()),
                ("licence_id", models.UUIDField()),
                (
                    "state",
                    models.TextField(
                        choices=[("asked", "diminta"), ("renewed", "diperpanjang"), ("refused", "ditolak")],
                        default="asked",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("reason", models.TextField(db_default="")),
            ],
            options={
                "db_table": "agents_renewal",
                "indexes": [models.Index(fields=["branch_id", "agent_id", "asked_at"], name="renewal_agent")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("branch_id", "licence_id"), name="renewal_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LicenceWarning",
            fields=[
                ("pk", _key("branch_id", "licence_id", "days")),
                ("branch_id", models.IntegerField()),
                ("licence_id", models.UUIDField()),
                ("days", models.SmallIntegerField()),
                ("agent_id", models.UUIDField()),
                ("warned_on", models.DateField()),
                ("warned_at", models.DateTimeField()),
                ("has_text", models.BooleanField()),
            ],
            options={"db_table": "agents_licence_warning"},
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("pk", _key("branch_id", "id")),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("agent_id", models.UUIDField()),
                ("jpeg_sealed", models.BinaryField()),
                ("size", models.IntegerField()),
                ("added_at", models.DateTimeField()),
                ("added_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "agents_photo",
                "indexes": [models.Index(fields=["branch_id", "agent_id", "id"], name="agent_photo")],
            },
        ),
        _foreign("agents_renewal", "renewal_of_agent", _OF_AGENT),
        _foreign("agents_renewal", "renewal_of_licence", _OF_LICENCE),
        _foreign("agents_licence_warning", "licence_warning_of_licence", _OF_LICENCE),
        _foreign("agents_photo", "photo_of_agent", _OF_AGENT),
        EnableScope("agents_renewal"),
        EnableScope("agents_licence_warning"),
        EnableScope("agents_photo"),
        Grant("agents_licence_warning", "SELECT, INSERT"),
        Grant("agents_photo", "SELECT, INSERT"),
    ]
