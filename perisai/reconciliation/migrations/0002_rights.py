"""What a bank wrote, and what was decided about it, stays."""

from django.db import migrations

from perisai.events.rls import WEB_ROLE, Grant

_STATE_ONLY = f"GRANT UPDATE (state) ON reconciliation_line TO {WEB_ROLE}"


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial"), ("events", "0002_spine")]

    operations = [
        Grant("reconciliation_account", "SELECT, INSERT, UPDATE"),
        Grant("reconciliation_statement", "SELECT, INSERT"),
        Grant("reconciliation_line", "SELECT, INSERT"),
        migrations.RunSQL(_STATE_ONLY, migrations.RunSQL.noop),
        Grant("reconciliation_match", "SELECT, INSERT"),
        Grant("reconciliation_item", "SELECT, INSERT, UPDATE"),
        Grant("reconciliation_note", "SELECT, INSERT"),
        Grant("reconciliation_day", "SELECT, INSERT, UPDATE"),
    ]
