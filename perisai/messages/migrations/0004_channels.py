"""Ways to write to people: channels by branch, what they cost, hours, and what people want."""

from django.db import migrations, models

import perisai.events.defaults


class Migration(migrations.Migration):
    dependencies = [
        ("perisai_messages", "0003_forget"),
    ]

    operations = [
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "phone_hash", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("phone_hash", models.BinaryField()),
                ("is_stopped", models.BooleanField(default=False)),
                ("prefers", models.TextField(blank=True, default="")),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "messages_preference",
            },
        ),
        migrations.AddField(
            model_name="message",
            name="channel",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="message",
            name="cost",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="message",
            name="email_sealed",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="not_before",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="urgency",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "kind", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("kind", models.TextField(choices=[("sms", "SMS"), ("whatsapp", "WhatsApp"), ("email", "e-mail")])),
                ("position", models.SmallIntegerField()),
                ("is_on", models.BooleanField(default=True)),
                (
                    "provider",
                    models.TextField(
                        choices=[
                            ("operator", "gerbang SMS bersama"),
                            ("http", "gerbang HTTP sendiri"),
                            ("apprise", "layanan pesan"),
                        ]
                    ),
                ),
                ("settings_sealed", models.BinaryField(null=True)),
                ("cost", models.IntegerField()),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "messages_channel",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cost__gte", 0), ("cost__lte", 100000)), name="channel_cost"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Settings",
            fields=[
                ("branch_id", models.IntegerField(primary_key=True, serialize=False)),
                ("budget", models.BigIntegerField(null=True)),
                ("opens", models.TimeField(null=True)),
                ("closes", models.TimeField(null=True)),
                ("ramadan_opens", models.TimeField(null=True)),
                ("ramadan_closes", models.TimeField(null=True)),
                ("on_sundays", models.BooleanField(null=True)),
                ("on_holidays", models.BooleanField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "messages_settings",
                "constraints": [models.CheckConstraint(condition=models.Q(("budget__gte", 0)), name="settings_budget")],
            },
        ),
        migrations.CreateModel(
            name="Spent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "month", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("month", models.DateField()),
                ("amount", models.BigIntegerField()),
            ],
            options={
                "db_table": "messages_spent",
                "constraints": [models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="spent_amount")],
            },
        ),
        migrations.CreateModel(
            name="Try",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("message_id", models.UUIDField()),
                ("channel", models.TextField(choices=[("sms", "SMS"), ("whatsapp", "WhatsApp"), ("email", "e-mail")])),
                ("at", models.DateTimeField()),
                ("is_taken", models.BooleanField()),
                ("cost", models.IntegerField()),
                ("problem", models.TextField(blank=True, default="")),
                ("reference", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "messages_try",
                "indexes": [models.Index(fields=["branch_id", "message_id"], name="try_message")],
            },
        ),
    ]
