"""A message that was not to be sent after all is no failure."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("perisai_messages", "0005_channels_scope")]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.TextField(
                choices=[
                    ("queued", "menunggu dikirim"),
                    ("sent", "diterima gerbang SMS"),
                    ("failed", "gagal dikirim"),
                    ("dropped", "tidak perlu dikirim"),
                ],
                default="queued",
            ),
        )
    ]
