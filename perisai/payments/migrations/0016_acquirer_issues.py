"""QRIS codes that an acquirer issues: kept, so that it is asked once for each sum."""

from django.db import migrations, models

from perisai.events.rls import EnableScope, Grant


class Migration(migrations.Migration):
    dependencies = [("payments", "0015_notification_received")]

    operations = [
        migrations.AddField(
            model_name="qris",
            name="issued_by",
            field=models.TextField(choices=[("us", "us"), ("acquirer", "the acquirer")], default="us", db_default="us"),
        ),
        migrations.CreateModel(
            name="QrisCode",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id",
                        "bank_id",
                        "code",
                        "serial",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("bank_id", models.TextField()),
                ("code", models.TextField()),
                ("serial", models.SmallIntegerField()),
                ("amount", models.BigIntegerField()),
                ("content", models.TextField(blank=True, default="")),
                ("error", models.TextField(blank=True, default="")),
                ("asked_at", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
            ],
            options={"db_table": "payments_qris_code"},
        ),
        Grant("payments_qris_code", "SELECT, INSERT"),
        EnableScope("payments_qris_code"),
    ]
