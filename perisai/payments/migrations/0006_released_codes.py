"""Codes of rejected enrolments, which the enrolment that mends one may bring again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_code_lease")]

    operations = [
        migrations.AddField("codelease", "released_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="codelease",
            index=models.Index(
                condition=models.Q(("used_by__isnull", False)),
                fields=["branch_id", "used_by"],
                name="code_lease_used",
            ),
        ),
    ]
