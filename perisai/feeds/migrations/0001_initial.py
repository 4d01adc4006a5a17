"""Keys of the read API, subscriptions to events, and how far each of them has come."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import perisai.events.defaults


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("offices", "0002_calendar"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyUse",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key_id", "day", "part", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key_id", models.UUIDField()),
                ("day", models.DateField()),
                ("part", models.TextField()),
                ("answered", models.BigIntegerField(default=0)),
                ("refused", models.BigIntegerField(default=0)),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "db_table": "feeds_key_use",
            },
        ),
        migrations.CreateModel(
            name="Cursor",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "subscription_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("subscription_id", models.UUIDField()),
                ("number", models.BigIntegerField()),
                ("pending_to", models.BigIntegerField(null=True)),
                ("tries", models.IntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("failing_since", models.DateTimeField(null=True)),
                ("problem", models.TextField(default="")),
                ("claim", models.UUIDField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "feeds_cursor",
                "indexes": [models.Index(fields=["subscription_id"], name="cursor_subscription")],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "branch_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("branch_id", models.IntegerField()),
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7())),
                ("subscription_id", models.UUIDField()),
                ("message", models.TextField()),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("events", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("took_ms", models.IntegerField()),
                ("status", models.SmallIntegerField(null=True)),
                ("problem", models.TextField(default="")),
            ],
            options={
                "db_table": "feeds_delivery",
                "indexes": [models.Index(fields=["subscription_id", "-id"], name="delivery_newest")],
            },
        ),
        migrations.CreateModel(
            name="Key",
            fields=[
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7(), primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("contact", models.TextField()),
                ("may", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("per_minute", models.IntegerField()),
                ("expires_at", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.UUIDField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.UUIDField(null=True)),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="offices.office"
                    ),
                ),
            ],
            options={
                "db_table": "feeds_key",
            },
        ),
        migrations.CreateModel(
            name="KeySecret",
            fields=[
                ("hash", models.BinaryField(primary_key=True, serialize=False)),
                ("hint", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.UUIDField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "key",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="feeds.key"),
                ),
            ],
            options={
                "db_table": "feeds_key_secret",
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.UUIDField(db_default=perisai.events.defaults.Uuid7(), primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("contact", models.TextField()),
                ("address", models.TextField()),
                ("kinds", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                (
                    "state",
                    models.TextField(
                        choices=[("on", "aktif"), ("off", "mati"), ("paused", "dihentikan karena gagal")], default="on"
                    ),
                ),
                ("secret_sealed", models.BinaryField()),
                ("old_secret_sealed", models.BinaryField(null=True)),
                ("old_until", models.DateTimeField(null=True)),
                ("round", models.IntegerField(default=0)),
                ("tries", models.IntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("failing_since", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("test_asked_at", models.DateTimeField(null=True)),
                ("test_at", models.DateTimeField(null=True)),
                ("test_status", models.SmallIntegerField(null=True)),
                ("test_problem", models.TextField(default="")),
                ("made_at", models.DateTimeField()),
                ("made_by", models.UUIDField(null=True)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.UUIDField(null=True)),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="offices.office"
                    ),
                ),
            ],
            options={
                "db_table": "feeds_subscription",
            },
        ),
        migrations.AddConstraint(
            model_name="key",
            constraint=models.CheckConstraint(condition=models.Q(("per_minute__gt", 0)), name="key_rate"),
        ),
    ]
