"""Row-level security; what was brought stays as it was brought."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant


class Migration(migrations.Migration):
    dependencies = [("golive", "0001_initial"), ("events", "0002_spine"), ("agents", "0002_scope")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE golive_certificate ADD CONSTRAINT golive_certificate_agent"
            " FOREIGN KEY (branch_id, agent_id) REFERENCES agents_agent (branch_id, id)",
            "ALTER TABLE golive_certificate DROP CONSTRAINT golive_certificate_agent",
        ),
        EnableScope("golive_file"),
        EnableScope("golive_certificate"),
        Grant("golive_certificate", "SELECT, INSERT"),
        Grant("golive_file", "SELECT, INSERT, UPDATE"),
    ]
