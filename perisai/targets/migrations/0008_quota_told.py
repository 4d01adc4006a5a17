"""What a month's target was set to by hand is kept by the day it was told, so that a past day is read as it was known then."""

from django.db import migrations, models

import perisai.events.defaults
from perisai.events.rls import EnableScope, Grant

_NOW = """
INSERT INTO targets_quota_told (branch_id, month, segment, persons, told_on, told_at)
SELECT t.branch_id, t.month, t.segment, t.persons, (now() AT TIME ZONE o.timezone)::date, now()
FROM targets_quota_target t JOIN offices_office o ON o.id = t.branch_id
"""


class Migration(migrations.Migration):
    dependencies = [("targets", "0007_held"), ("offices", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="QuotaTold",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("month", models.DateField()),
                ("segment", models.TextField()),
                ("persons", models.IntegerField(null=True)),
                ("told_on", models.DateField()),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "db_table": "targets_quota_told",
                "indexes": [models.Index(fields=["branch_id", "month", "told_on"], name="quota_told_month")],
            },
        ),
        EnableScope("targets_quota_told"),
        Grant("targets_quota_told", "SELECT, INSERT"),
        migrations.RunSQL(_NOW, migrations.RunSQL.noop),
    ]
