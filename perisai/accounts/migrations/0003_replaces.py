"""The phone that a new one takes the place of, as the office names it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_attempt")]

    operations = [migrations.AddField("activationcode", "replaces", models.UUIDField(null=True))]
