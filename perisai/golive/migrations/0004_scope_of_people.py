"""Row-level security of who imported agents are and of the logins of imported offices."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant


class Migration(migrations.Migration):
    dependencies = [
        ("golive", "0003_people"),
        ("accounts", "0001_initial"),
        ("agents", "0002_scope"),
        ("offices", "0001_initial"),
        ("recruitment", "0002_scope"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE golive_agent ADD CONSTRAINT golive_agent_of"
            " FOREIGN KEY (branch_id, agent_id) REFERENCES agents_agent (branch_id, id)",
            "ALTER TABLE golive_agent DROP CONSTRAINT golive_agent_of",
        ),
        EnableScope("golive_agent"),
        EnableScope("golive_office_login"),
        Grant("golive_agent", "SELECT, INSERT, UPDATE"),
        Grant("golive_office_login", "SELECT, INSERT"),
    ]
