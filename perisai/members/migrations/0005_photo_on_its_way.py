"""Pictures that a phone promised and has not sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0004_as_people_live")]

    operations = [
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                condition=models.Q(("complete_at__isnull", True)),
                fields=["branch_id", "named_at"],
                name="photo_on_its_way",
            ),
        ),
    ]
