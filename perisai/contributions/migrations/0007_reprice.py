"""How far the bills that are out already are issued anew after a set of rules was published, branch by branch."""

from django.db import migrations, models

import perisai.events.defaults
from perisai.events.rls import EnableScope, Grant


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0006_rule_change"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reprice",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("set_number", models.IntegerField()),
                ("since", models.DateField()),
                ("published_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[("bills", "tagihan"), ("orders", "kode bayar"), ("done", "selesai")], default="bills"
                    ),
                ),
                ("sweeps", models.SmallIntegerField(default=0)),
                ("cursor", models.UUIDField(null=True)),
                ("bills", models.IntegerField(null=True)),
                ("looked_at", models.IntegerField(default=0)),
                ("issued", models.IntegerField(default=0)),
                ("before", models.BigIntegerField(default=0)),
                ("after", models.BigIntegerField(default=0)),
                ("unpriced", models.IntegerField(default=0)),
                ("orders", models.IntegerField(default=0)),
                ("error", models.TextField(default="")),
                ("moved_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "contributions_reprice",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["bills", "orders", "done"])), name="reprice_state"
                    ),
                    models.UniqueConstraint(fields=("branch_id", "set_number"), name="reprice_once"),
                ],
            },
        ),
        Grant("contributions_reprice", "SELECT, INSERT, UPDATE"),
        EnableScope("contributions_reprice"),
    ]
