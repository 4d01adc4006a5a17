"""Row-level security, keys within the branch, and what the web role may never change, of orders, money held and refunds."""

from django.db import migrations

from perisai.events.rls import WEB_ROLE, EnableScope, Grant

_KEYS = """
ALTER TABLE payments_order_bill ADD CONSTRAINT order_bill_of_order
  FOREIGN KEY (branch_id, order_id) REFERENCES payments_order (branch_id, id);
ALTER TABLE payments_order_bill ADD CONSTRAINT order_bill_of_bill
  FOREIGN KEY (branch_id, bill_id) REFERENCES contributions_bill (branch_id, id);
ALTER TABLE payments_held ADD CONSTRAINT held_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE payments_held_move ADD CONSTRAINT held_move_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE payments_refund ADD CONSTRAINT refund_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE payments_refund ADD CONSTRAINT refund_of_payment
  FOREIGN KEY (branch_id, payment_id) REFERENCES payments_payment (branch_id, id);
"""

_PAID_FOR = f"GRANT UPDATE (paid_for) ON payments_notification TO {WEB_ROLE}"


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_orders"), ("contributions", "0003_programmes"), ("members", "0002_scope")]

    operations = [
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(_PAID_FOR, migrations.RunSQL.noop),
        Grant("payments_order", "SELECT, INSERT, UPDATE"),
        Grant("payments_order_bill", "SELECT, INSERT"),
        Grant("payments_held", "SELECT, INSERT, UPDATE"),
        Grant("payments_held_move", "SELECT, INSERT"),
        Grant("payments_refund", "SELECT, INSERT, UPDATE"),
        EnableScope("payments_order"),
        EnableScope("payments_order_bill"),
        EnableScope("payments_held"),
        EnableScope("payments_held_move"),
        EnableScope("payments_refund"),
    ]
