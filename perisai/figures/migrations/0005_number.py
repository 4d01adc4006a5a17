"""A branch's standing says up to which event it was taken."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0004_kept"),
    ]

    operations = [
        migrations.AddField("standing", "number", models.BigIntegerField(null=True)),
    ]
