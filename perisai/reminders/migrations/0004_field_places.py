"""Finds visits of a day that were recorded with a place: the map of field activity."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("reminders", "0003_employers")]

    operations = [
        migrations.AddIndex(
            "visit",
            models.Index(fields=["branch_id", "visited_on"], name="visit_place", condition=Q(place__isnull=False)),
        ),
    ]
