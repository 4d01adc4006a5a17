"""Members who came without a consent of theirs: since when, why, and when it was collected."""

from django.db import migrations, models
from django.db.models import Q

from perisai.events.rls import EnableScope, Grant


class Migration(migrations.Migration):
    dependencies = [("members", "0007_bpu_states")]

    operations = [
        migrations.CreateModel(
            name="ConsentDue",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "enrolment_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("enrolment_id", models.UUIDField()),
                ("since", models.DateTimeField()),
                ("reason", models.TextField(choices=[("taken_over", "dari impor awal")])),
                ("collected_at", models.DateTimeField(null=True)),
                ("collected_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "members_consent_due",
                "constraints": [
                    models.CheckConstraint(condition=Q(("reason__in", ["taken_over"])), name="consent_due_reason")
                ],
                "indexes": [
                    models.Index(
                        condition=Q(("collected_at__isnull", True)),
                        fields=["branch_id", "enrolment_id"],
                        name="consent_due_open",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE members_consent_due ADD CONSTRAINT consent_due_of"
            " FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id)",
            "ALTER TABLE members_consent_due DROP CONSTRAINT consent_due_of",
        ),
        EnableScope("members_consent_due"),
        Grant("members_consent_due", "SELECT, INSERT, UPDATE"),
    ]
