"""Row-level security."""

from django.db import migrations

from perisai.events.rls import EnableScope


class Migration(migrations.Migration):
    dependencies = [("targets", "0001_initial"), ("events", "0002_spine")]

    operations = [EnableScope("targets_quota"), EnableScope("targets_agent_target")]
