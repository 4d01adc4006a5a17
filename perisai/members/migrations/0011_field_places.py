"""Finds what was captured on a day with a place: the map of field activity."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("members", "0010_consent_of_workers")]

    operations = [
        migrations.AddIndex(
            "enrolment",
            models.Index(fields=["branch_id", "captured_on"], name="enrolment_place", condition=Q(place__isnull=False)),
        ),
    ]
