"""Sums of the country by time zone, of days that are over. No branch's: they name nobody and no place."""

from typing import ClassVar

from django.db import migrations, models

from perisai.events.rls import Grant


class Migration(migrations.Migration):
    dependencies: ClassVar = [("events", "0004_months_and_hours")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Country",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "timezone", "level", "key", "day_captured", "day_received", "segment", "metric",
                        blank=True, editable=False, primary_key=True, serialize=False,
                    ),
                ),
                ("timezone", models.TextField()),
                ("level", models.CharField(max_length=1)),
                ("key", models.TextField()),
                ("day_captured", models.DateField()),
                ("day_received", models.DateField()),
                ("segment", models.TextField()),
                ("metric", models.TextField()),
                ("value", models.BigIntegerField()),
            ],
            options={"db_table": "events_country"},
        ),
        migrations.CreateModel(
            name="CountryDay",
            fields=[("timezone", models.TextField(primary_key=True, serialize=False)), ("day", models.DateField())],
            options={"db_table": "events_country_day"},
        ),
        Grant("events_country", "SELECT, INSERT"),
        Grant("events_country_day", "SELECT, INSERT, UPDATE"),
    ]  # fmt: skip
