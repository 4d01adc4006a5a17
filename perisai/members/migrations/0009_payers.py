"""Who an enrolment belongs to besides its agent: an employer (PU), a group; and the risk class of its work (PU)."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("members", "0008_consent_due")]

    operations = [
        migrations.AddField("enrolment", "employer_id", models.UUIDField(null=True)),
        migrations.AddField("enrolment", "group_id", models.UUIDField(null=True)),
        migrations.AddField("enrolment", "risk", models.TextField(null=True)),
        migrations.AddIndex(
            "enrolment",
            models.Index(
                fields=["branch_id", "employer_id"],
                name="enrolment_employer",
                condition=Q(employer_id__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "enrolment",
            models.Index(
                fields=["branch_id", "group_id"],
                name="enrolment_group",
                condition=Q(group_id__isnull=False),
            ),
        ),
    ]
