"""Row-level security, keys within the branch, and no two signed agreements of an office on one day."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant

_NO_OVERLAP = """
ALTER TABLE agencies_agreement ADD CONSTRAINT agreement_no_overlap EXCLUDE USING gist (
  branch_id WITH =, office_id WITH =, daterange(valid_from, last_day + 1) WITH &&
) WHERE (state = 'signed')
"""


def _belongs(table: str, column: str, to: str) -> migrations.RunSQL:
    name = f"{table}_{column}"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (branch_id, {column}) REFERENCES {to} (branch_id, id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial"), ("events", "0002_spine")]

    operations = [
        _belongs("agencies_check", "application_id", "agencies_application"),
        _belongs("agencies_signature", "agreement_id", "agencies_agreement"),
        _belongs("agencies_scan", "agreement_id", "agencies_agreement"),
        _belongs("agencies_warning", "agreement_id", "agencies_agreement"),
        migrations.RunSQL(_NO_OVERLAP, "ALTER TABLE agencies_agreement DROP CONSTRAINT agreement_no_overlap"),
        EnableScope("agencies_application"),
        EnableScope("agencies_check"),
        EnableScope("agencies_office"),
        EnableScope("agencies_agreement"),
        EnableScope("agencies_signature"),
        EnableScope("agencies_scan"),
        EnableScope("agencies_warning"),
        EnableScope("agencies_agent_count"),
        EnableScope("agencies_proposal"),
        Grant("agencies_check", "SELECT, INSERT"),
        Grant("agencies_signature", "SELECT, INSERT"),
        Grant("agencies_scan", "SELECT, INSERT"),
        Grant("agencies_warning", "SELECT, INSERT"),
        Grant("agencies_agent_count", "SELECT, INSERT"),
    ]
