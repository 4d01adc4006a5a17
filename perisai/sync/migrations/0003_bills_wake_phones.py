"""Bills that were issued for many at once are found from a phone's cursor, however long the branch's history is."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sync", "0002_scope"), ("events", "0002_spine")]

    operations = [
        migrations.RunSQL(
            "SET LOCAL lock_timeout = '5s';"
            " CREATE INDEX IF NOT EXISTS event_bills_issued ON events_event (branch_id, number, received_at)"
            " WHERE kind = 'bills_issued'",
            "DROP INDEX IF EXISTS event_bills_issued",
        )
    ]
