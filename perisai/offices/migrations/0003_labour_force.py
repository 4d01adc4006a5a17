"""The labour force by kecamatan and year, and the files it came in. Rows are added, never changed."""

from django.db import migrations, models

import perisai.events.defaults
from perisai.events.rls import Grant


class Migration(migrations.Migration):
    dependencies = [("offices", "0002_calendar"), ("events", "0002_spine")]

    operations = [
        migrations.CreateModel(
            name="LabourForce",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "district_code",
                        "year",
                        "import_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("district_code", models.TextField()),
                ("year", models.SmallIntegerField()),
                ("import_id", models.UUIDField()),
                ("labour_force", models.IntegerField()),
                ("informal", models.IntegerField()),
                ("micro", models.IntegerField()),
                ("source", models.TextField()),
                ("known_on", models.DateField()),
            ],
            options={
                "db_table": "offices_labour_force",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("informal__gte", 0),
                            ("labour_force__gte", models.F("informal") + models.F("micro")),
                            ("micro__gte", 0),
                        ),
                        name="labour_force_holds_its_parts",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LabourImport",
            fields=[
                (
                    "id",
                    models.UUIDField(db_default=perisai.events.defaults.Uuid7(), primary_key=True, serialize=False),
                ),
                ("office_id", models.IntegerField()),
                ("year", models.SmallIntegerField()),
                ("sha256", models.BinaryField()),
                ("rows", models.IntegerField()),
                ("changed", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "offices_labour_import",
                "indexes": [models.Index(fields=["office_id", "year"], name="labour_import_office")],
            },
        ),
        Grant("offices_labour_force", "SELECT, INSERT"),
        Grant("offices_labour_import", "SELECT, INSERT"),
    ]
