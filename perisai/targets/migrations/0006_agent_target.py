"""Agents' targets become figures of the plan of their agency office, sub-branch or branch, in force as they stand."""

from django.db import migrations

_MOVE = """
WITH old AS (
  SELECT t.branch_id, coalesce(a.agency_office_id, a.sub_branch_id, a.branch_id) AS office_id,
    extract(year FROM t.period)::int AS year, t.period, t.agent_id, t.persons
  FROM targets_agent_target t JOIN agents_agent a ON a.branch_id = t.branch_id AND a.id = t.agent_id
), plan AS (
  INSERT INTO targets_plan (branch_id, id, office_id, year, version, state, from_month, revision, made_at, approved_at, approved_on)
  SELECT branch_id, uuidv7(), office_id, year, 1, 'approved', make_date(year, 1, 1), 0, now(), now(), make_date(year, 1, 1)
  FROM (SELECT DISTINCT branch_id, office_id, year FROM old) o
  RETURNING branch_id, id, office_id, year
)
INSERT INTO targets_figure (branch_id, plan_id, month, segment, measure, child_level, child_key, value)
SELECT old.branch_id, plan.id, old.period, 'BPU', 'persons', 'agent', old.agent_id::text, old.persons
FROM old JOIN plan USING (branch_id, office_id, year)
"""


class Migration(migrations.Migration):
    dependencies = [("targets", "0005_plan_scope"), ("agents", "0002_scope")]

    operations = [
        migrations.RunSQL(_MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel("AgentTarget"),
    ]
