"""Row-level security and keys within the branch."""

from django.db import migrations

from perisai.events.rls import EnableScope

_KEYS = """
ALTER TABLE contributions_bill ADD CONSTRAINT bill_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE contributions_paid_month ADD CONSTRAINT paid_month_of_bill
  FOREIGN KEY (branch_id, bill_id) REFERENCES contributions_bill (branch_id, id);
ALTER TABLE contributions_paid_month ADD CONSTRAINT paid_month_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
CREATE INDEX paid_month_bill ON contributions_paid_month (branch_id, bill_id);
"""


class Migration(migrations.Migration):
    dependencies = [("contributions", "0001_initial"), ("members", "0002_scope")]

    operations = [
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        EnableScope("contributions_bill"),
        EnableScope("contributions_paid_month"),
    ]
