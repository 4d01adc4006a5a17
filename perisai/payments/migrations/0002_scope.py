"""Row-level security, keys within the branch, and what the web role may never change."""

from django.db import migrations

from perisai.events.rls import WEB_ROLE, EnableScope, Grant

_KEYS = """
ALTER TABLE payments_payment ADD CONSTRAINT payment_of_bill
  FOREIGN KEY (branch_id, bill_id) REFERENCES contributions_bill (branch_id, id);
ALTER TABLE payments_payment ADD CONSTRAINT payment_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE payments_ledger_entry ADD CONSTRAINT ledger_of_bill
  FOREIGN KEY (branch_id, bill_id) REFERENCES contributions_bill (branch_id, id);
ALTER TABLE payments_ledger_entry ADD CONSTRAINT ledger_of_payment
  FOREIGN KEY (branch_id, payment_id) REFERENCES payments_payment (branch_id, id);
"""

_OUTCOME_ONLY = f"""
GRANT UPDATE (state, response_code, response, branch_id, judged_at, resolved_by, resolution,
              payment_request_id, payment_code, amount) ON payments_notification TO {WEB_ROLE}
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("contributions", "0002_scope")]

    operations = [
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        Grant("payments_notification", "SELECT, INSERT"),
        migrations.RunSQL(_OUTCOME_ONLY, migrations.RunSQL.noop),
        Grant("payments_ledger_entry", "SELECT, INSERT"),
        Grant("payments_payment_code", "SELECT, INSERT"),
        EnableScope("payments_payment"),
        EnableScope("payments_ledger_entry"),
    ]
