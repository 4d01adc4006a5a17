"""No two holds of a kind at one time; row-level security and keys within the branch."""

from django.db import migrations

from perisai.events.rls import EnableScope


class Migration(migrations.Migration):
    dependencies = [("agents", "0004_hold")]

    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS btree_gist", migrations.RunSQL.noop),
        migrations.RunSQL(
            [
                "ALTER TABLE agents_hold ADD CONSTRAINT hold_once UNIQUE (branch_id, agent_id, kind, during WITHOUT OVERLAPS)",
                (
                    "ALTER TABLE agents_hold ADD CONSTRAINT hold_of_agent"
                    " FOREIGN KEY (branch_id, agent_id) REFERENCES agents_agent (branch_id, id)"
                ),
            ],
            [
                "ALTER TABLE agents_hold DROP CONSTRAINT hold_of_agent",
                "ALTER TABLE agents_hold DROP CONSTRAINT hold_once",
            ],
        ),
        EnableScope("agents_hold"),
        EnableScope("agents_numbering"),
    ]
