"""Who has the care of a member in which months: a line of ranges without overlap, and today's agent on the enrolment."""

import django.contrib.postgres.fields.ranges
import django.db.models.functions.text
from django.db import migrations, models

import perisai.events.defaults
from perisai.events.rls import EnableScope

_KEYS = """
ALTER TABLE members_care ADD CONSTRAINT care_once_a_month
  UNIQUE (branch_id, enrolment_id, months WITHOUT OVERLAPS);
ALTER TABLE members_care ADD CONSTRAINT care_whole_months CHECK (
  NOT isempty(months) AND lower_inc(months) AND extract(day FROM lower(months)) = 1
  AND (upper_inf(months) OR extract(day FROM upper(months)) = 1));
ALTER TABLE members_care ADD CONSTRAINT care_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0005_photo_on_its_way"), ("events", "0002_spine")]

    operations = [
        migrations.AlterField(model_name="enrolment", name="agent_id", field=models.UUIDField(null=True)),
        migrations.AddField(model_name="enrolment", name="acquired_by", field=models.UUIDField(null=True)),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                condition=models.Q(("acquired_by__isnull", False)),
                fields=["branch_id", "acquired_by", "id"],
                name="enrolment_acquired_by",
            ),
        ),
        migrations.CreateModel(
            name="Care",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("enrolment_id", models.UUIDField()),
                ("agent_id", models.UUIDField(null=True)),
                ("months", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("handover_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "members_care",
                "indexes": [
                    models.Index(fields=["branch_id", "agent_id"], name="care_agent"),
                    models.Index(
                        condition=models.Q(("handover_id__isnull", False)),
                        fields=["branch_id", "handover_id"],
                        name="care_handover",
                    ),
                    models.Index(
                        models.F("branch_id"), django.db.models.functions.text.Lower("months"), name="care_begins"
                    ),
                ],
            },
        ),
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        EnableScope("members_care"),
    ]
