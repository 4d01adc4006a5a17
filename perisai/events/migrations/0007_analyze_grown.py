"""Statistics right after a bulk load: the worker and the pages serve as the web role, which owns no table and may not analyse any."""

from django.db import migrations

from perisai.events.rls import WEB_ROLE

# Autovacuum's own measure of this transaction's changes. Who is analysing a table already is not waited for.
_ANALYZE = f"""
CREATE FUNCTION events_analyze_grown() RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  grown text[];
  one text;
BEGIN
  SELECT coalesce(array_agg(t.relname::text ORDER BY t.relname), '{{}}') INTO grown
  FROM pg_stat_xact_user_tables t JOIN pg_class c ON c.oid = t.relid AND c.relkind = 'r'
  WHERE t.schemaname = 'public' AND t.n_tup_ins + t.n_tup_upd + t.n_tup_del
    > current_setting('autovacuum_analyze_threshold')::int
      + current_setting('autovacuum_analyze_scale_factor')::float * greatest(c.reltuples, 0);
  FOREACH one IN ARRAY grown LOOP
    EXECUTE format('ANALYZE (SKIP_LOCKED) %I', one);
  END LOOP;
  RETURN grown;
END $$;
REVOKE ALL ON FUNCTION events_analyze_grown() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events_analyze_grown() TO {WEB_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0006_counter_by_day")]

    operations = [migrations.RunSQL(_ANALYZE, "DROP FUNCTION events_analyze_grown()")]
