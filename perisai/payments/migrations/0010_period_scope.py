"""A closed month stays closed: the database takes no entry that is dated before its end, whoever's clock says so."""

from django.db import migrations

from perisai.events.rls import WEB_ROLE, EnableScope, Grant

# Read once per statement by the index period_standing; a policy and no trigger, so that it holds on a shard too.
_CLOSED = """
CREATE POLICY open_period ON payments_ledger_entry AS RESTRICTIVE FOR INSERT WITH CHECK (
  at >= coalesce((
    SELECT max(p.ends_at) FROM payments_period p
    WHERE p.branch_id = payments_ledger_entry.branch_id AND p.reopened_at IS NULL), '-infinity'::timestamptz))
"""

_REOPEN_ONLY = f"""
GRANT UPDATE (reopen_asked_at, reopen_asked_by, reopen_reason, reopened_at, reopened_by) ON payments_period TO {WEB_ROLE}
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_period")]

    operations = [
        EnableScope("payments_period"),
        Grant("payments_period", "SELECT, INSERT"),
        migrations.RunSQL(_REOPEN_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(_CLOSED, "DROP POLICY open_period ON payments_ledger_entry"),
    ]
