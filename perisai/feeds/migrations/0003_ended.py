"""A subscription can be ended for good: how far it had come is forgotten with it."""

from django.db import migrations, models

from perisai.events.rls import Grant


class Migration(migrations.Migration):
    dependencies = [("feeds", "0002_scope"), ("events", "0002_spine")]

    operations = [
        migrations.AlterField(
            "subscription",
            "state",
            models.TextField(
                choices=[
                    ("on", "aktif"),
                    ("off", "mati"),
                    ("paused", "dihentikan karena gagal"),
                    ("ended", "diakhiri"),
                ],
                default="on",
            ),
        ),
        Grant("feeds_cursor", "SELECT, INSERT, UPDATE, DELETE"),
    ]
