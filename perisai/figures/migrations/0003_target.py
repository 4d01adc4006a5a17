"""Targets are read from plans and from what quotas were set to, not from standings: what standings knew of past days goes there first."""

from django.db import migrations

# Days on which a branch's target of the day's month was another one than on the day before that was taken. A month whose targets
# stand by segment today is told so since today; until then the sum stood.
_KEEP = """
INSERT INTO targets_quota_told (branch_id, month, segment, persons, told_on, told_at)
SELECT s.branch_id, s.month, 'all', s.target, s.day, s.taken_at
FROM (
  SELECT branch_id, date_trunc('month', day)::date AS month, day, taken_at, target,
    lag(target) OVER (PARTITION BY branch_id, date_trunc('month', day) ORDER BY day) AS before
  FROM figures_standing WHERE level = 'b'
) s
WHERE s.target IS DISTINCT FROM s.before
  AND s.day < (SELECT (now() AT TIME ZONE o.timezone)::date FROM offices_office o WHERE o.id = s.branch_id)
UNION ALL
SELECT DISTINCT t.branch_id, t.month, 'all', NULL::int, (now() AT TIME ZONE o.timezone)::date, now()
FROM targets_quota_target t JOIN offices_office o ON o.id = t.branch_id WHERE t.segment <> 'all'
"""


class Migration(migrations.Migration):
    dependencies = [("figures", "0002_scope"), ("targets", "0008_quota_told"), ("offices", "0001_initial")]

    operations = [
        migrations.RunSQL(_KEEP, migrations.RunSQL.noop),
        migrations.RemoveField("standing", "target"),
    ]
