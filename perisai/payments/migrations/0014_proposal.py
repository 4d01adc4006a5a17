"""Decisions about money by two people; once proposed only the decision may be added."""

from django.db import migrations, models

import perisai.events.defaults
from perisai.events.rls import WEB_ROLE, EnableScope, Grant

_DECIDE_ONLY = f"GRANT UPDATE (state, decided_by, decided_at) ON payments_proposal TO {WEB_ROLE}"


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0013_booked_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("kind", models.TextField(choices=[("attach", "attach"), ("settle_cash", "settle_cash")])),
                ("subject_id", models.UUIDField()),
                ("asked", models.JSONField(default=dict)),
                ("amount", models.BigIntegerField(null=True)),
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
            ],
            options={
                "db_table": "payments_proposal",
                "indexes": [
                    models.Index(fields=["branch_id", "state"], name="proposal_state"),
                    models.Index(fields=["branch_id", "subject_id"], name="proposal_subject"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("branch_id", "kind", "subject_id"),
                        name="proposal_waits_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "approved", "rejected"])),
                        name="proposal_state_known",
                    ),
                ],
            },
        ),
        Grant("payments_proposal", "SELECT, INSERT"),
        migrations.RunSQL(_DECIDE_ONLY, migrations.RunSQL.noop),
        EnableScope("payments_proposal"),
    ]
