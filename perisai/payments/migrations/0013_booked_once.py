"""A payment that a person attached counts as booked: the bank that tells it again, under another number, is not credited again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0012_channels_scope")]

    operations = [
        migrations.RemoveConstraint(model_name="notification", name="notification_credited_once"),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(
                fields=["bank", "payment_request_id"],
                condition=models.Q(state="credited") | models.Q(state="resolved", paid_for__isnull=False),
                name="notification_credited_once",
            ),
        ),
    ]
