"""Row-level security; alerts are never deleted."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial"), ("events", "0002_spine")]

    operations = [
        Grant("alerts_alert", "SELECT, INSERT, UPDATE"),
        Grant("alerts_setting", "SELECT, INSERT, UPDATE"),
        EnableScope("alerts_alert"),
        EnableScope("alerts_setting"),
    ]
