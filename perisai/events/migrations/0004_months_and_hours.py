"""Counters by kecamatan, by month and by the hour. What has happened already is added up from counters by day and from events."""

from pathlib import Path
from typing import Any

import orjson
import yaml
from django.db import migrations, models

_COLUMN = "ALTER TABLE events_event ADD COLUMN hour_captured smallint"

_KECAMATAN = """
INSERT INTO events_counter (branch_id, level, key, day_captured, day_received, segment, metric, value)
SELECT e.branch_id, 'd', left(e.region_code, 8), e.day_captured, e.day_received, e.segment, m.metric,
  sum(CASE m.source WHEN 'amount' THEN e.amount WHEN '-quantity' THEN -e.quantity ELSE e.quantity END)
FROM events_event e JOIN jsonb_to_recordset(%s::jsonb) AS m (kind text, metric text, source text) ON m.kind = e.kind
WHERE length(e.region_code) >= 8 GROUP BY 1, 3, 4, 5, 6, 7
"""
_MONTHS = """
INSERT INTO events_counter (branch_id, level, key, day_captured, day_received, segment, metric, value)
SELECT branch_id, upper(level), key, date_trunc('month', day_captured)::date, date_trunc('month', day_received)::date, segment,
  metric, sum(value)
FROM events_counter WHERE level = ANY ('{b,s,o,a,r,d}') GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_HOURS = """
INSERT INTO events_counter (branch_id, level, key, day_captured, day_received, segment, metric, value)
SELECT e.branch_id, 'h', k.prefix || lpad(h.hour::text, 2, '0'), e.day_captured, e.day_received, e.segment, 'captured',
  sum(e.quantity)
FROM events_event e JOIN offices_office o ON o.id = e.branch_id
JOIN jsonb_to_recordset(%s::jsonb) AS m (kind text, metric text, source text) ON m.kind = e.kind AND m.metric = 'captured'
CROSS JOIN LATERAL (SELECT e.captured_from AT TIME ZONE o.timezone AS at) t
CROSS JOIN LATERAL (SELECT CASE WHEN t.at::date = e.day_captured THEN extract(hour FROM t.at)::int
  WHEN t.at::date > e.day_captured THEN 23 ELSE 0 END AS hour) h
CROSS JOIN LATERAL (VALUES (''), ('s' || e.sub_branch_id || ':'), ('o' || e.agency_office_id || ':'),
  ('a' || e.agent_id || ':')) AS k (prefix)
WHERE e.day_captured = e.day_received AND k.prefix IS NOT NULL GROUP BY 1, 3, 4, 5, 6
"""


def _add_up(_apps: Any, schema_editor: Any) -> None:
    kinds = yaml.safe_load((Path(__file__).parents[1] / "kinds.yaml").read_text(encoding="utf-8"))
    metrics = orjson.dumps(
        [
            {"kind": kind, "metric": metric, "source": source}
            for kind, row in kinds.items()
            for metric, source in row["metrics"].items()
        ]
    ).decode()
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM events_event)")
        if cursor.fetchone()[0]:
            cursor.execute(_KECAMATAN, [metrics])
            cursor.execute(_HOURS, [metrics])
            cursor.execute(_MONTHS)


class Migration(migrations.Migration):
    dependencies = [("events", "0003_world"), ("offices", "0001_initial")]

    operations = [
        migrations.RunSQL(
            _COLUMN,
            "ALTER TABLE events_event DROP COLUMN hour_captured",
            state_operations=[migrations.AddField("event", "hour_captured", models.SmallIntegerField(null=True))],
        ),
        migrations.RunPython(_add_up, migrations.RunPython.noop),
    ]
