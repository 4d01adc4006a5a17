"""Row-level security, keys within the branch, spells that never overlap; members so far get the spell they are in."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant

TABLES = ("terms", "spell", "run", "return")

_KEYS = """
ALTER TABLE contributions_terms ADD CONSTRAINT terms_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE contributions_spell ADD CONSTRAINT spell_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE contributions_spell ADD CONSTRAINT spell_once
  UNIQUE (branch_id, enrolment_id, during WITHOUT OVERLAPS);
ALTER TABLE contributions_return ADD CONSTRAINT return_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
CREATE INDEX return_enrolment ON contributions_return (branch_id, enrolment_id);
"""

# Who is active or lapsed began when the first payment was confirmed; who lapsed did so on a day that nobody wrote down.
_BEGUN = """
INSERT INTO contributions_spell (branch_id, enrolment_id, during, first_month)
SELECT e.branch_id, e.id,
  daterange((e.cover_from AT TIME ZONE o.timezone)::date,
    CASE e.state WHEN 'lapsed' THEN greatest((e.paid_through + interval '4 months')::date,
      (e.cover_from AT TIME ZONE o.timezone)::date + 1) END),
  coalesce(e.first_month, date_trunc('month', e.cover_from AT TIME ZONE o.timezone)::date)
FROM members_enrolment e JOIN offices_office o ON o.id = e.branch_id
WHERE e.state IN ('active', 'lapsed') AND e.cover_from IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0004_runs"),
        ("members", "0009_payers"),
        ("offices", "0001_initial"),
        ("events", "0002_spine"),
    ]

    operations = [
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(_BEGUN, migrations.RunSQL.noop),
        *(Grant(f"contributions_{table}", "SELECT, INSERT, UPDATE") for table in TABLES),
        *(EnableScope(f"contributions_{table}") for table in TABLES),
    ]
