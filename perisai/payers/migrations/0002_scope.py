"""Row-level security, keys within the branch, whole months, and no month of an enrolment funded twice."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant

TABLES = ("group", "coordinator", "sponsor", "funding", "funding_file", "collective", "farewell")

_KEYS = """
ALTER TABLE payers_coordinator ADD CONSTRAINT coordinator_of_group
  FOREIGN KEY (branch_id, group_id) REFERENCES payers_group (branch_id, id);
ALTER TABLE payers_coordinator ADD CONSTRAINT coordinator_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE members_enrolment ADD CONSTRAINT enrolment_of_group
  FOREIGN KEY (branch_id, group_id) REFERENCES payers_group (branch_id, id);
ALTER TABLE payers_group ADD CONSTRAINT group_of_agent
  FOREIGN KEY (branch_id, agent_id) REFERENCES agents_agent (branch_id, id);
ALTER TABLE payers_funding ADD CONSTRAINT funding_of_sponsor
  FOREIGN KEY (branch_id, sponsor_id) REFERENCES payers_sponsor (branch_id, id);
ALTER TABLE payers_funding ADD CONSTRAINT funding_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE payers_funding_file ADD CONSTRAINT funding_file_of_sponsor
  FOREIGN KEY (branch_id, sponsor_id) REFERENCES payers_sponsor (branch_id, id);
ALTER TABLE payers_collective ADD CONSTRAINT collective_of_sponsor
  FOREIGN KEY (branch_id, sponsor_id) REFERENCES payers_sponsor (branch_id, id);
ALTER TABLE payers_collective ADD CONSTRAINT collective_of_group
  FOREIGN KEY (branch_id, group_id) REFERENCES payers_group (branch_id, id);
ALTER TABLE payers_farewell ADD CONSTRAINT farewell_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE payers_farewell ADD CONSTRAINT farewell_of_sponsor
  FOREIGN KEY (branch_id, sponsor_id) REFERENCES payers_sponsor (branch_id, id);
CREATE INDEX farewell_sponsor ON payers_farewell (branch_id, sponsor_id, last_month);
"""

_MONTHS = """
ALTER TABLE payers_sponsor ADD CONSTRAINT sponsor_months CHECK (
  extract(day FROM first_month) = 1 AND extract(day FROM last_month) = 1 AND last_month >= first_month);
ALTER TABLE payers_funding ADD CONSTRAINT funding_whole_months CHECK (
  extract(day FROM first_month) = 1 AND (last_month IS NULL
    OR extract(day FROM last_month) = 1 AND last_month >= first_month - interval '1 month'));
ALTER TABLE payers_funding ADD CONSTRAINT funding_once_a_month EXCLUDE USING gist (
  branch_id WITH =, enrolment_id WITH =,
  daterange(first_month, (last_month + interval '1 month')::date, '[)') WITH &&);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payers", "0001_initial"),
        ("members", "0009_payers"),
        ("agents", "0005_hold_scope"),
        ("events", "0002_spine"),
    ]

    operations = [
        migrations.RunSQL(_KEYS + _MONTHS, migrations.RunSQL.noop),
        Grant("payers_coordinator", "SELECT, INSERT, UPDATE"),
        Grant("payers_group", "SELECT, INSERT, UPDATE"),
        Grant("payers_sponsor", "SELECT, INSERT, UPDATE"),
        Grant("payers_funding", "SELECT, INSERT, UPDATE"),
        Grant("payers_funding_file", "SELECT, INSERT"),
        *[EnableScope(f"payers_{table}") for table in TABLES],
    ]
