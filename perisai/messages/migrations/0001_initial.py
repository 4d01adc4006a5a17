"""Texts to workers and the one-time codes in them, within the branch."""

from django.db import migrations, models

import perisai.events.defaults
from perisai.events.rls import EnableScope, Grant

_KEYS = """
ALTER TABLE messages_challenge ADD CONSTRAINT challenge_of_message
  FOREIGN KEY (branch_id, message_id) REFERENCES messages_message (branch_id, id);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("events", "0002_spine")]

    operations = [
        migrations.CreateModel(
            name="Challenge",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("agent_id", models.UUIDField()),
                ("device_id", models.UUIDField(null=True)),
                ("message_id", models.UUIDField()),
                ("phone_hash", models.BinaryField()),
                ("code_hash", models.BinaryField()),
                ("requested_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("tries", models.SmallIntegerField(default=0)),
                ("used_by", models.UUIDField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "messages_challenge",
                "indexes": [models.Index(fields=["branch_id", "message_id"], name="challenge_message")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("purpose", models.TextField(choices=[("consent_code", "kode persetujuan")])),
                ("agent_id", models.UUIDField(null=True)),
                ("phone_sealed", models.BinaryField()),
                ("phone_masked", models.TextField()),
                ("body_sealed", models.BinaryField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("queued", "menunggu dikirim"),
                            ("sent", "diterima gerbang SMS"),
                            ("failed", "gagal dikirim"),
                        ],
                        default="queued",
                    ),
                ),
                ("tries", models.SmallIntegerField(default=0)),
                ("queued_at", models.DateTimeField()),
                ("good_until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(blank=True, default="")),
                ("reference", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "messages_message",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "sent"), _negated=True),
                        fields=["branch_id", "state", "id"],
                        name="message_state",
                    )
                ],
            },
        ),
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        Grant("messages_message", "SELECT, INSERT, UPDATE"),
        Grant("messages_challenge"),
        EnableScope("messages_message"),
        EnableScope("messages_challenge"),
    ]
