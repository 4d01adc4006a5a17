"""Workers whom an employer enrols by a list have not said themselves that they agree: that is noted until they do."""

from django.db import migrations, models
from django.db.models import Q

_REASONS = [("taken_over", "dari impor awal"), ("employer", "didaftarkan pemberi kerja")]


class Migration(migrations.Migration):
    dependencies = [("members", "0009_payers")]

    operations = [
        migrations.AlterField("consentdue", "reason", models.TextField(choices=_REASONS)),
        migrations.RemoveConstraint("consentdue", "consent_due_reason"),
        migrations.AddConstraint(
            "consentdue",
            models.CheckConstraint(condition=Q(reason__in=[key for key, _ in _REASONS]), name="consent_due_reason"),
        ),
    ]
