"""Who imported agents are, the certificate of their examination, and the logins of imported offices."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("golive", "0002_scope")]

    operations = [
        migrations.AddField(
            model_name="certificate", name="exam_number", field=models.TextField(db_default="", default="")
        ),
        migrations.AddField(model_name="certificate", name="examined_on", field=models.DateField(null=True)),
        migrations.CreateModel(
            name="Agent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "agent_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("agent_id", models.UUIDField()),
                ("file_id", models.UUIDField()),
                ("nik_sealed", models.BinaryField()),
                ("nik_hash", models.BinaryField()),
                ("nik_masked", models.TextField()),
                ("bank", models.TextField()),
                ("account_sealed", models.BinaryField(null=True)),
                ("account_masked", models.TextField()),
                ("account_holder", models.TextField()),
            ],
            options={
                "db_table": "golive_agent",
                "indexes": [models.Index(fields=["branch_id", "file_id"], name="golive_agent_file")],
            },
        ),
        migrations.CreateModel(
            name="OfficeLogin",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "office_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("office_id", models.IntegerField()),
                ("file_id", models.UUIDField()),
                ("user_id", models.UUIDField()),
            ],
            options={
                "db_table": "golive_office_login",
                "indexes": [models.Index(fields=["branch_id", "file_id"], name="golive_login_file")],
            },
        ),
    ]
