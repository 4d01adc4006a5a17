"""The spine in SQL: rights of the web role, the partitioned events table, counters, and the maker of partitions."""

from django.db import migrations

from perisai.events.rls import WEB_ROLE, EnableScope, Grant

_RIGHTS = f"""
GRANT USAGE ON SCHEMA public TO {WEB_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {WEB_ROLE};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {WEB_ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {WEB_ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {WEB_ROLE};
"""

_EVENT = """
CREATE TABLE events_event (
  branch_id int NOT NULL,
  number bigint NOT NULL,
  id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  kind text NOT NULL,
  sub_branch_id int,
  agency_office_id int,
  agent_id uuid,
  region_code text,
  segment text NOT NULL,
  subject_id uuid,
  quantity int NOT NULL,
  amount bigint NOT NULL,
  actor_id uuid,
  device_id uuid,
  captured_from timestamptz NOT NULL,
  captured_to timestamptz NOT NULL,
  day_captured date NOT NULL,
  day_received date NOT NULL,
  detail jsonb NOT NULL,
  PRIMARY KEY (branch_id, received_at, number),
  CONSTRAINT event_interval CHECK (captured_from <= captured_to)
) PARTITION BY RANGE (received_at);
-- Carries a phone's pull and the live feed: what changed since a number, for a branch or for one agent.
CREATE INDEX event_number ON events_event (branch_id, number);
CREATE INDEX event_agent ON events_event (branch_id, agent_id, number) WHERE agent_id IS NOT NULL;
CREATE INDEX event_subject ON events_event (branch_id, subject_id) WHERE subject_id IS NOT NULL;
CREATE TABLE events_event_default PARTITION OF events_event DEFAULT;
"""

_COUNTER = """
CREATE TABLE events_counter (
  branch_id int NOT NULL,
  level char(1) NOT NULL,
  key text NOT NULL,
  day_captured date NOT NULL,
  day_received date NOT NULL,
  segment text NOT NULL,
  metric text NOT NULL,
  value bigint NOT NULL,
  PRIMARY KEY (branch_id, level, key, day_captured, day_received, segment, metric)
) WITH (fillfactor = 80);
"""

# Owned by the owner of the tables, so that the worker, which serves as the web role, can make partitions but nothing else.
_MAKE_PARTITIONS = f"""
CREATE FUNCTION events_make_partitions(today date, months int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  first timestamptz;
  name text;
  made int := 0;
BEGIN
  FOR n IN 0 .. months - 1 LOOP
    first := date_trunc('month', today::timestamp + n * interval '1 month') AT TIME ZONE 'UTC';
    name := 'events_event_' || to_char(first AT TIME ZONE 'UTC', 'YYYY_MM');
    IF to_regclass(name) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF events_event FOR VALUES FROM (%L) TO (%L)',
                     name, first, first + interval '1 month');
      EXECUTE format('REVOKE ALL ON %I FROM {WEB_ROLE}', name);
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$;
REVOKE ALL ON FUNCTION events_make_partitions(date, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events_make_partitions(date, int) TO {WEB_ROLE};
SET LOCAL timezone = 'UTC';
SELECT events_make_partitions(current_date, 13);
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.RunSQL(_RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(_EVENT, "DROP TABLE events_event"),
        migrations.RunSQL(_COUNTER, "DROP TABLE events_counter"),
        migrations.RunSQL(_MAKE_PARTITIONS, "DROP FUNCTION events_make_partitions(date, int)"),
        Grant("events_event", "SELECT, INSERT"),
        Grant("events_event_default", "SELECT"),
        Grant("events_counter", "SELECT, INSERT, UPDATE"),
        Grant("events_position", "SELECT, INSERT, UPDATE"),
        EnableScope("events_event"),
        EnableScope("events_counter"),
    ]
