"""Texts of several purposes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("perisai_messages", "0001_initial")]

    operations = [migrations.AlterField(model_name="message", name="purpose", field=models.TextField())]
