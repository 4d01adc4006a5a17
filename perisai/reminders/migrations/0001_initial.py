"""Reminders, answers, visits and cases."""

from django.db import migrations, models

import perisai.events.defaults


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "enrolment_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("enrolment_id", models.UUIDField()),
                ("stopped", models.TextField(blank=True, default="")),
                ("is_sick", models.BooleanField(default=False)),
                ("promised_on", models.DateField(null=True)),
                ("outcome", models.TextField(blank=True, default="")),
                ("outcome_on", models.DateField(null=True)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "reminders_contact",
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("reminder_id", models.UUIDField()),
                ("enrolment_id", models.UUIDField()),
                (
                    "said",
                    models.TextField(
                        choices=[
                            ("paid", "sudah bayar ke seseorang"),
                            ("not_paid", "belum bayar"),
                            ("stopped", "sudah tidak bekerja"),
                            ("wrong", "salah nomor"),
                        ]
                    ),
                ),
                ("whom", models.TextField(blank=True, default="")),
                ("whom_sealed", models.BinaryField(null=True)),
                ("paid_on", models.DateField(null=True)),
                ("amount", models.BigIntegerField(null=True)),
                ("said_at", models.DateTimeField()),
            ],
            options={
                "db_table": "reminders_answer",
                "indexes": [
                    models.Index(fields=["branch_id", "reminder_id", "said_at"], name="answer_reminder"),
                    models.Index(fields=["branch_id", "enrolment_id"], name="answer_enrolment"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("paid_somebody", "sudah bayar ke seseorang"),
                            ("died", "meninggal"),
                            ("stopped", "tidak bekerja lagi"),
                            ("wrong_number", "salah nomor"),
                        ]
                    ),
                ),
                ("enrolment_id", models.UUIDField()),
                ("agent_id", models.UUIDField(null=True)),
                ("sub_branch_id", models.IntegerField(null=True)),
                ("answer_id", models.UUIDField(null=True)),
                ("visit_id", models.UUIDField(null=True)),
                ("has_receipt", models.BooleanField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.UUIDField(null=True)),
                ("decision", models.TextField(blank=True, default="")),
                ("note", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "reminders_case",
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=["branch_id", "due_on"],
                        name="case_open",
                    ),
                    models.Index(
                        condition=models.Q(("answer_id__isnull", False)),
                        fields=["branch_id", "answer_id"],
                        name="case_answer",
                    ),
                    models.Index(
                        condition=models.Q(("visit_id__isnull", False)),
                        fields=["branch_id", "visit_id"],
                        name="case_visit",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("branch_id", "enrolment_id", "kind"),
                        name="case_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("rule", models.TextField()),
                ("subject", models.TextField(choices=[("member", "peserta"), ("employer", "pemberi kerja")])),
                ("subject_id", models.UUIDField()),
                ("about_on", models.DateField()),
                ("planned_on", models.DateField()),
                ("agent_id", models.UUIDField(null=True)),
                ("sub_branch_id", models.IntegerField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("planned", "direncanakan"),
                            ("sent", "terkirim"),
                            ("dropped", "tidak perlu"),
                            ("failed", "gagal"),
                        ],
                        default="planned",
                    ),
                ),
                ("reason", models.TextField(blank=True, default="")),
                ("amount", models.BigIntegerField(default=0)),
                ("message_id", models.UUIDField(null=True)),
                ("planned_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "reminders_reminder",
                "indexes": [
                    models.Index(fields=["branch_id", "message_id"], name="reminder_message"),
                    models.Index(fields=["branch_id", "planned_on"], name="reminder_day"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("branch_id", "subject_id", "rule", "about_on"), name="reminder_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField()),
                ("enrolment_id", models.UUIDField()),
                ("agent_id", models.UUIDField()),
                ("device_id", models.UUIDField(null=True)),
                (
                    "outcome",
                    models.TextField(
                        choices=[
                            ("paid_elsewhere", "sudah bayar ke orang lain"),
                            ("promised", "berjanji bayar"),
                            ("moved", "pindah"),
                            ("sick", "sakit"),
                            ("died", "meninggal"),
                            ("refused", "menolak"),
                            ("not_found", "tidak bertemu"),
                        ]
                    ),
                ),
                ("promised_on", models.DateField(null=True)),
                ("whom", models.TextField(blank=True, default="")),
                ("whom_sealed", models.BinaryField(null=True)),
                ("paid_on", models.DateField(null=True)),
                ("amount", models.BigIntegerField(null=True)),
                ("note_sealed", models.BinaryField(null=True)),
                ("visited_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("place", models.JSONField(null=True)),
                ("undone_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "reminders_visit",
                "indexes": [
                    models.Index(fields=["branch_id", "enrolment_id", "recorded_at"], name="visit_enrolment"),
                    models.Index(fields=["branch_id", "agent_id", "recorded_at"], name="visit_agent"),
                ],
            },
        ),
    ]
