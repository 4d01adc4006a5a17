"""When an export last showed a sign of life."""

from datetime import UTC, datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_scope")]

    operations = [
        migrations.AddField(
            "export",
            "beat_at",
            models.DateTimeField(default=datetime(2026, 11, 23, tzinfo=UTC)),
            preserve_default=False,
        ),
    ]
