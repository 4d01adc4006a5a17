"""Row-level security."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant


class Migration(migrations.Migration):
    dependencies = [("sync", "0001_initial"), ("events", "0002_spine")]

    operations = [
        Grant("sync_push_proof", "SELECT, INSERT"),
        EnableScope("sync_op"),
        EnableScope("sync_chain"),
        EnableScope("sync_push_proof"),
    ]
