"""Which personal link is the newest, and when an import moved last."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("employers", "0002_scope")]

    operations = [
        migrations.AddField("employer", "link_id", models.UUIDField(null=True)),
        migrations.AddIndex(
            "employer",
            models.Index(fields=["branch_id", "link_id"], name="employer_link", condition=Q(link_id__isnull=False)),
        ),
        migrations.AddField("import", "stepped_at", models.DateTimeField(null=True)),
    ]
