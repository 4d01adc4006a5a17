from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """An employer answers a reminder too, and the branch looks into it."""

    dependencies = [("reminders", "0002_scope")]

    operations = [
        migrations.AlterField(model_name="answer", name="enrolment_id", field=models.UUIDField(null=True)),
        migrations.AddField(model_name="answer", name="employer_id", field=models.UUIDField(null=True)),
        migrations.AlterField(model_name="case", name="enrolment_id", field=models.UUIDField(null=True)),
        migrations.AddField(model_name="case", name="employer_id", field=models.UUIDField(null=True)),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                fields=["branch_id", "employer_id", "kind"],
                condition=Q(closed_at__isnull=True),
                name="case_employer_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=Q(enrolment_id__isnull=False, employer_id__isnull=True)
                | Q(enrolment_id__isnull=True, employer_id__isnull=False),
                name="case_of_one",
            ),
        ),
    ]
