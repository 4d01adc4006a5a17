"""Row-level security, keys within the branch, and no two absences on one day."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant

TABLES = ("measure", "document", "appeal", "absence", "idle", "handover")

_KEYS = """
ALTER TABLE supervision_appeal ADD CONSTRAINT appeal_of_measure
  FOREIGN KEY (branch_id, measure_id) REFERENCES supervision_measure (branch_id, id);
ALTER TABLE supervision_absence ADD CONSTRAINT absence_once UNIQUE (branch_id, agent_id, during WITHOUT OVERLAPS);
"""
_OF_AGENT = """
ALTER TABLE supervision_{0} ADD CONSTRAINT {0}_of_agent
  FOREIGN KEY (branch_id, agent_id) REFERENCES agents_agent (branch_id, id);
"""
_OF_AGENTS = "".join(_OF_AGENT.format(table) for table in ("measure", "document", "appeal", "absence", "idle"))


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_initial"), ("agents", "0003_trainee"), ("events", "0002_spine")]

    operations = [
        migrations.RunSQL(_KEYS + _OF_AGENTS, migrations.RunSQL.noop),
        Grant("supervision_document", "SELECT, INSERT"),
        Grant("supervision_measure", "SELECT, INSERT, UPDATE"),
        Grant("supervision_appeal", "SELECT, INSERT, UPDATE"),
        Grant("supervision_handover", "SELECT, INSERT, UPDATE"),
        *[EnableScope(f"supervision_{table}") for table in TABLES],
    ]
