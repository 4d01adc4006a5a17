"""Alerts that nobody answered go up, once a step; and how somebody wants to be told."""

from django.db import migrations, models

from perisai.events.rls import EnableScope, Grant

_KEYS = """
ALTER TABLE alerts_step ADD CONSTRAINT step_of_alert
  FOREIGN KEY (branch_id, alert_id) REFERENCES alerts_alert (branch_id, id) ON DELETE CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0002_scope"), ("events", "0002_spine")]

    operations = [
        migrations.AddField("alert", "waits_since", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "alert_id", "role", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("alert_id", models.UUIDField()),
                ("role", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "alerts_step"},
        ),
        migrations.CreateModel(
            name="Way",
            fields=[
                ("user_id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField(choices=[("whatsapp", "WhatsApp"), ("sms", "SMS")])),
                ("phone_sealed", models.BinaryField()),
                ("phone_masked", models.TextField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "alerts_way",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ["whatsapp", "sms"])), name="way_kind")
                ],
            },
        ),
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        EnableScope("alerts_step"),
        Grant("alerts_step", "SELECT, INSERT, DELETE"),
        Grant("alerts_way"),
        Grant("alerts_alert", "SELECT, INSERT, UPDATE, DELETE"),
    ]
