"""A NIK that serves as payment code goes along with the person's newest enrolment."""

from django.db import migrations

from perisai.events.rls import WEB_ROLE

_GRANT = f"GRANT UPDATE (branch_id, enrolment_id) ON payments_payment_code TO {WEB_ROLE}"
_REVOKE = f"REVOKE UPDATE (branch_id, enrolment_id) ON payments_payment_code FROM {WEB_ROLE}"


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_exchange")]

    operations = [migrations.RunSQL(_GRANT, _REVOKE)]
