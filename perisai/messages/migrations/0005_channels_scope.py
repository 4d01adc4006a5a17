"""Row-level security of channels and what they cost; a try goes with its message."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant

_KEYS = """
ALTER TABLE messages_try ADD CONSTRAINT try_of_message
  FOREIGN KEY (branch_id, message_id) REFERENCES messages_message (branch_id, id) ON DELETE CASCADE;
"""
_TABLES = ("channel", "settings", "spent", "preference")


class Migration(migrations.Migration):
    dependencies = [("perisai_messages", "0004_channels"), ("events", "0002_spine")]

    operations = [
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        *[EnableScope(f"messages_{table}") for table in (*_TABLES, "try")],
        *[Grant(f"messages_{table}") for table in _TABLES],
        Grant("messages_try", "SELECT, INSERT, DELETE"),
    ]
