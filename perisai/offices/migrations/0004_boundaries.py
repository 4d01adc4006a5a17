"""Boundaries of regencies and kecamatan, and the files they came in. Rows are added, never changed."""

from django.db import migrations, models

import perisai.events.defaults
from perisai.events.rls import Grant


class Migration(migrations.Migration):
    dependencies = [("offices", "0003_labour_force")]

    operations = [
        migrations.CreateModel(
            name="Boundary",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "code", "import_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.TextField()),
                ("import_id", models.UUIDField()),
                ("level", models.SmallIntegerField()),
                ("polygons", models.JSONField()),
                ("is_derived", models.BooleanField()),
            ],
            options={"db_table": "offices_boundary"},
        ),
        migrations.CreateModel(
            name="BoundaryImport",
            fields=[
                (
                    "id",
                    models.UUIDField(db_default=perisai.events.defaults.Uuid7(), primary_key=True, serialize=False),
                ),
                ("sha256", models.BinaryField()),
                ("file_name", models.TextField()),
                ("source", models.TextField()),
                ("licence", models.TextField()),
                ("edition", models.TextField()),
                ("districts", models.IntegerField()),
                ("regencies", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField(null=True)),
            ],
            options={"db_table": "offices_boundary_import"},
        ),
        Grant("offices_boundary", "SELECT, INSERT"),
        Grant("offices_boundary_import", "SELECT, INSERT"),
    ]
