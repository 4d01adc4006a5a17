from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("perisai_messages", "0006_dropped")]

    operations = [
        migrations.AddField(
            model_name="preference", name="language", field=models.TextField(blank=True, default="", db_default="")
        )
    ]
