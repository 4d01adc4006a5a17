"""What offices add to the calendar: closed, open all the same, market days."""

import django.db.models.deletion
from django.db import migrations, models

import perisai.events.defaults


class Migration(migrations.Migration):
    dependencies = [("offices", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                (
                    "id",
                    models.UUIDField(db_default=perisai.events.defaults.Uuid7(), primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.TextField(choices=[("closed", "tutup"), ("open", "tetap buka"), ("market", "hari pasar")]),
                ),
                ("day", models.DateField()),
                ("every_days", models.SmallIntegerField(db_default=0)),
                ("name", models.TextField()),
                ("added_by", models.UUIDField(null=True)),
                ("added_at", models.DateTimeField()),
                ("removed_by", models.UUIDField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="offices.office"
                    ),
                ),
            ],
            options={
                "db_table": "offices_calendar_day",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind__in", ["closed", "open"]), ("removed_at__isnull", True)),
                        fields=("office", "day"),
                        name="calendar_of_office",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("every_days", 0),
                            models.Q(("every_days__gt", 0), ("every_days__lte", 366), ("kind", "market")),
                            _connector="OR",
                        ),
                        name="calendar_repeats",
                    ),
                ],
            },
        ),
    ]
