"""Row-level security and keys within the branch."""

from django.db import migrations

from perisai.events.rls import EnableScope


class Migration(migrations.Migration):
    dependencies = [("agents", "0001_initial"), ("events", "0002_spine")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE agents_licence ADD CONSTRAINT licence_of_agent"
            " FOREIGN KEY (branch_id, agent_id) REFERENCES agents_agent (branch_id, id)",
            "ALTER TABLE agents_licence DROP CONSTRAINT licence_of_agent",
        ),
        EnableScope("agents_agent"),
        EnableScope("agents_licence"),
    ]
