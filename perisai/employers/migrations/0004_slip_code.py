"""The code on an employer's slip, handed out without signal, leads to the order of its bill."""

from django.db import migrations

from perisai.events.rls import WEB_ROLE


class Migration(migrations.Migration):
    dependencies = [("employers", "0003_links_and_steps"), ("payments", "0007_orders")]

    operations = [
        migrations.RunSQL(
            f"GRANT UPDATE (order_id) ON payments_payment_code TO {WEB_ROLE}",
            f"REVOKE UPDATE (order_id) ON payments_payment_code FROM {WEB_ROLE}",
        ),
    ]
