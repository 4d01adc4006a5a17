"""Money of no branch goes back by two people; a receipt for cash is cancelled by two; an order says which one it replaces."""

import django.db.models.deletion
from django.db import migrations, models

import perisai.events.defaults
from perisai.events.rls import WEB_ROLE, Grant

_DECIDE_ONLY = f"GRANT UPDATE (state, decided_by, decided_at) ON payments_pay_back TO {WEB_ROLE}"


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0017_pay_back"),
    ]

    operations = [
        migrations.AddField(model_name="order", name="replaces_id", field=models.UUIDField(null=True)),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("replaces_id__isnull", False)),
                fields=["branch_id", "replaces_id"],
                name="order_replaces",
            ),
        ),
        migrations.AlterField(
            model_name="proposal",
            name="kind",
            field=models.TextField(
                choices=[
                    ("attach", "attach"),
                    ("pay_back", "pay_back"),
                    ("settle_cash", "settle_cash"),
                    ("void_cash", "void_cash"),
                ]
            ),
        ),
        migrations.CreateModel(
            name="PayBack",
            fields=[
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7(), primary_key=True, serialize=False)),
                ("amount", models.BigIntegerField(null=True)),
                ("reason", models.TextField()),
                ("note", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.TextField(
                        choices=[("proposed", "diusulkan"), ("approved", "disetujui"), ("rejected", "ditolak")],
                        default="proposed",
                    ),
                ),
                ("proposed_by", models.UUIDField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "notification",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="payments.notification"
                    ),
                ),
            ],
            options={
                "db_table": "payments_pay_back",
                "indexes": [
                    models.Index(fields=["notification"], name="pay_back_notification"),
                    models.Index(
                        condition=models.Q(("state", "proposed")), fields=["proposed_at"], name="pay_back_waits"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")), fields=("notification",), name="pay_back_waits_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="pay_back_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "approved", "rejected"])), name="pay_back_state"
                    ),
                ],
            },
        ),
        Grant("payments_pay_back", "SELECT, INSERT"),
        migrations.RunSQL(_DECIDE_ONLY, migrations.RunSQL.noop),
    ]
