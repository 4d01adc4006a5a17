"""Programmes that only wage earners have: JP and JKP."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contributions", "0002_scope")]

    operations = [
        migrations.AddField("paidmonth", "jp", models.BigIntegerField(db_default=0)),
        migrations.AddField("paidmonth", "jkp", models.BigIntegerField(db_default=0)),
    ]
