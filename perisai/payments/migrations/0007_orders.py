"""Orders (one code for many bills), money held, refunds; what a bank takes and costs."""

from django.db import migrations, models

import perisai.events.defaults


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0006_released_codes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Held",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "enrolment_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("enrolment_id", models.UUIDField()),
                ("amount", models.BigIntegerField()),
                ("since", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_held",
            },
        ),
        migrations.CreateModel(
            name="HeldMove",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("enrolment_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("amount", models.BigIntegerField()),
                (
                    "reason",
                    models.TextField(
                        choices=[
                            ("received", "received"),
                            ("drawn", "drawn"),
                            ("refunded", "refunded"),
                            ("returned", "returned"),
                        ]
                    ),
                ),
                ("source_id", models.UUIDField()),
            ],
            options={
                "db_table": "payments_held_move",
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField()),
                ("code", models.TextField()),
                (
                    "payer_kind",
                    models.TextField(
                        choices=[
                            ("agent", "agen"),
                            ("employer", "pemberi kerja"),
                            ("group", "kelompok"),
                            ("sponsor", "pembayar lain"),
                            ("member", "peserta"),
                            ("other", "lainnya"),
                        ]
                    ),
                ),
                ("payer_id", models.UUIDField(null=True)),
                ("amount", models.BigIntegerField()),
                ("count", models.IntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("open", "belum dibayar"),
                            ("paid", "lunas"),
                            ("expired", "kedaluwarsa"),
                            ("cancelled", "dibatalkan"),
                        ],
                        default="open",
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("made_by", models.UUIDField(null=True)),
                ("pay_by", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_order",
            },
        ),
        migrations.CreateModel(
            name="OrderBill",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id",
                        "order_id",
                        "bill_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("order_id", models.UUIDField()),
                ("bill_id", models.UUIDField()),
                ("enrolment_id", models.UUIDField()),
                ("amount", models.BigIntegerField()),
            ],
            options={
                "db_table": "payments_order_bill",
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("enrolment_id", models.UUIDField()),
                ("payment_id", models.UUIDField(null=True)),
                ("amount", models.BigIntegerField()),
                ("reason", models.TextField()),
                ("note", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("proposed", "diusulkan"),
                            ("approved", "disetujui"),
                            ("paid", "dikembalikan"),
                            ("rejected", "ditolak"),
                        ],
                        default="proposed",
                    ),
                ),
                ("proposed_by", models.UUIDField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("bank_id", models.TextField(blank=True, default="")),
                ("reference", models.TextField(blank=True, default="")),
                ("paid_at", models.DateTimeField(null=True)),
                ("paid_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "payments_refund",
            },
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payment_one_per_bill",
        ),
        migrations.AddField(
            model_name="bank",
            name="amounts",
            field=models.TextField(
                choices=[("closed", "exact"), ("open", "any")], db_default="closed", default="closed"
            ),
        ),
        migrations.AddField(
            model_name="bank",
            name="fee_rupiah",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="notification",
            name="paid_for",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="payment",
            name="part_of",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="payment",
            name="reversed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="paymentcode",
            name="order_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="payment",
            name="source",
            field=models.TextField(
                choices=[
                    ("snap", "SNAP BI"),
                    ("core", "core system"),
                    ("suspense", "suspense"),
                    ("held", "money held"),
                ],
                default="snap",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("part_of__isnull", False)), fields=["branch_id", "part_of"], name="payment_part"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reversed_at__isnull", True)),
                fields=("branch_id", "bill_id"),
                name="payment_one_per_bill",
            ),
        ),
        migrations.AddConstraint(
            model_name="held",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="held_amount"),
        ),
        migrations.AddIndex(
            model_name="heldmove",
            index=models.Index(fields=["branch_id", "enrolment_id"], name="held_move_enrolment"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("payer_id__isnull", False)), fields=["branch_id", "payer_id"], name="order_payer"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["branch_id", "pay_by"], name="order_open"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["branch_id", "code"], name="order_code"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("count__gt", 0)), name="order_amount"
            ),
        ),
        migrations.AddIndex(
            model_name="orderbill",
            index=models.Index(fields=["branch_id", "bill_id"], name="order_bill_bill"),
        ),
        migrations.AddIndex(
            model_name="orderbill",
            index=models.Index(fields=["branch_id", "enrolment_id"], name="order_bill_enrolment"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["branch_id", "enrolment_id"], name="refund_enrolment"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["branch_id", "payment_id"], name="refund_payment"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["branch_id", "state"], name="refund_state"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="refund_amount"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("payment_id__isnull", False), models.Q(("state", "rejected"), _negated=True)),
                fields=("branch_id", "payment_id"),
                name="refund_payment_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="refund_two_people",
            ),
        ),
    ]
