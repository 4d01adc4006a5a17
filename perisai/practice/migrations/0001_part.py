"""Who practises as what. Empty outside a practice world."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant

_PART = """
CREATE SEQUENCE practice_number;
CREATE TABLE practice_part (
  branch_id int NOT NULL,
  number int NOT NULL,
  role text NOT NULL,
  user_id uuid,
  agent_id uuid,
  began_at timestamptz NOT NULL,
  PRIMARY KEY (branch_id, number, role),
  CONSTRAINT practice_part_somebody CHECK (user_id IS NOT NULL OR agent_id IS NOT NULL)
)
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0003_world"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(_PART, "DROP TABLE practice_part; DROP SEQUENCE practice_number"),
        Grant("practice_part", "SELECT, INSERT"),
        EnableScope("practice_part"),
    ]
