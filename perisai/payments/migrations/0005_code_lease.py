"""Payment codes that phones hold for work without signal: the national registry knows them from the start."""

from django.db import migrations, models

from perisai.events.rls import EnableScope, Grant


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_code_moves")]

    operations = [
        migrations.AlterField(model_name="paymentcode", name="enrolment_id", field=models.UUIDField(null=True)),
        migrations.CreateModel(
            name="CodeLease",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "code", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("code", models.TextField()),
                ("device_id", models.UUIDField()),
                ("agent_id", models.UUIDField()),
                ("leased_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("used_by", models.UUIDField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_code_lease",
                "indexes": [
                    models.Index(
                        condition=models.Q(("used_by__isnull", True)),
                        fields=["branch_id", "device_id"],
                        name="code_lease_free",
                    )
                ],
            },
        ),
        Grant("payments_code_lease", "SELECT, INSERT, UPDATE"),
        EnableScope("payments_code_lease"),
    ]
