"""Reports of regions and the country are sent as well."""

from django.db import migrations, models

import perisai.events.defaults
from perisai.events.rls import Grant

_KINDS = [("daily", "harian"), ("weekly", "mingguan"), ("monthly", "bulanan")]


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_scope"), ("events", "0002_spine")]

    operations = [
        migrations.CreateModel(
            name="UpperSchedule",
            fields=[
                (
                    "id",
                    models.UUIDField(db_default=perisai.events.defaults.Uuid7(), primary_key=True, serialize=False),
                ),
                ("office_id", models.IntegerField()),
                ("user_id", models.UUIDField()),
                ("level", models.TextField()),
                ("key", models.TextField()),
                ("kind", models.TextField(choices=_KINDS)),
                ("made_at", models.DateTimeField()),
                ("sent_for", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "reports_upper_schedule",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("office_id", "user_id", "level", "key", "kind"),
                        name="upper_schedule_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["daily", "weekly", "monthly"])), name="upper_schedule_kind"
                    ),
                ],
            },
        ),
        Grant("reports_upper_schedule", "SELECT, INSERT, UPDATE"),
    ]
