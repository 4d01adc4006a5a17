"""Row-level security; schedules are ended, never deleted."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("events", "0002_spine")]

    operations = [
        Grant("reports_schedule", "SELECT, INSERT, UPDATE"),
        EnableScope("reports_schedule"),
    ]
