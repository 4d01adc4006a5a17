"""A number is told of nothing until its person has confirmed it by a code; those that were there before are not confirmed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0003_unanswered")]

    operations = [
        migrations.AddField("way", "confirmed_at", models.DateTimeField(null=True)),
        migrations.AddField("way", "code_hash", models.BinaryField(null=True)),
        migrations.AddField("way", "code_sent_at", models.DateTimeField(null=True)),
        migrations.AddField("way", "code_tries", models.SmallIntegerField(default=0, db_default=0)),
    ]
