"""What banks told within some hours, for alerts about a silent line. Rows come in the order of time: a few kB for millions."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payments", "0014_proposal")]

    operations = [
        migrations.AddIndex("notification", BrinIndex(fields=["received_at"], name="notification_received")),
    ]
