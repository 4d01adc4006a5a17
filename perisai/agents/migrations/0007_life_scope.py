"""One place on a day; row-level security, keys within the branch, and the registry filled with the numbers there are."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant

_FILL = """
INSERT INTO agents_licence_number (number, branch_id, licence_id)
SELECT DISTINCT ON (number) number, branch_id, id FROM agents_licence ORDER BY number, id ON CONFLICT DO NOTHING
"""
_PLACE = """
INSERT INTO agents_placement (branch_id, agent_id, sub_branch_id, agency_office_id, districts, during, reason, placed_at)
SELECT branch_id, id, sub_branch_id, agency_office_id, '{}', daterange(since, NULL), '', now() FROM agents_agent
WHERE state <> 'ended'
"""


class Migration(migrations.Migration):
    dependencies = [("agents", "0006_life")]

    operations = [
        migrations.RunSQL(
            [
                (
                    "ALTER TABLE agents_placement"
                    " ADD CONSTRAINT placement_once UNIQUE (branch_id, agent_id, during WITHOUT OVERLAPS)"
                ),
                (
                    "ALTER TABLE agents_placement ADD CONSTRAINT placement_of_agent"
                    " FOREIGN KEY (branch_id, agent_id) REFERENCES agents_agent (branch_id, id)"
                ),
            ],
            [
                "ALTER TABLE agents_placement DROP CONSTRAINT placement_of_agent",
                "ALTER TABLE agents_placement DROP CONSTRAINT placement_once",
            ],
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.RunSQL(_PLACE, migrations.RunSQL.noop),
        EnableScope("agents_placement"),
        Grant("agents_licence_number", "SELECT, INSERT"),
    ]
