"""Why an auditor took an export."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_beat")]

    operations = [migrations.AddField("export", "purpose", models.TextField(blank=True, default="", db_default=""))]
